"""``trunkwise tariff export``: prices in force as a deck file. No rule of the
library lives here."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

from . import commands
from .store import Store
from .words import plain, say


def tariff_export(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, readonly=True) as store:
        at = commands.when(arguments.at, commands.company_zone(store))
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
