"""Mappings and workbooks: what a carrier sends, made readable."""

from __future__ import annotations

import datetime as dt
import io
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from trunkwise import (Error, OutOfRange, ParseError, Sheet, SheetMap, Store,
                       Unsupported, sheets)

CARRIER = """\
Прайс-лист;;;
Направление;Тариф, руб/сек;Код зоны;С какого
Москва;0,025;495-499;03.04.2026
Казань;0,01;843;03.04.2026
"""

MAPPING = """\
decimal = "comma"
dates = "dmy"
price_per = "second"
country = "7"

[columns]
"Тариф, руб/сек" = "rate"
"С какого" = "effective_from"

[default]
currency = "RUB"
first_inc = 1
next_inc = 1
"""


@pytest.fixture
def carrier(tmp_path: Path) -> Path:
    (tmp_path / "prices.csv").write_bytes(CARRIER.encode("cp1251"))
    (tmp_path / "map.toml").write_text(MAPPING)
    return tmp_path


def test_mapping_file(carrier: Path) -> None:
    data, mapping = sheets.load(
        carrier / "prices.csv",
        mapping=SheetMap.load(carrier / "map.toml"))
    sheet = Sheet(data, mapping=mapping, zone="Europe/Moscow")
    assert (sheet.rows_read, sheet.rows_good, len(sheet)) == (2, 2, 6)
    first = next(iter(sheet))
    assert (first.prefix, first.price) == ("7495", Decimal("1.5"))
    assert (first.first_inc_s, first.next_inc_s) == (1, 1)
    assert first.effective_from == dt.datetime(
        2026, 4, 2, 21, tzinfo=dt.timezone.utc)
    sheet.check()


