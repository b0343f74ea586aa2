"""What ``report`` does: which months, which form, and where to."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from . import files
from .commands import groups_of
from .errors import InvalidArgument
from .invoice_commands import report_invoiced
from .render import FORMATS, Style
from .report import BY, COMPARE, PER
from .store import Store
from .words import plain, say

_ENDINGS = {".json": "json", ".csv": "csv", ".html": "html", ".htm": "html",
            ".xlsx": "xlsx", ".txt": "text"}
_POINTS = {"comma": ",", "point": "."}
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
_CSV_ONLY = ("decimal", "delimiter", "encoding")
_ENCODINGS = ("utf-8", "utf-8-sig", "cp1251")


def month_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--month", metavar="YYYY-MM",
                        help="month in the company's zone")
    parser.add_argument("--from", dest="first", metavar="YYYY-MM",
                        help="first month, in place of --month")
    parser.add_argument("--to", dest="last", metavar="YYYY-MM",
                        help="last month; default the first")


def page_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", default=None, choices=tuple(FORMATS))
    parser.add_argument("--width", type=int, metavar="N",
                        help="of text; default the terminal's")
    parser.add_argument("-o", "--output", metavar="FILE",
                        help="write here; the format by the ending")


def form_arguments(parser: argparse.ArgumentParser) -> None:
    page_arguments(parser)
    parser.add_argument("--decimal", choices=tuple(_POINTS),
                        help="of CSV; default what --lang writes")
    parser.add_argument("--delimiter", choices=tuple(_DELIMITERS),
                        help="of CSV; default a semicolon beside commas")
    parser.add_argument("--encoding", choices=_ENCODINGS,
                        help="of CSV; default UTF-8, in Russian with a byte "
                             "order mark")


def expenses_arguments(parser: argparse.ArgumentParser) -> None:
    month_arguments(parser)
    parser.add_argument("--by", default="department", metavar="A,B",
                        help=",".join(BY))
    parser.add_argument("--per", default="", choices=[p for p in PER if p],
                        help="a row for each; weeks are those of ISO 8601")
    parser.add_argument("--compare", default="", metavar="A,B",
                        help=",".join(COMPARE) + ": the months before, and "
                             "budgets of departments")
    parser.add_argument("--basis", default="rated",
                        choices=("rated", "invoiced"),
                        help="our rating, or the carriers' documents spread "
                             "by it")
    form_arguments(parser)


def format_of(arguments: argparse.Namespace) -> str:
    if arguments.json and arguments.format not in (None, "json"):
        raise InvalidArgument(f"is {arguments.format}, but --json is given "
                              "too; leave one out", code="TW_EINVAL",
                              field="--format")
    chosen = "json" if arguments.json else arguments.format
    if chosen or not arguments.output:
        return chosen or "text"
    ending = Path(arguments.output).suffix.lower()
    if ending and ending not in _ENDINGS:
        raise InvalidArgument(
            f"the ending {ending} names no format; write one of "
            + ", ".join(_ENDINGS) + ", or add --format", code="TW_EINVAL",
            field="--output")
    return _ENDINGS.get(ending, "text")


def months_of(arguments: argparse.Namespace) -> tuple[str, str | None]:
    if arguments.month and (arguments.first or arguments.last):
        raise InvalidArgument("is given with --from or --to; leave one out",
                              code="TW_EINVAL", field="--month")
    if arguments.last and not arguments.first:
        raise InvalidArgument("needs --from, the first month",
                              code="TW_EINVAL", field="--to")
    month = arguments.month or arguments.first
    if not month:
        raise InvalidArgument("is missing; write --month 2026-10, or --from "
                              "and --to", code="TW_EINVAL", field="--month")
    return month, arguments.last


def style_of(arguments: argparse.Namespace, chosen: str) -> Style:
    for name in _CSV_ONLY:
        if getattr(arguments, name, None) and chosen != "csv":
            raise InvalidArgument(f"is of CSV, and this is {chosen}; add "
                                  "--format csv or leave it out",
                                  code="TW_EINVAL", field=f"--{name}")
    width = arguments.width
    if width is not None and (width < 0 or chosen != "text"):
        raise InvalidArgument("is a number of characters, and of text only",
                              code="TW_EINVAL", field="--width")
    if width is None:
        shown = chosen == "text" and not arguments.output
        width = (shutil.get_terminal_size().columns
                 if shown and sys.stdout.isatty() else 0)
    decimal, delimiter, encoding = (getattr(arguments, name, None)
                                    for name in _CSV_ONLY)
    return Style(arguments.lang, _POINTS.get(decimal, ""),
                 _DELIMITERS.get(delimiter, ""), encoding or "", width)


def parts_of(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


def report_expenses(arguments: argparse.Namespace) -> int:
    chosen = format_of(arguments)
    style = style_of(arguments, chosen)
    if arguments.basis == "invoiced":
        return write(report_invoiced(arguments, chosen, style), arguments,
                     chosen)
    month, last = months_of(arguments)
    with Store(arguments.store, readonly=True) as store:
        report = store.expenses(
            month, last_month=last, by=groups_of(arguments.by),
            per=arguments.per,
            compare=tuple(dict.fromkeys(parts_of(arguments.compare))))
    return write(FORMATS[chosen](report, style), arguments, chosen)


def write(data: bytes, arguments: argparse.Namespace, chosen: str) -> int:
    if arguments.output:
        files.write(arguments.output, data)
        print(plain(say(arguments.lang, "written", path=arguments.output)),
              file=sys.stderr)
    elif chosen == "xlsx" and sys.stdout.isatty():
        raise InvalidArgument("xlsx is no text; add -o report.xlsx",
                              field="--format")
    else:
        sys.stdout.buffer.write(data)
    return 0
