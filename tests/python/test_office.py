"""A PBX they already have: records in, a table by department out."""

from __future__ import annotations

import json

import pytest

DEPARTMENTS = """\
match_kind,match,department,city,from,to
extension,100-149,Kazan,Kazan,,
extension,201,Ufa,Ufa,,
accountcode,msk,Moscow,Moscow,,
"""
SHEET = """\
prefix,destination,rate,currency,effective_from,effective_to,first_inc,next_inc,connect_fee
7843,Kazan,1.20,RUB,,,60,60,
7,Russia,3.00,RUB,,,60,60,
"""


def row(account, src, dst, channel, dstchannel, start, answer, end, duration,
        billsec, disposition, uniqueid):
    cells = [account, src, dst, "from-internal", f'"x" <{src}>', channel,
             dstchannel, "Dial", "", start, answer, end, duration, billsec,
             disposition, "DOCUMENTATION", uniqueid, ""]
    return ",".join('"%s"' % str(c).replace('"', '""') for c in cells)


MASTER = "\n".join([
    row("", "101", "88432000002", "PJSIP/101-0001", "PJSIP/main-0002",
        "2026-10-05 10:00:00", "2026-10-05 10:00:05", "2026-10-05 10:01:06",
        66, 61, "ANSWERED", "1.1"),
    row("", "201", "84951234567", "PJSIP/201-0003", "PJSIP/main-0004",
        "2026-10-06 11:00:00", "2026-10-06 11:00:02", "2026-10-06 11:00:32",
        32, 30, "ANSWERED", "1.2"),
    row("msk", "301", "84951234567", "PJSIP/301-0005", "PJSIP/main-0006",
        "2026-10-07 11:00:00", "2026-10-07 11:00:02", "2026-10-07 11:02:02",
        122, 120, "ANSWERED", "1.3"),
    row("", "999", "84951234567", "PJSIP/999-0007", "PJSIP/main-0008",
        "2026-10-07 12:00:00", "2026-10-07 12:00:02", "2026-10-07 12:00:12",
        12, 10, "ANSWERED", "1.4"),
    row("", "101", "201", "PJSIP/101-0009", "PJSIP/201-000a",
        "2026-10-07 13:00:00", "2026-10-07 13:00:02", "2026-10-07 13:00:12",
        12, 10, "ANSWERED", "1.5"),
    row("", "79170000000", "101", "PJSIP/main-000b", "PJSIP/101-000c",
        "2026-10-08 13:00:00", "", "2026-10-08 13:00:20",
        20, 0, "NO ANSWER", "1.6"),
    row("", "101", "4930123456", "PJSIP/101-000d", "PJSIP/main-000e",
        "2026-10-09 10:00:00", "2026-10-09 10:00:05", "2026-10-09 10:01:06",
        66, 61, "ANSWERED", "1.7"),
]) + "\n"


@pytest.fixture
def pbx(tmp_path, command):
    """The day-one path of the README, up to the report."""
    (tmp_path / "departments.csv").write_text(DEPARTMENTS)
    (tmp_path / "tariff.csv").write_text(SHEET)
    (tmp_path / "Master.csv").write_text(MASTER)
    store = tmp_path / "office.db"
    command("directory", "import", store, tmp_path / "departments.csv",
            check=0)
    command("tariff", "import", store, tmp_path / "tariff.csv", "--tariff",
            "t", "--carrier", "c", check=0)
    done = command("cdr", "import", store, tmp_path / "Master.csv",
                   "--preset", "asterisk", "--zone", "Europe/Moscow",
                   "--trunk", "PJSIP/main-*", "--json", check=0)
    assert done.json["rows_read"] == done.json["rows_stored"] == 7
    return store


def by_department(command, store, *arguments):
    report = command("report", "expenses", store, "--month", "2026-10",
                     "--json", *arguments, check=0).json
    return {r["department"]: r for r in report["rows"]}, report


