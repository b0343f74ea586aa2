"""Bundles, tiers, commitments, attempts and exchange rates in a store: what a
month comes to, however its records come in."""

from __future__ import annotations

import datetime as dt
import sqlite3
from decimal import Decimal

import pytest

import trunkwise
from conftest import SOURCE
from trunkwise import Bundles, Deployment, Refused, Store

MOSCOW = dt.timezone(dt.timedelta(hours=3))

HEAD = """
[company]
name = "Example"
zone = "Europe/Moscow"
currency = "RUB"
[[department]]
name = "Kazan"
[[department]]
name = "Ufa"
[[department]]
name = "Perm"
[[carrier]]
name = "north"
[[number]]
number = "+78432000001"
carrier = "north"
department = "Kazan"
[[number]]
number = "+73472000002"
carrier = "north"
department = "Ufa"
[[number]]
number = "+73422000003"
carrier = "north"
department = "Perm"
[[tariff]]
name = "north"
carrier = "north"
currency = "RUB"
zone = "Europe/Moscow"
"""
BUNDLE = """
[[bundle]]
name = "free"
tariff = "north"
minutes = 10
prefixes = ["79"]
departments = ["Kazan", "Ufa"]
"""
CARRIED = BUNDLE + """carry_over = true
from = 2026-09-01
"""
SHEET = """prefix,destination,rate,currency,first_inc,next_inc,connect_fee
79,Mobile,1.50,RUB,60,60,
44,UK,10,RUB,1,1,0.50
"""
COLUMNS = "call_id,start,answer,end,caller,callee,duration,status,direction\n"
KAZAN, UFA, PERM = "78432000001", "73472000002", "73422000003"


class World:
    """A store, and calls into it."""

    def __init__(self, path, toml: str, sheet: str = SHEET):
        self.path = path / "store.db"
        self.dir = path
        self.store = Store(self.path, create=True)
        self.count = 0
        self.apply(toml)
        self.tariff(sheet)

    def apply(self, toml: str, at: str = "2026-01-01") -> None:
        file = self.dir / "deployment.toml"
        file.write_text(toml)
        when = dt.datetime.fromisoformat(at + "T00:00:00+03:00")
        self.store.apply(Deployment.load(file), at=when)

    def tariff(self, sheet: str) -> None:
        result = self.store.import_tariff(
            sheet.encode(), tariff="north", carrier="north",
            file_name="north.csv")
        assert not result.rejects

    def row(self, when: str, seconds: int, caller: str = KAZAN,
            callee: str = "79161234567", answered: bool = True,
            call_id: str | None = None) -> str:
        self.count += 1
        start = dt.datetime.fromisoformat(when + "+03:00")
        answer = start.isoformat() if answered else ""
        return ",".join((call_id or f"c{self.count}", start.isoformat(),
                         answer, "", caller, callee, str(seconds),
                         "answered" if answered else "no_answer",
                         "outbound")) + "\n"

    def calls(self, *rows: str):
        result = self.store.import_calls((COLUMNS + "".join(rows)).encode(),
                                         preset="native")
        assert not result.rejects, result.rejects
        return result.extra["batch"]

    def costs(self) -> dict[str, Decimal]:
        """Of the report, by department; "" is nobody's."""
        return {row.department: row.total for row in
                self.store.expenses("2026-10").rows}

    def month(self, month: str = "2026-10") -> trunkwise.TariffMonth:
        return self.store.tariff_total("north", month=month)

    def verify(self) -> None:
        broken = [v for v in self.store.verify() if not v.holds]
        assert not broken, broken

    def sums_agree(self, month: str = "2026-10") -> None:
        """The report is the ledger."""
        report = self.store.expenses(month)
        for total in report.totals:
            assert self.store.month_total(
                month, total.currency).amount == total.total


@pytest.fixture
def world(tmp_path):
    made = []

    def make(toml: str, sheet: str = SHEET) -> World:
        made.append(World(tmp_path, toml, sheet))
        return made[-1]

    yield make
    for w in made:
        w.verify()
        w.store.close()


# ---- bundles ----

