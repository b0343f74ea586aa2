"""What each verb does: reads arguments, calls the package, says the result
once for people or once for scripts. No rule of the library lives here."""

from __future__ import annotations

import argparse
import getpass
import csv
import datetime as dt
import json
import os
import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from . import files, raw, records, sheets
from .deployment import Change, Deployment, Problem, Stated
from .errors import (Conflict, Error, Exists, InvalidArgument, NotFound,
                     ParseError)
from .join import Join
from .mask import Mask
from .rating import Sheet
from .reasons import deployment_reason_in, reason_in
from .render.safe import as_text
from .render.table import Whose
from .results import Counts, ImportResult, Listing, Reject
from .store import Store
from .tariff_commands import progress_for
from .values import instant, local, now_us, parse_time, text
from .words import plain, say


def print_json(document: Any) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=2))


def far_away() -> InvalidArgument:
    return InvalidArgument("the time is out of range; write a date of the "
                           "years 1971 to 9998, such as 2026-10-05T09:00:00"
                           "+03:00", code="TW_ERANGE", field="--at")


def when(value: str | None, zone: str | None = None) -> dt.datetime:
    if value is None:
        value, zone = instant(now_us()).isoformat(), None
    try:
        when = instant(parse_time(value, zone))
    except OverflowError:
        when = None
    except Error as error:
        raise type(error)(error.message, code=error.code,
                          field="--at") from None
    # as written: a zone may have it in the year before
    year = re.match(r"\s*([0-9]{4})-", value)
    if when is None or not 1971 <= int(year[1] if year else when.year) \
            <= 9998:
        raise far_away()
    return when


def company_zone(store: Store) -> str | None:
    for row in store.directory().rows("company"):
        return row["zone"]
    return None


def months_zone(store: Store, month: str) -> str:
    """Whose months a report's are: without a company that of the first
    import, and of a company that moved its first one."""
    return store.expenses(month).zone


def groups_of(words: str) -> tuple[str, ...]:
    """What ``--by`` names, each once."""
    by = tuple(word for word in words.split(",") if word)
    for i, word in enumerate(by):
        if word in by[:i]:
            raise InvalidArgument(f"{word!r} is given twice; once is enough",
                                  code="TW_EINVAL", field="--by")
    return by


def whose(store: Store, month: str) -> Whose:
    """For the head of a page."""
    zone = months_zone(store, month)
    name = next((row["name"] for row in store.directory().rows("company")), "")
    return Whose(name, zone, local(instant(now_us()), zone).date())


def country(store: Store) -> str | None:
    for row in store.directory().rows("company"):
        return row["country"] or None
    return None


# kinds of lines whose key is the name of a thing; else it is a caller or a
# callee
_OF_THINGS = frozenset(("department", "accountcode", "extension", "trunk"))


def masked(store: Store, rows: list[Listing],
           arguments: argparse.Namespace) -> list[Listing]:
    """Lines whose key may be somebody's number, as --mask wants them."""
    if not arguments.mask:
        return rows
    hide = Mask.of(store)
    return [r._replace(key=(hide.number if r.kind in _OF_THINGS else
                            hide.person)(r.key)) for r in rows]


def _counts(counts: Counts) -> dict[str, int]:
    return counts._asdict()


def _rejects(rejects: list[Reject]) -> list[dict[str, object]]:
    return [r._asdict() for r in rejects]


def _say_rejects(rejects: list[Reject], lang: str) -> None:
    for r in rejects:
        key = ("reject_nth" if r.column.isdigit() else "reject" if r.column
               else "reject_row")
        print(plain(say(lang, key, line=r.line, column=r.column,
                        reason=reason_in(lang, r.reason))),
              file=sys.stderr)


def refused(counts: Counts) -> bool:
    return bool(counts.rows_rejected or counts.conflicts or counts.rows_held)


# ---- apply ----

def _say_change(change: Change, lang: str) -> str:
    line = f"{say(lang, change.change):>8}  {change.kind} {change.name}"
    if change.field:
        before, after = (text.replace("\n", ", ")     # a list's items
                         for text in (change.before, change.after))
        line += f": {change.field} {before!r} -> {after!r}"
    return plain(line)


