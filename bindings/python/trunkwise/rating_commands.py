"""``trunkwise rating explain``, of a store's tariffs or of a deck file. No
rule of the library lives here."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from . import raw
from .commands import company_zone, country, when
from .errors import Error, InvalidArgument, NoPrice, NotFound
from .numbering import place_document, say_place, say_relation
from .rating import Deck, Span
from .store import Store
from .values import NANOS, text
from .words import plain, say

MAGIC = b"TWDECK\r\n"
_VERDICTS = {"TW_ENOPRICE": "no_price", "TW_EREFUSED": "refused"}


def is_deck_file(path: str) -> bool:
    """Whether it begins as one; a store begins as an SQLite file."""
    if not Path(path).is_file():
        return False
    with open(path, "rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def _exchange(arguments: argparse.Namespace) -> Decimal | None:
    if arguments.exchange is None:
        return None
    try:
        rate = Decimal(arguments.exchange)
        if 0 < rate <= 10 ** 6 and not rate * NANOS % 1:
            return rate
    except InvalidOperation:
        pass
    raise InvalidArgument("is no rate; write one like 92.5, above 0, at most "
                          "1000000 and with nine decimals", code="TW_EINVAL",
                          field="--exchange")


def _seconds(value: int, most: int, field: str) -> int:
    if not 0 <= value <= most:
        raise InvalidArgument(f"is no duration; give whole seconds, 0 to "
                              f"{most}", code="TW_EINVAL", field=field)
    return value


def _call(arguments: argparse.Namespace, at: dt.datetime) -> dict[str, Any]:
    """The call that is asked about, as a deck is asked."""
    return {"answer": at,
            "seconds": _seconds(arguments.seconds, 10 ** 9, "--seconds"),
            "direction": arguments.direction, "relation": arguments.relation,
            "bundle_left_s": _seconds(arguments.bundle_left, 10 ** 12,
                                      "--bundle-left"),
            "used_s": _seconds(arguments.used, 10 ** 12, "--used"),
            "exchange": _exchange(arguments),
            "answered": not arguments.unanswered}


def _span(span: Span) -> dict[str, Any]:
    return {"from_s": span.from_s, "seconds": span.seconds,
            "increments": span.increments, "increment_s": span.increment_s,
            "price": text(span.price), "band": span.band,
            "band_percent": text(span.band_percent),
            "tier_percent": text(span.tier_percent),
            "in_bundle": span.in_bundle, "cost": text(span.exact),
            "line": span.line}


_EMPTY: dict[str, Any] = {
    "carrier": "", "verdict": "ok", "prefix": "", "destination": "",
    "sheet": "", "version": 0, "line": 0, "cost": None, "net": None,
    "vat": None, "currency": "", "converted": None,
    "charged_s": None, "bundle_s": None, "spans": [], "text": ""}


def _row(deck: Deck, digits: str, lang: str,
         call: dict[str, Any]) -> dict[str, Any]:
    """A candidate; what has no price keeps its empty values."""
    row = dict(_EMPTY)
    try:
        row["text"] = deck.explain(digits, lang=lang, **call)
        c = deck.rate(digits, **call)
    except Error as error:
        row["verdict"] = error.code
        row["text"] = row["text"] or error.message
        return row
    if c.document:
        row.update(sheet=c.document.name, version=c.document.version)
    row.update(prefix=c.prefix, destination=c.destination, line=c.line,
               cost=text(c.cost.amount), net=text(c.net.amount),
               vat=text(c.vat.amount), currency=c.cost.currency,
               charged_s=c.charged_s, bundle_s=c.bundle_s,
               spans=[_span(s) for s in deck.spans(digits, **call)])
    if c.converted:
        row["converted"] = {"cost": text(c.converted.amount),
                            "currency": c.converted.currency}
    return row


# ---- of a deck file ----

def _explain_file(arguments: argparse.Namespace) -> int:
    if arguments.carrier:
        raise InvalidArgument("is not known to a deck file, which has the "
                              "prices of one; leave it out",
                              code="TW_EINVAL", field="--carrier")
    if arguments.caller:
        raise InvalidArgument("cannot be placed by a deck file, which has no "
                              "numbering; give --relation, or ask the store",
                              code="TW_EINVAL", field="--caller")
    deck = Deck.open(arguments.store)
    at = when(arguments.at, deck.rules["zone"])
    row = _row(deck, raw.number_digits(arguments.number, None),
               arguments.lang, _call(arguments, at))
    if arguments.json:
        _print_rows(arguments, at, {}, [row])
    else:
        _say_words(row, "")
    return 0 if row["verdict"] == "ok" else 1


# ---- of a store ----

def _rate_of_day(store: Store, deck: Deck,
                 at: dt.datetime) -> Decimal | None:
    try:
        return store.exchange_rate(deck, at=at)
    except NoPrice:
        return None    # what the deck then says names it too


def _candidate(store: Store, carrier: str, digits: str,
               arguments: argparse.Namespace,
               call: dict[str, Any]) -> dict[str, Any]:
    try:
        deck = store.deck(carrier, at=call["answer"])
        if call["exchange"] is None:
            call = {**call, "exchange": _rate_of_day(store, deck,
                                                     call["answer"])}
    except Error as error:
        if arguments.carrier:
            raise    # it was asked for by name
        return {**_EMPTY, "carrier": carrier, "verdict": error.code,
                "text": error.message}
    return {**_row(deck, digits, arguments.lang, call), "carrier": carrier}


def _places(store: Store, digits: str, arguments: argparse.Namespace,
            call: dict[str, Any]) -> dict[str, Any]:
    """Where the call's numbers stand; puts caller and relation into it."""
    if arguments.caller is None:
        return {}
    numbering = store.numbering(at=call["answer"])
    caller = raw.number_digits(arguments.caller, country(store))
    call["caller"] = caller
    if not arguments.relation:
        call["relation"] = numbering.relation(caller, digits)
    return {"caller": arguments.caller, "relation": call["relation"],
            "from": place_document(caller, numbering.get(caller)),
            "to": place_document(digits, numbering.get(digits))}


