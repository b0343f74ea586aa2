"""People's numbers leave: nothing of them is left in the file, and nothing
else has changed."""

from __future__ import annotations

import json
import os
import re
import subprocess

import pytest

import trunkwise
from conftest import BUILD, SOURCE
from trunkwise.privacy import mask

CALLS = """\
call_id,start,duration,caller,callee
a,2024-05-05T10:00:00+03:00,60,101,79161112233
b,2024-05-05T11:00:00+03:00,60,101,79162223344
c,2026-05-05T12:00:00+03:00,x,101,79163334455
"""
TARIFF = ("prefix,destination,rate,currency,effective_from,effective_to,"
          "first_inc,next_inc,connect_fee\n79,Mobile,1.50,RUB,,,1,1,0\n")
COMPANY = '[company]\nname = "Factory"\nzone = "Europe/Moscow"\ncurrency = "RUB"\n'


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "office.db"
    (tmp_path / "d.toml").write_text(COMPANY)
    with trunkwise.Store(path, create=True) as store:
        store.apply(trunkwise.Deployment.load(tmp_path / "d.toml"))
        store.import_tariff(TARIFF.encode(), tariff="t", carrier="north")
        store.import_calls(CALLS.encode(), preset="native")
    return tmp_path


def command(folder, *words):
    done = subprocess.run([BUILD / "bin" / "trunkwise", *words], cwd=folder,
                          capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_nothing_is_left_in_the_file(folder):
    def bytes_of():
        return b"".join(p.read_bytes() for p in folder.glob("office.db*"))
    assert b"79161112233" in bytes_of()
    with trunkwise.Store(folder / "office.db") as store:
        before = store.expenses("2024-05")
        erasure = store.erase_number("8 916 111 22 33")
        assert (erasure.numbers, erasure.calls) == (1, 1)
        assert [p.key for p in erasure.people] == ["7916***2233"]
        assert store.expenses("2024-05") == before
        assert all(v.holds for v in store.verify())
        # a duplicate brings nothing back
        result = store.import_calls(CALLS.encode() + b"\n", preset="native")
        assert result.counts.duplicates == 2
        assert "1.50" in store.explain_call("a")
    assert b"79161112233" not in bytes_of()
    assert b"79162223344" in bytes_of()


INBOUND = """\
call_id,start,answer,duration,direction,caller,callee
i,2025-06-05T10:00:00+03:00,2025-06-05T10:00:05+03:00,9,inbound,maria@mail.ru,78432000001
j,2025-06-06T10:00:00+03:00,2025-06-06T10:00:05+03:00,9,inbound,maria@mail.ru,78432000001
k,2025-06-07T10:00:00+03:00,,0,inbound,Ivan Petrov,78432000001
l,2025-06-08T10:00:00+03:00,,0,inbound,79164445566,78432000001
"""


@pytest.mark.parametrize("how", [
    lambda s: s.retain(1),
    lambda s: [s.erase_number(n) for n in (
        "maria@mail.ru", "Ivan Petrov", "79164445566")]])
def test_what_is_erased_counts_as_what_it_was(folder, how):
    with trunkwise.Store(folder / "office.db") as store:
        store.import_calls(INBOUND.encode(), preset="native")
        by = ("number", "hour")
        before = [store.calls("2025-06", by=b) for b in by]
        assert before[0][-1].hidden == 3
        missed = store.missed("2025-06")
        how(store)
        assert [store.calls("2025-06", by=b) for b in by] == before
        after = store.missed("2025-06")
        assert [m.missed for m in after] == [m.missed for m in missed]
        assert [m.number for m in after] == [""]
        assert all(v.holds for v in store.verify())
    left = b"".join(p.read_bytes() for p in folder.glob("office.db*"))
    assert b"maria" not in left and b"Petrov" not in left
    assert b"79164445566" not in left


ASIDE = """\
r1,oops,,,79995550199,78432000001,0,busy,north
r2,oops,,,8.999.555.01.99,78432000001,0,busy,north
r3,oops,,,8%28999%295550199,78432000001,0,busy,north
r4,oops,,,79995550198,78432000001,0,busy,north
"""
ASIDE_HEAD = "call_id,start,answer,end,caller,callee,duration,status,trunk\n"
STORED = "s,2026-05-05T10:00:00+03:00,,,+79995550199,78432000001,0,busy,north\n"


@pytest.mark.parametrize("stored", ["", STORED])
def test_rows_put_aside_name_nobody(folder, stored):
    def bytes_of():
        return b"".join(p.read_bytes() for p in folder.glob("office.db*"))
    with trunkwise.Store(folder / "office.db") as store:
        store.import_calls((ASIDE_HEAD + ASIDE + stored).encode(),
                           preset="native")
    spellings = b"9995550199", b"8.999.555.01.99", b"999%295550199"
    assert all(s in bytes_of() for s in spellings)
    code, _, err = command(folder, "privacy", "erase", "office.db",
                           "8 (999) 555-01-99")
    assert code == 0, err
    assert not any(s in bytes_of() for s in spellings)
    assert b"79995550198" in bytes_of()
    with trunkwise.Store(folder / "office.db") as store:
        assert store.erasures()[0].detail.startswith(
            f"{1 if stored else 0} numbers, 3 records")
        assert all(v.holds for v in store.verify())
    _, out, _ = command(folder, "import", "rejects", "office.db")
    assert "55501" not in out.replace("79995550198", "")
    code, _, err = command(folder, "privacy", "erase", "office.db",
                           "79995550199")
    assert code == 2 and "no row that was put aside" in err


def test_an_address_as_a_mapping_stores_it(folder):
    rows = ("id;s;d;from;to\n"
            "m;2026-05-05 10:00:00;9;sip:maria@mail.ru;78432000001\n"
            "n;oops;9;sip:maria@mail.ru;78432000001\n")
    with trunkwise.Store(folder / "office.db") as store:
        store.import_calls(rows.encode(), zone="UTC", mapping=trunkwise.CdrMap({
            "time": "%F %T", "zone": "required", "call_id": "id",
            "start": "s", "duration": "d", "caller": "from", "callee": "to"}))
        erasure = store.erase_number("maria@mail.ru")
        assert (erasure.numbers, erasure.calls, erasure.records) == (1, 1, 1)
        assert all(v.holds for v in store.verify())
    left = b"".join(p.read_bytes() for p in folder.glob("office.db*"))
    assert b"maria" not in left


# What the page says stays: other columns are marks and keys of the call.
def test_columns_that_stay(folder):
    row = ("call_id,start,duration,caller,callee,linked_id,extension,"
           "accountcode,campaign,trunk\n"
           "id-79995550101,2026-05-05T10:00:00+03:00,9,79995550199,101,"
           "79995550102,79995550103,79995550104,79995550105,79995550106\n")
    with trunkwise.Store(folder / "office.db") as store:
        store.import_calls(row.encode(), preset="native")
        for last in range(1, 7):
            with pytest.raises(trunkwise.Error, match="no call"):
                store.erase_number(f"7999555010{last}")
        store.erase_number("79995550199")
    left = b"".join(p.read_bytes() for p in folder.glob("office.db*"))
    assert b"79995550199" not in left
    assert all(f"7999555010{n}".encode() in left for n in range(1, 7))


def test_an_empty_file_is_no_store(folder):
    (folder / "empty.db").write_bytes(b"")
    code, _, err = command(folder, "privacy", "list", "empty.db")
    assert code != 0 and "is empty, no store" in err


def test_page(folder):
    page = (SOURCE / "docs" / "privacy.md").read_text()
    block = re.search(r"^```sh\n(.*?)^```", page, re.S | re.M).group(1)
    path = f"{BUILD / 'bin'}{os.pathsep}{os.environ['PATH']}"
    for line in block.splitlines():
        subprocess.run(["sh", "-c", line], cwd=folder, check=True,
                       env={**os.environ, "PATH": path})


def test_json(folder):
    code, out, _ = command(folder, "privacy", "retain", "office.db",
                           "--months", "12", "--dry-run", "--json")
    document = json.loads(out)
    assert code == 0
    assert document["dry_run"] and document["numbers"] == 2
    assert document["people"][0] == {
        "number": "7916***2233", "calls": 1,
        "last": "2024-05-05T10:00:00+03:00"}
    assert re.fullmatch(r"\d{4}-\d\d-01T00:00:00\+03:00", document["before"])
    code, out, _ = command(folder, "privacy", "list", "office.db", "--json")
    assert json.loads(out) == {"erasures": []}
    code, out, _ = command(folder, "privacy", "erase", "office.db",
                           "79161112233", "--json")
    assert code == 0 and json.loads(out)["before"] is None
    code, out, _ = command(folder, "privacy", "list", "office.db", "--json")
    assert json.loads(out)["erasures"][0]["kind"] == "erase"


@pytest.mark.parametrize("words, field", [
    (["retain", "office.db", "--months", "0"], "months"),
    (["retain", "office.db", "--months", "99999999999"], "months"),
    (["erase", "office.db", "79990000000"], "number"),
    (["erase", "office.db", "nobody"], None),
    (["erase", "office.db", ""], "number"),
])
def test_refusals_change_nothing(folder, words, field):
    code, out, err = command(folder, "privacy", *words, "--json")
    assert code == 2
    error = json.loads(out)["error"]
    assert field is None or error["field"] == field
    _, out, _ = command(folder, "privacy", "list", "office.db", "--json")
    assert json.loads(out) == {"erasures": []}


def test_mask():
    assert mask("79161234567") == "7916***4567"
    assert mask("anonymous") == "***"