def test_two_departments_share_a_bundle(world):
    w = world(HEAD + BUNDLE)
    # 10 minutes: Kazan takes 6, Ufa the last 4 of its 7, Perm has no part
    w.calls(w.row("2026-10-01T10:00:00", 360),
            w.row("2026-10-02T10:00:00", 420, UFA),
            w.row("2026-10-03T10:00:00", 60, PERM),
            w.row("2026-10-03T11:00:00", 6, callee="442071234567"))
    costs = w.costs()
    assert costs["Kazan"] == Decimal("1.50")     # the call to the UK
    assert costs["Ufa"] == Decimal("4.50")       # three minutes
    assert costs["Perm"] == Decimal("1.50")
    m = w.month()
    assert m.bundle_s == 600
    assert m.paid_s == 180 + 60 + 6
    pots = [(p.bundle, p.start.astimezone(MOSCOW).month, p.used_s, p.left_s)
            for p in m.bundles]
    assert pots == [("free", 10, 600, 0)]
    w.sums_agree()


def test_what_is_left_is_carried_over_once(world):
    w = world(HEAD + CARRIED)
    w.calls(w.row("2026-09-01T10:00:00", 240))       # leaves 6 minutes
    w.calls(w.row("2026-10-01T10:00:00", 720))       # 10 own, 2 carried
    assert w.month().bundle_s == 720
    # October used its own: nothing is carried into November
    w.calls(w.row("2026-11-01T10:00:00", 660))
    assert w.month("2026-11").bundle_s == 600
    # a late record of September finds four of its minutes
    w.calls(w.row("2026-09-20T10:00:00", 300))
    m = w.month("2026-09")
    assert m.bundle_s == 240 + 240
    assert m.paid_s == 60
    assert m.bundles[0].left_s == 0


def test_undo_gives_the_minutes_back(world):
    w = world(HEAD + BUNDLE)
    first = w.calls(w.row("2026-10-01T10:00:00", 600, call_id="a"))
    w.calls(w.row("2026-10-02T10:00:00", 60, call_id="b"))
    assert w.costs()["Kazan"] == Decimal("1.50")
    w.store.undo_import(first)
    w.verify()
    assert w.month().bundles[0].used_s == 0
    # the same record again: minutes are there again
    w.calls(w.row("2026-10-01T10:00:00", 600, call_id="a"))
    assert w.month().bundles[0].used_s == 600
    assert w.costs()["Kazan"] == Decimal("1.50")


def test_a_duplicate_takes_nothing(world):
    w = world(HEAD + BUNDLE)
    row = w.row("2026-10-01T10:00:00", 120)
    w.calls(row)
    w.store.import_calls((COLUMNS + row + row).encode(), preset="native",
                         source="native")
    assert w.month().bundles[0].used_s == 120


def test_the_order_of_files_does_not_matter_to_the_sum(world):
    w = world(HEAD + BUNDLE)
    w.calls(w.row("2026-10-20T10:00:00", 600))
    w.calls(w.row("2026-10-01T10:00:00", 60))    # late: the bundle is empty
    assert w.costs()["Kazan"] == Decimal("1.50")
    assert w.month().paid_s == 60


def test_a_bundle_of_a_period(world):
    w = world(HEAD + BUNDLE + """period = "day"
from = 2026-10-02
to = 2026-10-04
""")
    w.calls(*(w.row(f"2026-10-0{day}T10:00:00", 660) for day in range(1, 6)))
    m = w.month()
    assert m.bundle_s == 1200                     # the 2nd and the 3rd
    assert [(p.start.astimezone(MOSCOW).day, p.left_s)
            for p in m.bundles] == [(2, 0), (3, 0)]


def test_more_minutes_from_the_next_apply_on(world):
    w = world(HEAD + BUNDLE)
    w.calls(w.row("2026-10-10T10:00:00", 600))
    w.apply(HEAD + BUNDLE.replace("minutes = 10", "minutes = 12"),
            at="2026-10-15")
    w.calls(w.row("2026-10-14T10:00:00", 60))     # still ten, and used up
    w.calls(w.row("2026-10-16T10:00:00", 180))
    m = w.month()
    assert m.paid_s == 60 + 60
    assert [(p.seconds, p.left_s) for p in m.bundles] == [(720, 0)]


def test_bundles_are_checked_with_the_deployment(tmp_path):
    bad = HEAD + BUNDLE.replace('"79"', '"+79"').replace('"Ufa"', '"Ufaa"')
    file = tmp_path / "bad.toml"
    file.write_text(bad)
    deployment = Deployment.load(file)
    with pytest.raises(trunkwise.ParseError):
        deployment.check()
    problems = {p.field: p.message for p in deployment.problems if p.is_error}
    assert "bundle[0].prefixes" in problems
    file.write_text(HEAD + BUNDLE.replace('"Ufa"', '"Ufaa"'))
    deployment = Deployment.load(file)
    with pytest.raises(trunkwise.ParseError):
        deployment.check()
    assert "'Ufaa'" in deployment.problems[0].message


