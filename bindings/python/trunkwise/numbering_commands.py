"""What ``trunkwise numbering`` does: ranges in, places out."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from . import files, raw
from .commands import (country, print_json, refused, remove_new,
                       say_import, _say_rejects, _counts)
from .numbering import lost_places, place_document, say_place, say_relation
from .reasons import reason_in
from .store import Store
from .words import plain, say

_LIMIT = 1 << 28    # of each file; the largest of a regulator has 20 MB


def numbering_import(arguments: argparse.Namespace) -> int:
    sources = [(Path(path).name, files.read(path, _LIMIT))
               for path in arguments.files]
    existed = os.path.exists(arguments.store)
    try:
        with Store(arguments.store, create=True) as store:
            if len(sources) == 1:
                with files.named(arguments.files[0]):
                    result = store.import_numbering(sources)
            else:
                result = store.import_numbering(sources)
            lost = lost_places(store.numbering(), store.directory())
    except Exception:
        remove_new(arguments.store, existed)
        raise
    if refused(result.counts):
        remove_new(arguments.store, existed)
    if arguments.json:
        return say_import(result, arguments, **result.extra,
                          lost_places=[p._asdict() for p in lost])
    _say_rejects(result.rejects, arguments.lang)
    print(say(arguments.lang, "counts", **_counts(result.counts)))
    if refused(result.counts):
        print(say(arguments.lang, "nothing_in_force"))
        return 1
    print(say(arguments.lang, "numbering_in_force", **result.extra))
    for p in lost:
        print(plain(say(arguments.lang, "lost_place", permission=p.permission,
                        field=p.field,
                        reason=reason_in(arguments.lang, p.reason))),
              file=sys.stderr)
    return 0


def numbering_find(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, readonly=True) as store:
        numbering = store.numbering()
        code = country(store)
        numbers = [raw.number_digits(number, code)
                   for number in (arguments.number, arguments.number2)
                   if number is not None]
    places = [place_document(digits, numbering.get(digits))
              for digits in numbers]
    relation = numbering.relation(*numbers) if len(numbers) > 1 else None
    if arguments.json:
        document: dict[str, Any] = {
            "ranges": len(numbering), "places": places}
        if len(numbers) > 1:
            document["relation"] = relation
        print_json(document)
    else:
        for place in places:
            print(plain(say_place(place, arguments.lang)))
        if len(numbers) > 1:
            print(say_relation(relation, arguments.lang))
        if not len(numbering):
            print(say(arguments.lang, "numbering_none"))
    return 0 if all(place["known"] for place in places) else 1
