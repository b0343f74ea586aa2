"""Documents of carriers, and departments that add up to them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

from . import raw
from .errors import InvalidArgument
from .report import BY
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
    """A department's (or another group's) part of what one payee bills, or
    (``is_total``) the payee's sum. ``rated`` is ours with VAT; ``invoiced``
    is False where no document has come and the amounts are those of our
    rating. Names are "" where the report was not asked by them."""

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
    city: str = ""
    number: str = ""
    destination: str = ""
    direction: str = ""
    contract: str = ""


def _invoice(i: raw.tw_invoice) -> Invoice:
    return Invoice(i.id, i.number, i.payee, dt.date.fromisoformat(i.date),
                   i.month, decimal(i.net.nanos), decimal(i.vat.nanos),
                   decimal(i.gross.nanos), i.gross.currency,
                   instant(i.made), bool(i.withdrawn))


def invoices(store: raw.tw_store, month: str | None) -> list[Invoice]:
    return [_invoice(i) for i in drain(raw.tw_invoices_next,
                                       raw.tw_invoice_list(store, month))]


def invoiced(store: raw.tw_store, month: str,
             by: tuple[str, ...]) -> list[InvoicedRow]:
    mask = 0
    for name in by:
        if name not in BY:
            raise InvalidArgument(f"cannot group by {name!r}; choose from "
                                  + ", ".join(BY), code="TW_EINVAL",
                                  field="by")
        mask |= BY[name]
    return [InvoicedRow(r.department, r.payee, bool(r.invoiced),
                        bool(r.unallocated), bool(r.is_total),
                        decimal(r.net.nanos), decimal(r.vat.nanos),
                        decimal(r.gross.nanos),
                        decimal(r.rated_net.nanos + r.rated_vat.nanos),
                        decimal(r.difference.nanos), r.gross.currency,
                        r.documents, r.city, r.number, r.destination,
                        r.direction, r.contract)
            for r in drain(raw.tw_invoiced_next,
                           raw.tw_report_invoiced_by(store, month, mask))]