def test_expenses_by_department(pbx, command):
    rows, report = by_department(command, pbx)
    assert rows["Kazan"]["call_cost"] == "2.40"       # 61 s at 60/60, 1.20
    assert rows["Kazan"]["missed"] == 1
    assert rows["Kazan"]["unrated"] == 1              # Berlin has no price
    assert rows["Ufa"]["call_cost"] == "3.00"
    assert rows["Moscow"]["call_cost"] == "6.00"      # by account code
    nobody = [r for r in report["rows"] if r["unallocated"]]
    assert [r["call_cost"] for r in nobody] == ["3.00"]
    assert report["totals"][0]["cost"] == "14.40"
    assert report["zone"] == "Europe/Moscow"


def test_import_again_adds_nothing(pbx, command, tmp_path):
    _, before = by_department(command, pbx)
    done = command("cdr", "import", pbx, tmp_path / "Master.csv", "--preset",
                   "asterisk", "--zone", "Europe/Moscow", "--trunk",
                   "PJSIP/main-*", "--json", check=0).json
    assert (done["rows_stored"], done["duplicates"]) == (0, 7)
    assert done["batch"] is None
    assert by_department(command, pbx)[1] == before


def test_same_file_in_another_zone_is_refused(pbx, command, tmp_path):
    done = command("cdr", "import", pbx, tmp_path / "Master.csv", "--preset",
                   "asterisk", "--zone", "Asia/Novosibirsk", "--trunk",
                   "PJSIP/main-*", check=2)
    assert "zone" in done.err


def test_suggest_lists_what_to_map_and_its_file_can_be_imported(
        pbx, command, tmp_path):
    listed = command("directory", "suggest", pbx, "--json", check=0).json
    assert [(r["match_kind"], r["match"], r["calls"], r["cost"])
            for r in listed["rows"]][0] == ("extension", "999", 1, "3.00")
    text = command("directory", "suggest", pbx, check=0).out
    filled = "\n".join(
        line.replace("extension,999,,", "extension,999,Samara,Samara")
        for line in text.splitlines() if not line.startswith("trunk"))
    (tmp_path / "more.csv").write_text(filled + "\n")
    done = command("directory", "import", pbx, tmp_path / "more.csv",
                   "--json", check=0).json
    assert done["rows_stored"] == 1


def test_unrated_are_listed_never_zero(pbx, command):
    done = command("unrated", "list", pbx, "--json", check=1).json
    assert [(r["number"], r["reason"], r["calls"]) for r in done["rows"]] == [
        ("4930123456", "no_price", 1)]


@pytest.mark.parametrize("kind, lang, row", [
    ("text", "en", "of these, without a price      1"),
    ("csv", "ru", "из них без цены;1;"),
    ("html", "en", ">of these, without a price</td><td>1</td>"),
])
def test_unrated_and_unallocated_are_rows(pbx, command, kind, lang, row):
    out = command("report", "expenses", pbx, "--month", "2026-10",
                  "--format", kind, "--lang", lang, check=0).out
    assert row in out
    assert ("(unallocated)" if lang == "en" else "(не распределено)") in out


def test_an_emergency_call_costs_nothing_and_is_no_riddle(
        pbx, command, tmp_path):
    (tmp_path / "sos.csv").write_text(row(
        "", "101", "112", "PJSIP/101-00f1", "PJSIP/main-00f2",
        "2026-10-12 10:00:00", "2026-10-12 10:00:05", "2026-10-12 10:01:06",
        66, 61, "ANSWERED", "9.9") + "\n")
    before = by_department(command, pbx)[0]["Kazan"]
    command("cdr", "import", pbx, tmp_path / "sos.csv", "--preset",
            "asterisk", "--zone", "Europe/Moscow", "--trunk", "PJSIP/main-*",
            check=0)
    after = by_department(command, pbx)[0]["Kazan"]
    assert after["calls"] == before["calls"] + 1
    assert (after["unrated"], after["cost"]) == (
        before["unrated"], before["cost"])


