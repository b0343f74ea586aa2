"""What ``trunkwise plan simulate`` plays: a deployment's plans with calls by
the hour, so many people in each pool, and the figures over several seeds."""

from __future__ import annotations

import calendar
import datetime as dt
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from . import raw
from .deployment import Deployment
from .directory import Directory
from .distribution import HOST_ABILITIES, Engine, Pool, Target
from .errors import InvalidArgument, OutOfRange
from .policy import InOrder, Policy, own_policies
from .planning import FORMULAS, Interval, mean_interval, service_levels
from .simulation import Calls, Simulation
from .store import Store
from .values import instant, now_us

_WEEK = dt.timedelta(days=7)
CALLS_MAX = 20_000_000    # of all seeds: some minutes

# (plan, weekday 0 Monday, hour) or (plan, None, None) for every hour: calls
Rates = dict[tuple[str, int | None, int | None], float]
Span = tuple[dt.datetime, dt.datetime]


@dataclass
class Question:
    """What is to be played."""

    start: dt.datetime                    # a Monday's midnight
    weeks: int
    zone: str
    hours: list[str]                      # "mon-fri 09:00-18:00"; []: always
    rates: Rates
    staff: dict[str, int] = field(default_factory=dict)
    seeds: list[int] = field(default_factory=lambda: list(range(1, 11)))
    confidence: float = 0.95
    times: dict[str, float] = field(default_factory=dict)

    @property
    def end(self) -> dt.datetime:
        """Midnight of the clock, also over a change of it."""
        local = self.start.astimezone(ZoneInfo(self.zone))
        return (local + self.weeks * _WEEK).astimezone(dt.timezone.utc)


class Outcome(NamedTuple):
    """Figures of one plan, or of all, each over the seeds."""

    figures: dict[str, Interval | None]
    levels: dict[str, Interval | None]


class PoolUse(NamedTuple):
    """How much of the open hours its people talk, and talk or are in
    wrap-up."""

    pool: str
    staff: int
    occupancy: Interval
    occupancy_with_wrap_up: Interval


class Answer(NamedTuple):
    plans: dict[str, Outcome]
    total: Outcome
    pools: list[PoolUse]
    open_hours: float


def monday(at: dt.datetime, zone: str) -> dt.datetime:
    """The midnight that its week begins with."""
    day = at.astimezone(ZoneInfo(zone))
    day -= dt.timedelta(days=day.weekday())
    return day.replace(hour=0, minute=0, second=0, microsecond=0
                       ).astimezone(dt.timezone.utc)


def open_spans(hours: list[str], zone: str, start: dt.datetime,
               end: dt.datetime) -> list[Span]:
    """By the engine's own schedule, so that nights over midnight and changes
    of the clock mean here what they mean there."""
    if not hours:
        return [(start, end)]
    with Engine() as engine:
        schedule = engine.add_schedule("hours", zone=zone)
        for text in hours:
            days, _, times = text.strip().rpartition(" ")
            opens, dash, closes = times.partition("-")
            if not days or not dash or opens == closes:   # as apply
                raise InvalidArgument(
                    f"{text!r} are no hours; write \"mon-fri 09:00-18:00\"",
                    code="TW_EINVAL", field="hours")
            schedule.add_hours("mon-sun" if days.strip() == "daily"
                               else days, opens, closes)
        spans = []
        at = start
        while at < end:
            change = schedule.next_change(at) or end
            if schedule.is_open(at):
                spans.append((at, min(change, end)))
            at = change
        return spans


def _by_hour(spans: list[Span], zone: str) -> Iterator[Span]:
    """The same spans, cut where the clock on the wall begins an hour."""
    for at, end in spans:
        while at < end:
            local = at.astimezone(ZoneInfo(zone))
            rest = dt.timedelta(hours=1) - dt.timedelta(
                minutes=local.minute, seconds=local.second,
                microseconds=local.microsecond)
            yield at, min(at + rest, end)
            at += rest


def rates_of(store: Store, directory: Directory, month: str,
             last_month: str | None) -> tuple[Rates, float, int]:
    """Calls an hour of each plan by weekday and hour, as they really came to
    its numbers; their mean talk in seconds; calls to numbers without a
    plan."""
    found = store.breakdown(month, last_month=last_month,
                            by=("number", "weekday", "hour"),
                            only={"direction": "inbound"})
    plans = {_digits(row["number"]): row["plan"]
             for row in directory.rows("number") if row["plan"]}
    days = _weekdays(month, last_month or month)
    rates: Rates = {}
    talk, answered, strange = 0.0, 0, 0
    for row in found.rows:
        number, weekday, hour = row.keys[:3]
        plan = plans.get(_digits(number))
        if plan is None:
            strange += row.calls
            continue
        key = (plan, int(weekday) - 1, int(hour))
        rates[key] = rates.get(key, 0) + row.calls / days[int(weekday) - 1]
        talk += row.talk.total_seconds()
        answered += row.answered
    return rates, talk / answered if answered else 0, strange


