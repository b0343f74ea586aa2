"""Regions: numbering ranges in, places and relations out, and what a call
inside one city costs, or that it is not served."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
from decimal import Decimal

import pytest

import trunkwise
from conftest import BUILD, SOURCE

HEAD = "АВС/ DEF;От;До;Емкость;Оператор;Регион\n"
HEAD_GAR = "АВС/ DEF;От;До;Емкость;Оператор;Регион;Территория ГАР;ИНН\n"
PLAIN = "code,from,to,operator,region,city\n"

# Written for this test in the regulator's form; numbers and firms are made up.
LANDLINES = HEAD_GAR + """\
843;2000000;2099999;100000;ПАО "ПЕРВЫЙ ОПЕРАТОР";г. Казань|Республика Татарстан;г. Казань|г.о. город Казань|Республика Татарстан;1600000001
843;2100000;2149999;50000;ООО "ВТОРОЙ";г. Казань|Республика Татарстан;г. Казань|г.о. город Казань|Республика Татарстан;1600000002
843;4000000;4009999;10000;ПАО "ПЕРВЫЙ ОПЕРАТОР";р-н Лаишевский|Республика Татарстан;м.р-н Лаишевский|Республика Татарстан;1600000001
855;2100000;2199999;100000;ПАО "ПЕРВЫЙ ОПЕРАТОР";г. Набережные Челны|Республика Татарстан;г. Набережные Челны|г.о. город Набережные Челны|Республика Татарстан;1600000001
347;2000000;2099999;100000;АО "УФИМСКИЙ";г. Уфа|Республика Башкортостан;г. Уфа|г.о. город Уфа|Республика Башкортостан;0200000001
495;1000000;1999999;1000000;ПАО "СТОЛИЧНЫЙ";г. Москва;Город Москва;7700000001
498;6000000;6009999;10000;ПАО "СТОЛИЧНЫЙ";г. Подольск|Московская обл.;г. Подольск|г.о. Подольск|Московская область;7700000001
812;3000000;3099999;100000;ПАО "СЕВЕРНЫЙ";г. Санкт-Петербург;Город Санкт-Петербург;7800000001
817;5421000;5422999;2000;ПАО "СЕВЕРНЫЙ";р-н Никольский|Вологодская обл.;м.р-н Никольский;7800000001
"""
MOBILES = HEAD_GAR + """\
900;0;61999;62000;ООО "МОБИЛЬНЫЙ";Ростовская обл.;Ростовская область;7700000002
903;1000000;1999999;1000000;ООО "МОБИЛЬНЫЙ";-;г. Москва и Московская область;7700000002
917;2000000;2999999;1000000;ООО "МОБИЛЬНЫЙ";-;Республика Татарстан;7700000002
800;2000000;2000999;1000;ООО "МОБИЛЬНЫЙ";Российская Федерация;Российская Федерация;7700000002
"""
KAZAN, KAZAN2, CHELNY = "78432000001", "78432100002", "78552100003"
MOSCOW, UFA = "74951000004", "73472000005"


@pytest.fixture
def store(tmp_path):
    with trunkwise.Store(tmp_path / "office.db", create=True) as store:
        yield store


@pytest.fixture
def placed(store):
    result = store.import_numbering([("ABC.csv", LANDLINES.encode()),
                                     ("DEF.csv", MOBILES.encode())])
    assert not result.rejects
    return store


def test_places(placed):
    numbering = placed.numbering()
    assert len(numbering) == 13
    assert numbering.find(KAZAN) == (
        'ПАО "ПЕРВЫЙ ОПЕРАТОР"', "Республика Татарстан", "Казань", False)
    assert numbering.find(MOSCOW)[1:3] == ("Москва", "Москва")
    assert numbering.find("78175421000")[1:3] == ("Вологодская область", "")
    assert numbering.find("79000000000")[1:3] == ("Ростовская область", "")
    assert numbering.find("78002000000")[1:3] == ("", "")
    assert numbering.get("79990000000") is None
    with pytest.raises(trunkwise.NotFound):
        numbering.find("79990000000")
    with pytest.raises(trunkwise.InvalidArgument):
        numbering.find("8 (843) 200-00-01")


@pytest.mark.parametrize("caller, callee, relation", [
    (KAZAN, KAZAN2, "same_city"),
    (KAZAN, CHELNY, "same_region"),
    (KAZAN, "78434000000", "same_region"),        # a district: no city
    (KAZAN, "79172000000", "same_region"),        # a mobile: no city
    ("79172000000", "79172000001", "same_region"),
    (KAZAN, MOSCOW, "other"),
    (MOSCOW, "74951000009", "same_city"),
    (MOSCOW, "74986000000", "other"),             # the region around it
    ("79031000000", MOSCOW, None),                # one of two regions
    ("79031000000", "79031000001", "same_region"),
    ("79031000000", KAZAN, "other"),
    (KAZAN, "78002000000", None),                 # no region
    (KAZAN, "79990000000", None),                 # no range
    (None, KAZAN, None),                          # hidden
])
def test_relations(placed, caller, callee, relation):
    numbering = placed.numbering()
    assert numbering.relation(caller, callee) == relation
    if caller is not None:
        assert numbering.relation(callee, caller) == relation


def test_a_look_up_answers_for_ported_numbers(placed):
    numbering = placed.numbering()

    def lookup(digits):
        return ("ООО ДРУГОЙ", "Москва", "Москва") if digits == KAZAN else None

    assert numbering.find(KAZAN, lookup=lookup) == (
        "ООО ДРУГОЙ", "Москва", "Москва", True)
    assert numbering.relation(KAZAN, KAZAN2, lookup=lookup) == "other"
    assert numbering.relation(KAZAN, MOSCOW, lookup=lookup) == "same_city"
    assert numbering.relation(
        KAZAN, KAZAN2, lookup=lambda _: ("x", None, None)) is None
    with pytest.raises(KeyError):
        numbering.find(KAZAN, lookup={}.__getitem__)
    for wrong in ("Москва", ("a", "b"), ("a", "b", 3), ("a", "b" * 200, "c"),
                  ("a", "b\0", "c")):
        with pytest.raises((TypeError, ValueError)):
            numbering.find(KAZAN, lookup=lambda _: wrong)


def test_the_same_bytes_add_nothing(placed):
    again = placed.import_numbering([("DEF.csv", MOBILES.encode())])
    assert again.counts.duplicates == again.counts.rows_read == 4
    assert again.extra["version"] is None
    assert again.extra["in_force"] == 13


def test_a_code_is_imported_anew(placed):
    # cp1251, as the regulator once published
    newer = HEAD + "917;2000000;2000009;10;О;г. Казань|Республика Татарстан\n"
    result = placed.import_numbering([("DEF.csv", newer.encode("cp1251"))])
    assert (result.extra["replaced"], result.extra["in_force"]) == (1, 13)
    numbering = placed.numbering()
    assert numbering.find("79172000000").city == "Казань"
    assert numbering.get("79172999999") is None


# ---- calls ----

DEPLOYMENT = """
[company]
name = "Example"
zone = "Europe/Moscow"
currency = "RUB"
[[department]]
name = "sales"
[[carrier]]
name = "north"
[[trunk]]
name = "main"
carrier = "north"
registrar = "sip:127.0.0.1:5070"
user = "u"
[[number]]
number = "+78432000001"
carrier = "north"
department = "sales"
[[tariff]]
name = "north-2026"
carrier = "north"
currency = "RUB"
zone = "Europe/Moscow"
"""

PRICED = """\
prefix,destination,rate,relation,status
7,any,2.00,,
7,far,1.20,other,
7,near,0.90,same_region,
7,inside,0.40,same_city,
"""
BLOCKED = PRICED.replace("7,inside,0.40,same_city,",
                         "7,inside,,same_city,blocked")

CALLS = "call_id,start,answer,caller,callee,trunk,duration,status\n" + \
    "".join(f"c{i},2026-10-05T1{i}:00:00+03:00,2026-10-05T1{i}:00:05+03:00,"
            f"{caller},{callee},main,60,answered\n"
            for i, (caller, callee) in enumerate([
                (KAZAN, KAZAN2), (KAZAN, CHELNY), (KAZAN, MOSCOW),
                ("anonymous", KAZAN2), (KAZAN, "79990000000")]))


def priced(store, sheet):
    store.apply(trunkwise.Deployment(DEPLOYMENT),
                at=dt.datetime(2026, 9, 1, tzinfo=dt.timezone.utc))
    result = store.import_tariff(sheet.encode(), tariff="north-2026",
                                 carrier="north", currency="RUB")
    assert not result.rejects, result.rejects


def costs(store):
    report = store.expenses("2026-10", by=("destination",))
    return {row.destination: row.calls_cost for row in report.rows
            if row.calls_cost}


def test_calls_are_priced_by_their_regions(placed):
    priced(placed, PRICED)
    result = placed.import_calls(CALLS.encode(), preset="native")
    assert result.counts.rows_stored == 5
    assert costs(placed) == {
        "inside": Decimal("0.40"), "near": Decimal("0.90"),
        "far": Decimal("1.20"), "any": Decimal("4.00")}
    assert all(v.holds for v in placed.verify())


def test_calls_inside_a_city_are_not_served(placed):
    priced(placed, BLOCKED)
    placed.import_calls(CALLS.encode(), preset="native")
    (row,) = placed.unrated()
    assert (row.key, row.kind, row.calls) == (KAZAN2, "blocked", 1)
    assert "inside" not in costs(placed)


def test_without_numbering_every_call_has_the_base_price(store):
    priced(store, BLOCKED)
    store.import_calls(CALLS.encode(), preset="native")
    assert costs(store) == {"any": Decimal("10.00")}


def test_a_ported_number_is_charged_by_what_the_look_up_says(placed):
    priced(placed, PRICED)
    asked = []

    def lookup(digits):
        asked.append(digits)
        if digits == KAZAN2:
            return ("ООО ДРУГОЙ", "Москва", "Москва")
        return None

    result = placed.import_calls(CALLS.encode(), preset="native",
                                 lookup=lookup)
    assert {KAZAN, KAZAN2, CHELNY} <= set(asked)
    assert "anonymous" not in asked
    assert costs(placed) == {"near": Decimal("0.90"), "far": Decimal("2.40"),
                             "any": Decimal("4.00")}
    # undone, and without the look-up it is a number of Kazan again
    placed.undo_import(result.extra["batch"])
    placed.import_calls(CALLS.encode(), preset="native")
    assert costs(placed)["inside"] == Decimal("0.40")


def test_what_a_look_up_raises_undoes_the_import(placed):
    priced(placed, PRICED)

    class Down(Exception):
        pass

    def lookup(_):
        raise Down

    with pytest.raises(Down):
        placed.import_calls(CALLS.encode(), preset="native", lookup=lookup)
    assert placed.imports() == []
    assert placed.import_calls(CALLS.encode(),
                               preset="native").counts.rows_stored == 5


def test_a_tariff_without_relations_asks_nobody(placed):
    priced(placed, "prefix,rate\n7,2.00\n")

    def lookup(_):
        raise AssertionError("asked")

    placed.import_calls(CALLS.encode(), preset="native", lookup=lookup)


# ---- commands ----

@pytest.fixture
def files(tmp_path):
    (tmp_path / "ABC.csv").write_text(LANDLINES)
    (tmp_path / "DEF.csv").write_text(MOBILES)
    (tmp_path / "deployment.toml").write_text(DEPLOYMENT)
    (tmp_path / "sheet.csv").write_text(BLOCKED)
    return tmp_path


def test_commands(command, files):
    def run(*arguments, check=0):
        return command(*arguments, cwd=files, check=check)

    done = run("numbering", "import", "office.db", "ABC.csv", "DEF.csv",
               "--json").json
    assert done["rows_stored"] == 13 and done["version"] == 1
    assert done["codes"] == 11 and done["without_region"] == 1
    found = run("numbering", "find", "office.db", "8 (843) 200-00-01",
                "+7 855 210-00-03", "--json").json
    assert found["relation"] == "same_region"
    assert [p["city"] for p in found["places"]] == ["Казань",
                                                    "Набережные Челны"]
    text = run("numbering", "find", "office.db", KAZAN, KAZAN2, "--lang",
               "ru").out
    assert "Казань, Республика Татарстан" in text and "один город" in text
    lost = run("numbering", "find", "office.db", KAZAN, "79990000000",
               "--json", check=1).json
    assert lost["relation"] is None and not lost["places"][1]["known"]


def test_commands_of_the_document(command, files):
    """As written in docs/numbering.md, by a shell."""
    sheet = PRICED.replace("7,inside,0.40", "7843,inside,0.40")
    (files / "sheet.csv").write_text(sheet)
    command("apply", "deployment.toml", "office.db", "--at",
            "2026-09-01T00:00:00+03:00", cwd=files, check=0)
    command("tariff", "import", "office.db", "sheet.csv", "--tariff",
            "north-2026", "--carrier", "north", "--currency", "RUB",
            cwd=files, check=0)
    text = (SOURCE / "docs" / "numbering.md").read_text()
    lines = "".join(re.findall(r"^```sh\n(.*?)^```", text, re.S | re.M))
    env = {**os.environ,
           "PATH": f"{BUILD / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    for line in lines.splitlines():
        done = subprocess.run(["sh", "-c", line], cwd=files, env=env,
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and done.stdout, line + done.stderr


def table(title):
    """Rows of the first table under a heading of docs/numbering.md."""
    text = (SOURCE / "docs" / "numbering.md").read_text()
    rows = text.split(title, 1)[1].split("| --- |", 1)[1].split("\n\n")[0]
    for row in rows.splitlines()[1:]:
        yield [cell.strip().replace("\\|", "|")
               for cell in re.split(r"(?<!\\)\|", row)[1:-1]]


def test_the_table_of_places_in_the_document(store):
    rows = list(table("## 2. City and region"))
    assert len(rows) == 10
    for texts, city, region in rows:
        for text in re.findall(r"`([^`]+)`", texts):
            store.import_numbering([
                ("a.csv", (HEAD + f"843;0;9;10;О;{text}\n").encode())])
            place = store.numbering().find("78430000000")
            assert (place.city or "(not known)",
                    place.region or "(not known)") == (city, region), text


def test_explain_says_where_the_numbers_stand(command, files):
    def run(*arguments, check=0):
        return command(*arguments, cwd=files, check=check)

    run("apply", "deployment.toml", "office.db", "--at",
        "2026-09-01T00:00:00+03:00")
    run("tariff", "import", "office.db", "sheet.csv", "--tariff",
        "north-2026", "--carrier", "north", "--currency", "RUB")
    explain = ("rating", "explain", "office.db")
    # before there is a numbering nothing is known
    assert run(*explain, KAZAN2, "--caller", KAZAN,
               "--json").json["relation"] is None
    run("numbering", "import", "office.db", "ABC.csv", "DEF.csv")
    refused = run(*explain, KAZAN2, "--caller", KAZAN, "--json",
                  check=1).json
    assert refused["relation"] == "same_city"
    assert refused["from"]["city"] == refused["to"]["city"] == "Казань"
    assert refused["candidates"][0]["verdict"] == "TW_EREFUSED"
    near = run(*explain, CHELNY, "--caller", "8 843 200-00-01",
               "--json").json
    assert near["candidates"][0]["cost"] == "0.90"
    text = run(*explain, MOSCOW, "--caller", KAZAN, "--lang", "ru").out
    assert "Откуда: 78432000001: Казань, Республика Татарстан" in text
    assert "Регионы: разные регионы" in text
    assert "1.20" in text or "1,20" in text
    # without --caller nothing is said of places
    assert "from" not in run(*explain, KAZAN2, "--json").json


HOSTILE = [
    # (name, content, rejected, held, words); None: the file is refused
    ("empty", "", None, 0, "is empty"),
    ("header only", HEAD, None, 0, "no ranges"),
    ("web page", "<!DOCTYPE html>\n<html>\n", None, 0, "no column"),
    ("unknown column", "code,from,to,region,peak\n7,1,2,R,x\n", None, 0,
     "peak"),
    ("two codes", "code,code,from,to,region\n7,7,1,2,R\n", None, 0, "twice"),
    ("no region", "code,from,to\n7,1,2\n", None, 0, "region"),
    ("utf-32", b"\xff\xfe\x00\x00\x41\x00\x00\x00", None, 0, "UTF-32"),
    ("half of utf-16", "код".encode("utf-16") + b"\x41", None, 0, "UTF-16"),
    ("koi8-r", (HEAD + "495;0;9;10;О;Р\n").encode("koi8-r"), None, 0,
     "no column"),
    ("twice decoded", HEAD.encode().decode("cp1252", "replace"), None, 0,
     "no column"),
    ("workbook", b"PK\x03\x04" + bytes(range(256)), None, 0, "workbook"),
    ("binary", bytes(range(256)) * 4, None, 0, ""),
    ("overlap", HEAD + "843;0;9;10;О;Р\n843;9;19;11;О;Р\n", 1, 1,
     "overlaps line 2"),
    ("overlap out of order", HEAD + "843;9;19;11;О;Р\n843;0;9;10;О;Р\n", 1,
     1, "overlaps line 2"),
    ("inside another", HEAD + "843;0;99;100;О;Р\n843;5;6;2;О;Р\n"
     "843;7;8;2;О;Р\n", 2, 1, "overlaps line 2"),
    ("same range, other place", HEAD + "843;0;9;10;О;Р\n843;0;9;10;О;С\n", 1,
     1, "overlaps"),
    ("backwards", HEAD + "843;9;0;10;О;Р\n", 1, 0, "swap"),
    ("capacity", HEAD + "843;0;9;9;О;Р\n", 1, 0, "10 numbers"),
    ("huge capacity", HEAD + "843;0;9;99999999999999999999;О;Р\n", 1, 0,
     "digits"),
    ("code with 8", HEAD + "8843;0;9;10;О;Р\n", 1, 0, "three digits"),
    ("code of 8 digits", HEAD + "84320000;0;9;10;О;Р\n", 1, 0,
     "three digits"),
    ("short code", HEAD + "84;0;9;10;О;Р\n", 1, 0, "three digits"),
    ("whole numbers", HEAD + "843;78430000000;78430000009;10;О;Р\n", 1, 0,
     "without the code"),
    ("scientific", HEAD + "843;1E+06;1,1E+06;100001;О;Р\n", 1, 0,
     "spreadsheet"),
    ("thousands", HEAD + "843;1 000 000;1 000 009;10;О;Р\n", 1, 0,
     "without blanks"),
    ("floats", HEAD + "843.0;0;9;10;О;Р\n", 1, 0, "without blanks"),
    ("minus", HEAD + "843;-9;9;19;О;Р\n", 1, 0, "without blanks"),
    ("arabic digits", HEAD + "٨٤٣;0;9;10;О;Р\n", 1, 0, "digits"),
    ("comma for semicolon", HEAD + "843,0,9,10,О,Р\n", 1, 0, "fewer cells"),
    ("a cell too many", HEAD + "843;0;9;10;О;Р;;!\n", 1, 0, "header names"),
    ("open quote", HEAD + '843;0;9;10;"О;Р\n844;0;9;10;О;Р\n', 1, 1,
     "quote"),
    ("line break in a name", HEAD + '843;0;9;10;"О\nО";Р\n', 1, 0,
     "line break"),
    ("NUL", HEAD + "843;0;9;10;О\0;Р\n", 1, 0, "NUL"),
    ("long operator", HEAD + f"843;0;9;10;{'О' * 300};Р\n", 1, 0,
     "too long"),
    ("long city", PLAIN + f"7843,0000000,0000009,O,R,{'C' * 200}\n", 1, 0,
     "too long"),
    ("zeros eaten", PLAIN + "7843,0,0000009,O,R,\n", 1, 0, "zeros"),
    ("no country code", PLAIN + "0843,2000000,2000009,O,R,\n", 1, 0,
     "country code"),
    ("too many digits", PLAIN + "7843,20000000000000,20000000000009,O,R,\n",
     1, 0, "15 digits"),
    ("a long row", HEAD + "843;0;9;10;О;" + "Р" * 600_000 + "\n", 1, 0,
     "1 MiB"),
]


@pytest.mark.parametrize("content, rejected, held, words",
                         [case[1:] for case in HOSTILE],
                         ids=[case[0] for case in HOSTILE])
def test_hostile_files(placed, content, rejected, held, words):
    data = content if isinstance(content, bytes) else content.encode()
    if rejected is None:
        with pytest.raises(trunkwise.Error) as caught:
            placed.import_numbering([("x.csv", data)])
        assert words in str(caught.value)
    else:
        result = placed.import_numbering([("x.csv", data)])
        counts = result.counts
        assert counts.rows_read == (
            counts.rows_stored + counts.rows_rejected + counts.duplicates +
            counts.conflicts + counts.rows_held)
        assert (counts.rows_rejected, counts.rows_held,
                counts.rows_stored) == (rejected, held, 0)
        assert len(result.rejects) == rejected
        assert all(r.line > 1 and r.column for r in result.rejects)
        assert words in result.rejects[0].reason
    assert len(placed.numbering()) == 13


def test_refused_files_leave_no_store(command, tmp_path):
    (tmp_path / "bad.csv").write_text(HEAD + "843;9;0;10;О;Р\n")
    done = command("numbering", "import", "new.db", "bad.csv", "--json",
                   cwd=tmp_path, check=1).json
    assert done["rejects"][0]["line"] == 2
    assert not (tmp_path / "new.db").exists()
    done = command("numbering", "import", "new.db", "none.csv", "--json",
                   cwd=tmp_path, check=2).json
    assert "none.csv" in done["error"]["message"]


def test_many_rows(store):
    rows = [HEAD] + [f"{300 + i // 1000};{i % 1000 * 1000:07d};"
                     f"{i % 1000 * 1000 + 999:07d};1000;О;г. Г{i % 500}|Р\n"
                     for i in range(50_000)]
    result = store.import_numbering([("all.csv", "".join(rows).encode())])
    assert result.counts.rows_stored == 50_000
    numbering = store.numbering()
    assert numbering.find("73000000000").city == "Г0"
    assert numbering.relation("73000000000", "73000500000") == "same_city"
