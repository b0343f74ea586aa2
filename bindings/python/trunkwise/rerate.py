"""Stored calls rated anew, and the difference that it makes."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from . import raw
from .results import listing_of


class Difference(NamedTuple):
    """Of one department ("" nobody) and currency: calls that changed."""

    department: str
    currency: str
    calls: int
    old: Decimal
    new: Decimal

    @property
    def difference(self) -> Decimal:
        return self.new - self.old


class Rerate(NamedTuple):
    """Every call looked at is in one of changed, same, kept, erased;
    turned are those of the changed that have another direction now."""

    run: int | None
    calls: int
    changed: int
    same: int
    kept: int
    erased: int
    departments: list[Difference]
    turned: int = 0


def rerate(store: raw.tw_store, month: str, carrier: str | None,
           reason: str | None, dry_run: bool) -> Rerate:
    r, rows = raw.cdr_rerate(store, month, carrier, reason, dry_run)
    sums: dict[tuple[str, str], list] = {}
    for row in listing_of(rows):
        one = sums.setdefault((row.key, row.money.currency), [0, {}])
        one[0] = max(one[0], row.calls)
        one[1][row.kind] = row.money.amount
    zero = Decimal(0)
    return Rerate(r.run or None, r.calls, r.changed, r.same, r.kept, r.erased,
                  [Difference(name, currency, calls, amounts.get("old", zero),
                              amounts.get("new", zero))
                   for (name, currency), (calls, amounts)
                   in sorted(sums.items())], r.turned)
