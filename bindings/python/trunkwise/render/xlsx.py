"""The report as a workbook, by Debian's python3-xlsxwriter."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

from ..errors import OutOfRange, Unsupported
from ..report import ExpenseReport
from ..values import text
from ..words import say
from .style import Style
from .table import Line, Table, decimals, table

# all that a spreadsheet keeps of a number
_DIGITS = 15


def is_exact(value: Decimal) -> bool:
    """Would a spreadsheet keep all digits?"""
    return len(value.normalize().as_tuple().digits) <= _DIGITS


class _Sheet:
    """One worksheet and the formats of its cells."""

    def __init__(self, book: Any, name: str, made: Table):
        self.book, self.made = book, made
        self.sheet = book.add_worksheet(name)
        self.formats: dict[tuple[str, int], Any] = {}

    def format(self, kind: str, places: int) -> Any:
        """Bold for sums, slanted for what stands beside them."""
        if (kind, places) not in self.formats:
            look: dict[str, object] = {}
            if places:
                look["num_format"] = "#,##0." + "0" * places
            if kind in ("total", "subtotal"):
                look.update(bold=True, top=1)
            if kind in ("unrated", "bucket"):
                look["italic"] = True
            self.formats[kind, places] = self.book.add_format(look)
        return self.formats[kind, places]

    def put(self, line: int, column: int, key: str,
            value: str | int | Decimal | None, kind: str) -> None:
        """Numbers are numbers and names are text, never a formula. An
        amount of more digits than a spreadsheet keeps is text as well: a
        kopeck would be lost without a word."""
        if value is None or value == "":
            lost = self.sheet.write_blank(line, column, None,
                                          self.format(kind, 0))
        elif isinstance(value, Decimal) and is_exact(value):
            exponent = value.normalize().as_tuple().exponent
            places = max(decimals(key), -int(exponent))
            lost = self.sheet.write_number(line, column, value,
                                           self.format(kind, places))
        elif isinstance(value, int) and value < 10 ** _DIGITS:
            lost = self.sheet.write_number(line, column, value,
                                           self.format(kind, 0))
        else:
            shown = text(value) if isinstance(value, Decimal) else str(value)
            lost = self.sheet.write_string(line, column, shown,
                                           self.format(kind, 0))
        if lost:    # nothing else says so
            raise OutOfRange("a workbook has no more than 1048576 lines and "
                             "32767 characters in a cell; write --format csv",
                             code="TW_ERANGE", field="--format")

    def put_line(self, line: int, put: Line) -> None:
        kind = "bucket" if put.unallocated else put.kind
        for column, (key, value) in enumerate(zip(self.made.keys,
                                                  put.cells)):
            self.put(line, column, key, value, kind)
        if self.made.has_money:
            self.put(line, len(put.cells), "currency", put.currency, kind)


def _fill(book: Any, made: Table, lang: str) -> None:
    page = _Sheet(book, made.sheet, made)
    sheet = page.sheet
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True,
                            "valign": "bottom"})
    sheet.write_string(0, 0, made.title, book.add_format(
        {"bold": True, "font_size": 14}))
    sheet.write_string(1, 0, ". ".join(made.notes))
    if made.warning:
        sheet.write_string(2, 0, made.warning,
                           book.add_format({"bold": True}))
    heads = made.heads + ((say(lang, "currency"),) if made.has_money else ())
    for column, head in enumerate(heads):
        sheet.write_string(3, column, head, bold)
    lines = [x for x in made.lines if x.kind != "subtotal"]
    for line, put in enumerate(lines, 4):
        page.put_line(line, put)
    if not lines:
        sheet.write_string(4, 0, made.empty)
    sheet.set_column(0, len(made.names) - 1, 26)
    sheet.set_column(len(made.names), len(made.keys), 14)
    sheet.freeze_panes(4, len(made.names))
    rows = sum(x.kind == "row" for x in lines)
    if rows:
        sheet.autofilter(3, 0, 3 + rows, len(heads) - 1)
    sheet.repeat_rows(3)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L" + made.title.replace("&", "&&") + "&R&P / &N")


def _carried(value: str) -> str:
    """Without what XML has no place for."""
    return "".join("\ufffd" if c < " " or c in "\ufffe\uffff" else c
                   for c in value)


def page(made: Table, style: Style) -> bytes:
    """Any table; rows can be filtered and summed: subtotals are left to the
    user."""
    try:
        import xlsxwriter
    except ImportError:
        raise Unsupported("XLSX needs XlsxWriter; apt-get install "
                          "python3-xlsxwriter") from None
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    # XlsxWriter escapes cells, and these not
    book.set_properties({"title": _carried(made.title),
                         "company": _carried(made.company)})
    _fill(book, made, style.lang)
    book.close()
    return out.getvalue()


def render(report: ExpenseReport, style: Style) -> bytes:
    """A column keeps its name whichever month it is compared with."""
    made = table(report, style.lang)
    return page(made._replace(heads=tuple(say(style.lang, k)
                                          for k in made.keys)), style)