def _digits(number: str) -> str:
    return "".join(c for c in number if c.isdigit())


def _weekdays(month: str, last_month: str) -> list[int]:
    """How many Mondays, Tuesdays ... the months have."""
    year, number = map(int, month.split("-"))
    days = [0] * 7
    while f"{year:04d}-{number:02d}" <= last_month:
        first, length = calendar.monthrange(year, number)
        for day in range(length):
            days[(first + day) % 7] += 1
        year, number = (year, number + 1) if number < 12 else (year + 1, 1)
    return days


def plans_of(directory: Directory) -> list[str]:
    return [row.name for row in directory.rows("plan")]


def load(path: Path) -> Directory:
    """What the deployment describes: applied to a store of its own that is
    gone again, so that it is checked as ``apply`` checks it."""
    deployment = Deployment.load(path)
    with tempfile.TemporaryDirectory() as folder:
        with Store(Path(folder) / "plan.db", create=True) as store:
            at = instant(now_us())
            store.apply(deployment, at=at)
            return store.directory(at)


def _at_work(engine: Engine, staff: Mapping[str, int], now: dt.datetime
             ) -> dict[str, list[Target]]:
    """The first so many of each named pool, by tier and place; more than it
    has are made up. Who is in no named pool works; who is in several, if one
    of them has him."""
    working: dict[str, list[Target]] = {}
    kept: set[Target] = set()
    spare: set[Target] = set()
    for name, count in staff.items():
        pool: Pool = engine.pool(name)
        members = sorted(pool.explain(), key=lambda m: (m.tier, m.order))
        targets = [m.target for m in members]
        tier = members[0].tier if members else 0
        order = max((m.order for m in members), default=0)
        for extra in range(1, count - len(targets) + 1):
            target = engine.add_target(f"{name} +{extra}")
            pool.add(target, tier=tier, order=order + extra)
            targets.append(target)
        working[name] = targets[:count]
        kept.update(targets[:count])
        spare.update(targets[count:])
    for target in spare - kept:
        target.set_state("paused", now=now)
    return working


def _figures(calls: Calls) -> dict[str, float | None]:
    def share(part: int) -> float | None:
        return part / calls.offered if calls.offered else None

    return {
        "offered": calls.offered, "redials": share(calls.redials),
        "answered": share(calls.answered),
        "abandoned": share(calls.abandoned), "lost": share(calls.lost),
        "voicemail": share(calls.voicemail), "waited": share(calls.waited),
        "unfinished": share(calls.unfinished),
        "tickets": share(calls.tickets),
        "wait_s": calls.wait_s / calls.offered if calls.offered else None,
        "answer_wait_s": calls.answer_wait_s / calls.answered
        if calls.answered else None, "longest_s": calls.longest_s}


def _over(runs: list[dict[str, float | None]], confidence: float
          ) -> dict[str, Interval | None]:
    """None where a seed had no call to speak of."""
    found: dict[str, Interval | None] = {}
    for key in runs[0]:
        values = [v for run in runs if (v := run[key]) is not None]
        found[key] = None if len(values) < 2 else \
            mean_interval(values, confidence=confidence)
    return found


class _Runs:
    """Figures of one plan, or of all, as the seeds come in."""

    def __init__(self) -> None:
        self.figures: list[dict[str, float | None]] = []
        self.levels: list[dict[str, float | None]] = []

    def add(self, calls: Calls) -> None:
        self.figures.append(_figures(calls))
        self.levels.append(service_levels(calls.counts))

    def outcome(self, confidence: float) -> Outcome:
        return Outcome(_over(self.figures, confidence),
                       _over(self.levels, confidence))


def _terms(directory: Directory, engine: Engine) -> dict[str, tuple[int, int]]:
    """Priority and skills of the calls to each plan; of plans whose numbers
    do not agree none, since nobody says which number it is."""
    found: dict[str, set[tuple[int, int]]] = {}
    for row in directory.rows("number"):
        if row["plan"]:
            _, priority, _, _, skills = raw.directory_call(
                directory.handle, engine.handle, {"number": row["number"]})
            found.setdefault(row["plan"], set()).add((priority, skills))
    return {plan: terms.pop() for plan, terms in found.items()
            if len(terms) == 1}


def expected_calls(question: Question, spans: list[Span]) -> float:
    """Of all seeds; who calls again counts as often as he will on average,
    were nobody ever answered."""
    zone = ZoneInfo(question.zone)
    by_hour: dict[tuple[int | None, int | None], float] = {}
    for (_, day, hour), rate in question.rates.items():
        by_hour[day, hour] = by_hour.get((day, hour), 0) + rate
    calls = 0.0
    for start, end in _by_hour(spans, question.zone):
        local = start.astimezone(zone)
        rate = by_hour.get((None, None), 0) + by_hour.get(
            (local.weekday(), local.hour), 0)
        calls += rate * (end - start).total_seconds() / 3600
    return calls * len(question.seeds) / (
        1 - question.times.get("redial_share", 0))