def _import_sheets(store: Store, deployment: Deployment,
                   results: list[tuple[Any, ImportResult]]) -> bool:
    for sheet in deployment.sheets:
        try:
            data, _ = sheets.load(sheet.path)
        except Error as error:
            text = error.message
            if error.file:    # a name that the message has not
                text = f"{error.file}: {text}"
            refusal = ParseError(f"cannot read {text}", code="TW_EPARSE",
                                 field=sheet.field)
            refusal.problems = [Problem(sheet.field, refusal.message, True)]
            raise refusal from None
        with files.named(sheet.path):
            result = store.import_tariff(
                data, tariff=sheet.tariff, carrier=sheet.carrier,
                file_name=sheet.path.name)
        results.append((sheet, result))
    return not any(refused(r.counts) for _, r in results)


def _put_stated(store: Store, deployment: Deployment
                ) -> list[tuple[Stated, int | None]]:
    """With the version that each made, None when it is in force already."""
    found = []
    for stated in deployment.stated:
        try:
            found.append((stated, store.stated_tariff(stated.tariff)))
        except Error as error:
            refusal = ParseError(error.message, code="TW_EPARSE",
                                 field=stated.field)
            refusal.problems = [Problem(stated.field, error.message, True)]
            raise refusal from None
    return found


class _SheetsRefused(Exception):
    """Leaves the transaction without writing."""


def _put(store: Store, deployment: Deployment, at: dt.datetime,
         dry_run: bool) -> tuple[list[Change], list, list, bool]:
    """The deployment, its sheets and what it takes the word of records for,
    in one transaction."""
    sheets: list[tuple[Any, ImportResult]] = []
    stated: list[tuple[Stated, int | None]] = []
    found: list[Change] = []
    try:
        with store.transaction():
            found = store.apply(deployment, at=at)
            stated = _put_stated(store, deployment)
            good = _import_sheets(store, deployment, sheets)
            if dry_run or not good:
                raise _SheetsRefused
    except _SheetsRefused:
        return (found, sheets, stated,
                all(not refused(r.counts) for _, r in sheets))
    return found, sheets, stated, True


def apply(arguments: argparse.Namespace) -> int:
    lang = arguments.lang
    try:
        deployment = Deployment.load(arguments.deployment)
    except Error as error:
        if error.problems:
            return _say_problems(error.problems, arguments)
        raise
    try:
        deployment.check()
    except ParseError:
        return _say_problems([*deployment.problems, *deployment.unread],
                             arguments)
    if unread := deployment.unread:
        return _say_problems(unread, arguments)
    existed = os.path.exists(arguments.store)
    at = when(arguments.at, deployment.zone)
    try:
        with Store(arguments.store, create=True) as store:
            found, sheets, stated, good = _put(store, deployment, at,
                                               arguments.dry_run)
    except ParseError as error:
        remove_new(arguments.store, existed)
        if error.problems:
            return _say_problems(error.problems, arguments)
        if any(p.is_error for p in deployment.problems):
            return _say_problems(deployment.problems, arguments)
        raise
    except Exception:
        remove_new(arguments.store, existed)
        raise
    if arguments.dry_run or not good:
        remove_new(arguments.store, existed)
    applied = good and not arguments.dry_run
    warnings = [p for p in deployment.problems if not p.is_error]
    hint = _first_apply_hint(arguments, deployment, found, at) if good else ""
    if arguments.json:
        print_json({
            "applied": applied, "at": at.isoformat(), "hint": hint,
            "changes": [c._asdict() for c in found],
            "warnings": [{"field": p.field, "message": p.message}
                         for p in warnings],
            "tariffs": [{"tariff": s.tariff, "sheet": str(s.path),
                         **_counts(r.counts), **r.extra,
                         "rejects": _rejects(r.rejects)}
                        for s, r in sheets],
            "stated": [{"tariff": s.tariff, "source": s.source,
                        "version": version if applied else None}
                       for s, version in stated]})
        return 0 if good else 1
    for change in found:
        print(_say_change(change, lang))
    for sheet, result in sheets:
        print(plain(say(lang, "sheet", path=sheet.path,
                        tariff=sheet.tariff)))
        _say_rejects(result.rejects, lang)
        print("  " + say(lang, "counts", **_counts(result.counts)))
    for row, version in stated:
        if version:
            print(plain(say(lang, "tariff_stated", tariff=row.tariff,
                            source=row.source)))
    for problem in warnings:
        print(plain(f"{say(lang, 'warning')}: {problem.field}: "
                    + deployment_reason_in(lang, problem.message)),
              file=sys.stderr)
    if not good:
        print(say(lang, "nothing_in_force"), file=sys.stderr)
        return 1
    if not (found or any(v for _, v in stated) or
            any(r.counts.rows_stored for _, r in sheets)):
        print(say(lang, "no_change"))
    elif arguments.dry_run:
        print(say(lang, "would_apply", count=len(found)))
    else:
        print(say(lang, "applied", count=len(found),
                  at=local(at, deployment.zone).isoformat()))
    if hint:
        print(plain(hint), file=sys.stderr)
    return 0


