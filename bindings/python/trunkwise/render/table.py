"""The columns of an expense report, one place for all formats."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from ..report import ExpenseReport, ExpenseRow
from ..words import say

COUNTS = ("calls", "answered", "missed")
MONEY = ("rent", "call_cost", "forwarded_cost", "cost")

_FIELDS = {"call_cost": "calls_cost", "cost": "total"}


def columns(report: ExpenseReport) -> tuple[str, ...]:
    """Keys in the order people read them."""
    unrated = ("unrated",) if any(r.unrated for r in report.totals) else ()
    return tuple(report.by) + COUNTS + unrated + ("minutes",) + MONEY


def cell(row: ExpenseRow, key: str) -> object:
    """A cell's value: str, int or Decimal."""
    value = getattr(row, _FIELDS.get(key, key))
    if key == "minutes":
        return value.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return value


def label(row: ExpenseRow, key: str, lang: str) -> str:
    """A group's name; what belongs to nobody has a name too."""
    if key == "department" and row.unallocated:
        return say(lang, "unallocated")
    return getattr(row, key) or say(lang, "none")


def currencies(report: ExpenseReport) -> list[str]:
    return [t.currency for t in report.totals]


def groups(report: ExpenseReport, lang: str) -> str:
    """What the report is grouped by, as the title says it."""
    return ", ".join(say(lang, "by_" + k) for k in report.by)


def unrated_cells(report: ExpenseReport, keys: tuple[str, ...],
                  lang: str) -> list[str] | None:
    """The row of calls without a price, below the totals: they are counted
    above and are in no sum. None when there are none."""
    count = sum(t.unrated for t in report.totals)
    if not count:
        return None
    cells = [str(count) if k == "calls" else "" for k in keys]
    cells[0] = say(lang, "unrated_row")
    return cells
