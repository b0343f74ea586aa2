"""The report for a spreadsheet. English: RFC 4180, UTF-8, comma, decimal
point, as programs read it. Russian: what Excel with Russian settings opens
by a double click, that is semicolon, decimal comma and a byte order mark.
Style says otherwise, down to the encoding of older programs."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from ..errors import InvalidArgument
from ..report import ExpenseReport
from ..values import text
from ..words import say
from .safe import as_text
from .style import Style
from .table import Line, Table, cell, decimals, label, table


def figure(value: int | Decimal | None, key: str, point: str) -> str:
    """Digits of a column, none lost."""
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    return text(value, decimals(key)).replace(".", point)


def encoded(written: str, encoding: str, cells: list[list[str]]) -> bytes:
    """Never a question mark in the place of a letter."""
    try:
        return written.encode(encoding)
    except UnicodeEncodeError:
        pass
    for line in cells:
        for value in line:
            try:
                value.encode(encoding)
            except UnicodeEncodeError as error:
                raise InvalidArgument(
                    f"{encoding} has no {value[error.start]!r} of "
                    f"{value!r}; write --encoding utf-8-sig",
                    code="TW_EINVAL", field="--encoding") from None
    raise AssertionError("what the cells can say, the file can")


def _line(line: Line, made: Table, point: str) -> list[str]:
    return [as_text(v) if isinstance(v, str) else figure(v, k, point)
            for v, k in zip(line.cells, made.keys)] + (
        [line.currency] if made.has_money else [])


def file_of(cells: list[list[str]], style: Style) -> bytes:
    """Cells that are safe already, as a whole file."""
    russian = style.lang == "ru"
    delimiter = style.delimiter or (";" if point_of(style) == "," else ",")
    encoding = style.encoding or ("utf-8-sig" if russian else "utf-8")
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(cells)
    return encoded(out.getvalue(), encoding, cells)


def point_of(style: Style) -> str:
    return style.decimal or ("," if style.lang == "ru" else ".")


def page(made: Table, style: Style) -> bytes:
    """Any table, with its totals; subtotals are left to the user."""
    point = point_of(style)
    currency = [say(style.lang, "currency")] if made.has_money else []
    return file_of([[*made.heads, *currency]]
                  + [_line(line, made, point) for line in made.lines
                     if line.kind != "subtotal"], style)


def render(report: ExpenseReport, style: Style) -> bytes:
    point = point_of(style)
    made = table(report, style.lang)
    cells = [[say(style.lang, k) for k in made.keys + ("currency",)]]
    for row in report.rows:
        cells.append([
            row.period if k == "period"
            else as_text(label(row, k, style.lang)) if k in made.names
            else figure(cell(row, k), k, point)
            for k in made.keys] + [row.currency])
    for line in made.lines:
        if line.kind in ("total", "unrated"):
            cells.append(_line(line, made, point))
    return file_of(cells, style)
