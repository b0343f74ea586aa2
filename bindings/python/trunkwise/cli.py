"""The trunkwise command: ``trunkwise NOUN VERB``.

Exit 0: done. 1: done, but something was refused or differs. 2: usage or
unreadable input, nothing changed. All verbs take ``--json``; keys stand in
docs/json.md.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading

from . import (breakdown_commands, budget_commands, commands, deck_commands,
               difference_commands, invoice_commands, journal_commands,
               numbering_commands,
               plan_commands, preview_commands, privacy_commands,
               rating_commands, recorder_commands, records, report_commands,
               route_commands, secret_commands, simulate_commands,
               store_commands, tariff_commands, traffic_commands, trunk_check,
               usage_commands)
from .errors import Error, InvalidArgument, IOFailure
from .words import LANGUAGES, plain


def _store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("store", metavar="STORE",
                        help="the SQLite file of this installation")


def _mask(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--mask", action="store_true",
                        help="people's numbers as 7916***4567")


def _store_mask(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    _mask(parser)


def _month(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--month", required=True, metavar="YYYY-MM",
                        help="month in the company's zone")


def _apply(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("deployment", metavar="deployment.toml")
    _store(parser)
    parser.add_argument("--at", metavar="TIME",
                        help="valid from here; default now")
    parser.add_argument("--dry-run", action="store_true",
                        help="show the difference, write nothing")


def _directory_import(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    parser.add_argument("file", metavar="departments.csv")
    parser.add_argument("--zone", help="of dates, and of a new company")


def _tariff_sheet(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sheet", metavar="SHEET")
    parser.add_argument("--currency", help="every row must have it")
    parser.add_argument("--zone", help="dates are midnight here")
    parser.add_argument("--mapping", metavar="M.toml",
                        help="how this carrier's sheets are to be read")


def _tariff_import(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    _tariff_sheet(parser)
    parser.add_argument("--tariff", required=True, metavar="NAME")
    parser.add_argument("--carrier", required=True, metavar="NAME")
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--full", action="store_true",
                      help="codes not in the sheet end (default)")
    part.add_argument("--partial", action="store_true",
                      help="codes not in the sheet stay")
    parser.add_argument("--from", dest="starts", metavar="DATE",
                        help="in force from here; default the sheet's dates, "
                             "else now")
    parser.add_argument("--dry-run", action="store_true")


def _tariff_stated(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    parser.add_argument("--tariff", required=True, metavar="NAME")
    parser.add_argument("--carrier", metavar="NAME",
                        help="default the declared one")
    parser.add_argument("--source", metavar="NAME",
                        help="whose records state what calls cost; default "
                             "the declared stated_by")
    parser.add_argument("--currency", help="of what they state; default the "
                                           "declared one")
    parser.add_argument("--zone", help="of months; default the company's")
    parser.add_argument("--from", dest="starts", metavar="DATE",
                        help="in force from here; default now, the first "
                             "prices of a carrier always")


def _tariff_list(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    parser.add_argument("--tariff", metavar="NAME", help="this one only")


def _tariff_undo(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    parser.add_argument("--tariff", required=True, metavar="NAME")
    parser.add_argument("--version", type=int, default=0, metavar="N",
                        help="refuse unless this is the newest one")


def _tariff_export(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    parser.add_argument("--carrier", required=True, metavar="NAME")
    parser.add_argument("--at", metavar="TIME",
                        help="prices in force then; default now")
    parser.add_argument("-o", "--output", required=True, metavar="FILE.deck",
                        help="replaced as a whole; who has the old one "
                             "mapped keeps it")


def _tariff_changes(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    parser.add_argument("--tariff", required=True, metavar="NAME")
    parser.add_argument("--version", type=int, default=0, metavar="N",
                        help="this one against the one before; default the "
                        "newest")
    parser.add_argument("--received", metavar="DATE",
                        help="when the sheet came; default when it was "
                        "imported")
    parser.add_argument("--notice-days", type=int, metavar="N",
                        help="default what the carrier's contract says")
    parser.add_argument("--all", action="store_true",
                        help="also codes whose price stays")


def _call_explain(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    parser.add_argument("call", metavar="CALL_ID",
                        help="as its record gave it")
    _mask(parser)


def _budget_list(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    parser.add_argument("--at", metavar="TIME",
                        help="periods that hold it; default now")


def _call_authorize(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    parser.add_argument("number", metavar="NUMBER")
    parser.add_argument("--department", metavar="NAME",
                        help="whose call it is; default nobody's")
    parser.add_argument("--trunk", metavar="NAME", help="over this one only")
    parser.add_argument("--caller", metavar="NUMBER")
    parser.add_argument("--preferred", metavar="NUMBER",
                        help="of ours, to show where it is approved, such "
                             "as the one that was called")
    parser.add_argument("--site", metavar="NAME",
                        help="whose ways out serve emergency numbers")
    parser.add_argument("--seconds", type=int, default=60, metavar="N",
                        help="expected duration, to compare carriers by")
    parser.add_argument("--at", metavar="TIME", help="default now")


def _call_route(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    route_commands.route_arguments(parser)


def _call_preview(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    preview_commands.preview_arguments(parser)


def _cdr_import(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    parser.add_argument("file", metavar="FILE",
                        help="of any size; - reads standard input")
    layout = parser.add_mutually_exclusive_group(required=True)
    layout.add_argument("--preset", metavar="NAME",
                        choices=records.PRESETS,
                        help="one of " + ", ".join(records.PRESETS))
    layout.add_argument("--mapping", metavar="M.toml",
                        help="what each column is (docs/call-records.md)")
    parser.add_argument("--zone", help="of times that carry no offset")
    parser.add_argument("--trunk", metavar="PATTERN",
                        help="channels that are trunks, e.g. 'PJSIP/main-*'")
    parser.add_argument("--carrier", metavar="NAME",
                        help="carrier of trunks the directory lacks")
    parser.add_argument("--source", metavar="NAME",
                        help="part of each call's key; default the preset")
    parser.add_argument("--one-thread", action="store_true",
                        help="leave the other processors alone")
    _who(parser)


def _rating_explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("store", metavar="STORE",
                        help="or a deck file, which asks no store")
    parser.add_argument("number", metavar="NUMBER")
    parser.add_argument("--at", metavar="TIME", help="answer; default now")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--carrier", metavar="NAME")
    parser.add_argument("--caller", metavar="NUMBER",
                        help="who calls: says where both numbers stand, and "
                             "rates by their regions")
    parser.add_argument("--relation", metavar="NAME",
                        choices=("same_city", "same_region", "other"),
                        help="of their regions, where it is known already")
    parser.add_argument("--bundle-left", type=int, default=0, metavar="S",
                        help="seconds that bundles have left for it")
    parser.add_argument("--used", type=int, default=0, metavar="S",
                        help="seconds paid in the month before it, for tiers")
    parser.add_argument("--exchange", metavar="RATE",
                        help="instead of the day's rate in the store")
    parser.add_argument("--unanswered", action="store_true",
                        help="what an attempt costs")
    parser.add_argument("--direction", default="outbound",
                        choices=("outbound", "inbound", "forward"))


def _numbering_import(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    parser.add_argument("files", metavar="FILE", nargs="+",
                        help="ranges in the regulator's form, or code,from,"
                             "to,operator,region,city")


def _numbering_find(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    parser.add_argument("number", metavar="NUMBER")
    parser.add_argument("number2", metavar="NUMBER2", nargs="?",
                        help="say also how the two stand to each other")


def _report_expenses(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    report_commands.expenses_arguments(parser)


def _report_calls(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    traffic_commands.calls_arguments(parser)


def _report_breakdown(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    breakdown_commands.breakdown_arguments(parser)


def _report_differences(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    difference_commands.difference_arguments(parser)


def _report_missed(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    _month(parser)
    traffic_commands.missed_arguments(parser)


def _import_undo(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    parser.add_argument("batch", type=int, metavar="BATCH")
    _who(parser)


def _import_rejects(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    parser.add_argument("--batch", type=int, metavar="BATCH",
                        help="of this one only")
    parser.add_argument("--mask", action="store_true",
                        help="without the rows, and people's numbers as "
                             "7916***4567")


def _exchange_import(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    parser.add_argument("file", metavar="rates.csv",
                        help="date,currency,to,rate")


def _tariff_total(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    parser.add_argument("--tariff", required=True, metavar="NAME")
    parser.add_argument("--month", required=True, metavar="YYYY-MM",
                        help="month in the tariff's zone")


def _period(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    _month(parser)


def _trunk_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("deployment", metavar="deployment.toml")
    parser.add_argument("--trunk", metavar="NAME", action="append",
                        help="this one only; may be given again")
    parser.add_argument("--store", metavar="STORE",
                        help="holds the passwords that are sealed")
    secret_commands.key_argument(parser, required=False)
    parser.add_argument("--seconds", type=float, default=10, metavar="S",
                        help="wait no longer for verdicts; default 10")
    parser.add_argument("--dns", metavar="SERVERS",
                        help="ask these for registrars by name; default "
                             "those of the system")
    parser.add_argument("--trace", metavar="FILE",
                        help="write the SIP messages there, secrets masked; "
                             "- is standard output")
    parser.add_argument("--mask-numbers", action="store_true",
                        help="and of numbers the last 4 digits only")


def _who(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--who", metavar="NAME",
                        help="written beside it; default the user of this "
                             "system")


def _period_accrue(parser: argparse.ArgumentParser) -> None:
    _period(parser)
    parser.add_argument("--through", metavar="YYYY-MM-DD",
                        help="this day of it is the last one; default the "
                             "last that is over")
    _who(parser)


def _period_close(parser: argparse.ArgumentParser) -> None:
    _period(parser)
    _who(parser)
    parser.add_argument("--seal", action="store_true",
                        help="also seal the days of closed months")


def _period_seal(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    _who(parser)


def _cdr_rerate(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    _month(parser)
    parser.add_argument("--carrier", metavar="NAME", help="of this one only")
    parser.add_argument("--reason", metavar="TEXT", help="written beside it")
    parser.add_argument("--dry-run", action="store_true",
                        help="show the difference, post nothing")
    _who(parser)


def _cdr_join(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    _month(parser)
    parser.add_argument("--first", required=True, metavar="SOURCE",
                        help="of the PBX: --source (or preset) of its import")
    parser.add_argument("--second", required=True, metavar="SOURCE",
                        help="of the carrier")
    for role, default in (("answer", "first"), ("department", "first"),
                          ("cost", "second")):
        parser.add_argument(f"--{role}", metavar="SOURCE",
                            help=f"truth for it; default the {default}")
    parser.add_argument("--window", type=int, default=60, metavar="S",
                        help="how far starts may lie apart; default 60")
    parser.add_argument("--offset-max", type=int, default=900, metavar="S",
                        help="how far clocks may differ; default 900")
    parser.add_argument("--dry-run", action="store_true",
                        help="show what would be joined, and what waits")
    parser.add_argument("--accept", nargs=2, metavar=("FIRST", "SECOND"),
                        help="ids of two records that you know to be one "
                             "call")
    parser.add_argument("--alone", nargs=2, metavar=("SOURCE", "ID"),
                        help="a record that you know to be nobody's twin")
    parser.add_argument("--mask", action="store_true",
                        help="people's numbers as 7916***4567")
    _who(parser)


def _invoice_enter(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    invoice_commands.enter_arguments(parser)
    _who(parser)


def _invoice_list(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    parser.add_argument("--month", metavar="YYYY-MM", help="of this one only")


def _invoice_withdraw(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    parser.add_argument("invoice", type=int, metavar="INVOICE")
    _who(parser)


def _dry_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true",
                        help="list, erase nothing")


def _privacy_retain(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    parser.add_argument("--months", type=int, required=True, metavar="N",
                        help="keep numbers of calls of so many whole months "
                             "and of the current one")
    _dry_run(parser)


def _privacy_erase(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    parser.add_argument("number", metavar="NUMBER")
    _dry_run(parser)


def _spool(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    parser.add_argument("--name", metavar="NAME",
                        help="of one recorder (all that have a spool)")


def _store_backup(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    parser.add_argument("file", metavar="FILE", help="the backup to make")
    parser.add_argument("--force", action="store_true",
                        help="replace a file of that name")
    parser.add_argument("--no-verify", action="store_true",
                        help="check its pages, not its sums")


def _store_restore(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the backup")
    parser.add_argument("store", metavar="STORE",
                        help="what it takes the place of")


# (noun, verb or None): (arguments, function, help)
VERBS = {
    ("apply", None): (_apply, commands.apply,
                      "put a deployment file in force"),
    ("directory", "import"): (_directory_import, commands.directory_import,
                              "who owns which extension, number, trunk"),
    ("directory", "suggest"): (_store_mask, commands.directory_suggest,
                               "what no department owns, ready to fill in"),
    ("tariff", "check"): (_tariff_sheet, commands.tariff_check,
                          "read a price sheet, change nothing"),
    ("tariff", "import"): (_tariff_import, commands.tariff_import,
                           "put a price sheet in force"),
    ("tariff", "stated"): (_tariff_stated, commands.tariff_stated,
                           "take what records state for the price"),
    ("tariff", "list"): (_tariff_list, tariff_commands.tariff_list,
                         "which sheets were put in force, and when"),
    ("tariff", "changes"): (_tariff_changes, tariff_commands.tariff_changes,
                            "what new prices mean: percent, notice, money"),
    ("tariff", "undo"): (_tariff_undo, tariff_commands.tariff_undo,
                         "withdraw the newest sheet of a tariff"),
    ("tariff", "export"): (_tariff_export, deck_commands.tariff_export,
                           "write the prices in force as a deck file"),
    ("tariff", "total"): (_tariff_total, usage_commands.tariff_total,
                          "what a month of calls comes to"),
    ("exchange", "import"): (_exchange_import,
                             usage_commands.exchange_import,
                             "take in dated exchange rates"),
    ("budget", "list"): (_budget_list, budget_commands.budget_list,
                         "limits: spent, reserved, left, projected"),
    ("call", "authorize"): (_call_authorize, budget_commands.call_authorize,
                            "may a call be made, over whom, how long"),
    ("call", "route"): (_call_route, route_commands.call_route,
                        "how a call would go out, and why not otherwise"),
    ("call", "preview"): (_call_preview, preview_commands.call_preview,
                          "who rings for a call to one of our numbers"),
    ("call", "open"): (_store, recorder_commands.call_open,
                       "calls under way, or closed as they stood"),
    ("call", "explain"): (_call_explain, tariff_commands.call_explain,
                          "what a stored call was charged by"),
    ("cdr", "import"): (_cdr_import, commands.cdr_import,
                        "take in call records, each once"),
    ("cdr", "join"): (_cdr_join, commands.cdr_join,
                      "find which records of two sources are one call"),
    ("cdr", "rerate"): (_cdr_rerate, commands.cdr_rerate,
                        "rate a month's stored calls anew"),
    ("import", "list"): (_store, commands.import_list, "what was imported"),
    ("import", "rejects"): (_import_rejects, commands.import_rejects,
                            "rows that were put aside, and why"),
    ("import", "undo"): (_import_undo, commands.import_undo,
                         "reverse one import"),
    ("numbering", "import"): (
        _numbering_import, numbering_commands.numbering_import,
        "put numbering ranges in force"),
    ("numbering", "find"): (_numbering_find,
                            numbering_commands.numbering_find,
                            "where a number stands: operator, region, city"),
    ("rating", "explain"): (_rating_explain, rating_commands.rating_explain,
                            "what a call would cost, and why"),
    ("unrated", "list"): (_store_mask, commands.unrated_list,
                          "billable calls without a price"),
    ("report", "expenses"): (_report_expenses,
                             report_commands.report_expenses,
                             "what each department cost"),
    ("report", "calls"): (_report_calls, traffic_commands.report_calls,
                          "who calls, who was missed, what a call costs"),
    ("report", "breakdown"): (_report_breakdown,
                              breakdown_commands.report_breakdown,
                              "calls of months by anything known of them"),
    ("report", "differences"): (_report_differences,
                                difference_commands.report_differences,
                                "what sources say calls cost, beside ours"),
    ("report", "missed"): (_report_missed, traffic_commands.report_missed,
                           "whom nobody has called back"),
    ("invoice", "enter"): (_invoice_enter, invoice_commands.invoice_enter,
                           "take down a carrier's document"),
    ("invoice", "list"): (_invoice_list, invoice_commands.invoice_list,
                          "documents that were entered"),
    ("invoice", "withdraw"): (_invoice_withdraw,
                              invoice_commands.invoice_withdraw,
                              "take a document back"),
    ("journal", "export"): (journal_commands.export_arguments,
                            journal_commands.journal_export,
                            "entries of a month for the bookkeeper"),
    ("period", "accrue"): (_period_accrue, commands.period_accrue,
                           "post rents, recurring items, what a month lacks"),
    ("period", "close"): (_period_close, commands.period_close,
                          "close a month that is over"),
    ("period", "seal"): (_period_seal, commands.period_seal,
                         "seal the days of closed months"),
    ("period", "list"): (_store, commands.period_list,
                         "which months are closed, since when, by whom"),
    ("plan", "erlang"): (plan_commands.erlang_arguments,
                         plan_commands.plan_erlang,
                         "how many lines or people a load needs"),
    ("plan", "simulate"): (simulate_commands.simulate_arguments,
                           simulate_commands.plan_simulate_command,
                           "what a deployment does with so many calls"),
    ("privacy", "retain"): (_privacy_retain,
                            privacy_commands.privacy_retain,
                            "erase people's numbers after N months"),
    ("privacy", "erase"): (_privacy_erase, privacy_commands.privacy_erase,
                           "erase one person's number"),
    ("privacy", "list"): (_store, privacy_commands.privacy_list,
                          "what was erased, and when"),
    ("trunk", "check"): (_trunk_check, trunk_check.check,
                         "register carrier trunks, say what to mend"),
    ("secret", "key"): (secret_commands.key_arguments,
                        secret_commands.secret_key,
                        "make a key that seals passwords"),
    ("secret", "set"): (secret_commands.set_arguments,
                        secret_commands.secret_set,
                        "seal a trunk's password in the store"),
    ("secret", "list"): (_store, secret_commands.secret_list,
                         "which trunks have one, by which key"),
    ("secret", "rotate"): (secret_commands.rotate_arguments,
                           secret_commands.secret_rotate,
                           "seal all of them by another key"),
    ("secret", "remove"): (secret_commands.remove_arguments,
                           secret_commands.secret_remove,
                           "forget a trunk's password"),
    ("spool", "list"): (_spool, recorder_commands.spool_list,
                        "records that wait for the store, and damage"),
    ("spool", "retry"): (_spool, recorder_commands.spool_retry,
                         "bring them into the store"),
    ("store", "backup"): (_store_backup, store_commands.store_backup,
                          "copy the store while it is in use"),
    ("store", "restore"): (_store_restore, store_commands.store_restore,
                           "put a backup back; the old file stays beside"),
    ("store", "check"): (_store, store_commands.store_check,
                         "read every page of a store or backup"),
    ("store", "status"): (_store, store_commands.store_status,
                          "sizes of the file and its log"),
    ("verify", None): (_store, commands.verify,
                       "check every invariant of the store"),
}

_NOUNS = {
    "directory": "departments and what belongs to them",
    "tariff": "price sheets", "exchange": "exchange rates",
    "budget": "limits of money",
    "call": "calls that are stored",
    "cdr": "call records", "import": "batches of records",
    "numbering": "where numbers stand", "rating": "prices of calls",
    "unrated": "calls without a price", "report": "reports",
    "invoice": "documents of carriers", "journal": "entries of a month",
    "period": "months of the ledger",
    "plan": "lines and people for a load",
    "privacy": "people's numbers",
    "secret": "passwords of trunks",
    "spool": "records that wait beside the store",
    "store": "the file itself", "trunk": "carrier trunks",
}


class _Parser(argparse.ArgumentParser):
    """Tells a wrong command line also as a document, where asked to."""

    _given: list[str] = []

    def parse_known_args(self, args=None, namespace=None):
        self._given = sys.argv[1:] if args is None else list(args)
        return super().parse_known_args(args, namespace)

    def error(self, message):
        if "--json" in self._given:
            print(json.dumps({"error": {
                "code": "TW_EINVAL", "field": "", "line": 0, "file": "",
                "message": message}}, ensure_ascii=False))
        super().error(message)


def parser() -> argparse.ArgumentParser:
    """The whole grammar; also what docs and completion read."""
    from . import __version__
    top = _Parser(
        prog="trunkwise", description=__doc__.split("\n\n")[0],
        epilog="Exit: 0 done, 1 done with refusals or differences, "
               "2 usage or unreadable input.")
    top.add_argument("--version", action="version",
                     version=f"trunkwise {__version__}")
    top.add_argument("--python-path", action="store_true",
                     help="print the directory that holds the package")
    nouns = top.add_subparsers(dest="noun", metavar="NOUN")
    groups: dict[str, argparse._SubParsersAction] = {}
    for (noun, verb), (arguments, function, text) in VERBS.items():
        if verb is None:
            leaf = nouns.add_parser(noun, help=text, description=text)
        else:
            if noun not in groups:
                group = nouns.add_parser(noun, help=_NOUNS[noun])
                groups[noun] = group.add_subparsers(
                    dest="verb", metavar="VERB", required=True)
            leaf = groups[noun].add_parser(verb, help=text, description=text)
        arguments(leaf)
        leaf.add_argument("--json", action="store_true",
                          help="JSON for scripts (docs/json.md)")
        leaf.add_argument("--lang", choices=LANGUAGES, default="en")
        leaf.set_defaults(function=function)
    return top


def _fail(arguments: argparse.Namespace, error: Exception) -> int:
    message = str(error)
    print(f"trunkwise: {plain(message)}", file=sys.stderr)
    if arguments.json:
        print(json.dumps({"error": {
            "code": getattr(error, "code", "") or "TW_EINVAL",
            "field": getattr(error, "field", ""),
            "line": getattr(error, "line", 0),
            "file": getattr(error, "file", ""),
            "message": getattr(error, "message", message)}},
            ensure_ascii=False))
    return 2


def _check_texts(arguments: argparse.Namespace) -> None:
    """Bytes that are no UTF-8 reach Python as lone surrogates."""
    for name, given in vars(arguments).items():
        try:
            for value in given if isinstance(given, list) else [given]:
                if isinstance(value, str):
                    value.encode()
        except UnicodeEncodeError:
            raise InvalidArgument("is not UTF-8; rename it or type it anew",
                                  code="TW_EINVAL", field=name) from None


def _act(arguments: argparse.Namespace) -> int:
    try:
        _check_texts(arguments)
        return arguments.function(arguments)
    except OSError as error:
        if isinstance(error, Error):
            return _fail(arguments, error)
        if error.filename is None:
            raise    # our own output: see _run
        return _fail(arguments, IOFailure(
            f"{error.filename}: {error.strerror}", code="TW_EIO"))
    except (Error, ValueError) as error:
        return _fail(arguments, error)
    except OverflowError:
        # its last hours are in the year 10000 elsewhere
        if str(getattr(arguments, "at", None)).startswith("9999-12-31"):
            return _fail(arguments, commands.far_away())
        return _fail(arguments, InvalidArgument(
            "a number or time is far too large; write a smaller one",
            code="TW_ERANGE"))
    except MemoryError:
        return _fail(arguments, IOFailure(
            "out of memory; close other programs or split the input",
            code="TW_ENOMEM"))


def _run(arguments: argparse.Namespace) -> int:
    """Acts, and sees to it that what was said has also been written."""
    try:
        status = _act(arguments)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        return _lose_output()
    except OSError as error:
        print(f"trunkwise: standard output: {error.strerror or error}; the "
              "command itself was carried out", file=sys.stderr)
        return _lose_output()


def _lose_output() -> int:
    """Python would try to flush once more at exit, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _run_interruptibly(arguments: argparse.Namespace) -> int:
    """Ctrl-C must not wait for the library: a transaction that is cut off
    leaves no trace, and the next writer tidies up."""
    statuses: list[int] = []
    worker = threading.Thread(
        target=lambda: statuses.append(_run(arguments)), daemon=True)
    try:
        worker.start()
        worker.join()
    except KeyboardInterrupt:
        sys.stderr.write("trunkwise: interrupted; a step that had not ended "
                         "left nothing in the store\n")
        sys.stderr.flush()
        os._exit(130)
    return statuses[0] if statuses else 2


def main(argv: list[str] | None = None) -> int:
    """Runs one command; returns its exit status."""
    top = parser()
    arguments = top.parse_args(argv)
    if arguments.python_path:
        print(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        return 0
    if not arguments.noun:
        top.print_usage(sys.stderr)
        return 2
    if sys.stdout is None:
        print("trunkwise: standard output is closed; send it to a file or "
              "to /dev/null", file=sys.stderr)
        return 2
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    # whoever talks to carriers ends its registrations on Ctrl-C by itself
    run = _run if arguments.noun == "trunk" else _run_interruptibly
    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
