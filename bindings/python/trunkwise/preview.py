"""What would happen to a call: the engine itself plays it.

Nothing of distribution is decided here a second time. An engine is built from
the directory, whoever is said to be busy is made busy, the call enters, and
everybody lets it ring; what the engine then does is written down.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Iterable, Iterator, NamedTuple

from .directory import Directory, Row
from .distribution import (Decision, Engine, MemberVerdict, Offer,
                           OfferEvent)
from .errors import Busy, NotFound

if TYPE_CHECKING:
    from .store import Store

_LONGEST = dt.timedelta(hours=1)
_KINDS = ("ring", "queue", "voicemail", "reject")
_SKIPPED = {"step skipped: closed now": "closed",
            "step skipped: open now": "open",
            "step skipped: this host has no voicemail": "no_voicemail",
            "step skipped: nobody of the pool is reachable": "unreachable",
            "step skipped: nobody of the pool is at work": "unstaffed",
            "step skipped: nobody of the pool is ready": "unready"}


class Who(NamedTuple):
    """A phone, landline or mobile as its row tells it."""

    name: str
    kind: str
    person: str
    extension: str
    number: str


class Ring(NamedTuple):
    """Somebody rings; seconds count from the call's arrival. ``outcome``:
    "no_answer", "busy" (found busy when dialled) or "expired" (the step was
    over)."""

    who: Who
    begins_s: float
    ends_s: float
    outcome: str
    reason: str


class PassedOver(NamedTuple):
    """A member of a step's pool that did not ring in it; ``why`` is "busy",
    or "" for one whose turn did not come. ``verdict`` and ``reason`` are the
    engine's own at the beginning of the step."""

    who: Who
    why: str
    verdict: str
    reason: str


class PreviewStep(NamedTuple):
    """A step of the plan (counted from 1), taken or skipped. ``skipped`` is
    "", "closed" or "open" (it is for other hours), "no_voicemail", or of a
    queue "unreachable", "unstaffed", "unready"; ``wait_s`` is 0 for a queue
    without a limit."""

    step: int
    kind: str
    pool: str
    policy: str
    when: str
    schedule: str
    skipped: str
    wait_s: int
    begins_s: float
    ends_s: float
    rings: list[Ring]
    passed_over: list[PassedOver]


class Hours(NamedTuple):
    """A schedule that the plan asks, at the call's arrival."""

    schedule: str
    zone: str
    is_open: bool
    changes: dt.datetime | None


class Preview(NamedTuple):
    """The whole call. ``end`` says how: "rejected" by a step, "closed",
    "unanswered", "voicemail", or "waiting" still after an hour."""

    number: str
    plan: str
    at: dt.datetime
    hours: list[Hours]
    steps: list[PreviewStep]
    end: str
    sip_code: int | None
    ends_s: float
    reason: str

    @property
    def until(self) -> Hours | None:
        """The schedule whose next change may make this untrue first."""
        changing = [h for h in self.hours if h.changes]
        return min(changing, key=lambda h: h.changes, default=None)


def _who(directory: Directory, name: str) -> Who:
    try:
        row = directory.find("phone", name)
    except NotFound:
        return Who(name, "landline", "", "",
                   directory.find("landline", name)["number"])
    return Who(name, "mobile" if row["number"] else "phone", row["person"],
               row["extension"], row["number"])


def _member(row: Row) -> str:
    return row["phone"] or row["landline"]


def _meant(directory: Directory, name: str) -> set[str]:
    """The phones and landlines that somebody means by a name."""
    for kind in "phone", "landline":
        try:
            return {directory.find(kind, name).name}
        except NotFound:
            pass
    try:
        person = directory.find("person", name).name
        return {row.name for row in directory.rows("phone")
                if row["person"] == person}
    except NotFound:
        pass
    try:
        pool = directory.find("pool", name)
    except NotFound:
        raise NotFound(
            f"there is no phone, landline, person or pool '{name}'",
            code="TW_ENOTFOUND", field="--busy") from None
    return {_member(row) for row in pool.children()}


