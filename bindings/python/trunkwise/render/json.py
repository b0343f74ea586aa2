"""The report for scripts; keys stand in docs/json.md. Money is a decimal
string, never a JSON number."""

from __future__ import annotations

import json

from ..report import ExpenseReport, ExpenseRow
from ..values import text
from .table import MONEY, cell


def _figures(row: ExpenseRow) -> dict[str, object]:
    figures: dict[str, object] = {
        "calls": row.calls, "answered": row.answered, "missed": row.missed,
        "unrated": row.unrated, "minutes": str(cell(row, "minutes"))}
    for key in MONEY:
        figures[key] = text(cell(row, key))
    figures["currency"] = row.currency
    return figures


def render(report: ExpenseReport, lang: str) -> bytes:
    rows = []
    for row in report.rows:
        names: dict[str, object] = {k: getattr(row, k) for k in report.by}
        names["unallocated"] = row.unallocated
        rows.append({**names, **_figures(row)})
    return (json.dumps({
        "month": report.month, "zone": report.zone, "by": list(report.by),
        "rows": rows, "totals": [_figures(t) for t in report.totals],
    }, ensure_ascii=False, indent=2) + "\n").encode()