def _first_apply_hint(arguments: argparse.Namespace, deployment: Deployment,
                      found: list[Change], at: dt.datetime) -> str:
    """A first directory that begins now owns no call of the past."""
    if arguments.at is not None or not any(
            c.change == "new" and c.kind == "company" for c in found):
        return ""
    here = local(at, deployment.zone)
    return say(arguments.lang, "valid_from_hint",
               at=here.isoformat(timespec="seconds"),
               file=arguments.deployment, example=f"{here.year}-01-01")


class _Removed(Exception):
    """Leaves the transaction of a store that is gone."""


def remove_new(path: str, existed: bool) -> None:
    """A refused first command leaves no empty store behind. Under the lock,
    and only while it is empty: another process may have filled it."""
    if existed:
        return
    try:
        with Store(path) as store, store.transaction():
            if store.imports() or any(
                    True for kind in ("company", "department", "carrier")
                    for _ in store.directory(_LATE).rows(kind)):
                return
            for ending in ("", "-wal", "-shm", ".lock"):
                if os.path.exists(path + ending):
                    os.unlink(path + ending)
            raise _Removed
    except (_Removed, Error, OSError):
        pass


_LATE = dt.datetime(9000, 1, 1, tzinfo=dt.timezone.utc)


def _say_problems(found: list[Problem],
                  arguments: argparse.Namespace) -> int:
    problems = [p for p in found if p.is_error]
    if arguments.json:
        print_json({"applied": False, "problems": [
            {"file": arguments.deployment, "field": p.field,
             "message": p.message} for p in problems]})
    for p in problems:
        print(plain(f"trunkwise: {arguments.deployment}: {p.field}: "
                    + deployment_reason_in(arguments.lang, p.message)),
              file=sys.stderr)
    return 2


# ---- directory ----

def say_import(result: ImportResult, arguments: argparse.Namespace,
                **extra: Any) -> int:
    if arguments.json:
        print_json({**_counts(result.counts), **extra,
                     "rejects": _rejects(result.rejects)})
    else:
        _say_rejects(result.rejects, arguments.lang)
        print(say(arguments.lang, "counts", **_counts(result.counts)))
    return 1 if refused(result.counts) else 0


def directory_import(arguments: argparse.Namespace) -> int:
    data = files.read(arguments.file)
    existed = os.path.exists(arguments.store)
    try:
        with Store(arguments.store, create=True) as store, \
                files.named(arguments.file):
            result = store.import_departments(data, zone=arguments.zone)
            calls = any(b.calls for b in store.imports())
    except Exception:
        remove_new(arguments.store, existed)
        raise
    if refused(result.counts):
        remove_new(arguments.store, existed)
    status = say_import(result, arguments)
    if calls and result.counts.rows_stored and not arguments.json:
        print(say(arguments.lang, "kept_hint"), file=sys.stderr)
    return status


