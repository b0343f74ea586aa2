"""``trunkwise plan simulate``: reads what is asked, has it played, and says
it. No rule of the library lives here."""

from __future__ import annotations

import argparse
import functools
import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from . import plan_simulate
from .commands import print_json, when
from .directory import Directory
from .errors import Error, InvalidArgument, NotFound
from .plan_simulate import Answer, Outcome, Question, Rates
from .planning import FORMULAS, Interval
from .policy import own_policies
from .store import Store
from .words import amount, plain, say

_TIMES = (("talk", "talk_s", None, "mean length of a call; default 180, or "
           "what --store tells"),
          ("patience", "patience_s", 120.0, "mean until who was not answered "
           "gives up; 0: never; default 120"),
          ("answer", "answer_s", 5.0, "mean until who is rung answers; "
           "default 5"),
          ("within", "within_s", 20.0, "what is in time; default 20"),
          ("short", "short_s", 5.0, "giving up before is a misdial; "
           "default 5"))
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_FLAGS = {name: "--" + flag for flag, name, _, _ in _TIMES} | {
    "answer_share": "--answered", "per_hour": "--calls", "hours": "--hours",
    "days": "--hours", "opens": "--hours", "closes": "--hours",
    "confidence": "--confidence", "seed": "--seed", "month": "--month",
    "last_month": "--last-month", "to": "--at", "redial_share": "--redial",
    "redial_after_s": "--redial-after", "seeds": "--seeds"}


def simulate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("deployment", metavar="deployment.toml")
    parser.add_argument("--calls", action="append", default=[],
                        metavar="[PLAN=]N", help="calls an hour to this "
                        "plan, or to each one; may be given several times")
    parser.add_argument("--store", metavar="STORE",
                        help="instead: the calls that came to each plan's "
                        "numbers, by weekday and hour")
    parser.add_argument("--month", metavar="YYYY-MM", help="of this month")
    parser.add_argument("--last-month", metavar="YYYY-MM",
                        help="to this one")
    parser.add_argument("--hours", action="append", default=[],
                        metavar="HOURS", help="when calls come, such as "
                        "'mon-fri 09:00-18:00', in the company's zone; "
                        "default always")
    parser.add_argument("--staff", action="append", default=[],
                        metavar="POOL=N", help="so many of the pool work; "
                        "more than it has are made up")
    for flag, _, _, text in _TIMES:
        parser.add_argument("--" + flag, type=float, metavar="S", help=text)
    parser.add_argument("--answered", type=float, default=1, metavar="P",
                        help="share of rings that somebody answers; "
                        "default 1")
    parser.add_argument("--redial", type=float, default=0, metavar="P",
                        help="share of those who gave up or were lost who "
                        "call again, to 0.9; default 0")
    parser.add_argument("--redial-after", type=float, default=300,
                        metavar="S", help="mean until they do; default 300")
    parser.add_argument("--at", metavar="TIME", help="plays the week that "
                        "holds it; default now")
    parser.add_argument("--weeks", type=int, default=1, metavar="N",
                        help="and the ones after it; default 1")
    parser.add_argument("--seeds", type=int, default=10, metavar="N",
                        help="how many times; default 10")
    parser.add_argument("--seed", type=int, default=1, metavar="N",
                        help="the first one; default 1")
    parser.add_argument("--confidence", type=float, default=0.95,
                        metavar="P", help="of the intervals; default 0.95")


def _wrong(flag: str, why: str) -> InvalidArgument:
    return InvalidArgument(why, code="TW_EINVAL", field=flag)


def _between(flag: str, value: int, least: int, most: int) -> int:
    if not least <= value <= most:
        raise _wrong(flag, f"is {value}; give {least} to {most}")
    return value


def _staff(a: argparse.Namespace, directory: Directory) -> dict[str, int]:
    pools = {row.name for row in directory.rows("pool")}
    staff = {}
    for text in a.staff:
        name, _, count = text.rpartition("=")
        if not count.isascii() or not count.isdigit() or len(count) > 4:
            raise _wrong("--staff", f"{text!r}: write POOL=N, N 0 to 9999")
        if name not in pools:
            raise NotFound(f"no pool {name!r}; the deployment has "
                           + (", ".join(sorted(pools)) or "none"),
                           code="TW_ENOTFOUND", field="--staff")
        staff[name] = int(count)
    return staff


