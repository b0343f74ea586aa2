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
from decimal import Decimal
from typing import (TYPE_CHECKING, Any, Callable, Iterable, Iterator, Mapping,
                    TypedDict, Unpack)

from . import raw
from .errors import InvalidArgument, Refused
from .policy import Look, Member, Policy, asking, told
from .values import TIME_MAX, instant, microseconds, now_us, span, whole

if TYPE_CHECKING:
    from .directory import Directory

Now = dt.datetime | int | None
Skills = int | Iterable[str]     # bits, or names
Seconds = int | float | Decimal

_HOSTS = {"play": 1, "dtmf": 2, "record": 4, "voicemail": 8, "transfer": 16,
          "callback": 32}
HOST_ABILITIES = tuple(_HOSTS)
_TARGETS = {"phone": 1, "landline": 2, "mobile": 3}
_STATES = {"available": 1, "unreachable": 2, "paused": 3}
_RING, _REJECT, _VOICEMAIL, _QUEUE, _PLAN = 1, 2, 3, 4, 5
_CALLBACK, _PREFERRED = 6, 7
_NEEDS = {"nobody": 0, "reachable": 1, "staffed": 2, "ready": 3}
_ALWAYS, _OPEN, _CLOSED = 0, 1, 2
_SHUT, _LIKE, _HOURS, _OWN = 1, 2, 3, 4    # what a date makes of the week
_DECISIONS = {1: "offer", 2: "cancel", 3: "end", 4: "step", 5: "voicemail",
              6: "confirm", 7: "announce", 8: "callback"}
_ADVANCE = {"offer": 0, "answer": 1}
_IDLE = {"this_pool": 1, "unanswered": 2, "wrap_up": 4, "away": 8}
_VERDICTS = {1: "next", 2: "ready", 3: "ringing", 4: "tried", 5: "busy",
             6: "away", 7: "unfit"}
_OUTCOMES: dict[str, int] = {raw.tw_outcome_name(n): n for n in range(1, 12)}
_OUTCOME_NAMES = {number: name for name, number in _OUTCOMES.items()}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LAST = microseconds(dt.datetime.max.replace(tzinfo=dt.timezone.utc))


def _one_of(names: dict[str, int], name: str, field: str) -> int:
    if name not in names:
        raise InvalidArgument(f"{name!r} is unknown; write one of "
                              + ", ".join(names), field=field)
    return names[name]


def _at(now: Now) -> int:
    if now is None:
        return now_us()
    return microseconds(now) if isinstance(now, dt.datetime) else now


def _when(us: int) -> dt.datetime | None:
    """Deadlines may lie past the last year that Python knows."""
    return instant(us if us == TIME_MAX else min(us, _LAST))


def _ms(seconds: Seconds, field: str) -> int:
    return span(seconds, field, 1000, 2 ** 32)


def _minutes(at: dt.time | str | int, field: str) -> int:
    """After local midnight; "24:00" is the next one."""
    if isinstance(at, dt.time):
        return at.hour * 60 + at.minute
    if isinstance(at, int):
        return at
    hour, colon, minute = at.partition(":")
    if not colon or not (hour.isascii() and hour.isdigit()
                         and minute.isascii() and minute.isdigit()) \
            or int(hour) > 24 or int(minute) > 59:
        raise InvalidArgument(f"{at!r} is no time of day; write \"09:30\"",
                              field=field)
    return int(hour) * 60 + int(minute)


class TargetOptions(TypedDict, total=False):
    """What a target may be given beside its name; they mean what
    ``tw_target_options`` says in trunkwise/distribution.h."""

    kind: str
    capacity: int
    wrap_up_s: Seconds
    busy_s: Seconds
    no_answer_s: Seconds
    rejected_s: Seconds
    unreachable_s: Seconds


class _Thing:
    """Something of an engine, known by its number there."""

    __slots__ = ("_engine", "id")

    def __init__(self, engine: "Engine", number: int):
        self._engine = engine
        self.id = number

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, _Thing) \
            and other._engine is self._engine and other.id == self.id

    def __hash__(self) -> int:
        return hash((type(self), id(self._engine), self.id))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"

    def __str__(self) -> str:
        return str(self.id)

    @property
    def _handle(self) -> raw.tw_engine:
        return self._engine.handle