def directory_suggest(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, readonly=True) as store:
        rows = masked(store, store.suggest(), arguments)
    if arguments.json:
        print_json({"rows": [
            {"match_kind": r.kind, "match": r.key, "calls": r.calls,
             "seconds": r.seconds, "cost": text(r.money.amount),
             "currency": r.money.currency, "detail": r.detail}
            for r in rows]})
        return 0
    if not rows:
        print(say(arguments.lang, "suggest_none"), file=sys.stderr)
        return 0
    matches = [r for r in rows if not _unmatched(r)]
    for r in rows:
        if why := _unmatched(r):
            print(plain(say(arguments.lang, why, name=r.key,
                            calls=r.calls)), file=sys.stderr)
    if not matches:
        return 0
    print(say(arguments.lang, "suggest_head"), file=sys.stderr)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["match_kind", "match", "department", "city", "from",
                     "to", "calls", "seconds", "cost", "currency"])
    for r in matches:
        writer.writerow([r.kind, as_text(r.key), "", "", "", "", r.calls,
                         r.seconds, text(r.money.amount), r.money.currency])
    return 0


# what no row of `directory import` can give a department
_UNMATCHED = {"department": "suggest_undeclared", "unknown": "suggest_unknown"}
_MATCH_MAX = 95    # bytes; what `directory import` takes


def _unmatched(row: Listing) -> str:
    if row.kind in _UNMATCHED:
        return _UNMATCHED[row.kind]
    return "suggest_long" if len(row.key.encode()) > _MATCH_MAX else ""


# ---- tariff ----

def _mapping(arguments: argparse.Namespace) -> sheets.SheetMap | None:
    path = arguments.mapping
    return sheets.SheetMap.load(path) if path else None


def _check_whole(sheet: Sheet) -> list[Reject]:
    """What only shows when the good rows stand together."""
    try:
        sheet.check()
    except (Conflict, InvalidArgument) as error:
        return [Reject(error.line, error.field or "prefix", error.message)]
    return []


def tariff_check(arguments: argparse.Namespace) -> int:
    data, mapping = sheets.load(arguments.sheet, mapping=_mapping(arguments))
    with files.named(arguments.sheet):
        sheet = Sheet(data, currency=arguments.currency, mapping=mapping,
                      zone=arguments.zone or "Europe/Moscow")
        if not sheet.rows_read:
            raise ParseError("the sheet has no rows; a tariff without prices "
                             "is refused", code="TW_EPARSE")
    rejects = sheet.rejects or _check_whole(sheet)
    rejected = len(rejects)
    good = sheet.rows_read - rejected
    counts = Counts(sheet.rows_read, 0 if rejected else good, rejected, 0, 0,
                    good if rejected else 0)
    if arguments.json:
        print_json({**_counts(counts), "new": len(sheet), "increase": 0,
                     "decrease": 0, "ended": 0, "unchanged": 0,
                     "rates": len(sheet), "currency": sheet.currency,
                     "rejects": _rejects(rejects)})
    else:
        _say_rejects(rejects, arguments.lang)
        print(say(arguments.lang, "counts", **_counts(counts)))
        print(say(arguments.lang, "would_pass"))
    return 1 if rejected else 0


# rules that most contracts have nothing of are not worth a word
_SILENT = {"round_each": "call", "fee_on_zero": "false", "minimum_s": "0",
           "free_below_s": "0", "included_s": "0", "minimum_charge": "0",
           "maximum_charge": "0", "attempt_fee": "0", "commitment": "0",
           "tier_mode": "graduated", "convert_to": "", "stated_by": ""}


def tariff_import(arguments: argparse.Namespace) -> int:
    data, mapping = sheets.load(arguments.sheet, mapping=_mapping(arguments))
    existed = os.path.exists(arguments.store)
    try:
        with Store(arguments.store, create=True) as store, \
                files.named(arguments.sheet):
            result = store.import_tariff(
                data, tariff=arguments.tariff, carrier=arguments.carrier,
                file_name=Path(arguments.sheet).name, zone=arguments.zone,
                currency=arguments.currency, partial=arguments.partial,
                dry_run=arguments.dry_run, mapping=mapping,
                starts=arguments.starts,
                progress=progress_for(len(data)))
    except Exception:
        remove_new(arguments.store, existed)
        raise
    if arguments.dry_run or refused(result.counts):
        remove_new(arguments.store, existed)
    if arguments.json:
        return say_import(result, arguments, tariff=arguments.tariff,
                           **result.extra)
    diff = {k: v for k, v in result.extra.items() if k != "rules"}
    status = say_import(result, arguments)
    if status:
        print(say(arguments.lang, "nothing_in_force"), file=sys.stderr)
        return status
    print(say(arguments.lang, "tariff_diff", **diff))
    rules = ", ".join(f"{k} = {v}" for k, v in result.extra["rules"].items()
                      if v != _SILENT.get(k))
    print(plain(say(arguments.lang, "tariff_rules",
                    tariff=arguments.tariff, rules=rules)))
    return 0


