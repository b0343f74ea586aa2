"""Calls and offers, and what an engine says of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from . import raw
from .plan import Plan
from .target import Pool, Target
from .thing import Now, Thing, as_range, as_time, as_us, one_of
from .values import TIME_MAX

OUTCOMES: dict[str, int] = {raw.tw_outcome_name(n): n for n in range(1, 12)}


@dataclass(frozen=True, slots=True)
class Wait:
    """``position`` 1 is next; beyond 1000 it is how many wait. ``expected``
    is between which times it may last, None while that is not known."""

    position: int
    entered: dt.datetime | None
    expected: tuple[dt.timedelta, dt.timedelta] | None


class Call(Thing):
    """A call that goes through a plan."""

    __slots__ = ()

    def leave(self, *, now: Now = None) -> None:
        """The caller gave up, or the talk ended. Raises NotFound when the
        engine has ended it before."""
        self._engine._do(raw.tw_call_leave, self.id, as_us(now))

    def callback(self, *, until: Now = None, now: Now = None) -> None:
        """A waiting call becomes a ticket: the caller may hang up, the place
        and its age stay, ``until`` then or as long as it takes. Raises
        Conflict when it does not wait."""
        self._engine._do(raw.tw_call_callback, self.id,
                         TIME_MAX if until is None else as_us(until),
                         as_us(now))

    def requeue(self, plan: Plan | None = None, *, keep_age: bool = True,
                now: Now = None) -> None:
        """Whatever the call does ends, and it begins a plan anew (else the
        one it is in)."""
        number = self._engine._own(plan) if plan is not None else 0
        self._engine._do(raw.tw_call_requeue, self.id, number, keep_age,
                         as_us(now))

    @property
    def wait(self) -> Wait:
        """Where it stands in line. Raises Conflict when it does not wait."""
        position, entered, low, high = raw.call_wait(self._handle, self.id)
        return Wait(position, as_time(entered), as_range(low, high))


class Offer(Thing):
    """One target that rings for one call."""

    __slots__ = ()

    def answered(self, *, now: Now = None) -> None:
        """Raises Conflict when somebody was faster or the offer is over: end
        the leg as "lost_race"."""
        self._engine._do(raw.tw_offer_answered, self.id, as_us(now))

    def confirmed(self, *, now: Now = None) -> None:
        """The key that a "confirm" asked for was pressed: now the answer
        counts. Raises Conflict when it asks for none or is over."""
        self._engine._do(raw.tw_offer_confirmed, self.id, as_us(now))

    def failed(self, outcome: str, *, now: Now = None) -> None:
        """"busy", "no_answer", "rejected", "unreachable" or "congested".
        Raises Conflict after a cancel, which is harmless."""
        self._engine._do(raw.tw_offer_failed, self.id,
                         one_of(OUTCOMES, outcome, "outcome"), as_us(now))


@dataclass(frozen=True, slots=True)
class Decision:
    """What the host is to do now.

    ``kind``: "offer" rings ``target`` until ``until``; "cancel" stops ringing
    it, ``outcome`` says why; "end" ends the call with ``sip_code``; "step" is
    news; "voicemail" takes a message; "confirm" asks who answered ``offer``
    for a key until ``until``; "callback" is news that the call is a ticket
    now; "announce" tells him his ``position`` in line and, once it is known,
    between which times he may ``wait``. The caller of an offer for a
    ``ticket`` is dialled once it is answered. What has no meaning there is
    None.
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
