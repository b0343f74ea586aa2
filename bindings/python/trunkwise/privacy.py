"""People's numbers leave, totals stay."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from . import raw
from .results import Listing, listing_of
from .values import instant


class Erasure(NamedTuple):
    """What was erased. ``people`` has a line for each number, its middle
    hidden, with its calls and the start of the last one."""

    before: dt.datetime | None
    numbers: int
    calls: int
    records: int
    people: list[Listing]


def _erasure(result: tuple[raw.tw_erasure, raw.tw_listing],
             one: bool) -> Erasure:
    e, people = result
    return Erasure(None if one else instant(e.before), e.numbers, e.calls,
                   e.records, listing_of(people))


def retain(store: raw.tw_store, months: int, dry_run: bool) -> Erasure:
    return _erasure(raw.privacy_retain(store, months, dry_run), False)


def erase(store: raw.tw_store, number: str, dry_run: bool) -> Erasure:
    return _erasure(raw.privacy_erase(store, number, dry_run), True)


def mask(number: str) -> str:
    """A number as a page may show it.

    >>> mask("79161234567")
    '7916***4567'
    >>> mask("anonymous")
    '***'
    """
    return raw.number_mask(number)
