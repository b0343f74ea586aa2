"""Who rings: an engine of targets, pools and plans, driven from Python.

Nothing here waits or has a clock: every verb takes ``now`` (an aware datetime,
or microseconds of any clock that never goes back; left out, the time of day),
changes the engine at once and may queue decisions. Read these until there are
none, then sleep until ``deadline``. The same calls in the same order give the
same decisions.

>>> with Engine() as engine:
...     anna = engine.add_target("anna", wrap_up_s=10)
...     city = engine.add_pool("city", policy="round_robin", ring_s=15)
...     city.add(anna, order=1)
...     plan = engine.add_plan("kazan")
...     plan.ring(city, ring_s=30)
...     call = engine.enter(plan)
...     for decision in engine.decisions():
...         print(decision.kind, decision.target, decision.reason)
step None the call arrived
offer anna round robin: its first turn

Pools, schedules and plans of a store come by ``Engine.from_directory``.
One thread at a time per engine.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import (TYPE_CHECKING, Any, Callable, Iterable, Iterator, Mapping,
                    Unpack)

from . import raw
from .call import OUTCOMES, Call, Decision, Offer, OfferEvent, Wait
from .errors import InvalidArgument, Refused
from .plan import Plan
from .policy import Look, Member, Policy, asking, told
from .schedule import Schedule
from .target import (TARGETS, MemberOptions, MemberVerdict, Pool, PoolOptions,
                     Target, TargetOptions)
from .thing import (Now, Seconds, Skills, Thing, as_ms, as_range, as_time,
                    as_us, one_of)
from .values import whole

if TYPE_CHECKING:
    from .directory import Directory

__all__ = ["Call", "Decision", "Engine", "EngineChange", "EngineStats",
           "HOST_ABILITIES", "Look", "Member", "MemberOptions",
           "MemberVerdict", "Now", "Offer", "OfferEvent", "Plan", "Policy",
           "Pool", "PoolOptions", "Schedule", "Seconds", "Skills", "Target",
           "TargetOptions", "Wait"]

_HOSTS = {"play": 1, "dtmf": 2, "record": 4, "voicemail": 8, "transfer": 16,
          "callback": 32}
HOST_ABILITIES = tuple(_HOSTS)
_DECISIONS = {1: "offer", 2: "cancel", 3: "end", 4: "step", 5: "voicemail",
              6: "confirm", 7: "announce", 8: "callback"}
_ADVANCE = {"offer": 0, "answer": 1}
_IDLE = {"this_pool": 1, "unanswered": 2, "wrap_up": 4, "away": 8}
_OUTCOME_NAMES = {number: name for name, number in OUTCOMES.items()}


@dataclass(frozen=True, slots=True)
class EngineStats:
    """Live figures: ``slots_held`` are those of offers and talks and what
    targets occupy themselves; ``waiting`` calls are in line."""

    calls: int
    offers: int
    talks: int
    slots_held: int
    waiting: int


@dataclass(frozen=True, slots=True)
class EngineChange:
    """What a restore or reload found different. ``change``: "new",
    "changed", "gone", "drains" (gone, but live calls still use it) or
    "forgotten" (there, but starts anew); ``kind``: "target", "pool", "member"
    or "plan"."""

    change: str
    kind: str
    name: str
    detail: str


class Engine:
    """All state of a distribution. ``host`` lists what the host can do:
    "play", "dtmf", "record", "voicemail", "transfer", "callback". Who drops
    while waiting and calls again within ``resume_s`` has his place back."""

    def __init__(self, *, seed: int = 1, host: Iterable[str] = (),
                 calls_max: int = 100_000, priority_s: Seconds = 60,
                 resume_s: Seconds = 0):
        self._fault: BaseException | None = None
        self._heir: Engine | None = None
        self._fresh: Engine | None = None
        self._directory: Directory | None = None
        self._handle: raw.tw_engine | None = None
        self._handle = raw.tw_engine_new(
            _options(seed, host, calls_max, priority_s, resume_s))

    @classmethod
    def from_directory(cls, directory: "Directory", *, seed: int = 1,
                       host: Iterable[str] = (), calls_max: int = 100_000,
                       priority_s: Seconds = 60,
                       resume_s: Seconds = 0,
                       policies: Mapping[str, Policy] | None = None
                       ) -> "Engine":
        """The pools, schedules and plans of a store; targets are named as
        their phone or landline. ``policies``: your own, by the names that
        pools have them by: "nearest" for ``policy = "own:nearest"``. Raises
        NotFound for one that a pool wants and you have not."""
        engine = cls.__new__(cls)
        engine._fault = None
        engine._heir = engine._fresh = None
        engine._directory = directory
        engine._handle = raw.directory_engine(
            directory.handle,
            _options(seed, host, calls_max, priority_s, resume_s),
            [(name, asking(_policy(policy), engine), told(policy))
             for name, policy in (policies or {}).items()])
        return engine

    @property
    def handle(self) -> raw.tw_engine:
        if self._handle is None:
            raise InvalidArgument("the engine is closed")
        return self._handle

    def _own(self, thing: Thing) -> int:
        """Numbers mean nothing in another engine."""
        if thing._engine is not self:
            raise InvalidArgument(f"{thing!r} is of another engine")
        return thing.id

    # What stands still.

    def add_target(self, name: str,
                   **options: Unpack[TargetOptions]) -> Target:
        """``capacity`` calls at a time (1); not offered for ``wrap_up_s``
        after a talk, ``busy_s`` after it was found busy, ``no_answer_s``
        after it rang in vain, ``rejected_s`` after it refused and
        ``unreachable_s`` after an offer that did not get there."""
        made: dict[str, object] = {**options, "name": name}
        if (kind := options.get("kind")) is not None:
            made["kind"] = one_of(TARGETS, kind, "kind")
        for field in ("wrap_up", "busy", "no_answer", "rejected",
                      "unreachable"):
            if (s := made.pop(f"{field}_s", None)) is not None:
                made[f"{field}_ms"] = as_ms(s, f"{field}_s")  # type: ignore
        return Target(self, raw.tw_engine_add_target(self.handle, made))

    def add_pool(self, name: str, *, policy: str = "all",
                 **options: Unpack[PoolOptions]) -> Pool:
        """``policy``: "all", "linear", "round_robin", "longest_idle",
        "sticky", "random", "weighted", "weighted_random", "fewest_calls",
        "least_talk", "least_occupied", "ring_n" or "progressive". One offer
        rings for ``ring_s``; 0 is the step's whole time. ``ring_count`` is of
        ring_n, ``delay_s`` of progressive, ``advance_on`` ("offer",
        "answer") of round_robin; ``idle``, of longest_idle: "this_pool"
        (only calls of this pool end idleness), "unanswered" (such an offer
        does not), "wrap_up" and "away" (these count as idle)."""
        made: dict[str, object] = {
            "name": name,
            "policy": raw.tw_engine_find_policy(self.handle, policy),
            "ring_count": options.get("ring_count", 0),
            "advance_on": one_of(
                _ADVANCE, options.get("advance_on", "offer"), "advance_on"),
            "idle": sum({one_of(_IDLE, word, "idle")
                         for word in options.get("idle", ())})}
        for field in ("ring_s", "delay_s"):
            seconds: Seconds = options.get(field, 0)  # type: ignore
            made[field[:-1] + "ms"] = as_ms(seconds, field)
        return Pool(self, raw.tw_engine_add_pool(self.handle, made))

    def add_policy(self, name: str, policy: Policy) -> None:
        """A policy of your own, before pools that use it."""
        raw.engine_add_policy(self.handle, name,
                              asking(_policy(policy), self), told(policy))

    def add_schedule(self, name: str, *, zone: str) -> Schedule:
        return Schedule(self, raw.tw_engine_add_schedule(
            self.handle, name, raw.tw_zone_open(zone)))

    def add_plan(self, name: str) -> Plan:
        return Plan(self, raw.tw_engine_add_plan(self.handle, name))

    def target(self, name: str) -> Target:
        """Raises NotFound, as the three below."""
        return Target(self, raw.tw_engine_find_target(self.handle, name))

    def pool(self, name: str) -> Pool:
        return Pool(self, raw.tw_engine_find_pool(self.handle, name))

    def schedule(self, name: str) -> Schedule:
        return Schedule(self, raw.tw_engine_find_schedule(self.handle, name))

    def plan(self, name: str) -> Plan:
        return Plan(self, raw.tw_engine_find_plan(self.handle, name))

    def _do(self, verb: Callable[..., Any], *arguments: object) -> Any:
        """A verb, and what a policy of Python's raised in it."""
        try:
            return verb(self.handle, *arguments)
        except Refused as refused:
            fault, self._fault = self._fault, None
            if fault is None:
                raise
            if not isinstance(fault, Exception):   # KeyboardInterrupt
                raise fault
            raise refused from fault

    def _skills(self, skills: Skills, *, add: bool = False) -> int:
        if isinstance(skills, int):
            return skills
        if isinstance(skills, str):
            raise InvalidArgument(f"skills are a list of names, not "
                                  f"{skills!r}", field="skills")
        bits = 0
        for name in skills:
            bits |= raw.engine_skill(self.handle, name, add)
        return bits

    def _target(self, number: int) -> Target:
        return Target(self, number)

    def _pool(self, number: int) -> Pool:
        return Pool(self, number)

    # What moves.

    def enter(self, plan: Plan, *, priority: int = 0, entered: Now = None,
              preferred: Target | None = None, affinity: int = 0,
              skills_needed: Skills = 0, ticket: bool = False,
              now: Now = None) -> Call:
        """A call arrives. One step of ``priority`` is worth the engine's
        ``priority_s`` of waiting; ``entered`` is since when it has waited
        elsewhere; ``preferred`` is whom ``Plan.prefer`` rings. ``affinity``
        knows the caller again (a key, not the number); members need all
        ``skills_needed``, names or bits; a ``ticket`` has no channel. Raises
        Busy when there are ``calls_max``, NotFound for a skill of nobody."""
        options = {
            "plan": self._own(plan), "priority": priority,
            "entered": 0 if entered is None else as_us(entered),
            "preferred": self._own(preferred) if preferred else 0,
            "affinity": affinity,
            "skills_needed": self._skills(skills_needed),
            "ticket": int(ticket)}
        return Call(self, self._do(raw.tw_call_enter_as, options, as_us(now)))

    def enter_number(self, number: str, *, caller: str = "",
                     secret: int = 0, preferred: str = "",
                     entered: Now = None, ticket: bool = False,
                     now: Now = None) -> Call:
        """A call to a number of the directory that the engine is of, as its
        row says. ``caller``, a number, becomes a key by ``secret`` (make one
        at random and keep it: it knows callers again); ``preferred`` names a
        phone, a landline or a person. Raises NotFound, also for a number
        without a plan."""
        if self._directory is None:
            raise InvalidArgument("the engine is not of a directory; make it "
                                  "by Engine.from_directory()")
        names = ("plan", "priority", "preferred", "affinity",
                 "skills_needed")
        options = dict(zip(names, raw.directory_call(
            self._directory.handle, self.handle,
            {"number": number, "caller": caller, "secret": secret,
             "preferred": preferred})))
        options |= {"ticket": int(ticket),
                    "entered": 0 if entered is None else as_us(entered)}
        return Call(self, self._do(raw.tw_call_enter_as, options, as_us(now)))

    def tick(self, *, now: Now = None) -> None:
        """Runs what is due. Early calls do nothing."""
        self._do(raw.tw_engine_tick, as_us(now))

    @property
    def deadline(self) -> dt.datetime | None:
        """When to ``tick`` next; None if nothing is due ever."""
        return as_time(raw.tw_engine_deadline(self.handle))

    def decisions(self) -> Iterator[Decision]:
        """Takes out what is to be done, oldest first, also what verbs add
        meanwhile."""
        while (row := raw.engine_next(self.handle)) is not None:
            (kind, call, offer, target, pool, step, outcome, code, until,
             reason, plan, ticket, position, low, high) = row
            yield Decision(
                _DECISIONS.get(kind, "?"), Call(self, call),
                Offer(self, offer) if offer else None,
                Target(self, target) if target else None,
                Pool(self, pool) if pool else None, step,
                _OUTCOME_NAMES.get(outcome), code or None,
                as_time(until) if until else None, reason, Plan(self, plan),
                bool(ticket), position or None,
                as_range(low, high) if position else None)

    def events(self) -> Iterator[OfferEvent]:
        """Takes out one row for each finished offer, and for each step that
        was skipped or had nobody ready. Unread rows take memory."""
        while (row := raw.engine_next_event(self.handle)) is not None:
            (outcome, call, offer, target, pool, step, offered, answered,
             ended, reason, plan) = row
            yield OfferEvent(
                _OUTCOME_NAMES.get(outcome), Call(self, call),
                Offer(self, offer) if offer else None,
                Target(self, target) if target else None,
                Pool(self, pool) if pool else None, step, as_time(offered),
                as_time(answered) if answered else None, as_time(ended),
                reason, Plan(self, plan))

    @property
    def stats(self) -> EngineStats:
        return EngineStats(*raw.engine_stats(self.handle))

    def snapshot(self) -> bytes:
        """All that moves, as bytes: the same on every machine. Of a policy of
        your own what its ``save`` gives. Raises Refused when that raises."""
        return self._do(raw.engine_snapshot)

    def restore(self, snapshot: bytes) -> list[EngineChange]:
        """Into an engine that never had a call, made from the configuration
        as it is now: from here on it decides as the other one would have.
        Calls and offers keep their ids; see ``call`` and ``offer``. Raises
        ParseError, StoreError (a newer library's), Conflict, Refused (a
        policy's ``load`` raised); nothing changed then."""
        return _changes(self._do(raw.tw_engine_restore, snapshot))

    def reload(self, fresh: "Engine", *, now: Now = None
               ) -> list[EngineChange]:
        """Another configuration under live calls, whole or not at all.
        ``fresh`` is an engine made from it that never had a call; this one
        takes it, and it is closed. What moves goes on: states, turns,
        counters, waiting calls, talks, and calls and offers by their ids. Ask
        for targets, pools, schedules and plans by name again, and what is
        different is the list that comes back."""
        handle = fresh.handle
        handle.thisown = False
        try:
            changes = raw.tw_engine_reload(self.handle, handle, as_us(now))
        except BaseException as error:
            handle.thisown = True
            cause = self._fault or fresh._fault   # of save, of load
            self._fault = fresh._fault = None
            raise error from cause
        fresh._handle = None
        self._directory = fresh._directory
        # its policies know it, and now ask for this one
        fresh._heir, self._fresh = self, fresh
        return _changes(changes)

    def call(self, number: int) -> Call:
        """A live call by ``Call.id``, of before a restore."""
        return Call(self, number)

    def offer(self, number: int) -> Offer:
        return Offer(self, number)

    def close(self) -> None:
        """Forgets everything; what rings is the host's to end."""
        self._handle = None

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _policy(policy: object) -> Policy:
    if not isinstance(policy, Policy):
        raise InvalidArgument(f"{policy!r} is no Policy; inherit it and give "
                              "an object of your class", field="policy")
    return policy


def _options(seed: int, host: Iterable[str], calls_max: int,
             priority_s: Seconds, resume_s: Seconds) -> dict[str, int]:
    can = 0
    for name in host:
        can |= one_of(_HOSTS, name, "host")
    return {"seed": whole(seed, "seed"), "host": can,
            "calls_max": whole(calls_max, "calls_max"),
            "priority_ms": as_ms(priority_s, "priority_s"),
            "resume_ms": as_ms(resume_s, "resume_s")}


_CHANGES = {1: "new", 2: "changed", 3: "gone", 4: "drains", 5: "forgotten"}


def _changes(handle: raw.tw_engine_changes) -> list[EngineChange]:
    found = []
    while (row := raw.engine_changes_next(handle)) is not None:
        found.append(EngineChange(_CHANGES.get(row[0], "?"), *row[1:]))
    return found
