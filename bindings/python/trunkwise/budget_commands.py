"""``trunkwise budget list`` and ``trunkwise call authorize``. No rule of the
library lives here."""

from __future__ import annotations

import argparse
import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from . import raw
from .budgets import Authorization, BudgetState, Budgets, Candidate
from .commands import company_zone, country, print_json, when
from .errors import Error, InvalidArgument, NotFound
from .reasons import reason_in
from .store import Store
from .values import Money, local, text
from .words import amount, plain, say

_LIMITS = ("left", "soft", "hard", "max_price")


def _time(at: dt.datetime, zone: str | None) -> str:
    return local(at, zone).isoformat(timespec="seconds")


def _state(b: BudgetState, zone: str | None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": b.name, "department": b.department, "trunk": b.trunk,
        "period": b.period, "from": _time(b.start, zone),
        "to": _time(b.end, zone), "state": b.state, "currency": b.currency}
    for key in ("spent", "reserved", "leased"):
        document[key] = text(getattr(b, key))
    document["projected"] = text(_guess(b))
    for key in _LIMITS:
        value = getattr(b, key)
        document[key] = None if value is None else text(value)
    return document


def _guess(b: BudgetState) -> Decimal:
    """An estimate has no billionths."""
    return b.projected.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _cells(b: BudgetState, zone: str | None, lang: str) -> list[str]:
    def money(value: Decimal | None) -> str:
        return "-" if value is None else amount(lang, value)

    day = local(b.start, zone).isoformat(timespec="minutes")
    length = {"month": 7, "day": 10}.get(b.period, 16)
    return [b.name, day[:length].replace("T", " "), money(b.spent),
            money(b.reserved), money(b.leased), money(b.left), money(b.soft), money(b.hard),
            money(_guess(b)), say(lang, "budget_" + b.state)]


def _say_table(rows: list[list[str]], left: int) -> None:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print(plain("  ".join(
            f"{cell:<{width}}" if i < left or i == len(row) - 1
            else f"{cell:>{width}}"
            for i, (cell, width) in enumerate(zip(row, widths)))).rstrip())


def budget_list(arguments: argparse.Namespace) -> int:
    lang = arguments.lang
    with Store(arguments.store, readonly=True) as store:
        zone = company_zone(store)
        at = when(arguments.at, zone)
        budgets = store.budgets(at=at)
    if arguments.json:
        print_json({"at": _time(at, zone), "zone": zone,
                    "budgets": [{**_state(b, zone), "reason": b.reason}
                                for b in budgets]})
        return 0
    if not budgets:
        print(say(lang, "budget_none"))
        return 0
    head = [say(lang, "budget_head_" + key) for key in (
        "name", "period", "spent", "reserved", "leased", "left", "soft",
        "hard", "projected", "state")]
    _say_table([head] + [_cells(b, zone, lang) for b in budgets], 2)
    for b in budgets:
        if b.reason:
            print(plain(f"{b.name}: {reason_in(lang, b.reason)}"))
    return 0


def _candidate(c: Candidate) -> dict[str, Any]:
    def money(value: Any) -> str | None:
        return None if value is None else text(value.amount)

    currency = c.price.currency if c.price else \
        c.expected.currency if c.expected else ""
    return {"trunk": c.trunk, "carrier": c.carrier, "verdict": c.verdict,
            "emergency": c.emergency, "price": money(c.price),
            "expected": money(c.expected), "currency": currency,
            "prefix": c.prefix, "destination": c.destination,
            "reason": c.reason, "caller": c.caller,
            "caller_of": c.caller_of}


def _document(a: Authorization, zone: str | None) -> dict[str, Any]:
    return {
        "verdict": a.verdict, "reason": a.reason, "emergency": a.emergency,
        "most_s": a.most_s,
        "price": None if a.price is None else text(a.price.amount),
        "expected": None if a.expected is None else text(a.expected.amount),
        "currency": a.price.currency if a.price else "",
        "candidates": [_candidate(c) for c in a.candidates],
        "budgets": [{**_state(b, zone), "verdict": b.verdict,
                     "reason": b.reason} for b in a.budgets]}


def _price(value: Money | None, lang: str) -> str:
    return f"{amount(lang, value.amount)} {value.currency}" if value else "-"


def _say(a: Authorization, number: str, lang: str) -> None:
    if a.emergency:
        print(say(lang, "authorize_emergency", number=number))
    elif a:
        print(plain(say(
            lang, "authorize_ok", number=number, most=a.most_s,
            price=_price(a.price, lang),
            expected=_price(a.expected, lang))))
    else:
        print(plain(say(lang, "authorize_" + a.verdict, number=number,
                        reason=reason_in(lang, a.reason))))
    for c in a.candidates:
        mark = "+" if c.verdict == "ok" else "-"
        shown = say(lang, "authorize_shown", number=c.caller) \
            if c.caller else ""
        print(plain(f"  {mark} {c.trunk}  {c.carrier}  "
                    f"{_price(c.price, lang)}{shown}  "
                    f"{reason_in(lang, c.reason)}"))
    for b in a.budgets:
        print(plain("  " + say(
            lang, "authorize_budget", name=b.name,
            spent=amount(lang, b.spent), reserved=amount(lang, b.reserved),
            hard="-" if b.hard is None else amount(lang, b.hard),
            state=say(lang, "budget_" + b.state))))


def _seconds(value: int) -> int:
    if not 0 <= value <= 86400:
        raise InvalidArgument("is no duration; give whole seconds, 0 to "
                              "86400", code="TW_EINVAL", field="--seconds")
    return value


def _digits(flag: str, value: str | None, code: str | None) -> str | None:
    if value is None:
        return None
    try:
        digits: str = raw.number_digits(value, code)
    except Error as error:
        raise type(error)(error.message, code=error.code,
                          field=flag) from None
    if not 1 <= len(digits) <= 15:
        raise InvalidArgument(f"'{value}' is no number; write it with its "
                              "country code, 1 to 15 digits in all",
                              code="TW_EINVAL", field=flag)
    return digits


def _ours(store: Store, digits: str | None, at: dt.datetime) -> str | None:
    """Any other number would be passed over in silence."""
    if digits is None:
        return None
    try:
        store.directory(at).find("number", digits)
    except NotFound:
        raise NotFound(f"{digits} is no number of ours at that time; add a "
                       "[[number]] to the deployment, or leave it out",
                       code="TW_ENOTFOUND", field="--preferred") from None
    return digits


def call_authorize(arguments: argparse.Namespace) -> int:
    lang = arguments.lang
    with Store(arguments.store, readonly=True) as store:
        zone, code = company_zone(store), country(store)
        at = when(arguments.at, zone)
        number = raw.number_digits(arguments.number, code)
        caller = _digits("--caller", arguments.caller, code)
        preferred = _ours(store, _digits("--preferred", arguments.preferred,
                                         code), at)
        for kind in ("department", "trunk", "site"):
            name = getattr(arguments, kind)
            if name is None:
                continue
            try:
                store.directory(at).find(kind, name)
            except NotFound as error:
                raise NotFound(error.message, code=error.code,
                               field="--" + kind) from None
        with Budgets(store, watch=True, at=at) as budgets:
            answer = budgets.authorize(
                number, department=arguments.department,
                trunk=arguments.trunk, caller=caller, site=arguments.site,
                at=at, expected_s=_seconds(arguments.seconds),
                preferred=preferred)
    if arguments.json:
        print_json({"number": number, "department": arguments.department,
                    "trunk": arguments.trunk, "at": _time(at, zone),
                    **_document(answer, zone)})
    else:
        _say(answer, number, lang)
    return 0 if answer else 1
