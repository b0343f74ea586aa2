"""``trunkwise call route``: how a call would go out. No rule of the library
lives here."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import Any

from . import raw
from .budget_commands import _seconds
from .commands import company_zone, country, print_json, when
from .reasons import reason_in
from .routes import Route, RouteCandidate
from .store import Store
from .values import local, text
from .words import amount, plain, say


def route_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", metavar="NUMBER")
    parser.add_argument("--from", dest="sender", metavar="NAME",
                        help="phone, department or site that calls")
    parser.add_argument("--at", metavar="TIME", help="default now")
    parser.add_argument("--seconds", type=int, default=60, metavar="N",
                        help="expected duration, to compare carriers by")


def _candidate(c: RouteCandidate) -> dict[str, Any]:
    return {"trunk": c.trunk, "carrier": c.carrier, "verdict": c.verdict,
            "emergency": c.emergency,
            "expected": None if c.expected is None
            else text(c.expected.amount),
            "currency": c.expected.currency if c.expected else "",
            "prefix": c.prefix, "destination": c.destination,
            "reason": c.reason}


def _document(r: Route) -> dict[str, Any]:
    return {"number": r.number,
            "from": None if not r.origin.kind else r.origin._asdict(),
            "verdict": r.verdict, "reason": r.reason,
            "emergency": r.emergency,
            "candidates": [_candidate(c) for c in r.candidates]}


def _say_head(r: Route, at: dt.datetime, seconds: int, lang: str) -> None:
    who = r.origin
    if who.kind:
        print(plain(say(
            lang, "route_from", kind=say(lang, "route_" + who.kind),
            name=who.name, department=who.department or "-",
            site=who.site or "-")))
    key = "route_emergency" if r.emergency and r else "route_" + r.verdict
    print(plain(say(lang, key, number=r.number, seconds=seconds,
                    at=at.isoformat(" ", timespec="minutes")[:16],
                    reason=reason_in(lang, r.reason))))


def _say_candidate(c: RouteCandidate, place: int, lang: str) -> None:
    mark = f"{place}." if place else "- "
    price = f"{amount(lang, c.expected.amount)} {c.expected.currency}" \
        if c.expected else "-"
    print(plain(f"  {mark} {c.trunk}  {c.carrier or '-'}  {price}  "
                f"{reason_in(lang, c.reason)}"))


def _say(r: Route, at: dt.datetime, seconds: int, lang: str) -> None:
    _say_head(r, at, seconds, lang)
    place = 0
    for c in r.candidates:
        tried = c.verdict == "ok" or c.emergency
        place += tried
        _say_candidate(c, place if tried else 0, lang)


def call_route(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, readonly=True) as store:
        zone = company_zone(store)
        at = when(arguments.at, zone)
        number = raw.number_digits(arguments.number, country(store))
        seconds = _seconds(arguments.seconds)
        answer = store.route(number, sender=arguments.sender, at=at,
                             expected_s=seconds)
    shown = local(at, zone)
    if arguments.json:
        print_json({"at": shown.isoformat(timespec="seconds"),
                    "seconds": seconds, **_document(answer)})
    else:
        _say(answer, shown, seconds, arguments.lang)
    return 0 if answer else 1