class Target(_Thing):
    """What can ring: a phone, a landline, a mobile."""

    __slots__ = ()

    @property
    def name(self) -> str:
        return raw.tw_target_name(self._handle, self.id)

    @property
    def kind(self) -> str:
        number = raw.tw_target_kind(self._handle, self.id)
        return next((k for k, n in _TARGETS.items() if n == number), "?")

    def set_state(self, state: str, *, now: Now = None) -> None:
        """"available", "unreachable" or "paused". Becoming available starts
        the idle clock; offers that ring already go on."""
        self._engine._do(raw.tw_target_set_state, self.id,
                                _one_of(_STATES, state, "state"), _at(now))

    def pause(self, reason: str = "", *, now: Now = None) -> None:
        """"paused", with a reason of at most 31 bytes that ``explain``
        tells."""
        self._engine._do(raw.tw_target_pause, self.id, reason, _at(now))

    def occupy(self, *, now: Now = None) -> None:
        """A call of its own that the engine did not hand out. Raises Busy."""
        self._engine._do(raw.tw_target_occupy, self.id, _at(now))

    def release(self, *, now: Now = None) -> None:
        """That call is over: once for each ``occupy``."""
        self._engine._do(raw.tw_target_release, self.id, _at(now))

    def __str__(self) -> str:
        return self.name


class PoolOptions(TypedDict, total=False):
    """What a pool may be given beside its name and policy; they mean what
    ``tw_pool_options`` says in trunkwise/distribution.h."""

    ring_s: Seconds
    ring_count: int
    delay_s: Seconds
    advance_on: str
    idle: Iterable[str]


class MemberOptions(TypedDict, total=False):
    """What a member may be given beside its order; they mean what
    ``tw_member_options`` says in trunkwise/distribution.h."""

    tier: int
    weight: int
    confirm: bool
    skills: "Skills"


@dataclass(frozen=True, slots=True)
class MemberVerdict:
    """Why a member is taken or not. ``verdict``: "next" is taken next,
    "ready" comes later, "ringing", "tried", "busy", "away" or "unfit"."""

    verdict: str
    target: Target
    tier: int
    order: int
    weight: int
    reason: str


class Pool(_Thing):
    """Targets that ring together or in turn, by a policy."""

    __slots__ = ()

    @property
    def name(self) -> str:
        return raw.tw_pool_name(self._handle, self.id)

    def add(self, target: Target, *, order: int,
            **options: Unpack[MemberOptions]) -> None:
        """``tier``: lower rings first; ``order``: a place of its own;
        ``weight``: its share of the calls; ``skills``: their names, or bits
        of your own (not both in one engine)."""
        made: dict[str, object] = {**options, "order": order}
        if "skills" in options:
            made["skills"] = self._engine._skills(options["skills"], add=True)
        raw.tw_pool_add_member(self._handle, self.id,
                               self._engine._own(target), made)

    def reset(self, *, now: Now = None) -> None:
        """Counts of calls, talk and turns begin anew: a shift starts."""
        raw.tw_pool_reset(self._handle, self.id, _at(now))

    def explain(self, call: "Call | None" = None) -> Iterator[MemberVerdict]:
        """Why each member is taken or not, as of the latest instant the
        engine has seen; without ``call``, for any that arrives."""
        number = self._engine._own(call) if call else 0
        first = 0
        while rows := raw.engine_explain(self._handle, self.id, number,
                                         first):
            first += len(rows)
            for verdict, target, tier, order, weight, reason in rows:
                yield MemberVerdict(_VERDICTS.get(verdict, "?"),
                                    Target(self._engine, target), tier,
                                    order, weight, reason)

    def __str__(self) -> str:
        return self.name


