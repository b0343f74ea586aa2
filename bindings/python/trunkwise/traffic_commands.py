"""``trunkwise report calls`` and ``report missed``. No rule of the library
lives here."""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import io
import json
import sys
from decimal import Decimal
from typing import Any

from .commands import months_zone, print_json, whose
from .errors import InvalidArgument
from .mask import Mask
from .render import PAGES
from .render.calls import table, week
from .render.safe import as_text
from .render.table import Whose
from .report_commands import (format_of, month_arguments, months_of,
                              page_arguments, style_of, write)
from .store import Store
from .traffic import BY, CallsRow, MissedCaller
from .values import local, text
from .words import plain, say

_COUNTS = ("offered", "answered", "missed", "unreturned", "hidden",
           "missed_hidden", "callers", "first_time", "repeat")
_MONEY = ("rent", "charges", "cost", "per_answered", "per_first")


def _mask(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--mask", action="store_true",
                        help="people's numbers as 7916***4567")


def calls_arguments(parser: argparse.ArgumentParser) -> None:
    month_arguments(parser)
    parser.add_argument("--by", default="number", choices=BY)
    parser.add_argument("--callback-hours", type=int, default=24,
                        metavar="N", help="within which a missed call is to "
                        "be returned; default 24")
    page_arguments(parser)
    _mask(parser)


def missed_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("text", "csv", "json"))
    _mask(parser)


def _format(arguments: argparse.Namespace) -> str:
    if arguments.json and arguments.format not in (None, "json"):
        raise InvalidArgument(f"is {arguments.format}, but --json is given "
                              "too; leave one out", code="TW_EINVAL",
                              field="--format")
    return "json" if arguments.json else arguments.format or "text"


def _seconds(value: dt.timedelta | None) -> str | None:
    if value is None:
        return None
    us = value // dt.timedelta(microseconds=1)
    return text(Decimal(us).scaleb(-6), 0)


def _group(row: CallsRow, by: str) -> dict[str, Any]:
    if row.is_total:
        return {}
    if by == "hour":
        return {"weekday": row.weekday, "hour": row.hour}
    group: dict[str, Any] = {by: row.name}
    if by == "number":
        group["campaigns"] = row.campaigns
    if by in ("number", "campaign"):
        group["first_day"] = row.first_day and row.first_day.isoformat()
        group["last_day"] = row.last_day and row.last_day.isoformat()
    return group


def _document(row: CallsRow, by: str) -> dict[str, Any]:
    document = _group(row, by)
    document.update({k: getattr(row, k) for k in _COUNTS})
    document.update({
        "wait_s": _seconds(row.wait), "mean_wait_s": _seconds(row.mean_wait),
        "mean_abandon_s": _seconds(row.mean_abandon),
        "ends_known": row.ends_known, "talk_s": _seconds(row.talk)})
    if by in ("number", "campaign"):
        for key in _MONEY:
            value = getattr(row, key)
            document[key] = None if value is None else text(value)
        document["currency"] = row.currency
        document["other_currency"] = row.other_currency
    return document


def _csv(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if rows:
        writer.writerow(rows[0])
    for row in rows:
        writer.writerow(["" if v is None else as_text(v)
                         if k in ("number", "campaign", "campaigns",
                                  "department", "our_number") else v
                         for k, v in row.items()])
    return out.getvalue()


def _page(rows: list[CallsRow], arguments: argparse.Namespace, chosen: str,
          company: Whose) -> bytes:
    month, last = months_of(arguments)
    months, hours = (month, last or month), arguments.callback_hours
    style = style_of(arguments, chosen)
    if arguments.by == "hour" and chosen != "xlsx":
        made = week(rows, months, company, hours, arguments.lang)
    else:
        made = table(rows, arguments.by, months, company, hours,
                     arguments.lang)
    return PAGES[chosen](made, style)


def _json(rows: list[CallsRow], arguments: argparse.Namespace,
          zone: str) -> bytes:
    month, last = months_of(arguments)
    documents = [_document(r, arguments.by) for r in rows]
    return (json.dumps({
        "month": month, "last_month": last or month, "by": arguments.by,
        "zone": zone, "callback_hours": arguments.callback_hours,
        "rows": documents[:-1], "total": documents[-1]},
        ensure_ascii=False, indent=2) + "\n").encode()


def report_calls(arguments: argparse.Namespace) -> int:
    chosen, by = format_of(arguments), arguments.by
    month, last = months_of(arguments)
    with Store(arguments.store, readonly=True) as store:
        rows = store.calls(month, last_month=last, by=by,
                           callback_hours=arguments.callback_hours)
        company = whose(store, month)
    if chosen == "json":
        data = _json(rows, arguments, company.zone)
    elif chosen == "csv":
        data = _csv([_document(r, by) for r in rows[:-1]]).encode()
    else:
        data = _page(rows, arguments, chosen, company)
    return write(data, arguments, chosen)


def _missed(row: MissedCaller, zone: str) -> dict[str, Any]:
    return {**row._asdict(),
            "last": local(row.last, zone).isoformat(timespec="seconds")}


def report_missed(arguments: argparse.Namespace) -> int:
    chosen = _format(arguments)
    with Store(arguments.store, readonly=True) as store:
        rows = store.missed(arguments.month)
        zone = months_zone(store, arguments.month)
        if arguments.mask:
            hide = Mask.of(store)
            rows = [r._replace(number=hide.person(r.number)) for r in rows]
    documents = [_missed(r, zone) for r in rows]
    if chosen == "json":
        print_json({"month": arguments.month, "zone": zone,
                    "callers": documents})
        return 0
    if chosen == "csv":
        sys.stdout.write(_csv(documents))
        return 0
    for d in documents:
        number = d["number"] or say(arguments.lang, "calls_erased")
        print(plain(f"{d['last']}  {number:<16} {d['missed']:>4} "
                    f"{d['tries']:>4}  {d['our_number']}  {d['campaign']}"
                    .rstrip()))
    if not documents:
        print(say(arguments.lang, "missed_none"))
    return 0
