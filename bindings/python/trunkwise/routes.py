"""How a call would go out: over which carrier, for how much, and why not
over the others."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from . import raw
from .directory import Directory
from .errors import NotFound
from .routing import RULES
from .values import DIRECTIONS, Money, decimal, microseconds, now_us, span

if TYPE_CHECKING:
    from .store import Store

_VERDICTS = {0: "ok", -5: "range", -8: "conflict", -9: "refused",
             -10: "no_price", -13: "busy"}


CALLERS = {1: "given", 2: "preferred", 3: "department", 4: "site",
           5: "company", 6: "line"}
_PERMITS = {1: "block", 2: "avoid", 3: "warn"}
_RESULTS = {1: "elsewhere", 2: "unknown", 3: "held", 4: "lacking"}
_LACKS = {1: "none", 2: "refused", 3: "pending", 4: "early", 5: "over",
          6: "never"}
_WAYS = {1: "carrier", 2: "number", 3: "landline"}


class Origin(NamedTuple):
    """Who calls: a phone, or what is known of one. ``kind`` is what the name
    was of; "" for a call of nobody in particular."""

    kind: str
    name: str
    department: str
    site: str


class NamedContract(NamedTuple):
    """A contract that a permission names; ``legal`` is "" where legal has not
    said."""

    name: str
    carrier: str
    legal: str


class RouteRule(NamedTuple):
    """What one permission says of the call over one trunk. ``result`` is
    elsewhere (it is about other calls), unknown (it may be about this one),
    held or lacking; ``lack`` says what is wrong with the contract, None where
    it holds or is not asked for. ``named`` are the contracts that would do,
    empty where any with the carrier would."""

    permission: str
    result: str
    lack: str | None
    otherwise: str
    contract: str
    reason: str
    named: list[NamedContract]


class RouteCandidate(NamedTuple):
    """A trunk (or, of an emergency call, a landline) that may carry the call,
    or why it may not. ``expected`` is None where the price is not known or
    not asked. ``caller`` is the number that is shown, "" for none;
    ``caller_of`` says whose it is. ``permit`` is what a permission does to
    it: block, avoid, warn, or None. ``bundle_s`` are the seconds of it that
    come from bundles, ``used_s`` the paid ones of the month before, where a
    tier says what a minute costs."""

    verdict: str
    emergency: bool
    carrier: str
    trunk: str
    prefix: str
    destination: str
    expected: Money | None
    reason: str
    tier: int
    policy: str
    caller: str
    caller_of: str | None
    permit: str | None
    permission: str
    contract: str
    rules: list[RouteRule]
    bundle_s: int
    used_s: int


class RouteWay(NamedTuple):
    """A way that is left where a permission hinders a candidate: over a
    carrier as it stands, with another ``number`` shown, or by the site's
    ``landline``. ``expected`` is None where nobody knows the price."""

    kind: str
    via: str
    carrier: str
    caller: str
    relation: str | None
    expected: Money | None
    destination: str


class CodeClass(NamedTuple):
    """What a carrier's code means: of ``sip`` and ``q850`` one is 0."""

    sip: int
    q850: int
    outcome: str


class Going(NamedTuple):
    """What the router goes by, as the deployment says it: ``policy`` of all
    tiers but those of ``tiers``, and of the rules those that are not the
    library's own."""

    policy: str
    tiers: dict[int, str]
    rules: dict[str, int | str]
    prefixes: list[str]
    codes: list[CodeClass]


class Route(NamedTuple):
    """The candidates in the order to try, then those that are skipped.
    ``ways`` is None where no permission hinders any."""

    number: str
    origin: Origin
    verdict: str
    reason: str
    emergency: bool
    candidates: list[RouteCandidate]
    ways: list[RouteWay] | None
    going: Going

    def __bool__(self) -> bool:
        """Is there one to try?"""
        return self.verdict == "ok"


def _expected(nanos: int, currency: str) -> Money | None:
    return Money(decimal(nanos), currency) if currency else None


def _candidate(row: tuple, rules: list[RouteRule]) -> RouteCandidate:
    (verdict, emergency, carrier, trunk, prefix, destination, expected,
     currency, reason, tier, policy, caller, caller_of, permit, permission,
     contract, bundle_s, used_s) = row
    return RouteCandidate(
        _VERDICTS.get(verdict, "?"), bool(emergency), carrier, trunk, prefix,
        destination, _expected(expected, currency), reason, tier, policy,
        caller, CALLERS.get(caller_of), _PERMITS.get(permit), permission,
        contract, rules, bundle_s, used_s)


