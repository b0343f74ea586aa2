"""``trunkwise tariff list``, ``undo`` and ``changes``, ``call explain``: what
became of sheets that were imported. No rule of the library lives here."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import time
from decimal import Decimal
from typing import Any, Callable

from .errors import NotFound
from .mask import Mask
from .prices import PriceChange, PriceChanges
from .results import TariffVersion
from .store import Store
from .values import instant, local, parse_time, text
from .words import plain, say

# A sheet that takes longer than a blink shows how far it is.
LARGE = 4 << 20


def progress_for(size: int) -> Callable[[int, int], None] | None:
    """What a person at a terminal sees of a large import."""
    if size < LARGE or not sys.stderr.isatty():
        return None
    last = [0.0]

    def show(done: int, total: int) -> None:
        now = time.monotonic()
        if done < total and now - last[0] < 0.1:
            return
        last[0] = now
        ending = "\r" if done < total else "\r    \r"
        print(f"{done * 100 // max(total, 1):3d} %", end=ending,
              file=sys.stderr, flush=True)

    return show


def _iso(when: dt.datetime | None) -> str | None:
    return when.isoformat(timespec="seconds") if when else None


def _zone(store: Store, tariff: str | None = None) -> str | None:
    """Whose days are said: the tariff's, else the company's."""
    directory = store.directory()
    for kind in ("tariff", "company"):
        for row in directory.rows(kind):
            if kind == "company" or row.name == tariff:
                return row["zone"]
    return None


def _row(v: TariffVersion) -> dict[str, Any]:
    return {**v._asdict(), "valid_from": _iso(v.valid_from),
            "made": _iso(v.made), "withdrawn": _iso(v.withdrawn)}


def tariff_list(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, readonly=True) as store:
        versions = store.tariff_versions(arguments.tariff)
        zone = _zone(store, arguments.tariff)
    if arguments.json:
        print(json.dumps({"versions": [_row(v) for v in versions]},
                         ensure_ascii=False, indent=2))
        return 0
    for v in versions:
        state = say(arguments.lang, "version_" + v.state)
        start = (_iso(local(v.valid_from, zone)) if v.valid_from
                 else say(arguments.lang, "version_always"))
        print(plain(f"{v.version:>5}  {state:<12} {start:<25} {v.rates:>8}  "
                    f"{v.carrier}  {v.tariff}  " +
                    (say(arguments.lang, "version_stated", source=v.stated_by)
                     if v.stated_by else v.file_name)))
    if not versions:
        print(say(arguments.lang, "versions_none"))
    return 0


def tariff_undo(arguments: argparse.Namespace) -> int:
    if not 0 <= arguments.version < 2 ** 63:
        raise NotFound(f"no version {arguments.version}; see tariff list",
                       code="TW_ENOTFOUND", field="version")
    with Store(arguments.store) as store:
        undone, in_force = store.undo_tariff(arguments.tariff,
                                             version=arguments.version)
    if arguments.json:
        print(json.dumps({"tariff": arguments.tariff, "version": undone,
                          "withdrawn": True, "in_force": in_force},
                         ensure_ascii=False, indent=2))
        return 0
    print(plain(say(arguments.lang, "version_undone", version=undone,
                    tariff=arguments.tariff)))
    print(say(arguments.lang, "version_back" if in_force else
              "version_none_left", version=in_force))
    return 0


# ---- changes ----

def _change_json(row: PriceChange) -> dict[str, Any]:
    return {**row._asdict(), "effective": _iso(row.effective),
            "effective_date": str(row.effective_date)
            if row.effective_date else None,
            "old_price": None if row.old_price is None
            else text(row.old_price),
            "new_price": None if row.new_price is None
            else text(row.new_price),
            "percent": None if row.percent is None else str(row.percent),
            "difference": text(row.difference)}


def _changes_json(report: PriceChanges,
                  rows: list[PriceChange]) -> dict[str, Any]:
    return {"version": report.version, "before": report.before,
            "starts": _iso(report.starts), "received": _iso(report.received),
            "notice_days": report.notice_days, "contract": report.contract,
            **report.counts, "breached": report.breached,
            "month": report.month, "zone": report.zone,
            "calls": report.calls, "lost": report.lost,
            "gained": report.gained, "unknown": report.unknown,
            "currency": report.new_cost.currency,
            "old_cost": text(report.old_cost.amount),
            "new_cost": text(report.new_cost.amount),
            "difference": text(report.difference.amount),
            "lost_cost": text(report.lost_cost.amount),
            "gained_cost": text(report.gained_cost.amount),
            "rows": [_change_json(r) for r in rows]}


def _signed(amount: Decimal) -> str:
    return ("+" if amount > 0 else "") + text(amount)


def _code(row: PriceChange) -> str:
    parts = [row.direction, row.relation, row.band,
             f"{row.from_s} s" if row.from_s else "",
             f"<{row.caller_prefix}" if row.caller_prefix else ""]
    extra = " ".join(p for p in parts if p)
    return f"{row.prefix} {row.destination}" + (f" ({extra})" if extra
                                                else "")


def _say_row(row: PriceChange, lang: str) -> str:
    prices = [say(lang, "price_none") if p is None else text(p)
              for p in (row.old_price, row.new_price)]
    percent = "" if row.percent is None else f"{row.percent:+} %"
    effective = str(row.effective_date or "")
    notice = "" if row.notice is None else say(
        lang, "notice_" + row.notice, days=row.notice_days)
    stake = _signed(row.difference) if row.calls - row.lost else ""
    if row.lost:
        stake += " " + say(lang, "price_lost", calls=row.lost)
    return (f"{say(lang, 'price_' + row.kind):<11} {_code(row):<32} "
            f"{prices[0]:>9} -> {prices[1]:<9} {percent:>10}  "
            f"{effective:<10}  {notice}  {stake}").rstrip()


def _say_changes(report: PriceChanges, rows: list[PriceChange],
                 arguments: argparse.Namespace) -> None:
    lang = arguments.lang
    for row in rows:
        print(plain(_say_row(row, lang)))
    print(say(lang, "tariff_diff", **report.counts))
    if report.notice_days is None:
        print(say(lang, "notice_unknown"))
    else:
        print(plain(say(lang, "notice_count", days=report.notice_days,
                        contract=report.contract or "--notice-days",
                        count=report.breached)))
    if report.before is None:
        print(say(lang, "stake_first"))
        return
    print(say(lang, "stake_month", month=report.month, zone=report.zone,
              calls=report.calls, old=str(report.old_cost),
              new=str(report.new_cost),
              difference=f"{_signed(report.difference.amount)} "
                         f"{report.difference.currency}"))
    for key in ("lost", "gained", "unknown"):
        count = getattr(report, key)
        if count:
            cost = getattr(report, key + "_cost", "")
            print(say(lang, "stake_" + key, calls=count, cost=str(cost)))


def tariff_changes(arguments: argparse.Namespace) -> int:
    if not 0 <= arguments.version < 2 ** 63:
        raise NotFound(f"no version {arguments.version}; see tariff list",
                       code="TW_ENOTFOUND", field="version")
    with Store(arguments.store, readonly=True) as store:
        received = None
        if arguments.received:
            received = instant(parse_time(arguments.received,
                                          _zone(store) or "UTC"))
        report = store.price_changes(
            arguments.tariff, version=arguments.version, received=received,
            notice_days=arguments.notice_days)
    rows = [r for r in report.rows
            if arguments.all or r.kind != "unchanged"]
    if arguments.json:
        print(json.dumps(_changes_json(report, rows), ensure_ascii=False,
                         indent=2))
    else:
        _say_changes(report, rows, arguments)
    return 1 if report.breached else 0


# ---- stored calls ----

def call_explain(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, readonly=True) as store:
        words = store.explain_call(arguments.call, lang=arguments.lang)
        if arguments.mask:
            words = Mask.of(store).spoken(words)
    if arguments.json:
        print(json.dumps({"call": arguments.call, "text": words},
                         ensure_ascii=False, indent=2))
    else:
        for line in words.rstrip("\n").split("\n"):
            print(plain(line))
    return 0
