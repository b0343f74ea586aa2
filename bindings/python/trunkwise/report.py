"""Expense reports as values; ``trunkwise.render`` turns them into text,
HTML, CSV, XLSX and JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from . import raw
from .values import Money, decimal

BY = {"department": 1, "city": 2, "carrier": 4, "number": 8,
      "destination": 16}


class ExpenseRow(NamedTuple):
    """A group's month. ``currency`` is "" when nothing was charged."""

    department: str
    city: str
    carrier: str
    number: str
    destination: str
    unallocated: bool
    calls: int
    answered: int
    missed: int
    unrated: int
    minutes: Decimal
    rent: Decimal
    calls_cost: Decimal
    forwarded_cost: Decimal
    total: Decimal
    currency: str


class ExpenseReport(NamedTuple):
    """Rows, one grand total per currency, and the zone of the month."""

    month: str
    zone: str
    by: tuple[str, ...]
    rows: list[ExpenseRow]
    totals: list[ExpenseRow]

    def total(self, currency: str) -> Money:
        for row in self.totals:
            if row.currency == currency:
                return Money(row.total, currency)
        raise KeyError(currency)


def _row(r: raw.tw_expense_row) -> ExpenseRow:
    return ExpenseRow(
        r.department, r.city, r.carrier, r.number, r.destination,
        bool(r.unallocated), r.calls, r.answered, r.missed, r.unrated,
        Decimal(r.talk_us) / 60_000_000, decimal(r.rent.nanos),
        decimal(r.calls_cost.nanos), decimal(r.forwarded_cost.nanos),
        decimal(r.total.nanos), r.total.currency)


def expenses(store: raw.tw_store, month: str,
             by: tuple[str, ...]) -> ExpenseReport:
    """Reads a month; ``by`` names groupings, department when empty."""
    mask = 0
    for name in by:
        if name not in BY:
            raise ValueError(f"cannot group by {name!r}; choose from "
                             + ", ".join(BY))
        mask |= BY[name]
    handle = raw.tw_report_expenses(store, month, mask)
    rows, totals = [], []
    try:
        while True:
            rows.append(_row(raw.tw_expenses_next(handle)))
    except StopIteration:
        pass
    try:
        while True:
            totals.append(_row(raw.tw_expenses_total(handle, len(totals))))
    except StopIteration:
        pass
    return ExpenseReport(month, raw.tw_expenses_zone(handle),
                         by or ("department",), rows, totals)
