"""Who can ring, and who rings together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Iterable, Iterator, TypedDict, Unpack

from . import raw
from .thing import Now, Seconds, Skills, Thing, as_us, one_of

if TYPE_CHECKING:
    from .call import Call

TARGETS = {"phone": 1, "landline": 2, "mobile": 3}
_STATES = {"available": 1, "unreachable": 2, "paused": 3}
_VERDICTS = {1: "next", 2: "ready", 3: "ringing", 4: "tried", 5: "busy",
             6: "away", 7: "unfit"}


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


class Target(Thing):
    """What can ring: a phone, a landline, a mobile."""

    __slots__ = ()

    @property
    def name(self) -> str:
        return raw.tw_target_name(self._handle, self.id)

    @property
    def kind(self) -> str:
        number = raw.tw_target_kind(self._handle, self.id)
        return next((k for k, n in TARGETS.items() if n == number), "?")

    def set_state(self, state: str, *, now: Now = None) -> None:
        """"available", "unreachable" or "paused". Becoming available starts
        the idle clock; offers that ring already go on."""
        self._engine._do(raw.tw_target_set_state, self.id,
                         one_of(_STATES, state, "state"), as_us(now))

    def pause(self, reason: str = "", *, now: Now = None) -> None:
        """"paused", with a reason of at most 31 bytes that ``explain``
        tells."""
        self._engine._do(raw.tw_target_pause, self.id, reason, as_us(now))

    def occupy(self, *, now: Now = None) -> None:
        """A call of its own that the engine did not hand out. Raises Busy."""
        self._engine._do(raw.tw_target_occupy, self.id, as_us(now))

    def release(self, *, now: Now = None) -> None:
        """That call is over: once for each ``occupy``."""
        self._engine._do(raw.tw_target_release, self.id, as_us(now))

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


class Pool(Thing):
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
        raw.tw_pool_reset(self._handle, self.id, as_us(now))

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