class Schedule(_Thing):
    """Weekly hours in the wall clock of a zone, and dates that differ."""

    __slots__ = ()

    def add_hours(self, days: str | Iterable[str], opens: dt.time | str | int,
                  closes: dt.time | str | int) -> None:
        """``days``: "mon-fri", "sat" or a list of days; open from ``opens``
        until before ``closes``, which is on the next day where it is not
        later. "24:00" is midnight."""
        raw.tw_schedule_add_hours(
            self._handle, self.id, _day_mask(days),
            _minutes(opens, "opens"), _minutes(closes, "closes"))

    def add_date(self, date: dt.date, opens: dt.time | str | int | None = None,
                 closes: dt.time | str | int | None = None, *,
                 hours: Iterable[tuple[dt.time | str | int,
                                       dt.time | str | int]] = (),
                 last: dt.date | None = None, like: str | None = None,
                 short_min: int = 0) -> None:
        """A date, or all of them up to ``last``, that differs: closed; open
        at these hours (``hours``: several pairs); ``like`` a day of the week;
        ``short_min`` closes so much earlier. The first one for a date
        decides."""
        spans = [*hours]
        if opens is not None or closes is not None:
            spans.append((opens or 0, 24 * 60 if closes is None else closes))
        if like is not None and like not in _DAYS:
            raise InvalidArgument(f"{like!r} is no day; write one of "
                                  + ", ".join(_DAYS), field="like")
        if like is not None and spans:
            raise InvalidArgument("hours of its own or those of another day, "
                                  "not both", field="like")
        kind = _HOURS if spans else _LIKE if like else \
            _OWN if short_min else _SHUT
        raw.schedule_add_override(
            self._handle, self.id, (date.year, date.month, date.day),
            max(0, ((last or date) - date).days + 1), kind,
            _DAYS.index(like) if like else 0, short_min,
            [(_minutes(a, "opens"), _minutes(b, "closes"))
             for a, b in spans])

    def is_open(self, at: dt.datetime | None = None) -> bool:
        return bool(raw.tw_schedule_is_open(self._handle, self.id, _at(at)))

    def next_change(self, at: dt.datetime | None = None
                    ) -> dt.datetime | None:
        """When it opens or closes next; None if it stays as it is."""
        return _when(raw.tw_schedule_next_change(self._handle, self.id,
                                                 _at(at)))


def _day_mask(days: str | Iterable[str]) -> int:
    mask = 0
    for part in days.split(",") if isinstance(days, str) else days:
        first, dash, last = part.strip().partition("-")
        last = last if dash else first
        if first not in _DAYS or last not in _DAYS:
            raise InvalidArgument(f"{part!r} is no day; write mon, tue, wed, "
                                  "thu, fri, sat, sun or mon-fri",
                                  field="days")
        day, end = _DAYS.index(first), _DAYS.index(last)
        mask |= 1 << day
        while day != end:
            day = (day + 1) % 7
            mask |= 1 << day
    return mask


class Plan(_Thing):
    """Steps that a call goes through until somebody answers. A step may be
    only for while a schedule is open, or closed, at its beginning."""

    __slots__ = ()

    @property
    def name(self) -> str:
        return raw.tw_plan_name(self._handle, self.id)

    def __str__(self) -> str:
        return self.name

    def _step(self, kind: int, open_in: Schedule | None,
              closed_in: Schedule | None, **options: int | None) -> None:
        if open_in is not None and closed_in is not None:
            raise InvalidArgument("a step is for open or for closed hours, "
                                  "not for both", field="closed_in")
        schedule = open_in if open_in is not None else closed_in
        when = _ALWAYS
        if schedule is not None:
            when = _OPEN if schedule is open_in else _CLOSED
            options["schedule"] = self._engine._own(schedule)
        raw.tw_plan_add_step(self._handle, self.id,
                             {"kind": kind, "when": when, **options})

    def ring(self, pool: Pool, *, ring_s: Seconds = 20, reserve: int = 0,
             any_skills: bool = False,
             open_in: Schedule | None = None,
             closed_in: Schedule | None = None) -> None:
        """Offers members of ``pool`` for so long in all, while more than
        ``reserve`` of them are ready. With ``any_skills``, here and below,
        also those who lack what the call needs."""
        self._step(_RING, open_in, closed_in, pool=self._engine._own(pool),
                   any_skills=any_skills,
                   ring_ms=_ms(ring_s, "ring_s"), reserve=reserve)

    def queue(self, pool: Pool, *, wait_s: Seconds = 0, length_max: int = 0,
              join: str = "staffed", leave: str = "nobody",
              retry_s: Seconds = 5, reserve: int = 0,
              announce_s: Seconds = 0, any_skills: bool = False,
              open_in: Schedule | None = None,
              closed_in: Schedule | None = None) -> None:
        """Waits in line for a member of ``pool``, to ``wait_s`` (0: as long
        as it takes), unless ``length_max`` calls wait already (0: no limit).
        ``join`` and ``leave`` say what there must be in the pool: "nobody",
        "reachable", "staffed" or, to join, "ready". Who did not take an offer
        is left alone for ``retry_s``. Where the host can "play", an
        "announce" comes at once and each ``announce_s`` (0: never)."""
        self._step(_QUEUE, open_in, closed_in, pool=self._engine._own(pool),
                   wait_ms=_ms(wait_s, "wait_s"), length_max=length_max,
                   join=_one_of(_NEEDS, join, "join"),
                   leave=_one_of(_NEEDS, leave, "leave"),
                   announce_ms=_ms(announce_s, "announce_s"),
                   any_skills=any_skills,
                   retry_ms=_ms(retry_s, "retry_s"), reserve=reserve)

    def callback(self, pool: Pool, *, wait_s: Seconds = 0,
                 length_max: int = 0, retry_s: Seconds = 5, reserve: int = 0,
                 any_skills: bool = False,
                 open_in: Schedule | None = None,
                 closed_in: Schedule | None = None) -> None:
        """The call becomes a ticket and waits for a member of ``pool`` while
        the caller hangs up; skipped by a host without "callback"."""
        self._step(_CALLBACK, open_in, closed_in,
                   pool=self._engine._own(pool),
                   any_skills=any_skills,
                   wait_ms=_ms(wait_s, "wait_s"), length_max=length_max,
                   retry_ms=_ms(retry_s, "retry_s"), reserve=reserve)

    def overflow(self, plan: "Plan", *, open_in: Schedule | None = None,
                 closed_in: Schedule | None = None) -> None:
        """Goes on with another plan and does not come back; skipped for a
        call that was in it before."""
        self._step(_PLAN, open_in, closed_in, plan=self._engine._own(plan))

    def prefer(self, pool: Pool, *, ring_s: Seconds = 20, reserve: int = 0,
               any_skills: bool = False,
               open_in: Schedule | None = None,
               closed_in: Schedule | None = None) -> None:
        """Offers the target that the call prefers, if it is of ``pool`` and
        ready; else skipped at once."""
        self._step(_PREFERRED, open_in, closed_in,
                   pool=self._engine._own(pool), any_skills=any_skills,
                   ring_ms=_ms(ring_s, "ring_s"), reserve=reserve)

    def reject(self, *, sip_code: int = 480,
               open_in: Schedule | None = None,
               closed_in: Schedule | None = None) -> None:
        """Ends the call with this code."""
        self._step(_REJECT, open_in, closed_in, sip_code=sip_code)

    def voicemail(self, *, open_in: Schedule | None = None,
                  closed_in: Schedule | None = None) -> None:
        """Takes a message, where the host can; else the step is skipped."""
        self._step(_VOICEMAIL, open_in, closed_in)


