"""The report for a spreadsheet. English: RFC 4180, UTF-8, comma, decimal
point, as programs read it. Russian: what Excel with Russian settings opens
by a double click, that is semicolon, decimal comma and a byte order mark."""

from __future__ import annotations

import csv
import io

from ..report import ExpenseReport, ExpenseRow
from ..values import text
from ..words import say
from .table import MONEY, cell, columns, label, unrated_cells

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n",
            "\uff1d", "\uff0b", "\uff0d", "\uff20")


def _safe(value: str) -> str:
    """A leading quote keeps a spreadsheet from running a name as a
    formula (CWE-1236)."""
    return "'" + value if value.startswith(FORMULA) else value


def _figure(row: ExpenseRow, key: str, lang: str) -> str:
    value = cell(row, key)
    shown = text(value) if key in MONEY else str(value)
    return shown.replace(".", ",") if lang == "ru" else shown


def render(report: ExpenseReport, lang: str) -> bytes:
    keys = columns(report)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";" if lang == "ru" else ",")
    writer.writerow([say(lang, k) for k in keys] + [say(lang, "currency")])
    for row in report.rows:
        writer.writerow([
            _safe(label(row, k, lang)) if k in report.by
            else _figure(row, k, lang) for k in keys] + [row.currency])
    for row in report.totals:
        cells = ["" if k in report.by else _figure(row, k, lang)
                 for k in keys]
        cells[0] = say(lang, "grand_total")
        writer.writerow(cells + [row.currency])
    unrated = unrated_cells(report, keys, lang)
    if unrated:
        writer.writerow(unrated + [""])
    return out.getvalue().encode("utf-8-sig" if lang == "ru" else "utf-8")
