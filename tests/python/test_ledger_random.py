"""A ledger under a random life: imports in any order and twice, undo, closes,
seals, new prices, re-rating, rents that change. After each step every
invariant holds, closed months are what they were to the kopeck, postings sum
to zero, and all months together are what plain Python makes of the calls."""

from __future__ import annotations

import datetime as dt
import os
import random
import sqlite3
from collections import defaultdict
from decimal import Decimal

import pytest

import trunkwise

LONG = bool(os.environ.get("TW_TEST_LONG"))
STEPS = 1000 if LONG else 120
SEEDS = range(20 if LONG else 2)

MONTHS = [f"2026-{m:02d}" for m in range(5, 11)]
#: In which everything is posted that is of no earlier open month.
REST = "2026-11"
HEAD = "call_id,start,duration,caller,callee,extension\n"
SHEET = ("prefix,destination,rate,currency,effective_from,effective_to,"
         "first_inc,next_inc,connect_fee\n79,Mobile,{price},RUB,,,1,1,0\n")
DIRECTORY = """\
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
[[number]]
number = "78432000001"
carrier = "north"
department = "Kazan"
rent = "{rent}"
"""


class Model:
    """What a store must come to, without any of its machinery."""

    def __init__(self, dice: random.Random) -> None:
        self.pool = {f"c{i}": (dice.choice(MONTHS), dice.randint(1, 28),
                               dice.randint(0, 23), dice.randint(1, 9),
                               dice.choice(("101", "102", "103")))
                     for i in range(400)}
        self.price: Decimal | None = None
        self.owners = {"101": "Kazan", "102": "Ufa"}
        self.rents: dict[str, Decimal] = {}
        #: live calls: what they cost (None: no price) and whose they are
        self.live: dict[str, tuple[Decimal | None, str]] = {}
        self.batches: dict[int, list[str]] = {}

    def row(self, name: str) -> str:
        month, day, hour, minutes, extension = self.pool[name]
        return (f"{name},{month}-{day:02d}T{hour:02d}:30:00+03:00,"
                f"{60 * minutes},{extension},79161234567,{extension}\n")

    def cost(self, name: str) -> Decimal | None:
        return self.price and self.price * self.pool[name][3]

    def take_in(self, batch: int | None, names: list[str]) -> None:
        fresh = [n for n in dict.fromkeys(names) if n not in self.live]
        for name in fresh:
            owner = self.owners.get(self.pool[name][4], "")
            self.live[name] = self.cost(name), owner
        if fresh:
            assert batch
            self.batches[batch] = fresh

    def rerate(self, month: str) -> None:
        for name, (_, owner) in self.live.items():
            if self.pool[name][0] == month:
                owner = owner or self.owners.get(self.pool[name][4], "")
                self.live[name] = self.cost(name), owner

    def totals(self) -> dict[str, Decimal]:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        sums["Kazan"] += sum(self.rents.values())
        for cost, owner in self.live.values():
            sums[owner] += cost or 0
        return {name: value for name, value in sums.items() if value}


