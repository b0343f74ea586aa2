"""Where numbers stand: operator, region and city, and how two of them do."""

from __future__ import annotations

from typing import Any, Callable, NamedTuple, Optional, Tuple

from . import raw
from .directory import Directory
from .errors import NotFound
from .words import say

# (operator, region, city) of a ported number, None for one that is not
Lookup = Callable[[str], Optional[Tuple[Optional[str], Optional[str],
                                        Optional[str]]]]


class Place(NamedTuple):
    """What is not known is ""; ``ported``: a look-up said so."""

    operator: str
    region: str
    city: str
    ported: bool


class Numbering:
    """Ranges of numbers: immutable, shared between threads.

    Numbers are digits with the country code, as the store writes them. A
    ``lookup`` is asked before the ranges; what it raises comes out unchanged.
    """

    def __init__(self, handle: raw.tw_numbering):
        self.handle = handle

    def __len__(self) -> int:
        return raw.tw_numbering_count(self.handle)

    def find(self, digits: str, *, lookup: Lookup | None = None) -> Place:
        """Raises NotFound for a number that stands in no range."""
        p = raw.numbering_find(self.handle, digits, lookup)
        return Place(p.operator_name, p.region, p.city, bool(p.ported))

    def get(self, digits: str, *,
            lookup: Lookup | None = None) -> Place | None:
        try:
            return self.find(digits, lookup=lookup)
        except NotFound:
            return None

    def check_place(self, place: str) -> None:
        """Raises NotFound for a name that no range has as its region or city;
        the message says which one may be meant."""
        raw.tw_numbering_place_check(self.handle, place)

    def relation(self, caller: str | None, callee: str, *,
                 lookup: Lookup | None = None) -> str | None:
        """``same_city``, ``same_region``, ``other``, or None: not known."""
        number = raw.numbering_relation(self.handle, caller, callee, lookup)
        return raw.tw_relation_name(number) if number else None


class LostPlace(NamedTuple):
    """A place of a permission that is none: the rule is about no call."""

    permission: str
    field: str
    place: str
    reason: str


def lost_places(numbering: Numbering,
                directory: Directory) -> list[LostPlace]:
    """Of the permissions that are in force."""
    found = []
    for row in directory.rows("permission"):
        for field in ("from", "to"):
            for place in filter(None, row[field].split("\n")):
                if place.isdecimal():
                    continue
                try:
                    numbering.check_place(place)
                except NotFound as error:
                    found.append(LostPlace(row.name, field, place,
                                           error.message))
    return found


def place_document(digits: str, place: Place | None) -> dict[str, Any]:
    """Where a number stands, for scripts (docs/json.md)."""
    known = place is not None
    p = place or Place("", "", "", False)
    return {"digits": digits, "known": known, "operator": p.operator,
            "region": p.region, "city": p.city}


def say_place(document: dict[str, Any], lang: str) -> str:
    """The same for people."""
    digits, city = document["digits"], document["city"]
    if not document["known"]:
        return say(lang, "place_unknown", digits=digits)
    parts = [city] if city else []
    if document["region"] not in ("", city):
        parts.append(document["region"])
    where = ", ".join(parts) or say(lang, "place_no_region")
    if document["operator"]:
        where += f" ({document['operator']})"
    return f"{digits}: {where}"


def say_relation(relation: str | None, lang: str) -> str:
    return say(lang, f"relation_{relation or 'unknown'}")
