"""The price-change report, against figures worked out by hand."""

from __future__ import annotations

import datetime as dt
import random
from decimal import ROUND_HALF_UP, Decimal

import pytest

import trunkwise
from conftest import OFFICE

CONTRACT = """
[[contract]]
name = "c-1"
carrier = "north"
notice_days = 30
[[contract]]
name = "c-2"
carrier = "north"
notice_days = 10
"""

OLD = """\
prefix,destination,rate,currency,first_inc,next_inc,connect_fee
7843,Kazan,1.20,RUB,60,60,
7347,Ufa,1.50,RUB,1,1,0.30
79,Russia mobile,2.40,RUB,60,60,
7999,Gone,3.00,RUB,60,60,
"""

NEW = """\
prefix,destination,rate,currency,effective_from,first_inc,next_inc,connect_fee
7843,Kazan,1.20,RUB,2026-11-01,60,60,
7347,Ufa,1.35,RUB,2026-11-01,1,1,0.30
79,Russia mobile,2.75,RUB,2026-11-01,60,60,
7927,Volga mobile,2.00,RUB,2026-11-01,60,60,
"""

HEAD = ("call_id,start,answer,end,caller,callee,trunk,department,duration,"
        "status,cost,currency,direction,carrier\n")


def call(number, at, callee, seconds):
    start = dt.datetime.fromisoformat(at + "+03:00")
    end = start + dt.timedelta(seconds=seconds)
    return (f"c{number},{start.isoformat()},{start.isoformat()},"
            f"{end.isoformat()},78432000001,{callee},,,{seconds},answered,,,"
            "outbound,north\n")


CALLS = HEAD + "".join((
    call(1, "2026-10-05T12:00:00", "78435550000", 61),    # 2.40 and 2.40
    call(2, "2026-10-05T12:00:00", "73475550000", 120),   # 3.30 and 3.00
    call(3, "2026-10-06T12:00:00", "79160000001", 61),    # 4.80 and 5.50
    call(4, "2026-10-06T12:00:00", "79270000001", 60),    # 2.40 and 2.00
    call(5, "2026-10-07T12:00:00", "79990000001", 60),    # 3.00, then mobile
    call(6, "2026-09-30T12:00:00", "79160000001", 6000),  # another month
    call(7, "2026-10-07T12:00:00", "4930000000", 60),     # no price at all
))


@pytest.fixture
def store(put, office, command):
    (office / "north.csv").write_text(OLD)
    put(OFFICE + CONTRACT, "--at", "2026-01-01")
    (office / "calls.csv").write_text(CALLS)
    command("cdr", "import", office / "store.db", office / "calls.csv",
            "--preset", "native", check=0)
    (office / "new.csv").write_text(NEW)
    command("tariff", "import", office / "store.db", office / "new.csv",
            "--tariff", "north-2026", "--carrier", "north", check=0)
    return office / "store.db"


def changes(command, store, *arguments, check=None):
    return command("tariff", "changes", store, "--tariff", "north-2026",
                   *arguments, check=check)


def test_by_hand(store, command):
    report = changes(command, store, "--received", "2026-10-01", "--json",
                     check=0).json
    assert (report["version"], report["before"]) == (2, 1)
    assert {k: report[k] for k in ("new", "increase", "decrease", "ended",
                                   "unchanged", "breached")} == {
        "new": 1, "increase": 1, "decrease": 1, "ended": 1, "unchanged": 1,
        "breached": 0}
    assert (report["notice_days"], report["contract"]) == (30, "c-1")
    assert (report["month"], report["calls"]) == ("2026-10", 5)
    assert report["old_cost"] == "15.90"
    # call 5 goes by "Russia mobile" now: 2.75
    assert report["new_cost"] == "15.65"
    assert report["difference"] == "-0.25"
    rows = {r["prefix"]: r for r in report["rows"]}
    assert "7843" not in rows
    ufa, mobile, volga, gone = (rows[p] for p in ("7347", "79", "7927",
                                                  "7999"))
    assert (ufa["kind"], ufa["percent"], ufa["difference"]) == (
        "decrease", "-10.00", "-0.30")
    assert (mobile["kind"], mobile["percent"]) == ("increase", "14.58")
    assert (mobile["notice"], mobile["notice_days"]) == ("kept", 31)
    assert mobile["effective"] == "2026-10-31T21:00:00+00:00"
    assert mobile["effective_date"] == "2026-11-01"
    assert (mobile["calls"], mobile["difference"]) == (2, "0.45")
    assert (volga["kind"], volga["percent"], volga["old_price"]) == (
        "new", None, None)
    assert volga["difference"] == "-0.40" and volga["notice"] is None
    assert (gone["kind"], gone["new_price"], gone["notice"]) == (
        "ended", None, "kept")
    total = sum(Decimal(r["difference"]) for r in report["rows"])
    assert total == Decimal(report["difference"])


