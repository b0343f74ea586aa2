"""SIP traces as a file or on standard output.

It decides how a message looks there. What of it may be seen at all is the
library's: no secret comes as far as here.
"""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING, Iterable, NoReturn, TextIO

from .errors import IOFailure, NotFound

if TYPE_CHECKING:
    from .trunks import TrunkTrace

_ARROWS = {"sent": "->", "received": "<-"}


class TraceFile:
    """``where`` is a path, made for its owner alone since people's numbers
    are in it, or "-"."""

    def __init__(self, where: str):
        self.stream: TextIO = sys.stdout
        self._where = where
        self._own = where != "-"
        if self._own:
            try:
                # O_NONBLOCK: a FIFO that nobody reads is told, not waited for
                fd = os.open(where, os.O_WRONLY | os.O_CREAT | os.O_TRUNC
                             | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
                os.set_blocking(fd, True)
                if stat.S_ISREG(os.fstat(fd).st_mode):
                    # a file that was there keeps its mode otherwise
                    os.fchmod(fd, 0o600)
            except OSError as error:
                raise NotFound(f"{where}: {error.strerror}",
                               field="--trace") from None
            self.stream = open(fd, "w", encoding="utf-8")

    def _fail(self, error: OSError) -> NoReturn:
        if not self._own:
            raise error
        raise IOFailure(f"{self._where}: {error.strerror}",
                        field="--trace") from None

    def write(self, traces: Iterable["TrunkTrace"]) -> None:
        try:
            self._write(traces)
        except OSError as error:
            self._fail(error)

    def _write(self, traces: Iterable["TrunkTrace"]) -> None:
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
        try:
            if self._own:
                self.stream.close()
            else:
                self.stream.flush()
        except OSError as error:
            self._fail(error)