def tariff_stated(arguments: argparse.Namespace) -> int:
    existed = os.path.exists(arguments.store)
    try:
        with Store(arguments.store, create=True) as store:
            version = store.stated_tariff(
                arguments.tariff, carrier=arguments.carrier,
                source=arguments.source, currency=arguments.currency,
                zone=arguments.zone, starts=arguments.starts)
            source = store.tariff_versions(arguments.tariff)[-1].stated_by
    except Exception:
        remove_new(arguments.store, existed)
        raise
    if arguments.json:
        print_json({"tariff": arguments.tariff, "source": source,
                    "version": version})
        return 0
    print(plain(say(arguments.lang, "tariff_stated", tariff=arguments.tariff,
                    source=source)))
    print(say(arguments.lang, "stated_rerate" if version else
              "stated_nothing"))
    return 0


# ---- call records ----

def cdr_import(arguments: argparse.Namespace) -> int:
    mapping = arguments.mapping and records.CdrMap.load(arguments.mapping)
    name = "" if arguments.file == "-" else Path(arguments.file).name
    existed = os.path.exists(arguments.store)
    try:
        with files.stream(arguments.file, arguments.store) as data, \
                Store(arguments.store, create=True,
                      actor=actor(arguments)) as store, \
                files.named(arguments.file):
            result = store.import_calls(
                data, preset=arguments.preset, mapping=mapping or None,
                zone=arguments.zone,
                source=arguments.source, trunk_pattern=arguments.trunk,
                file_name=name,
                carrier=arguments.carrier, one_thread=arguments.one_thread)
    except Exception:
        remove_new(arguments.store, existed)
        raise
    if not result.counts.rows_stored:
        remove_new(arguments.store, existed)
    return say_import(result, arguments, batch=result.extra["batch"])


def import_list(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, readonly=True) as store:
        rows = store.imports()
    if arguments.json:
        print_json({"batches": [
            {"batch": int(r.key), "preset": r.kind, "rows_stored": r.calls,
             "at": r.at.isoformat() if r.at else None, "who": r.who,
             "detail": r.detail} for r in rows]})
        return 0
    for r in rows:
        at = r.at.isoformat(timespec="seconds") if r.at else ""
        print(plain(f"{r.key:>5}  {at}  {r.kind:<10} {r.calls:>8}  "
                    f"{r.detail}  {r.who}".rstrip()))
    if not rows:
        print(say(arguments.lang, "imports_none"))
    return 0


def import_rejects(arguments: argparse.Namespace) -> int:
    batch = arguments.batch or 0
    if not 0 <= batch < 2 ** 63:
        raise NotFound(f"no batch {batch}; see import list",
                       code="TW_ENOTFOUND", field="batch")
    with Store(arguments.store, readonly=True) as store:
        rows = store.rejects(batch)
        masked = Mask.of(store) if arguments.mask else None
    found = []
    for r in rows:
        column, found_one, reason = r.detail.partition(": ")
        if not found_one:
            column, reason = "", r.detail
        if masked:
            reason = masked.quoted(reason)
        found.append({"batch": r.calls, "line": r.seconds, "kind": r.kind,
                      "column": column, "reason": reason,
                      "record": "" if arguments.mask else r.key})
    if arguments.json:
        print_json({"rows": found})
    for r in found if not arguments.json else []:
        column = f"{r['column']}: " if r["column"] else ""
        print(plain(f"{r['batch']:>5} {r['line']:>8}  {r['kind']:<8} "
                    f"{column}{reason_in(arguments.lang, r['reason'])}"))
        if r["record"]:
            print(plain(f"{'':>16}{r['record']}"))
    if not found and not arguments.json:
        print(say(arguments.lang, "rejects_none"))
    return 1 if found else 0


