"""A month of the ledger as entries of a bookkeeper's journal."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from . import raw
from .results import drain
from .values import decimal


class JournalRow(NamedTuple):
    """What the ledger's postings of one kind come to: a department's expense
    owed to a carrier or vendor. ``of_month`` is what a correction is about,
    where that is another month than the one asked for."""

    department: str
    unallocated: bool
    cost_center: str
    payee: str
    is_vendor: bool
    inn: str
    kind: str
    correction: bool
    of_month: str
    net: Decimal
    vat: Decimal
    currency: str


class Accounts(NamedTuple):
    """Of the company's chart of accounts."""

    expense: str = "26"
    vat: str = "19.04"
    payee: str = "60.01"


class JournalLine(NamedTuple):
    """Debit an account, credit another. ``part`` is net or vat."""

    row: JournalRow
    part: str
    debit: str
    credit: str
    amount: Decimal


def journal_lines(rows: list[JournalRow],
                  accounts: Accounts) -> list[JournalLine]:
    """Negative amounts stay negative; those of zero are left out."""
    return [JournalLine(row, part, debit, accounts.payee, amount)
            for row in rows
            for part, debit, amount in (("net", accounts.expense, row.net),
                                        ("vat", accounts.vat, row.vat))
            if amount]


def _row(r: raw.tw_journal_row) -> JournalRow:
    return JournalRow(r.department, bool(r.unallocated), r.cost_center,
                      r.payee, bool(r.is_vendor), r.inn, r.kind,
                      bool(r.correction), r.of_month, decimal(r.net.nanos),
                      decimal(r.vat.nanos), r.net.currency)


def journal(store: raw.tw_store, month: str, open: bool) -> list[JournalRow]:
    flags = raw.TW_JOURNAL_OPEN if open else 0
    return [_row(r) for r in drain(raw.tw_journal_next,
                                   raw.tw_journal_open(store, month, flags))]
