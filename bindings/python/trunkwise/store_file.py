"""The store as a file: how large it is, whether it is whole, and how a backup
takes its place."""

from __future__ import annotations

import os
from typing import NamedTuple

from . import raw


class StoreInfo(NamedTuple):
    """Bytes on the disk; ``free_bytes`` of the file are unused, ``wal_bytes``
    are those of the log beside it."""

    schema: int
    file_bytes: int
    free_bytes: int
    wal_bytes: int


def store_info(store: raw.tw_store) -> StoreInfo:
    info = raw.tw_store_describe(store)
    return StoreInfo(info.schema, info.file_bytes, info.free_bytes,
                     info.wal_bytes)


def check_store(path: str | os.PathLike) -> list[str]:
    """Reads every page, row and index entry of a store or backup; what is
    wrong, and nothing when it is whole."""
    return raw.tw_store_check(os.fspath(path)).splitlines()


def restore_store(backup: str | os.PathLike,
                  store: str | os.PathLike) -> str | None:
    """Puts a copy of a backup in the place of a store. What stood there stays
    beside it: its name, or None when there was nothing."""
    return raw.tw_store_restore(os.fspath(store), os.fspath(backup)) or None