def _rates(a: argparse.Namespace, directory: Directory) -> Rates:
    """Calls an hour as they are given."""
    plans = plan_simulate.plans_of(directory)
    rates: Rates = {}
    given: set[str] = set()
    if not plans:
        raise NotFound("has no plans, so there is nothing to play; add a "
                       "[[plan]]", code="TW_ENOTFOUND", field=a.deployment)
    for text in a.calls:
        name, named, rate = text.rpartition("=")
        try:
            per_hour = float(rate)
        except ValueError:
            raise _wrong("--calls", f"{text!r}: write PLAN=N or N, calls an "
                         "hour") from None
        if named and name not in plans:
            raise NotFound(f"no plan {name!r}; the deployment has "
                           + (", ".join(plans) or "none"),
                           code="TW_ENOTFOUND", field="--calls")
        if name in given:
            raise _wrong("--calls", f"{text!r}: that plan has its calls "
                         "already; give them once" if named else
                         f"{text!r}: calls of every plan are given already; "
                         "give them once, or write PLAN=N")
        given.add(name)
        for plan in [name] if named else plans:
            if named or (plan, None, None) not in rates:
                rates[plan, None, None] = per_hour
    return rates


def _months(first: str, last: str | None) -> None:
    for flag, month in ("--month", first), ("--last-month", last):
        if month is not None and not _MONTH.fullmatch(month):
            raise _wrong(flag, f"{month!r} is no month; write 2026-10")
    if last is not None and last < first:
        raise _wrong("--last-month", f"{last} is before --month {first}")


def _real_rates(a: argparse.Namespace, directory: Directory,
                times: dict[str, float]) -> tuple[Rates, int]:
    if not a.month:
        raise _wrong("--month", "say whose calls: --month YYYY-MM")
    _months(a.month, a.last_month)
    with Store(a.store, readonly=True) as store:
        rates, talk_s, strange = plan_simulate.rates_of(
            store, directory, a.month, a.last_month)
    if not rates:
        raise NotFound("no inbound call of these months came to a number "
                       "that has a plan", code="TW_ENOTFOUND",
                       field="--store")
    if a.talk is None and talk_s:
        times["talk_s"] = talk_s
    return rates, strange


def _check_source(a: argparse.Namespace) -> None:
    """Calls come from one place, and what is said of the other is not for
    nothing."""
    if a.calls and a.store:
        raise _wrong("--calls", "--calls and --store are both given; calls "
                     "come from one of them")
    if not a.calls and not a.store:
        raise _wrong("--calls", "give calls an hour, or a store whose calls "
                     "they are to be")
    if a.calls and (a.month or a.last_month):
        raise _wrong("--month", "months are those of a --store; leave them "
                     "out with --calls")


def _question(a: argparse.Namespace) -> tuple[Question, Directory, int]:
    directory = plan_simulate.load(Path(a.deployment))
    zone = next(row["zone"] for row in directory.rows("company"))
    at = when(a.at, zone)
    times = {name: default if getattr(a, flag) is None else getattr(a, flag)
             for flag, name, default, _ in _TIMES}
    if times["talk_s"] is None:
        times["talk_s"] = 180.0
    times["answer_share"] = a.answered
    times["redial_share"], times["redial_after_s"] = a.redial, a.redial_after
    _check_source(a)
    strange = 0
    if a.store:
        rates, strange = _real_rates(a, directory, times)
    else:
        rates = _rates(a, directory)
    first = _between("--seed", a.seed, 0, 2 ** 63)
    count = _between("--seeds", a.seeds, 2, 1000)
    question = Question(
        start=plan_simulate.monday(at, zone), zone=zone, rates=rates,
        weeks=_between("--weeks", a.weeks, 1, 520), hours=a.hours,
        staff=_staff(a, directory), times=times,
        seeds=list(range(first, first + count)), confidence=a.confidence)
    return question, directory, strange


def _interval(i: Interval | None) -> dict[str, float] | None:
    return None if i is None else i._asdict()


def _outcome(o: Outcome) -> dict[str, Any]:
    return {**{k: _interval(v) for k, v in o.figures.items()},
            "service_level": {k: _interval(v) for k, v in o.levels.items()}}


