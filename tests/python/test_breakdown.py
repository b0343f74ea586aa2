"""Calls by anything, against SQL's own GROUP BY over every call; and every
form of the report."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import random
import sqlite3
import subprocess
import zipfile
from collections import Counter
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

import report_world
from conftest import BUILD, SOURCE
from report_world import nanos
from trunkwise import Store, sheets
from trunkwise.breakdown import BY, Breakdown, BreakdownRow
from trunkwise.render import PAGES, Style
from trunkwise.render.breakdown import document, table
from trunkwise.render.safe import FORMULA, as_text

LONG = bool(os.environ.get("TW_TEST_LONG"))
ZONE = ZoneInfo(report_world.ZONE)
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)


def _local(start_us, form):
    """strftime in the company's zone."""
    return (EPOCH + dt.timedelta(microseconds=start_us)).astimezone(
        ZONE).strftime(form)


def _name(kind):
    return (f"coalesce((SELECT name FROM {kind} x WHERE x.id = c.{kind} "
            "ORDER BY valid_from DESC LIMIT 1), '')")


FIRST = "(c.leg = 1 AND c.direction <> 3)"
_STEPS = ("3600", "1800", "600", "180", "60", "30", "10")
KEYS = {
    **{k: _name(k) for k in ("department", "carrier", "trunk", "number")},
    "destination": "CASE WHEN c.cost_nanos IS NULL THEN '' ELSE "
                   "coalesce(r.destination, '') END",
    "direction": f"CASE WHEN {FIRST} OR c.leg = -1 THEN CASE c.direction "
                 "WHEN 1 THEN 'outbound' WHEN 2 THEN 'inbound' "
                 "WHEN 3 THEN 'forward' ELSE 'internal' END "
                 "ELSE 'forward' END",
    "prefix": "CASE WHEN c.direction = 4 OR p.digits IS NULL OR "
              "p.digits GLOB '*[^0-9]*' THEN '' "
              "ELSE substr(p.digits, 1, :digits) END",
    "month": "local(c.start_us, '%Y-%m')",
    "day": "local(c.start_us, '%Y-%m-%d')",
    "weekday": "local(c.start_us, '%u')",
    "hour": "local(c.start_us, '%H')",
    "duration": "CASE WHEN c.answer_after_us IS NULL THEN '' "
                + "".join(f"WHEN c.duration_us >= {s}000000 THEN '{s}' "
                          for s in _STEPS) + "ELSE '0' END",
    "status": "CASE c.status WHEN 1 THEN 'answered' WHEN 2 THEN 'no_answer' "
              "WHEN 3 THEN 'busy' WHEN 4 THEN 'failed' "
              "WHEN 5 THEN 'cancelled' ELSE '' END",
}
# 2: prices with VAT in them
SQL = f"""
SELECT {{keys}}, CASE WHEN c.cost_nanos IS NULL THEN '' ELSE
    coalesce(nullif(v.convert_to, ''), v.currency) END AS money,
  sum({FIRST}), sum({FIRST} AND c.answer_after_us IS NOT NULL),
  sum({FIRST} AND c.direction = 2 AND c.answer_after_us IS NULL),
  sum(c.rate_state = 3), sum({FIRST} * c.duration_us),
  coalesce(sum(c.cost_nanos), 0),
  coalesce(sum(c.cost_nanos - CASE v.vat WHEN 2 THEN c.vat_nanos
    ELSE 0 END), 0), coalesce(sum(c.vat_nanos), 0)
FROM call c LEFT JOIN tariff_version v ON v.id = c.tariff_version
LEFT JOIN tariff_rate r ON r.version = c.tariff_version
  AND r.position = c.rate_row
LEFT JOIN identity p ON p.id = CASE c.direction WHEN 2 THEN c.caller
  ELSE c.callee END
WHERE c.undone = 0 AND local(c.start_us, '%Y-%m') BETWEEN :first AND :last
GROUP BY {{columns}}
"""


def by_sql(path, by, digits, first, last):
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    database.create_function("local", 2, _local, deterministic=True)
    query = SQL.format(keys=", ".join(KEYS[k] for k in by),
                       columns=", ".join(str(i + 1)
                                         for i in range(len(by) + 1)))
    n = len(by)
    found = {(row[:n], row[n]): row[n + 1:] for row in database.execute(
        query, {"digits": digits, "first": first, "last": last})}
    # a leg that is no call and costs nothing says nothing
    found = {k: sums for k, sums in found.items() if any(sums)}
    # legs without a charge: in the company's currency, whatever is asked
    for keys, currency in [k for k in found if not k[1]]:
        there = found.get((keys, "RUB"), (0,) * 8)
        found[keys, "RUB"] = tuple(
            a + b for a, b in zip(there, found.pop((keys, currency))))
    return found


