"""A month that is accrued day by day: the command, what reports say of it, and
random months held against plain fractions: whatever is accrued when, and
whatever the directory learns between, the close leaves what posting it at once
would have left."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import sqlite3
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from math import floor
from zoneinfo import ZoneInfo

import pytest

import trunkwise
from conftest import SOURCE
from test_ledger import COMPANY, RENTED, command

MOSCOW = ZoneInfo("Europe/Moscow")
MONTH = "2026-10"
LONG = bool(os.environ.get("TW_TEST_LONG"))


@pytest.fixture
def office(tmp_path):
    (tmp_path / "d.toml").write_text(COMPANY + RENTED)
    with trunkwise.Store(tmp_path / "office.db", create=True) as store:
        store.apply(trunkwise.Deployment.load(tmp_path / "d.toml"),
                    at=dt.datetime(2026, 9, 1, tzinfo=MOSCOW))
    return tmp_path


def accrue(folder, *words):
    code, out, err = command(folder, "period", "accrue", "office.db",
                             "--month", MONTH, *words)
    return code, out, err


def said(folder, *words):
    code, out, err = command(folder, *words, "--json")
    assert code == 0, err
    return json.loads(out)


# ---- the command ----

def test_through_a_day(office):
    code, out, err = accrue(office, "--through", "2026-10-15", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "month": MONTH, "postings": 2, "running": False,
        "through": "2026-10-15", "posted": "150.00", "currency": "RUB"}
    code, out, _ = accrue(office, "--through", "2026-10-15")
    assert out.splitlines() == [
        f"0 postings for {MONTH}.",
        f"{MONTH} is accrued through 2026-10-15: rents, fees and recurring "
        "items of 150.00 RUB."]
    code, out, _ = accrue(office, "--through", "2026-10-16", "--lang", "ru")
    assert out.splitlines() == [
        f"Проводок за {MONTH}: 2.",
        f"{MONTH}: начислено по 2026-10-16, аренды, разовых и повторяющихся "
        "платежей на 160.00 RUB."]
    assert said(office, "verify", "office.db")["holds"]
    journal = said(office, "journal", "export", "office.db", "--month",
                   MONTH, "--open")
    assert [(t["net"], t["currency"]) for t in journal["totals"]] == [
        ("160.00", "RUB")]


@pytest.mark.parametrize("through, words", [
    ("2026-09-30", "2026-09-30 is no day of 2026-10"),
    ("2026-10-32", "'2026-10-32' is no day; write 2026-10-15"),
    ("tomorrow", "'tomorrow' is no day; write 2026-10-15"),
    ("", "'' is no day; write 2026-10-15"),
])
def test_days_that_are_refused(office, through, words):
    code, out, err = accrue(office, "--through", through)
    assert (code, out) == (2, "")
    assert "through" in err and words in err
    assert said(office, "verify", "office.db")["holds"]
    code, out, _ = accrue(office, "--json")
    assert json.loads(out)["postings"] == 2


def test_the_running_month(office):
    """By its own days, whatever day it is."""
    today = dt.datetime.now(MOSCOW)
    month = f"{today:%Y-%m}"
    done = said(office, "period", "accrue", "office.db", "--month", month)
    if dt.datetime.now(MOSCOW).date() != today.date():
        pytest.skip("midnight went by")
    over = today.day - 1
    assert done["running"] is True
    assert done["through"] == (f"{month}-{over:02d}" if over else None)
    assert done["postings"] == (2 if over else 0)
    tomorrow = today + dt.timedelta(days=1)
    code, _, err = command(office, "period", "accrue", "office.db", "--month",
                           f"{tomorrow:%Y-%m}", "--through",
                           f"{tomorrow:%Y-%m-%d}")
    assert code == 2 and "has not begun" in err


def test_what_the_report_says(office):
    assert said(office, "report", "expenses", "office.db", "--month",
                MONTH)["accrued"] == []
    accrue(office, "--through", "2026-10-10")
    report = said(office, "report", "expenses", "office.db", "--from",
                  "2026-09", "--to", "2026-11")
    assert report["accrued"] == [
        {"month": MONTH, "through": "2026-10-10", "posted": "100.00",
         "currency": "RUB"}]
    report = said(office, "report", "expenses", "office.db", "--month", MONTH)
    assert report["rows"][0]["rent"] == "310.00"
    days = said(office, "report", "expenses", "office.db", "--month", MONTH,
                "--per", "day")["rows"]
    assert sum(Fraction(r["rent"]) for r in days[:10]) == 100
    for words, note in (((), "Accrued of the rents of October 2026 is "
                             "100.00 RUB, through 2026-10-10"),
                        (("--lang", "ru"), "Из аренды за октябрь 2026 "
                         "начислено 100,00 RUB, по 10.10.2026")):
        _, out, _ = command(office, "report", "expenses", "office.db",
                            "--month", MONTH, *words)
        assert note in out
    accrue(office)
    _, out, _ = command(office, "report", "expenses", "office.db", "--month",
                        MONTH)
    assert "Accrued" not in out
    with trunkwise.Store(office / "office.db", readonly=True) as store:
        assert store.accrued(MONTH) == trunkwise.Accrual(
            MONTH, "2026-10-31", True, 310, "RUB")


def test_a_store_of_before(office):
    """What an older trunkwise posted was the month to its end."""
    accrue(office)
    with sqlite3.connect(office / "office.db") as db:
        step, = db.execute("PRAGMA user_version").fetchone()
        sql = next((SOURCE / "src/store/schema").glob(
            "*_accrual.sql")).read_text().partition("\n-- On which day")[0]
        db.execute("DROP TABLE accrual")
        db.executescript(sql)
        assert db.execute("SELECT * FROM accrual").fetchall() == [
            (202610, 20261031)]
        assert step == db.execute("PRAGMA user_version").fetchone()[0]
    db.close()
    assert said(office, "verify", "office.db")["holds"]
    assert json.loads(accrue(office, "--json")[1])["postings"] == 0


# ---- months that begin on another day ----

def test_a_billing_day(tmp_path):
    """The page's example, to the kopeck."""
    (tmp_path / "d.toml").write_text(COMPANY + RENTED.replace(
        'name = "north"', 'name = "north"\nbilling_day = 10').replace(
            "310.00", "300.00"))
    with trunkwise.Store(tmp_path / "office.db", create=True) as store:
        store.apply(trunkwise.Deployment.load(tmp_path / "d.toml"),
                    at=dt.datetime(2025, 1, 1, tzinfo=MOSCOW))

        def rents(month, **words):
            return [r.rent for r in store.expenses(month, **words).rows]

        assert rents("2025-10") == [Decimal("302.90")]
        assert rents("2025-11") == [Decimal("297.10")]
        assert sum(rents("2025-10", per="day")) == Decimal("302.90")
        assert sum(rents("2025-10", last_month="2025-11",
                         per="day")[9:40]) == 300
        # each period once: the two halves of the first and the last one
        year = sum(rents("2025-03", last_month="2026-02"))
        assert year == 12 * 300 + sum(rents("2025-03", per="day")[:9]) - sum(
            rents("2026-03", per="day")[:9])


