"""What carriers bill, spread over departments or other groups, as the table
of all formats."""

from __future__ import annotations

from ..invoices import InvoicedRow
from ..words import month_name, say
from .csv import figure, file_of, point_of
from .safe import as_text
from .style import Style
from .table import Line, Table, Whose, notes_of

_FIGURES = ("net", "vat", "gross", "rated", "difference")


def _documents(rows: list[InvoicedRow], lang: str) -> dict[tuple, str]:
    """Of each payee and currency; who has sent none says so."""
    return {(r.payee, r.currency):
            r.documents if r.invoiced else say(lang, "not_invoiced")
            for r in rows if r.is_total}


def _head(lang: str, key: str) -> str:
    own = ("payee", "documents", "rated", "total", "invoiced")
    return say(lang, "invoiced_" + key if key in own else key)


def _name(row: InvoicedRow, key: str, lang: str) -> str:
    value = getattr(row, key)
    if key == "direction":
        return say(lang, "direction_" + (value or "none"))
    return value or say(lang, "unallocated" if key == "department"
                        else "none")


def _line(row: InvoicedRow, cuts: tuple[str, ...],
          documents: dict[tuple, str], lang: str) -> Line:
    names: tuple[str, ...] = tuple(_name(row, k, lang) for k in cuts)
    if row.is_total:
        names = ((say(lang, "invoiced_total"),)
                 + ("",) * (len(cuts) - 1))[:len(cuts)]
    elif row.unallocated and "department" not in cuts:
        names = ((say(lang, "unallocated"),)
                 + ("",) * (len(cuts) - 1))[:len(cuts)]
    return Line("subtotal" if row.is_total else "row",
                (row.payee or say(lang, "none"), *names,
                 documents.get((row.payee, row.currency), ""))
                + tuple(getattr(row, k) for k in _FIGURES), row.currency,
                row.unallocated and not row.is_total)


def _totals(rows: list[InvoicedRow], cuts: tuple[str, ...],
            lang: str) -> list[Line]:
    lines = []
    for currency in dict.fromkeys(r.currency for r in rows):
        of_it = [r for r in rows if r.is_total and r.currency == currency]
        lines.append(Line(
            "total", (say(lang, "grand_total"),) + ("",) * (len(cuts) + 1)
            + tuple(sum(getattr(r, k) for r in of_it) for k in _FIGURES),
            currency))
    return lines


def table(rows: list[InvoicedRow], cuts: tuple[str, ...], month: str,
          whose: Whose, lang: str) -> Table:
    """``cuts`` are what the documents are spread by; by carrier alone a row
    says what its total does, and is left out."""
    documents = _documents(rows, lang)
    missing = [r.payee or say(lang, "none") for r in rows
               if r.is_total and not r.invoiced]
    lines = ([_line(r, cuts, documents, lang) for r in rows
              if cuts or r.is_total]
             + (_totals(rows, cuts, lang) if rows else []))
    currencies = {r.currency for r in rows}
    names = ("payee", *cuts, "documents")
    keys = names + _FIGURES
    return Table(
        say(lang, "invoiced_title", month=month_name(lang, month)),
        notes_of(whose.company, whose.zone, whose.made, lang),
        say(lang, "invoiced_missing", payees=", ".join(dict.fromkeys(missing)))
        if missing else "", names, keys,
        tuple(_head(lang, k) for k in keys), tuple(lines),
        currencies.pop() if len(currencies) == 1 else "", whose.company,
        month, say(lang, "invoices_none"), say(lang, "invoiced_footer"))


def lines(rows: list[InvoicedRow], cuts: tuple[str, ...],
          style: Style) -> bytes:
    """CSV for programs: a row is a group's part or (total 1) a payee's sum.
    English heads are keys that scripts may go by; Russian is for people."""
    point = point_of(style)
    keys = ("payee", *cuts, "total", "invoiced", *_FIGURES, "currency",
            "documents")
    cells = [[k if style.lang == "en" else _head(style.lang, k)
              for k in keys]]
    for row in rows:
        cells.append([
            as_text(row.payee), *(as_text(getattr(row, k)) for k in cuts),
            str(int(row.is_total)), str(int(row.invoiced)),
            *(figure(getattr(row, k), k, point) for k in _FIGURES),
            row.currency, as_text(row.documents)])
    return file_of(cells, style)
