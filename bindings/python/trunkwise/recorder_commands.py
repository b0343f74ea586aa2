"""``trunkwise spool list``, ``spool retry`` and ``call open``. No rule of the
library lives here."""

from __future__ import annotations

import argparse
import os
from typing import Any

from .commands import print_json
from .errors import Busy, NotFound
from .recorder import Recorder, Spooled, spool_names, spooled
from .store import Store
from .words import plain, say


def _names(arguments: argparse.Namespace) -> list[str]:
    if not os.path.exists(arguments.store):
        raise NotFound(f"there is no store at {arguments.store}; check the "
                       "path", code="TW_ENOTFOUND")
    return [arguments.name] if arguments.name else \
        spool_names(arguments.store)


def _row(name: str, s: Spooled) -> dict[str, Any]:
    return {"name": name, "state": s.state, "offset": s.offset,
            "bytes": s.bytes,
            "aside": s.aside and s.aside.isoformat(timespec="seconds"),
            "call_id": s.call_id,
            "start": s.start and s.start.isoformat(timespec="seconds"),
            "seconds": int(s.duration.total_seconds()), "interim": s.interim}


def spool_list(arguments: argparse.Namespace) -> int:
    rows = [_row(name, s) for name in _names(arguments)
            for s in spooled(arguments.store, name)]
    waiting = sum(r["state"] == "waiting" for r in rows)
    damaged = len(rows) - waiting
    if arguments.json:
        print_json({"waiting": waiting, "damaged": damaged,
                    "records": rows})
        return 1 if damaged else 0
    for r in rows:
        what = r["call_id"] or say(arguments.lang, "spool_bytes",
                                   bytes=r["bytes"], offset=r["offset"])
        print(plain(f"{r['name']:<10} "
                    f"{say(arguments.lang, 'spool_' + r['state']):<12} "
                    f"{r['start'] or r['aside'] or '':<26} "
                    f"{r['seconds']:>6}  {what}"))
    print(say(arguments.lang, "spool_sum", waiting=waiting, damaged=damaged)
          if rows else say(arguments.lang, "spool_empty"))
    return 1 if damaged else 0


def _retry(store: str, name: str) -> dict[str, Any]:
    try:
        with Recorder(store, name=name) as recorder:
            try:
                recorder.flush()
                problem = ""
            except Busy as busy:
                problem = str(busy)
            s = recorder.stats
    except Busy as busy:
        return {"name": name, "owned": True, "stored": 0, "duplicates": 0,
                "conflicts": 0, "rejected": 0, "closed": 0, "damaged": 0,
                "spooled": 0, "problem": str(busy)}
    return {"name": name, "owned": False, "stored": s.stored,
            "duplicates": s.duplicates, "conflicts": s.conflicts,
            "rejected": s.rejected, "closed": s.closed, "damaged": s.damaged,
            "spooled": s.spooled, "problem": problem}


def spool_retry(arguments: argparse.Namespace) -> int:
    results = [_retry(arguments.store, name) for name in _names(arguments)]
    left = any(r["problem"] or r["conflicts"] or r["rejected"] or
               r["damaged"] or r["spooled"] for r in results)
    if arguments.json:
        print_json({"spools": results})
        return 1 if left else 0
    for r in results:
        print(plain(say(arguments.lang, "spool_owned" if r["owned"] else
                        "spool_tried", **r)))
        if r["problem"] and not r["owned"]:
            print(plain(r["problem"]))
    if not results:
        print(say(arguments.lang, "spool_empty"))
    return 1 if left else 0


def call_open(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, readonly=True) as store:
        rows = store.open_calls()
    calls = [{"call_id": r.key, "state": r.kind,
              "start": r.at and r.at.isoformat(timespec="seconds"),
              "seconds": r.seconds, "recorder": r.detail,
              "batch": r.calls or None} for r in rows]
    if arguments.json:
        print_json({"calls": calls})
        return 0
    for c in calls:
        print(plain(f"{c['start']:<26} {c['seconds']:>6}  "
                    f"{say(arguments.lang, 'call_' + str(c['state'])):<22} "
                    f"{c['recorder']:<10} {c['call_id']}"))
    if not calls:
        print(say(arguments.lang, "call_open_none"))
    return 0
