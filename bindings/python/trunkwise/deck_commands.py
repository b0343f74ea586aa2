"""``trunkwise tariff export``, and ``rating explain`` of a deck file instead
of a store. No rule of the library lives here."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

from . import commands, raw
from .errors import Error, InvalidArgument
from .rating import Deck
from .store import Store
from .values import text
from .words import plain, say

MAGIC = b"TWDECK\r\n"


def is_deck_file(path: str) -> bool:
    """Whether it begins as one; a store begins as an SQLite file."""
    if not Path(path).is_file():
        return False
    with open(path, "rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def tariff_export(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, readonly=True) as store:
        at = commands._when(arguments.at, commands._company_zone(store))
        deck = store.deck(arguments.carrier, at=at)
    deck.save(arguments.output)
    written = Path(arguments.output)
    document = {"carrier": arguments.carrier, "at": at.isoformat(),
                "file": arguments.output, "rates": len(deck),
                "bytes": written.stat().st_size,
                "sha256": hashlib.sha256(written.read_bytes()).hexdigest()}
    if arguments.json:
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        print(plain(say(arguments.lang, "exported", **document)))
    return 0


def _row(deck: Deck, digits: str, lang: str,
         **call: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"verdict": "ok", "prefix": "", "destination": "",
                           "line": 0, "cost": None, "currency": "",
                           "charged_s": None, "text": ""}
    try:
        row["text"] = deck.explain(digits, lang=lang, **call)
        c = deck.rate(digits, **call)
        row.update(prefix=c.prefix, destination=c.destination, line=c.line,
                   cost=text(c.cost.amount), currency=c.cost.currency,
                   charged_s=c.charged_s)
    except Error as error:
        row["verdict"] = error.code
        row["text"] = row["text"] or error.message
    return row


def _explain_file(arguments: argparse.Namespace) -> int:
    if not 0 <= arguments.seconds <= 10 ** 9:
        raise InvalidArgument("is no duration; give whole seconds, 0 to "
                              "1000000000", code="TW_EINVAL",
                              field="--seconds")
    if arguments.carrier:
        raise InvalidArgument("is not known to a deck file, which has the "
                              "prices of one; leave it out",
                              code="TW_EINVAL", field="--carrier")
    if arguments.caller:
        raise InvalidArgument("cannot be placed by a deck file, which has no "
                              "numbering; ask the store", code="TW_EINVAL",
                              field="--caller")
    deck = Deck.open(arguments.store)
    at = commands._when(arguments.at, deck.rules["zone"])
    row = _row(deck, raw.number_digits(arguments.number, None),
               arguments.lang, answer=at, seconds=arguments.seconds,
               direction=arguments.direction)
    if arguments.json:
        print(json.dumps({"number": arguments.number, "at": at.isoformat(),
                          "seconds": arguments.seconds,
                          "candidates": [{"carrier": "", **row}]},
                         ensure_ascii=False, indent=2))
    else:
        for line in row["text"].split("\n"):
            if line:
                print(plain(line))
    return 0 if row["verdict"] == "ok" else 1


def rating_explain(arguments: argparse.Namespace) -> int:
    if is_deck_file(arguments.store):
        return _explain_file(arguments)
    return commands.rating_explain(arguments)
