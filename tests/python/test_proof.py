"""What is edited past trunkwise is seen by ``verify``: any row of the tables
that hold money, any column, in a closed month and in an open one."""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import sqlite3
from zoneinfo import ZoneInfo

import pytest

import trunkwise

ZONE = ZoneInfo("Europe/Moscow")
TODAY = dt.datetime.now(ZONE)


def month(back):
    """The month so many before this one, as "2026-10"."""
    at = TODAY.year * 12 + TODAY.month - 1 - back
    return f"{at // 12:04d}-{at % 12 + 1:02d}"


COMPANY = """
[company]
name = "Factory"
zone = "Europe/Moscow"
currency = "RUB"
[[department]]
name = "Kazan"
[[department]]
name = "Ufa"
[[carrier]]
name = "north"
vat = "net"
vat_percent = "20"
[[carrier]]
name = "south"
[[vendor]]
name = "cloud"
vat_percent = "20"
[[number]]
number = "78432000001"
carrier = "north"
department = "Kazan"
rent = "310.00"
one_off = "100.00"
[[number]]
number = "73472000002"
rented_through = "cloud"
department = "Ufa"
rent = "450.00"
[[recurring]]
name = "seats"
vendor = "cloud"
amount = "350.00"
[[recurring.seat]]
department = "Kazan"
count = 3
[[recurring.seat]]
department = "Ufa"
count = 2
[[tariff]]
name = "annex"
carrier = "north"
currency = "RUB"
zone = "Europe/Moscow"
vat = "net"
vat_percent = "20"
commitment = "900.00"
[[bundle]]
name = "minutes"
tariff = "annex"
minutes = 2
prefixes = ["79"]
"""
SHEET = ("prefix,destination,rate,currency,effective_from,effective_to,"
         "first_inc,next_inc,connect_fee\n79,Mobile,1.50,RUB,,,1,1,0.10\n"
         "44,Britain,9,RUB,,,1,1,\n")
PEOPLE = "match_kind,match,department,city\nextension,500-599,Ufa,\n"


def calls(name, of_month):
    rows = ["call_id,start,duration,caller,callee,status,extension"]
    for i in range(6):
        rows.append(f"{name}{i},{of_month}-0{i + 1}T10:00:00+03:00,{i * 40},"
                    f"{('78432000001', '73472000002', '79990000000')[i % 3]},"
                    f"{('79161234567', '442071234567')[i % 3 == 2]}"
                    f",,{(100, 100, 500, 100, 100, 600)[i]}")
    return ("\n".join(rows) + "\n").encode()


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Two closed months and an open one: charges, rents, bundles, calls that
    came late, were taken back and rated anew."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "d.toml").write_text(COMPANY)
    begin = dt.datetime.fromisoformat(f"{month(2)}-01T00:00:00+03:00")
    with trunkwise.Store(folder / "office.db", create=True,
                         actor="Anna") as store:
        store.apply(trunkwise.Deployment.load(folder / "d.toml"), at=begin)
        store.import_tariff(SHEET.encode(), tariff="annex", carrier="north")
        store.import_tariff(SHEET.encode(), tariff="south", carrier="south")
        store.import_calls(calls("x", month(2)), preset="native",
                           file_name="x.csv")
        store.import_calls(calls("a", month(2)), preset="native",
                           source="carrier")
        store.undo_import(1)
        store.close_period(month(2))
        store.import_calls(calls("b", month(1)), preset="native",
                           carrier="south")
        store.import_calls(calls("late", month(2)), preset="native",
                           carrier="south")
        store.import_calls(calls("gone", month(2)), preset="native")
        store.import_departments(PEOPLE.encode())
        assert store.rerate(month(2)).changed and \
            store.rerate(month(1)).changed
        store.undo_import(5)
        store.close_period(month(1))
        store.import_calls(calls("c", month(0)) + b"broken\n",
                           preset="native")
        store.import_calls(calls("d", month(1)), preset="native")
        store.undo_import(7)
        store.import_departments(PEOPLE.replace("500-5", "600-6").encode())
        assert store.rerate(month(1)).changed
        store.accrue(month(0), through=f"{TODAY:%Y-%m-%d}")
    return folder / "office.db"


class Copy:
    """A copy that anybody may write to, its guards put back afterwards."""

    def __init__(self, store, folder):
        self.path = folder / "edited.db"
        for end in ("", "-wal", "-shm"):
            if os.path.exists(f"{self.path}{end}"):
                os.remove(f"{self.path}{end}")
        shutil.copy(store, self.path)
        self.db = sqlite3.connect(self.path)
        self.db.execute("PRAGMA synchronous = OFF")
        self.db.execute("PRAGMA ignore_check_constraints = 1")
        self.guards = self.db.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in self.guards:
            self.db.execute(f'DROP TRIGGER "{name}"')

    def broken(self):
        for _, sql in self.guards:
            self.db.execute(sql)
        self.db.commit()
        self.db.close()
        with trunkwise.Store(self.path, readonly=True) as store:
            return {v.invariant: v.detail for v in store.verify()
                    if not v.holds}


