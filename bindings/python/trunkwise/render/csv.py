"""The report for a spreadsheet: UTF-8, comma, CRLF (RFC 4180)."""

from __future__ import annotations

import csv
import io

from ..report import ExpenseReport
from ..values import text
from ..words import say
from .table import MONEY, cell, columns, label, unrated_cells

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n",
            "\uff1d", "\uff0b", "\uff0d", "\uff20")


def _safe(value: str) -> str:
    """A leading quote keeps a spreadsheet from running a name as a
    formula (CWE-1236)."""
    return "'" + value if value.startswith(FORMULA) else value


def render(report: ExpenseReport, lang: str) -> bytes:
    keys = columns(report)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([say(lang, k) for k in keys] + [say(lang, "currency")])
    for row in report.rows:
        writer.writerow([
            _safe(label(row, k, lang)) if k in report.by
            else text(cell(row, k)) if k in MONEY else str(cell(row, k))
            for k in keys] + [row.currency])
    for row in report.totals:
        cells = ["" if k in report.by else text(cell(row, k))
                 if k in MONEY else str(cell(row, k)) for k in keys]
        cells[0] = say(lang, "grand_total")
        writer.writerow(cells + [row.currency])
    unrated = unrated_cells(report, keys, lang)
    if unrated:
        writer.writerow(unrated + [""])
    return out.getvalue().encode("utf-8")
