"""What carriers bill, spread over departments, as the table of all
formats."""

from __future__ import annotations

from ..invoices import InvoicedRow
from ..words import month_name, say
from .table import Line, Table, Whose, notes_of

_NAMES = ("payee", "department", "documents")
_FIGURES = ("net", "vat", "gross", "rated", "difference")


def _documents(rows: list[InvoicedRow], lang: str) -> dict[tuple, str]:
    """Of each payee and currency; who has sent none says so."""
    return {(r.payee, r.currency):
            r.documents if r.invoiced else say(lang, "not_invoiced")
            for r in rows if r.is_total}


def _line(row: InvoicedRow, documents: dict[tuple, str], lang: str) -> Line:
    payee = row.payee or say(lang, "none")
    name = (say(lang, "invoiced_total") if row.is_total
            else row.department or say(lang, "unallocated"))
    return Line("subtotal" if row.is_total else "row",
                (payee, name, documents.get((row.payee, row.currency), ""))
                + tuple(getattr(row, k) for k in _FIGURES), row.currency,
                row.unallocated and not row.is_total)


def _totals(rows: list[InvoicedRow], lang: str) -> list[Line]:
    lines = []
    for currency in dict.fromkeys(r.currency for r in rows):
        of_it = [r for r in rows if r.is_total and r.currency == currency]
        lines.append(Line("total", (say(lang, "grand_total"), "", "") + tuple(
            sum(getattr(r, k) for r in of_it) for k in _FIGURES), currency))
    return lines


def table(rows: list[InvoicedRow], month: str, whose: Whose,
          lang: str) -> Table:
    documents = _documents(rows, lang)
    missing = [r.payee or say(lang, "none") for r in rows
               if r.is_total and not r.invoiced]
    lines = ([_line(r, documents, lang) for r in rows]
             + (_totals(rows, lang) if rows else []))
    currencies = {r.currency for r in rows}
    keys = _NAMES + _FIGURES
    return Table(
        say(lang, "invoiced_title", month=month_name(lang, month)),
        notes_of(whose.company, whose.zone, whose.made, lang),
        say(lang, "invoiced_missing", payees=", ".join(dict.fromkeys(missing)))
        if missing else "", _NAMES, keys,
        tuple(say(lang, k if k in ("department", "net", "vat", "gross",
                                   "difference") else "invoiced_" + k)
              for k in keys), tuple(lines),
        currencies.pop() if len(currencies) == 1 else "", whose.company,
        month, say(lang, "invoices_none"), say(lang, "invoiced_footer"))
