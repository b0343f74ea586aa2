"""``trunkwise tariff list``, ``undo`` and ``changes``: what became of sheets
that were imported. No rule of the library lives here."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import time
from typing import Any, Callable

from .errors import NotFound
from .results import TariffVersion
from .store import Store
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


def _row(v: TariffVersion) -> dict[str, Any]:
    return {**v._asdict(), "valid_from": _iso(v.valid_from),
            "made": _iso(v.made), "withdrawn": _iso(v.withdrawn)}


def tariff_list(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, readonly=True) as store:
        versions = store.tariff_versions(arguments.tariff)
    if arguments.json:
        print(json.dumps({"versions": [_row(v) for v in versions]},
                         ensure_ascii=False, indent=2))
        return 0
    for v in versions:
        state = say(arguments.lang, "version_" + v.state)
        start = _iso(v.valid_from) or say(arguments.lang, "version_always")
        print(plain(f"{v.version:>5}  {state:<12} {start:<25} {v.rates:>8}  "
                    f"{v.carrier}  {v.tariff}  {v.file_name}"))
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