@pytest.mark.parametrize("day", ["0", "29", "-1", "10.5", '"10"'])
def test_billing_days_that_are_refused(tmp_path, day):
    (tmp_path / "d.toml").write_text(
        COMPANY + f'[[carrier]]\nname = "north"\nbilling_day = {day}\n')
    with trunkwise.Store(tmp_path / "office.db", create=True) as store:
        with pytest.raises(trunkwise.Error) as caught:
            store.apply(trunkwise.Deployment.load(tmp_path / "d.toml"))
    assert caught.value.field == "carrier[0].billing_day"


# ---- random months against fractions ----

DEPARTMENTS = ("Kazan", "Ufa", "Omsk")
ITEMS = ("78432000001", "78432000002", "seats")
BILLING = (None, None, 1, 2, 10, 15, 28)


class Config:
    """What the directory says from one moment on."""

    def __init__(self, dice: random.Random, billing: bool) -> None:
        days = BILLING if billing else (None,)
        self.parties = {name: (dice.choice(("net", "gross")),
                               dice.choice((0, 10, 20, 22)),
                               dice.choice(days))
                        for name in ("north", "cloud")}
        self.items = {}
        for item in ITEMS:
            rent = dice.choice((0, 1, 15, 10000, dice.randint(1, 99999)))
            shares = dice.sample(DEPARTMENTS, dice.randint(0, 3))
            cuts = sorted(dice.sample(range(1, 100), max(len(shares) - 1,
                                                         0)))
            owner = dice.choice(DEPARTMENTS + ("",))
            parts = [(name, dice.randint(1, 4) if item == "seats"
                      else Fraction(b - a, 100))
                     for name, a, b in zip(shares, [0] + cuts, cuts + [100])]
            self.items[item] = (rent, "" if shares else owner,
                                parts or [(owner, 1)], dice.choice(days))
        self.gone = dice.choice((None, None, "78432000002"))

    def terms(self, item: str) -> tuple[str, int, int]:
        """Mode, percent, and the billing day."""
        mode, percent, billing_day = self.parties[
            "cloud" if item == "seats" else "north"]
        return mode, percent, self.items[item][3] or billing_day or 1

    def deployment(self) -> str:
        def said(billing_day):
            return f"billing_day = {billing_day}\n" if billing_day else ""

        text = COMPANY + "".join(f'[[department]]\nname = "{name}"\n'
                                 for name in DEPARTMENTS)
        for kind, name in (("carrier", "north"), ("vendor", "cloud")):
            mode, percent, billing_day = self.parties[name]
            text += (f'[[{kind}]]\nname = "{name}"\nvat = "{mode}"\n'
                     f'vat_percent = "{percent}"\n{said(billing_day)}')
        for item, (rent, owner, parts, billing_day) in self.items.items():
            if item == self.gone:
                continue
            shared = parts != [(owner, 1)]
            owned = f'department = "{owner}"\n' if owner else ""
            money = f"{rent // 100}.{rent % 100:02d}"
            if item == "seats":
                text += (f'[[recurring]]\nname = "{item}"\nvendor = "cloud"\n'
                         f'amount = "{money}"\n{owned}{said(billing_day)}')
                text += "".join(
                    f'[[recurring.seat]]\ndepartment = "{name}"\n'
                    f"count = {count}\n" for name, count in parts if shared)
                continue
            text += (f'[[number]]\nnumber = "{item}"\ncarrier = "north"\n'
                     f'rent = "{money}"\n{owned}{said(billing_day)}')
            if shared:
                text += f'[[allocation]]\nnumber = "{item}"\n' + "".join(
                    f'[[allocation.share]]\ndepartment = "{name}"\n'
                    f"percent = {100 * part}\n" for name, part in parts)
        return text


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def largest_remainder(parts: list[Fraction]) -> tuple[list[int], bool]:
    """And whether it hangs on who came first."""
    whole = [floor(p) for p in parts]
    rest = [p - w for p, w in zip(parts, whole)]
    order = sorted(range(len(parts)), key=lambda i: -rest[i])
    more = half_up(sum(parts, Fraction(0))) - sum(whole)
    tied = 0 < more < len(parts) and (
        rest[order[more - 1]] == rest[order[more]])
    for i in order[:more]:
        whole[i] += 1
    return whole, tied


