"""Several records of one call: whose they are, and that they count once."""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
from decimal import Decimal

import pytest

from conftest import SOURCE
from trunkwise import CdrMap, Deployment, Store, raw

FIXTURES = SOURCE / "tests" / "fixtures" / "records"
OWNERS = (b"match_kind,match,department,city,from,to\n"
          b"extension,101,Kazan,Kazan,,\n"
          b"extension,102,Ufa,Ufa,,\n"
          b"accountcode,Sales,Sales,Kazan,,\n"
          b"accountcode,Sales/Kazan,Sales,Kazan,,\n"
          b"number,78432000001,Service,Kazan,,\n"
          b"number,79600000001,Mobile,Kazan,,\n")
SHEET = (b"prefix,destination,rate,currency,effective_from,effective_to,"
         b"first_inc,next_inc,connect_fee\n"
         b"7,Russia,1.20,RUB,2026-01-01,,1,1,0\n")


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Opens a new store with owners and prices; making one takes longer than
    all that is done with it here."""
    model = tmp_path_factory.mktemp("office") / "model.db"
    with Store(model, create=True) as store:
        raw.tw_directory_import(store.handle, OWNERS, "Europe/Moscow")
        store.import_tariff(SHEET, tariff="annex", carrier="north",
                            zone="Europe/Moscow")

    return copies_of(model)


def copies_of(model):
    def make(path):
        shutil.copy(model, path)
        return Store(path)
    return make


@pytest.fixture
def store(office, tmp_path):
    with office(tmp_path / "s.db") as store:
        yield store


def totals(store):
    assert [v for v in store.verify() if not v.holds] == []
    return {row.department: (row.calls, row.answered, row.missed, row.total)
            for row in store.expenses("2026-10").rows}


CUCM = (FIXTURES / "cucm.csv").read_bytes().splitlines(True)[:2]
FORWARDS = {
    "cucm": b"".join(CUCM) + (
        b'1,2,101009,26000009,1791183600,-1139627840,"79031112233",0,'
        b'-1122850624,"78432000001","79161112233",16,1791183608,1791183669,'
        b'"78432000001","c1d5c000-0000-0000-0000-000000000009",61,"north",'
        b'"north",""\n'),
    "mango": (b"[];1791183600;1791183669;1791183608;;79031112233;;"
              b"79161112233;1110;78432000001;;MToxOjE=\n"),
    "yeastar": (
        b"callid,timestart,callfrom,callto,callduraction,talkduraction,"
        b"srctrunkname,dsttrcunkname,status,type,pincode,recording,did\n"
        b"1591183600.1,2026-10-05 10:00:00,79031112233,79161112233,69,61,"
        b"north,main,ANSWERED,Transfer,,,78432000001\n"),
}


@pytest.mark.parametrize("preset", FORWARDS)
def test_a_call_forwarded_outside(store, preset):
    """One inbound call of the number, and a leg that its department pays."""
    for expected in ((2, 0), (0, 2)):
        c = store.import_calls(FORWARDS[preset], preset=preset,
                               zone="Europe/Moscow").counts
        assert (c.rows_stored, c.duplicates) == expected
        assert totals(store) == {"Service": (1, 1, 0, Decimal("1.22"))}


def test_a_number_of_ten_digits_is_ours(store):
    store.import_calls((FIXTURES / "beeline.json").read_bytes(),
                       preset="beeline", zone="Europe/Moscow")
    # "Продажи" is not declared: the extension says whose the call is
    assert totals(store) == {"Kazan": (3, 2, 1, Decimal("1.24"))}
    assert [(r.kind, r.key) for r in store.suggest()] == [
        ("department", "Продажи")]


# ---- the same records in any number of files, in any order ----

def lines(name, headers=0):
    """(what every file begins with, rows)"""
    all_lines = [line.rstrip(b"\n") + b"\n" for line in
                 (FIXTURES / name).read_bytes().splitlines()]
    return b"".join(all_lines[:headers]), all_lines[headers:]


def xml_documents():
    text = (FIXTURES / "freeswitch_xml.xml").read_bytes()
    head = b'<?xml version="1.0"?>\n'
    return b"", [head + part for part in text.split(head) if part.strip()]


def transactions(name):
    """INVITE and BYE of an answered call come together, or are refused."""
    header, rows = lines(name, 1)
    units = {}
    for i, row in enumerate(rows):
        cells = row.split(b",")
        call = cells[4] if cells[1] in (b"INVITE", b"BYE") and \
            cells[5] == b"200" else i
        units.setdefault(call, []).append(row)
    return header, [b"".join(unit) for unit in units.values()]


def mango_rows(rng):
    """Phones that ring one after the other or all at once, for calls of one
    second too."""
    rows = []
    for call in range(5):
        start = 1791183600 + rng.randrange(3)
        for phone in rng.sample(range(101, 106), rng.randrange(1, 5)):
            answer = start + 9 if rng.random() < .3 else 0
            ends = (f";7903111224{call};{phone};78432000001" if call < 4 else
                    f"{phone};78432000001;;84951234567")
            rows.append(f"[];{start};{start + 30};{answer};{ends};1110;"
                        f"78432000001;;entry{call}\n".encode())
            start += rng.randrange(2)
    return b"", rows


def asterisk_rows(rng):
    rows = []
    for call in range(5):
        start = 1791183600 + rng.randrange(3)
        for n, phone in enumerate(rng.sample(range(101, 106),
                                             rng.randrange(1, 5))):
            talk = 60 if rng.random() < .3 else 0
            word = "ANSWERED" if talk else "NO ANSWER"
            rows.append(
                f'"","7903111224{call}","78432000001","from-trunk","",'
                f'"PJSIP/main-0{call}","PJSIP/{phone}-0{n}","Dial",'
                f'"PJSIP/{phone}","2026-10-05 10:00:{start % 60:02}","",'
                f'"2026-10-05 10:02:00",{talk + 5},{talk},"{word}",'
                f'"DOCUMENTATION","{start}.{call}","","",'
                f'"1791183600.{call}","{n + 1}"\n'.encode())
    return b"", rows


def freeswitch_rows(rng):
    """Calls in, calls out and forwards, told by both sides or by one."""
    header = (b"uuid,call_uuid,bleg_uuid,caller_id_number,destination_number,"
              b"start_epoch,answer_epoch,end_epoch,billsec,hangup_cause\n")
    rows = []
    for call in range(6):
        start = 1791183600 + rng.randrange(3)
        caller, first, second = rng.choice([
            ("101", "84951234567", "84951234567"),
            ("+79031112233", "78432000001", "102"),
            ("+79031112233", "88432000001", "89161112233"),
            ("79031112233", "78432000001", "+7 (843) 200-00-01")])
        a, b = f"a{call}", f"b{call}"
        named = rng.choice([(a, "", a, ""), (a, b, "", ""), ("", b, "", a),
                            ("", "", "", a)])
        for i, (uuid, to) in enumerate(((a, first), (b, second))):
            begin = start + i * rng.randrange(1, 3)
            rows.append(f"{uuid},{named[2 * i]},{named[2 * i + 1]},{caller},"
                        f"{to},{begin},{begin + 4},{begin + 64},60,"
                        "NORMAL_CLEARING\n".encode())
    return header, rows


NUMBERS = ["101", "102", "103", "78432000001", "79600000001", "78432000099",
           "79031112233", "79161234567", "84951234567", "+79161112233"]


def freeswitch_chains(rng):
    """Whoever names whom: no PBX is as bad."""
    header = (b"uuid,call_uuid,bleg_uuid,caller_id_number,destination_number,"
              b"start_epoch,answer_epoch,end_epoch,billsec,hangup_cause\n")
    rows = []
    for call in range(rng.randrange(1, 4)):
        ids = [f"c{call}{leg}" for leg in "abcd"[:rng.randrange(2, 5)]]
        for uuid in ids:
            first = rng.choice([*ids, *ids, "", "", uuid])
            other = rng.choice([*ids, "", "", ""])
            begin = 1791183600 + rng.randrange(5)
            talk = rng.choice([0, 60, 60])
            rows.append(f"{uuid},{first},{other},{rng.choice(NUMBERS)},"
                        f"{rng.choice(NUMBERS)},{begin},"
                        f"{begin + 4 if talk else ''},{begin + 64},{talk},"
                        "NORMAL_CLEARING\n".encode())
    return header, rows


def native_legs(rng):
    header = (b"call_id,start,answer,caller,callee,duration,number,direction,"
              b"linked_id,leg\n")
    rows = []
    for call in range(rng.randrange(1, 4)):
        for n in range(rng.randrange(2, 5)):
            callee = rng.choice(NUMBERS)
            rows.append(
                f"k{call}{n},2026-10-05T10:00:0{rng.randrange(4)}Z,"
                f"2026-10-05T10:00:05Z,{rng.choice(NUMBERS)},{callee},60,"
                f"{rng.choice(['', '', '', callee])},"
                f"{rng.choice(['inbound', 'forward', 'forward', ''])},"
                f"{rng.choice(['', f'k{call}0', f'k{call}0', f'k{call}1'])},"
                f"{rng.choice([1, 1, 2])}\n".encode())
    return header, rows


MAPPED = {"time": "epoch", "call_id": "id", "linked_id": "of", "start": "at",
          "duration": "talk", "caller": "from", "callee": "to",
          "status": "word", "role": "role",
          "statuses": {"yes": "answered", "no": "no_answer"},
          "roles": {"try": "attempt", "far": "side", "on": "forward",
                    "*": "call"}}


def mapped_rows(rng):
    """Some say themselves what they are, the others are asked."""
    header = b"id,of,peer,at,talk,from,to,word,role\n"
    rows = []
    for call in range(6):
        start = 1791183600 + rng.randrange(3)
        caller = rng.choice(["101", "79031112233", "79031112233"])
        first = "84951234567" if caller == "101" else "78432000001"
        for n in range(rng.randrange(1, 5)):
            to = rng.choice([first, first, "102", "79161112233"])
            role = rng.choice(["", "", "", "try", "far", "on"])
            of = f"c{call}.0" if n and rng.random() < .9 else ""
            peer = f"c{call}.1" if not n and rng.random() < .4 else ""
            talk = rng.choice([0, 61])
            rows.append(f"c{call}.{n},{of},{peer},{start},{talk},{caller},"
                        f"{to},{'yes' if talk else 'no'},{role}\n".encode())
            start += rng.randrange(2)
    return header, rows


SOURCES = {
    "native": ("native", native_legs),
    "freeswitch_csv-chains": ("freeswitch_csv", freeswitch_chains),
    "mapping-linked": (CdrMap(MAPPED | {"group": "linked"}), mapped_rows),
    "mapping-sides": (CdrMap(MAPPED | {"group": "sides", "peer_id": "peer"}),
                      mapped_rows),
    "asterisk-freepbx": ("asterisk", lambda rng: lines(
        "asterisk-freepbx.csv", 1)),
    "asterisk": ("asterisk", asterisk_rows),
    "mango-fixture": ("mango", lambda rng: lines("mango.csv")),
    "mango": ("mango", mango_rows),
    "yeastar": ("yeastar", lambda rng: lines("yeastar.csv", 1)),
    "freeswitch_csv-header": ("freeswitch_csv", lambda rng: lines(
        "freeswitch_csv-header.csv", 1)),
    "freeswitch_csv-fixture": ("freeswitch_csv", lambda rng: lines(
        "freeswitch_csv.csv")),
    "freeswitch_csv": ("freeswitch_csv", freeswitch_rows),
    "freeswitch_asterisk": ("freeswitch_asterisk", lambda rng: lines(
        "freeswitch_asterisk.csv")),
    "freeswitch_json": ("freeswitch_json", lambda rng: lines(
        "freeswitch_json.json")),
    "freeswitch_xml": ("freeswitch_xml", lambda rng: xml_documents()),
    "kamailio_acc": ("kamailio_acc", lambda rng: transactions(
        "kamailio_acc.csv")),
    "opensips_acc": ("opensips_acc", lambda rng: transactions(
        "opensips_acc.csv")),
}
SEEDS = 100 if os.environ.get("TW_TEST_LONG") else 20


def import_files(store, preset, header, files):
    read = {"mapping": preset} if isinstance(preset, CdrMap) else \
        {"preset": preset}
    return [store.import_calls(header + b"".join(rows), zone="Europe/Moscow",
                               **read).counts
            for rows in files]


def splits(rows, rng):
    """Files that hold each row once, in no order."""
    files = [[] for _ in range(rng.randrange(1, len(rows) + 1))]
    for row in rng.sample(rows, len(rows)):
        rng.choice(files).append(row)
    return [rows for rows in files if rows]


@pytest.mark.parametrize("source", SOURCES)
def test_any_split_is_the_same_as_one_file(office, tmp_path, source):
    preset, make = SOURCES[source]
    for seed in range(SEEDS):
        rng = random.Random(seed)
        header, rows = make(rng)
        with office(tmp_path / f"one-{seed}.db") as store:
            import_files(store, preset, header, [rows])
            one = totals(store)
        files = splits(rows, rng) if seed else [[row] for row in rows[::-1]]
        with office(tmp_path / f"many-{seed}.db") as store:
            import_files(store, preset, header, files)
            assert totals(store) == one, (seed, files)
            # and nothing of it comes twice
            again = import_files(store, preset, header, [rows])[0]
            assert (again.rows_stored, again.conflicts) == (0, 0), seed
            assert totals(store) == one, (seed, files)


@pytest.mark.parametrize("source", SOURCES)
def test_a_growing_file_is_the_same_as_a_whole_one(office, tmp_path, source):
    preset, make = SOURCES[source]
    header, rows = make(random.Random(7))
    with office(tmp_path / "one.db") as store:
        import_files(store, preset, header, [rows])
        one = totals(store)
    with office(tmp_path / "many.db") as store:
        import_files(store, preset, header,
                     [rows[:i + 1] for i in range(len(rows))])
        assert totals(store) == one


def test_files_of_a_mapping_are_one_file_too(office, tmp_path):
    mapping = CdrMap({"preset": "mango"})
    header, rows = mango_rows(random.Random(5))
    results = []
    for files in ([rows], [[row] for row in rows[::-1]]):
        with office(tmp_path / f"{len(results)}.db") as store:
            import_files(store, mapping, header, files)
            results.append(totals(store))
    assert results[0] == results[1]


@pytest.mark.parametrize("source", SOURCES)
def test_a_part_that_is_taken_back_was_never_there(office, tmp_path, source):
    preset, make = SOURCES[source]
    for seed in range(SEEDS // 4):
        rng = random.Random(1000 + seed)
        header, rows = make(rng)
        files = splits(rows, rng)
        with office(tmp_path / f"one-{seed}.db") as store:
            import_files(store, preset, header, files[1:])
            one = totals(store)
        with office(tmp_path / f"many-{seed}.db") as store:
            at = rng.randrange(len(files))
            counts = import_files(store, preset, header,
                                  files[1:at + 1] + files[:1] +
                                  files[at + 1:])
            if not counts[at].rows_stored:
                continue
            # a file of which nothing was stored is no batch
            before = [row for row in store.imports() if row.calls]
            store.undo_import(int(before[sum(
                1 for c in counts[:at] if c.rows_stored)].key))
            assert totals(store) == one, (seed, files, at)


BUNDLES = """
company = { name = "Factory", zone = "Europe/Moscow", currency = "RUB" }
department = [{ name = "Service" }, { name = "Mobile" }]
carrier = [{ name = "north" }]
number = [
    { number = "78432000001", carrier = "north", department = "Service" },
    { number = "79600000001", carrier = "north", department = "Mobile" }]

