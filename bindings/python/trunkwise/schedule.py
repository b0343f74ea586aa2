"""When plans are open: weekly hours, and dates that differ."""

from __future__ import annotations

import datetime as dt
from typing import Iterable

from . import raw
from .errors import InvalidArgument
from .thing import Thing, as_time, as_us

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SHUT, _LIKE, _HOURS, _OWN = 1, 2, 3, 4    # what a date makes of the week


def _minutes(at: dt.time | str | int, field: str) -> int:
    """After local midnight; "24:00" is the next one."""
    if isinstance(at, dt.time):
        return at.hour * 60 + at.minute
    if isinstance(at, int):
        return at
    hour, colon, minute = at.partition(":")
    if not colon or not (hour.isascii() and hour.isdigit()
                         and minute.isascii() and minute.isdigit()) \
            or int(hour) > 24 or int(minute) > 59:
        raise InvalidArgument(f"{at!r} is no time of day; write \"09:30\"",
                              field=field)
    return int(hour) * 60 + int(minute)


class Schedule(Thing):
    """Weekly hours in the wall clock of a zone, and dates that differ."""

    __slots__ = ()

    def add_hours(self, days: str | Iterable[str], opens: dt.time | str | int,
                  closes: dt.time | str | int) -> None:
        """``days``: "mon-fri", "sat" or a list of days; open from ``opens``
        until before ``closes``, which is on the next day where it is not
        later. "24:00" is midnight."""
        raw.tw_schedule_add_hours(
            self._handle, self.id, _day_mask(days),
            _minutes(opens, "opens"), _minutes(closes, "closes"))

    def add_date(self, date: dt.date, opens: dt.time | str | int | None = None,
                 closes: dt.time | str | int | None = None, *,
                 hours: Iterable[tuple[dt.time | str | int,
                                       dt.time | str | int]] = (),
                 last: dt.date | None = None, like: str | None = None,
                 short_min: int = 0) -> None:
        """A date, or all of them up to ``last``, that differs: closed; open
        at these hours (``hours``: several pairs); ``like`` a day of the week;
        ``short_min`` closes so much earlier. The first one for a date
        decides."""
        spans = [*hours]
        if opens is not None or closes is not None:
            spans.append((opens or 0, 24 * 60 if closes is None else closes))
        if like is not None and like not in _DAYS:
            raise InvalidArgument(f"{like!r} is no day; write one of "
                                  + ", ".join(_DAYS), field="like")
        if like is not None and spans:
            raise InvalidArgument("hours of its own or those of another day, "
                                  "not both", field="like")
        kind = _HOURS if spans else _LIKE if like else \
            _OWN if short_min else _SHUT
        raw.schedule_add_override(
            self._handle, self.id, (date.year, date.month, date.day),
            max(0, ((last or date) - date).days + 1), kind,
            _DAYS.index(like) if like else 0, short_min,
            [(_minutes(a, "opens"), _minutes(b, "closes"))
             for a, b in spans])

    def is_open(self, at: dt.datetime | None = None) -> bool:
        return bool(raw.tw_schedule_is_open(self._handle, self.id, as_us(at)))

    def next_change(self, at: dt.datetime | None = None
                    ) -> dt.datetime | None:
        """When it opens or closes next; None if it stays as it is."""
        return as_time(raw.tw_schedule_next_change(self._handle, self.id,
                                                 as_us(at)))


def _day_mask(days: str | Iterable[str]) -> int:
    mask = 0
    for part in days.split(",") if isinstance(days, str) else days:
        first, dash, last = part.strip().partition("-")
        last = last if dash else first
        if first not in _DAYS or last not in _DAYS:
            raise InvalidArgument(f"{part!r} is no day; write mon, tue, wed, "
                                  "thu, fri, sat, sun or mon-fri",
                                  field="days")
        day, end = _DAYS.index(first), _DAYS.index(last)
        mask |= 1 << day
        while day != end:
            day = (day + 1) % 7
            mask |= 1 << day
    return mask