def period_of(date: dt.date, billing_day: int) -> tuple[dt.date, dt.date]:
    """Its first day, and the first one of the next."""
    first = date.replace(day=billing_day)
    if first > date:
        first = (first.replace(day=1) - dt.timedelta(days=1)).replace(
            day=billing_day)
    return first, (first.replace(day=28) + dt.timedelta(days=4)).replace(
        day=billing_day)


def earned(versions, item: str, date: dt.date):
    """{(department, VAT, period): (kopecks, VAT)} of all days through one,
    and whether somebody's last kopeck hangs on who came first."""
    parts: dict[tuple, Fraction] = {}
    at = versions[0][0].date()     # whose midnight it began at
    while at <= date:
        midnight = dt.datetime.combine(at, dt.time(), MOSCOW)
        config = [c for since, c in versions if since <= midnight][-1]
        if item != config.gone:
            rent, _, shares, _ = config.items[item]
            mode, percent, billing_day = config.terms(item)
            first, after = period_of(at, billing_day)
            for name, part in shares:
                key = name, (mode, percent), (first, after)
                parts[key] = parts.get(key, Fraction(0)) + Fraction(
                    rent, (after - first).days) * part
        at += dt.timedelta(days=1)
    found, tied = {}, False
    for period in dict.fromkeys(p for _, _, p in parts):
        of_it = {k: v for k, v in parts.items() if k[2] == period}
        running = date < period[1] - dt.timedelta(days=1)
        amounts = list(map(floor, of_it.values()))
        if not running:
            amounts, even = largest_remainder(list(of_it.values()))
            tied |= even
        for vat in dict.fromkeys(v for _, v, _ in of_it):
            keys = [(k, a) for k, a in zip(of_it, amounts) if k[1] == vat]
            exact = [Fraction(a * vat[1], 100 + (vat[0] == "gross") * vat[1])
                     for _, a in keys]
            taxes = list(map(floor, exact))
            if not running:
                taxes, even = largest_remainder(exact)
                tied |= even
            found.update((key, (amount, tax))
                         for (key, amount), tax in zip(keys, taxes))
    return found, tied


def compare(sums, versions, month: dt.date, through: int) -> None:
    """{(item, department): [kopecks, net, VAT]} with those of a month's days;
    where kopecks tie, what the item comes to."""
    expected = owed(versions, month, through, tied := set())
    for item in tied:
        assert sum(v[0] for k, v in sums.items() if k[0] == item) == sum(
            v[0] for k, v in expected.items() if k[0] == item)
    assert {k: v for k, v in sums.items() if k[0] not in tied} == {
        k: v for k, v in expected.items() if k[0] not in tied}


