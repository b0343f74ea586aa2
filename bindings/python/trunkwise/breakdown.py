"""Calls by anything that is known of them, as values."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

from . import raw
from .errors import InvalidArgument
from .results import drain
from .values import decimal, instant, local, now_us

BY = ("department", "carrier", "trunk", "number", "destination", "direction",
      "prefix", "month", "day", "weekday", "hour", "duration", "status")
CUTS_MAX = 6
DIGITS_MAX = 7


class BreakdownRow(NamedTuple):
    """Calls of one group. ``keys`` are what was asked by, in that order, ""
    where there is none; an hour is "00" to "23", a weekday "1" Monday to
    "7", a duration the least seconds of its class."""

    keys: tuple[str, ...]
    calls: int
    answered: int
    missed: int
    unrated: int
    talk: dt.timedelta
    cost: Decimal
    net: Decimal
    vat: Decimal
    currency: str

    @property
    def gross(self) -> Decimal:
        """What is to be paid: with VAT."""
        return self.net + self.vat


class Breakdown(NamedTuple):
    """Rows by name, one total per currency, and the zone of the months."""

    month: str
    last_month: str
    zone: str
    company: str
    by: tuple[str, ...]
    digits: int
    rows: list[BreakdownRow]
    totals: list[BreakdownRow]
    made: dt.date


def _row(r: raw.tw_breakdown_row, count: int) -> BreakdownRow:
    return BreakdownRow(
        tuple(raw.breakdown_key(r, i) for i in range(count)),
        r.calls, r.answered, r.missed, r.unrated,
        dt.timedelta(microseconds=r.talk_us), decimal(r.cost.nanos),
        decimal(r.net.nanos), decimal(r.vat.nanos), r.cost.currency)


def _letters(by: tuple[str, ...]) -> str:
    for name in by:
        if name not in BY:
            raise InvalidArgument(f"cannot group by {name!r}; choose from "
                                  + ", ".join(BY), code="TW_EINVAL",
                                  field="by")
    return "".join(chr(ord("A") + BY.index(name)) for name in by)


def breakdown(store: raw.tw_store, month: str, *, by: tuple[str, ...],
              last_month: str | None, digits: int) -> Breakdown:
    by = tuple(dict.fromkeys(by))
    if not 0 < digits <= DIGITS_MAX:
        raise InvalidArgument(f"is {digits}; give 1 to {DIGITS_MAX}, since "
                              "more of a number would name a person",
                              code="TW_EINVAL", field="digits")
    handle = raw.report_breakdown(store, _letters(by), digits, month,
                                  last_month)
    zone = raw.tw_breakdown_zone(handle)
    rows: list[BreakdownRow] = []
    totals: list[BreakdownRow] = []
    for r in drain(raw.tw_breakdown_next, handle):
        (totals if r.is_total else rows).append(_row(r, len(by)))
    return Breakdown(month, last_month or month, zone,
                     raw.tw_breakdown_company(handle), by, digits, rows,
                     totals, local(instant(now_us()), zone).date())
