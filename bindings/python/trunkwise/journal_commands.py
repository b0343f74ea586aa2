"""``trunkwise journal export``: a month's entries for the bookkeeper. No
rule of the library lives here."""

from __future__ import annotations

import argparse
import json
import sys
from decimal import Decimal
from typing import Any

from . import files
from .errors import InvalidArgument
from .journal import Accounts, JournalLine, journal_lines
from .render.journal import content, last_day, render_1c, render_csv
from .render.style import Style
from .store import Store
from .values import text
from .words import plain, say

_POINTS = {"comma": ",", "point": "."}


def export_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("store", metavar="STORE",
                        help="the SQLite file of this installation")
    parser.add_argument("--month", required=True, metavar="YYYY-MM",
                        help="a closed month")
    parser.add_argument("--format", choices=("csv", "1c"),
                        help="default csv; 1c is XML of manual operations")
    parser.add_argument("--open", action="store_true",
                        help="also of an open month, as it stands now")
    for name, account in Accounts()._asdict().items():
        parser.add_argument(f"--{name}-account", default=account,
                            metavar="ACCOUNT", help=f"default {account}")
    parser.add_argument("--decimal", choices=tuple(_POINTS),
                        help="of CSV; default what --lang writes")
    parser.add_argument("--encoding",
                        choices=("utf-8", "utf-8-sig", "cp1251"),
                        help="of CSV; default UTF-8, in Russian with a byte "
                             "order mark")
    parser.add_argument("-o", "--output", metavar="FILE", help="write here")


def _accounts(arguments: argparse.Namespace) -> Accounts:
    accounts = Accounts(arguments.expense_account, arguments.vat_account,
                        arguments.payee_account)
    for name, account in accounts._asdict().items():
        if not account.strip() or not account.isprintable():
            raise InvalidArgument("is no account", code="TW_EINVAL",
                                  field=f"--{name}-account")
    return accounts


def _line(line: JournalLine, month: str, lang: str) -> dict[str, Any]:
    row = line.row
    return {"debit": line.debit, "credit": line.credit, "part": line.part,
            "amount": text(line.amount), "currency": row.currency,
            "department": row.department, "unallocated": row.unallocated,
            "cost_center": row.cost_center, "payee": row.payee,
            "vendor": row.is_vendor, "inn": row.inn, "kind": row.kind,
            "correction": row.correction, "of_month": row.of_month,
            "content": content(line, month, lang)}


def _document(lines: list[JournalLine], month: str, lang: str) -> bytes:
    totals: dict[str, dict[str, Decimal]] = {}
    for line in lines:
        sums = totals.setdefault(line.row.currency, {
            "net": Decimal(0), "vat": Decimal(0)})
        sums[line.part] += line.amount
    return (json.dumps({
        "month": month, "date": last_day(month),
        "lines": [_line(line, month, lang) for line in lines],
        "totals": [{"currency": currency,
                    **{k: text(v) for k, v in sums.items()}}
                   for currency, sums in totals.items()]},
        ensure_ascii=False, indent=2) + "\n").encode()


def _format(arguments: argparse.Namespace) -> str:
    if arguments.json and arguments.format:
        raise InvalidArgument(f"is {arguments.format}, but --json is given "
                              "too; leave one out", code="TW_EINVAL",
                              field="--format")
    chosen = "json" if arguments.json else arguments.format or "csv"
    for name in ("decimal", "encoding"):
        if getattr(arguments, name) and chosen != "csv":
            raise InvalidArgument(f"is of CSV, and this is {chosen}; leave "
                                  "it out", code="TW_EINVAL",
                                  field=f"--{name}")
    return chosen


def journal_export(arguments: argparse.Namespace) -> int:
    chosen, accounts = _format(arguments), _accounts(arguments)
    month = arguments.month
    with Store(arguments.store, readonly=True) as store:
        lines = journal_lines(store.journal(month, open=arguments.open),
                              accounts)
    if chosen == "json":
        data = _document(lines, month, arguments.lang)
    elif chosen == "1c":
        data = render_1c(lines, month)
    else:
        data = render_csv(lines, month, Style(
            arguments.lang, _POINTS.get(arguments.decimal, ""),
            encoding=arguments.encoding or ""))
    if arguments.output:
        files.write(arguments.output, data)
        print(plain(say(arguments.lang, "written", path=arguments.output)),
              file=sys.stderr)
    else:
        sys.stdout.buffer.write(data)
    return 0
