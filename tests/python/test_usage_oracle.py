"""Random bundles, tiers, batches and undos beside a model of them that was
written from docs/rating.md sections 6 and 7 alone."""

from __future__ import annotations

import datetime as dt
import math
import random
import sqlite3
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

import trunkwise
from test_usage import HEAD, KAZAN, PERM, UFA, World

OWNERS = {KAZAN: "Kazan", UFA: "Ufa", PERM: "Perm"}
ZONE = "Europe/Berlin"          # clocks change in the months below
BERLIN = ZoneInfo(ZONE)
# prefix -> rubles a minute, first and next increment
PRICES = {"79": (Fraction("0.60"), 60, 60), "7843": (Fraction("1.20"), 1, 1),
          "44": (Fraction("3"), 30, 6)}
SHEET = "prefix,rate,currency,first_inc,next_inc\n" + "".join(
    f"{p},{float(r)},RUB,{f},{n}\n" for p, (r, f, n) in PRICES.items())
FIRST = dt.datetime(2026, 9, 20, tzinfo=BERLIN)
DAYS = 75


def period_of(kind: str, when: dt.datetime) -> dt.date:
    """The first day of the period that holds an instant."""
    day = when.astimezone(BERLIN).date()
    if kind == "month":
        return day.replace(day=1)
    return day - dt.timedelta(days=day.weekday()) if kind == "week" else day


def before(kind: str, first: dt.date) -> dt.date:
    last = first - dt.timedelta(days=1)
    if kind == "month":
        return last.replace(day=1)
    return first - dt.timedelta(days=7) if kind == "week" else last


class Bundle:
    def __init__(self, name: str, dice: random.Random):
        self.name = name
        self.period = dice.choice(("month", "week", "day"))
        self.minutes = dice.randrange(0, 12)
        self.prefixes = dice.choice(([], ["79"], ["784", "44"], ["7"]))
        self.departments = dice.choice(([], ["Kazan"], ["Ufa", "Perm"]))
        self.carry = dice.random() < 0.5
        self.start = dice.choice((None, dt.date(2026, 10, 1),
                                  dt.date(2026, 10, 7)))
        self.end = dice.choice((None, dt.date(2026, 11, 2)))

    def toml(self) -> str:
        quoted = [f'"{p}"' for p in self.prefixes]
        lines = ["[[bundle]]", f'name = "{self.name}"', 'tariff = "north"',
                 f"minutes = {self.minutes}", f'period = "{self.period}"']
        if quoted:
            lines.append(f"prefixes = [{', '.join(quoted)}]")
        if self.departments:
            quoted = [f'"{d}"' for d in self.departments]
            lines.append(f"departments = [{', '.join(quoted)}]")
        if self.carry:
            lines.append("carry_over = true")
        if self.start:
            lines.append(f"from = {self.start}")
        if self.end:
            lines.append(f"to = {self.end}")
        return "\n".join(lines) + "\n"

    def has(self, first: dt.date) -> bool:
        return not ((self.start and first < self.start) or
                    (self.end and first >= self.end))

    def pots(self, call: "Call") -> list[dt.date]:
        """Whose minutes the call may use, in order."""
        if self.prefixes and not call.callee.startswith(tuple(self.prefixes)):
            return []
        if self.departments and OWNERS[call.caller] not in self.departments:
            return []
        own = period_of(self.period, call.answer)
        if not self.has(own):
            return []
        last = before(self.period, own)
        return [own] + [last] * (self.carry and self.has(last))


class Call:
    def __init__(self, number: int, dice: random.Random):
        self.id = f"c{number}"
        us = dice.randrange(DAYS * 86_400_000_000)
        self.answer = (FIRST.astimezone(dt.timezone.utc) +
                       dt.timedelta(microseconds=us))
        if dice.random() < 0.2:     # at the edges of days
            day = self.answer.astimezone(BERLIN).replace(
                hour=0, minute=0, second=0, microsecond=0)
            self.answer = day.astimezone(dt.timezone.utc) - dt.timedelta(
                microseconds=dice.randrange(2))
        self.caller = dice.choice(list(OWNERS))
        self.callee = dice.choice(("79161234567", "78431234567",
                                   "442071234567"))
        self.seconds = dice.choice((0, 1, 59, 60, 61, 200, 700, 1500))

    def row(self) -> str:
        at = self.answer.isoformat()
        return (f"{self.id},{at},{at},,{self.caller},{self.callee},"
                f"{self.seconds},answered,outbound\n")

    def charged(self) -> tuple[Fraction, int]:
        price, first, step = next(v for k, v in PRICES.items()
                                  if self.callee.startswith(k))
        if not self.seconds:
            return price, 0
        more = max(self.seconds - first, 0)
        return price, first + math.ceil(Fraction(more, step)) * step


