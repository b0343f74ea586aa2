"""``trunkwise report breakdown``. No rule of the library lives here."""

from __future__ import annotations

import argparse

from .breakdown import BY
from .commands import groups_of
from .errors import InvalidArgument
from .render import PAGES
from .render.breakdown import document, table
from .report_commands import (form_arguments, format_of, month_arguments,
                              months_of, style_of, write)
from .store import Store


def breakdown_arguments(parser: argparse.ArgumentParser) -> None:
    month_arguments(parser)
    parser.add_argument("--by", default="department,hour", metavar="A,B",
                        help=",".join(BY) + "; up to six, default "
                             "department,hour")
    parser.add_argument("--only", action="append", default=[],
                        metavar="A=KEY", help="these calls alone, such as "
                        "direction=outbound or department=Sales; \"A=\" is "
                        "what has none; may be given several times")
    parser.add_argument("--digits", type=int, default=4, metavar="N",
                        help="of a prefix: the first 1 to 7 of the other "
                             "side's number; default 4")
    form_arguments(parser)


def _only(words: list[str]) -> dict[str, str]:
    only: dict[str, str] = {}
    for word in words:
        name, equals, key = word.partition("=")
        if not equals or name in only:
            raise InvalidArgument(
                f"{word!r} is given twice; once is enough" if equals else
                f"{word!r} is no NAME=KEY; write direction=outbound",
                code="TW_EINVAL", field="--only")
        only[name] = key
    return only


def report_breakdown(arguments: argparse.Namespace) -> int:
    chosen = format_of(arguments)
    style = style_of(arguments, chosen)
    month, last = months_of(arguments)
    with Store(arguments.store, readonly=True) as store:
        report = store.breakdown(month, last_month=last,
                                 by=groups_of(arguments.by),
                                 digits=arguments.digits,
                                 only=_only(arguments.only))
    data = (document(report) if chosen == "json"
            else PAGES[chosen](table(report, arguments.lang), style))
    return write(data, arguments, chosen)