def import_undo(arguments: argparse.Namespace) -> int:
    if not 0 < arguments.batch < 2 ** 63:
        raise NotFound(f"no batch {arguments.batch}; see import list",
                       code="TW_ENOTFOUND", field="batch")
    with Store(arguments.store, actor=actor(arguments)) as store:
        store.undo_import(arguments.batch)
    if arguments.json:
        print_json({"batch": arguments.batch, "undone": True})
    else:
        print(say(arguments.lang, "undone", batch=arguments.batch))
    return 0


# ---- what has no price ----

def unrated_list(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, readonly=True) as store:
        rows = masked(store, store.unrated(), arguments)
    if arguments.json:
        print_json({"rows": [
            {"number": r.key, "reason": r.kind, "calls": r.calls,
             "seconds": r.seconds, "detail": r.detail} for r in rows]})
    elif rows:
        for r in rows:
            print(plain(f"{r.key:<18} {r.kind:<11} {r.calls:>6}  "
                        f"{r.detail}"))
    else:
        print(say(arguments.lang, "unrated_none"))
    return 1 if rows else 0


# ---- periods, verification ----

def actor(arguments: argparse.Namespace) -> str:
    """Who acts: ``--who``, else the user of this system."""
    if arguments.who is not None:
        if not arguments.who.strip():
            raise InvalidArgument("is empty; write who acts, or leave it out",
                                  code="TW_EINVAL", field="--who")
        return arguments.who
    try:
        return getpass.getuser()[:63]
    except (KeyError, OSError):
        return ""


def period_close(arguments: argparse.Namespace) -> int:
    made = days = 0
    first = arguments.month
    with Store(arguments.store, actor=actor(arguments)) as store:
        before = len(store.periods())
        try:
            made = store.close_period(arguments.month)
        except Exists:
            # the command may have been killed between its two steps
            if arguments.seal and store.periods()[-1].key == arguments.month:
                days = store.seal_periods()
            if not days:
                raise
        else:
            first = store.periods()[before].key
            days = store.seal_periods() if arguments.seal else 0
    if arguments.json:
        print_json({"month": arguments.month, "closed": True, "from": first,
                    "postings": made, "sealed": days})
        return 0
    print(say(arguments.lang, "period_closed" if first == arguments.month
              else "periods_closed", first=first, month=arguments.month,
              postings=made))
    if arguments.seal:
        print(say(arguments.lang, "period_sealed", days=days))
    return 0


def period_seal(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, actor=actor(arguments)) as store:
        days = store.seal_periods()
        last = store.seals()[-1:]
    if arguments.json:
        print_json({"sealed": days, "month": last[0].key if last else None,
                    "seal": last[0].detail if last else None})
        return 0
    print(say(arguments.lang, "period_sealed", days=days))
    for month in last:
        print(f"{month.key}  {month.detail}")
    return 0


def cdr_rerate(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, actor=actor(arguments)) as store:
        r = store.rerate(arguments.month, carrier=arguments.carrier,
                         reason=arguments.reason, dry_run=arguments.dry_run)
    counts = {"calls": r.calls, "changed": r.changed, "same": r.same,
              "kept": r.kept, "erased": r.erased, "turned": r.turned}
    if arguments.json:
        print_json({"month": arguments.month, "dry_run": arguments.dry_run,
                    "run": r.run, **counts, "departments": [
                        {"department": d.department, "currency": d.currency,
                         "calls": d.calls, "old": text(d.old),
                         "new": text(d.new), "difference": text(d.difference)}
                        for d in r.departments]})
        return 0
    for d in r.departments:
        name = d.department or say(arguments.lang, "unallocated")
        print(plain(f"{name:<24} {d.calls:>6}  {text(d.old):>12}  "
                    f"{text(d.new):>12}  {text(d.difference):>12} "
                    f"{d.currency}"))
    print(say(arguments.lang, "rerated", **counts))
    return 0


# what the library calls a field of a join, and how it is typed here
_JOIN_FLAGS = {"accept_first": "--accept", "accept_second": "--accept",
               "window_s": "--window", "offset_max_s": "--offset-max"} | {
    name: "--" + name for name in ("month", "first", "second", "answer",
                                   "department", "cost", "alone")}