def _rule(row: tuple, named: dict[str, list[NamedContract]]) -> RouteRule:
    result, lack, otherwise, permission, contract, reason = row
    return RouteRule(permission, _RESULTS.get(result, "?"), _LACKS.get(lack),
                     _PERMITS.get(otherwise, "?"), contract, reason,
                     named.get(permission, []))


def _named(directory: Directory) -> dict[str, list[NamedContract]]:
    """What each permission names."""
    found = {}
    for row in directory.rows("permission"):
        contracts = [directory.find("contract", name)
                     for name in row["contracts"].split("\n") if name]
        found[row.name] = [
            NamedContract(c.name, c["carrier"], c["legal_verdict"])
            for c in contracts]
    return found


def _going(directory: Directory) -> Going:
    company = next(directory.rows("company"), None)
    policy = company["routing"] if company else ""
    row = next(directory.rows("routing"), None)
    rules = {} if row is None else {name: row[name] for name in RULES
                                    if row[name]}
    return Going(
        policy or "least_cost",
        {int(r["tier"]): r["policy"] for r in directory.rows("routing_tier")},
        {name: value if name == "measure" else int(value)
         for name, value in rules.items()},
        row["prefixes"].split("\n") if row and row["prefixes"] else [],
        [CodeClass(int(r["sip"] or 0), int(r["q850"] or 0), r["class"])
         for r in directory.rows("routing_code")])


def _way(row: tuple) -> RouteWay:
    (kind, _, relation, expected, currency, carrier, via, caller,
     destination) = row
    return RouteWay(_WAYS.get(kind, "?"), via, carrier, caller,
                    raw.tw_relation_name(relation) if relation else None,
                    _expected(expected, currency), destination)


def _field(directory: Directory, kind: str, name: str, field: str) -> str:
    return directory.find(kind, name)[field] if name else ""


def _of_phone(directory: Directory, name: str) -> Origin:
    phone = directory.find("phone", name)
    person, site = phone["person"], phone["site"]
    return Origin("phone", name,
                  _field(directory, "person", person, "department") or
                  _field(directory, "site", site, "department"),
                  site or _field(directory, "person", person, "site"))


def _only_site(directory: Directory, department: str) -> str:
    """A department with one site calls from there."""
    sites = [row.name for row in directory.rows("site")
             if row["department"] == department]
    return sites[0] if len(sites) == 1 else ""


def origin(directory: Directory, name: str | None) -> Origin:
    """The phone, department or site of this name, looked for in this order;
    raises NotFound."""
    if name is None:
        return Origin("", "", "", "")
    try:
        return _of_phone(directory, name)
    except NotFound:
        pass
    try:
        directory.find("department", name)
        return Origin("department", name, name, _only_site(directory, name))
    except NotFound:
        pass
    try:
        site = directory.find("site", name)
    except NotFound:
        raise NotFound(f"there is no phone, department or site '{name}'",
                       code="TW_ENOTFOUND", field="--from") from None
    return Origin("site", name, site["department"], name)


def _candidates(router: "raw.tw_router", question: dict, rows: list[tuple],
                named: dict[str, list[NamedContract]]
                ) -> list[RouteCandidate]:
    found = []
    for row in rows:
        emergency, trunk = row[1], row[3]
        rules = [] if emergency else raw.router_rules(router, question, trunk)
        found.append(_candidate(row, [_rule(r, named) for r in rules]))
    return found


def route(store: "Store", number: str, *, caller: str | None = None,
          preferred: str | None = None, sender: str | None = None,
          direction: str = "outbound", at: dt.datetime | None = None,
          expected_s: int = 0) -> Route:
    """See ``Store.route``."""
    when = microseconds(at) if at else now_us()
    directory = Directory(raw.tw_directory_open(store.handle, when))
    who = origin(directory, sender)
    router = raw.tw_directory_router(directory.handle, store.handle)
    question = {
        "direction": DIRECTIONS[direction], "number": number,
        "caller": caller, "preferred": preferred, "site": who.site or None,
        "department": who.department or None, "at": when,
        "expected_us": span(expected_s, "expected_s")}
    status, reason, rows = raw.router_decide(router, question)
    candidates = _candidates(router, question, rows, _named(directory))
    hindered = any(c.permit in ("block", "avoid") for c in candidates)
    ways = [_way(row) for row in raw.router_ways(router, question)] \
        if hindered else None
    emergency = bool(candidates) and candidates[0].emergency
    return Route(number, who, _VERDICTS.get(status, "?"), reason, emergency,
                 candidates, ways, _going(directory))
