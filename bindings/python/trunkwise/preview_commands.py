"""``trunkwise call preview``: what happens to a call, for the person who set
the plan up. No rule of distribution lives here."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import Any

from . import raw
from .commands import company_zone, country, print_json, when
from .distribution import HOST_ABILITIES
from .preview import (Hours, PassedOver, Preview, PreviewStep, Ring, Who,
                      previews)
from .preview_words import SKIPPED_WORDS, duration, moment, number
from .reasons import reason_in
from .store import Store
from .values import local
from .words import plain, say


_AT_ONCE = ("all", "ring_n")


def preview_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", metavar="NUMBER",
                        help="the called number, one of ours")
    parser.add_argument("--at", metavar="TIME", help="default now")
    parser.add_argument("--busy", action="append", default=[],
                        metavar="NAME",
                        help="phone, landline, person or pool taken as busy; "
                             "may be repeated")
    parser.add_argument("--host", action="append", default=[],
                        metavar="ABILITY", choices=HOST_ABILITIES,
                        help="what your softswitch can do: one of "
                        + ", ".join(HOST_ABILITIES) + "; may be repeated")
    parser.add_argument("--explain", action="store_true",
                        help="why each member of a pool rings or does not")


def _time(at: dt.datetime | None, zone: str) -> str | None:
    return local(at, zone).isoformat(timespec="seconds") if at else None


def _step(s: PreviewStep) -> dict[str, Any]:
    return {**s._asdict(),
            "rings": [{**r._asdict(), "who": r.who._asdict()}
                      for r in s.rings],
            "passed_over": [{**p._asdict(), "who": p.who._asdict()}
                            for p in s.passed_over]}


def _document(p: Preview, zone: str) -> dict[str, Any]:
    until = p.until
    return {"number": p.number, "plan": p.plan, "at": _time(p.at, zone),
            "hours": [{"schedule": h.schedule, "zone": h.zone,
                       "open": h.is_open, "changes": _time(h.changes, h.zone)}
                      for h in p.hours],
            "until": _time(until.changes, zone) if until else None,
            "until_schedule": until.schedule if until else None,
            "steps": [_step(s) for s in p.steps], "end": p.end,
            "sip_code": p.sip_code, "ends_s": p.ends_s, "reason": p.reason,
            "skills": p.skills, "priority": p.priority}


class _Teller:
    """One preview in words, a line at a time."""

    def __init__(self, lang: str, zone: str, explain: bool, plays: bool):
        self.lang = lang
        self.zone = zone
        self.explain = explain
        self.plays = plays
        self.plan = ""
        self.skills: list[str] = []

    def put(self, indent: int, key: str, **values: object) -> None:
        print(plain(" " * indent + say(self.lang, "preview_" + key,
                                       **values)))

    def start(self, seconds: float) -> str:
        if not seconds:
            return say(self.lang, "preview_at_once")
        return say(self.lang, "preview_after",
                   time=duration(self.lang, seconds))

    def who(self, who: Who) -> str:
        text = say(self.lang, "preview_" + who.kind, name=who.name,
                   number="+" + who.number if who.number else "")
        if who.extension:
            text += say(self.lang, "preview_extension",
                        extension=who.extension)
        return f"{who.person}, {text}" if who.person else text

    def tone(self, code: int | None) -> str:
        if code in (480, 486):
            return say(self.lang, f"preview_tone_{code}")
        return say(self.lang, "preview_tone", code=code)

    def at(self, at: dt.datetime, zone: str, *, after: bool = True) -> str:
        """With its zone where that is not the page's."""
        text = moment(self.lang, local(at, zone), after=after)
        return text if zone == self.zone else f"{text} ({zone})"

    def label(self, s: PreviewStep) -> str:
        """Steps of another plan than the number's have its name before."""
        return str(s.step) if s.plan == self.plan else f"{s.plan} {s.step}"

    def hours(self, hours: list[Hours]) -> None:
        for h in hours:
            key = "open" if h.is_open else "closed"
            if h.changes:
                self.put(0, key + "_until", schedule=h.schedule,
                         at=self.at(h.changes, h.zone))
            else:
                self.put(0, key, schedule=h.schedule)

    def wants(self, p: Preview) -> None:
        if p.skills:
            self.put(0, "skills", skills=", ".join(p.skills))
        if p.priority:
            self.put(0, "priority", priority=p.priority,
                     time=duration(self.lang, 60 * p.priority))

    def ring(self, ring: Ring, timed: bool) -> None:
        text = self.who(ring.who)
        if ring.outcome == "busy":
            text = say(self.lang, "preview_found_busy", who=text)
        if timed:
            span = say(self.lang, "preview_span",
                       first=number(self.lang, ring.begins_s),
                       last=number(self.lang, ring.ends_s))
            text = f"{span}  {text}"
        print(plain("     " + text + self.because(ring.reason)))

    def because(self, reason: str) -> str:
        if not self.explain or not reason:
            return ""
        return f" [{reason_in(self.lang, reason)}]"

    def passed_over(self, passed: PassedOver) -> None:
        key = {"busy": "is_busy", "reserved": "reserved", "": "no_turn"}.get(
            passed.why, "unfit")
        text = say(self.lang, "preview_" + key, who=self.who(passed.who),
                   reason=reason_in(self.lang, passed.reason))
        print(plain("     " + text + self.because(passed.reason)))

    def order(self, policy: str) -> str:
        if policy.startswith("own:"):
            return say(self.lang, "preview_own",
                       name=policy.removeprefix("own:"))
        return say(self.lang, "preview_" + policy)

    def rings(self, s: PreviewStep) -> None:
        spans = {(r.begins_s, r.ends_s) for r in s.rings
                 if r.outcome != "busy"}
        key = "nobody" if not spans else "one" if len(s.rings) == 1 \
            else "all" if len(spans) == 1 and s.policy in _AT_ONCE \
            else "turns"
        order = self.order(s.policy) if s.policy != "all" else ""
        self.put(0, key, step=self.label(s), start=self.start(s.begins_s),
                 time=duration(self.lang, s.ends_s - s.begins_s),
                 order=order)
        self.terms(s, order_is_said=key == "turns")
        self.ring_list(s, key == "turns")
        for passed in s.passed_over:
            self.passed_over(passed)

    def terms(self, s: PreviewStep, *, order_is_said: bool = False) -> None:
        if s.policy.startswith("own:") and not order_is_said:
            print(plain("    " + self.order(s.policy)))
        if s.any_skills and self.skills:
            self.put(5, "any_skills")
        if s.announce_s:
            self.put(5, "announced" if self.plays else "unannounced",
                     time=duration(self.lang, s.announce_s))

    def ring_list(self, s: PreviewStep, timed: bool) -> None:
        """Once round: in a queue the same people ring again and again."""
        seen = set()
        for ring in s.rings:
            if ring.who in seen:
                self.put(5, "again")
                return
            seen.add(ring.who)
            self.ring(ring, timed and ring.outcome != "busy")

    def queue(self, s: PreviewStep) -> None:
        self.put(0, "queue" if s.wait_s else "queue_endless", step=self.label(s),
                 start=self.start(s.begins_s),
                 time=duration(self.lang, s.wait_s))
        self.terms(s)
        self.ring_list(s, True)
        for passed in s.passed_over:
            self.passed_over(passed)

    def skipped(self, s: PreviewStep) -> None:
        if s.skipped in SKIPPED_WORDS:
            self.put(0, "skipped_" + s.skipped, step=self.label(s),
                     schedule=s.schedule)
        else:
            self.put(0, "skipped", step=self.label(s),
                     reason=reason_in(self.lang, s.skipped))

    def steps(self, p: Preview) -> None:
        self.plan = p.plan
        self.skills = p.skills
        for s in p.steps:
            if s.skipped:
                self.skipped(s)
            elif s.kind in ("ring", "preferred"):
                self.rings(s)
            elif s.kind == "queue":
                self.queue(s)
            elif s.kind == "plan":
                self.put(0, "plan", step=self.label(s), plan=s.to_plan,
                         start=self.start(s.begins_s))

    def end(self, p: Preview) -> None:
        last = self.label(p.steps[-1]) if p.steps else ""
        key = {"rejected": "rejected", "voicemail": "voicemail",
               "callback": "callback", "closed": "closed_end", "waiting": "waiting"}.get(
                   p.end, "unanswered" if p.ends_s else "nobody_at_all")
        start = self.start(p.ends_s)
        if key == "unanswered":
            start = start.capitalize()
        self.put(0, key, step=last, start=start, tone=self.tone(p.sip_code))

    def until(self, p: Preview) -> None:
        until = p.until
        if until is None:
            self.put(0, "always")
        else:
            self.put(0, "until_closes" if until.is_open else "until_opens",
                     at=self.at(until.changes, self.zone),
                     schedule=until.schedule)


def _say(now: Preview, then: Preview | None, teller: _Teller,
         busy: list[str]) -> None:
    teller.put(0, "head", number="+" + now.number, plan=now.plan,
               at=moment(teller.lang, local(now.at, teller.zone)),
               zone=teller.zone)
    if busy:
        teller.put(0, "busy", names=", ".join(busy))
    teller.wants(now)
    teller.hours(now.hours)
    print()
    teller.steps(now)
    teller.end(now)
    print()
    teller.until(now)
    if then:
        print()
        teller.put(0, "then", zone=teller.zone, at=moment(
            teller.lang, local(then.at, teller.zone), after=True))
        teller.steps(then)
        teller.end(then)


def call_preview(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, readonly=True) as store:
        zone = company_zone(store) or "UTC"
        at = when(arguments.at, zone)
        digits = raw.number_digits(arguments.number, country(store))
        now, then = previews(store, digits, at=at, busy=arguments.busy,
                             host=arguments.host)
    if arguments.json:
        print_json({**_document(now, zone),
                    "then": _document(then, zone) if then else None})
    else:
        _say(now, then, _Teller(arguments.lang, zone, arguments.explain,
                                "play" in arguments.host),
             arguments.busy)
    return 0
