"""An expense report as a table of values, one place for all formats: which
columns there are, which lines, and what they are called."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import NamedTuple

from ..report import ExpenseReport, ExpenseRow
from ..words import amount, day_name, month_name, period_name, say

COUNTS = ("calls", "answered", "missed", "unrated", "minutes")
MONEY = ("rent", "call_cost", "forwarded_cost", "corrections", "cost")
TAXED = ("net", "vat", "gross")
COMPARED = ("previous", "difference", "percent")
BUDGETED = ("budget", "budget_spent", "budget_left", "budget_percent")
_MORE_MONEY = ("previous", "difference", "budget", "budget_spent",
               "budget_left", "rated", "stated", "only_stated",
               "only_rated", "charges", "per_answered",
               "per_first")

_FIELDS = {"call_cost": "calls_cost", "cost": "total"}
# columns that are left out where they would hold nothing
_SELDOM = ("unrated", "corrections")
_SIGNED = ("difference", "percent")


class Line(NamedTuple):
    """``kind`` is row, subtotal, total or unrated; a cell is a str, an int,
    a Decimal, or None where there is nothing to say."""

    kind: str
    cells: tuple[str | int | Decimal | None, ...]
    currency: str
    unallocated: bool = False


class Whose(NamedTuple):
    """The company, the zone of its months, and the day of making there."""

    company: str
    zone: str
    made: dt.date | None


class Table(NamedTuple):
    """``names`` of the ``keys`` are text, the others figures; ``heads`` are
    what stands above them. ``currency`` is the only one, "" where there are
    several or none. ``company`` is the first of the notes, or ""; ``sheet``
    names a workbook's page; ``empty`` is said in place of no lines and
    ``footer`` below a page."""

    title: str
    notes: tuple[str, ...]
    warning: str
    names: tuple[str, ...]
    keys: tuple[str, ...]
    heads: tuple[str, ...]
    lines: tuple[Line, ...]
    currency: str
    company: str = ""
    sheet: str = ""
    empty: str = ""
    footer: str = ""

    @property
    def is_grid(self) -> bool:
        """Short figures of one kind, such as hours beside each other."""
        return len(self.names) == 1 and not self.has_money

    @property
    def has_money(self) -> bool:
        return any(is_money(k) for k in self.keys)

    def with_currency(self, lang: str) -> "Table":
        """For people: the only currency stands in the headings, several
        have a column beside the names."""
        if self.currency:
            return self._replace(heads=tuple(
                h + (f", {self.currency}" if is_money(k) else "")
                for h, k in zip(self.heads, self.keys)))
        if sum(x.kind == "total" for x in self.lines) < 2:
            return self
        n = len(self.names)
        return self._replace(
            names=self.names + ("currency",),
            keys=self.keys[:n] + ("currency",) + self.keys[n:],
            heads=self.heads[:n] + (say(lang, "currency"),)
            + self.heads[n:],
            lines=tuple(x._replace(cells=x.cells[:n] + (x.currency,)
                                   + x.cells[n:]) for x in self.lines))


def is_money(key: str) -> bool:
    return key in MONEY + TAXED + _MORE_MONEY


def decimals(key: str) -> int:
    """Digits behind the point that are shown at least."""
    return 2 if is_money(key) else 1


def signed(key: str) -> bool:
    """Is a plus written?"""
    return key in _SIGNED


def cell(row: ExpenseRow, key: str) -> int | Decimal | None:
    """A figure's value."""
    if key in BUDGETED and not row.has_budget:
        return None
    value = getattr(row, _FIELDS.get(key, key))
    if key == "minutes":
        return value.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return value


def label(row: ExpenseRow, key: str, lang: str) -> str:
    """A group's name; what belongs to nobody has a name too."""
    if key == "period":
        return period_name(lang, row.period, row.first_day, row.last_day,
                           row.whole_month)
    if key == "department" and row.unallocated:
        return say(lang, "unallocated")
    value = getattr(row, key)
    if key == "direction":
        return say(lang, "direction_" + (value or "none"))
    return value or say(lang, "none")


def names_of(report: ExpenseReport) -> tuple[str, ...]:
    return (("period",) if report.per else ()) + report.by


def _taxed(report: ExpenseReport) -> tuple[str, ...]:
    """VAT, where there is any; and of the sums without and with it those
    that are not the total already."""
    if not any(r.vat for r in report.rows):
        return ()
    return tuple(k for k in TAXED if k == "vat" or any(
        getattr(r, k) != r.total for r in report.rows))


def keys_of(report: ExpenseReport) -> tuple[str, ...]:
    """Columns in the order people read them."""
    figures = (COUNTS + MONEY + _taxed(report)
               + (COMPARED if "previous" in report.compare else ())
               + (BUDGETED if "budget" in report.compare else ()))
    return names_of(report) + tuple(
        k for k in figures
        if k not in _SELDOM or any(cell(r, k) for r in report.rows))