def _join(store: Store, arguments: argparse.Namespace) -> Join:
    try:
        return store.join(
            arguments.month, first=arguments.first, second=arguments.second,
            answer=arguments.answer, department=arguments.department,
            cost=arguments.cost, window_s=arguments.window,
            offset_max_s=arguments.offset_max, dry_run=arguments.dry_run,
            accept=tuple(arguments.accept) if arguments.accept else None,
            alone=tuple(arguments.alone) if arguments.alone else None)
    except Error as error:
        if error.field not in _JOIN_FLAGS:
            raise
        raise type(error)(error.message, code=error.code,
                          field=_JOIN_FLAGS[error.field]) from None


def cdr_join(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, actor=actor(arguments)) as store:
        zone = company_zone(store)
        j = _join(store, arguments)
        masked = Mask.of(store) if arguments.mask else None
    counts = {"joined": j.joined, "only_first": j.only_first,
              "only_second": j.only_second,
              "ambiguous_first": j.ambiguous_first,
              "ambiguous_second": j.ambiguous_second}
    ambiguous = j.ambiguous_first + j.ambiguous_second
    rows = [{"kind": r.kind,
             "number": masked.person(r.key) if masked else r.key,
             "seconds": r.seconds,
             "start": local(r.at, zone).isoformat(timespec="seconds"),
             "call": r.detail} for r in j.open]
    if arguments.json:
        print_json({"month": arguments.month, "dry_run": arguments.dry_run,
                    "run": j.run, **counts,
                    "offset_s": text(Decimal(str(j.offset.total_seconds()))),
                    "rows": rows})
        return 1 if ambiguous else 0
    for r in rows:
        print(plain("{kind:<17} {start}  {number:<15} {seconds:>5}  "
                    "{call}".format(**r)))
    print(say(arguments.lang, "joined", first=arguments.first,
              second=arguments.second,
              offset=round(j.offset.total_seconds()), **counts))
    if ambiguous:
        print(say(arguments.lang, "join_waits"))
    return 1 if ambiguous else 0


def period_list(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, readonly=True) as store:
        zone = company_zone(store)
        rows = [(r.key, local(r.at, zone).isoformat(timespec="seconds"),
                 r.detail) for r in store.periods()]
        seals = {r.key: r.detail for r in store.seals()}
    if arguments.json:
        print_json({"periods": [{"month": month, "closed": at, "who": who,
                                 "seal": seals.get(month)}
                                for month, at, who in rows]})
        return 0
    for month, at, who in rows:
        print(plain(f"{month}  {at}  {who}".rstrip()))
    if not rows:
        print(say(arguments.lang, "periods_none"))
    return 0


def period_accrue(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, actor=actor(arguments)) as store:
        count = store.accrue(arguments.month, through=arguments.through)
        done = store.accrued(arguments.month)
        zone = company_zone(store)
    today = local(instant(now_us()), zone)
    if arguments.json:
        print_json({"month": arguments.month, "postings": count,
                    "running": f"{today:%Y-%m}" == arguments.month,
                    "through": done.through or None,
                    "posted": text(done.posted), "currency": done.currency})
        return 0
    print(say(arguments.lang, "accrued", count=count, month=arguments.month))
    print(say(arguments.lang,
              "accrued_through" if done.through else "accrued_nothing",
              month=arguments.month, day=done.through,
              money=f"{text(done.posted)} {done.currency}"))
    return 0


def verify(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, readonly=True) as store:
        verdicts = store.verify()
    broken = [v for v in verdicts if not v.holds]
    if arguments.json:
        print_json({"holds": not broken, "invariants": [
            {"invariant": v.invariant, "holds": v.holds, "detail": v.detail}
            for v in verdicts]})
        return 1 if broken else 0
    for v in verdicts:
        word = say(arguments.lang, "holds" if v.holds else "broken")
        print(plain(f"{word:<9} {v.invariant:<32} {v.detail}"))
    if broken:
        print(say(arguments.lang, "not_verified", count=len(broken)))
        return 1
    print(say(arguments.lang, "verified", count=len(verdicts)))
    return 0
