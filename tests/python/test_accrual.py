"""A month that is accrued day by day: the command, what reports say of it, and
random months held against plain fractions: whatever is accrued when, and
whatever the directory learns between, the close leaves what posting it at once
would have left."""

from __future__ import annotations

import datetime as dt
import json
import random
import sqlite3
from collections import defaultdict
from fractions import Fraction
from math import floor
from zoneinfo import ZoneInfo

import pytest

import trunkwise
from conftest import BUILD
from test_ledger import COMPANY, RENTED, command

MOSCOW = ZoneInfo("Europe/Moscow")
MONTH, DAYS = "2026-10", 31


def day(number: int, hour: int = 0) -> dt.datetime:
    return dt.datetime(2026, 10, 1, hour, tzinfo=MOSCOW) + dt.timedelta(
        days=number - 1)


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
        sql = next((BUILD.parent.parent / "src/store/schema").glob(
            "*_accrual.sql")).read_text()
        db.execute("DROP TABLE accrual")
        db.executescript(sql)
        assert db.execute("SELECT * FROM accrual").fetchall() == [
            (202610, 20261031)]
        assert step == db.execute("PRAGMA user_version").fetchone()[0]
    db.close()
    assert said(office, "verify", "office.db")["holds"]
    assert json.loads(accrue(office, "--json")[1])["postings"] == 0


# ---- random months against fractions ----

DEPARTMENTS = ("Kazan", "Ufa", "Omsk")


class Config:
    """What the directory says from one moment on."""

    def __init__(self, dice: random.Random) -> None:
        self.vat = {name: (dice.choice(("net", "gross")),
                           dice.choice((0, 10, 20, 22)))
                    for name in ("north", "cloud")}
        self.items = {}
        for item in ("78432000001", "78432000002", "seats"):
            rent = dice.choice((0, 1, 15, 10000, dice.randint(1, 99999)))
            shares = dice.sample(DEPARTMENTS, dice.randint(0, 3))
            cuts = sorted(dice.sample(range(1, 100), max(len(shares) - 1,
                                                         0)))
            owner = dice.choice(DEPARTMENTS + ("",))
            parts = [(name, dice.randint(1, 4) if item == "seats"
                      else Fraction(b - a, 100))
                     for name, a, b in zip(shares, [0] + cuts, cuts + [100])]
            self.items[item] = (rent, "" if shares else owner,
                                parts or [(owner, 1)])
        self.gone = dice.choice((None, None, "78432000002"))

    def deployment(self) -> str:
        text = COMPANY + "".join(f'[[department]]\nname = "{name}"\n'
                                 for name in DEPARTMENTS)
        for kind, name in (("carrier", "north"), ("vendor", "cloud")):
            mode, percent = self.vat[name]
            text += (f'[[{kind}]]\nname = "{name}"\nvat = "{mode}"\n'
                     f'vat_percent = "{percent}"\n')
        for item, (rent, owner, parts) in self.items.items():
            if item == self.gone:
                continue
            shared = parts != [(owner, 1)]
            owned = f'department = "{owner}"\n' if owner else ""
            money = f"{rent // 100}.{rent % 100:02d}"
            if item == "seats":
                text += (f'[[recurring]]\nname = "{item}"\nvendor = "cloud"\n'
                         f'amount = "{money}"\n{owned}')
                text += "".join(
                    f'[[recurring.seat]]\ndepartment = "{name}"\n'
                    f"count = {count}\n" for name, count in parts if shared)
                continue
            text += (f'[[number]]\nnumber = "{item}"\ncarrier = "north"\n'
                     f'rent = "{money}"\n{owned}')
            if shared:
                text += f'[[allocation]]\nnumber = "{item}"\n' + "".join(
                    f'[[allocation.share]]\ndepartment = "{name}"\n'
                    f"percent = {100 * part}\n" for name, part in parts)
        return text


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def largest_remainder(parts: list[Fraction]) -> list[int]:
    whole = [floor(p) for p in parts]
    order = sorted(range(len(parts)), key=lambda i: whole[i] - parts[i])
    for i in order[:half_up(sum(parts, Fraction(0))) - sum(whole)]:
        whole[i] += 1
    return whole


