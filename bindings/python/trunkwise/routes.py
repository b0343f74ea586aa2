"""How a call would go out: over which carrier, for how much, and why not
over the others."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from . import raw
from .directory import Directory
from .errors import NotFound
from .values import DIRECTIONS, Money, decimal, microseconds, now_us

if TYPE_CHECKING:
    from .store import Store

_VERDICTS = {0: "ok", -5: "range", -8: "conflict", -9: "refused",
             -10: "no_price", -13: "busy"}


class Origin(NamedTuple):
    """Who calls: a phone, or what is known of one. ``kind`` is what the name
    was of; "" for a call of nobody in particular."""

    kind: str
    name: str
    department: str
    site: str


class RouteCandidate(NamedTuple):
    """A trunk (or, of an emergency call, a landline) that may carry the call,
    or why it may not. ``expected`` is None where the price is not known or
    not asked."""

    verdict: str
    emergency: bool
    carrier: str
    trunk: str
    prefix: str
    destination: str
    expected: Money | None
    reason: str


class Route(NamedTuple):
    """The candidates in the order to try, then those that are skipped."""

    number: str
    origin: Origin
    verdict: str
    reason: str
    emergency: bool
    candidates: list[RouteCandidate]

    def __bool__(self) -> bool:
        """Is there one to try?"""
        return self.verdict == "ok"


def _candidate(row: tuple) -> RouteCandidate:
    (verdict, emergency, carrier, trunk, prefix, destination, expected,
     currency, reason) = row
    return RouteCandidate(
        _VERDICTS.get(verdict, "?"), bool(emergency), carrier, trunk, prefix,
        destination, Money(decimal(expected), currency) if currency else None,
        reason)


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


def route(store: "Store", number: str, *, caller: str | None = None,
          sender: str | None = None, direction: str = "outbound",
          at: dt.datetime | None = None, expected_s: int = 0) -> Route:
    """See ``Store.route``."""
    when = microseconds(at) if at else now_us()
    directory = Directory(raw.tw_directory_open(store.handle, when))
    who = origin(directory, sender)
    router = raw.tw_directory_router(directory.handle, store.handle)
    status, reason, rows = raw.router_decide(
        router, DIRECTIONS[direction], number, caller, who.site or None, when,
        expected_s * 1_000_000)
    candidates = [_candidate(row) for row in rows]
    emergency = bool(candidates) and candidates[0].emergency
    return Route(number, who, _VERDICTS.get(status, "?"), reason, emergency,
                 candidates)