def broken_by(office, folder, *statements):
    copy = Copy(office, folder)
    for sql in statements:
        assert copy.db.execute(sql).rowcount, sql
    return copy.broken()


def test_sound(office, tmp_path):
    assert Copy(office, tmp_path).broken() == {}


# What a reviewer did to a closed month and `verify` did not see.
EDITS = {
    "rents ten times, both sides": (
        "UPDATE posting SET amount_nanos = amount_nanos * 10, "
        "net_nanos = net_nanos * 10, vat_nanos = vat_nanos * 10 "
        f"WHERE kind = 3 AND month = {month(2).replace('-', '')}",
        "closed_months_stay"),
    "no VAT": ("UPDATE posting SET net_nanos = 0, vat_nanos = 0 "
               "WHERE kind IN (3, 4, 5)", "closed_months_stay"),
    "no VAT of the payees": (
        "UPDATE posting SET net_nanos = 0, vat_nanos = 0 "
        "WHERE account_kind <> 1", "ledger_sum_zero"),
    "no rents": ("DELETE FROM posting WHERE kind = 3", "closed_months_stay"),
    "rents of another month": (
        "UPDATE posting SET month = 202001 WHERE kind = 3",
        "closed_months_stay"),
    "open again": ("DELETE FROM period", "closed_months_stay"),
    "no runs": ("DELETE FROM amendment_run", "references_exist"),
    "twice as long": ("UPDATE traits SET time_us = time_us * 2",
                      "rollup_equals_calls"),
    "twice as dear": ("UPDATE traits SET cost_nanos = cost_nanos * 2",
                      "postings_equal_calls"),
    "other contents": ("UPDATE call_row SET content = content + 1",
                       "closed_months_stay"),
    "nothing put aside": ("DELETE FROM quarantine", "counts_add_up"),
}


@pytest.mark.parametrize("name", EDITS)
def test_edits_are_named(office, tmp_path, name):
    sql, invariant = EDITS[name]
    assert invariant in broken_by(office, tmp_path, sql)


MARKS = ("source", "trunk", "carrier", "department", "extension",
         "accountcode", "campaign", "source_currency")


def marks_of(office, of_month):
    """Of a call that came in when that month was open."""
    with sqlite3.connect(office) as db:
        return db.execute(
            "SELECT max(c.marks) FROM call c JOIN batch b ON b.id = c.batch "
            "WHERE b.open_month <= ? AND b.undone_us = 0",
            (int(of_month.replace("-", "")),)).fetchone()[0]


@pytest.mark.parametrize("column", MARKS)
def test_what_a_record_said_is_named(office, tmp_path, column):
    """Many calls share it: their rows stay as they were."""
    broken = broken_by(
        office, tmp_path, f"UPDATE marks SET {column} = {column} || 'z' "
        f"WHERE id = {marks_of(office, month(2))}")
    assert list(broken) == ["closed_months_stay"]
    assert f"calls of {month(2)} are not as they were closed" in \
        broken["closed_months_stay"]


@pytest.mark.parametrize("column", MARKS)
def test_what_records_said_is_not_moved_between_columns(office, tmp_path,
                                                        column):
    after = MARKS[(MARKS.index(column) + 1) % len(MARKS)]
    copy = Copy(office, tmp_path)
    id_ = marks_of(office, month(2))
    old = copy.db.execute(f"SELECT {column}, {after} FROM marks WHERE id = ?",
                          (id_,)).fetchone()
    copy.db.execute(f"UPDATE marks SET {column} = ?, {after} = ? "
                    "WHERE id = ?", (*reversed(old), id_))
    assert bool(copy.broken()) == (old[0] != old[1])


def test_whoever_acted_is_named(office, tmp_path):
    """By a word's id, whose text is another row."""
    broken = broken_by(office, tmp_path, "UPDATE word SET text = 'Boris' "
                       "WHERE text = 'Anna'")
    assert list(broken) == ["closed_months_stay"]


def test_marks_that_are_gone(office, tmp_path):
    broken = broken_by(office, tmp_path,
                       f"DELETE FROM marks WHERE id = "
                       f"{marks_of(office, month(2))}")
    assert {"references_exist", "closed_months_stay"} <= set(broken)


# ---- any row, any column ----

# Tables, and the month that is to be closed for a row to be proved whole.
USED_IN = ("coalesce((SELECT open_month FROM amendment_run r WHERE r.id = "
           "t.run), (SELECT open_month FROM batch b WHERE b.id = t.batch))")
