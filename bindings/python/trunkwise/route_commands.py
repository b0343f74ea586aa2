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
from .routes import Going, NamedContract, Route, RouteCandidate, RouteWay
from .store import Store
from .values import Money, local, text
from .words import amount, plain, say


def route_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", metavar="NUMBER")
    parser.add_argument("--from", dest="sender", metavar="NAME",
                        help="phone, department or site that calls")
    parser.add_argument("--at", metavar="TIME", help="default now")
    parser.add_argument("--seconds", type=int, default=60, metavar="N",
                        help="expected duration, to compare carriers by")


def _money(value: Money | None) -> dict[str, Any]:
    return {"expected": None if value is None else text(value.amount),
            "currency": value.currency if value else ""}


def _candidate(c: RouteCandidate) -> dict[str, Any]:
    return {"trunk": c.trunk, "carrier": c.carrier, "verdict": c.verdict,
            "emergency": c.emergency, **_money(c.expected),
            "prefix": c.prefix, "destination": c.destination,
            "reason": c.reason, "tier": c.tier, "policy": c.policy,
            "caller": c.caller, "caller_of": c.caller_of,
            "permit": c.permit, "permission": c.permission,
            "contract": c.contract, "bundle_s": c.bundle_s,
            "used_s": c.used_s,
            "rules": [{**r._asdict(),
                       "named": [n._asdict() for n in r.named]}
                      for r in c.rules]}


def _way(w: RouteWay) -> dict[str, Any]:
    return {"kind": w.kind, "via": w.via, "carrier": w.carrier,
            "caller": w.caller, "relation": w.relation,
            **_money(w.expected), "destination": w.destination}


def _document(r: Route) -> dict[str, Any]:
    return {"number": r.number,
            "from": None if not r.origin.kind else r.origin._asdict(),
            "verdict": r.verdict, "reason": r.reason,
            "emergency": r.emergency,
            "candidates": [_candidate(c) for c in r.candidates],
            "ways": None if r.ways is None else [_way(w) for w in r.ways],
            "routing": _going(r.going)}


def _going(g: Going) -> dict[str, Any]:
    return {"policy": g.policy,
            "tiers": [{"tier": tier, "policy": policy}
                      for tier, policy in g.tiers.items()],
            "rules": g.rules, "prefixes": g.prefixes,
            "codes": [{"sip": c.sip or None, "q850": c.q850 or None,
                       "class": c.outcome} for c in g.codes]}


def _say_going(g: Going, lang: str) -> None:
    """What differs from the library's own, in the words of the file."""
    said = [f"tier {tier} {policy}" for tier, policy in g.tiers.items()]
    said += [f"{name} {value}" for name, value in g.rules.items()]
    if g.prefixes:
        said.append("prefixes " + " ".join(g.prefixes))
    said += [(f"sip {c.sip}" if c.sip else f"q850 {c.q850}") +
             f" {c.outcome}" for c in g.codes]
    if said:
        print(plain(say(lang, "route_going", said=", ".join(said))))


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


def _price(value: Money | None, lang: str) -> str:
    return f"{amount(lang, value.amount)} {value.currency}" if value else "-"


def _shown(caller: str, whose: str | None, lang: str) -> str:
    if not caller:
        return say(lang, "route_no_caller")
    return say(lang, "route_caller", number=caller,
               whose=say(lang, "route_of_" + (whose or "company")))


def _contract(n: NamedContract, lang: str) -> str:
    return say(lang, "route_contract", name=n.name, carrier=n.carrier or "-",
               legal=say(lang, "route_legal_" + (n.legal or "pending")))


def _used(c: RouteCandidate, lang: str) -> str:
    """Why it costs less than the sheet says."""
    said = []
    if c.bundle_s:
        said.append(say(lang, "route_bundle", seconds=c.bundle_s))
    if c.used_s:
        said.append(say(lang, "route_tier", minutes=c.used_s // 60))
    return f" ({', '.join(said)})" if said else ""


def _say_candidate(c: RouteCandidate, place: int, lang: str) -> None:
    mark = f"{place}." if place else "- "
    print(plain(f"  {mark} {c.trunk}  {c.carrier or '-'}  "
                f"{_price(c.expected, lang)}{_used(c, lang)}  "
                f"{_shown(c.caller, c.caller_of, lang)}: "
                f"{reason_in(lang, c.reason)}"))
    for rule in c.rules:
        does = say(lang, "route_" + rule.otherwise) \
            if rule.result == "lacking" else say(lang, "route_" + rule.result)
        print(plain("       " + say(
            lang, "route_rule", permission=rule.permission, does=does,
            reason=reason_in(lang, rule.reason))))
        if rule.lack == "none" and rule.named:
            print(plain("       " + say(
                lang, "route_named", contracts=", ".join(
                    _contract(n, lang) for n in rule.named))))


def _say_ways(ways: list[RouteWay], lang: str) -> None:
    print(say(lang, "route_ways" if ways else "route_no_way"))
    for w in ways:
        price = _price(w.expected, lang) if w.expected \
            else say(lang, "route_unpriced")
        relation = say(lang, "relation_" + w.relation) if w.relation else ""
        kind = w.kind if w.carrier else "line"
        print(plain(f"  {price}  " + say(
            lang, "route_way_" + kind, via=w.via, carrier=w.carrier,
            number=w.caller or "-") + (f" ({relation})" if relation else "")))


def _say(r: Route, at: dt.datetime, seconds: int, lang: str) -> None:
    _say_head(r, at, seconds, lang)
    place = 0
    for c in r.candidates:
        tried = c.verdict == "ok" or c.emergency
        place += tried
        _say_candidate(c, place if tried else 0, lang)
    if r.ways is not None:
        _say_ways(r.ways, lang)
    _say_going(r.going, lang)


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
