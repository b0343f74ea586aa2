"""``trunkwise store ...``. No rule of the library lives here."""

from __future__ import annotations

import argparse
import os

from .commands import print_json
from .results import Verdict
from .store import Store
from .store_file import check_store, restore_store
from .words import plain, say


def _verify(path: str) -> list[Verdict]:
    with Store(path, readonly=True) as copy:
        return copy.verify()


def _say_broken(verdicts: list[Verdict], lang: str) -> None:
    for v in verdicts:
        if not v.holds:
            print(plain(f"{say(lang, 'broken'):<9} {v.invariant:<32} "
                        f"{v.detail}"))


def store_backup(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, readonly=True) as store:
        store.backup(arguments.file, force=arguments.force)
    size = os.path.getsize(arguments.file)
    verdicts = [] if arguments.no_verify else _verify(arguments.file)
    broken = [v for v in verdicts if not v.holds]
    if arguments.json:
        print_json({
            "store": arguments.store, "file": arguments.file, "bytes": size,
            "holds": not broken if verdicts else None, "invariants": [
                {"invariant": v.invariant, "holds": v.holds,
                 "detail": v.detail} for v in verdicts]})
        return 1 if broken else 0
    print(plain(say(arguments.lang, "backup_made", file=arguments.file,
                    bytes=size)))
    _say_broken(broken, arguments.lang)
    if broken:
        print(say(arguments.lang, "not_verified", count=len(broken)))
        return 1
    if verdicts:
        print(say(arguments.lang, "verified", count=len(verdicts)))
    return 0


def store_restore(arguments: argparse.Namespace) -> int:
    kept = restore_store(arguments.file, arguments.store)
    if arguments.json:
        print_json({"file": arguments.file, "store": arguments.store,
                    "kept": kept})
        return 0
    print(plain(say(arguments.lang, "restored", file=arguments.file,
                    store=arguments.store)))
    if kept:
        print(plain(say(arguments.lang, "restored_kept", kept=kept)))
    return 0


def store_check(arguments: argparse.Namespace) -> int:
    problems = check_store(arguments.store)
    if arguments.json:
        print_json({"store": arguments.store, "whole": not problems,
                    "problems": problems})
    elif problems:
        for problem in problems:
            print(plain(problem))
        print(plain(say(arguments.lang, "store_damaged",
                        store=arguments.store)))
    else:
        print(plain(say(arguments.lang, "store_whole",
                        store=arguments.store)))
    return 1 if problems else 0


def store_status(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, readonly=True) as store:
        info = store.info()
    if arguments.json:
        print_json({"store": arguments.store, **info._asdict()})
        return 0
    for key, value in info._asdict().items():
        print(f"{say(arguments.lang, 'store_' + key):<24} {value:>16}")
    return 0
