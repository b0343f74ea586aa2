"""Sources' own costs beside ours, as the table of all formats and as a
document."""

from __future__ import annotations

import json

from ..differences import Difference, Differences
from ..values import text
from ..words import month_name, say
from .table import Line, Table, Whose, months_of, notes_of

_COUNTS = ("calls", "differing", "unrated", "unstated")
_MONEY = ("rated", "stated", "difference", "only_stated", "only_rated")
_SELDOM = ("unrated", "unstated", "only_stated", "only_rated")


def _label(key: str, row: Difference, lang: str) -> str:
    value = getattr(row, key)
    if not value:
        return say(lang, "unallocated" if key == "department" else "none")
    return month_name(lang, value) if key == "month" else value


def _currencies(row: Difference) -> str:
    if row.rated_currency == row.stated_currency:
        return row.rated_currency
    return f"{row.rated_currency} / {row.stated_currency}"


def _line(kind: str, names: tuple[str, ...], row: Difference,
          figures: tuple[str, ...]) -> Line:
    return Line(kind, names + tuple(getattr(row, k) for k in figures),
                _currencies(row))


def table(report: Differences, whose: Whose, lang: str) -> Table:
    """Of two currencies both are named, ours first."""
    figures = tuple(k for k in _COUNTS + _MONEY if k not in _SELDOM
                    or any(getattr(t, k) for t in report.totals))
    names = report.by or ("total",)
    lines = [_line("row", tuple(_label(k, r, lang) for k in report.by), r,
                   figures)
             for r in report.rows if report.by]
    lines += [_line("total", (say(lang, "grand_total"),)
                    + ("",) * (len(names) - 1), t, figures)
              for t in report.totals]
    keys = names + figures
    return Table(
        say(lang, "differences", month=months_of(
            report.month, report.last_month, lang)),
        notes_of(whose.company, whose.zone, whose.made, lang), "", names,
        keys, tuple(say(lang, "differences_" + k
                        if k in _MONEY + ("differing", "unstated", "total")
                        else k) for k in keys), tuple(lines),
        _currencies(report.totals[0]) if len(report.totals) == 1 else "",
        whose.company, report.month, say(lang, "differences_none"),
        say(lang, "differences_footer_" + report.against))


def _document(row: Difference) -> dict[str, object]:
    return {**{k: getattr(row, k) for k in _COUNTS},
            "rated": text(row.rated), "rated_currency": row.rated_currency,
            "stated": text(row.stated),
            "stated_currency": row.stated_currency,
            "difference": (None if row.difference is None
                           else text(row.difference)),
            "only_stated": text(row.only_stated),
            "only_rated": text(row.only_rated)}


def document(report: Differences, whose: Whose) -> bytes:
    """Keys stand in docs/json.md."""
    return (json.dumps({
        "month": report.month, "last_month": report.last_month,
        "company": whose.company, "zone": whose.zone,
        "by": list(report.by), "against": report.against,
        "rows": [{**{k: getattr(r, k) for k in report.by}, **_document(r)}
                 for r in report.rows],
        "totals": [_document(t) for t in report.totals],
    }, ensure_ascii=False, indent=2) + "\n").encode()