def test_bad_row_is_named_and_the_rest_stored(pbx, command, tmp_path):
    bad = MASTER.replace('"1.', '"2.').replace(
        '"2026-10-06 11:00:00"', '"2026-13-06 11:00:00"')
    (tmp_path / "bad.csv").write_text(bad)
    done = command("cdr", "import", pbx, tmp_path / "bad.csv", "--preset",
                   "asterisk", "--zone", "Europe/Moscow", "--trunk",
                   "PJSIP/main-*", "--json", check=1).json
    assert (done["rows_read"], done["rows_stored"],
            done["rows_rejected"]) == (7, 6, 1)
    assert done["rejects"][0]["line"] == 2
    assert done["rejects"][0]["column"] == "10"   # the file has no header


def test_undo_reverses_one_import(pbx, command):
    batches = command("import", "list", pbx, "--json", check=0).json
    calls = [b for b in batches["batches"] if b["preset"] == "asterisk"]
    command("import", "undo", pbx, calls[0]["batch"], check=0)
    assert by_department(command, pbx)[1]["rows"] == []
    assert command("verify", pbx, check=0)


def test_every_invariant_holds(pbx, command):
    done = command("verify", pbx, "--json", check=0).json
    assert done["holds"] and len(done["invariants"]) >= 5


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("kind", ["text", "html", "csv", "json"])
def test_formats_hold_the_same_total(pbx, command, tmp_path, kind, lang):
    target = tmp_path / f"expenses.{kind}"
    command("report", "expenses", pbx, "--month", "2026-10", "--format",
            kind, "--lang", lang, "-o", target, check=0)
    text = target.read_text()
    shown = "14,40" if lang == "ru" and kind != "json" else "14.40"
    assert shown in text
    if kind == "html":
        assert "<svg" in text and "://" not in text
    if kind == "json":
        json.loads(text)


def test_xlsx_has_no_formula(pbx, command, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("xlsxwriter")
    target = tmp_path / "expenses.xlsx"
    command("report", "expenses", pbx, "--month", "2026-10", "-o", target,
            check=0)
    sheet = openpyxl.load_workbook(target).active
    cells = [c for line in sheet.iter_rows() for c in line]
    assert not [c for c in cells if c.data_type == "f"]
    assert 14.4 in [c.value for c in cells]


def test_explain_in_words(pbx, command):
    done = command("rating", "explain", pbx, "+78432000002", "--seconds",
                   "61", "--at", "2026-10-05T10:00:00+03:00", "--json",
                   check=0).json
    best = done["candidates"][0]
    assert (best["cost"], best["prefix"], best["charged_s"]) == (
        "2.40", "7843", 120)
    assert "7843" in best["text"]


def test_tariff_sheet_with_a_bad_row(pbx, command, tmp_path):
    before = pbx.read_bytes()
    (tmp_path / "bad.csv").write_text(SHEET + "49,Germany,abc,RUB,,,60,60,\n")
    done = command("tariff", "import", pbx, tmp_path / "bad.csv", "--tariff",
                   "t", "--carrier", "c", "--json", check=1).json
    assert (done["rows_read"], done["rows_stored"], done["rows_rejected"],
            done["rows_held"]) == (3, 0, 1, 2)
    assert done["rejects"][0]["line"] == 4
    assert done["rejects"][0]["column"] == "rate"
    assert pbx.read_bytes() == before


@pytest.mark.parametrize("arguments", [
    ("report", "expenses", "STORE", "--month", "2026-13"),
    ("report", "expenses", "STORE", "--month", "October"),
    ("report", "expenses", "STORE", "--month", "2026-10", "--by", "colour"),
    ("report", "expenses", "missing.db", "--month", "2026-10"),
    ("cdr", "import", "STORE", "nowhere.csv", "--preset", "asterisk"),
    ("rating", "explain", "STORE", "7", "--at", "yesterday"),
])
def test_wrong_use_exits_2_with_a_reason(pbx, command, tmp_path, arguments):
    real = [str(pbx) if a == "STORE" else a for a in arguments]
    done = command(*real, "--json", cwd=tmp_path, check=2)
    assert done.err.startswith("trunkwise: ")
    assert "Traceback" not in done.err
    assert not (tmp_path / "missing.db").exists()
