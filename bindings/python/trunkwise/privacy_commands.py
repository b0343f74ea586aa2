"""``trunkwise privacy retain``, ``erase`` and ``list``. No rule of the
library lives here."""

from __future__ import annotations

import argparse
from typing import Any

from .commands import company_zone, print_json
from .errors import InvalidArgument
from .privacy import Erasure
from .store import Store
from .values import local
from .words import plain, say


def _months(months: int) -> int:
    if not 0 < months <= 1200:
        raise InvalidArgument(f"is {months}; give 1 to 1200",
                              code="TW_EINVAL", field="months")
    return months


def _say(erasure: Erasure, arguments: argparse.Namespace,
         zone: str | None) -> int:
    before = erasure.before and local(erasure.before, zone or "UTC")
    document: dict[str, Any] = {
        "dry_run": arguments.dry_run,
        "before": before and before.isoformat(timespec="seconds"),
        "numbers": erasure.numbers, "calls": erasure.calls,
        "records": erasure.records,
        "people": [{"number": p.key, "calls": p.calls,
                    "last": p.at and local(p.at, zone or "UTC").isoformat(
                        timespec="seconds")} for p in erasure.people]}
    if arguments.json:
        print_json(document)
        return 0
    for person in document["people"]:
        print(plain("{number:<14} {calls:>7}  {last}".format(
            **{**person, "last": person["last"] or ""})))
    print(say(arguments.lang, "privacy_would" if arguments.dry_run else
              "privacy_done", **document))
    return 0


def privacy_retain(arguments: argparse.Namespace) -> int:
    months = _months(arguments.months)
    with Store(arguments.store, readonly=arguments.dry_run) as store:
        erasure = store.retain(months, dry_run=arguments.dry_run)
        zone = company_zone(store)
    return _say(erasure, arguments, zone)


def privacy_erase(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, readonly=arguments.dry_run) as store:
        erasure = store.erase_number(arguments.number,
                                     dry_run=arguments.dry_run)
        zone = company_zone(store)
    return _say(erasure, arguments, zone)


def privacy_list(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, readonly=True) as store:
        rows = store.erasures()
    if arguments.json:
        print_json({"erasures": [
            {"erasure": int(r.key), "kind": r.kind, "calls": r.calls,
             "at": r.at and r.at.isoformat(), "detail": r.detail}
            for r in rows]})
        return 0
    for r in rows:
        at = r.at.isoformat(timespec="seconds") if r.at else ""
        print(plain(f"{r.key:>5}  {at}  {r.kind:<7} {r.calls:>8}  "
                    f"{r.detail}"))
    if not rows:
        print(say(arguments.lang, "privacy_none"))
    return 0