class Life:
    def __init__(self, folder, seed: int) -> None:
        self.dice = random.Random(seed)
        self.model = Model(self.dice)
        self.path = folder / "random.db"
        self.deployment = folder / "d.toml"
        self.store = trunkwise.Store(self.path, create=True, actor="random")
        self.closed: dict[str, trunkwise.report.ExpenseReport] = {}
        self.accrued: set[str] = set()
        self.applied = -1
        self.apply(0)

    def apply(self, month: int) -> None:
        """Another rent from the beginning of a month on."""
        rent = Decimal(self.dice.randint(1, 900))
        self.deployment.write_text(DIRECTORY.format(rent=rent))
        at = dt.datetime.fromisoformat(f"{MONTHS[month]}-01T00:00:00+03:00")
        self.store.apply(trunkwise.Deployment.load(self.deployment), at=at)
        self.applied = month
        for name in MONTHS[month:] + [REST]:
            self.model.rents[name] = rent
        # verify asks for it: what was accrued is not what is owed now
        for name in sorted(self.accrued - self.closed.keys()):
            self.store.accrue(name)

    # ---- what may happen ----

    def take_in(self) -> None:
        names = self.dice.choices(list(self.model.pool),
                                  k=self.dice.randint(1, 30))
        text = HEAD + "".join(map(self.model.row, names))
        done = self.store.import_calls(text.encode(), preset="native")
        fresh = len(set(names) - set(self.model.live))
        assert done.counts.rows_stored == fresh
        assert done.counts.duplicates == len(names) - fresh
        assert not done.counts.conflicts and not done.counts.rows_rejected
        self.model.take_in(done.extra["batch"], names)

    def take_back(self) -> None:
        if not self.model.batches:
            return
        batch = self.dice.choice(list(self.model.batches))
        self.store.undo_import(batch)
        for name in self.model.batches.pop(batch):
            del self.model.live[name]

    def close(self) -> None:
        if len(self.closed) == len(MONTHS) or self.dice.random() < 0.6:
            return
        month = MONTHS[len(self.closed)]
        before = self.store.expenses(month)
        self.store.close_period(month)
        self.closed[month] = self.store.expenses(month)
        assert [(r.department, r.total) for r in before.rows] == [
            (r.department, r.total) for r in self.closed[month].rows]

    def seal(self) -> None:
        self.store.seal_periods()

    def reprice(self) -> None:
        price = Decimal(self.dice.randint(1, 999)) / 100
        while price == self.model.price:
            price += 1
        self.store.import_tariff(SHEET.format(price=price).encode(),
                                 tariff="t", carrier="north",
                                 starts="2026-05-01")
        self.model.price = price

    def rerate(self) -> None:
        month = self.dice.choice(MONTHS)
        before = dict(self.model.live)
        self.model.rerate(month)
        moved = sum(before[n] != v for n, v in self.model.live.items())
        trial = self.store.rerate(month, dry_run=True)
        assert trial.run is None and trial.changed == moved
        done = self.store.rerate(month, reason="random")
        assert done.changed == moved and (done.run is None) == (not moved)
        assert self.store.rerate(month).changed == 0
        assert sum(d.difference for d in done.departments) == sum(
            (v[0] or 0) - (before[n][0] or 0)
            for n, v in self.model.live.items())

    def own(self) -> None:
        """The extension that nobody owned gets its owner."""
        if "103" in self.model.owners or self.dice.random() < 0.8:
            return
        self.store.import_departments(
            b"match_kind,match,department,city,from,to\n"
            b"extension,103,Ufa,,,\n")
        self.model.owners["103"] = "Ufa"

    def rent(self) -> None:
        if self.applied + 1 >= len(MONTHS) or self.dice.random() < 0.7:
            return
        month = self.dice.randint(self.applied + 1, len(MONTHS) - 1)
        if month >= len(self.closed):
            self.apply(month)
            return
        rents, applied = dict(self.model.rents), self.applied
        with pytest.raises(trunkwise.Error, match="closed"):
            self.apply(month)
        self.model.rents, self.applied = rents, applied

    def accrue(self) -> None:
        months = [m for m in MONTHS if m not in self.closed]
        if months:
            self.accrued.add(month := self.dice.choice(months))
            day = f"{month}-{self.dice.randint(1, 28):02d}"
            self.store.accrue(month, through=self.dice.choice((None, day)))

    # ---- what must be ----

    def check(self) -> None:
        assert [v for v in self.store.verify() if not v.holds] == []
        for month, report in self.closed.items():
            assert self.store.expenses(month) == report, month
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for month in MONTHS + [REST]:
            for row in self.store.expenses(month).rows:
                sums[row.department] += row.total
        assert {k: v for k, v in sums.items() if v} == self.model.totals()
        with sqlite3.connect(f"file:{self.path}?mode=ro", uri=True) as db:
            for column in ("amount", "net", "vat"):
                assert sum(n for n, in db.execute(
                    f"SELECT {column}_nanos FROM posting")) == 0
        db.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_life(tmp_path, seed):
    life = Life(tmp_path, seed)
    life.store.import_departments(
        b"match_kind,match,department,city,from,to\n"
        b"extension,101,Kazan,,,\nextension,102,Ufa,,,\n")
    happens = [life.take_in] * 6 + [life.take_back] * 2 + [
        life.close, life.seal, life.reprice, life.rerate, life.rerate,
        life.own, life.rent, life.accrue]
    done = []
    for _ in range(STEPS):
        step = life.dice.choice(happens)
        done.append(step.__name__)
        try:
            step()
            life.check()
        except Exception:
            print("steps:", *done)
            raise
    life.store.close()