def months_of(first: str, last: str, lang: str) -> str:
    """One month by its name, several from the first to the last."""
    name = month_name(lang, first)
    if last in ("", first):
        return name
    return say(lang, "from_to", first=name, last=month_name(lang, last))


def months(report: ExpenseReport, lang: str) -> str:
    return months_of(report.month, report.last_month, lang)


def _month_before(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{year - (number == 1):04d}-{(number - 2) % 12 + 1:02d}"


def head(report: ExpenseReport, key: str, lang: str) -> str:
    """What was before has a name where it is one month."""
    if key == "previous" and report.per:
        return say(lang, "month_before")
    if key == "previous" and report.last_month == report.month:
        return month_name(lang, _month_before(report.month))
    return say(lang, key)


def title(report: ExpenseReport, lang: str) -> str:
    by = ", ".join(say(lang, "by_" + k) for k in report.by)
    per = say(lang, "per_" + report.per) if report.per else ""
    return say(lang, "expenses", by=by, per=per, month=months(report, lang))


def notes_of(company: str, zone: str, made: dt.date | None,
             lang: str) -> tuple[str, ...]:
    """Whose, in which zone and when."""
    said = [company] if company else []
    said.append(say(lang, "zone_note", zone=zone))
    if made:
        said.append(say(lang, "made_note", day=day_name(
            lang, made.isoformat())))
    return tuple(said)


def notes(report: ExpenseReport, lang: str) -> tuple[str, ...]:
    said = notes_of(report.company, report.zone, report.made, lang)
    if report.running and any(r.rent for r in report.totals):
        said += (say(lang, "running_note"),)
    for one in report.accrued:
        said += (say(lang, "accrued_note", month=month_name(lang, one.month),
                     day=day_name(lang, one.through),
                     money=f"{amount(lang, one.posted)} {one.currency}"),)
    return said


def _sum(rows: list[ExpenseRow], first: str) -> ExpenseRow:
    """What rows of one currency add up to; ``first`` stands for a name."""
    added = {f: sum(getattr(r, f) for r in rows)
             for f in ExpenseRow._fields
             if not isinstance(getattr(rows[0], f), (str, bool))}
    return rows[0]._replace(**added, period=first, has_budget=any(
        r.has_budget for r in rows))


def _figures(row: ExpenseRow, keys: tuple[str, ...], names: tuple[str, ...],
             first: str) -> tuple[str | int | Decimal | None, ...]:
    return (first,) + tuple("" if k in names else cell(row, k)
                            for k in keys[1:])


def _subtotals(rows: list[ExpenseRow], keys: tuple[str, ...],
               names: tuple[str, ...], lang: str) -> list[Line]:
    """Below a period of more than one row, one line per currency."""
    found: dict[str, list[ExpenseRow]] = {}
    for row in rows:
        found.setdefault(row.currency, []).append(row)
    lines = []
    for currency, of_it in found.items():
        if len(of_it) > 1:
            first = say(lang, "subtotal")
            lines.append(Line("subtotal", _figures(
                _sum(of_it, first), keys, names, first), currency))
    return lines


def _rows(report: ExpenseReport, keys: tuple[str, ...],
          names: tuple[str, ...], lang: str) -> list[Line]:
    lines: list[Line] = []
    for _, group in groupby(report.rows, key=lambda r: (r.period,
                                                        r.first_day)):
        rows = list(group)
        for row in rows:
            lines.append(Line("row", tuple(
                label(row, k, lang) if k in names else cell(row, k)
                for k in keys), row.currency, row.unallocated))
        if report.per:
            lines += _subtotals(rows, keys, names, lang)
    return lines


def _totals(report: ExpenseReport, keys: tuple[str, ...],
            names: tuple[str, ...], lang: str) -> list[Line]:
    lines = [Line("total", _figures(row, keys, names,
                                    say(lang, "grand_total")), row.currency)
             for row in report.totals]
    unrated = sum(t.unrated for t in report.totals)
    if unrated:
        lines.append(Line("unrated", (say(lang, "unrated_row"),) + tuple(
            unrated if k == "calls" else "" for k in keys[1:]), ""))
    return lines


def table(report: ExpenseReport, lang: str) -> Table:
    """All that a page shows, in its order."""
    names, keys = names_of(report), keys_of(report)
    several = len({t.currency for t in report.totals}) > 1
    unrated = sum(t.unrated for t in report.totals)
    lines = (_rows(report, keys, names, lang)
             + _totals(report, keys, names, lang)) if report.rows else []
    return Table(
        title(report, lang), notes(report, lang),
        say(lang, "unrated_note", count=unrated) if unrated else "",
        names, keys, tuple(head(report, k, lang) for k in keys),
        tuple(lines),
        "" if several or not report.totals else report.totals[0].currency,
        report.company, report.month, say(lang, "no_calls"),
        say(lang, "generated"))
