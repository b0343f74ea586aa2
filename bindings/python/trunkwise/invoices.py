"""Documents of carriers, and departments that add up to them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

from . import raw
from .results import drain
from .values import decimal, instant


class Invoice(NamedTuple):
    """A document as it was entered."""

    id: int
    number: str
    payee: str
    date: dt.date
    month: str
    net: Decimal
    vat: Decimal
    gross: Decimal
    currency: str
    made: dt.datetime
    withdrawn: bool


class InvoicedRow(NamedTuple):
    """A department's part of what one payee bills, or (``is_total``) the
    payee's sum. ``rated`` is ours with VAT; ``invoiced`` is False where no
    document has come and the amounts are those of our rating."""

    department: str
    payee: str
    invoiced: bool
    unallocated: bool
    is_total: bool
    net: Decimal
    vat: Decimal
    gross: Decimal
    rated: Decimal
    difference: Decimal
    currency: str
    documents: str


def _invoice(i: raw.tw_invoice) -> Invoice:
    return Invoice(i.id, i.number, i.payee, dt.date.fromisoformat(i.date),
                   i.month, decimal(i.net.nanos), decimal(i.vat.nanos),
                   decimal(i.gross.nanos), i.gross.currency,
                   instant(i.made), bool(i.withdrawn))


def invoices(store: raw.tw_store, month: str | None) -> list[Invoice]:
    return [_invoice(i) for i in drain(raw.tw_invoices_next,
                                       raw.tw_invoice_list(store, month))]


def invoiced(store: raw.tw_store, month: str) -> list[InvoicedRow]:
    return [InvoicedRow(r.department, r.payee, bool(r.invoiced),
                        bool(r.unallocated), bool(r.is_total),
                        decimal(r.net.nanos), decimal(r.vat.nanos),
                        decimal(r.gross.nanos),
                        decimal(r.rated_net.nanos + r.rated_vat.nanos),
                        decimal(r.difference.nanos), r.gross.currency,
                        r.documents)
            for r in drain(raw.tw_invoiced_next,
                           raw.tw_report_invoiced(store, month))]
