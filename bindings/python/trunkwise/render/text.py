"""The report on a terminal."""

from __future__ import annotations

from decimal import Decimal

from ..report import ExpenseReport, ExpenseRow
from ..words import amount, month_name, plain, say
from .table import MONEY, cell, columns, groups, label, unrated_cells


def _shown(row: ExpenseRow, key: str, lang: str) -> str:
    value = cell(row, key)
    if isinstance(value, Decimal):
        return amount(lang, value, 1 if key == "minutes" else 2)
    return str(value)


def _line(row: ExpenseRow, keys: tuple[str, ...], report: ExpenseReport,
          lang: str) -> list[str]:
    return [plain(label(row, k, lang)) if k in report.by else _shown(row, k, lang)
            for k in keys]


def _total(row: ExpenseRow, keys: tuple[str, ...], report: ExpenseReport,
           lang: str) -> list[str]:
    cells = ["" if k in report.by else _shown(row, k, lang) for k in keys]
    cells[0] = say(lang, "grand_total")
    if len(report.totals) > 1:
        cells[0] += f" {row.currency}"
    return cells


def render(report: ExpenseReport, lang: str) -> bytes:
    """A table with a rule above the grand total."""
    keys = columns(report)
    only = report.totals[0].currency if len(report.totals) == 1 else ""
    head = [say(lang, k) + (f", {only}" if k in MONEY and only else "")
            for k in keys]
    body = [_line(r, keys, report, lang) for r in report.rows]
    if not only:
        for cells, row in zip(body, report.rows):
            cells[-1] += f" {row.currency}"
    foot = [_total(r, keys, report, lang) for r in report.totals]
    without_price = unrated_cells(report, keys, lang)
    if without_price:
        foot.append(without_price)
    widths = [max(len(line[i]) for line in [head] + body + foot)
              for i in range(len(keys))]

    def put(cells: list[str]) -> str:
        return "  ".join(
            c.ljust(w) if keys[i] in report.by else c.rjust(w)
            for i, (c, w) in enumerate(zip(cells, widths))).rstrip()

    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    lines = [say(lang, "expenses", by=groups(report, lang),
                 month=month_name(lang, report.month)),
             say(lang, "zone_note", zone=report.zone), ""]
    if body:
        lines += [put(head), rule, *map(put, body), rule, *map(put, foot)]
    else:
        lines.append(say(lang, "no_calls"))
    unrated = sum(t.unrated for t in report.totals)
    if unrated:
        lines += ["", say(lang, "unrated_note", count=unrated)]
    return ("\n".join(lines) + "\n").encode()