@dataclass(frozen=True, slots=True)
class Wait:
    """``position`` 1 is next; beyond 1000 it is how many wait. ``expected``
    is between which times it may last, None while that is not known."""

    position: int
    entered: dt.datetime | None
    expected: tuple[dt.timedelta, dt.timedelta] | None


def _range(low: int, high: int
           ) -> tuple[dt.timedelta, dt.timedelta] | None:
    if high < 0:
        return None
    return dt.timedelta(microseconds=low), dt.timedelta(microseconds=high)


class Call(_Thing):
    """A call that goes through a plan."""

    __slots__ = ()

    def leave(self, *, now: Now = None) -> None:
        """The caller gave up, or the talk ended. Raises NotFound when the
        engine has ended it before."""
        self._engine._do(raw.tw_call_leave, self.id, _at(now))


    def callback(self, *, until: Now = None, now: Now = None) -> None:
        """A waiting call becomes a ticket: the caller may hang up, the place
        and its age stay, ``until`` then or as long as it takes. Raises
        Conflict when it does not wait."""
        self._engine._do(raw.tw_call_callback, self.id,
                         TIME_MAX if until is None else _at(until), _at(now))

    def requeue(self, plan: Plan | None = None, *, keep_age: bool = True,
                now: Now = None) -> None:
        """Whatever the call does ends, and it begins a plan anew (else the
        one it is in)."""
        number = self._engine._own(plan) if plan is not None else 0
        self._engine._do(raw.tw_call_requeue, self.id, number, keep_age,
                         _at(now))


    @property
    def wait(self) -> Wait:
        """Where it stands in line. Raises Conflict when it does not wait."""
        position, entered, low, high = raw.call_wait(self._handle, self.id)
        return Wait(position, _when(entered), _range(low, high))


class Offer(_Thing):
    """One target that rings for one call."""

    __slots__ = ()

    def answered(self, *, now: Now = None) -> None:
        """Raises Conflict when somebody was faster or the offer is over: end
        the leg as "lost_race"."""
        self._engine._do(raw.tw_offer_answered, self.id, _at(now))

    def confirmed(self, *, now: Now = None) -> None:
        """The key that a "confirm" asked for was pressed: now the answer
        counts. Raises Conflict when it asks for none or is over."""
        self._engine._do(raw.tw_offer_confirmed, self.id, _at(now))

    def failed(self, outcome: str, *, now: Now = None) -> None:
        """"busy", "no_answer", "rejected", "unreachable" or "congested".
        Raises Conflict after a cancel, which is harmless."""
        self._engine._do(raw.tw_offer_failed, self.id,
                            _one_of(_OUTCOMES, outcome, "outcome"), _at(now))


