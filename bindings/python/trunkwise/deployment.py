"""The deployment file: TOML in, (key path, value) pairs to the library.

Validation, difference and transaction are in C, so that a C host can do the
same; this module only reads TOML and names things.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import re
import stat
from decimal import Decimal
from pathlib import Path
from typing import Any, Iterator, NamedTuple

from . import files, raw, toml
from .errors import Error, ParseError

_TEXT, _INTEGER, _DECIMAL, _BOOLEAN, _DATE, _EMPTY = 1, 2, 3, 4, 5, 6
_CHANGES = {1: "new", 2: "changed", 3: "ended", 4: "renamed"}


class Change(NamedTuple):
    """One difference between the file and what is in force."""

    change: str
    kind: str
    name: str
    field: str
    before: str
    after: str


class Problem(NamedTuple):
    """What ``check`` found; a warning does not stop ``apply``."""

    field: str
    message: str
    is_error: bool


class Sheet(NamedTuple):
    """A ``[[tariff]]`` with a sheet beside the deployment file."""

    tariff: str
    carrier: str
    path: Path
    field: str


class Stated(NamedTuple):
    """A ``[[tariff]]`` whose calls cost what records state."""

    tariff: str
    source: str
    field: str


def _value(value: Any) -> tuple[int, str]:
    if isinstance(value, bool):
        return _BOOLEAN, "true" if value else "false"
    if isinstance(value, int):
        return _INTEGER, str(value)
    if isinstance(value, Decimal):
        return _DECIMAL, format(value, "f")
    if isinstance(value, (dt.datetime, dt.date)):
        return _DATE, value.isoformat()
    if isinstance(value, str):
        return _TEXT, value
    return _TEXT, str(value)


def _pairs(value: Any, path: str) -> Iterator[tuple[str, int, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _pairs(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from _pairs(inner, f"{path}[{index}]")
    elif isinstance(value, list):
        yield path, _EMPTY, ""
    else:
        yield (path, *_value(value))


def _empty(value: Any, path: str) -> Iterator[str]:
    """Tables without a key. They come to no value, so that the library never
    sees them: a step would vanish."""
    if value == {}:
        yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _empty(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _empty(inner, f"{path}[{index}]")


def _unreadable(path: Path) -> str:
    """Why a file cannot be read, "" where it can."""
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        return error.strerror or str(error)
    if stat.S_ISDIR(mode):
        return os.strerror(errno.EISDIR)
    return "" if os.access(path, os.R_OK) else os.strerror(errno.EACCES)


class Deployment:
    """Rows that somebody wants, from a TOML file or text."""

    def __init__(self, text: str, *, directory: str | Path = "."):
        self._tree = toml.loads(text)
        self._directory = Path(directory)
        self.handle = raw.tw_deployment_new()
        refused = [error for pair in _pairs(self._tree, "")
                   if (error := self._set(*pair))]
        if self._tree:
            refused += [ParseError("is a table without a key; fill or remove "
                                   "it", code="TW_EPARSE", field=path)
                        for path in _empty(self._tree, "")]
        if refused:
            refused[0].problems = self._all(refused)
            raise refused[0]

    def _all(self, refused: list[Error]) -> list[Problem]:
        """These, and whatever else does not fit: a file is mended in one
        go."""
        told = {error.field for error in refused}
        with contextlib.suppress(ParseError):
            self.check()
        return [Problem(e.field, e.message, True) for e in refused] + [
            p for p in [*self.problems, *self.unread]
            if p.is_error and p.field not in told]

    def _set(self, path: str, kind: int, value: str) -> Error | None:
        """The refusal of one value: all of them are shown at once."""
        if "\0" in value:
            return ParseError("holds a NUL byte; remove it",
                              code="TW_EPARSE", field=path)
        try:
            raw.tw_deployment_set(self.handle, path, kind, value)
        except Error as error:
            return error
        return None

    @classmethod
    def load(cls, path: str | Path) -> "Deployment":
        """Reads a file; sheets are looked for beside it."""
        path = Path(path)
        try:
            text = files.read(path, 64 << 20).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ParseError(f"{path}: not UTF-8 at byte {error.start}; "
                             "save the file as UTF-8",
                             code="TW_EPARSE") from None
        with files.named(path):
            return cls(text, directory=path.parent)

    @property
    def zone(self) -> str | None:
        """The company's zone, as the file says."""
        company = self._tree.get("company")
        zone = company.get("zone") if isinstance(company, dict) else None
        return zone if isinstance(zone, str) else None

    def check(self) -> None:
        """Raises ParseError for the first problem; see ``problems``."""
        raw.tw_deployment_check(self.handle)

    @property
    def problems(self) -> list[Problem]:
        """Errors and warnings of the last check or apply."""
        found = []
        while row := raw.deployment_problem(self.handle, len(found)):
            found.append(Problem(row[0], row[1], bool(row[2])))
        return found

    @property
    def sheets(self) -> list[Sheet]:
        """Tariff sheets that the file names, in its order."""
        found = []
        for index, tariff in enumerate(self._tree.get("tariff", [])):
            if not isinstance(tariff.get("sheet", ""), str):
                raise ParseError("is a list here; write a text in quotes",
                                 code="TW_EPARSE",
                                 field=f"tariff[{index}].sheet")
            if "sheet" in tariff:
                found.append(Sheet(tariff["name"], tariff["carrier"],
                                   self._directory / tariff["sheet"],
                                   f"tariff[{index}].sheet"))
        return found

    @property
    def stated(self) -> list[Stated]:
        """Tariffs without prices of their own, in the file's order."""
        return [Stated(tariff["name"], tariff["stated_by"],
                       f"tariff[{index}].stated_by")
                for index, tariff in enumerate(self._tree.get("tariff", []))
                if tariff.get("stated_by")]

    @property
    def unread(self) -> list[Problem]:
        """Sheets that cannot be read, known before anything is written. It
        opens none: one may be a pipe."""
        rows = self._tree.get("tariff")
        found = []
        for index, row in enumerate(rows if isinstance(rows, list) else []):
            name = row.get("sheet") if isinstance(row, dict) else None
            if not isinstance(name, str) or "\0" in name:
                continue    # said by the library
            path = self._directory / name
            if why := _unreadable(path):
                found.append(Problem(f"tariff[{index}].sheet",
                                     f"cannot read {path}: {why}", True))
        return found

    @property
    def company(self) -> dict[str, Any]:
        """Fields of ``[company]``."""
        return dict(self._tree.get("company", {}))

    @property
    def carriers(self) -> dict[str, dict[str, Any]]:
        """Fields of each ``[[carrier]]``, by name."""
        return {row["name"]: dict(row)
                for row in self._tree.get("carrier", [])}

    @property
    def trunks(self) -> list[tuple[str, dict[str, Any]]]:
        """Key path and fields of each ``[[trunk]]``, in the file's order."""
        return [(f"trunk[{index}]", dict(row))
                for index, row in enumerate(self._tree.get("trunk", []))]


def changes(handle: raw.tw_changes) -> list[Change]:
    """All rows of a difference."""
    found = []
    try:
        while True:
            row = raw.tw_changes_next(handle)
            found.append(Change(_CHANGES[row.kind_of_change], row.kind,
                                row.name, row.field, row.before, row.after))
    except StopIteration:
        return found