def _document(question: Question, answer: Answer, strange: int,
              own: list[str]) -> dict[str, Any]:
    zone = ZoneInfo(question.zone)

    def local(at: Any) -> str:
        return at.astimezone(zone).isoformat(timespec="seconds")

    return {
        "from": local(question.start), "to": local(question.end),
        "zone": question.zone, "hours": question.hours,
        "open_hours": answer.open_hours, **question.times,
        "seeds": len(question.seeds), "confidence": question.confidence,
        "without_plan": strange, "own_policies": own,
        "plans": [{"plan": name, **_outcome(o)}
                  for name, o in answer.plans.items()],
        "total": _outcome(answer.total),
        "pools": [{"pool": p.pool, "staff": p.staff,
                   "occupancy": _interval(p.occupancy),
                   "occupancy_with_wrap_up": _interval(
                       p.occupancy_with_wrap_up)}
                  for p in answer.pools]}


def _cell(lang: str, i: Interval | None, scale: float, digits: int) -> str:
    if i is None:
        return "-"

    def show(value: float) -> str:
        return amount(lang, Decimal(f"{scale * value:.{digits}f}"), digits)

    return f"{show(i.mean)} ± {show(i.reach)}"


def _table(rows: list[list[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        cells = [f"{row[0]:<{widths[0]}}"]
        cells += [f"{cell:>{width}}"
                  for cell, width in zip(row[1:], widths[1:])]
        print(plain("  ".join(cells)).rstrip())


def _row(lang: str, name: str, o: Outcome, shares: list[str]
         ) -> list[str]:
    f = o.figures
    return [name, _cell(lang, f["offered"], 1, 0),
            *(_cell(lang, f[key], 100, 1) for key in shares),
            _cell(lang, f["wait_s"], 1, 1)]


def _say(a: argparse.Namespace, question: Question, answer: Answer,
         strange: int, own: list[str]) -> None:
    lang = a.lang
    day = question.start.astimezone(ZoneInfo(question.zone)).date()
    print(plain(say(
        lang, "simulate_head", day=day.isoformat(), weeks=question.weeks,
        seeds=len(question.seeds), zone=question.zone,
        percent=f"{100 * question.confidence:g}")))
    print(say(lang, "simulate_times",
              **{k: f"{v:.4g}" for k, v in question.times.items()}))
    if strange:
        print(say(lang, "simulate_strange", count=strange))
    if own:
        print(plain(say(lang, "simulate_own", names=", ".join(own))))
    print()
    tickets = answer.total.figures["tickets"]
    shares = ["answered", "abandoned", "lost",
              *(["tickets"] if tickets and tickets.mean else []),
              *(["redials"] if question.times["redial_share"] else []),
              "waited"]
    head = [say(lang, "simulate_" + key)
            for key in ("plan", "offered", *shares, "wait")]
    total = [_row(lang, say(lang, "simulate_total"), answer.total, shares)] \
        if len(answer.plans) > 1 else []
    _table([head, *(_row(lang, name, o, shares)
                    for name, o in answer.plans.items()), *total])
    print()
    _table([[say(lang, "simulate_level"), "%"]]
           + [[f"  {name}", _cell(lang, answer.total.levels[name], 100, 1)]
              for name in FORMULAS])
    print()
    _table([[say(lang, "simulate_" + key)
             for key in ("pool", "staff", "occupancy",
                         "occupancy_with_wrap_up")]]
           + [[p.pool, str(p.staff), _cell(lang, p.occupancy, 100, 1),
               _cell(lang, p.occupancy_with_wrap_up, 100, 1)]
              for p in answer.pools])


def _progress(lang: str, done: int, seeds: int) -> None:
    """One line that stays one, for who looks at it."""
    last = done == seeds
    text = say(lang, "simulate_progress", done=done, seeds=seeds)
    print("\r" + (" " * len(text) + "\r" if last else text),
          end="", file=sys.stderr, flush=True)


def plan_simulate_command(arguments: argparse.Namespace) -> int:
    try:
        question, directory, strange = _question(arguments)
        watched = sys.stderr.isatty() and not arguments.json
        answer = plan_simulate.simulate(
            directory, question, progress=functools.partial(
                _progress, arguments.lang) if watched else
            lambda done, seeds: None)
    except Error as error:
        if error.field not in _FLAGS:
            raise
        raise type(error)(error.message, code=error.code,
                          field=_FLAGS[error.field]) from None
    own = own_policies(directory)
    if arguments.json:
        print_json(_document(question, answer, strange, own))
    else:
        _say(arguments, question, answer, strange, own)
    return 0