def test_notice(store, command):
    late = changes(command, store, "--received", "2026-10-02", "--json",
                   check=0).json
    assert late["rows"][1]["notice_days"] == 30 and late["breached"] == 0
    late = changes(command, store, "--received", "2026-10-03", "--json",
                   check=1).json
    assert late["breached"] == 2
    assert {r["kind"] for r in late["rows"] if r["notice"] == "breached"
            } == {"increase", "ended"}
    # another number of days, agreed elsewhere
    changes(command, store, "--received", "2026-10-03", "--notice-days", 29,
            check=0)
    text = changes(command, store, "--received", "2026-10-03", "--lang",
                   "ru", check=1).out
    assert "СРОК НАРУШЕН" in text and "+14.58 %" in text
    # the day is the tariff's: in UTC it is still October
    assert "2026-11-01" in text and "2026-10-31" not in text
    # by default the day of the import counts: long after November
    assert changes(command, store, check=1).out.count("BREACHED") == 2
    changes(command, store, "--notice-days", -1, check=2)


def test_without_a_contract(put, office, command):
    put(OFFICE, "--at", "2026-01-01")
    store = office / "store.db"
    first = changes(command, store, check=0)
    assert "no prices to compare" in first.out
    assert "notice is not judged" in first.out
    assert changes(command, store, "--json").json["rows"][0]["kind"] == "new"
    assert changes(command, store, "--version", "9", check=2).err
    command("tariff", "changes", store, "--tariff", "x", check=2)


def test_withdrawn_versions_are_left_out(store, command):
    command("tariff", "undo", store, "--tariff", "north-2026", check=0)
    assert changes(command, store, "--json").json["version"] == 1
    again = changes(command, store, "--version", "2", "--json").json
    assert (again["version"], again["before"]) == (2, 1)


def test_a_price_that_is_lost_is_no_zero(store, office, command):
    (office / "less.csv").write_text(
        "prefix,destination,rate,currency,effective_from,first_inc,next_inc\n"
        "7347,Ufa,1.35,RUB,2026-11-01,1,1\n"
        "49,Germany,9.00,RUB,2026-11-01,60,60\n")
    command("tariff", "undo", store, "--tariff", "north-2026", check=0)
    command("tariff", "import", store, office / "less.csv", "--tariff",
            "north-2026", "--carrier", "north", check=0)
    report = changes(command, store, "--received", "2026-01-01",
                     "--json").json
    assert (report["calls"], report["lost"], report["gained"]) == (1, 4, 1)
    assert report["lost_cost"] == "12.60"      # 2.40 + 4.80 + 2.40 + 3.00
    assert report["gained_cost"] == "9.00"
    assert report["difference"] == "-0.60"     # Ufa: 3.30, and 2.70
    rows = {r["prefix"]: r for r in report["rows"]}
    assert (rows["79"]["calls"], rows["79"]["lost"]) == (2, 2)
    text = changes(command, store, "--received", "2026-01-01").out
    assert "4 calls (12.60 RUB before) would have no price" in text


