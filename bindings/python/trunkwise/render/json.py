"""The report for scripts; keys stand in docs/json.md. Money is a decimal
string, never a JSON number."""

from __future__ import annotations

import json

from ..report import ExpenseReport, ExpenseRow
from ..values import text
from .style import Style
from .table import BUDGETED, MONEY, TAXED, cell, decimals

_DATES = ("period", "first_day", "last_day", "whole_month")


def _figures(report: ExpenseReport, row: ExpenseRow) -> dict[str, object]:
    figures: dict[str, object] = {
        "calls": row.calls, "answered": row.answered, "missed": row.missed,
        "unrated": row.unrated, "minutes": str(cell(row, "minutes"))}
    for key in MONEY + TAXED:
        figures[key] = text(cell(row, key))
    if "previous" in report.compare:
        figures["previous"] = text(row.previous)
        figures["difference"] = text(row.difference)
        figures["percent"] = (None if row.percent is None
                              else str(row.percent))
    if "budget" in report.compare:
        for key in BUDGETED:
            value = cell(row, key)
            figures[key] = (value if value is None else text(
                value, decimals(key)))
    figures["currency"] = row.currency
    return figures


def _names(report: ExpenseReport, row: ExpenseRow) -> dict[str, object]:
    keys = (_DATES if report.per else ()) + report.by
    return {**{k: getattr(row, k) for k in keys},
            "unallocated": row.unallocated}


def render(report: ExpenseReport, style: Style) -> bytes:
    return (json.dumps({
        "month": report.month, "last_month": report.last_month,
        "company": report.company, "zone": report.zone,
        "by": list(report.by), "per": report.per,
        "compare": list(report.compare),
        "rows": [{**_names(report, r), **_figures(report, r)}
                 for r in report.rows],
        "totals": [_figures(report, t) for t in report.totals],
        "accrued": [{"month": a.month, "through": a.through,
                     "posted": text(a.posted), "currency": a.currency}
                    for a in report.accrued],
    }, ensure_ascii=False, indent=2) + "\n").encode()
