"""What would happen to a call: the engine itself plays it.

Nothing of distribution is decided here a second time. An engine is built from
the directory, whoever is said to be busy is made busy, the call enters, and
everybody lets it ring; what the engine then does is written down.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Iterable, Iterator, Mapping, NamedTuple

from .directory import Directory, Row
from .distribution import (Decision, Engine, MemberVerdict, Offer,
                           OfferEvent)
from .errors import Busy, NotFound
from .policy import InOrder, Policy, own_policies

if TYPE_CHECKING:
    from .store import Store

_LONGEST = dt.timedelta(hours=1)
_KINDS = ("ring", "queue", "preferred", "callback", "plan", "voicemail",
          "reject")
_WITH_POOL = ("ring", "queue", "preferred", "callback")
_SKIPPED = {"step skipped: closed now": "closed",
            "step skipped: open now": "open",
            "step skipped: this host has no voicemail": "no_voicemail",
            "step skipped: nobody of the pool is reachable": "unreachable",
            "step skipped: nobody of the pool is at work": "unstaffed",
            "step skipped: nobody of the pool is ready": "unready",
            "step skipped: this host does not call back": "no_callback",
            "step skipped: the call was in that plan already": "visited",
            "step skipped: the call was in too many plans": "hops",
            "step skipped: the call prefers nobody": "nobody_preferred"}


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
    "away", "unfit", "reserved" (kept for the pool's own calls), or "" for one
    whose turn did not come. ``verdict`` and ``reason`` are the
    engine's own at the beginning of the step."""

    who: Who
    why: str
    verdict: str
    reason: str


class PreviewStep(NamedTuple):
    """A step of a plan (counted from 1), taken or skipped. ``skipped`` is
    "", "closed" or "open" (it is for other hours), "no_voicemail",
    "no_callback", "nobody_preferred"; of a queue "unreachable", "unstaffed",
    "unready"; of a plan "visited", "hops"; or the engine's words. ``wait_s``
    is 0 for a wait without a limit, ``announce_s`` for one without
    announcements; with ``any_skills`` what the call needs does not count."""

    plan: str

    step: int
    kind: str
    pool: str
    policy: str
    to_plan: str
    when: str
    schedule: str
    skipped: str
    wait_s: int
    announce_s: int
    any_skills: bool
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
    """The whole call. ``skills`` are what it needs; a step of ``priority``
    counts as a minute of waiting. ``end`` says how: "rejected" by a step, "closed",
    "unanswered", "voicemail", "callback" (the caller hangs up and keeps his
    place), or "waiting" still after an hour."""

    number: str
    plan: str
    at: dt.datetime
    hours: list[Hours]
    steps: list[PreviewStep]
    end: str
    sip_code: int | None
    ends_s: float
    reason: str
    skills: list[str]
    priority: int

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


_Key = tuple[str, int]      # plan and step


class _Stage:
    """A call while it is played, and what was seen of it, step by step."""

    def __init__(self, directory: Directory, engine: Engine, number: str,
                 plan: str, at: dt.datetime, busy: set[str],
                 skills: list[str]):
        self.directory = directory
        self.engine = engine
        self.number = number
        self.plan = plan
        self.at = self.now = at
        self.busy = busy
        self.skills = skills
        self.rings: dict[Offer, tuple[_Key, Ring]] = {}
        self.entered: dict[_Key, float] = {}
        self.left: dict[_Key, float] = {}
        self.skipped: dict[_Key, tuple[float, str]] = {}
        self.verdicts: dict[_Key, dict[str, tuple[str, str]]] = {}
        self.current: _Key | None = None
        self.over: Decision | None = None

    def seconds(self) -> float:
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
        call = self.engine.enter_number(self.number, now=self.at)
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
        if not self.over and due:
            self.now = self.at + _LONGEST
        if not self.over or self.over.kind != "end":
            call.leave(now=self.now)

    def _take(self, decision: Decision) -> None:
        if decision.kind == "offer":
            self._offer(decision)
        elif decision.kind == "cancel" and decision.offer in self.rings:
            key, ring = self.rings[decision.offer]
            self.rings[decision.offer] = key, ring._replace(
                ends_s=self.seconds(), outcome=decision.outcome or "")
        elif decision.kind == "step":
            self._enter(decision)
        elif decision.kind in ("end", "voicemail", "callback") \
                and not self.over:
            self._leave()
            self.over = decision

    def _key(self, row: Decision | OfferEvent) -> _Key:
        return row.plan.name, row.step

    def _enter(self, decision: Decision) -> None:
        self._leave()
        self.current = self._key(decision)
        self.entered[self.current] = self.seconds()
        if decision.pool is None:
            return
        try:
            rows = list(decision.pool.explain(decision.call))
        except NotFound:        # it found nobody anywhere, and is over
            rows = list(decision.pool.explain())
        self.verdicts[self.current] = {
            v.target.name: (v.verdict, v.reason) for v in rows
            if not self._is_our_own(v)}

    def _is_our_own(self, v: MemberVerdict) -> bool:
        """A step that was passed at once is asked about when the call rings
        somebody in the next one already."""
        return v.reason.endswith("lines in use") \
            and v.target.name not in self.busy

    def _leave(self) -> None:
        if self.current:
            self.left.setdefault(self.current, self.seconds())

    def _offer(self, decision: Decision) -> None:
        who = _who(self.directory, decision.target.name)
        found_busy = who.name in self.busy
        self.rings[decision.offer] = self._key(decision), Ring(
            who, self.seconds(), self.seconds(),
            "busy" if found_busy else "no_answer", decision.reason)
        if found_busy:
            decision.offer.failed("busy", now=self.now)

    def _skip(self, event: OfferEvent) -> None:
        if event.target is None and event.reason.startswith("step skipped"):
            self.skipped[self._key(event)] = self.seconds(), _SKIPPED.get(
                event.reason, event.reason)


