"""Inbound calls as the table of all formats."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from ..traffic import CallsRow
from ..words import day_name, say, weekday_name
from .table import Line, Table, Whose, months_of, notes_of

_COUNTS = ("offered", "answered", "missed", "unreturned", "hidden", "callers",
           "first_time", "repeat")
_TIMES = ("mean_wait", "minutes")
_MONEY = ("rent", "charges", "cost", "per_answered", "per_first")
_NAMES = {"number": ("number", "campaigns"), "campaign": ("campaign", "days"),
          "department": ("department",), "hour": ("weekday", "hour")}
_TENTH = Decimal("0.1")
_HOURS = tuple(f"hour_{hour:02d}" for hour in range(24))


def _seconds(value: dt.timedelta) -> Decimal:
    return Decimal(value // dt.timedelta(microseconds=1)) / 10 ** 6


def _figure(row: CallsRow, key: str) -> int | Decimal | None:
    if key == "minutes":
        return (_seconds(row.talk) / 60).quantize(_TENTH, ROUND_HALF_UP)
    if key == "mean_wait":
        return (None if row.mean_wait is None
                else _seconds(row.mean_wait).quantize(_TENTH, ROUND_HALF_UP))
    value: int | Decimal | None = getattr(row, key)
    return value


def _name(row: CallsRow, key: str, lang: str) -> str:
    if key == "weekday" and row.weekday:
        return weekday_name(lang, row.weekday)
    if key == "hour":
        return f"{row.hour:02d}:00"
    if key == "campaigns":
        return row.campaigns
    if key == "days":
        return "" if not row.first_day or not row.last_day else say(
            lang, "from_to", first=day_name(lang, row.first_day.isoformat()),
            last=day_name(lang, row.last_day.isoformat()))
    return row.name or say(lang, "unallocated" if key == "department"
                           else "none")


def _figures(rows: list[CallsRow]) -> tuple[str, ...]:
    """Without columns that would hold nothing, or the cost again."""
    parts = ("rent", "charges") if any(r.charges for r in rows) else ()
    return tuple(
        k for k in _COUNTS + _TIMES + (_MONEY if rows[-1].currency else ())
        if (k != "hidden" or any(r.hidden for r in rows))
        and (k not in ("rent", "charges") or k in parts))


def _notes(rows: list[CallsRow], whose: Whose, hours: int,
           lang: str) -> tuple[str, ...]:
    other = rows[-1].other_currency
    return (*notes_of(whose.company, whose.zone, whose.made, lang),
            say(lang, "calls_window", hours=hours),
            *([say(lang, "calls_other_currency", count=other)]
              if other else []))


def table(rows: list[CallsRow], by: str, months: tuple[str, str],
          whose: Whose, hours: int, lang: str) -> Table:
    """``rows`` end with the total; ``hours`` are those to call back in."""
    names, figures = _NAMES[by], _figures(rows)
    lines = [Line("row", tuple(_name(r, k, lang) for k in names)
                  + tuple(_figure(r, k) for k in figures), r.currency,
                  by in ("department", "number") and not r.name)
             for r in rows[:-1]]
    if lines:
        lines.append(Line("total", (say(lang, "calls_total"),)
                          + ("",) * (len(names) - 1)
                          + tuple(_figure(rows[-1], k) for k in figures),
                          rows[-1].currency))
    return Table(
        say(lang, "calls_title", by=say(lang, "by_" + by),
            month=months_of(*months, lang)),
        _notes(rows, whose, hours, lang), "", names, names + figures,
        tuple(say(lang, k) for k in names)
        + tuple(say(lang, "calls_" + k) for k in figures), tuple(lines),
        rows[-1].currency, whose.company, months[0],
        say(lang, "breakdown_none"), say(lang, "calls_footer"))


def week(rows: list[CallsRow], months: tuple[str, str], whose: Whose,
         hours: int, lang: str) -> Table:
    """By hour for people: days below each other, hours beside each other,
    and in each how many calls were offered."""
    cells = {(r.weekday, r.hour): r.offered for r in rows if not r.is_total}
    lines = tuple(Line("row", (weekday_name(lang, day),) + tuple(
        cells[day, hour] or "·" for hour in range(24)), "")
        for day in range(1, 8))
    made = table(rows, "hour", months, whose, hours, lang)
    return made._replace(
        notes=made.notes[:-1] + (say(lang, "calls_hours"),),
        names=("weekday",), keys=("weekday",) + _HOURS,
        heads=(say(lang, "weekday"),) + tuple(f"{h:02d}" for h in range(24)),
        lines=lines)