def test_two_dates_are_two_steps(put, office, command):
    put(OFFICE + CONTRACT, "--at", "2026-01-01")
    store = office / "store.db"
    (office / "new.csv").write_text(
        "prefix,destination,rate,currency,effective_from,effective_to\n"
        "79,Mobile,3.00,RUB,2026-11-01,2026-12-01\n"
        "79,Mobile,2.00,RUB,2026-12-01,\n")
    command("tariff", "import", store, office / "new.csv", "--tariff",
            "north-2026", "--carrier", "north", "--partial", check=0)
    report = changes(command, store, "--received", "2026-10-10",
                     "--json").json
    assert [(r["kind"], r["old_price"], r["new_price"], r["percent"],
             r["notice_days"], r["notice"]) for r in report["rows"]] == [
        ("increase", "2.40", "3.00", "25.00", 22, "breached"),
        ("decrease", "3.00", "2.00", "-33.33", 52, None)]
    assert report["unchanged"] == 2
    assert len(changes(command, store, "--all", "--json").json["rows"]) == 4


def test_percents_are_exact(tmp_path):
    """Half away from zero, from the exact quotient."""
    chance = random.Random(7)
    prices = [(chance.randrange(1, 10 ** 6), chance.randrange(10 ** 6))
              for _ in range(2000)] + [(800, 801), (800, 799), (3, 4)]
    sheets = ["prefix,destination,rate,currency\n" + "".join(
        f"{70000 + i},x,{Decimal(p[side]).scaleb(-4)},RUB\n"
        for i, p in enumerate(prices)) for side in (0, 1)]
    with trunkwise.Store(tmp_path / "s.db", create=True) as store:
        for sheet in sheets:
            store.import_tariff(sheet.encode(), tariff="t", carrier="c")
        report = store.price_changes("t")
    assert len(report.rows) == len(prices)
    for row, (old, new) in zip(report.rows, prices):
        exact = Decimal(new - old) * 100 / Decimal(old)
        assert row.percent == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert row.kind == ("increase" if new > old else
                            "decrease" if new < old else "unchanged")


def test_relations_of_real_calls(put, office, command):
    """Inside Kazan gets dearer: only calls inside it are at stake."""
    (office / "north.csv").write_text(
        "prefix,destination,rate,currency,relation\n7,Any,2.00,RUB,\n"
        "7,Inside,0.50,RUB,same_city\n")
    put(OFFICE, "--at", "2026-01-01")
    store = office / "store.db"
    (office / "ranges.csv").write_text(
        "code,from,to,operator,region,city\n"
        "7843,2000000,2099999,North,Tatarstan,Kazan\n"
        "7347,2000000,2099999,North,Bashkortostan,Ufa\n")
    command("numbering", "import", store, office / "ranges.csv", check=0)
    (office / "calls.csv").write_text(HEAD + "".join((
        call(1, "2026-10-05T12:00:00", "78432000009", 60),
        call(2, "2026-10-05T12:00:00", "73472000009", 60))))
    command("cdr", "import", store, office / "calls.csv", "--preset",
            "native", check=0)
    (office / "new.csv").write_text(
        "prefix,destination,rate,currency,effective_from,relation\n"
        "7,Any,2.00,RUB,2026-11-01,\n7,Inside,0.75,RUB,2026-11-01,"
        "same_city\n")
    command("tariff", "import", store, office / "new.csv", "--tariff",
            "north-2026", "--carrier", "north", check=0)
    report = changes(command, store, "--json", check=0).json
    assert (report["old_cost"], report["new_cost"]) == ("2.50", "2.75")
    row, = report["rows"]
    assert (row["relation"], row["percent"], row["calls"],
            row["difference"]) == ("same_city", "50.00", 1, "0.25")


def test_a_stored_call_is_explained(store, command):
    words = command("call", "explain", store, "c3", "--json", check=0).json
    assert "charged 4.80 RUB by tariff version 1." in words["text"]
    assert "line 4 of north.csv" in words["text"]
    words = command("call", "explain", store, "c7", "--lang", "ru", check=0)
    assert "без цены" in words.out
    command("call", "explain", store, "nobody", check=2)
