"""Calls by anything, as the table of all formats and as a document."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_UP, Decimal

from ..breakdown import Breakdown, BreakdownRow
from ..values import text
from ..words import day_name, month_name, say, weekday_name
from .table import Line, Table, months_of, notes_of

_COUNTS = ("calls", "answered", "missed", "unrated", "minutes")
_MONEY = ("cost", "net", "vat", "gross")
_WORDS = {"direction": "direction_", "status": "status_",
          "duration": "duration_"}
_NUMBERS = ("weekday", "hour", "duration")


def _minutes(row: BreakdownRow) -> Decimal:
    seconds = Decimal(row.talk // type(row.talk)(microseconds=1)) / 10 ** 6
    return (seconds / 60).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _figure(row: BreakdownRow, key: str) -> int | Decimal:
    if key == "minutes":
        return _minutes(row)
    value: int | Decimal = getattr(row, key)
    return value


def label(key: str, value: str, lang: str) -> str:
    """A key as people read it; what is none of its kind has a name too."""
    if key in _WORDS:
        return say(lang, _WORDS[key] + (value or "none"))
    if not value:
        return say(lang, "unallocated" if key == "department" else "none")
    if key == "month":
        return month_name(lang, value)
    if key == "day":
        return day_name(lang, value)
    if key == "weekday":
        return weekday_name(lang, int(value))
    return f"{value}:00" if key == "hour" else value


def _figures(report: Breakdown) -> tuple[str, ...]:
    """Without columns that would hold nothing, or the total again."""
    taxed = any(r.vat for r in report.rows)
    return tuple(k for k in _COUNTS + _MONEY
                 if (k != "unrated" or any(r.unrated for r in report.rows))
                 and (k == "cost" or k not in _MONEY or taxed and (
                     k == "vat" or any(getattr(r, k) != r.cost
                                       for r in report.rows))))


def _notes(report: Breakdown, lang: str) -> tuple[str, ...]:
    return notes_of(report.company, report.zone, report.made, lang)


def table(report: Breakdown, lang: str) -> Table:
    by = ", ".join(say(lang, "by_" + k) for k in report.by)
    figures = _figures(report)
    lines = [Line("row", tuple(label(k, v, lang)
                               for k, v in zip(report.by, r.keys))
                  + tuple(_figure(r, k) for k in figures), r.currency,
                  "department" in report.by
                  and not r.keys[report.by.index("department")])
             for r in report.rows]
    if lines:
        lines += [Line("total", (say(lang, "grand_total"),)
                       + ("",) * (len(report.by) - 1)
                       + tuple(_figure(r, k) for k in figures), r.currency)
                  for r in report.totals]
    unrated = sum(r.unrated for r in report.totals)
    keys = report.by + figures
    return Table(
        say(lang, "breakdown", by=by, month=months_of(
            report.month, report.last_month, lang)),
        _notes(report, lang),
        say(lang, "unrated_note", count=unrated) if unrated else "",
        report.by, keys, tuple(say(lang, k) for k in keys), tuple(lines),
        report.totals[0].currency if len(report.totals) == 1 else "",
        report.company, report.month, say(lang, "breakdown_none"),
        say(lang, "breakdown_footer"))


def _key(key: str, value: str) -> str | int | None:
    if key in _NUMBERS:
        return int(value) if value else None
    return value


def _document(row: BreakdownRow) -> dict[str, object]:
    return {"calls": row.calls, "answered": row.answered,
            "missed": row.missed, "unrated": row.unrated,
            "minutes": str(_minutes(row)),
            **{k: text(getattr(row, k)) for k in _MONEY},
            "currency": row.currency}


def document(report: Breakdown) -> bytes:
    """Keys stand in docs/json.md."""
    return (json.dumps({
        "month": report.month, "last_month": report.last_month,
        "company": report.company, "zone": report.zone,
        "by": list(report.by), "digits": report.digits,
        "rows": [{**{k: _key(k, v) for k, v in zip(report.by, r.keys)},
                  **_document(r)} for r in report.rows],
        "totals": [_document(r) for r in report.totals],
    }, ensure_ascii=False, indent=2) + "\n").encode()
