"""How a report is to be written; what is not asked for follows from the
language."""

from __future__ import annotations

from typing import NamedTuple


class Style(NamedTuple):
    """``decimal`` ("," or "."), ``delimiter`` and ``encoding`` are those of
    CSV, "" where the language decides; ``width`` is a terminal's, 0 when
    lines may be as long as they like."""

    lang: str = "en"
    decimal: str = ""
    delimiter: str = ""
    encoding: str = ""
    width: int = 0