@dataclass(frozen=True, slots=True)
class Decision:
    """What the host is to do now.

    ``kind``: "offer" rings ``target`` until ``until``; "cancel" stops ringing
    it, ``outcome`` says why; "end" ends the call with ``sip_code``; "step" is
    news; "voicemail" takes a message; "confirm" asks who answered ``offer``
    for a key until ``until``; "callback" is news that the call is a ticket
    now; "announce" tells him his ``position`` in line and, once it is known,
    between which times he may ``wait``. The caller of an offer for a ``ticket`` is dialled once it is
    answered. What has no meaning there is None.
    """

    kind: str
    call: Call
    offer: Offer | None
    target: Target | None
    pool: Pool | None
    step: int
    outcome: str | None
    sip_code: int | None
    until: dt.datetime | None
    reason: str
    plan: Plan
    ticket: bool
    position: int | None
    wait: tuple[dt.timedelta, dt.timedelta] | None


@dataclass(frozen=True, slots=True)
class OfferEvent:
    """A finished offer; with ``outcome`` None, a step passed over; with one
    and no ``offer``, a call that left a line it had waited in since
    ``offered``."""

    outcome: str | None
    call: Call
    offer: Offer | None
    target: Target | None
    pool: Pool | None
    step: int
    offered: dt.datetime | None
    answered: dt.datetime | None
    ended: dt.datetime | None
    reason: str
    plan: Plan


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
    """What a restore or reload found different. ``change``: "new", "changed", "gone",
    "drains" (gone, but live calls still use it) or "forgotten" (there, but
    starts anew); ``kind``: "target", "pool", "member" or "plan"."""

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

    def _own(self, thing: _Thing) -> int:
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
            made["kind"] = _one_of(_TARGETS, kind, "kind")
        for field in ("wrap_up", "busy", "no_answer", "rejected",
                      "unreachable"):
            if (s := made.pop(f"{field}_s", None)) is not None:
                made[f"{field}_ms"] = _ms(s, f"{field}_s")  # type: ignore
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
            "advance_on": _one_of(_ADVANCE, options.get("advance_on",
                                                        "offer"),
                                  "advance_on"),
            "idle": sum({_one_of(_IDLE, word, "idle")
                         for word in options.get("idle", ())})}
        for field in ("ring_s", "delay_s"):
            seconds: Seconds = options.get(field, 0)  # type: ignore
            made[field[:-1] + "ms"] = _ms(seconds, field)
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
            "entered": 0 if entered is None else _at(entered),
            "preferred": self._own(preferred) if preferred else 0,
            "affinity": affinity,
            "skills_needed": self._skills(skills_needed),
            "ticket": int(ticket)}
        return Call(self, self._do(raw.tw_call_enter_as, options, _at(now)))

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
                    "entered": 0 if entered is None else _at(entered)}
        return Call(self, self._do(raw.tw_call_enter_as, options, _at(now)))

    def tick(self, *, now: Now = None) -> None:
        """Runs what is due. Early calls do nothing."""
        self._do(raw.tw_engine_tick, _at(now))

    @property
    def deadline(self) -> dt.datetime | None:
        """When to ``tick`` next; None if nothing is due ever."""
        return _when(raw.tw_engine_deadline(self.handle))

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
                _when(until) if until else None, reason, Plan(self, plan),
                bool(ticket), position or None,
                _range(low, high) if position else None)

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
                Pool(self, pool) if pool else None, step, _when(offered),
                _when(answered) if answered else None, _when(ended), reason,
                Plan(self, plan))

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
            changes = raw.tw_engine_reload(self.handle, handle, _at(now))
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
        can |= _one_of(_HOSTS, name, "host")
    return {"seed": whole(seed, "seed"), "host": can,
            "calls_max": whole(calls_max, "calls_max"),
            "priority_ms": _ms(priority_s, "priority_s"),
            "resume_ms": _ms(resume_s, "resume_s")}


_CHANGES = {1: "new", 2: "changed", 3: "gone", 4: "drains", 5: "forgotten"}


def _changes(handle: raw.tw_engine_changes) -> list[EngineChange]:
    found = []
    while (row := raw.engine_changes_next(handle)) is not None:
        found.append(EngineChange(_CHANGES.get(row[0], "?"), *row[1:]))
    return found
