"""What calls use up: bundles of minutes, and a tariff's month."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import NamedTuple, Sequence

from . import raw
from .results import drain
from .values import (DIRECTIONS, TIME_MAX, TIME_MIN, Money, decimal, instant,
                     microseconds, money)

_PERIODS = {1: "month", 2: "week", 3: "day"}


class Use(NamedTuple):
    """Seconds drawn from a bundle's minutes of the period that begins at
    ``period``."""

    bundle: int
    period: dt.datetime
    seconds: int


class Bundles:
    """Minutes per period that calls consume instead of being paid.

    >>> bundles = Bundles(zone="Europe/Moscow")
    >>> bundles.add(1, minutes=100, prefixes=["7843"])
    >>> noon = dt.datetime.fromisoformat("2026-10-05T12:00:00+03:00")
    >>> bundles.left("78431234567", answer=noon)
    6000
    >>> [use.seconds for use in bundles.take("78431234567", answer=noon,
    ...                                      seconds=60)]
    [60]
    """

    def __init__(self, *, zone: str):
        self._handle = raw.bundles_new(raw.tw_zone_open(zone))

    def add(self, bundle: int, *, minutes: int | Decimal,
            period: str = "month", carry_over: bool = False,
            prefixes: Sequence[str] | None = None,
            departments: Sequence[int] | None = None,
            start: dt.datetime | None = None,
            end: dt.datetime | None = None) -> None:
        """The next one in the order of consumption. Periods that begin in
        ``[start, end)`` have it."""
        seconds = Decimal(minutes) * 60
        if seconds != int(seconds):
            raise ValueError("minutes make no whole seconds")
        raw.bundles_add(
            self._handle, bundle, raw.tw_period_parse(period), int(seconds),
            carry_over, microseconds(start) if start else TIME_MIN,
            microseconds(end) if end else TIME_MAX,
            None if prefixes is None else [str(p) for p in prefixes],
            None if departments is None else [int(d) for d in departments])

    def left(self, number: str, *, answer: dt.datetime, department: int = 0,
             direction: str = "outbound") -> int:
        """Seconds that all bundles have for a call: ``bundle_left_s``."""
        return raw.bundles_left(self._handle, DIRECTIONS[direction], number,
                                department, microseconds(answer))

    def take(self, number: str, *, answer: dt.datetime, seconds: int,
             department: int = 0, direction: str = "outbound") -> list[Use]:
        """Draws what a charge's ``bundle_s`` says; all of it or nothing."""
        return [Use(b, instant(p), s) for b, p, s in raw.bundles_take(
            self._handle, DIRECTIONS[direction], number, department,
            microseconds(answer), seconds)]

    def give_back(self, uses: Sequence[Use]) -> None:
        for use in uses:
            raw.bundles_put(self._handle, use.bundle,
                            microseconds(use.period), use.seconds, True)

    def state(self) -> list[Use]:
        """Everything that was drawn, for a host that keeps it."""
        return [Use(b, instant(p), s)
                for b, p, s in raw.bundles_state(self._handle)]

    def restore(self, state: Sequence[Use]) -> None:
        for use in state:
            raw.bundles_put(self._handle, use.bundle,
                            microseconds(use.period), use.seconds, False)


class Pot(NamedTuple):
    """A bundle's minutes of one period."""

    bundle: str
    period: str
    start: dt.datetime
    end: dt.datetime
    seconds: int
    used_s: int
    left_s: int


class TariffMonth(NamedTuple):
    """What the calls of a month come to under a tariff."""

    zone: str
    start: dt.datetime
    end: dt.datetime
    calls: int
    attempts: int
    charged_s: int
    bundle_s: int
    paid_s: int
    invoice_total: str
    sum_of_rounded: Money
    rounded_sum: Money
    difference: Money
    tier_mode: str
    tier_from_s: int
    tier_percent: Decimal
    tier_difference: Money
    commitment: Money
    shortfall: Money
    total: Money
    converted: Money | None
    bundles: list[Pot]


# when every zone still has 9999-12-31
_LAST = microseconds(dt.datetime(9999, 12, 31, 9, tzinfo=dt.timezone.utc))


def _end(us: int) -> dt.datetime:
    """The last month ends behind the last year that Python knows."""
    return instant(min(us, _LAST))


def _pot(p: raw.tw_pot) -> Pot:
    return Pot(p.name, _PERIODS.get(p.period, "?"), instant(p.from_us),
               _end(p.to_us), p.seconds, p.used_s, p.left_s)


def tariff_month(store: raw.tw_store, tariff: str, month: str) -> TariffMonth:
    m, pots = raw.tariff_total(store, tariff, month)
    return TariffMonth(
        m.zone, instant(m.from_us), _end(m.to_us), m.calls, m.attempts,
        m.charged_s, m.bundle_s, m.paid_s,
        {1: "sum_of_rounded", 2: "rounded_sum"}.get(m.invoice_total, "?"),
        money(m.sum_of_rounded), money(m.rounded_sum), money(m.difference),
        {1: "graduated", 2: "whole"}.get(m.tier_mode, "?"), m.tier_from_s,
        decimal(m.tier_ppm * 100_000), money(m.tier_difference),
        money(m.commitment), money(m.shortfall), money(m.total),
        money(m.converted) if m.converted.currency else None,
        [_pot(p) for p in drain(raw.tw_pots_next, pots)])