def _fill(simulation: Simulation, engine: Engine, question: Question,
          spans: list[Span], terms: dict[str, tuple[int, int]]) -> list[str]:
    """Adds the streams; names of plans that get calls."""
    zone = ZoneInfo(question.zone)
    plans = sorted({plan for plan, _, _ in question.rates})
    hourly = list(_by_hour(spans, question.zone))
    for name in plans:
        plan = engine.plan(name)
        always = question.rates.get((name, None, None), 0)
        priority, skills = terms.get(name, (0, 0))
        # one without calls in these hours has figures too, if only zeros
        simulation.add(plan, start=question.start, end=question.end,
                       per_hour=0)
        for start, end in spans if always else ():
            simulation.add(plan, start=start, end=end, per_hour=always,
                           priority=priority, skills_needed=skills)
        for start, end in hourly:
            local = start.astimezone(zone)
            rate = question.rates.get((name, local.weekday(), local.hour), 0)
            if rate:
                simulation.add(plan, start=start, end=end, per_hour=rate,
                               priority=priority, skills_needed=skills)
    return plans


def _check_size(question: Question, spans: list[Span]) -> None:
    """Of all seeds; a seed of its own that is too much is refused as such
    by the streams."""
    calls = expected_calls(question, spans)
    if calls > CALLS_MAX and calls / len(question.seeds) <= CALLS_MAX / 2:
        raise OutOfRange(
            f"{calls:,.0f} calls are to be expected of {len(question.seeds)} "
            f"seeds, {CALLS_MAX:,} at most; give fewer --seeds, --weeks or "
            "--calls", code="TW_ERANGE", field="seeds")


def simulate(directory: Directory, question: Question,
             policies: Mapping[str, Policy] | None = None,
             progress: Callable[[int, int], None] = lambda done, of: None
             ) -> Answer:
    """``policies`` are those of your own; in place of one that is not given
    who is ready rings in order. ``progress`` is told after each seed."""
    spans = open_spans(question.hours, question.zone, question.start,
                       question.end)
    if not spans:
        raise InvalidArgument("no hour of the week is open",
                              code="TW_EINVAL", field="hours")
    simulation = Simulation(start=question.start, end=question.end,
                            **question.times)
    _check_size(question, spans)
    whole = (question.end - question.start).total_seconds()
    opened = sum((b - a).total_seconds() for a, b in spans)
    total, runs, plans = _Runs(), {}, []
    uses: dict[str, list[tuple[float, float]]] = {}
    staff: dict[str, int] = {}
    rests = _rests(directory)
    own: dict[str, Policy] = {name: InOrder()
                              for name in own_policies(directory)}
    for done, seed in enumerate(question.seeds):
        with Engine.from_directory(directory, seed=seed, host=HOST_ABILITIES,
                                   calls_max=1_000_000,
                                   policies={**own, **(policies or {})}
                                   ) as engine:
            if not plans:
                plans = _fill(simulation, engine, question, spans,
                              _terms(directory, engine))
                runs = {name: _Runs() for name in plans}
            _at_work(engine, question.staff, question.start)
            simulation.run(engine, seed=seed)
            total.add(simulation.calls())
            for name in plans:
                runs[name].add(simulation.calls(engine.plan(name)))
            for row in directory.rows("pool"):
                on = _on(engine, row.name)
                staff[row.name] = len(on)
                used = [(simulation.use(t), rests.get(t.name, 0))
                        for t in on]
                talk = sum(u.mean for u, _ in used) * whole
                rest = sum(u.calls * rest for u, rest in used)
                hours = opened * len(on) or 1
                uses.setdefault(row.name, []).append(
                    (talk / hours, (talk + rest) / hours))
        progress(done + 1, len(question.seeds))
    return Answer(
        {name: r.outcome(question.confidence) for name, r in runs.items()},
        total.outcome(question.confidence),
        [PoolUse(name, staff[name],
                 *(mean_interval(list(values), confidence=question.confidence)
                   for values in zip(*pairs)))
         for name, pairs in uses.items()], opened / 3600)


def _rests(directory: Directory) -> dict[str, int]:
    """Seconds of wrap-up after a talk; who was made up has none."""
    return {row.name: int(row["wrap_up_s"] or 0)
            for kind in ("phone", "landline") for row in directory.rows(kind)}


def _on(engine: Engine, name: str) -> list[Target]:
    """Members that are at work."""
    return [m.target for m in engine.pool(name).explain()
            if m.verdict != "away"]


__all__ = ["Answer", "FORMULAS", "Outcome", "PoolUse", "Question", "Rates",
           "load", "monday", "open_spans", "plans_of", "rates_of",
           "simulate"]