# ---- tiers ----

TIERS = """[[tariff.tier]]
from_minutes = 10
percent = "90"
[[tariff.tier]]
from_minutes = 20
percent = "50"
"""


def test_a_call_that_crosses_a_tier(world):
    w = world(HEAD + TIERS)
    w.calls(w.row("2026-10-01T10:00:00", 540))
    w.calls(w.row("2026-10-02T10:00:00", 120, UFA))   # one at 100, one at 90
    w.calls(w.row("2026-10-03T10:00:00", 660, PERM))  # nine at 90, two at 50
    costs = w.costs()
    assert costs["Kazan"] == Decimal("13.50")
    assert costs["Ufa"] == Decimal("1.50") + Decimal("1.35")
    assert costs["Perm"] == 9 * Decimal("1.35") + 2 * Decimal("0.75")
    m = w.month()
    assert (m.paid_s, m.tier_from_s, m.tier_percent) == (1320, 1200, 50)
    # a new month begins anew
    w.calls(w.row("2026-11-01T00:00:00", 60, PERM))
    assert w.month("2026-11").sum_of_rounded.amount == Decimal("1.50")
    w.sums_agree()


def test_undo_gives_the_seconds_of_a_tier_back(world):
    w = world(HEAD + TIERS)
    batch = w.calls(w.row("2026-10-01T10:00:00", 600))
    w.store.undo_import(batch)
    w.verify()
    w.calls(w.row("2026-10-02T10:00:00", 600))
    assert w.costs()["Kazan"] == Decimal("15.00")


def test_tiers_that_come_later_count_what_was_before(world):
    w = world(HEAD)
    w.calls(w.row("2026-10-01T10:00:00", 600))
    w.apply(HEAD + TIERS)
    w.tariff(SHEET.replace("44,UK,10", "44,UK,11"))
    w.verify()
    w.calls(w.row("2026-12-05T10:00:00", 660))
    # the new version is in force from its import on
    assert w.month("2026-12").sum_of_rounded.amount == Decimal("16.35")


def test_the_whole_month_at_the_last_tier(world):
    w = world(HEAD + 'tier_mode = "whole"\n' + TIERS)
    w.calls(w.row("2026-10-01T10:00:00", 900),
            w.row("2026-10-02T10:00:00", 60, callee="442071234567"))
    m = w.month()
    # usage 22.50 + 10.00, the connection fee of 0.50 is not multiplied
    assert m.sum_of_rounded.amount == Decimal("33.00")
    assert m.tier_difference.amount == Decimal("-3.25")
    assert m.total.amount == Decimal("29.75")
    assert w.store.accrue("2026-10") == 2
    assert w.store.accrue("2026-10") == 0
    assert w.costs()[""] == Decimal("-3.25")
    w.sums_agree()


# ---- commitment ----

COMMITMENT = 'commitment = "100"\n'


def test_a_shortfall_is_posted_once_and_corrected(world):
    w = world(HEAD + COMMITMENT)
    w.calls(w.row("2026-10-01T10:00:00", 600))            # 15.00
    assert w.month().shortfall.amount == Decimal("85.00")
    assert w.month().total.amount == Decimal("100.00")
    assert w.store.accrue("2026-10") == 2
    assert w.store.accrue("2026-10") == 0
    assert w.costs()[""] == Decimal("85.00")
    w.sums_agree()
    # a late file: the next run posts the difference, and the sum is the same
    w.calls(w.row("2026-10-30T10:00:00", 60))
    w.verify()
    assert w.store.accrue("2026-10") == 2
    assert w.costs()[""] == Decimal("83.50")
    assert sum(w.costs().values()) == Decimal("100.00")
    w.sums_agree()


def test_enough_calls_leave_no_shortfall(world):
    w = world(HEAD + COMMITMENT)
    w.calls(w.row("2026-10-01T10:00:00", 60 * 70))
    assert w.month().shortfall.amount == 0
    assert w.store.accrue("2026-10") == 0


