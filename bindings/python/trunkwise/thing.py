"""What everything of an engine is: a number there, and times and words as
the engine takes them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Iterable

from . import raw
from .errors import InvalidArgument
from .values import TIME_MAX, instant, microseconds, now_us, span

if TYPE_CHECKING:
    from .distribution import Engine

Now = dt.datetime | int | None
Skills = int | Iterable[str]     # bits, or names
Seconds = int | float | Decimal

_LAST = microseconds(dt.datetime.max.replace(tzinfo=dt.timezone.utc))


def one_of(names: dict[str, int], name: str, field: str) -> int:
    if name not in names:
        raise InvalidArgument(f"{name!r} is unknown; write one of "
                              + ", ".join(names), field=field)
    return names[name]


def as_us(now: Now) -> int:
    if now is None:
        return now_us()
    return microseconds(now) if isinstance(now, dt.datetime) else now


def as_time(us: int) -> dt.datetime | None:
    """Deadlines may lie past the last year that Python knows."""
    return instant(us if us == TIME_MAX else min(us, _LAST))


def as_ms(seconds: Seconds, field: str) -> int:
    return span(seconds, field, 1000, 2 ** 32)


def as_range(low: int, high: int
           ) -> tuple[dt.timedelta, dt.timedelta] | None:
    if high < 0:
        return None
    return dt.timedelta(microseconds=low), dt.timedelta(microseconds=high)


class Thing:
    """Something of an engine, known by its number there."""

    __slots__ = ("_engine", "id")

    def __init__(self, engine: "Engine", number: int):
        self._engine = engine
        self.id = number

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Thing) \
            and other._engine is self._engine and other.id == self.id

    def __hash__(self) -> int:
        return hash((type(self), id(self._engine), self.id))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"

    def __str__(self) -> str:
        return str(self.id)

    @property
    def _handle(self) -> raw.tw_engine:
        return self._engine.handle
