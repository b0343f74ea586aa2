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
