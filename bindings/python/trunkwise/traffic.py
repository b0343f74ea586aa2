"""Who calls, who was missed, and what a call costs."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

from . import raw
from .errors import InvalidArgument
from .results import drain, listing_of
from .values import decimal

BY = ("number", "campaign", "department", "hour")
_HOURS_MAX = 8760


class CallsRow(NamedTuple):
    """Inbound calls of a group, or (``is_total``) of all. ``weekday`` is 1
    Monday to 7, by hour only. Money is None but by number and by campaign;
    the cost of one call also where there is none to share it. ``first_day``
    and ``last_day`` are those of the months on which the directory has the
    campaign."""

    is_total: bool
    name: str
    campaigns: str
    first_day: dt.date | None
    last_day: dt.date | None
    weekday: int | None
    hour: int | None
    offered: int
    answered: int
    missed: int
    hidden: int
    missed_hidden: int
    unreturned: int
    callers: int
    first_time: int
    repeat: int
    ends_known: int
    wait: dt.timedelta
    mean_wait: dt.timedelta | None
    mean_abandon: dt.timedelta | None
    talk: dt.timedelta
    rent: Decimal | None
    charges: Decimal | None
    cost: Decimal | None
    per_answered: Decimal | None
    per_first: Decimal | None
    currency: str
    other_currency: int


class MissedCaller(NamedTuple):
    """Whom nobody has called back; ``number`` is "" when it was erased."""

    number: str
    our_number: str
    campaign: str
    missed: int
    last: dt.datetime
    tries: int


def _us(value: int) -> dt.timedelta:
    return dt.timedelta(microseconds=value)


def _day(value: str) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None


def _money(value: raw.tw_money) -> Decimal | None:
    return decimal(value.nanos) if value.currency else None


def _row(r: raw.tw_traffic_row) -> CallsRow:
    by_hour = r.weekday != 0
    return CallsRow(
        bool(r.is_total), r.name, r.campaigns, _day(r.from_us), _day(r.to_us),
        r.weekday if by_hour else None, r.hour if by_hour else None,
        r.offered, r.answered, r.missed, r.hidden, r.missed_hidden,
        r.unreturned, r.callers, r.first_time, r.repeat, r.ends_known,
        _us(r.wait_us), _us(r.wait_mean_us) if r.answered else None,
        _us(r.abandon_mean_us) if r.ends_known else None, _us(r.talk_us),
        _money(r.rent), _money(r.charges), _money(r.cost),
        _money(r.per_answered), _money(r.per_first), r.cost.currency,
        r.other_currency)


def calls(store: raw.tw_store, month: str, last_month: str | None, by: str,
          callback_hours: int) -> list[CallsRow]:
    if by not in BY:
        raise InvalidArgument(f"is {by}; use one of " + ", ".join(BY),
                              code="TW_EINVAL", field="by")
    if not 0 < callback_hours <= _HOURS_MAX:
        raise InvalidArgument(f"is {callback_hours}; give 1 to {_HOURS_MAX}",
                              code="TW_EINVAL", field="callback_hours")
    report = raw.report_traffic(store, BY.index(by) + 1, month, last_month,
                                callback_hours)
    return [_row(r) for r in drain(raw.tw_traffic_next, report)]


def missed(store: raw.tw_store, month: str) -> list[MissedCaller]:
    return [MissedCaller(r.key, r.kind, r.detail, r.calls, r.at, r.seconds)
            for r in listing_of(raw.tw_missed_list(store, month))]
