"""What a call goes through until somebody answers."""

from __future__ import annotations

from . import raw
from .errors import InvalidArgument
from .schedule import Schedule
from .target import Pool
from .thing import Seconds, Thing, as_ms, one_of

_RING, _REJECT, _VOICEMAIL, _QUEUE, _PLAN = 1, 2, 3, 4, 5
_CALLBACK, _PREFERRED = 6, 7
_NEEDS = {"nobody": 0, "reachable": 1, "staffed": 2, "ready": 3}
_ALWAYS, _OPEN, _CLOSED = 0, 1, 2


class Plan(Thing):
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
                   ring_ms=as_ms(ring_s, "ring_s"), reserve=reserve)

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
                   wait_ms=as_ms(wait_s, "wait_s"), length_max=length_max,
                   join=one_of(_NEEDS, join, "join"),
                   leave=one_of(_NEEDS, leave, "leave"),
                   announce_ms=as_ms(announce_s, "announce_s"),
                   any_skills=any_skills,
                   retry_ms=as_ms(retry_s, "retry_s"), reserve=reserve)

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
                   wait_ms=as_ms(wait_s, "wait_s"), length_max=length_max,
                   retry_ms=as_ms(retry_s, "retry_s"), reserve=reserve)

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
                   ring_ms=as_ms(ring_s, "ring_s"), reserve=reserve)

    def reject(self, *, sip_code: int = 480,
               open_in: Schedule | None = None,
               closed_in: Schedule | None = None) -> None:
        """Ends the call with this code."""
        self._step(_REJECT, open_in, closed_in, sip_code=sip_code)

    def voicemail(self, *, open_in: Schedule | None = None,
                  closed_in: Schedule | None = None) -> None:
        """Takes a message, where the host can; else the step is skipped."""
        self._step(_VOICEMAIL, open_in, closed_in)
