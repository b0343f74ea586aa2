"""Names that attack whoever opens an export, through a store and each form:
nothing is run, nothing is lost, and what our own readers read again is what
was named."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import json
import re
import zipfile
from xml.etree import ElementTree

import pytest

from trunkwise import Deployment, Store, sheets
from trunkwise.errors import OutOfRange
from trunkwise.render.safe import FORMULA, as_text
from trunkwise.render.style import Style
from trunkwise.render.table import Line, Table
from trunkwise.render.xlsx import page as workbook

# all of them are names that apply takes
NAMES = [
    "=cmd|' /C calc'!A0", "+7 (843)", "-2+3", "@SUM(A1)", "'=q", "''", "'",
    "\uff1dcmd", "\uff0b1", "\uff0d1", "\uff20x",
    "\u00a0=nbsp", "\u200b=zero width", "\ufeff=mark", "\u202e=turned",
    "\u2066@isolate\u2069", "\u2028=line", "\u3000\uff1dwide", "\u0085=nel",
    "abc\u202egpj.exe", "csi\u009b31mred", "not\uffffone", "nor\ufffethis",
    "<script>alert(1)</script>", "</td><img src=x onerror=alert(1)>",
    'a"b;c,d|e', "a;=1+1", "_x0041_=1", "{=1}", "%0A=1", "e\u0301",
    "\U0001f469\u200d\U0001f4bb", "x" * 127, "\u0416" * 63,
]
# marks that a person does not see, before what he does
UNSEEN = "".join(map(chr, (*range(0x7f, 0xa1), 0xad, 0x61c, 0x180e,
                           *range(0x2000, 0x2010), *range(0x2028, 0x2030),
                           *range(0x205f, 0x2070), 0x3000, 0xfeff)))


def quoted(text):
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    text = ['[company]\nname = "=Factory\uffff"\nzone = "Europe/Moscow"\n'
            'currency = "RUB"\n[[carrier]]\nname = "@north;=1"\n']
    rows = ["call_id,start,caller,callee,number,duration,status,department,"
            "campaign\n"]
    for i, name in enumerate(NAMES):
        text.append(f"[[department]]\nname = {quoted(name)}\n"
                    f"city = {quoted(name if len(name) < 30 else 'x')}\n"
                    f"[[number]]\n"
                    f'number = "784320{i:05d}"\ncarrier = "@north;=1"\n'
                    f'department = {quoted(name)}\nrent = "{i + 1}.00"\n')
        cell = '"' + name.replace('"', '""') + '"'
        rows.append(f"c{i},2026-10-05T10:00:00Z,79161234567,784320{i:05d},"
                    f"784320{i:05d},60,answered,,{cell}\n"
                    f"o{i},2026-10-05T10:00:00Z,784320{i:05d},79161234567,"
                    f",60,answered,,\n")
    with Store(folder / "s.db", create=True) as made:
        made.apply(Deployment("".join(text)), at=dt.datetime(
            2026, 9, 1, tzinfo=dt.timezone.utc))
        made.import_tariff(b"prefix,destination,rate,currency\n"
                           b"7,=Russia,1,RUB\n", tariff="=t",
                           carrier="@north;=1")
        counts = made.import_calls("".join(rows).encode(),
                                   preset="native").counts
        assert counts.rows_stored == 2 * len(NAMES)
    return folder / "s.db"


def taken_off(cell):
    return cell[1:] if cell.startswith("'") else cell


def is_safe(cell):
    return not cell.lstrip(UNSEEN + " \t\r\n").startswith(FORMULA)


def named_by(report):
    return {name if "city" not in report or len(name) < 30 else "x"
            for name in NAMES}


REPORTS = [
    ("report", "expenses", "--month", "2026-10", "--by", "department"),
    ("report", "expenses", "--month", "2026-10", "--by", "city"),
    ("report", "breakdown", "--month", "2026-10", "--by",
     "department,destination,carrier"),
]


@pytest.mark.parametrize("report", REPORTS, ids=lambda r: " ".join(r[1::3]))
@pytest.mark.parametrize("lang,comma", [("en", ","), ("ru", ";")])
def test_csv(store, command, report, lang, comma):
    done = command(*report[:2], store, *report[2:], "--format", "csv",
                   "--lang", lang, cwd=store.parent, check=0).out
    rows = list(csv.reader(io.StringIO(done.removeprefix("\ufeff"),
                                       newline=""), delimiter=comma))
    assert all(is_safe(cell) or re.fullmatch(r"-?[\d.,]+%?", cell)
               for row in rows for cell in row)
    assert named_by(report) <= {taken_off(row[0]) for row in rows}
    assert len({len(row) for row in rows}) == 1


@pytest.mark.parametrize("report", REPORTS, ids=lambda r: " ".join(r[1::3]))
def test_workbook_comes_back_by_our_own_reader(store, command, report):
    command(*report[:2], store, *report[2:], "-o", "r.xlsx",
            cwd=store.parent, check=0)
    data = (store.parent / "r.xlsx").read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        for part in book.namelist():
            root = ElementTree.fromstring(book.read(part))   # well-formed
            assert not [e for e in root.iter() if e.tag.endswith("}f")
                        or "hyperlink" in e.tag], part
    (store.parent / "r.xlsx").unlink()
    text = sheets.text_of_workbook(data).decode()
    cells = {row[0] for row in csv.reader(io.StringIO(text, newline=""),
                                          delimiter="\t") if row}
    for name in named_by(report):
        # the two letters that XML has no place for, as workbooks spell them
        name = name.replace("\uffff", "_xFFFF_").replace("\ufffe", "_xFFFE_")
        assert name in cells, ascii(name)


@pytest.mark.parametrize("report", REPORTS, ids=lambda r: " ".join(r[1::3]))
def test_page_and_terminal(store, command, report):
    page = command(*report[:2], store, *report[2:], "--format", "html",
                   cwd=store.parent, check=0).out
    assert "<script" not in page and "<img" not in page
    text = command(*report[:2], store, *report[2:], cwd=store.parent,
                   check=0).out
    assert not set(text) & set("\x1b\x9b\x85\u202e\u2066\u2028\ufeff")
    for name in named_by(report):
        assert html.escape(name) in page, ascii(name)


def test_json_keeps_names(store, command):
    done = command("report", "expenses", store, "--month", "2026-10",
                   "--json", cwd=store.parent, check=0)
    assert {row["department"] for row in done.json["rows"]} >= set(NAMES)


def test_calls_by_number(store, command):
    for words in (("--by", "department"), ("--by", "campaign"), ()):
        done = command("report", "calls", store, "--month", "2026-10",
                       *words, "--format", "csv", cwd=store.parent)
        assert done.status == 0, done.err
        for row in csv.reader(io.StringIO(done.out, newline="")):
            assert all(is_safe(c) or re.fullmatch(r"-?[\d.,:]+%?", c)
                       for c in row), row


def test_journal(store, command, tmp_path):
    shown = command("journal", "export", store, "--month", "2026-10",
                    "--open", "--format", "csv", cwd=tmp_path)
    assert shown.status in (0, 1), shown.err
    rows = list(csv.reader(io.StringIO(shown.out, newline="")))
    assert all(is_safe(cell) or re.fullmatch(r"-?[\d.]+", cell)
               for row in rows for cell in row)
    assert rows[1:] and all(taken_off(row[5]) == "@north;=1"
                            for row in rows[1:])
    assert {taken_off(row[2]) for row in rows[1:]} == set(NAMES)
    # C1 controls and U+FFFF are no XML: said, and nothing half written
    named = command("journal", "export", store, "--month", "2026-10",
                    "--open", "--format", "1c", "-o", "j.xml", cwd=tmp_path)
    assert named.status == 2 and "XML cannot carry" in named.err
    assert not (tmp_path / "j.xml").exists()


def test_suggested_matches_come_back(tmp_path, command):
    """`directory suggest`, filled in as in a spreadsheet that kept the quote,
    is read by `directory import` as the codes that the calls have."""
    marks = [u + f for u in UNSEEN if u != "\x7f" for f in ("=1", "\uff1d2")]
    codes = [*NAMES, *marks, "'" + marks[0]]
    rows = ["call_id,start,caller,callee,duration,status,accountcode\n"]
    for i, code in enumerate(codes):
        cell = '"' + code.replace('"', '""') + '"'
        rows.append(f"c{i},2026-10-05T10:00:00Z,1{i:03d},79161234567,60,"
                    f"answered,{cell}\n")
    with Store(tmp_path / "s.db", create=True) as made:
        result = made.import_calls("".join(rows).encode(), preset="native")
        assert not result.rejects
    shown = command("directory", "suggest", "s.db", cwd=tmp_path, check=0)
    found = list(csv.DictReader(io.StringIO(shown.out, newline="")))
    matches = [r["match"] for r in found if r["match_kind"] == "accountcode"]
    fits = {code for code in codes if len(code.encode()) <= 95}
    assert {taken_off(m) for m in matches} == fits
    # what no row can match is said instead
    assert shown.err.count("longer than the 95 bytes") == 2 == \
        len(set(codes) - fits)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["match_kind", "match", "department"])
    for match in matches:
        assert is_safe(match), ascii(match)
        writer.writerow(["accountcode", match, "Sales"])
    (tmp_path / "d.csv").write_text(out.getvalue(), newline="",
                                    encoding="utf-8")
    command("directory", "import", "s.db", "d.csv", cwd=tmp_path, check=0)
    with Store(tmp_path / "s.db", readonly=True) as made:
        kept = {row["match"] for row in made.directory().rows("match")}
    assert kept == {taken_off(m) for m in matches}


def test_a_quote_that_is_somebodys_stays(tmp_path, command):
    (tmp_path / "d.csv").write_text(
        "match_kind,match,department\naccountcode,'s-Hertogenbosch,Sales\n"
        "accountcode,'\u00a0x,Sales\naccountcode,',Sales\n")
    command("directory", "import", "s.db", "d.csv", cwd=tmp_path, check=0)
    with Store(tmp_path / "s.db", readonly=True) as made:
        kept = {row["match"] for row in made.directory().rows("match")}
    assert kept == {"'s-Hertogenbosch", "'\u00a0x", "'"}


@pytest.mark.parametrize("name", [*NAMES, *(u + "=1" for u in UNSEEN)])
def test_a_quote_more_gives_the_name_again(name):
    safe = as_text(name)
    assert is_safe(safe) and taken_off(safe) == name


def test_a_workbook_loses_no_cell_in_silence():
    line = Line("row", ("y" * 32768, 1), "RUB")
    made = Table("t", (), "", ("department",), ("department", "calls"),
                 ("Department", "Calls"), (line,), "RUB", "", "s")
    with pytest.raises(OutOfRange, match="32767"):
        workbook(made, Style("en"))
