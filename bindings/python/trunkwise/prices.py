"""What a change of prices comes to: percent, notice, money at stake."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

from . import raw
from .errors import InvalidArgument
from .results import drain
from .values import Money, decimal, instant, microseconds, money

_NOTICE = (None, "kept", "breached")
_DIRECTIONS = ("", "outbound", "inbound", "forward", "internal")
_RELATIONS = ("", "same_city", "same_region", "other")


class PriceChange(NamedTuple):
    """One step of one code; prices per minute, None where there is none."""

    kind: str
    prefix: str
    destination: str
    old_price: Decimal | None
    new_price: Decimal | None
    percent: Decimal | None
    effective: dt.datetime | None
    effective_date: dt.date | None      # in the tariff's zone
    notice_days: int
    notice: str | None
    calls: int
    lost: int
    difference: Decimal
    line: int
    caller_prefix: str
    direction: str
    relation: str
    band: str
    from_s: int


class PriceChanges(NamedTuple):
    """A version against the one before it; see tw_tariff_changes()."""

    version: int
    before: int | None
    starts: dt.datetime | None
    received: dt.datetime
    notice_days: int | None
    contract: str
    counts: dict[str, int]
    breached: int
    month: str
    zone: str
    calls: int
    lost: int
    gained: int
    unknown: int
    old_cost: Money
    new_cost: Money
    lost_cost: Money
    gained_cost: Money
    rows: list[PriceChange]

    @property
    def difference(self) -> Money:
        return Money(self.new_cost.amount - self.old_cost.amount,
                     self.new_cost.currency)


def _price(nanos: int) -> Decimal | None:
    return None if nanos < 0 else decimal(nanos)


def _date(at: int, zone: raw.tw_zone) -> dt.date | None:
    if instant(at) is None:
        return None
    civil = raw.zone_local(zone, at)
    return dt.date(civil.year, civil.month, civil.day)


def _row(r: raw.tw_price_change, zone: raw.tw_zone) -> PriceChange:
    return PriceChange(
        raw.tw_price_kind_name(r.kind), r.prefix, r.destination,
        _price(r.old_price_nanos), _price(r.new_price_nanos),
        Decimal(r.percent_hundredths).scaleb(-2) if r.has_percent else None,
        instant(r.effective), _date(r.effective, zone), r.notice_days,
        _NOTICE[r.notice], r.calls, r.lost, decimal(r.difference_nanos),
        r.line, r.caller_prefix,
        _DIRECTIONS[r.direction], _RELATIONS[r.relation], r.band, r.from_s)


def _month(at: int, zone: str) -> str:
    civil = raw.zone_local(raw.tw_zone_open(zone), at)
    return f"{civil.year:04d}-{civil.month:02d}"


def price_changes(store: raw.tw_store, tariff: str, version: int,
                  received: dt.datetime | None,
                  notice_days: int | None) -> PriceChanges:
    if notice_days is not None and not 0 <= notice_days <= 3660:
        raise InvalidArgument("is no number of days; write 0 to 3660",
                              code="TW_EINVAL", field="notice_days")
    handle = raw.tariff_changes(
        store, tariff, version, microseconds(received) if received else 0,
        -1 if notice_days is None else notice_days)
    t = raw.tw_price_changes_total(handle)
    zone = raw.tw_zone_open(t.tariff_zone)
    return PriceChanges(
        t.version, t.before or None, instant(t.starts), instant(t.received),
        None if t.notice_days < 0 else t.notice_days, t.contract,
        {"new": t.fresh, "increase": t.increase, "decrease": t.decrease,
         "ended": t.ended, "unchanged": t.unchanged}, t.breached,
        _month(t.month_from, t.zone), t.zone, t.calls, t.lost, t.gained,
        t.unknown, money(t.old_cost), money(t.new_cost), money(t.lost_cost),
        money(t.gained_cost),
        [_row(r, zone) for r in drain(raw.tw_price_changes_next, handle)])
