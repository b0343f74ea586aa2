"""``trunkwise invoice enter``, ``list``, ``withdraw``, and the report that
adds up to documents. No rule of the library lives here."""

from __future__ import annotations

import argparse
import json
from typing import Any

from .commands import actor, groups_of, print_json, whose
from .errors import InvalidArgument, NotFound
from .invoices import InvoicedRow
from .render import PAGES, Style
from .render.invoiced import lines, table
from .store import Store
from .values import text
from .words import plain, say

_MONEY = ("net", "vat", "gross", "rated", "difference")


def enter_arguments(parser: argparse.ArgumentParser) -> None:
    payee = parser.add_mutually_exclusive_group(required=True)
    payee.add_argument("--carrier", metavar="NAME")
    payee.add_argument("--vendor", metavar="NAME")
    for name, meta in (("number", "TEXT"), ("date", "YYYY-MM-DD"),
                       ("month", "YYYY-MM"), ("net", "AMOUNT"),
                       ("vat", "AMOUNT"), ("gross", "AMOUNT")):
        parser.add_argument(f"--{name}", required=True, metavar=meta)
    parser.add_argument("--currency", help="default the company's")


def invoice_enter(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, actor=actor(arguments)) as store:
        made = store.enter_invoice(
            arguments.number, carrier=arguments.carrier,
            vendor=arguments.vendor, date=arguments.date,
            month=arguments.month, net=arguments.net, vat=arguments.vat,
            gross=arguments.gross, currency=arguments.currency)
    if arguments.json:
        print_json({"invoice": made})
    else:
        print(say(arguments.lang, "invoice_entered", invoice=made))
    return 0


def invoice_list(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, readonly=True) as store:
        rows = store.invoices(arguments.month)
    if arguments.json:
        print_json({"invoices": [
            {"invoice": i.id, "number": i.number, "payee": i.payee,
             "date": i.date.isoformat(), "month": i.month,
             "net": text(i.net), "vat": text(i.vat), "gross": text(i.gross),
             "currency": i.currency, "withdrawn": i.withdrawn}
            for i in rows]})
        return 0
    for i in rows:
        gone = say(arguments.lang, "withdrawn") if i.withdrawn else ""
        print(plain(f"{i.id:>4}  {i.month}  {i.date}  {text(i.gross):>14} "
                    f"{i.currency}  {i.payee}, {i.number}  {gone}".rstrip()))
    if not rows:
        print(say(arguments.lang, "invoices_none"))
    return 0


def invoice_withdraw(arguments: argparse.Namespace) -> int:
    if not 0 < arguments.invoice < 2 ** 63:
        raise NotFound(f"no document {arguments.invoice}; see invoice list",
                       code="TW_ENOTFOUND", field="invoice")
    with Store(arguments.store, actor=actor(arguments)) as store:
        store.withdraw_invoice(arguments.invoice)
    if arguments.json:
        print_json({"invoice": arguments.invoice, "withdrawn": True})
    else:
        print(say(arguments.lang, "invoice_withdrawn",
                  invoice=arguments.invoice))
    return 0


def _document(row: InvoicedRow, cuts: tuple[str, ...]) -> dict[str, Any]:
    document: dict[str, Any] = {
        "payee": row.payee, "invoiced": row.invoiced}
    if row.is_total:
        document["documents"] = row.documents
    else:
        document.update({k: getattr(row, k) for k in cuts})
        document["unallocated"] = row.unallocated
    document.update({k: text(getattr(row, k)) for k in _MONEY})
    document["currency"] = row.currency
    return document


def report_invoiced(arguments: argparse.Namespace, chosen: str,
                    style: Style) -> bytes:
    """The report of one month."""
    if not arguments.month:
        raise InvalidArgument("is missing; documents are of one month",
                              code="TW_EINVAL", field="--month")
    for name in ("per", "compare"):
        if getattr(arguments, name):
            raise InvalidArgument("is not there with --basis invoiced",
                                  code="TW_EINVAL", field=f"--{name}")
    by = groups_of(arguments.by) or ("department",)
    cuts = tuple(k for k in by if k != "carrier")    # a payee is in each row
    with Store(arguments.store, readonly=True) as store:
        rows = store.invoiced(arguments.month, by=by)
        company = whose(store, arguments.month)
    if chosen == "json":
        return (json.dumps({
            "month": arguments.month, "basis": "invoiced", "by": list(by),
            "rows": [_document(r, cuts) for r in rows if not r.is_total],
            "payees": [_document(r, cuts) for r in rows if r.is_total]},
            ensure_ascii=False, indent=2) + "\n").encode()
    if chosen == "csv":
        return lines(rows, cuts, style)
    return PAGES[chosen](table(rows, cuts, arguments.month, company,
                               arguments.lang), style)
