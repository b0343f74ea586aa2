"""The report as a workbook, by Debian's python3-xlsxwriter."""

from __future__ import annotations

import io
from decimal import Decimal

from ..errors import Unsupported
from ..report import ExpenseReport
from ..words import month_name, say
from .table import cell, columns, groups, label, unrated_cells


def render(report: ExpenseReport, lang: str) -> bytes:
    """Numbers are numbers, names are strings and never formulas."""
    try:
        import xlsxwriter
    except ImportError:
        raise Unsupported("XLSX needs XlsxWriter; apt-get install "
                          "python3-xlsxwriter") from None
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet(report.month)
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    title = book.add_format({"bold": True, "font_size": 14})
    money = book.add_format({"num_format": "#,##0.00"})
    total = book.add_format({"bold": True, "top": 1,
                             "num_format": "#,##0.00"})
    total_count = book.add_format({"bold": True, "top": 1})
    keys = columns(report)

    sheet.write_string(0, 0, say(lang, "expenses", by=groups(report, lang),
                                 month=month_name(lang, report.month)), title)
    sheet.write_string(1, 0, say(lang, "zone_note", zone=report.zone))
    for column, key in enumerate(keys + ("currency",)):
        sheet.write_string(3, column, say(lang, key), bold)

    def put(line: int, column: int, value: object, money_format, count_format):
        if isinstance(value, Decimal):
            sheet.write_number(line, column, value, money_format)
        elif isinstance(value, int):
            sheet.write_number(line, column, value, count_format)
        else:
            sheet.write_string(line, column, str(value), count_format)

    line = 4
    for row in report.rows:
        for column, key in enumerate(keys):
            value = (label(row, key, lang) if key in report.by
                     else cell(row, key))
            put(line, column, value, money, None)
        sheet.write_string(line, len(keys), row.currency)
        line += 1
    for row in report.totals:
        for column, key in enumerate(keys):
            value = "" if key in report.by else cell(row, key)
            if column == 0:
                value = say(lang, "grand_total")
            put(line, column, value, total, total_count)
        sheet.write_string(line, len(keys), row.currency, total_count)
        line += 1
    for column, text in enumerate(unrated_cells(report, keys, lang) or ()):
        if text.isdigit():
            sheet.write_number(line, column, int(text))
        elif text:
            sheet.write_string(line, column, text)
    sheet.set_column(0, len(report.by) - 1, 26)
    sheet.set_column(len(report.by), len(keys), 14)
    sheet.freeze_panes(4, len(report.by))
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    book.close()
    return out.getvalue()