def test_a_month_that_is_not_over_owes_nothing_yet(world):
    w = world(HEAD + COMMITMENT)
    now = dt.datetime.now(MOSCOW)
    assert w.store.accrue(f"{now.year}-{now.month:02d}") == 0
    with pytest.raises(Refused) as caught:
        w.store.accrue(f"{now.year + 1}-01")
    assert "has not begun" in str(caught.value)


# ---- attempts ----

def test_an_attempt_costs_its_fee(world):
    w = world(HEAD + 'attempt_fee = "0.05"\n')
    w.calls(w.row("2026-10-01T10:00:00", 0, answered=False),
            w.row("2026-10-01T10:01:00", 0, answered=False, callee="anon"),
            w.row("2026-10-01T10:02:00", 60))
    m = w.month()
    assert (m.calls, m.attempts) == (3, 2)
    assert w.costs()["Kazan"] == Decimal("1.60")
    w.sums_agree()


def test_without_a_fee_an_attempt_is_no_charge(world):
    w = world(HEAD)
    w.calls(w.row("2026-10-01T10:00:00", 0, answered=False))
    assert w.month().calls == 0
    assert w.store.unrated() == []


# ---- exchange ----

DOLLARS = HEAD.replace(
    'carrier = "north"\ncurrency = "RUB"\n',
    'carrier = "north"\ncurrency = "USD"\ndecimals = 4\n'
    'convert_to = "RUB"\n')
DOLLAR_SHEET = """prefix,destination,rate,currency,first_inc,next_inc
44,UK,0.0123,USD,1,1
"""
RATES = b"""date,currency,to,rate
2026-10-05,USD,RUB,92.5
2026-10-07,USD,RUB,100
"""


def test_a_charge_is_converted_by_the_rate_of_its_day(world):
    w = world(DOLLARS, DOLLAR_SHEET)
    result = w.store.import_exchange(RATES)
    assert result.counts.rows_stored == 2
    uk = "442071234567"
    w.calls(w.row("2026-10-05T10:00:00", 61, callee=uk),
            w.row("2026-10-06T23:59:59", 61, UFA, callee=uk),
            w.row("2026-10-07T00:00:00", 600, PERM, callee=uk))
    costs = w.costs()
    assert costs["Kazan"] == Decimal("1.16")
    assert costs["Ufa"] == Decimal("1.16")
    assert costs["Perm"] == Decimal("12.30")
    m = w.month()
    assert m.sum_of_rounded == trunkwise.Money(Decimal("0.1480"), "USD")
    assert m.converted == trunkwise.Money(Decimal("14.62"), "RUB")
    w.sums_agree()


def test_without_a_rate_there_is_no_price(world):
    w = world(DOLLARS, DOLLAR_SHEET)
    w.store.import_exchange(RATES)
    row = w.row("2026-10-04T10:00:00", 61, callee="442071234567")
    batch = w.calls(row, w.row("2026-10-04T11:00:00", 60, callee="33123"))
    unrated = {r.kind: r.detail for r in w.store.unrated()}
    assert "exchange rate" in unrated["no_exchange"]
    assert "no_price" in unrated
    w.store.import_exchange(b"date,currency,to,rate\n"
                            b"2026-10-01,USD,RUB,90\n")
    w.store.undo_import(batch)
    w.calls(row)
    assert w.costs()["Kazan"] == Decimal("1.13")


def test_explain_converts_by_the_rate_of_the_day(world, command):
    w = world(DOLLARS, DOLLAR_SHEET)
    w.store.import_exchange(RATES)
    arguments = ("rating", "explain", w.path, "442071234567", "--seconds",
                 "61", "--at")
    row = command(*arguments, "2026-10-06T10:00:00+03:00", "--json",
                  check=0).json["candidates"][0]
    assert (row["cost"], row["currency"]) == ("0.0125", "USD")
    assert row["converted"] == {"cost": "1.16", "currency": "RUB"}
    out = command(*arguments, "2026-10-06T10:00:00+03:00", check=0).out
    assert "0.0125 USD = 1.16 RUB" in out
    row = command(*arguments, "2026-10-04T10:00:00+03:00", "--json",
                  check=1).json["candidates"][0]
    assert row["verdict"] == "TW_ENOPRICE"
    deck = w.store.deck("north")
    at = dt.datetime(2026, 10, 7, tzinfo=MOSCOW)
    assert w.store.exchange_rate(deck, at=at) == 100
    with pytest.raises(trunkwise.NoPrice):
        w.store.exchange_rate(deck, at=at - dt.timedelta(days=3))


