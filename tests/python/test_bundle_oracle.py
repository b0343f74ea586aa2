"""Bundles against a model of docs/rating.md section 6: random bundles, calls
that come in any order, seconds that are given back, and counters that are kept
and restored in between."""

from __future__ import annotations

import datetime as dt
import os
import random
import zoneinfo
from dataclasses import dataclass, field

import pytest

from rating_cases import ZONES
from rating_oracle import MICROS, midnight_us
from trunkwise import Bundles, Error, Use

ROUNDS = 5_000 if os.environ.get("TW_TEST_LONG") else 200
CALLS = 120
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)
PREFIXES = (None, None, ["79"], ["7", "49"], ["784", "7843"])


def when(us: int) -> dt.datetime:
    return EPOCH + dt.timedelta(microseconds=us)


@dataclass
class Model:
    """One bundle: so many seconds in each period that it has."""

    zone: str
    seconds: int
    period: str
    carry_over: bool
    prefixes: list[str] | None
    departments: list[int] | None
    start: str | None           # dates of the zone
    end: str | None
    used: dict[dt.date, int] = field(default_factory=dict)

    def serves(self, number: str, department: int) -> bool:
        return (self.prefixes is None or any(
            number.startswith(p) for p in self.prefixes)) and (
                self.departments is None or department in self.departments)

    def local(self, at: dt.datetime) -> dt.date:
        return at.astimezone(zoneinfo.ZoneInfo(self.zone)).date()

    def first_day(self, day: dt.date) -> dt.date:
        if self.period == "month":
            return day.replace(day=1)
        if self.period == "week":
            return day - dt.timedelta(days=day.weekday())
        return day

    def pots(self, answer_us: int) -> list[dt.date]:
        """First days of the periods that a call may draw from: its own, and
        then the one before, whose rest was carried over. Reading: a bundle
        that has ended carries nothing on."""
        day = self.first_day(self.local(when(answer_us)))
        if not self.exists(day):
            return []
        days = [day]
        if self.carry_over:
            # The last instant before it: Samoa had no 30 December 2011.
            before = self.begin(day) - dt.timedelta(microseconds=1)
            days.append(self.first_day(self.local(before)))
        return [d for d in days if self.exists(d)]

    def exists(self, day: dt.date) -> bool:
        return not (self.start and day.isoformat() < self.start) and not (
            self.end and day.isoformat() >= self.end)

    def rest(self, day: dt.date) -> int:
        return self.seconds - self.used.get(day, 0)

    def begin(self, day: dt.date) -> dt.datetime:
        return when(midnight_us(self.zone, day.isoformat()))


class World:
    """The library's bundles and the model of each."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.zone = self.random.choice(ZONES)
        self.day = dt.date(self.random.randint(2001, 2036),
                           self.random.randint(1, 12),
                           self.random.randint(1, 28))
        self.models = [self.model() for _ in range(
            self.random.randint(1, 4))]
        self.bundles = self.library()

    def model(self) -> Model:
        pick = self.random.choice
        dates = [None, None] + [
            (self.day + dt.timedelta(days=n)).isoformat()
            for n in (-40, -7, 0, 1, 20)]
        start = pick(dates)
        end = pick([d for d in dates if not d or not start or d > start])
        return Model(self.zone, pick((60, 600, 3600)),
                     pick(("month", "week", "day")), pick((True, False)),
                     pick(PREFIXES), pick((None, None, [1], [2, 3])), start,
                     end)

    def library(self) -> Bundles:
        bundles = Bundles(zone=self.zone)
        for number, m in enumerate(self.models, 1):
            bundles.add(number, minutes=m.seconds // 60, period=m.period,
                        carry_over=m.carry_over, prefixes=m.prefixes,
                        departments=m.departments,
                        start=m.start and m.begin(
                            dt.date.fromisoformat(m.start)),
                        end=m.end and m.begin(
                            dt.date.fromisoformat(m.end)))
        return bundles

    def call(self) -> dict:
        day = self.day + dt.timedelta(days=self.random.randint(-35, 35))
        at = midnight_us(self.zone, day.isoformat()) + self.random.choice(
            (-1, 0, 1, 3600 * MICROS, 43_200 * MICROS))
        return {"number": self.random.choice(("7", "79", "784", "49", "1"))
                + "123", "answer_us": at,
                "department": self.random.choice((0, 1, 2, 3, 4)),
                "direction": self.random.choice(
                    ("outbound", "outbound", "forward", "inbound",
                     "internal"))}

    def pots(self, call: dict) -> list[tuple[int, Model, dt.date]]:
        """In the order in which they are drawn from."""
        if call["direction"] not in ("outbound", "forward"):
            return []
        return [(number, m, day) for number, m in enumerate(self.models, 1)
                if m.serves(call["number"], call["department"])
                for day in m.pots(call["answer_us"])]

    def take(self, call: dict, seconds: int) -> list[Use]:
        uses = []
        for number, m, day in self.pots(call):
            part = min(seconds, m.rest(day))
            if part:
                m.used[day] = m.used.get(day, 0) + part
                uses.append(Use(number, m.begin(day), part))
                seconds -= part
        assert not seconds
        return uses


def asked(call: dict) -> dict:
    return {"number": call["number"], "department": call["department"],
            "answer": when(call["answer_us"]),
            "direction": call["direction"]}


@pytest.mark.parametrize("part", range(4))
def test_every_second_is_drawn_as_the_model_says(part):
    for seed in range(part, ROUNDS, 4):
        world, drawn = World(seed), []
        for _ in range(CALLS):
            call = world.call()
            left = sum(m.rest(day) for _, m, day in world.pots(call))
            assert world.bundles.left(**asked(call)) == left, (seed, call)
            with pytest.raises(Error):
                world.bundles.take(**asked(call), seconds=left + 1)
            seconds = min(left, world.random.choice((1, 59, 60, 601, 7200)))
            want = world.take(call, seconds)
            got = world.bundles.take(**asked(call), seconds=seconds)
            assert got == want, (seed, call)
            drawn.append((got, call))
            if world.random.random() < 0.2:
                give_back(world, drawn)
            if world.random.random() < 0.05:
                state = world.bundles.state()
                world.bundles = world.library()
                world.bundles.restore(state)


def give_back(world: World, drawn: list) -> None:
    """An import is undone: what its call took is there again."""
    uses, _ = drawn.pop(world.random.randrange(len(drawn)))
    world.bundles.give_back(uses)
    for use in uses:
        m = world.models[use.bundle - 1]
        for day in m.used:
            if m.begin(day) == use.period:
                m.used[day] -= use.seconds
