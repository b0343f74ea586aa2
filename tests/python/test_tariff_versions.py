"""Versions of a tariff: terms stored with each, old stores, progress, undo,
and an import that is killed."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from decimal import Decimal

import pytest

import trunkwise
from conftest import BUILD, OFFICE, SHEET, SOURCE

SCHEMA = SOURCE / "src" / "store" / "schema"

BANDS = OFFICE.replace('sheet = "north.csv"', '''sheet = "north.csv"
holidays = ["2026-11-04", "2026-11-07 mon"]
minimum_charge = "0.10"
free_below_s = 3
[[tariff.band]]
name = "day"
hours = ["mon-fri 08:00-20:00"]
[[tariff.band]]
name = "rest"
hours = ["mon-fri 20:00-08:00", "sat,sun,holiday 00:00-24:00"]
percent = "50"
[[tariff.tier]]
from_minutes = 1000
percent = "90"''')


def explain(command, store, at, number="79270000001", seconds=60):
    result = command("rating", "explain", store, number, "--at", at,
                     "--seconds", seconds, "--json")
    return result.json["candidates"][0]


def large_sheet(rows: int, rate: str = "1.50") -> str:
    head = SHEET.splitlines()[0]
    return head + "\n" + "\n".join(
        f"{7000000000 + i},Range {i},{rate},RUB,,,60,60,"
        for i in range(rows)) + "\n"


# ---- terms ----

def test_bands_of_the_deployment_rate(put, office, command):
    put(BANDS, "--at", "2026-01-01")
    store = office / "store.db"
    for at, cost in (("2026-10-05T12:00:00+03:00", "2.40"),
                     ("2026-10-05T21:00:00+03:00", "1.20"),
                     ("2026-11-04T12:00:00+03:00", "1.20"),   # holiday
                     ("2026-11-07T12:00:00+03:00", "2.40")):  # working Saturday
        assert explain(command, store, at)["cost"] == cost
    with trunkwise.Store(store, readonly=True) as s:
        assert s.tariff_versions()[0].state == "in_force"


def test_other_rules_are_another_version(put, office, command):
    put(BANDS, "--at", "2026-01-01")
    store = office / "store.db"
    arguments = ("tariff", "import", store, office / "north.csv", "--tariff",
                 "north-2026", "--carrier", "north", "--json")
    assert command(*arguments).json["duplicates"] == 3
    put(BANDS.replace('percent = "50"', 'percent = "60"'))
    versions = command("tariff", "list", store, "--json").json["versions"]
    assert [v["state"] for v in versions] == ["past", "in_force"]
    assert command(*arguments).json["duplicates"] == 3
    # calls of October keep October's half price
    assert explain(command, store,
                   "2026-10-05T21:00:00+03:00")["cost"] == "1.20"


@pytest.mark.parametrize("change, field, word", [
    (('"mon-fri 08:00-20:00"', '"mon-fri 09:00-20:00"'),
     "tariff[0].band", "08:00"),
    (('percent = "90"', 'percent = "90.00001"'),
     "tariff[0].tier[0].percent", "four decimals"),
    (("from_minutes = 1000", "from_minutes = 0"),
     "tariff[0].tier[0].from_minutes", "range"),
    (('"2026-11-07 mon"', '"2026-13-07 mon"'),
     "tariff[0].holidays", "is no day"),
    (('name = "rest"\n', ""), "tariff[0].band[1].name", "required"),
])
def test_terms_are_refused_before_apply(office, put, command, change, field,
                                        word):
    result = put(BANDS.replace(*change), "--json", check=2)
    problems = result.json["problems"]
    assert any(p["field"] == field and word in p["message"]
               for p in problems), problems
    assert not (office / "store.db").exists()


def test_yen_have_no_sen(tmp_path, command):
    (tmp_path / "a.csv").write_text("prefix,rate,currency\n81,12.5,JPY\n")
    result = command("tariff", "import", tmp_path / "s.db",
                     tmp_path / "a.csv", "--tariff", "t", "--carrier", "c",
                     "--json", check=0)
    assert result.json["rules"]["decimals"] == "0"


# ---- undo ----

def test_undo_and_list(put, office, command):
    put(OFFICE, "--at", "2026-01-01")
    store = office / "store.db"
    (office / "dear.csv").write_text(SHEET.replace("2.40", "4.80"))
    command("tariff", "import", store, office / "dear.csv", "--tariff",
            "north-2026", "--carrier", "north", check=0)
    now = dt.datetime.now(dt.timezone.utc).isoformat()
    assert explain(command, store, now)["cost"] == "4.80"
    done = command("tariff", "undo", store, "--tariff", "north-2026",
                   "--version", "2", "--json", check=0).json
    assert done == {"tariff": "north-2026", "version": 2, "withdrawn": True,
                    "in_force": 1}
    assert explain(command, store, now)["cost"] == "2.40"
    listed = command("tariff", "list", store, "--lang", "ru", check=0).out
    assert "+03:00" in listed and "+00:00" not in listed
    assert "отозвана" in listed and "dear.csv" in listed
    assert command("tariff", "undo", store, "--tariff", "north-2026",
                   "--version", "2", check=2).err.count("already") == 1
    last = command("tariff", "undo", store, "--tariff", "north-2026", check=0)
    assert "no tariff in force" in last.out
    assert explain(command, store, now)["verdict"] == "TW_ENOTFOUND"
    command("tariff", "undo", store, "--tariff", "north-2026", check=2)
    command("tariff", "list", store, "--tariff", "nobody", check=2)
    command("verify", store, check=0)


# ---- when a version starts ----

DATED = SHEET.replace("RUB,,", "RUB,{},")


def tariff_import(command, office, name, text, *arguments, check=0):
    (office / name).write_text(text)
    return command("tariff", "import", office / "store.db", office / name,
                   "--tariff", "north-2026", "--carrier", "north",
                   *arguments, check=check)


def test_a_start_of_ones_own(put, office, command):
    put(OFFICE, "--at", "2026-01-01")
    store = office / "store.db"
    dear = SHEET.replace("2.40", "4.80")
    tariff_import(command, office, "dear.csv", dear, "--from", "2026-11-01")
    for at, cost in (("2026-10-31T23:59:59+03:00", "2.40"),
                     ("2026-11-01T00:00:00+03:00", "4.80")):
        assert explain(command, store, at)["cost"] == cost
    # the same from another day is no duplicate; before it, it would be hidden
    again = tariff_import(command, office, "dear.csv", dear, "--from",
                          "2026-11-01", "--json").json
    assert again["duplicates"] == 3
    early = tariff_import(command, office, "dear.csv", dear, "--from",
                          "2026-10-01", check=2)
    assert "tariff undo" in early.err and "2026-11-01T00:00:00" in early.err
    tariff_import(command, office, "dear.csv", dear, "--from", "2026-12-01")
    assert "starts" in tariff_import(command, office, "dear.csv", dear,
                                     "--from", "2026-13-01", check=2).err
    command("verify", store, check=0)


def test_dates_of_the_past_do_not_hide_a_sheet(put, office, command):
    """Imported after a sheet without dates, it is in force all the same."""
    put(OFFICE, "--at", "2020-01-01")
    store = office / "store.db"
    tariff_import(command, office, "a.csv", SHEET.replace("2.40", "3.00"))
    tariff_import(command, office, "b.csv", DATED.format(*["2021-01-01"] * 3)
                  .replace("2.40", "4.00"))
    now = dt.datetime.now(dt.timezone.utc).isoformat()
    assert explain(command, store, now)["cost"] == "4.00"
    # one that is still to come is not pushed aside without a word
    tariff_import(command, office, "c.csv", DATED.format(*["2099-01-01"] * 3)
                  .replace("2.40", "5.00"))
    late = tariff_import(command, office, "d.csv", SHEET, check=2)
    assert "version 4 starts later" in late.err
    assert explain(command, store, now)["cost"] == "4.00"


# ---- stores of before ----

def old_store(path):
    """What schema 2 had: one tariff with a volume band, one version."""
    db = sqlite3.connect(path)
    for name in ("0001_directory.sql", "0002_calls.sql"):
        db.executescript((SCHEMA / name).read_text())
    db.executescript("""
        PRAGMA application_id = 1415017332;
        PRAGMA user_version = 2;
        INSERT INTO entity (id, kind) VALUES (1, 'company'), (2, 'carrier'),
            (3, 'tariff'), (4, 'tariff_band');
        INSERT INTO company (id, valid_from, name, zone, currency, country)
            VALUES (1, 0, 'Example', 'Europe/Moscow', 'RUB', '7');
        INSERT INTO carrier (id, valid_from, name) VALUES (2, 0, 'north');
        INSERT INTO tariff (id, valid_from, name, carrier, currency, zone)
            VALUES (3, 0, 'north-2026', 2, 'RUB', 'Europe/Moscow');
        INSERT INTO tariff_band (id, valid_from, parent, position,
            from_minutes, percent) VALUES (4, 0, 3, 0, 1000, 90000000000);
        INSERT INTO tariff_version VALUES (1, 3, 2, -9223372036854775808, 5,
            'old.csv', 'hash', 0, 1, 'RUB', 'Europe/Moscow', 1, 3, 2, 1, 1,
            20000000000, 1);
        INSERT INTO tariff_rate VALUES (1, 0, 1, 2, 1, 0, '79', '', 'Mobile',
            2400000000, 0, 60, 60, -9223372036854775808,
            9223372036854775807);
    """)
    db.commit()
    db.close()


CALLS = ("call_id,start,answer,end,caller,callee,trunk,department,duration,"
         "status,cost,currency\n"
         "{id},2026-10-05T12:00:00+03:00,2026-10-05T12:00:05+03:00,"
         "2026-10-05T12:01:05+03:00,78432000001,79270000001,,,60,answered,,"
         "\n")


def test_a_store_of_schema_2(office, command):
    store = office / "store.db"
    old_store(store)
    (office / "calls.csv").write_text(CALLS.format(id="a"))
    # readers ask for it to be brought forward, a writer does it
    assert "schema 2" in command("tariff", "list", store, check=2).err
    command("cdr", "import", store, office / "calls.csv", "--preset",
            "native", check=0)
    command("verify", store, check=0)
    candidate = explain(command, store, "2026-10-05T12:00:00+03:00")
    assert candidate["cost"] == "2.40" and candidate["line"] == 2
    version = command("tariff", "list", store, "--json").json["versions"][0]
    assert version["file_name"] == "old.csv"
    with sqlite3.connect(store) as db:
        assert db.execute("SELECT cost_nanos, tariff_version FROM call"
                          ).fetchall() == [(2400000000, 1)]
    # its volume band was never served; now somebody has to say what it is
    refused = command("tariff", "import", store, office / "north.csv",
                      "--tariff", "north-2026", "--carrier", "north",
                      check=2)
    assert "apply the deployment again" in refused.err
    (office / "deployment.toml").write_text(BANDS)
    command("apply", office / "deployment.toml", store, check=0)
    assert command("tariff", "list", store, "--json"
                   ).json["versions"][-1]["file_name"] == "north.csv"
    command("verify", store, check=0)


def test_old_bands_are_tiers_now(put):
    result = put(OFFICE + '[[tariff.band]]\nfrom_minutes = 1\n'
                 'percent = "90"\n', "--json", check=2)
    assert "[[tariff.tier]]" in result.json["problems"][0]["message"]


# ---- mappings ----

def test_a_mapping_is_part_of_the_sheet(tmp_path, command):
    """The same bytes read otherwise are another sheet; read alike, the
    same."""
    (tmp_path / "a.csv").write_text("prefix,rate,currency\n79,60,RUB\n")
    for name, text in (("minute", 'price_per = "minute"'),
                       ("second", 'price_per = "second"')):
        (tmp_path / f"{name}.toml").write_text(text + "\n")

    def run(mapping):
        return command("tariff", "import", tmp_path / "s.db",
                       tmp_path / "a.csv", "--tariff", "t", "--carrier", "c",
                       "--mapping", tmp_path / f"{mapping}.toml", "--json",
                       check=0).json

    assert run("minute")["rows_stored"] == 1
    assert run("minute")["duplicates"] == 1
    assert run("second")["rows_stored"] == 1
    assert run("second")["duplicates"] == 1
    now = dt.datetime.now(dt.timezone.utc).isoformat()
    assert explain(command, tmp_path / "s.db", now)["cost"] == "3600.00"


# ---- progress ----

def test_progress_rises_to_the_whole(tmp_path):
    seen = []
    with trunkwise.Store(tmp_path / "s.db", create=True) as store:
        store.import_tariff(large_sheet(6000).encode(), tariff="t",
                            carrier="c", progress=lambda *a: seen.append(a))
    assert seen[0][0] == 0 and seen[-1] == (1000, 1000)
    assert len(seen) > 4
    assert [d for d, _ in seen] == sorted(d for d, _ in seen)
    assert {t for _, t in seen} == {1000}


@pytest.mark.parametrize("at", [0, 200, 500, 900, 1000])
def test_cancel_leaves_no_trace(tmp_path, at):
    with trunkwise.Store(tmp_path / "s.db", create=True) as store:
        before = list(sqlite3.connect(tmp_path / "s.db").iterdump())
        with pytest.raises(trunkwise.Cancelled):
            store.import_tariff(large_sheet(6000).encode(), tariff="t",
                                carrier="c",
                                progress=lambda done, _: done >= at)
        assert list(sqlite3.connect(tmp_path / "s.db").iterdump()) == before
        done = store.import_tariff(large_sheet(60).encode(), tariff="t",
                                   carrier="c")
        assert done.counts.rows_stored == 60


def test_an_exception_of_the_callable_comes_through(tmp_path):
    def broken(done, total):
        raise ZeroDivisionError("mine")

    with trunkwise.Store(tmp_path / "s.db", create=True) as store:
        with pytest.raises(ZeroDivisionError, match="mine"):
            store.import_tariff(large_sheet(10).encode(), tariff="t",
                                carrier="c", progress=broken)
        assert store.tariff_versions() == []


# ---- kill -9 ----

CHILD = """
import sys, trunkwise
data = open(sys.argv[2], "rb").read()
with trunkwise.Store(sys.argv[1]) as store:
    print("go", flush=True)
    store.import_tariff(data, tariff="north-2026", carrier="north",
                        progress=lambda done, total:
                        print(done, flush=True))