def owed(versions, month: dt.date, through: int, tied: set[str]):
    sums = defaultdict(lambda: [0, 0, 0])
    for item in ITEMS:
        before, _ = earned(versions, item, month - dt.timedelta(days=1))
        now, even = earned(versions, item, month.replace(day=through))
        if even:
            tied.add(item)
        for key, (amount, tax) in now.items():
            old = before.get(key, (0, 0))
            one = sums[item, key[0]]
            one[0] += amount - old[0]
            one[2] += tax - old[1]
            one[1] += amount - old[0] - (key[1][0] == "gross") * (
                tax - old[1])
    return {k: v for k, v in sums.items() if any(v)}


def posted(path, month: dt.date):
    sums = defaultdict(lambda: [0, 0, 0])
    number = month.year * 100 + month.month
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        names = dict(db.execute("SELECT id, name FROM department"))
        rows = db.execute("SELECT reference, account, amount_nanos, "
                          "net_nanos, vat_nanos, of_month FROM posting "
                          "WHERE account_kind = 1 AND month = ?",
                          (number,)).fetchall()
        corrections, = db.execute("SELECT count(*) FROM posting "
                                  "WHERE correction = 1").fetchone()
    db.close()
    for item, account, *amounts, of_month in rows:
        assert of_month == 0
        for i, nanos in enumerate(amounts):
            assert nanos % 10_000_000 == 0
            sums[item, names.get(account, "")][i] += nanos // 10_000_000
    return {k: v for k, v in sums.items() if any(v)}, corrections


class Life:
    """One month after another: accrued through any day, while the directory
    changes, and closed."""

    def __init__(self, folder, seed: int) -> None:
        self.dice, self.folder = random.Random(seed), folder
        self.path = folder / "office.db"
        self.store = trunkwise.Store(self.path, create=True)
        self.billing = seed % 3 > 0
        self.versions: list[tuple[dt.datetime, Config]] = []
        self.apply(dt.datetime(2026, 7, 20, tzinfo=MOSCOW))
        self.store.close_period("2026-07")

    def apply(self, at: dt.datetime) -> None:
        config = Config(self.dice, self.billing)
        (self.folder / "d.toml").write_text(config.deployment())
        self.store.apply(trunkwise.Deployment.load(self.folder / "d.toml"),
                         at=at)
        self.versions.append((at, config))

    def change(self, month: dt.date, days: int) -> None:
        at = dt.datetime(month.year, month.month, self.dice.randint(1, days),
                         self.dice.choice((0, 9)), tzinfo=MOSCOW)
        if at > self.versions[-1][0]:
            self.apply(at)

    def accrue(self, month: dt.date, done: int, days: int,
               known: int) -> int:
        """Corrections only where days that were posted have changed."""
        name = f"{month:%Y-%m}"
        through = self.dice.randint(1, days - 1)
        before = posted(self.path, month)[1]
        self.store.accrue(name, through=f"{name}-{through:02d}")
        assert self.store.accrue(name, through=f"{name}-{through:02d}") == 0
        midnight = dt.datetime(month.year, month.month, max(done, 1),
                               tzinfo=MOSCOW)
        late = done and any(at <= midnight
                            for at, _ in self.versions[known:])
        done = max(done, through)
        sums, corrections = posted(self.path, month)
        compare(sums, self.versions, month, done)
        assert late or corrections == before
        return done

    def month(self, month: dt.date, days: int) -> None:
        done, known = 0, len(self.versions)
        for _ in range(self.dice.randint(2, 8)):
            if self.dice.random() < 0.4:
                self.change(month, days)
                continue
            done = self.accrue(month, done, days, known)
            known = len(self.versions)
            assert all(v.holds for v in self.store.verify())
        name = f"{month:%Y-%m}"
        expected = self.store.expenses(name)
        per_day = self.store.expenses(name, per="day")
        self.store.close_period(name)
        compare(posted(self.path, month)[0], self.versions, month, days)
        closed = self.store.expenses(name)
        assert [(r.department, r.rent, r.net, r.vat) for r in closed.rows] \
            == [(r.department, r.rent, r.net, r.vat) for r in expected.rows]
        assert sum(r.rent for r in per_day.rows) == sum(
            r.rent for r in closed.rows)
        assert all(v.holds for v in self.store.verify())


@pytest.mark.parametrize("seed", range(60 if LONG else 9))
def test_any_way_leads_to_the_same_month(tmp_path, seed):
    life = Life(tmp_path, seed)
    for number, days in ((8, 31), (9, 30), (10, 31)):
        life.month(dt.date(2026, number, 1), days)
    life.store.close()
