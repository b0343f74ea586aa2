"""``trunkwise report differences``. No rule of the library lives here."""

from __future__ import annotations

import argparse

from .commands import groups_of, whose
from .differences import AGAINST, BY
from .render import PAGES
from .render.differences import document, table
from .report_commands import (form_arguments, format_of, month_arguments,
                              months_of, style_of, write)
from .store import Store


def difference_arguments(parser: argparse.ArgumentParser) -> None:
    month_arguments(parser)
    parser.add_argument("--by", default="carrier", metavar="A,B",
                        help=",".join(BY) + "; default carrier")
    parser.add_argument("--against", default="cost", choices=AGAINST,
                        help="our sum that the source's is held against: as "
                             "the tariff writes its prices, without VAT, or "
                             "with it")
    form_arguments(parser)


def report_differences(arguments: argparse.Namespace) -> int:
    chosen = format_of(arguments)
    style = style_of(arguments, chosen)
    month, last = months_of(arguments)
    with Store(arguments.store, readonly=True) as store:
        report = store.differences(month, last_month=last,
                                   by=groups_of(arguments.by),
                                   against=arguments.against)
        company = whose(store, month)
    data = (document(report, company) if chosen == "json" else
            PAGES[chosen](table(report, company, arguments.lang), style))
    write(data, arguments, chosen)
    return 0 if all(r.agrees for r in report.totals) else 1
