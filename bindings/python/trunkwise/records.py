"""Call records of any layout: a mapping in TOML says which column is what.

Keys stand in docs/call-records.md. The library reads them all; here a file
only becomes keys and values.
"""
from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from . import files, raw, toml
from .errors import NotFound, ParseError

def _presets() -> Iterator[str]:
    index = 0
    while name := raw.tw_cdr_preset(index):
        yield name
        index += 1


#: What ``--preset`` takes.
PRESETS = tuple(_presets())


def _text(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (dt.date, dt.datetime, dt.time)):
        return value.isoformat()
    if isinstance(value, (str, int)):
        return str(value)
    raise ParseError("is a table within a table; write one value",
                     code="TW_EPARSE", field=key)


def _pairs(tree: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """``preset`` first, whatever its place: what stands beside it differs
    from it. A list is names in the order in which they are asked."""
    for key in sorted(tree, key=lambda key: key != "preset"):
        value = tree[key]
        if isinstance(value, dict):
            for word, inner in value.items():
                name = f"{key}.{word}"
                yield name, _text(name, inner)
            continue
        items = value if isinstance(value, list) else [value]
        texts = [_text(key, item) for item in items]
        if len(texts) > 1 and any("," in text for text in texts):
            raise ParseError("names a column with a comma, which parts "
                             "names; give its number", code="TW_EPARSE",
                             field=key)
        yield key, ",".join(texts)


class CdrMap:
    """How the records of one source are laid out."""

    def __init__(self, tree: dict[str, Any]):
        self.handle = raw.tw_cdr_map_new()
        for key, value in _pairs(tree):
            if "\0" in key + value:
                raise ParseError("holds a NUL byte; remove it",
                                 code="TW_EPARSE", field=key)
            raw.tw_cdr_map_set(self.handle, key, value)

    @classmethod
    def load(cls, path: str | os.PathLike) -> "CdrMap":
        """Reads a mapping file."""
        data = files.read(path, limit=1 << 20)
        with files.named(path):
            try:
                return cls(toml.loads(data.decode("utf-8-sig")))
            except UnicodeDecodeError:
                raise ParseError("is not UTF-8; save it as such",
                                 code="TW_EPARSE") from None
            except NotFound as error:    # a key; nothing that is looked for
                raise ParseError(error.message, code=error.code,
                                 field=error.field) from None