class Model:
    """What the documents say, in fractions."""

    def __init__(self, bundles: list[Bundle], tiers: list[tuple[int, int]]):
        self.bundles, self.tiers = bundles, tiers
        self.pots: dict[tuple[str, dt.date], int] = {}
        self.used: dict[dt.date, int] = {}
        self.live: dict[str, tuple] = {}

    def take(self, call: Call) -> None:
        price, charged = call.charged()
        left, drawn = charged, []
        for bundle in self.bundles:
            for first in bundle.pots(call):
                pot = (bundle.name, first)
                part = min(left, bundle.minutes * 60 - self.pots.get(pot, 0))
                if part > 0:
                    self.pots[pot] = self.pots.get(pot, 0) + part
                    drawn.append((pot, part))
                    left -= part
        month = period_of("month", call.answer)
        cost = Fraction(0)
        for _ in range(left):
            used = self.used.get(month, 0)
            percent = max([(t, p) for t, p in self.tiers if t <= used],
                          default=(0, 100))[1]
            cost += price / 60 * percent / 100
            self.used[month] = used + 1
        self.live[call.id] = (month, left, drawn, cost)

    def give_back(self, call: Call) -> None:
        month, paid, drawn, _ = self.live.pop(call.id)
        self.used[month] = self.used.get(month, 0) - paid
        for pot, part in drawn:
            self.pots[pot] -= part


def stored_costs(path) -> dict[str, int]:
    with sqlite3.connect(path) as db:
        return dict(db.execute(
            "SELECT call_id, cost_nanos FROM call WHERE undone = 0"))


def check(world: World, model: Model) -> None:
    costs = stored_costs(world.path)
    assert costs == {k: int(v[3] * 10 ** 9) for k, v in model.live.items()}
    for month in {v[0] for v in model.live.values()}:
        total = world.month(f"{month:%Y-%m}")
        calls = [v for v in model.live.values() if v[0] == month]
        assert total.calls == len(calls)
        assert total.paid_s == model.used.get(month, 0)
        assert total.sum_of_rounded.amount == Decimal(
            int(sum(v[3] for v in calls) * 10 ** 9)).scaleb(-9)
        assert total.difference.amount == 0
        for pot in total.bundles:
            first = pot.start.astimezone(BERLIN).date()
            assert pot.used_s == model.pots.get((pot.bundle, first), 0)


@pytest.mark.parametrize("seed", range(12))
def test_a_random_history(tmp_path, seed):
    dice = random.Random(seed)
    bundles = [Bundle(f"b{i}", dice) for i in range(dice.randrange(1, 5))]
    tiers = dice.choice(([], [(600, 90)], [(60, 50), (1800, 25)]))
    toml = HEAD.replace('carrier = "north"\ncurrency = "RUB"\n'
                        'zone = "Europe/Moscow"',
                        'carrier = "north"\ncurrency = "RUB"\ndecimals = 9\n'
                        f'zone = "{ZONE}"')
    for start, percent in tiers:
        toml += (f"[[tariff.tier]]\nfrom_minutes = {start // 60}\n"
                 f'percent = "{percent}"\n')
    world = World(tmp_path, toml + "".join(b.toml() for b in bundles), SHEET)
    model, batches, number = Model(bundles, tiers), {}, 0
    try:
        for _ in range(10):
            if batches and dice.random() < 0.3:
                batch = dice.choice(list(batches))
                world.store.undo_import(batch)
                for call in reversed(batches.pop(batch)):
                    model.give_back(call)
                continue
            calls = [Call(number + i, dice)
                     for i in range(dice.randrange(1, 15))]
            number += len(calls)
            # in the order of the file, whatever their times
            batch = world.calls(*(c.row() for c in calls))
            for call in calls:
                model.take(call)
            batches[batch] = calls
        check(world, model)
        world.verify()
    finally:
        world.store.close()
