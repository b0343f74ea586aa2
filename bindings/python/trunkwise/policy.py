"""A policy of your own: who of a tier rings next.

>>> from trunkwise.distribution import Engine
>>> class Oldest(Policy):
...     def pick(self, look):
...         return min(look.members, key=lambda m: m.target.name)
>>> with Engine() as engine:
...     engine.add_policy("by name", Oldest())
...     pool = engine.add_pool("city", policy="by name")
...     for order, name in enumerate(["vera", "anna"]):
...         pool.add(engine.add_target(name), order=order)
...     plan = engine.add_plan("kazan")
...     plan.ring(pool)
...     call = engine.enter(plan)
...     print([d.target.name for d in engine.decisions() if d.target])
['anna']
"""

from __future__ import annotations

import datetime as dt
import weakref
from typing import TYPE_CHECKING, Any, Callable, Iterator

from . import raw
from .errors import InvalidArgument
from .values import instant

if TYPE_CHECKING:
    from .directory import Directory
    from .call import Call
    from .distribution import Engine
    from .target import Pool, Target

_NONE = 2 ** 32 - 1
_PICK, _OFFERED, _ANSWERED, _ENDED, _SAVE, _LOAD = range(6)


class Look:
    """One tier of a pool while a policy is asked or told something; over
    when it has answered. ``state`` is a dict of the policy's own for each
    tier."""

    def __init__(self, engine: "Engine", handle: raw.tw_look,
                 state: dict[Any, Any]):
        self._engine = engine
        self._look: raw.tw_look | None = handle
        self.state = state
        (self._now, self.tier, self._pool, self.step,
         self._call) = raw.look_read(handle)

    @property
    def _handle(self) -> raw.tw_look:
        if self._look is None:
            raise InvalidArgument("the policy has answered; look again when "
                                  "it is asked")
        return self._look

    @property
    def now(self) -> dt.datetime:
        return instant(self._now)  # type: ignore[return-value]

    @property
    def pool(self) -> "Pool":
        return self._engine._pool(self._pool)

    @property
    def call(self) -> "Call | None":
        """Whose choice it is; None when the policy is told something."""
        return self._engine.call(self._call) if self._call else None

    @property
    def members(self) -> Iterator["Member"]:
        """Who may be picked: ready, and not tried in this step; by order."""
        place = raw.look_next(self._handle, _NONE)
        while place is not None:
            yield Member(self, place)
            place = raw.look_next(self._handle, place)

    def _place(self, chosen: object) -> int | None:
        if chosen is None:
            return None
        if not isinstance(chosen, Member):
            raise TypeError("pick() gives a member of look.members or None, "
                            f"not {type(chosen).__name__}")
        if chosen._look is not self:
            raise InvalidArgument(f"{chosen!r} is of another look")
        return chosen._at


class Member:
    """A target in the tier, as it is now. ``held`` of its ``capacity`` calls
    are in use, over all pools; ``idle_since`` is None while it was not used
    yet; ``skills`` is a set of bits."""

    __slots__ = ("_look", "_at", "_target", "order", "weight", "held",
                 "capacity", "skills", "_idle_since")

    def __init__(self, look: Look, place: int):
        self._look = look
        self._at = place
        (self._target, self.order, self.weight, self.held, self.capacity,
         self.skills, self._idle_since) = raw.look_member(look._handle, place)

    @property
    def target(self) -> "Target":
        return self._look._engine._target(self._target)

    @property
    def idle_since(self) -> dt.datetime | None:
        return instant(self._idle_since)

    def __repr__(self) -> str:
        return f"<Member {self.target} of order {self.order}>"


class Policy:
    """Inherit, and give it to ``Engine.add_policy``. It may not call the
    engine. What it raises is the cause of a Refused out of the verb that
    asked: the call is then at its next step, or, from ``Engine.enter``, not
    in the engine."""

    version = 1
    """Of the layout of what ``save`` gives: count it up when that changes."""

    def pick(self, look: Look) -> Member | None:
        """One of ``look.members``; None for nobody, which makes the next
        tier's turn."""
        raise NotImplementedError

    def offered(self, look: Look, member: Member) -> None:
        """It rings."""

    def answered(self, look: Look, member: Member) -> None:
        """It talks."""

    def ended(self, look: Look, member: Member, outcome: str) -> None:
        """Its offer or talk is over."""

    def save(self, look: Look) -> bytes | None:
        """What ``look.state`` is to be again after a restore or reload, as
        bytes (65536 at most); know members by ``order``. Without it and
        ``load`` it begins empty then. What this raises refuses the
        snapshot."""

    def load(self, look: Look, version: int, data: bytes) -> None:
        """Fills ``look.state`` from what ``save`` gave, maybe in an earlier
        version of yours. What this raises refuses the restore. There is no
        call in the look, and nobody is ready yet for sure."""


class InOrder(Policy):
    """The first one who is ready: stands in for a policy that only the host
    has, where a deployment is looked at and not served."""

    def pick(self, look: Look) -> Member | None:
        return next(look.members, None)


def own_policies(directory: "Directory") -> list[str]:
    """Names of the policies that its pools have and the library has not."""
    names = (row["policy"] for row in directory.rows("pool"))
    return sorted({name.removeprefix("own:") for name in names
                   if name.startswith("own:")})


def told(policy: Policy) -> int:
    """Which news it wants: those that its class has methods for."""
    names = ("offered", "answered", "ended", "save", "load")
    return sum(1 << bit for bit, name in enumerate(names)
               if getattr(type(policy), name) is not getattr(Policy, name))


def asking(policy: Policy, engine: "Engine"
           ) -> Callable[[int, raw.tw_look, dict[Any, Any], int, int,
                          bytes | None], Any]:
    """What the library calls. It knows the engine weakly: that owns it."""
    home = weakref.ref(engine)

    def ask(what: int, handle: raw.tw_look, state: dict[Any, Any],
            place: int, outcome: int, data: bytes | None) -> Any:
        here = home()
        while here is not None and here._heir is not None:   # a reload
            here = here._heir
        if here is None:
            raise InvalidArgument("the engine is gone")
        look = Look(here, handle, state)
        try:
            if what == _PICK:
                return look._place(policy.pick(look))
            if what == _SAVE:
                saved = policy.save(look)
                return None if saved is None else (policy.version,
                                                   bytes(memoryview(saved)))
            if what == _LOAD:
                return policy.load(look, place, data or b"")
            member = Member(look, place)
            if what == _OFFERED:
                policy.offered(look, member)
            elif what == _ANSWERED:
                policy.answered(look, member)
            else:
                policy.ended(look, member, raw.tw_outcome_name(outcome))
            return None
        except BaseException as error:
            here._fault = here._fault or error
            raise
        finally:
            look._look = None

    return ask
