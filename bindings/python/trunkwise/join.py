"""One call that two sources have told."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from . import raw
from .errors import InvalidArgument
from .results import Listing, listing_of


class Join(NamedTuple):
    """Each record of the month that was not joined before is in one count.
    ``open`` lists answered records that stand alone (kind only_first,
    only_second) and ambiguous ones, which are there each time again until a
    later record or a person (``accept``, ``alone``) settles them."""

    run: int | None
    joined: int
    only_first: int
    only_second: int
    ambiguous_first: int
    ambiguous_second: int
    offset: dt.timedelta
    open: list[Listing]


def join(store: raw.tw_store, month: str, first: str, second: str,
         truths: dict[str, str], window_s: int, offset_max_s: int,
         dry_run: bool, accept: tuple[str, str] | None,
         alone: tuple[str, str] | None) -> Join:
    places = {first: 0, second: 1}
    roles = []
    for role in ("answer", "department", "cost"):
        if truths[role] not in places:
            raise InvalidArgument(
                f"is {truths[role]!r}; it is {first!r} or {second!r}",
                code="TW_EINVAL", field=role)
        roles.append(places[truths[role]])
    if alone and alone[0] not in places:
        raise InvalidArgument(
            f"is of {alone[0]!r}; it is of {first!r} or {second!r}",
            code="TW_EINVAL", field="alone")
    j, rows = raw.cdr_join(store, month, first, second, *roles, window_s,
                           offset_max_s, dry_run, *(accept or (None, None)),
                           alone[1] if alone else None,
                           places[alone[0]] if alone else 0)
    return Join(j.run or None, j.joined, j.only_first, j.only_second,
                j.ambiguous_first, j.ambiguous_second,
                dt.timedelta(microseconds=j.offset_us), listing_of(rows))
