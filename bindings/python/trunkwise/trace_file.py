"""SIP traces as a file or on standard output.

It decides how a message looks there. What of it may be seen at all is the
library's: no secret comes as far as here.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Iterable, TextIO

from .errors import NotFound

if TYPE_CHECKING:
    from .trunks import TrunkTrace

_ARROWS = {"sent": "->", "received": "<-"}


class TraceFile:
    """``where`` is a path, made for its owner alone since people's numbers
    are in it, or "-"."""

    def __init__(self, where: str):
        self.stream: TextIO = sys.stdout
        self._own = where != "-"
        if self._own:
            try:
                fd = os.open(where, os.O_WRONLY | os.O_CREAT | os.O_TRUNC
                             | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise NotFound(f"{where}: {error.strerror}",
                               field="--trace") from None
            self.stream = open(fd, "w", encoding="utf-8")

    def write(self, traces: Iterable["TrunkTrace"]) -> None:
        for t in traces:
            when = t.at.isoformat(timespec="milliseconds")
            refused = "  (refused)" if t.refused else ""
            lost = f"  ({t.lost} not shown)" if t.lost else ""
            print(f"{when} {t.trunk or '-'} {_ARROWS[t.direction]} "
                  f"{t.transport} {t.peer}{refused}{lost}\n{t.text}",
                  file=self.stream)

    def __enter__(self) -> "TraceFile":
        return self

    def __exit__(self, *exc: object) -> None:
        if self._own:
            self.stream.close()
        else:
            self.stream.flush()