def figures(row):
    return (row.calls, row.answered, row.missed, row.unrated,
            row.talk // dt.timedelta(microseconds=1), nanos(row.cost),
            nanos(row.net), nanos(row.vat))


def must_be_equal(store, path, by, digits, first, last):
    report = store.breakdown(first, last_month=last, by=by, digits=digits)
    found = {(r.keys, r.currency): figures(r) for r in report.rows}
    assert len(found) == len(report.rows)
    assert found == by_sql(path, by, digits, first, last)
    totals: dict[str, Counter] = {}
    for row in report.rows:
        sums = totals.setdefault(row.currency, Counter())
        sums.update(dict(enumerate(figures(row))))
    assert {t.currency: figures(t) for t in report.totals} == {
        c: tuple(s[i] for i in range(8)) for c, s in totals.items()} or (
            not report.rows and len(report.totals) == 1)
    order = [tuple((not k, int(k) if b == "duration" and k else k)
                   for b, k in zip(by, r.keys)) for r in report.rows]
    assert order == sorted(order)
    return report


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Random months; a part was taken back, another one rated anew."""
    folder = tmp_path_factory.mktemp("world")
    with report_world.make(folder, seed=11, count=600) as store:
        rng = random.Random(5)
        taken = store.import_calls(
            report_world.calls(rng, 50, dt.datetime(2026, 9, 1, tzinfo=ZONE),
                               20), preset="native", source="twice")
        assert taken.counts.rows_stored == 50
        store.undo_import(2)
        store.import_tariff(
            b"prefix,destination,rate,currency,effective_from,effective_to,"
            b"first_inc,next_inc,connect_fee\n7,Russia anew,0.90,RUB,,,1,1,\n",
            tariff="north-anew", carrier="north", starts="2026-09-10")
        assert store.rerate("2026-09").changed
        yield store, folder / "world.db"


@pytest.mark.parametrize("seed", range(400 if LONG else 25))
def test_equal_to_group_by(world, seed):
    store, path = world
    rng = random.Random(seed)
    by = tuple(rng.sample(BY, rng.randrange(1, 7)))
    first = rng.choice(["2026-07", "2026-08", "2026-09"])
    last = rng.choice(["2026-09", "2026-10", "2026-12"])
    must_be_equal(store, path, by, rng.randrange(1, 8), first, last)


@pytest.mark.parametrize("seed", range(200 if LONG else 12))
def test_only_these_calls(world, seed):
    """The rows of the whole report that have the keys, and their sum."""
    store, path = world
    rng = random.Random(seed)
    by = tuple(rng.sample(BY, rng.randrange(2, 6)))
    whole = store.breakdown("2026-08", last_month="2026-10", by=by)
    row = rng.choice(whole.rows)
    chosen = rng.sample(range(len(by)), rng.randrange(1, len(by)))
    only = {by[i]: row.keys[i] for i in chosen}
    part = store.breakdown("2026-08", last_month="2026-10", by=by, only=only)
    assert part.rows == [r for r in whole.rows if all(
        r.keys[by.index(k)] == v for k, v in only.items())]
    assert sum(t.cost for t in part.totals) == sum(r.cost for r in part.rows)
    assert sum(t.calls for t in part.totals) == sum(r.calls
                                                    for r in part.rows)


def test_only_is_asked_by_too(world):
    store, _ = world
    report = store.breakdown("2026-09", by=("hour",),
                             only={"direction": "outbound", "prefix": ""})
    assert report.by == ("hour", "direction", "prefix")
    assert all(r.keys[1:] == ("outbound", "") for r in report.rows)
    nothing = store.breakdown("2026-09", by=("hour",),
                              only={"prefix": "0000"})
    assert not nothing.rows and nothing.totals[0].calls == 0


def test_each_alone(world):
    store, path = world
    for by in BY:
        report = must_be_equal(store, path, (by,), 4, "2026-01", "2026-12")
        # a question that distinguishes nothing would prove nothing
        assert len(report.rows) > 1, by


def test_sums_and_calls_of_closed_months(tmp_path):
    """Sums of months and days answer what they know; where something came
    late for a closed month they do not, and its calls are read."""
    with report_world.make(tmp_path, seed=21, count=400) as store:
        store.close_period("2026-08")
        late = store.import_calls(report_world.late_calls(4, 80),
                                  preset="native", source="late")
        assert late.counts.rows_stored == 80
        store.close_period("2026-09")
        store.undo_import(1)
        for by in (("department", "carrier", "day"), ("month",),
                   ("destination", "direction", "number"), ("weekday",),
                   ("department", "hour")):
            for first in ("2026-08", "2026-09", "2026-10"):
                must_be_equal(store, tmp_path / "world.db", by, 4, first,
                              "2026-10")


def test_the_money_of_the_expense_report(world):
    """Nothing was closed, so both stand in the same month."""
    store, _ = world
    for month in ("2026-08", "2026-10"):
        calls = {t.currency: t for t in store.breakdown(
            month, by=("department",)).totals}
        for total in store.expenses(month).totals:
            mine = calls[total.currency]
            assert mine.cost == total.calls_cost + total.forwarded_cost
            assert (mine.calls, mine.answered, mine.missed,
                    mine.unrated) == (total.calls, total.answered,
                                      total.missed, total.unrated)


def test_erased_people_have_no_digits(tmp_path):
    with report_world.make(tmp_path, seed=3, count=60) as store:
        before = store.breakdown("2026-08", by=("prefix",), digits=7)
        erased = store.retain(1)
        assert erased.numbers > 10
        after = store.breakdown("2026-08", by=("prefix",), digits=7)
    assert before.totals == after.totals
    assert len(before.rows) > 10
    assert {r.keys for r in after.rows} <= {
        ("",), *((n[:7],) for n in report_world.NUMBERS)}


NAMES = ["=cmd|'x'!A1", "+1", "@a", "\tb", "'quoted'", "<script>", "a&b",
         "Казань", "\x1b[31mred", "\u202egnp"]


def test_names_that_want_to_be_more():
    """Nothing is run by a spreadsheet, a browser or a terminal."""
    rows = [BreakdownRow((name, "00"), 1, 1, 0, 0, dt.timedelta(seconds=6),
                         Decimal("1.005"), Decimal("1.005"), Decimal(0),
                         "RUB") for name in NAMES]
    made = table(Breakdown(
        "2026-08", "2026-08", "UTC", "=Factory <b>", ("trunk", "hour"), 4,
        rows, [rows[0]], dt.date(2026, 11, 28)), "en")
    read = list(csv.reader(io.StringIO(PAGES["csv"](
        made, Style()).decode(), newline="")))
    for line, name in zip(read[1:], NAMES):
        assert line[0] == as_text(name)
        assert not line[0].startswith(FORMULA)
        assert line[-2:] == ["1.005", "RUB"]
    page = PAGES["html"](made, Style()).decode()
    assert "<script" not in page and "<b>" not in page
    text = PAGES["text"](made, Style()).decode()
    assert "\x1b" not in text and "\u202e" not in text
    book = PAGES["xlsx"](made, Style())
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        for part in archive.namelist():
            assert b"<f>" not in archive.read(part), part


# ---- the command ----

def run(*arguments, code=0):
    done = subprocess.run(
        ["/usr/bin/python3", BUILD / "bin/trunkwise", *map(str, arguments)],
        capture_output=True, cwd=SOURCE,
        env={**os.environ, "PYTHONPATH": str(BUILD / "python")})
    assert done.returncode == code, done.stderr.decode()
    return done.stdout if code == 0 else done.stderr.decode()


def test_json(world):
    _, path = world
    said = json.loads(run("report", "breakdown", path, "--from", "2026-08",
                          "--to", "2026-10", "--by", "weekday,hour,duration",
                          "--json"))
    assert list(said) == ["month", "last_month", "company", "zone", "by",
                          "digits", "rows", "totals"]
    assert (said["month"], said["last_month"]) == ("2026-08", "2026-10")
    assert {r["weekday"] for r in said["rows"]} == set(range(1, 8))
    assert {r["duration"] for r in said["rows"]} >= {None, 60, 180}
    assert list(said["totals"][0]) == [
        "calls", "answered", "missed", "unrated", "minutes", "cost", "net",
        "vat", "gross", "currency"]


def test_forms_say_the_same(world, tmp_path):
    store, path = world
    report = store.breakdown("2026-08", last_month="2026-10",
                             by=("department", "direction"))
    made = table(report, "en")
    rows = [x for x in made.lines if x.kind == "row"]
    read = list(csv.reader(io.StringIO(PAGES["csv"](made, Style()).decode())))
    assert len(read) == 1 + len(made.lines)
    assert read[0][:2] == ["Department", "Direction"]
    for line, cells in zip(made.lines, read[1:]):
        assert cells[:2] == list(line.cells[:2])
        assert cells[-1] == line.currency
    page = PAGES["html"](made, Style("ru")).decode()
    assert page.count("<tr") == 1 + len(made.lines)
    assert "Factory &amp; Sons" in page and "<script" not in page
    said = PAGES["text"](made, Style()).decode()
    assert "(unallocated)" in said and "Grand total" in said
    run("report", "breakdown", path, "--from", "2026-08", "--to", "2026-10",
        "--by", "department,direction", "-o", tmp_path / "b.xlsx")
    book = sheets.text_of_workbook((tmp_path / "b.xlsx").read_bytes())
    read = [line.split("\t") for line in book.decode().split("\n")]
    head = next(i for i, r in enumerate(read) if r[0] == "Department")
    for line, cells in zip(rows, read[head + 1:]):
        assert cells[:3] == [line.cells[0], line.cells[1],
                             str(line.cells[2])]
    assert json.loads(document(report))["rows"][0]["calls"] == \
        report.rows[0].calls
    assert len(rows) == len(report.rows)


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_every_name_has_words(world, lang):
    store, _ = world
    for by in BY:
        said = PAGES["text"](table(store.breakdown("2026-09", by=(by,)),
                                   lang), Style(lang)).decode()
        assert "duration_" not in said and "status_" not in said


@pytest.mark.parametrize("arguments,said", [
    (("--by", "caller"), "cannot group by 'caller'"),
    (("--by", ""), "give 1 to 6"),
    (("--by", ",".join(BY[:7])), "give 1 to 6"),
    (("--digits", "8"), "would name a person"),
    (("--digits", "0"), "give 1 to 7"),
    (("--only", "direction"), "is no NAME=KEY"),
    (("--only", "direction=outgoing"), "choose from outbound"),
    (("--only", "caller=7916"), "cannot group by 'caller'"),
    (("--only", "department=Salse"), "never had 'Salse'"),
    (("--only", "hour=9"), "is no hour"),
    (("--only", "prefix=abcd"), "is no prefix; write digits"),
    (("--only", "prefix=79"), "has 2 digits and prefixes have 4"),
    (("--only", "prefix=79161"), "has 5 digits and prefixes have 4"),
    (("--only", "day=2026-8-5"), "is no day; write 2026-10-05"),
    (("--only", "day=2026-02-31"), "is no day: that month is shorter"),
    (("--only", "day=2026-02-29"), "is no day: that month is shorter"),
    (("--only", "day=0000-01-01"), "is no day"),
    (("--only", "day=2026-13-01"), "is no day; write 2026-10-05"),
    (("--only", "day=2026-09-31"), "is no day: that month is shorter"),
    (("--only", "day=2026-10-05T00"), "is no day"),
    (("--only", "month=2026-13"), "is no month; write 2026-10"),
    (("--only", "month=2026-00"), "is no month; write 2026-10"),
    (("--only", "month=0000-10"), "is no month; write 2026-10"),
    (("--only", "month=2027-01"), "lies outside of the months asked for"),
    (("--only", "day=2025-10-05"), "lies outside of the months asked for"),
    (("--only", "day=2026-10-05", "--month", "2026-1x"), "is not a month"),
    (("--only", "hour=25"), "is no hour; choose from 00"),
    (("--only", "hour=24"), "is no hour; choose from 00"),
    (("--only", "hour=-1"), "is no hour; choose from 00"),
    (("--only", "weekday=9"), "is no weekday; choose from 1"),
    (("--only", "weekday=0"), "is no weekday; choose from 1"),
    (("--only", "weekday=mon"), "is no weekday; choose from 1"),
    (("--only", "duration=11"), "is no duration; choose from 0"),
    (("--only", "status=lost"), "is no status; choose from answered"),
    (("--only", "hour=09", "--only", "hour=10"), "is given twice"),
    (("--by", "hour,day,hour"), "'hour' is given twice"),
    (("--only", "department=a\x1fB"), "is no name"),
    (("--by", ",".join(BY[:6]), "--only", "status=busy"), "give 1 to 6"),
    (("--format", "csv", "--json"), "leave one out"),
    (("--decimal", "comma"), "is of CSV"),
])
def test_refusals(world, arguments, said):
    _, path = world
    assert said in run("report", "breakdown", path, "--month", "2026-08",
                       *arguments, code=2)


def test_a_whole_number_may_be_short(tmp_path):
    """Such as 112: fewer digits than a prefix has, and calls of it."""
    with Store(tmp_path / "s.db", create=True) as store:
        store.import_tariff(b"prefix,destination,rate,currency\n"
                            b"7,Russia,1,RUB\n", tariff="t", carrier="c")
        store.import_calls(
            b"call_id,start,caller,callee,duration,status,direction\n"
            b"a,2026-10-05T10:00:00Z,78432000001,112,60,answered,outbound\n",
            preset="native")
        row, = store.breakdown("2026-10", by=("prefix",),
                               only={"prefix": "112"}).rows
        assert (row.keys, row.calls) == (("112",), 1)


def test_a_month_is_needed(world):
    _, path = world
    assert "is missing" in run("report", "breakdown", path, code=2)
    assert "later month last" in run(
        "report", "breakdown", path, "--from", "2026-09", "--to", "2026-08",
        code=2)