[[bundle]]
name = "all"
tariff = "annex"
minutes = MINUTES
departments = ["Service"]

[[bundle]]
name = "mobiles"
tariff = "annex"
minutes = MINUTES
prefixes = ["79"]

[[tariff]]
name = "annex"
carrier = "north"
currency = "RUB"
zone = "Europe/Moscow"
tier = [{ from_minutes = MINUTES, percent = "50" }]
"""


def bundled(folder, minutes):
    model = folder / f"model-{minutes}.db"
    (folder / "d.toml").write_text(BUNDLES.replace("MINUTES", str(minutes)))
    with Store(model, create=True) as store:
        store.apply(Deployment.load(folder / "d.toml"), at=dt.datetime(
            2026, 1, 1, tzinfo=dt.timezone.utc))
        store.import_tariff(SHEET, tariff="annex", carrier="north",
                            zone="Europe/Moscow")
    return copies_of(model)


@pytest.mark.parametrize("source", ["native", "freeswitch_csv-chains"])
def test_what_bundles_gave(tmp_path, source):
    """Enough for all: totals are those of one file. Too little: who came
    first has them, and nothing is counted twice (totals() verifies)."""
    preset, make = SOURCES[source]
    plenty, little = bundled(tmp_path, 100000), bundled(tmp_path, 1)
    for seed in range(SEEDS // 2):
        rng = random.Random(2000 + seed)
        header, rows = make(rng)
        files = splits(rows, rng)
        results = []
        for n, parts in enumerate(([rows], files)):
            with plenty(tmp_path / f"{seed}-{n}.db") as store:
                import_files(store, preset, header, parts)
                results.append(totals(store))
        assert results[0] == results[1], (seed, files)
        with little(tmp_path / f"{seed}-little.db") as store:
            import_files(store, preset, header, files)
            totals(store)
            store.undo_import(1)
            totals(store)


def test_a_leg_before_the_call_that_names_its_number(store):
    head = (b"call_id,start,answer,end,caller,callee,duration,number,trunk,"
            b"direction,linked_id,leg\n")
    leg = (b"a-4,2026-10-07T11:00:02Z,2026-10-07T11:00:05Z,,79031112233,"
           b"79161112233,300,,main,forward,a-4,2\n")
    call = (b"a-4,2026-10-07T11:00:00Z,2026-10-07T11:00:05Z,,79031112233,"
            b"78432000001,300,78432000001,main,inbound,,\n")
    store.import_calls(head + leg, preset="native")
    assert totals(store) == {"": (0, 0, 0, Decimal("6.00"))}
    store.import_calls(head + call, preset="native")
    assert totals(store) == {"Service": (1, 1, 0, Decimal("6.00"))}


def test_what_came_for_a_closed_month_is_a_correction(store):
    header, rows = lines("freeswitch_json.json")
    files = [rows[3:4], rows[:3] + rows[4:]]
    import_files(store, "freeswitch_json", header, files[:1])
    store.close_period("2026-10")
    closed = totals(store)
    import_files(store, "freeswitch_json", header, files[1:])
    assert totals(store) == closed
    both = [row for month in ("2026-10", "2026-11")
            for row in store.expenses(month).rows]
    assert sum(row.calls for row in both) == 3
    assert sum(row.total for row in both) == Decimal("2.44")
    service = [row for row in both if row.department == "Service"]
    assert sum(row.total for row in service) == Decimal("1.20")


# ---- what a file says, several files say too ----

BONDS = (b"uuid,signal_bond,caller_id_number,destination_number,start_stamp,"
         b"answer_stamp,end_stamp,billsec,hangup_cause\n")


def bond(uuid, other, caller, callee):
    return (f"{uuid},{other},{caller},{callee},2026-10-05 10:00:00,"
            "2026-10-05 10:00:08,2026-10-05 10:01:09,61,"
            "NORMAL_CLEARING\n").encode()


def results_of(office, tmp_path, preset, header, rows):
    """Of one file, and of a file for each row in either order."""
    results = []
    for files in ([rows], [rows[::-1]], [[row] for row in rows],
                  [[row] for row in rows[::-1]]):
        with office(tmp_path / f"{len(results)}.db") as store:
            import_files(store, preset, header, files)
            results.append(totals(store))
            os.unlink(tmp_path / f"{len(results) - 1}.db")
    return results


@pytest.mark.parametrize("first, second, expected", [
    # the number that was dialled rang a phone; no leg back to ourselves
    (("79031112233", "78432000001"), ("79031112233", "101"),
     {"Service": (1, 1, 0, Decimal("0.00"))}),
    # a phone called, and the carrier was shown our number
    (("101", "84951234567"), ("78432000001", "84951234567"),
     {"Kazan": (1, 1, 0, Decimal("1.22"))}),
    # a phone sent a call on
    (("79031112233", "78432000001"), ("101", "79161112233"),
     {"Service": (1, 1, 0, Decimal("1.22"))}),
])
def test_sides_that_begin_in_one_second(office, tmp_path, first, second,
                                        expected):
    """By their numbers, whatever their ids."""
    for n in range(4):
        ids = (f"a{n}", f"b{n}") if n % 2 else (f"b{n}", f"a{n}")
        rows = [bond(*ids, *first), bond(*ids[::-1], *second)]
        assert results_of(office, tmp_path, "freeswitch_csv", BONDS,
                          rows) == [expected] * 4, ids


def test_sides_whose_numbers_say_nothing(office, tmp_path):
    """By the text of their ids."""
    for n in range(8):
        rows = [bond(f"a{n}", f"b{n}", "79031112233", "78432000001"),
                bond(f"b{n}", f"a{n}", "79031112233", "79161112233")]
        assert results_of(office, tmp_path, "freeswitch_csv", BONDS,
                          rows) == [
            {"Service": (1, 1, 0, Decimal("1.22"))}] * 4, n


def test_a_direction_that_a_row_leaves_open(office, tmp_path):
    """A file judges tries by their numbers; the directory, which knows the
    caller for ours, has no part in it."""
    header = FORWARDS["yeastar"].splitlines(True)[0]
    rows = [f"1.1,2026-10-05 10:0{n}:00,78432000001,7916111224{n},69,61,,"
            "north,ANSWERED,Transfer,,,\n".encode() for n in range(2)]
    assert results_of(office, tmp_path, "yeastar", header, rows) == [
        {"Service": (1, 1, 0, Decimal("2.44"))}] * 4
    # a row that says it is believed
    rows = [row.replace(b"Transfer", b"Outbound") for row in rows]
    assert results_of(office, tmp_path, "yeastar", header, rows) == [
        {"Service": (2, 2, 0, Decimal("2.44"))}] * 4


def json_leg(uuid, first, at, caller, callee):
    start = 1791183600 + at
    link = f'"originating_leg_uuid":"{first}",' if first else ""
    return (f'{{"variables":{{"uuid":"{uuid}",{link}'
            f'"start_uepoch":"{start}000000",'
            f'"answer_uepoch":"{start + 3}000000",'
            f'"end_uepoch":"{start + 64}000000","billsec":"61",'
            '"hangup_cause":"NORMAL_CLEARING"},"callflow":['
            f'{{"caller_profile":{{"caller_id_number":"{caller}",'
            f'"destination_number":"{callee}"}}}}]}}\n').encode()


def test_a_forward_of_a_number_that_nobody_owns(office, tmp_path):
    """Is nobody's, though it shows a number of ours."""
    rows = [json_leg("A", "", 0, "79161112233", "78432000099"),
            json_leg("B", "A", 1, "78432000001", "79161112244")]
    assert results_of(office, tmp_path, "freeswitch_json", b"", rows) == [
        {"": (1, 1, 0, Decimal("2.44"))}] * 4


def test_a_chain_of_forwards(office, tmp_path):
    rows = [json_leg("A", "", 0, "79161112233", "78432000001"),
            json_leg("B", "A", 3, "79161112233", "79031112233"),
            json_leg("C", "B", 4, "78432000001", "79161112233")]
    results = results_of(office, tmp_path, "freeswitch_json", b"", rows)
    assert results == [results[0]] * 4
    assert results[0]["Service"] == (1, 1, 0, Decimal("1.22"))
