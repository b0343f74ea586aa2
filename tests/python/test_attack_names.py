"""Names that attack whoever reads the report: formulas for spreadsheets,
markup for browsers, escapes for terminals."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile

import pytest

from conftest import OFFICE, SHEET, SOURCE

FORMULA = "=cmd|' /C calc'!A0"
MARKUP = "<script>alert(1)</script>"
TURNED = "abc\u202egpj.exe"
ASTERISK = ("--preset", "asterisk", "--zone", "Europe/Moscow",
            "--trunk", "PJSIP/main-*")


@pytest.fixture
def named(tmp_path, command):
    """Calls whose account codes and departments are such names."""
    lines = (SOURCE / "examples" / "day-one" / "Master.csv").read_text(
        ).splitlines()
    rest = [line.split(",", 1)[1] for line in lines]
    codes = [FORMULA, MARKUP, TURNED, "'=quoted", "@x"]
    with open(tmp_path / "m.csv", "w") as file:
        for code, line in zip(codes * 4, rest):
            file.write(f'"{code}",{line}\n')
    command("cdr", "import", "s.db", "m.csv", *ASTERISK, cwd=tmp_path,
            check=0)
    return tmp_path


def fill_in(text):
    """What a person does with `directory suggest` in a spreadsheet."""
    rows = list(csv.DictReader(io.StringIO(text)))
    for row in rows:
        row["department"] = row["match"].removeprefix("'")
        row["city"] = "Казань"
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_suggest_is_safe_and_comes_back_whole(named, command):
    shown = command("directory", "suggest", "s.db", cwd=named, check=0).out
    matches = {row["match"] for row in csv.DictReader(io.StringIO(shown))}
    assert "'" + FORMULA in matches and "'@x" in matches
    assert not any(m.startswith(("=", "@", "+", "-")) for m in matches)
    (named / "filled.csv").write_text(fill_in(shown))
    done = command("directory", "import", "s.db", "filled.csv", cwd=named,
                   check=0)
    assert "import undo" in done.err     # calls keep their department
    command("import", "undo", "s.db", "1", cwd=named, check=0)
    command("cdr", "import", "s.db", "m.csv", *ASTERISK, cwd=named, check=0)
    assert command("directory", "suggest", "s.db", "--json", cwd=named,
                   check=0).json == {"rows": []}

    report = ("report", "expenses", "s.db", "--month", "2026-10")
    for lang, comma in ("en", ","), ("ru", ";"):
        text = command(*report, "--format", "csv", "--lang", lang,
                       cwd=named, check=0).out.removeprefix("\ufeff")
        cells = [c for row in csv.reader(io.StringIO(text), delimiter=comma)
                 for c in row]
        assert "'" + FORMULA in cells
        assert not any(c.startswith(("=", "@")) for c in cells)
    html = command(*report, "--format", "html", cwd=named, check=0).out
    assert MARKUP not in html and "&lt;script&gt;" in html
    text = command(*report, cwd=named, check=0).out
    assert "\u202e" not in text and "\\u202e" in text
    command(*report, "-o", "r.xlsx", cwd=named, check=0)
    with zipfile.ZipFile(named / "r.xlsx") as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    command("verify", "s.db", cwd=named, check=0)


def test_no_escape_reaches_a_terminal(office, command):
    name = "evil\x1b[31m\n.csv"
    shutil.copy(SOURCE / "examples" / "day-one" / "Master.csv",
                office / name)
    for arguments in (("cdr", "import", "s.db", name, *ASTERISK),
                      ("import", "list", "s.db"),
                      ("tariff", "check", name),
                      ("apply", name, "s.db")):
        result = command(*arguments, cwd=office)
        assert "\x1b" not in result.out + result.err
        assert "Traceback" not in result.err
    assert "\\x1b[31m" in command("import", "list", "s.db", cwd=office).out


def test_suggest_leaves_out_what_no_row_can_match(tmp_path, command):
    (tmp_path / "n.csv").write_text(
        "call_id,start,answer,end,caller,callee,trunk,department,duration,"
        "status,cost,currency\n"
        "1,2026-10-01T10:00:00Z,,,101,84950000000,,Продажи,5,answered,,\n"
        "2,2026-10-01T10:00:00Z,,,102,84950000000,,,5,answered,,\n")
    command("cdr", "import", "s.db", "n.csv", "--preset", "native",
            cwd=tmp_path, check=0)
    shown = command("directory", "suggest", "s.db", "--lang", "ru",
                    cwd=tmp_path, check=0)
    assert "Продажи" in shown.err and "Продажи" not in shown.out
    kinds = {row["match_kind"]
             for row in csv.DictReader(io.StringIO(shown.out))}
    assert kinds <= {"extension", "accountcode", "number", "trunk"}


@pytest.mark.parametrize("header, said", [
    ("match_kind,match,department,city,form,to", "form"),
    ("match_kind,match,department,city,city", "city"),
    ("match_kind,department", "match"), ("", "empty")])
def test_header_of_departments(tmp_path, command, header, said):
    (tmp_path / "d.csv").write_text(
        f"{header}\nextension,1,Sales,Kazan,\n" if header else "")
    result = command("directory", "import", "s.db", "d.csv", cwd=tmp_path,
                     check=2)
    assert said in result.err and "d.csv" in result.err
    assert not (tmp_path / "s.db").exists()


def test_first_apply_says_from_when(office, command):
    first = command("apply", "deployment.toml", "s.db", "--json",
                    cwd=office, check=0).json
    assert "--at" in first["hint"]
    again = command("apply", "deployment.toml", "s.db", "--json",
                    cwd=office, check=0).json
    assert again["hint"] == ""
    dated = command("apply", "deployment.toml", "t.db", "--at",
                    "2026-01-01", "--json", cwd=office, check=0).json
    assert dated["hint"] == ""
    assert dated["at"] == "2025-12-31T21:00:00+00:00"   # Moscow's midnight
    shown = command("apply", "deployment.toml", "u.db", "--lang", "ru",
                    cwd=office, check=0)
    assert "--at" in shown.err and "Для звонков раньше" in shown.err


def test_all_refused_values_are_shown_at_once(office, command):
    (office / "deployment.toml").write_text(
        OFFICE.replace('"310.00"', '"310,50"').replace(
            'city = "Ufa"', 'colour = "red"\ncity = "a\\nb"'))
    result = command("apply", "deployment.toml", "s.db", "--json",
                     cwd=office, check=2)
    fields = [p["field"] for p in result.json["problems"]]
    assert not result.json["applied"]
    assert "department[1].colour" in fields and "number[0].rent" in fields
    assert result.err.count("deployment.toml: ") == len(fields)
    assert not (office / "s.db").exists()


@pytest.mark.parametrize("text", [
    "", "prefix,rate,currency\n", "Код;Цена\n7846;2,5\n"])
def test_check_refuses_what_import_refuses(office, command, text):
    (office / "s.csv").write_text(text)
    checked = command("tariff", "check", "s.csv", cwd=office, check=2)
    imported = command("tariff", "import", "s.db", "s.csv", "--tariff", "t",
                       "--carrier", "c", cwd=office, check=2)
    assert checked.err == imported.err and "s.csv" in checked.err
    assert not (office / "s.db").exists()


def test_a_list_is_no_sheet(office, command):
    (office / "deployment.toml").write_text(
        OFFICE.replace('sheet = "north.csv"', "sheet = []"))
    result = command("apply", "deployment.toml", "s.db", cwd=office, check=2)
    assert "tariff[0].sheet" in result.err
    assert not (office / "s.db").exists()


def test_toml_that_breaks_off_is_told_by_line(office, command):
    (office / "deployment.toml").write_text('[company]\nname = "a\n')
    error = command("apply", "deployment.toml", "s.db", "--json",
                    cwd=office, check=2).json["error"]
    assert (error["line"], error["file"]) == (2, "deployment.toml")


def test_a_first_apply_does_not_see_earlier_calls(office, command):
    """The hint's reason: the same calls with and without --at."""
    shutil.copy(SOURCE / "examples" / "day-one" / "Master.csv", office)
    (office / "deployment.toml").write_text(
        OFFICE + '\n[[match]]\nkind = "extension"\nmatch = "100-399"\n'
        'department = "Kazan"\n')
    (office / "north.csv").write_text(SHEET)
    found = {}
    for name, at in ("now.db", ()), ("then.db", ("--at", "2026-01-01")):
        command("apply", "deployment.toml", name, *at, cwd=office, check=0)
        command("cdr", "import", name, "Master.csv", *ASTERISK, cwd=office,
                check=0)
        found[name] = {row["department"] for row in command(
            "report", "expenses", name, "--month", "2026-10", "--json",
            cwd=office, check=0).json["rows"]}
    assert "Kazan" in found["then.db"]