def _carriers(store: Store, arguments: argparse.Namespace,
              at: dt.datetime) -> list[str]:
    if arguments.carrier:
        return [arguments.carrier]
    names = [row.name for row in store.directory(at).rows("carrier")]
    if not names:
        raise NotFound(
            f"no carrier was in force at {at.isoformat()}; import its prices "
            "with trunkwise tariff import, or ask about a later --at",
            code="TW_ENOTFOUND", field="carrier")
    return names


def _owed(row: dict[str, Any]) -> Decimal:
    """What a call would cost us: as converted, where it is."""
    return Decimal((row["converted"] or row)["cost"] or 0)


def _explain_store(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, readonly=True) as store:
        at = when(arguments.at, company_zone(store))
        digits = raw.number_digits(arguments.number, country(store))
        call = _call(arguments, at)
        places = _places(store, digits, arguments, call)
        rows = [_candidate(store, name, digits, arguments, call)
                for name in _carriers(store, arguments, at)]
    rows.sort(key=lambda r: (r["verdict"] != "ok", _owed(r)))
    if arguments.json:
        _print_rows(arguments, at, places, rows)
    else:
        _say_places(places, arguments.lang)
        for row in rows:
            _say_row(row, arguments.lang)
    return 0 if any(r["verdict"] == "ok" for r in rows) else 1


def rating_explain(arguments: argparse.Namespace) -> int:
    if is_deck_file(arguments.store):
        return _explain_file(arguments)
    return _explain_store(arguments)


# ---- saying it ----

def _print_rows(arguments: argparse.Namespace, at: dt.datetime,
                places: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    print(json.dumps({"number": arguments.number, "at": at.isoformat(),
                      "seconds": arguments.seconds, **places,
                      "candidates": rows}, ensure_ascii=False, indent=2))


def _say_places(places: dict[str, Any], lang: str) -> None:
    if not places:
        return
    for key in ("from", "to"):
        print(plain(say(lang, f"call_{key}",
                        place=say_place(places[key], lang))))
    print(say(lang, "call_relation",
              relation=say_relation(places["relation"], lang)))


def _say_words(row: dict[str, Any], indent: str) -> None:
    for line in row["text"].split("\n"):
        if line:
            print(indent + plain(line))


def _price(row: dict[str, Any]) -> str:
    own = f"{row['cost']} {row['currency']}"
    other = row["converted"]
    return f"{own} = {other['cost']} {other['currency']}" if other else own


def _say_row(row: dict[str, Any], lang: str) -> None:
    result = (_price(row) if row["verdict"] == "ok"
              else say(lang, _VERDICTS[row["verdict"]])
              if row["verdict"] in _VERDICTS else row["verdict"])
    print(plain(say(lang, "carrier_line", carrier=row["carrier"],
                    result=result)))
    _say_words(row, "  ")
