"""Expense reports as values; ``trunkwise.render`` turns them into text,
HTML, CSV, XLSX and JSON."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from . import raw
from .results import drain
from .values import Money, decimal, instant, local, now_us

BY = {"department": 1, "city": 2, "carrier": 4, "number": 8,
      "destination": 16, "direction": 32, "contract": 64}
PER = {"": 0, "day": 1, "week": 2, "month": 3}
COMPARE = {"previous": 1, "budget": 2}


def _percent(part: Decimal, whole: Decimal) -> Decimal | None:
    return (part * 100 / whole).quantize(
        Decimal("0.1"), ROUND_HALF_UP) if whole else None


class ExpenseRow(NamedTuple):
    """What a group cost. ``currency`` is "" when nothing was charged."""

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
    direction: str = ""
    contract: str = ""
    period: str = ""
    first_day: str = ""
    last_day: str = ""
    whole_month: bool = False
    previous: Decimal = Decimal(0)
    difference: Decimal = Decimal(0)
    corrections: Decimal = Decimal(0)
    net: Decimal = Decimal(0)
    vat: Decimal = Decimal(0)
    has_budget: bool = False
    budget: Decimal = Decimal(0)
    budget_spent: Decimal = Decimal(0)
    budget_left: Decimal = Decimal(0)

    @property
    def gross(self) -> Decimal:
        """What is to be paid: with VAT."""
        return self.net + self.vat

    @property
    def percent(self) -> Decimal | None:
        """The difference in percent of what was before; None without any."""
        return _percent(self.difference, abs(self.previous))

    @property
    def budget_percent(self) -> Decimal | None:
        """How much of the budget is spent; None without any."""
        return _percent(self.budget_spent, self.budget)


class Accrual(NamedTuple):
    """How far a month is accrued: ``through`` its last day that is, "" where
    none is; ``posted`` are its rents, one-off fees and recurring items by
    then, as their prices are written."""

    month: str
    through: str
    whole: bool
    posted: Decimal
    currency: str


class ExpenseReport(NamedTuple):
    """Rows, one grand total per currency, and the zone of the months.

    ``month`` is the first one and ``last_month`` the last; ``made`` is the
    day of making in that zone. ``accrued`` are those months that are accrued
    in part; their rows have the rents of all of them.
    """

    month: str
    zone: str
    by: tuple[str, ...]
    rows: list[ExpenseRow]
    totals: list[ExpenseRow]
    last_month: str = ""
    per: str = ""
    compare: tuple[str, ...] = ()
    company: str = ""
    made: dt.date | None = None
    accrued: tuple[Accrual, ...] = ()

    @property
    def running(self) -> bool:
        """The last month was not over: its rents are those of all of it."""
        day = self.made
        return bool(day) and f"{day.year:04d}-{day.month:02d}" <= (
            self.last_month or self.month)

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
        decimal(r.total.nanos), r.total.currency, r.direction, r.contract,
        r.period, r.first_day, r.last_day, bool(r.whole_month),
        decimal(r.previous.nanos), decimal(r.difference.nanos),
        decimal(r.corrections.nanos), decimal(r.net.nanos),
        decimal(r.vat.nanos), bool(r.has_budget), decimal(r.budget.nanos),
        decimal(r.budget_spent.nanos), decimal(r.budget_left.nanos))


def _mask(names: tuple[str, ...], known: dict[str, int], what: str) -> int:
    mask = 0
    for name in names:
        if name not in known:
            raise ValueError(f"cannot {what} {name!r}; choose from "
                             + ", ".join(k for k in known if k))
        mask |= known[name]
    return mask


def _totals(handle: raw.tw_expenses) -> list[ExpenseRow]:
    totals: list[ExpenseRow] = []
    try:
        while True:
            totals.append(_row(raw.tw_expenses_total(handle, len(totals))))
    except StopIteration:
        return totals


def _ordered(rows: list[ExpenseRow], by: tuple[str, ...]) -> list[ExpenseRow]:
    """Rows come by time and in one order of columns; this is the asked one."""
    return sorted(rows, key=lambda r: (
        r.first_day, not r.whole_month, r.unallocated,
        *(getattr(r, name).encode() for name in by)))


def accrual(store: raw.tw_store, month: str) -> Accrual:
    a = raw.tw_ledger_accrued(store, month)
    return Accrual(a.month, a.through, bool(a.whole),
                   decimal(a.posted.nanos), a.posted.currency)


def _accrued(store: raw.tw_store, month: str,
             last_month: str) -> tuple[Accrual, ...]:
    """Before a month that is whole all are, or nobody accrues them."""
    found: list[Accrual] = []
    year, number = map(int, last_month.split("-"))
    while f"{year:04d}-{number:02d}" >= month:
        one = accrual(store, f"{year:04d}-{number:02d}")
        if one.whole:
            break
        if one.through:
            found.insert(0, one)
        year, number = year - (number == 1), (number - 2) % 12 + 1
    return tuple(found)


def expenses(store: raw.tw_store, month: str, *, by: tuple[str, ...],
             last_month: str | None = None, per: str = "",
             compare: tuple[str, ...] = ()) -> ExpenseReport:
    """Reads the months from ``month`` to ``last_month``; ``by`` names
    groupings, department when empty."""
    by = tuple(dict.fromkeys(by)) or ("department",)
    handle = raw.report_make(
        store, _mask(by, BY, "group by"), _mask((per,), PER, "report per"),
        _mask(compare, COMPARE, "compare with"), month, last_month)
    zone = raw.tw_expenses_zone(handle)
    return ExpenseReport(
        month, zone, by,
        _ordered([_row(r) for r in drain(raw.tw_expenses_next, handle)], by),
        _totals(handle), last_month or month, per, tuple(compare),
        raw.tw_expenses_company(handle),
        local(instant(now_us()), zone).date(),
        _accrued(store, month, last_month or month))
