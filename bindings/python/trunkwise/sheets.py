"""Price sheets as carriers send them: mappings in TOML, and workbooks.

A workbook becomes tab-separated text with one line for each of its rows, so
that the library reads both alike and ``line`` is the row that a person sees.
Nothing is judged here: a cell that is an error or a formula without a value
goes on as such, and the row is refused by the library, by line and column.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import warnings
import xml.etree.ElementTree as ElementTree
import zipfile
from decimal import Decimal
from typing import Any, Callable, Iterable, Iterator

from . import files, raw, toml
from .errors import (Error, NotFound, OutOfRange, ParseError,
                     Unsupported)

_BYTES_MAX = 256 << 20      # of a workbook unpacked, and of its text
_ROWS_MAX = 1_048_576       # what a spreadsheet can have itself
_CELLS_MAX = 20_000_000
_MERGES_MAX = 100_000
_FIELDS_MAX = 256


# ---- mappings ----

def _text(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if isinstance(value, (str, int)):
        return str(value)
    raise ParseError("is a table or list; write one value", code="TW_EPARSE",
                     field=key)


def _columns(value: Any) -> Iterator[tuple[str, str]]:
    """Names by place are one key; each new name is one of its own, since a
    header may hold commas."""
    if isinstance(value, dict):
        for name, column in value.items():
            yield f"column.{name}", _text(f"column.{name}", column)
        return
    items = value if isinstance(value, list) else str(value).split(",")
    places = []
    for item in (_text("columns", item) for item in items):
        name, equals, column = item.rpartition("=")
        if equals:
            yield f"column.{name}", column
        else:
            places.append(item)
    if places:
        yield "columns", ",".join(places)


def _pairs(tree: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if key == "columns":
            yield from _columns(value)
        elif key in ("column", "default") and isinstance(value, dict):
            for name, inner in value.items():
                yield f"{key}.{name}", _text(f"{key}.{name}", inner)
        else:
            yield key, _text(key, value)


class SheetMap:
    """How one carrier's sheets differ from the native one.

    Keys stand in docs/sheets.md; ``sheet_name`` (of a workbook) is read
    here, all others by the library.
    """

    def __init__(self, tree: dict[str, Any]):
        self.sheet_name = ""
        self.decimal = "auto"
        self.settings: list[tuple[str, str]] = []
        self.handle = raw.tw_sheet_map_new()
        for key, value in _pairs(tree):
            self._set(key, value)

    def _set(self, key: str, value: str) -> None:
        if "\0" in key + value:
            raise ParseError("holds a NUL byte; remove it",
                             code="TW_EPARSE", field=key)
        if key == "sheet_name":
            self.sheet_name = value
            return
        raw.tw_sheet_map_set(self.handle, key, value)
        self.settings.append((key, value))
        if key == "decimal":
            self.decimal = value

    @classmethod
    def load(cls, path: str | os.PathLike) -> "SheetMap":
        """Reads a mapping file."""
        data = files.read(path, limit=1 << 20)
        with files.named(path):
            try:
                return cls(toml.loads(data.decode("utf-8-sig")))
            except UnicodeDecodeError:
                raise ParseError("is not UTF-8; save it as such",
                                 code="TW_EPARSE") from None
            except NotFound as error:    # a key; nothing that is looked for
                raise ParseError(error.message, code=error.code,
                                 field=error.field) from None

    def of_text(self) -> "SheetMap":
        """The same mapping for what a workbook was made into."""
        other = SheetMap({})
        for key, value in self.settings:
            if key not in ("delimiter", "encoding"):
                other._set(key, value)
        other._set("delimiter", "tab")
        other._set("encoding", "utf-8")
        return other


# ---- workbooks ----

def is_workbook(data: bytes) -> bool:
    return data.startswith(b"PK\x03\x04")


def _refuse_others(data: bytes) -> None:
    """Files that people call Excel and that are not XLSX."""
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise Unsupported("is an old (.xls) or a protected workbook; save it "
                          "as XLSX without a password, or as CSV",
                          code="TW_EUNSUPPORTED")


def _unpacked(data: bytes) -> zipfile.ZipFile:
    try:
        book = zipfile.ZipFile(io.BytesIO(data))
        entries = book.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise ParseError(f"is no workbook: {error}",
                         code="TW_EPARSE") from None
    if "mimetype" in (entry.filename for entry in entries):
        raise Unsupported("is an OpenDocument file; save it as XLSX or CSV",
                          code="TW_EUNSUPPORTED")
    if sum(entry.file_size for entry in entries) > _BYTES_MAX:
        raise OutOfRange("unpacks to more than 256 MiB; split it, or save "
                         "the sheet as CSV", code="TW_ERANGE")
    return book


def _load(data: bytes, values: bool) -> Any:
    try:
        import openpyxl
    except ImportError:
        raise Unsupported("XLSX needs openpyxl; apt-get install "
                          "python3-openpyxl, or save the sheet as CSV",
                          code="TW_EUNSUPPORTED") from None
    try:
        with warnings.catch_warnings():    # about styles and extensions
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(
                io.BytesIO(data), read_only=True, data_only=values,
                keep_links=False)
    except (MemoryError, KeyboardInterrupt):
        raise
    except Exception as error:    # it raises whatever its parts raise
        raise ParseError(f"is no workbook that can be read: "
                         f"{type(error).__name__}: {error}",
                         code="TW_EPARSE") from None


def _choose(book: Any, name: str) -> Any:
    if name:
        for sheet in book.worksheets:
            if sheet.title == name:
                return sheet
        names = ", ".join(repr(s.title) for s in book.worksheets[:8])
        raise ParseError(f"there is no sheet {name!r} in the workbook; it "
                         f"has {names}", code="TW_EPARSE",
                         field="sheet_name")
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            return sheet
    raise ParseError("the workbook has no visible sheet", code="TW_EPARSE")


_MERGED = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6}):([A-Z]{1,3})"
                     r"([1-9]\d{0,6})")


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _merges(part: Iterable[bytes]) -> tuple[dict[int, list], bool]:
    """Cells merged over rows: first row -> (last row, column); and whether
    any cell is a formula."""
    found: dict[int, list[tuple[int, int]]] = {}
    formulas, count = False, 0
    for _, element in ElementTree.iterparse(part, events=("end",)):
        tag = element.tag.rpartition("}")[2]
        if tag == "f":
            formulas = True
        elif tag == "mergeCell":
            match = _MERGED.fullmatch(element.get("ref", ""))
            count += 1
            if count > _MERGES_MAX:
                raise OutOfRange("has more than 100000 merged cells; save "
                                 "the sheet as CSV", code="TW_ERANGE")
            if match and match[2] != match[4]:
                found.setdefault(int(match[2]), []).append(
                    (int(match[4]), _column(match[1])))
        if tag in ("row", "mergeCell"):
            element.clear()
    return found, formulas


def _number(value: int | float, comma: bool) -> str:
    """Whole numbers as they are, others to 15 digits: that is all that a
    spreadsheet has and shows. What a sum added behind them (2.06 kept as
    2.0599999999999996) is no part of a price."""
    exact = value if isinstance(value, int) else f"{value:.15g}"
    plain = format(Decimal(exact), "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain.replace(".", ",") if comma else plain


_BREAKS = re.compile(r"[\x00-\x1f]+")


def _cell(value: Any, comma: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        try:
            return _number(value, comma)
        except ArithmeticError:
            return str(value)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return (value.date() if midnight else
                value.replace(microsecond=0)).isoformat()
    text = _BREAKS.sub(" ", str(value))
    if text.startswith('"'):
        return '"' + text.replace('"', '""') + '"'
    return text


class _Merged:
    """Gives each row of a merged cell the value that it shows."""

    def __init__(self, starts: dict[int, list[tuple[int, int]]]):
        self._starts = starts
        self._open: dict[int, tuple[int, str]] = {}

    def fill(self, line: int, cells: list[str]) -> None:
        for column in [c for c, (last, _) in self._open.items()
                       if last < line]:
            del self._open[column]
        for column, (_, text) in self._open.items():
            cells.extend([""] * (column + 1 - len(cells)))
            cells[column] = cells[column] or text
        for last, column in self._starts.get(line, ()):
            if column < len(cells) and cells[column]:
                self._open[column] = (last, cells[column])


def _rows(sheet: Any) -> Iterator[tuple]:
    """Rows from the first on, empty ones too, within bounds."""
    sheet.reset_dimensions()
    cells = 0
    for line, row in enumerate(sheet.iter_rows(values_only=True), 1):
        cells += len(row)
        if line > _ROWS_MAX or cells > _CELLS_MAX:
            raise OutOfRange("has more rows or cells than a price list; "
                             "delete what lies beyond it, or save the sheet "
                             "as CSV", code="TW_ERANGE")
        yield row


def _with_formulas(values: tuple, formulas: tuple) -> list:
    """A formula that was never computed is shown as such: an empty date
    would be a price without an end."""
    found = list(values)
    for i, formula in enumerate(formulas):
        if i < len(found) and found[i] is None and formula is not None:
            found[i] = str(formula)
    return found


def _lines(data: bytes, name: str, comma: bool) -> Iterator[str]:
    archive = _unpacked(data)
    book = _load(data, True)
    sheet = _choose(book, name)
    path = sheet._worksheet_path
    with archive.open(path) as part:
        merges, has_formulas = _merges(part)
    rows: Iterable = _rows(sheet)
    if has_formulas:
        plain = _rows(_choose(_load(data, False), name))
        rows = (_with_formulas(a, b) for a, b in zip(rows, plain))
    merged = _Merged(merges)
    for line, row in enumerate(rows, 1):
        cells = [_cell(value, comma) for value in row]
        merged.fill(line, cells)
        while cells and not cells[-1]:
            cells.pop()
        yield "\t".join(cells)


def text_of_workbook(data: bytes, *, sheet_name: str = "",
                     decimal_comma: bool = False) -> bytes:
    """One sheet of a workbook as tab-separated UTF-8, a line for each row.

    Every line has as many cells as the longest (but for what the library
    could not read anyway): a spreadsheet does not keep the empty ones at its
    right side.
    """
    lines: list[str] = []
    size = width = 0
    try:
        for line in _lines(data, sheet_name, decimal_comma):
            size += len(line) + 1
            width = max(width, line.count("\t"))
            if size > _BYTES_MAX:
                raise OutOfRange("is more than 256 MiB of text; split it",
                                 code="TW_ERANGE")
            lines.append(line)
    except Error:    # ours are ValueErrors, too
        raise
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, ValueError,
            TypeError, AttributeError, OSError, EOFError) as error:
        raise ParseError(f"is no workbook that can be read: "
                         f"{type(error).__name__}: {error}",
                         code="TW_EPARSE") from None
    width = min(width, _FIELDS_MAX - 1)
    if size + width * len(lines) > _BYTES_MAX:
        raise OutOfRange("is more than 256 MiB of text; split it",
                         code="TW_ERANGE")
    return "\n".join(_widen(lines, width)).encode("utf-8", "replace")


def _widen(lines: list[str], width: int) -> Iterator[str]:
    for line in lines:
        yield line + "\t" * (width - line.count("\t")) if line else line


def load(path: str | os.PathLike, *, mapping: SheetMap | None = None,
         read: Callable[..., bytes] = files.read
         ) -> tuple[bytes, SheetMap | None]:
    """The text of a sheet and the mapping that it is to be read by."""
    data = read(path)
    with files.named(path):
        _refuse_others(data)
        if not is_workbook(data):
            return data, mapping
        text = text_of_workbook(
            data, sheet_name=mapping.sheet_name if mapping else "",
            decimal_comma=bool(mapping and mapping.decimal == "comma"))
    return text, mapping.of_text() if mapping else None
