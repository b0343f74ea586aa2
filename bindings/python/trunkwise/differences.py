"""What sources say that their calls cost, beside our rating, as values."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from . import raw
from .errors import InvalidArgument
from .results import drain
from .values import decimal

BY = ("month", "department", "carrier", "source")
AGAINST = ("cost", "net", "gross")


class Difference(NamedTuple):
    """Legs of one group and one pair of currencies. ``rated`` is ours and
    ``stated`` the source's of the same ``calls``; ``difference`` (stated less
    rated) is None where the currencies differ. ``unrated`` have a cost by the
    source alone (``only_stated``), ``unstated`` by us alone
    (``only_rated``)."""

    month: str
    department: str
    carrier: str
    source: str
    calls: int
    differing: int
    unrated: int
    unstated: int
    rated: Decimal
    rated_currency: str
    stated: Decimal
    stated_currency: str
    difference: Decimal | None
    only_stated: Decimal
    only_rated: Decimal

    @property
    def agrees(self) -> bool:
        """Nothing to ask the source about."""
        return not (self.differing or self.unrated or self.unstated
                    or self.difference is None)


class Differences(NamedTuple):
    """Rows by month, department, carrier and source, what has none last; one
    total for each pair of currencies."""

    month: str
    last_month: str
    by: tuple[str, ...]
    against: str
    rows: list[Difference]
    totals: list[Difference]


def _row(r: raw.tw_difference_row) -> Difference:
    return Difference(
        r.month, r.department, r.carrier, r.source, r.calls, r.differing,
        r.unrated, r.unstated, decimal(r.rated.nanos), r.rated.currency,
        decimal(r.stated.nanos), r.stated.currency,
        decimal(r.difference.nanos) if r.comparable else None,
        decimal(r.only_stated.nanos), decimal(r.only_rated.nanos))


def _choose(name: str, known: tuple[str, ...], field: str) -> int:
    if name not in known:
        raise InvalidArgument(f"is {name!r}; choose from " + ", ".join(known),
                              code="TW_EINVAL", field=field)
    return known.index(name)


def differences(store: raw.tw_store, month: str, *, last_month: str | None,
                by: tuple[str, ...], against: str) -> Differences:
    mask = 0
    for name in by:
        mask |= 1 << _choose(name, BY, "by")
    handle = raw.report_differences(
        store, mask, _choose(against, AGAINST, "against"), month, last_month)
    rows: list[Difference] = []
    totals: list[Difference] = []
    for r in drain(raw.tw_differences_next, handle):
        (totals if r.is_total else rows).append(_row(r))
    return Differences(month, last_month or month,
                       tuple(k for k in BY if k in by), against, rows, totals)
