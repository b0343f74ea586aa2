"""Call records of any layout: built-in presets and mappings, end to end."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal

import pytest

import trunkwise
from conftest import SOURCE
from trunkwise import CdrMap, Store, raw, records

FIXTURES = SOURCE / "tests" / "fixtures" / "records"
PAGE = (SOURCE / "docs" / "call-records.md").read_text()
MAPPING = re.search(r"^```toml\n(.*?)^```", PAGE, re.S | re.M).group(1)
CALLS = (
    "ID;Begin;Picked up;Joined;Talk;From;To;Result;Price\n"
    "1;05.10.2026 10:00:00;05.10.2026 10:00:05;;61500;101;84951234567;OK;"
    "1 234,50\n"
    "2;05.10.2026 11:00:00;;;0;101;84951234567;busy here;\n"
    "3;05.10.2026 11:00:00;soon;;5;101;84951234567;OK;\n"
    "Total;;;;66500;;;;\n")


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "s.db", create=True) as store:
        yield store


def counts(result):
    c = result.counts
    assert c.rows_read == (c.rows_stored + c.rows_rejected + c.duplicates +
                           c.conflicts)
    return c.rows_stored, c.rows_rejected, c.duplicates, c.conflicts


def test_mapping_of_the_page(store):
    mapping = CdrMap(tomllib.loads(MAPPING, parse_float=Decimal))
    result = store.import_calls(CALLS.encode("cp1251"), mapping=mapping)
    assert counts(result) == (2, 2, 0, 0)
    assert [(r.line, r.column) for r in result.rejects] == [
        (4, "Picked up"), (5, "Begin")]
    again = store.import_calls(CALLS.encode("cp1251"), mapping=mapping)
    assert counts(again) == (0, 2, 2, 0)
    # another mapping is another reading of the same bytes
    other = CdrMap({**tomllib.loads(MAPPING), "zone": "UTC"})
    with pytest.raises(trunkwise.Conflict):
        store.import_calls(CALLS.encode("cp1251"), mapping=other)


def test_a_mended_mapping(store):
    """A reading that found no call is in nobody's way; one that stored some
    is taken back first, or calls whose ids hang on columns come twice."""
    said = {"call_id": "id", "start": "at", "duration": "s", "caller": "a",
            "callee": "b", "status": "how", "statuses": {"BAD": "failed"}}
    mended = {**said, "statuses": {"BAD": "failed", "FINE": "answered"}}
    head = b"id,at,s,a,b,how\n"
    fine = b"1,2026-10-05T10:00:00Z,60,101,84951234567,FINE\n"
    bad = b"2,2026-10-05T11:00:00Z,0,101,84951234567,BAD\n"

    alone = head + fine
    wrong = store.import_calls(alone, preset="mango", zone="UTC")
    assert wrong.counts.rows_stored == 0 < wrong.counts.rows_rejected
    first = store.import_calls(alone, mapping=CdrMap(said))
    assert counts(first) == (0, 1, 0, 0)
    result = store.import_calls(alone, mapping=CdrMap(mended))
    assert counts(result) == (1, 0, 0, 0)
    assert list(store.rejects()) == []
    # and now the first one is another reading of calls that are there
    with pytest.raises(trunkwise.Conflict) as caught:
        store.import_calls(alone, mapping=CdrMap(said))
    assert "batch 3 " in str(caught.value)
    store.undo_import(3)

    both = head + fine + bad
    stored = store.import_calls(both, mapping=CdrMap(said))
    assert counts(stored) == (1, 1, 0, 0)
    with pytest.raises(trunkwise.Conflict, match="undo that batch first"):
        store.import_calls(both, mapping=CdrMap(mended))
    store.undo_import(4)
    assert counts(store.import_calls(both, mapping=CdrMap(mended))) == (
        2, 0, 0, 0)
    assert list(store.rejects()) == []
    assert all(check.holds for check in store.verify())


@pytest.mark.parametrize("letters", ["utf-16-le", "utf-16-be"])
def test_wide_letters_without_their_mark(store, letters):
    text = "call_id,start,duration,caller,callee\n" \
        "a,2026-10-05T10:00:00Z,60,101,Казань\n"
    for data in (text.encode(letters), iter([text.encode(letters)])):
        with pytest.raises(trunkwise.Unsupported, match="UTF-16 without"):
            store.import_calls(data, preset="native")
    with pytest.raises(trunkwise.Unsupported, match="UTF-16 without"):
        store.import_calls(text.encode(letters), mapping=CdrMap(
            {"call_id": "call_id", "start": "start"}))
    # a hole in a disk is no letters
    with pytest.raises(trunkwise.ParseError):
        store.import_calls(bytes(400), preset="native")


@pytest.mark.parametrize("text,field,words", [
    ("start = 'x'\nstat = 'y'", "stat", "no key"),
    ("format = 'xlsx'", "format", "csv, json, xml"),
    ("preset = 'excel'", "preset", "excel"),
    ("[statuses]\nOK = 'fine'", "statuses.OK", "answered"),
    ("[default]\ncolour = 'x'", "default.colour", "no key"),
    ("start = ['a, b', 'c']", "start", "comma"),
    ("[statuses.x]\ny = 'busy'", "statuses.x", "table"),
    ("start = \"a\\u0000b\"", "start", "NUL"),
])
def test_bad_mappings_name_the_key(tmp_path, text, field, words):
    (tmp_path / "m.toml").write_text(text)
    with pytest.raises(trunkwise.ParseError) as caught:
        CdrMap.load(tmp_path / "m.toml")
    assert caught.value.field == field
    assert words in str(caught.value)


def test_preset_goes_first_in_a_mapping(store):
    mapping = CdrMap({"zone": "UTC", "preset": "freeswitch_csv"})
    data = (FIXTURES / "freeswitch_csv.csv").read_bytes()
    assert counts(store.import_calls(data, mapping=mapping)) == (5, 0, 0, 0)
    with pytest.raises(trunkwise.InvalidArgument):
        store.import_calls(data, mapping=mapping, preset="native")
    with pytest.raises(trunkwise.InvalidArgument):
        store.import_calls(data)


def fixtures():
    for path in sorted(FIXTURES.iterdir()):
        yield pytest.param(path, id=path.name)


@pytest.mark.parametrize("path", fixtures())
def test_every_fixture_is_stored_once(store, path):
    preset = path.name.partition(".")[0].partition("-")[0]
    assert preset in records.PRESETS
    data = path.read_bytes()
    first = counts(store.import_calls(data, preset=preset,
                                      zone="Europe/Moscow"))
    assert first[0] > 0 and first[2:] == (0, 0)
    again = counts(store.import_calls(data, preset=preset,
                                      zone="Europe/Moscow"))
    assert again == (0, first[1], first[0], 0)
    assert all(v.holds for v in store.verify())


def later(text):
    """An hour later, in whichever form; ids stay."""
    text = re.sub(r"(?<![\d.])17911\d{5}(?=(\d{3}|\d{6})?(?![\d.]))",
                  lambda m: str(int(m[0]) + 3600), text)
    return re.sub(r"(\b\d{4}[-/]\d\d[-/]\d\d[T ]|\b\d{8}T|"
                  r"\b\d\d\.\d\d\.\d{4} )(\d\d)",
                  lambda m: f"{m[1]}{int(m[2]) + 1:02}", text)


CHANNELS = "".join(
    f'"","101","8916123456{n}","from-internal","","PJSIP/101-0000000{n}",'
    f'"PJSIP/main-0000001{n}","Dial","PJSIP/8916123456{n}@main",'
    f'"2026-10-05 1{n}:00:00","2026-10-05 1{n}:00:08",'
    f'"2026-10-05 1{n}:01:09",69,61,"ANSWERED","DOCUMENTATION",'
    f'"179118360{n}.{n}"\n' for n in range(5))


@pytest.mark.parametrize("path", [*fixtures(), pytest.param(
    CHANNELS, id="Master.csv")])
def test_every_fixture_an_hour_later(store, path):
    """By a clock that was set, or under another zone: what has an id of its
    own is known by it, and no total changes."""
    text, preset = path, "asterisk"
    if path is not CHANNELS:
        text = path.read_text()
        preset = path.name.partition(".")[0].partition("-")[0]
    assert later(text) != text
    store.import_calls(text.encode(), preset=preset, zone="Europe/Moscow")
    before = store.expenses("2026-10")
    result = counts(store.import_calls(later(text).encode(), preset=preset,
                                       zone="Europe/Moscow"))
    if path is CHANNELS or path.stem not in ("beeline", "mango", "yeastar"):
        assert result[0] == 0 and result[3] > 0
        assert store.expenses("2026-10").rows == before.rows
    else:
        said = re.search(r"id is made of the row as a whole \((.*)", PAGE)
        assert f"`{path.stem}`" in said[1]
    if path is CHANNELS:
        assert counts(store.import_calls(
            later(later(text)).encode(), preset=preset, zone="Asia/Tomsk")
            )[0] == 0
    assert all(v.holds for v in store.verify())


def test_one_id_twice_in_one_file_and_in_two(tmp_path):
    """The totals do not depend on how records are split into files."""
    rows = [f"s{n},2026-10-05T1{h}:00:00Z,60,101,84951234567\n".encode()
            for h in (0, 1) for n in range(3)]
    head = b"call_id,start,duration,caller,callee\n"
    stored = []
    for files in ([rows], [rows[:3], rows[3:]], [rows[:4], rows[4:]]):
        with Store(tmp_path / f"{len(stored)}.db", create=True) as store:
            done = [counts(store.import_calls(head + b"".join(part),
                                              preset="native"))
                    for part in files]
            stored.append((sum(d[0] for d in done), sum(d[3] for d in done)))
            assert {r.detail.partition(":")[0] for r in store.rejects()
                    } == {"start"}
            assert all(v.holds for v in store.verify())
    assert stored == [(3, 3)] * 3


def test_every_preset_has_a_fixture_and_a_row_in_the_page():
    with_file = {path.name.partition(".")[0].partition("-")[0]
                 for path in FIXTURES.iterdir()}
    for preset in records.PRESETS:
        if preset not in ("native", "asterisk"):
            assert preset in with_file
            assert re.search(rf"^\| [^|]*`{preset}`", PAGE, re.M), preset


def test_money_of_two_sides_and_a_forward(store):
    """A far side costs nothing, and a forwarded leg is paid by whoever's
    number was called."""
    raw.tw_directory_import(
        store.handle,
        b"match_kind,match,department,city,from,to\n"
        b"accountcode,Sales/Kazan,Sales,Kazan,,\n"
        b"number,78432000001,Service,Kazan,,\n", "Europe/Moscow")
    store.import_tariff(
        b"prefix,destination,rate,currency,effective_from,effective_to,"
        b"first_inc,next_inc,connect_fee\n"
        b"7,Russia,1.20,RUB,2026-01-01,,1,1,0\n",
        tariff="annex", carrier="north", zone="Europe/Moscow")
    result = store.import_calls(
        (FIXTURES / "freeswitch_json.json").read_bytes(),
        preset="freeswitch_json", zone="Europe/Moscow")
    assert counts(result) == (5, 0, 0, 0)
    report = store.expenses("2026-10")
    rows = {r.department: r for r in report.rows}
    # 61.5 s are 62; 60 s of the forwarded leg; the two far sides are nothing
    assert rows["Sales"].total == Decimal("1.24")
    assert rows["Service"].total == Decimal("1.20")
    assert sum(r.total for r in report.rows) == Decimal("2.44")
    # two answered and one busy; neither a far side nor a second leg counts
    assert sum(r.calls for r in report.rows) == 3
    assert all(v.holds for v in store.verify())


NATIVE = ("call_id,start,duration,caller,callee,direction,leg\n"
          "a,2026-10-05T10:00:00Z,61,79031112233,79161112233,forward,2\n")
MAPPED = ("id,at,talk,from,to,role\n"
          "a,1791183600,61,79031112233,79161112233,on\n")
BROKEN = {
    "native": (NATIVE, ",61,", ",x,"),
    "asterisk": ("asterisk-freepbx.csv", ",ANSWERED,", ",x,"),
    "freeswitch_csv": ("freeswitch_csv-header.csv", ",1791183608,", ",x,"),
    "freeswitch_json": ("freeswitch_json.json",
                        '"answer_uepoch":"1791183608000000"',
                        '"answer_uepoch":"x"'),
    "mango": ("mango.csv", ";1791183608;", ";x;"),
    "mapping": (MAPPED, ",61,", ",x,"),
}


@pytest.mark.parametrize("source", BROKEN)
def test_a_row_that_any_file_mends(store, source):
    """Its key is known though the row cannot be read."""
    text, good, bad = BROKEN[source]
    if "\n" not in text:
        text = (FIXTURES / text).read_text()
    assert good in text
    mapping = CdrMap({
        "time": "epoch", "call_id": "id", "start": "at", "duration": "talk",
        "caller": "from", "callee": "to", "role": "role",
        "roles": {"on": "forward", "*": "call"}})
    how = {"mapping": mapping} if source == "mapping" else {"preset": source}

    def take(text, name):
        return store.import_calls(text.encode(), zone="Europe/Moscow",
                                  file_name=name, **how)

    take(text.replace(good, bad, 1), "one")
    assert len(store.rejects()) == 1
    # an export of later days, and the row among them
    stored = take(text, "two").counts.rows_stored
    assert stored == 1 and store.rejects() == []
    store.undo_import(2)
    assert len(store.rejects()) == 1


def test_a_word_that_nobody_declared_is_mended_by_any_file(store):
    mapping = CdrMap({
        "time": "epoch", "call_id": "id", "start": "at", "duration": "talk",
        "caller": "from", "callee": "to", "role": "role", "direction": "way",
        "roles": {"on": "forward", "own": "call"},
        "directions": {"o": "outbound"}})
    text = ("id,at,talk,from,to,role,way\n"
            "a,1791183600,61,78432000001,79161112233,ours,o\n"
            "b,1791183600,61,78432000001,79161112233,own,out\n")

    def take(text, name):
        return counts(store.import_calls(text.encode(), mapping=mapping,
                                         file_name=name))

    def words():
        return [row.detail.split(":")[0] for row in store.rejects()]

    assert take(text, "one") == (0, 2, 0, 0)
    assert words() == ["role", "way"]
    mended = text.replace("ours", "own")
    assert take(mended, "two") == (1, 1, 0, 0)
    assert words() == ["way"] * 2
    assert take(mended.replace("out\n", "o\n"), "three") == (1, 0, 1, 0)
    assert store.rejects() == []
