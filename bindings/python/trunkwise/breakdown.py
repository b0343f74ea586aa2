"""Calls by anything that is known of them, as values."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Mapping, NamedTuple

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


_WORDS = {
    "direction": ("outbound", "inbound", "forward", "internal"),
    "weekday": tuple(map(str, range(1, 8))),
    "hour": tuple(f"{hour:02d}" for hour in range(24)),
    "duration": ("0", "10", "30", "60", "180", "600", "1800", "3600"),
    "status": ("answered", "no_answer", "busy", "failed", "cancelled"),
}


_SPELLINGS = {
    "prefix": (re.compile(r"[0-9]+"), "write digits"),
    "month": (re.compile(r"(?!0000)[0-9]{4}-(0[1-9]|1[0-2])"),
              "write 2026-10"),
    "day": (re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"),
            "write 2026-10-05"),
}


def _is_date(value: str) -> bool:
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _known(name: str, field: str) -> str:
    if name not in BY:
        raise InvalidArgument(f"cannot group by {name!r}; choose from "
                              + ", ".join(BY), code="TW_EINVAL", field=field)
    return name


def _only(name: str, value: str) -> str:
    """A slip of the pen would be a report of nothing."""
    if "\x1f" in value or "\0" in value:
        raise InvalidArgument(f"{value!r} is no name", code="TW_EINVAL",
                              field="only")
    if value and name in _WORDS and value not in _WORDS[name]:
        raise InvalidArgument(f"{value!r} is no {name}; choose from "
                              + ", ".join(_WORDS[name]), code="TW_EINVAL",
                              field="only")
    if value and name in _SPELLINGS:
        spelling, mend = _SPELLINGS[name]
        if not spelling.fullmatch(value):
            raise InvalidArgument(f"{value!r} is no {name}; {mend}",
                                  code="TW_EINVAL", field="only")
        if name == "day" and not _is_date(value):
            raise InvalidArgument(f"{value!r} is no day: that month is "
                                  f"shorter", code="TW_EINVAL", field="only")
    return value


def _check_prefix(value: str, digits: int, found: bool) -> None:
    """A short one may be a whole number, such as 112: then there are calls
    of it."""
    if len(value) > digits or (0 < len(value) < digits and not found):
        raise InvalidArgument(
            f"{value!r} has {len(value)} digits and prefixes have {digits}; "
            f"ask with that many digits, or for another number of them",
            code="TW_EINVAL", field="only")


def _check_within(only: Mapping[str, str], first: str, last: str) -> None:
    months = _SPELLINGS["month"][0]
    if not (months.fullmatch(first) and months.fullmatch(last)
            and first <= last):
        return    # the library says what is wrong with them
    for name in ("month", "day"):
        value = _only(name, only.get(name, ""))
        if value and not first <= value[:7] <= last:
            raise InvalidArgument(
                f"{value!r} lies outside of the months asked for, {first} to "
                f"{last}", code="TW_EINVAL", field="only")


def _question(by: tuple[str, ...], only: Mapping[str, str]) -> str:
    return "".join(
        chr(ord("A") + BY.index(_known(name, "by")))
        + (f"={_only(name, only[name])}" if name in only else "") + "\x1f"
        for name in by)


def breakdown(store: raw.tw_store, month: str, *, by: tuple[str, ...],
              last_month: str | None, digits: int,
              only: Mapping[str, str]) -> Breakdown:
    """What ``only`` names is asked by too, behind the others."""
    by = tuple(dict.fromkeys((*by, *(_known(k, "only") for k in only))))
    _check_within(only, month, last_month or month)
    if not 0 < digits <= DIGITS_MAX:
        raise InvalidArgument(f"is {digits}; give 1 to {DIGITS_MAX}, since "
                              "more of a number would name a person",
                              code="TW_EINVAL", field="digits")
    handle = raw.report_breakdown(store, _question(by, only), digits, month,
                                  last_month)
    zone = raw.tw_breakdown_zone(handle)
    rows: list[BreakdownRow] = []
    totals: list[BreakdownRow] = []
    for r in drain(raw.tw_breakdown_next, handle):
        (totals if r.is_total else rows).append(_row(r, len(by)))
    _check_prefix(only.get("prefix", ""), digits, bool(rows))
    return Breakdown(month, last_month or month, zone,
                     raw.tw_breakdown_company(handle), by, digits, rows,
                     totals, local(instant(now_us()), zone).date())