TABLES = {
    # one that was taken back in the month that it came in is nothing there
    "call_row": "(SELECT CASE WHEN undone = 0 OR open_month <= (SELECT "
            "max(month) FROM period) THEN open_month END "
            "FROM batch b WHERE b.id = t.batch)",
    # of the first call that stands for them
    "traits": "(SELECT min(open_month) FROM call_row r JOIN batch b "
              "ON b.id = r.batch WHERE r.traits = t.id AND r.undone = 0)",
    "posting": "t.month",
    "amendment": "(SELECT open_month FROM amendment_run r WHERE r.id = t.run)",
    "amendment_run": "t.open_month",
    "batch": "t.open_month",
    "rollup": "CASE WHEN t.period > 1000000 THEN t.period / 100 "
              "ELSE t.period END",
    "period": "t.month",
    "accrual": "t.month",
    "period_proof": "t.month",
    "charge_note": USED_IN,
    "bundle_use": USED_IN,
    "bundle_pot": "0",
}
# What carries no money of an open month, and no sum hangs on it: what tells a
# record from others, the rest of what it said (of its start: when in the day,
# of an answer: when, not whether), why it has no price, where a batch came from
# and why a run was made. A close proves it.
UNPROVED_OPEN = {
    "call_row": {"start_us", "key", "content", "marks", "call_id", "linked",
                 "sequence", "answer", "ended", "caller", "callee",
                 "source_cost_nanos"},
    "traits": {"trunk", "status", "reason"},
    "batch": {"source", "preset", "zone", "file_name", "file_hash",
              "made_us", "first_us", "last_us", "who", "undone_us",
              "undone_who"},
    "amendment_run": {"kind", "reason", "made_us", "who"},
    "posting": {"made_us"},     # by less than a second
}


# No closed month has it in its proof: step 0047 gave it to older batches.
UNPROVED = {"batch": {"grouped"}}

# What no call stands for (any more) says nothing, nor a unit of what is 0.
USED = {"traits": "WHERE id IN (SELECT traits FROM call_row)"}
UNITS = {"time_us", "cost_nanos", "vat_nanos"}


def columns_of(db, table):
    return [row[1] for row in db.execute(f'PRAGMA table_info("{table}")')]


def survey(office, folder, table, closed, chance):
    """Columns of a random row whose change nobody saw."""
    last = int(month(1).replace("-", ""))
    copy = Copy(office, folder)
    rows = copy.db.execute(
        f"SELECT {TABLES[table]} <= {last}, * FROM {table} t").fetchall()
    columns = columns_of(copy.db, table)
    copy.db.close()
    rows = [row[1:] for row in rows if row[0] == int(closed)]
    unseen = set()
    for column in columns if rows else ():
        if table == "traits" and column in UNITS:
            continue
        row = chance.choice(rows)
        old = row[columns.index(column)]
        new = {bytes: b"x", str: f"{old}x", int: 0}.get(type(old), 7)
        if isinstance(old, int):
            new = old + chance.choice((1, -1, 7, 1_000_003))
        copy = Copy(office, folder)
        try:
            done = copy.db.execute(
                f'UPDATE {table} SET "{column}" = ? WHERE ' + " AND ".join(
                    f'"{name}" IS ?' for name in columns), (new, *row))
        except sqlite3.IntegrityError:
            copy.db.close()    # the file itself refuses it
            continue
        assert done.rowcount == 1
        if not copy.broken():
            unseen.add(column)
    return unseen


ROUNDS = 20 if os.environ.get("TW_TEST_LONG") else 1


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("table", TABLES)
def test_any_column(office, tmp_path, table, closed):
    chance = random.Random(f"{table} {closed}")
    unseen = set()
    for _ in range(ROUNDS):
        unseen |= survey(office, tmp_path, table, closed, chance)
    proofless = set() if closed else UNPROVED_OPEN.get(table, set())
    assert sorted(unseen - proofless - UNPROVED.get(table, set())) == []


@pytest.mark.parametrize("table", TABLES)
def test_any_row_that_is_gone(office, tmp_path, table):
    """Where nothing else is gone with it."""
    chance = random.Random(table)
    copy = Copy(office, tmp_path)
    columns = columns_of(copy.db, table)
    rows = copy.db.execute(
        f"SELECT * FROM {table} {USED.get(table, '')}").fetchall()
    copy.db.close()
    for row in chance.sample(rows, min(len(rows), 3 * ROUNDS)):
        copy = Copy(office, tmp_path)
        copy.db.execute(f"DELETE FROM {table} WHERE " + " AND ".join(
            f'"{name}" IS ?' for name in columns), row)
        assert copy.broken(), row
