"""A distribution engine played against made-up calls.

Where no formula fits (several pools, overflow between cities, people who do
not pick up), the engine itself is played under a virtual clock. One object
says what comes in; ``run`` plays it into a fresh engine with one seed.

>>> import datetime as dt
>>> from trunkwise.distribution import Engine
>>> morning = dt.datetime(2026, 11, 30, 9, tzinfo=dt.timezone.utc)
>>> noon = morning + dt.timedelta(hours=3)
>>> with Engine() as engine:
...     pool = engine.add_pool("city", policy="longest_idle")
...     for order in (1, 2):
...         pool.add(engine.add_target(f"phone {order}"), order=order)
...     plan = engine.add_plan("kazan")
...     plan.ring(pool)
...     simulation = Simulation(start=morning, end=noon, talk_s=120)
...     simulation.add(plan, start=morning, end=noon, per_hour=30)
...     simulation.run(engine, seed=1)
>>> calls = simulation.calls(plan)
>>> calls.offered == calls.answered + calls.lost
True
"""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Iterable
from typing import NamedTuple

from . import raw
from .distribution import Engine, Plan, Target
from .errors import InvalidArgument
from .planning import ServiceCounts
from .values import microseconds


class Calls(NamedTuple):
    """Counts and sums of one run, of calls that entered while it was
    measured. ``offered`` = ``answered`` + ``abandoned`` + ``lost`` +
    ``tickets`` (to be called back) + ``unfinished``; of those lost some were
    offered voicemail; ``waited`` stood in line. Waits and talks are sums of
    seconds. ``redials``, of those offered, called again."""

    offered: int
    answered: int
    answered_in_time: int
    abandoned: int
    abandoned_in_time: int
    abandoned_short: int
    lost: int
    voicemail: int
    waited: int
    unfinished: int
    tickets: int
    wait_s: float
    answer_wait_s: float
    longest_s: float
    talk_s: float
    redials: int

    @property
    def counts(self) -> ServiceCounts:
        """For ``planning.service_levels``; who got no answer while he was
        there counts with the lost ones."""
        return ServiceCounts(
            self.answered, self.answered_in_time, self.abandoned,
            self.abandoned_in_time, self.abandoned_short,
            self.lost + self.tickets + self.unfinished)


class Use(NamedTuple):
    """Of one target: talks that began, and talks at once: their mean (of a
    phone its occupancy) and variance."""

    calls: int
    mean: float
    variance: float


class Simulation:
    """What comes in, and how long it takes.

    Calls that enter from ``start`` to ``end`` count. Times are exponential
    around a mean, or drawn from those in ``talks_s`` and ``patiences_s``.
    ``patience_s`` 0: nobody gives up; ``answer_s`` 0: who is rung answers at
    once; ``answer_share``: of so many rings somebody answers at all.
    ``redial_share`` (to 0.9) of those who gave up or were lost call again,
    after ``redial_after_s`` on average; not who came to voicemail, whose
    message waits for an answer.
    """

    def __init__(self, *, start: dt.datetime, end: dt.datetime,
                 talk_s: float = 180, patience_s: float = 0,
                 answer_s: float = 0, answer_share: float = 1,
                 within_s: float = 20, short_s: float = 5,
                 talks_s: Iterable[float] = (),
                 patiences_s: Iterable[float] = (), redial_share: float = 0,
                 redial_after_s: float = 300):
        self.start, self.end = start, end
        self._handle = raw.simulation_new(
            microseconds(start), microseconds(end), talk_s, patience_s,
            answer_s, answer_share, within_s, short_s, array("d", talks_s),
            array("d", patiences_s), redial_share, redial_after_s)

    def add(self, plan: Plan, *, start: dt.datetime, end: dt.datetime,
            per_hour: float, sources: int = 0, priority: int = 0,
            skills_needed: int = 0) -> None:
        """Calls to ``plan``, Poisson; with ``sources``, from so many callers
        of whom each makes ``per_hour`` while he has none. ``skills_needed``
        are bits. The plan's number counts, and so do the bits: every engine
        that is played must have it there."""
        if not 0 <= sources < 2 ** 32:
            raise InvalidArgument(f"is {sources}; give 0 or more",
                                  code="TW_EINVAL", field="sources")
        raw.simulation_add(self._handle, plan.id, microseconds(start),
                           microseconds(end), per_hour, sources, priority,
                           skills_needed)

    def run(self, engine: Engine, *, seed: int) -> None:
        """Plays everything into an engine that nobody used yet. Figures of
        an earlier run are forgotten."""
        if not 0 <= seed < 2 ** 64:
            raise InvalidArgument(f"is {seed}; give 0 or more",
                                  code="TW_EINVAL", field="seed")
        raw.tw_simulation_run(self._handle, engine.handle, seed)

    def calls(self, plan: Plan | None = None) -> Calls:
        """Of one plan, or all together."""
        return Calls(*raw.simulation_calls(self._handle,
                                           plan.id if plan else 0))

    def use(self, target: Target) -> Use:
        return Use(*raw.simulation_use(self._handle, target.id))
