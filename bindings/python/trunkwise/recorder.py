"""Call records of a live host, into the store at once; and what waits."""

from __future__ import annotations

import datetime as dt
import glob
import os
import time
from types import TracebackType
from typing import Iterator, NamedTuple

from . import raw
from .values import DIRECTIONS, TIME_MAX, instant, microseconds

STATUSES = {"answered": 1, "no_answer": 2, "busy": 3, "failed": 4,
            "cancelled": 5}
_ATTEMPT, _INTERIM = 1, 2
_NO_SYNC, _RESUMES = 1, 2
_STATES = {1: "waiting", 2: "damaged", 3: "aside"}


class RecorderStats(NamedTuple):
    """Figures of a recorder since it was opened; ``state`` is live, spooling,
    unsafe or full, and every ticket up to ``durable`` is on the disk."""

    state: str
    added: int
    durable: int
    stored: int
    duplicates: int
    conflicts: int
    rejected: int
    interim: int
    closed: int
    waiting: int
    spooled: int
    spool_bytes: int
    damaged: int
    reserved: bool


def _now() -> int:
    return time.monotonic_ns() // 1000


def _us(when: dt.datetime | None) -> int:
    return microseconds(when) if when else 0


class Recorder:
    """Commits records in groups; while the store takes none they wait in a
    journal beside it, ``STORE.NAME.spool``.

    >>> with Recorder(path) as recorder:            # doctest: +SKIP
    ...     ticket = recorder.add("c-1", start=start, status="answered",
    ...                           duration=dt.timedelta(seconds=61),
    ...                           caller="101", callee="84951234567")
    ...     recorder.flush()
    """

    def __init__(self, store: str | os.PathLike[str], *, name: str = "host",
                 source: str | None = None, carrier: str | None = None,
                 group_ms: int = 50, group_rows: int = 1000,
                 spool_limit: int = 16 << 20, sync: bool = True,
                 resumes: bool = False):
        flags = (0 if sync else _NO_SYNC) | (_RESUMES if resumes else 0)
        self._handle: raw.tw_recorder | None = raw.recorder_open(
            os.fspath(store), name, source, carrier, group_ms, group_rows,
            spool_limit, flags)

    @property
    def handle(self) -> raw.tw_recorder:
        if self._handle is None:
            raise ValueError("the recorder is closed")
        return self._handle

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, kind: type[BaseException] | None,
                 value: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Brings everything into the store, else into the journal."""
        self._handle = None

    def add(self, call_id: str, *, start: dt.datetime,
            answer: dt.datetime | None = None,
            end: dt.datetime | None = None,
            duration: dt.timedelta = dt.timedelta(0),
            status: str | None = None, direction: str | None = None,
            leg: int = 1, sequence: int = 0, interim: bool = False,
            attempt: bool = False, linked_id: str | None = None,
            caller: str | None = None, callee: str | None = None,
            number: str | None = None, trunk: str | None = None,
            carrier: str | None = None, department: str | None = None,
            extension: str | None = None, accountcode: str | None = None,
            campaign: str | None = None) -> int:
        """The record's ticket. ``interim``: the call is under way and stands
        so; its last record says the whole."""
        return raw.recorder_add(
            self.handle, _now(), DIRECTIONS[direction] if direction else 0,
            STATUSES[status] if status else 0, leg, sequence,
            (_INTERIM if interim else 0) | (_ATTEMPT if attempt else 0),
            microseconds(start), _us(answer), _us(end),
            duration // dt.timedelta(microseconds=1), call_id, linked_id,
            caller, callee, number, trunk, carrier, department, extension,
            accountcode, campaign)

    def step(self) -> dt.timedelta | None:
        """Does what is due; how long until the next call of it."""
        now = _now()
        due = raw.recorder_step(self.handle, now)
        if due == TIME_MAX:
            return None
        return dt.timedelta(microseconds=max(0, due - now))

    def flush(self) -> None:
        """All into the store now, or the error that the store gives."""
        raw.tw_recorder_flush(self.handle, _now())

    @property
    def stats(self) -> RecorderStats:
        s = raw.tw_recorder_stats_get(self.handle)
        return RecorderStats(
            raw.tw_recorder_state_name(s.state), s.added, s.durable, s.stored,
            s.duplicates, s.conflicts, s.rejected, s.interim, s.closed,
            s.waiting, s.spooled, s.spool_bytes, s.damaged, bool(s.reserved))


class Spooled(NamedTuple):
    """What a journal holds: a record that waits, or a piece that is none
    (``damaged``; ``aside`` once it was put into STORE.NAME.spool.bad)."""

    state: str
    offset: int
    bytes: int
    aside: dt.datetime | None
    call_id: str | None
    start: dt.datetime | None
    duration: dt.timedelta
    interim: bool


def spool_names(store: str | os.PathLike[str]) -> list[str]:
    """Recorders that have a journal beside a store."""
    path = os.path.realpath(os.fspath(store))
    return sorted(file[len(path) + 1:-len(".spool")]
                  for file in glob.glob(glob.escape(path) + ".*.spool"))


def spooled(store: str | os.PathLike[str], name: str) -> Iterator[Spooled]:
    """Only looks: the journal may be in use."""
    spool = raw.tw_spool_open(os.fspath(store), name)
    while (found := raw.spool_next(spool)) is not None:
        state, offset, size, aside, call_id, start, us, interim = found
        yield Spooled(_STATES.get(state, "?"), offset, size,
                      instant(aside) if aside else None, call_id,
                      instant(start) if start else None,
                      dt.timedelta(microseconds=us), bool(interim))