class _Stage:
    """A call while it is played."""

    def __init__(self, directory: Directory, engine: Engine, plan: Row,
                 at: dt.datetime, busy: set[str]):
        self.directory = directory
        self.engine = engine
        self.rows = list(plan.children())
        self.plan = plan
        self.at = self.now = at
        self.busy = busy
        self.rings: dict[Offer, tuple[int, Ring]] = {}
        self.entered: dict[int, float] = {}
        self.left: dict[int, float] = {}
        self.skipped: dict[int, tuple[float, str]] = {}
        self.verdicts: dict[int, dict[str, MemberVerdict]] = {}
        self.over: Decision | None = None

    def _s(self) -> float:
        return (self.now - self.at).total_seconds()

    def hold(self) -> None:
        """A phone's calls are known; of a landline or a mobile only who
        dials it learns that it is busy."""
        for name in self.busy:
            target = self.engine.target(name)
            if target.kind != "phone":
                continue
            try:
                while True:
                    target.occupy(now=self.at)
            except Busy:
                pass

    def play(self) -> None:
        self.hold()
        call = self.engine.enter(self.engine.plan(self.plan.name),
                                 now=self.at)
        while True:
            for decision in self.engine.decisions():
                self._take(decision)
            for event in self.engine.events():
                self._skip(event)
            due = self.engine.deadline
            if self.over or due is None or due > self.at + _LONGEST:
                break
            self.now = max(due, self.now)
            self.engine.tick(now=self.now)
        if not self.over or self.over.kind == "voicemail":
            if due and not self.over:
                self.now = self.at + _LONGEST
            call.leave(now=self.now)

    def _take(self, decision: Decision) -> None:
        if decision.kind == "offer":
            self._offer(decision)
        elif decision.kind == "cancel" and decision.offer in self.rings:
            step, ring = self.rings[decision.offer]
            self.rings[decision.offer] = step, ring._replace(
                ends_s=self._s(), outcome=decision.outcome or "")
        elif decision.kind == "step":
            self._leave()
            self.entered[decision.step] = self._s()
            if decision.pool is not None:
                self.verdicts[decision.step] = {
                    v.target.name: v for v in self._explain(decision)}
        elif decision.kind in ("end", "voicemail"):
            self._leave()
            self.over = decision

    @staticmethod
    def _explain(decision: Decision) -> list[MemberVerdict]:
        """For the call; one that found nobody anywhere is over already."""
        try:
            return list(decision.pool.explain(decision.call))
        except NotFound:
            return list(decision.pool.explain())

    def _leave(self) -> None:
        """Out of the step that was entered last."""
        if self.entered:
            self.left.setdefault(max(self.entered), self._s())

    def _offer(self, decision: Decision) -> None:
        target = decision.target
        who = _who(self.directory, target.name)
        found_busy = who.name in self.busy
        self.rings[decision.offer] = decision.step, Ring(
            who, self._s(), self._s(), "busy" if found_busy else "no_answer",
            decision.reason)
        if found_busy:
            decision.offer.failed("busy", now=self.now)

    def _skip(self, event: OfferEvent) -> None:
        if event.target is None and event.reason.startswith("step skipped"):
            self.skipped[event.step] = self._s(), _SKIPPED.get(
                event.reason, event.reason)

    def steps(self) -> Iterator[PreviewStep]:
        last = self.over.step if self.over else max(
            (*self.entered, *self.skipped))
        for index, row in enumerate(self.rows[:last + 1]):
            yield self._step(index, row)

    def _step(self, index: int, row: Row) -> PreviewStep:
        rings = [ring for step, ring in self.rings.values() if step == index]
        begins, skipped = self.skipped.get(index, (0.0, ""))
        begins = self.entered.get(index, begins)
        if self.over and self.over.step == index:
            begins = self._s()
        kind = next((k for k in _KINDS if row[k] not in ("", "false")), "")
        pool = row["ring"] or row["queue"]
        rang = {ring.who.name for ring in rings}
        members = [_member(m) for m in
                   self.directory.find("pool", pool).children()] \
            if pool and not skipped else []
        when = row["when"]
        said = self.verdicts.get(index, {})
        return PreviewStep(
            index + 1, kind, pool,
            self.directory.find("pool", pool)["policy"] if pool else "",
            when, "" if when == "always" else
            row["schedule"] or self.plan["schedule"], skipped,
            int(row["wait_s"] or 0), begins,
            begins if skipped else self.left.get(index, self._s()), rings,
            [PassedOver(_who(self.directory, name),
                        "busy" if name in self.busy else "",
                        said[name].verdict if name in said else "",
                        said[name].reason if name in said else "")
             for name in members if name not in rang])

    def hours(self) -> Iterator[Hours]:
        names = dict.fromkeys(
            row["schedule"] or self.plan["schedule"] for row in self.rows
            if row["when"] != "always")
        for name in names:
            schedule = self.engine.schedule(name)
            change = schedule.next_change(self.at)
            if change and change.year == dt.MAXYEAR:   # no clock shows it
                change = None
            yield Hours(name, self.directory.find("schedule", name)["zone"],
                        schedule.is_open(self.at), change)


def preview(directory: Directory, number: str, *, at: dt.datetime,
            busy: Iterable[str] = (), host: Iterable[str] = ()) -> Preview:
    """A call to ``number`` at that time, nobody answering. ``busy`` names
    phones, landlines, people or whole pools; ``host`` is what the host can
    do, as for ``Engine``. Raises NotFound."""
    row = directory.find("number", number)
    if not row["plan"]:
        raise NotFound(f"number {row['number']} has no plan: its calls ring "
                       "nobody here; add plan to its [[number]]",
                       code="TW_ENOTFOUND", field="NUMBER")
    names = {name for said in busy for name in _meant(directory, said)}
    with Engine.from_directory(directory, host=host) as engine:
        stage = _Stage(directory, engine,
                       directory.find("plan", row["plan"]), at, names)
        stage.play()
        over = stage.over
        end = "waiting" if over is None else \
            "voicemail" if over.kind == "voicemail" else over.outcome or ""
        return Preview(
            row["number"], row["plan"], at, list(stage.hours()),
            list(stage.steps()), end, over.sip_code if over else None,
            stage._s(), over.reason if over else "")


def previews(store: "Store", number: str, *, at: dt.datetime,
             busy: Iterable[str] = (), host: Iterable[str] = ()
             ) -> tuple[Preview, Preview | None]:
    """The call now, and the same one when its hours change next."""
    said = list(busy)
    now = preview(store.directory(at), number, at=at, busy=said, host=host)
    change = now.until
    if change is None:
        return now, None
    try:
        return now, preview(store.directory(change.changes), number,
                            at=change.changes, busy=said, host=host)
    except NotFound:      # another deployment is in force by then
        return now, None