def test_a_stored_call_is_explained_with_its_note(world, command):
    w = world(DOLLARS.replace('convert_to = "RUB"\n', "") + BUNDLE,
              DOLLAR_SHEET)
    w.calls(w.row("2026-10-05T10:00:00", 61, callee="442071234567"))
    out = command("call", "explain", w.path, "c1", check=0).out
    assert "charged 0.0125 USD" in out


def test_rates_are_never_changed(world):
    w = world(HEAD)
    w.store.import_exchange(RATES)
    again = w.store.import_exchange(RATES)
    assert again.counts.duplicates == 2
    other = w.store.import_exchange(
        b"date;currency;to;rate\n2026-10-05;USD;RUB;92.6\n"
        b"2026-10-09;USD;RUB;93\n")
    assert other.counts.conflicts == 1
    assert other.counts.rows_held == 1
    assert other.counts.rows_stored == 0
    assert "92.5" in other.rejects[0].reason


@pytest.mark.parametrize("row, column", [
    ("2026-13-01,USD,RUB,1", "date"), ("05.10.2026,USD,RUB,1", "date"),
    ("2026-10-05,usd,RUB,1", "currency"), ("2026-10-05,USD,,1", "to"),
    ("2026-10-05,USD,USD,1", "to"), ("2026-10-05,USD,RUB,0", "rate"),
    ('2026-10-05,USD,RUB,"92,5"', "rate"), ("2026-10-05,USD,RUB,-1", "rate"),
    ("2026-10-05,USD,RUB,1e2", "rate"), ("2026-10-05,USD", "to"),
])
def test_a_bad_rate_is_refused_by_name(world, row, column):
    w = world(HEAD)
    result = w.store.import_exchange(
        f"date,currency,to,rate\n2026-10-01,USD,RUB,90\n{row}\n".encode())
    assert result.counts.rows_rejected == 1
    assert result.counts.rows_held == 1
    assert (result.rejects[0].line, result.rejects[0].column) == (3, column)


def test_a_file_of_rates_needs_its_header(world):
    w = world(HEAD)
    for data in (b"", b"2026-10-05,USD,RUB,92.5\n",
                 b"date,currency,to,rate,price\n"):
        with pytest.raises(trunkwise.ParseError):
            w.store.import_exchange(data)


# ---- totals ----

def test_rounded_sum_against_sum_of_rounded(world):
    w = world(HEAD + 'invoice_total = "rounded_sum"\n',
              SHEET.replace("60,60,", "1,1,"))
    # 1 s at 1.50 a minute is 0.025, rounded 0.03
    w.calls(*(w.row(f"2026-10-01T10:00:{i:02d}", 1) for i in range(10)))
    m = w.month()
    assert m.sum_of_rounded.amount == Decimal("0.30")
    assert m.rounded_sum.amount == Decimal("0.25")
    assert m.difference.amount == Decimal("-0.05")
    assert m.total.amount == Decimal("0.25")


def test_the_month_is_of_the_answer_in_the_tariffs_zone(world):
    w = world(HEAD)
    w.calls(w.row("2026-09-30T23:59:59", 60), w.row("2026-10-01T00:00:00", 60),
            w.row("2026-10-31T23:59:59", 60), w.row("2026-11-01T00:00:00", 60))
    assert [w.month(m).calls for m in ("2026-09", "2026-10", "2026-11")] == [
        1, 2, 1]


def test_total_of_nothing_and_of_nobody(world):
    w = world(HEAD)
    assert w.month().total == trunkwise.Money(Decimal(0), "RUB")
    with pytest.raises(trunkwise.NotFound):
        w.store.tariff_total("south", month="2026-10")
    with pytest.raises(trunkwise.ParseError):
        w.store.tariff_total("north", month="October")