"""


def test_killed_imports_leave_the_old_version(put, office, command):
    put(OFFICE, "--at", "2026-01-01")
    store = office / "store.db"
    (office / "large.csv").write_text(large_sheet(20000, "9.99"))
    chance = random.Random(3)
    env = {**os.environ, "PYTHONPATH": str(BUILD / "python")}
    now = "2030-01-01T12:00:00+03:00"
    for moment in (0, 250, 400, 400 + chance.randrange(500),
                   400 + chance.randrange(590), 990):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, store, office / "large.csv"],
            stdout=subprocess.PIPE, text=True, env=env)
        for line in child.stdout:
            if line.strip() != "go" and int(line) >= moment:
                break
        if chance.random() < 0.5:
            time.sleep(chance.random() / 100)
        child.send_signal(signal.SIGKILL)
        child.communicate()
        versions = command("tariff", "list", store, "--json",
                           check=0).json["versions"]
        if len(versions) == 1:
            assert explain(command, store, now)["cost"] == "2.40"
        else:                     # it had ended before the signal came
            assert moment > 900
            assert versions[-1]["rates"] == 20000
            command("tariff", "undo", store, "--tariff", "north-2026",
                    check=0)
        command("verify", store, check=0)
    done = command("tariff", "import", store, office / "large.csv",
                   "--tariff", "north-2026", "--carrier", "north", "--json",
                   check=0).json
    assert done["rows_stored"] == 20000
    assert explain(command, store, now, "7000000042")["cost"] == "9.99"
    assert Decimal(explain(command, store, now, "7000000042", 61)["cost"]
                   ) == Decimal("19.98")