def owed(versions, through: int):
    """{(item, department): [kopecks, net, VAT]} of the days through one."""
    sums = defaultdict(lambda: [0, 0, 0])
    for item in ("78432000001", "78432000002", "seats"):
        parts: dict[tuple, Fraction] = {}
        for number in range(1, through + 1):
            config = [c for at, c in versions if at <= day(number)][-1]
            if item == config.gone:
                continue
            rent, _, shares = config.items[item]
            vat = config.vat["cloud" if item == "seats" else "north"]
            for name, part in shares:
                key = name, vat
                if part:
                    parts[key] = parts.get(key, Fraction(0)) + (
                        Fraction(rent, DAYS) * part)
        amounts = ([floor(p) for p in parts.values()] if through < DAYS
                   else largest_remainder(list(parts.values())))
        taxes = [Fraction(a * percent, 100 + (mode == "gross") * percent)
                 for a, (_, (mode, percent)) in zip(amounts, parts)]
        terms = {}
        for i, (_, vat) in enumerate(parts):
            terms.setdefault(vat, []).append(i)
        for places in terms.values():
            exact = [taxes[i] for i in places]
            for i, tax in zip(places, map(floor, exact) if through < DAYS
                              else largest_remainder(exact)):
                taxes[i] = tax
        for (name, (mode, _)), amount, tax in zip(parts, amounts, taxes):
            one = sums[item, name]
            one[0] += amount
            one[1] += amount - (tax if mode == "gross" else 0)
            one[2] += tax
    return {k: v for k, v in sums.items() if any(v)}


def posted(path):
    sums = defaultdict(lambda: [0, 0, 0])
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        names = dict(db.execute("SELECT id, name FROM department"))
        rows = db.execute("SELECT reference, account, amount_nanos, "
                          "net_nanos, vat_nanos FROM posting "
                          "WHERE account_kind = 1").fetchall()
        corrections, = db.execute("SELECT count(*) FROM posting "
                                  "WHERE correction = 1").fetchone()
    db.close()
    for item, account, *amounts in rows:
        for i, nanos in enumerate(amounts):
            assert nanos % 10_000_000 == 0
            sums[item, names.get(account, "")][i] += nanos // 10_000_000
    return {k: v for k, v in sums.items() if any(v)}, corrections


@pytest.mark.parametrize("seed", range(12))
def test_any_way_leads_to_the_same_month(tmp_path, seed):
    dice = random.Random(seed)
    path = tmp_path / "office.db"
    versions, done, fixed = [], 0, 0
    with trunkwise.Store(path, create=True) as store:
        def apply(at):
            config = Config(dice)
            (tmp_path / "d.toml").write_text(config.deployment())
            store.apply(trunkwise.Deployment.load(tmp_path / "d.toml"), at=at)
            versions.append((at, config))

        apply(day(-10))
        for _ in range(dice.randint(4, 14)):
            if dice.random() < 0.4:
                first = versions[-1][0] + dt.timedelta(hours=1)
                at = day(dice.randint(1, DAYS), dice.choice((0, 9)))
                if at > first:
                    apply(at)
                continue
            through = dice.randint(1, DAYS - 1)
            store.accrue(MONTH, through=f"{MONTH}-{through:02d}")
            assert store.accrue(MONTH, through=f"{MONTH}-{through:02d}") == 0
            late = any(day(1) < at <= day(done) for at, _ in versions[fixed:])
            fixed, before = len(versions), posted(path)[1]
            done = max(done, through)
            sums, corrections = posted(path)
            assert sums == owed(versions, done)
            if not late:
                assert corrections == before
            assert all(v.holds for v in store.verify())
        expected = store.expenses(MONTH)
        store.close_period(MONTH)
        assert posted(path)[0] == owed(versions, DAYS)
        closed = store.expenses(MONTH)
        assert [(r.department, r.rent, r.net, r.vat) for r in closed.rows] \
            == [(r.department, r.rent, r.net, r.vat) for r in expected.rows]
        assert all(v.holds for v in store.verify())
