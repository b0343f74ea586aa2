"""Deck files: exported from a store, explained without one, passed as bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import stat
from decimal import Decimal

import pytest

import trunkwise
from trunkwise.rating import Deck, Sheet

AT = "2026-10-05T10:00:00+03:00"
WHEN = dt.datetime(2026, 10, 5, 7, tzinfo=dt.timezone.utc)
SHEET = b"prefix,destination,rate,currency\n7,Russia,1.50,RUB\n"


@pytest.fixture
def store(tmp_path, command):
    (tmp_path / "tariff.csv").write_bytes(SHEET)
    command("tariff", "import", tmp_path / "office.db",
            tmp_path / "tariff.csv", "--tariff", "annex", "--carrier",
            "north", check=0)
    return tmp_path / "office.db"


def test_export_and_explain(store, tmp_path, command):
    file = tmp_path / "north.deck"
    done = command("tariff", "export", store, "--carrier", "north", "--at",
                   AT, "-o", file, "--json", check=0)
    document = json.loads(done.out)
    data = file.read_bytes()
    assert document == {
        "carrier": "north", "at": WHEN.isoformat(), "file": str(file), "rates": 1,
        "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    assert stat.S_IMODE(file.stat().st_mode) & 0o600 == 0o600
    assert not list(tmp_path.glob("*.new"))

    # the store is not asked any more
    store.unlink()
    asked = ("rating", "explain", file, "+74951234567", "--seconds", "61",
             "--at", AT)
    row, = json.loads(command(*asked, "--json", check=0).out)["candidates"]
    assert (row["verdict"], row["cost"], row["currency"]) == \
        ("ok", "3.00", "RUB")
    assert "tariff.csv" in row["text"] or row["line"] == 2
    for lang in ("en", "ru"):
        shown = command(*asked, "--lang", lang, check=0)
        assert "3.00" in shown.out or "3,00" in shown.out


def test_the_same_prices_are_the_same_file(store, tmp_path, command):
    names = [tmp_path / f"{i}.deck" for i in range(2)]
    for name in names:
        command("tariff", "export", store, "--carrier", "north", "--at", AT,
                "-o", name, check=0)
    assert names[0].read_bytes() == names[1].read_bytes()


def test_what_is_not_there(store, tmp_path, command):
    file = tmp_path / "a.deck"
    failed = command("tariff", "export", store, "--carrier", "south", "-o",
                     file)
    assert failed.status == 2 and "south" in failed.err
    assert not file.exists()
    failed = command("tariff", "export", store, "--carrier", "north", "-o",
                     tmp_path / "none" / "a.deck")
    assert failed.status == 2 and "none" in failed.err
    command("tariff", "export", store, "--carrier", "north", "-o", file,
            check=0)
    asked = ("rating", "explain", file, "+4930123456")
    assert command(*asked, "--at", AT).status == 1
    assert command(*asked, "--carrier", "north").status == 2
    for option, value in (("--seconds", "-1"), ("--used", "-1"),
                          ("--bundle-left", "9" * 20), ("--exchange", "nan"),
                          ("--exchange", "-5"), ("--exchange", "0"),
                          ("--exchange", "0.0000000001")):
        failed = command(*asked, option, value)
        assert failed.status == 2 and option in failed.err, (option, value)


def test_damaged_files_are_refused(store, tmp_path, command):
    file = tmp_path / "a.deck"
    command("tariff", "export", store, "--carrier", "north", "-o", file,
            check=0)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    failed = command("rating", "explain", file, "74951234567")
    assert failed.status == 2
    assert "a.deck" in failed.err and "damaged" in failed.err
    with pytest.raises(trunkwise.Error, match="a.deck"):
        Deck.open(file)


def test_bytes_to_another_worker():
    deck = Deck.of(Sheet(SHEET), zone="Europe/Moscow", document="t.csv")
    data = deck.pack()
    for given in (data, bytearray(data), memoryview(bytes(3) + data)[3:]):
        seen = Deck.view(given)
        if isinstance(given, bytearray):
            given[:] = bytes(len(given))
        assert seen.pack() == data
        assert seen.rate("74951234567", answer=WHEN,
                         seconds=61).cost.amount == 3
        assert [d.name for d in seen.documents] == ["t.csv"]
    for bad in (b"", data[:-64], data + bytes(64), b"PK" + data[2:]):
        with pytest.raises(trunkwise.Error):
            Deck.view(bad)
    newer = bytearray(data)
    newer[12] = 2
    with pytest.raises(trunkwise.Error) as caught:
        Deck.view(newer)
    assert caught.value.code == "TW_EVERSION"


def test_a_file_and_its_successor(tmp_path):
    first = Deck.of(Sheet(SHEET), zone="Europe/Moscow")
    second = Deck.of(Sheet(SHEET.replace(b"1.50", b"2.50")),
                     zone="Europe/Moscow")
    file = tmp_path / "a.deck"
    first.save(file)
    old = Deck.open(file)
    second.save(file)
    new = Deck.open(str(file))
    call = {"answer": WHEN, "seconds": 60}
    assert old.rate("7495", **call).cost.amount == Decimal("1.50")
    assert new.rate("7495", **call).cost.amount == Decimal("2.50")