class _Account:
    """What was seen, put in order: along the plans that the call was in."""

    def __init__(self, stage: _Stage):
        self.stage = stage
        self.directory = stage.directory
        self.clock = 0.0
        self.plans: list[str] = []

    def _end(self) -> _Key | None:
        over = self.stage.over
        return (over.plan.name, over.step) if over else None

    def steps(self) -> Iterator[PreviewStep]:
        plan: str | None = self.stage.plan
        while plan:
            self.plans.append(plan)
            here, plan = plan, None
            row = self.directory.find("plan", here)
            for index, step in enumerate(row.children()):
                key = here, index
                if key in self.stage.skipped or key in self.stage.entered \
                        or key == self._end():
                    yield self._step(key, row, step)
                elif step["plan"]:
                    yield self._step(key, row, step)
                    plan = step["plan"]
                    break
                else:
                    return

    def _step(self, key: _Key, plan: Row, row: Row) -> PreviewStep:
        stage = self.stage
        begins, skipped = stage.skipped.get(key, (self.clock, ""))
        begins = stage.entered.get(key, begins)
        if key == self._end():
            begins = stage.seconds()
        kind = next((k for k in _KINDS if row[k] not in ("", "false")), "")
        over = skipped or kind in ("plan", "reject", "voicemail", "callback")
        self.clock = begins if over else stage.left.get(key,
                                                        stage.seconds())
        pool = row[kind] if kind in _WITH_POOL else ""
        rings = [ring for at, ring in stage.rings.values() if at == key]
        return PreviewStep(
            plan.name, key[1] + 1, kind, pool,
            self.directory.find("pool", pool)["policy"] if pool else "",
            row["plan"], row["when"], "" if row["when"] == "always" else
            row["schedule"] or plan["schedule"], skipped,
            int(row["wait_s"] or 0), int(row["announce_s"] or 0),
            row["any_skills"] == "true", begins, self.clock, rings,
            self._passed(key, pool, row, rings)
            if pool and not over else [])

    def _passed(self, key: _Key, pool: str, row: Row, rings: list[Ring]
                ) -> list[PassedOver]:
        rang = {ring.who.name for ring in rings}
        said = self.stage.verdicts.get(key, {})
        passed = []
        for member in self.directory.find("pool", pool).children():
            name = _member(member)
            if name in rang:
                continue
            verdict, reason = said.get(name, ("", ""))
            lacks = [] if row["any_skills"] == "true" or verdict in (
                "busy", "away", "unfit") else self._lacks(name)
            if lacks:
                verdict, reason = "unfit", "lacks " + ", ".join(lacks)
            why = "busy" if name in self.stage.busy else \
                verdict if verdict in ("busy", "away", "unfit") else \
                "reserved" if row["reserve"] and self.clock == \
                self.stage.entered.get(key) else ""
            passed.append(PassedOver(
                _who(self.directory, name), why, verdict, reason))
        return passed

    def _lacks(self, name: str) -> list[str]:
        """Of a step that was passed at once the engine tells it no more: the
        call is in another one by then."""
        has: list[str] = []
        who = _who(self.directory, name)
        kind = "landline" if who.kind == "landline" else "phone"
        for kind, name in (kind, name), ("person", who.person):
            if name:
                row = self.directory.find(kind, name)
                has += row["skills"].splitlines()
        return [skill for skill in self.stage.skills if skill not in has]

    def hours(self) -> Iterator[Hours]:
        """After the steps: of the plans that they went through."""
        stage = self.stage
        names: dict[str, None] = {}
        for plan in self.plans:
            row = self.directory.find("plan", plan)
            names |= dict.fromkeys(
                step["schedule"] or row["schedule"]
                for step in row.children() if step["when"] != "always")
        for name in names:
            schedule = stage.engine.schedule(name)
            change = schedule.next_change(stage.at)
            if change and change.year == dt.MAXYEAR:   # no clock shows it
                change = None
            yield Hours(name, self.directory.find("schedule", name)["zone"],
                        schedule.is_open(stage.at), change)


def preview(directory: Directory, number: str, *, at: dt.datetime,
            busy: Iterable[str] = (), host: Iterable[str] = (),
            policies: Mapping[str, Policy] | None = None) -> Preview:
    """A call to ``number`` at that time, nobody answering. ``busy`` names
    phones, landlines, people or whole pools; ``host`` is what the host can
    do, and ``policies`` are those of your own, as for ``Engine``: in place of
    one that is not given here who is ready rings in order. Raises
    NotFound."""
    row = directory.find("number", number)
    if not row["plan"]:
        raise NotFound(f"number {row['number']} has no plan: its calls ring "
                       "nobody here; add plan to its [[number]]",
                       code="TW_ENOTFOUND", field="NUMBER")
    names = {name for said in busy for name in _meant(directory, said)}
    own = {name: InOrder() for name in own_policies(directory)}
    with Engine.from_directory(directory, host=host,
                               policies={**own, **(policies or {})}
                               ) as engine:
        stage = _Stage(directory, engine, row["number"], row["plan"], at,
                       names, row["skills"].splitlines())
        stage.play()
        account = _Account(stage)
        steps = list(account.steps())
        over = stage.over
        end = "waiting" if over is None else \
            over.kind if over.kind != "end" else over.outcome or ""
        return Preview(
            row["number"], row["plan"], at, list(account.hours()), steps,
            end, over.sip_code if over else None, stage.seconds(),
            over.reason if over else "", row["skills"].splitlines(),
            int(row["priority"] or 0))


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