@pytest.mark.parametrize("text, field, message", [
    ("decimel = 'comma'", "decimel", "no key"),
    ("decimal = 'dot'", "decimal", "comma"),
    ("dates = ['dmy']", "dates", "one value"),
    ("columns = ['prefix', 'peak']", "columns", "peak"),
    ("[columns]\nTarif = 'peak'", "column.Tarif", "peak"),
    ("[default]\nprefix = '7'", "default.prefix", "no default"),
    ("skip = -1", "skip", "number of a line"),
    ("country = \"7\\u0000\"", "country", "NUL"),
    ("decimal = ", "", "TOML"),
])
def test_bad_mappings(tmp_path: Path, text: str, field: str,
                      message: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(text)
    with pytest.raises(ParseError) as error:
        SheetMap.load(path)
    assert error.value.field == field
    assert message in error.value.message
    assert str(path) in str(error.value)


def test_columns_of_a_mapping() -> None:
    sheet = Sheet(b"7;x;1\n8;x;y\n", currency="RUB", mapping=SheetMap(
        {"columns": "prefix,-,rate"}))
    assert sheet.rows_read == 2 and sheet.rejects[0].column == "3"
    sheet = Sheet(b"Kod;Preis\n7;1\n", currency="RUB", mapping=SheetMap(
        {"columns": ["Kod=prefix", "Preis=rate"]}))
    assert sheet.rows_good == 1


def test_commands_take_a_mapping(carrier: Path, command) -> None:
    store = carrier / "store.db"
    plain = ("tariff", "import", store, carrier / "prices.csv", "--tariff",
             "t", "--carrier", "c", "--json")
    assert command(*plain).status == 2
    checked = command("tariff", "check", carrier / "prices.csv", "--mapping",
                      carrier / "map.toml", "--json", check=0).json
    assert (checked["rows_stored"], checked["rates"]) == (2, 6)
    mapped = (*plain, "--mapping", carrier / "map.toml")
    assert command(*mapped, check=0).json["rows_stored"] == 2
    assert command(*mapped, check=0).json["duplicates"] == 2
    # the same bytes read otherwise are other prices
    (carrier / "map.toml").write_text(
        MAPPING.replace('price_per = "second"\n', ""))
    assert command(*mapped, check=0).json["decrease"] == 6


def test_a_sheet_that_no_tariff_could_take(tmp_path: Path, command) -> None:
    """Half of a call would have no price."""
    path = tmp_path / "night.csv"
    path.write_text("prefix,rate,currency,band\n7495,1,RUB,night\n"
                    "7843,1,RUB,night\n7843,1,RUB,day\n")
    answer = command("tariff", "check", path, "--json", check=1).json
    assert answer["rows_rejected"] == 1 and answer["rows_held"] == 2
    assert answer["rejects"][0]["line"] == 2
    path.write_text("prefix,rate,currency,band\n7495,1,RUB,\n"
                    "7495,2,RUB,night\n7843,1,RUB,night\n"
                    "7843,1,RUB,day\n")
    command("tariff", "check", path, check=0)


# ---- workbooks ----

@pytest.fixture
def openpyxl():
    return pytest.importorskip("openpyxl")


HEADER = ["Код", "Направление", "Цена за мин.", "Валюта", "Действует с"]


def workbook(openpyxl, rows, then=lambda sheet: None) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    then(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(data: bytes, **options) -> Sheet:
    return Sheet(sheets.text_of_workbook(data, **options),
                 zone="Europe/Moscow")


def test_values_of_cells(openpyxl) -> None:
    day = dt.datetime(2026, 10, 5)
    sheet = read(workbook(openpyxl, [
        ["Прайс-лист, RUB"], [], HEADER,
        [7495, "Москва", 0.1, "RUB", day],
        ["7496-7499", '"Q" x\ny', "1.5", "RUB", day.date()],
        [],
        [74951234567.0, "a\tb", 2, "RUB"],
        [810, "", 1.1 * 3, "RUB"],
        [811, "", 2.05 + 0.01, "RUB"],
        [812, "", 1e-9, "RUB"],
    ]))
    rates = list(sheet)
    assert [(r.prefix, f"{r.price:f}".rstrip("0"), r.line) for r in rates] == [
        ("7495", "0.1", 4), ("7496", "1.5", 5), ("7497", "1.5", 5),
        ("7498", "1.5", 5), ("7499", "1.5", 5), ("74951234567", "2.", 7),
        ("810", "3.3", 8), ("811", "2.06", 9), ("812", "0.000000001", 10)]
    assert rates[1].destination == '"Q" x y'
    assert rates[5].destination == "a b"
    assert rates[0].effective_from == dt.datetime(
        2026, 10, 4, 21, tzinfo=dt.timezone.utc)
    assert rates[5].effective_from is None
    assert sheet.rows_read == 6 and not sheet.rejects


def test_cells_that_are_no_values(openpyxl) -> None:
    sheet = read(workbook(openpyxl, [
        HEADER, [7495, "a", True, "RUB"], [7496, "a", "#N/A", "RUB"],
        [7497, "a", "=1+1", "RUB"],
        [7498, "a", 1, "RUB", "=DATE(2026,1,1)"],
        [7499.5, "a", 1, "RUB"],
        [7500, "a", 1, "RUB", 46300],
        [7501, "a", 0.1234567891234, "RUB"],
        [7502, "a", 1, "RUB", dt.time(9, 30)]]))
    assert sheet.rows_read == 8 and sheet.rows_good == 0
    assert [(r.line, r.column) for r in sheet.rejects] == [
        (2, HEADER[2]), (3, HEADER[2]), (4, HEADER[2]), (5, HEADER[4]),
        (6, HEADER[0]), (7, HEADER[4]), (8, HEADER[2]), (9, HEADER[4])]
    assert "=1+1" in sheet.rejects[2].reason


def test_merged_cells_are_what_they_show(openpyxl) -> None:
    def merge(sheet) -> None:
        sheet["E3"] = dt.datetime(2026, 1, 1)
        sheet.merge_cells("E3:E4")
        sheet.merge_cells("A1:E1")

    sheet = read(workbook(openpyxl, [
        ["A title over all"], HEADER, [7495, "a", 1, "RUB"],
        [7496, "a", 1, "RUB"], [7497, "a", 1, "RUB"]], merge))
    begins = [rate.effective_from for rate in sheet]
    assert begins[0] == begins[1] and begins[0] is not None
    assert begins[2] is None


def test_decimals_of_a_workbook_are_numbers(openpyxl) -> None:
    data = workbook(openpyxl, [["code", "price"], [7495, 1.5],
                               [7496, "2,5"]])
    mapping = SheetMap({"decimal": "comma", "delimiter": ";",
                        "encoding": "cp1251", "default": {"currency": "RUB"}})
    text = sheets.text_of_workbook(data, decimal_comma=True)
    sheet = Sheet(text, mapping=mapping.of_text())
    assert [rate.price for rate in sheet] == [Decimal("1.5"), Decimal("2.5")]


def test_sheets_of_a_workbook(openpyxl, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.sheet_state = "hidden"
    book.create_sheet("Prices").append(["code", "rate", "currency"])
    book["Prices"].append([7495, 1, "RUB"])
    book.create_sheet("Old").append(["code", "rate", "currency"])
    path = tmp_path / "book.xlsx"
    book.save(path)
    assert Sheet(sheets.load(path)[0]).rows_read == 1
    data, mapping = sheets.load(path, mapping=SheetMap({"sheet_name": "Old"}))
    assert Sheet(data, mapping=mapping).rows_read == 0
    with pytest.raises(ParseError, match="'Prices', 'Old'"):
        sheets.load(path, mapping=SheetMap({"sheet_name": "prices"}))


def test_commands_take_a_workbook(openpyxl, tmp_path: Path, command) -> None:
    path = tmp_path / "prices.xlsx"
    path.write_bytes(workbook(openpyxl, [
        HEADER, ["7495-7496", "a", 1.5, "RUB"], [7497, "a", "?", "RUB"]]))
    answer = command("tariff", "check", path, "--json", check=1).json
    assert answer["rejects"][0]["line"] == 3
    path.write_bytes(workbook(openpyxl, [
        HEADER, ["7495-7496", "a", 1.5, "RUB"]]))
    store = tmp_path / "store.db"
    answer = command("tariff", "import", store, path, "--tariff", "t",
                     "--carrier", "c", "--json", check=0).json
    assert answer["rows_stored"] == 1
    assert "1.50" in command("rating", "explain", store, "74961234567",
                             check=0).out


def test_no_openpyxl(openpyxl, monkeypatch) -> None:
    data = workbook(openpyxl, [HEADER])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(Unsupported, match="python3-openpyxl"):
        sheets.text_of_workbook(data)


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in parts.items():
            book.writestr(name, data)
    return out.getvalue()


def test_files_that_are_no_workbooks(openpyxl, tmp_path: Path) -> None:
    good = workbook(openpyxl, [HEADER])
    hostile = [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", Unsupported, "old"),
        (packed(mimetype=b"application/vnd.oasis"), Unsupported,
         "OpenDocument"),
        (b"PK\x03\x04 and no more", ParseError, "no workbook"),
        (packed(nothing=b"x"), ParseError, "no workbook"),
        (good[:-40], ParseError, "no workbook"),
        (good[:200] + b"\0" * 300 + good[500:], Error, ""),
    ]
    for data, kind, message in hostile:
        path = tmp_path / "x.xlsx"
        path.write_bytes(data)
        with pytest.raises(kind, match=message) as error:
            sheets.load(path)
        assert str(path) in str(error.value)


def replaced(data: bytes, part: str, change) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, \
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, change(text) if name == part else text)
    return out.getvalue()


SHEET1 = "xl/worksheets/sheet1.xml"


def test_bombs(openpyxl, monkeypatch) -> None:
    good = workbook(openpyxl, [HEADER, [7495, "a", 1, "RUB"]])
    # a dimension over everything, and a row far below
    wide = replaced(good, SHEET1, lambda text: text.replace(
        b'ref="A1:E2"', b'ref="A1:XFD1048576"'))
    assert read(wide).rows_read == 1
    far = replaced(good, SHEET1, lambda text: text.replace(
        b'<row r="2"', b'<row r="99999999"').replace(b'r="A2"',
                                                     b'r="A99999999"'))
    with pytest.raises(Error):
        sheets.text_of_workbook(far)
    large = replaced(good, SHEET1, lambda text: text + b" " * (300 << 20))
    assert len(large) < 1 << 20
    with pytest.raises(OutOfRange, match="256 MiB"):
        sheets.text_of_workbook(large)
    monkeypatch.setattr(sheets, "_CELLS_MAX", 4)
    with pytest.raises(OutOfRange, match="rows or cells"):
        sheets.text_of_workbook(good)


def test_store_takes_a_mapping(carrier: Path) -> None:
    mapping = SheetMap.load(carrier / "map.toml")
    with Store(carrier / "s.db", create=True) as store:
        result = store.import_tariff(
            (carrier / "prices.csv").read_bytes(), tariff="t", carrier="c",
            mapping=mapping)
    assert result.counts.rows_stored == 2 and result.extra["new"] == 6
