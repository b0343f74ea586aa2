"""What was in force at one instant: an immutable snapshot."""

from __future__ import annotations

from typing import Iterator

from . import raw


class Row:
    """A row of a directory: ``row["zone"]``, ``row.name``."""

    def __init__(self, directory: "Directory", row: int):
        self._directory = directory
        self._row = row

    def __getitem__(self, field: str) -> str:
        value = raw.row_text(self._directory.handle, self._row, field)
        if value is None:
            raise KeyError(field)
        return value

    @property
    def name(self) -> str:
        return self["name"]

    def children(self) -> Iterator["Row"]:
        """Rows inside of this one, in order: a plan's steps."""
        row = 0
        while True:
            try:
                row = raw.directory_next_child(self._directory.handle,
                                               self._row, row)
            except StopIteration:
                return
            yield Row(self._directory, row)

    @property
    def identity(self) -> int:
        """Stable over renames and versions."""
        return raw.row_identity(self._directory.handle, self._row)

    def __repr__(self) -> str:
        return f"<Row {self.name!r}>"


class Directory:
    """Departments, sites, numbers, plans ... as of one instant."""

    def __init__(self, handle: raw.tw_directory):
        self.handle = handle

    def rows(self, kind: str) -> Iterator[Row]:
        """All rows of a kind such as "department"."""
        row = 0
        while True:
            try:
                row = raw.directory_next(self.handle, kind, row)
            except StopIteration:
                return
            yield Row(self, row)

    def find(self, kind: str, name: str) -> Row:
        """Raises NotFound."""
        return Row(self, raw.directory_find(self.handle, kind, name))