def test_commands(world, command, tmp_path):
    w = world(HEAD + COMMITMENT + TIERS + BUNDLE)
    w.calls(w.row("2026-10-01T10:00:00", 900))
    total = command("tariff", "total", w.path, "--tariff", "north",
                    "--month", "2026-10", "--json", check=0).json
    assert total["sum_of_rounded"] == "7.50"
    assert total["shortfall"] == "92.50"
    assert total["total"] == "100.00"
    assert total["tier"] == {"mode": "graduated", "from_s": 0,
                             "percent": "100", "difference": "0.00"}
    assert total["bundles"] == [{
        "bundle": "free", "period": "month",
        "from": "2026-10-01T00:00:00+03:00",
        "to": "2026-11-01T00:00:00+03:00", "seconds": 600, "used_s": 600,
        "left_s": 0}]
    for lang, word in (("en", "commitment"), ("ru", "обязательный минимум")):
        text = command("tariff", "total", w.path, "--tariff", "north",
                       "--month", "2026-10", "--lang", lang, check=0).out
        assert word in text and "92.50 RUB" in text
    rates = tmp_path / "rates.csv"
    rates.write_bytes(RATES)
    result = command("exchange", "import", w.path, rates, "--json", check=0)
    assert result.json["rows_stored"] == 2
    rates.write_text("date,currency,to,rate\n2026-10-05,USD,RUB,1\n")
    result = command("exchange", "import", w.path, rates, check=1)
    assert "line 2, rate" in result.err


# ---- older stores ----

def test_postings_of_an_older_store_are_kept(tmp_path):
    path = tmp_path / "old.db"
    schema = SOURCE / "src" / "store" / "schema"
    db = sqlite3.connect(path)
    for name in ("0001_directory.sql", "0002_calls.sql", "0003_tariffs.sql"):
        db.executescript((schema / name).read_text())
    db.executescript("""
        PRAGMA application_id = 1415017332;
        PRAGMA user_version = 3;
        INSERT INTO posting VALUES
            (1, 1, 1, 0, 7, 'RUB', 3, 0, 202610, 0, 0, 5, 'a'),
            (2, 1, 2, 0, -7, 'RUB', 3, 0, 202610, 0, 0, 5, 'a');
    """)
    columns = ("id, entry, account_kind, account, amount_nanos, currency, "
               "kind, correction, month, batch, subject, made_us, reference")
    ask = f"SELECT {columns} FROM posting ORDER BY id"
    before = db.execute(ask).fetchall()
    db.close()
    with Store(path) as store:
        assert all(v.holds for v in store.verify()
                   if v.invariant == "ledger_sum_zero")
    db = sqlite3.connect(path)
    assert db.execute(ask).fetchall() == before
    for change in ("UPDATE posting SET amount_nanos = 1",
                   "DELETE FROM posting"):
        with pytest.raises(sqlite3.IntegrityError):
            db.execute(change)
    insert = ("INSERT INTO posting VALUES (?, 2, 1, 0, 1, 1, 0, 'RUB', ?, 0, "
              "202610, 0, 0, 0, 0, 5, 0, 'b')")
    db.execute(insert, (9, 6))
    with pytest.raises(sqlite3.IntegrityError):
        db.execute(insert, (10, 8))
    db.close()


# ---- a host without a store ----

def test_the_example_of_bundles():
    import doctest
    assert doctest.testmod(trunkwise.usage).attempted
    assert not doctest.testmod(trunkwise.usage).failed


def test_bundles_in_python():
    bundles = Bundles(zone="Europe/Moscow")
    bundles.add(7, minutes=1, period="day", departments=[3])
    bundles.add(8, minutes=Decimal("0.5"), prefixes=["7916"])
    at = dt.datetime(2026, 10, 5, 23, 59, tzinfo=MOSCOW)
    assert bundles.left("79161234567", answer=at) == 30
    assert bundles.left("79161234567", answer=at, department=3) == 90
    uses = bundles.take("79161234567", answer=at, department=3, seconds=70)
    assert [(u.bundle, u.seconds) for u in uses] == [(7, 60), (8, 10)]
    assert bundles.left("79161234567", answer=at, department=3) == 20
    other = Bundles(zone="Europe/Moscow")
    other.add(7, minutes=1, period="day", departments=[3])
    other.add(8, minutes=Decimal("0.5"), prefixes=["7916"])
    other.restore(bundles.state())
    assert other.left("79161234567", answer=at, department=3) == 20
    bundles.give_back(uses)
    assert bundles.left("79161234567", answer=at, department=3) == 90
    with pytest.raises(trunkwise.OutOfRange):
        bundles.take("79161234567", answer=at, seconds=91)
    with pytest.raises(ValueError):
        bundles.add(9, minutes=Decimal("0.001"))
    with pytest.raises(ValueError):
        bundles.left("79161234567", answer=dt.datetime(2026, 10, 5))
