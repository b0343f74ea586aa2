"""Python's values and the library's: Decimal and nano-units, datetime and
microseconds of UTC."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from numbers import Real
from typing import NamedTuple
from zoneinfo import ZoneInfo

from . import raw
from .errors import InvalidArgument, OutOfRange

NANOS = 10 ** 9
TIME_MIN = -2 ** 63
TIME_MAX = 2 ** 63 - 1

# The library's numbers for names that Python uses.
DIRECTIONS: dict[str | None, int] = {
    "outbound": 1, "inbound": 2, "forward": 3, "internal": 4}
RELATIONS: dict[str | None, int] = {
    None: 0, "same_city": 1, "same_region": 2, "other": 3}

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)


class Money(NamedTuple):
    """An exact amount in one currency."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{text(self.amount)} {self.currency}"


def decimal(nanos: int) -> Decimal:
    """Nano-units as an exact Decimal."""
    return Decimal(nanos).scaleb(-9)


def money(value: raw.tw_money) -> Money:
    return Money(decimal(value.nanos), value.currency)


def text(amount: Decimal, decimals: int = 2) -> str:
    """Plain digits, at least ``decimals`` of them, and none lost."""
    exponent = amount.normalize().as_tuple().exponent
    places = max(decimals, -exponent)
    return f"{amount:.{places}f}"


def microseconds(when: dt.datetime) -> int:
    """An aware datetime as the library's instant."""
    if when.tzinfo is None:
        raise ValueError("the time has no zone; give an aware datetime")
    return (when - _EPOCH) // dt.timedelta(microseconds=1)


def span(seconds: object, field: str, unit: int = 1_000_000,
         limit: int = 2 ** 62) -> int:
    """Seconds in so many units each; what is no time is refused by the name
    of its argument."""
    try:
        if isinstance(seconds, bool) or not isinstance(seconds,
                                                       (Real, Decimal)):
            raise ValueError
        exact = Decimal(str(seconds)) * unit
        if not exact.is_finite():
            raise ValueError
    except (ArithmeticError, ValueError):
        raise InvalidArgument(f"{seconds!r} is no time; give seconds",
                              code="TW_EINVAL", field=field) from None
    if exact < 0:
        raise OutOfRange(f"{seconds} s is below 0", code="TW_ERANGE",
                         field=field)
    if exact >= limit:
        raise OutOfRange(f"{seconds} s do not fit", code="TW_ERANGE",
                         field=field)
    return int(exact)


def whole(value: int, field: str) -> int:
    """True is no number, though Python counts with it."""
    if isinstance(value, bool):
        raise TypeError(f"{field}: {value!r} is no whole number")
    return value


def instant(us: int) -> dt.datetime | None:
    """The library's instant as an aware UTC datetime; None for open ends."""
    if us in (TIME_MIN, TIME_MAX):
        return None
    return _EPOCH + dt.timedelta(microseconds=us)


def local(when: dt.datetime, zone: str | None) -> dt.datetime:
    """The same instant as a clock in ``zone`` shows it, for people."""
    return when.astimezone(ZoneInfo(zone)) if zone else when


def now_us() -> int:
    return microseconds(dt.datetime.now(dt.timezone.utc))


def parse_time(value: str, zone: str | None = None) -> int:
    """ISO 8601 text to an instant; ``zone`` for text without an offset."""
    handle = raw.tw_zone_open(zone) if zone else None
    return raw.tw_time_parse(value, handle)
