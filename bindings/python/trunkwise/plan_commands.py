"""``trunkwise plan erlang``. No rule of the library lives here."""

from __future__ import annotations

import argparse
from decimal import Decimal
from typing import Any

from . import planning
from .commands import print_json
from .errors import Error, InvalidArgument
from .words import amount, say

# what the library calls a field, and how it is typed here
_FLAGS = {"load": "--load", "lines": "--servers", "servers": "--servers",
          "hold_s": "--hold", "within_s": "--within",
          "patience_s": "--patience", "loss": "--loss",
          "abandonment": "--loss", "service_level": "--service-level"}


def erlang_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", choices=("b", "c", "a"), required=True,
                        help="b: who finds no line is lost; c: waits as long "
                        "as it takes; a: waits, and gives up after a while")
    parser.add_argument("--load", type=float, required=True,
                        metavar="ERLANG",
                        help="calls an hour times their seconds, by 3600")
    ask = parser.add_mutually_exclusive_group(required=True)
    ask.add_argument("--servers", type=int, metavar="N",
                     help="lines (b), people (c, a)")
    ask.add_argument("--loss", type=float, metavar="P",
                     help="say how many lose no more than P of the calls "
                     "(a: no more than P give up)")
    ask.add_argument("--service-level", type=float, metavar="P",
                     help="say how many answer P of the calls in time (c, a)")
    parser.add_argument("--hold", type=float, metavar="S",
                        help="mean length of a call; default 180")
    parser.add_argument("--within", type=float, metavar="S",
                        help="what is in time; default 20")
    parser.add_argument("--patience", type=float, metavar="S",
                        help="mean, of who waits (a)")


def _refuse(flag: str, why: str) -> None:
    raise InvalidArgument(why, code="TW_EINVAL", field=flag)


def _check(a: argparse.Namespace) -> None:
    """A figure that the model does not read would be a silent mistake."""
    if a.model == "b":
        for flag in ("service_level", "hold", "within", "patience"):
            if getattr(a, flag) is not None:
                _refuse("--" + flag.replace("_", "-"),
                        "in model b nobody waits; leave it out, or use "
                        "model c or a")
    if a.model == "c" and a.loss is not None:
        _refuse("--loss", "in model c nobody is lost; give --service-level, "
                "or use model b or a")
    if a.model == "c" and a.patience is not None:
        _refuse("--patience", "in model c nobody gives up; use model a")
    if a.model == "a" and a.patience is None:
        _refuse("--patience", "model a needs it: after how many seconds, on "
                "average, who waits gives up")


def _waiting_arguments(a: argparse.Namespace) -> dict[str, float]:
    given = {"hold_s": a.hold, "within_s": a.within,
             "patience_s": a.patience}
    return {k: v for k, v in given.items() if v is not None}


def _servers(a: argparse.Namespace) -> int:
    if a.model == "b":
        return planning.erlang_b_lines(load=a.load, loss=a.loss)
    if a.model == "c":
        return planning.erlang_c_servers(
            load=a.load, service_level=a.service_level,
            **_waiting_arguments(a))
    goal = {"abandonment": a.loss} if a.loss is not None else \
        {"service_level": a.service_level}
    return planning.erlang_a_servers(load=a.load, **goal,
                                     **_waiting_arguments(a))


def _figures(a: argparse.Namespace) -> dict[str, Any]:
    if a.servers is None:
        return {"servers": _servers(a)}
    if a.model == "b":
        return {"blocking": planning.erlang_b(load=a.load, lines=a.servers)}
    find = planning.erlang_c if a.model == "c" else planning.erlang_a
    w = find(load=a.load, servers=a.servers, **_waiting_arguments(a))
    figures = {"wait_probability": w.wait_probability, "asa_s": w.asa_s,
               "service_level": w.service_level}
    if a.model == "a":
        figures.update(abandonment=w.abandonment, in_line=w.in_line)
    return figures


def _digits(lang: str, value: float, digits: int = 5) -> str:
    """So many digits that count, as people write them; what is next to
    nothing by its power of ten, not by a line of zeros."""
    number = Decimal(f"{value:.{digits}g}") + 0    # no -0
    if number and number.adjusted() < -10:
        return f"{number.normalize():e}".replace(
            ".", "," if lang == "ru" else ".")
    return amount(lang, Decimal(f"{number.normalize():f}"), 0)


def _say(a: argparse.Namespace, figures: dict[str, Any]) -> None:
    def show(value: float) -> str:
        return _digits(a.lang, value)

    def percent(value: float) -> str:
        return _digits(a.lang, 100 * value)

    hold = 180 if a.hold is None else a.hold
    within = 20 if a.within is None else a.within
    load, servers = show(a.load), a.servers
    more = "" if a.patience is None else say(
        a.lang, "plan_patience", patience=show(a.patience))
    if "blocking" in figures:
        print(say(a.lang, "plan_loss", load=load, servers=servers,
                  blocking=percent(figures["blocking"])))
    elif "wait_probability" in figures:
        line = figures.get("in_line", a.load * figures["asa_s"] / hold)
        print(say(a.lang, "plan_queue", load=load, servers=servers,
                  hold=show(hold), more=more))
        print(say(a.lang, "plan_wait", line=show(line),
                  wait=percent(figures["wait_probability"]),
                  asa=show(figures["asa_s"])))
        print(say(a.lang, "plan_level", within=show(within),
                  level=percent(figures["service_level"])))
        if a.model == "a":
            print(say(a.lang, "plan_abandon",
                      abandonment=percent(figures["abandonment"])))
    elif a.model == "b":
        print(say(a.lang, "plan_lines", load=load, goal=percent(a.loss),
                  **figures))
    else:
        goal = say(a.lang, "plan_goal_abandon", share=percent(a.loss)) \
            if a.loss is not None else \
            say(a.lang, "plan_goal_level", within=show(within),
                share=percent(a.service_level))
        print(say(a.lang, "plan_staff", load=load, hold=show(hold),
                  more=more, goal=goal, **figures))


def plan_erlang(arguments: argparse.Namespace) -> int:
    _check(arguments)
    try:
        figures = _figures(arguments)
    except Error as error:
        raise type(error)(error.message, code=error.code, field=_FLAGS.get(
            error.field, error.field)) from None
    if arguments.json:
        print_json(figures)
    else:
        _say(arguments, figures)
    return 0
