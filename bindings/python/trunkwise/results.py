"""What imports, listings and checks give back."""

from __future__ import annotations

import datetime as dt
from typing import Any, Iterator, NamedTuple

from . import raw
from .values import Money, instant, money


class Counts(NamedTuple):
    """Every row read is in exactly one of the others."""

    rows_read: int
    rows_stored: int
    rows_rejected: int
    duplicates: int
    conflicts: int
    rows_held: int


class Reject(NamedTuple):
    """A row that was not taken: physical line, column, reason and mend."""

    line: int
    column: str
    reason: str


class Listing(NamedTuple):
    """One line of a listing."""

    kind: str
    key: str
    calls: int
    seconds: int
    money: Money
    at: dt.datetime | None
    detail: str
    who: str = ""


class TariffVersion(NamedTuple):
    """One sheet, or one word for it that records state what calls cost, as
    it was put in force; ``valid_from`` None: all the past."""

    version: int
    state: str
    tariff: str
    carrier: str
    file_name: str
    valid_from: dt.datetime | None
    rates: int
    partial: bool
    made: dt.datetime
    withdrawn: dt.datetime | None
    #: The source whose records state the prices, "" when a sheet has them.
    stated_by: str = ""


class Verdict(NamedTuple):
    """One invariant of the store."""

    invariant: str
    detail: str
    holds: bool


class ImportResult(NamedTuple):
    """What an import did; ``extra`` holds what only some imports have."""

    counts: Counts
    rejects: list[Reject]
    extra: dict[str, Any]


def drain(call, *arguments) -> Iterator[Any]:
    """A library iterator as a Python one."""
    while True:
        try:
            yield call(*arguments)
        except StopIteration:
            return


def counts_of(c: raw.tw_counts) -> Counts:
    return Counts(c.rows_read, c.rows_stored, c.rows_rejected, c.duplicates,
                  c.conflicts, c.rows_held)


def rejects_of(handle: raw.tw_rejects) -> list[Reject]:
    return [Reject(r.line, r.column, r.reason)
            for r in drain(raw.tw_rejects_next, handle)]


def rejects_of_sheet(handle: raw.tw_sheet) -> list[Reject]:
    """Rejected rows of a price sheet."""
    found: list[Reject] = []
    while True:
        try:
            r = raw.tw_sheet_reject(handle, len(found))
        except StopIteration:
            return found
        found.append(Reject(r.line, r.column, r.reason))


def listing_of(handle: raw.tw_listing) -> list[Listing]:
    return [Listing(r.kind, r.key, r.calls, r.seconds, money(r.money),
                    instant(r.at) if r.at else None, r.detail, r.who)
            for r in drain(raw.tw_listing_next, handle)]


def versions_of(handle: raw.tw_tariff_versions) -> list[TariffVersion]:
    return [TariffVersion(v.version, raw.tw_version_state_name(v.state),
                          v.tariff, v.carrier, v.file_name,
                          instant(v.from_us), v.rates, bool(v.partial),
                          instant(v.made),
                          instant(v.withdrawn) if v.withdrawn else None,
                          v.stated_by)
            for v in drain(raw.tw_tariff_versions_next, handle)]
