"""The store: one SQLite file with directory, tariffs, calls and ledger."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import os
import traceback
import warnings
from decimal import Decimal
from typing import BinaryIO, Callable, Iterable, Mapping

from . import files, privacy, raw, sealed, traffic
from .breakdown import Breakdown, breakdown
from .budgets import BudgetState, Budgets
from .differences import Differences, differences
from .deployment import Change, Deployment, changes
from .directory import Directory
from .numbering import Lookup, Numbering
from .invoices import Invoice, InvoicedRow, invoiced, invoices
from .journal import JournalRow, journal
from .join import Join, join
from .preview import Preview, preview
from .prices import PriceChanges, price_changes
from .privacy import Erasure
from .rating import Deck
from .records import CdrMap
from .report import Accrual, ExpenseReport, accrual, expenses
from .rerate import Rerate, rerate
from .results import (ImportResult, Listing, TariffVersion, Verdict,
                      counts_of, listing_of, rejects_of, versions_of)
from .routes import Route, route
from .tariffs import rules_of
from .sheets import SheetMap
from .store_file import StoreInfo, store_info
from .traffic import CallsRow, MissedCaller
from .usage import TariffMonth, tariff_month
from .values import Money, decimal, microseconds, money, now_us, whole

_CREATE, _READONLY = 1, 2
_FULL, _PARTIAL, _DRY_RUN = 1, 2, 4
_FORCE = 1
_APPLY_DRY_RUN = 1

Progress = Callable[[int, int], object]


class Store:
    """Open one with ``with``; readers never wait for a writer. ``actor`` is
    written beside what this one posts and closes.

    >>> with Store("office.db", create=True) as store:      # doctest: +SKIP
    ...     store.apply(Deployment.load("deployment.toml"))
    """

    def __init__(self, path: str | os.PathLike, *, create: bool = False,
                 readonly: bool = False, lock_wait_ms: int = 5000,
                 actor: str | None = None):
        flags = (_CREATE if create else 0) | (_READONLY if readonly else 0)
        self._handle: raw.tw_store | None = raw.tw_store_open_at(
            os.fspath(path), flags, whole(lock_wait_ms, "lock_wait_ms"),
            actor)
        self._path = os.path.abspath(path)

    @property
    def handle(self) -> raw.tw_store:
        if self._handle is None:
            raise ValueError("the store is closed")
        return self._handle

    def close(self) -> None:
        self._handle = None

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None) is not None:
            warnings.warn("store was not closed", ResourceWarning,
                          source=self)

    def transaction(self) -> "Transaction":
        """Groups writes: all of them, or on an exception none."""
        return Transaction(self)

    def apply(self, deployment: Deployment, *,
              at: dt.datetime | None = None,
              dry_run: bool = False) -> list[Change]:
        """Puts a deployment in force; the difference that it made."""
        when = microseconds(at) if at else now_us()
        return changes(raw.tw_deployment_apply(
            deployment.handle, self.handle, when,
            _APPLY_DRY_RUN if dry_run else 0))

    def budgets(self, *, at: dt.datetime | None = None) -> list[BudgetState]:
        """How the budgets stand in the periods that hold ``at``."""
        with Budgets(self, watch=True, at=at) as budgets:
            return budgets.state(at=at)

    def route(self, number: str, *, caller: str | None = None,
              preferred: str | None = None, sender: str | None = None,
              direction: str = "outbound", at: dt.datetime | None = None,
              expected_s: int = 0) -> Route:
        """How a call would go out; budgets are not asked. ``sender`` names
        the phone, department or site that calls. ``caller`` is shown as it
        is, ``preferred`` where a carrier approved it, else what is chosen of
        our numbers. Numbers are digits."""
        return route(self, number, caller=caller, preferred=preferred,
                     sender=sender, direction=direction, at=at,
                     expected_s=expected_s)

    def preview(self, number: str, *, at: dt.datetime | None = None,
                busy: Iterable[str] = (), host: Iterable[str] = ()
                ) -> Preview:
        """Who would ring for a call to one of our numbers, nobody answering.
        ``busy`` names phones, landlines, people or whole pools."""
        when = at or dt.datetime.now(dt.timezone.utc)
        return preview(self.directory(when), number, at=when, busy=busy,
                       host=host)

    def directory(self, at: dt.datetime | None = None) -> Directory:
        when = microseconds(at) if at else now_us()
        return Directory(raw.tw_directory_open(self.handle, when))

    def edition(self, at: dt.datetime | None = None) -> int:
        """Another number once anything of a directory, engine or router of
        this store is: make yours anew then."""
        return raw.directory_edition(
            self.handle, microseconds(at) if at else now_us())

    def import_departments(self, data: bytes, *,
                           zone: str | None = None) -> ImportResult:
        counts, rejects = raw.tw_directory_import(self.handle, data, zone)
        return ImportResult(counts_of(counts), rejects_of(rejects), {})

    def import_tariff(self, data: bytes, *, tariff: str, carrier: str,
                      file_name: str = "", zone: str | None = None,
                      currency: str | None = None, partial: bool = False,
                      dry_run: bool = False,
                      mapping: SheetMap | None = None,
                      starts: dt.date | str | None = None,
                      progress: Progress | None = None) -> ImportResult:
        """A new version of a tariff, all or nothing, in force from
        ``starts`` (else by the sheet's dates, else now). ``progress(done,
        total)`` is asked again and again; what is true stops the import, and
        nothing was changed then (Cancelled)."""
        flags = (_PARTIAL if partial else _FULL) | (
            _DRY_RUN if dry_run else 0)
        counts, diff, rejects = raw.tariff_import(
            self.handle, tariff, carrier, file_name, zone, currency,
            starts.isoformat() if isinstance(starts, dt.date) else starts,
            flags,
            mapping and mapping.handle, progress, data)
        return ImportResult(counts_of(counts), rejects_of(rejects), {
            "new": diff.fresh, "increase": diff.increase,
            "decrease": diff.decrease, "ended": diff.ended,
            "unchanged": diff.unchanged, "rules": rules_of(diff.rules)})

    def stated_tariff(self, tariff: str, *, carrier: str | None = None,
                      source: str | None = None, currency: str | None = None,
                      zone: str | None = None,
                      starts: dt.date | str | None = None) -> int | None:
        """From ``starts`` (else now, the first version of a carrier always)
        its calls cost what the records of ``source`` state. What the
        deployment declares may be left out. The version; None when it is in
        force already."""
        return raw.tariff_stated(
            self.handle, tariff, carrier, source, currency, zone,
            starts.isoformat() if isinstance(starts, dt.date) else starts
        ) or None

    def tariff_versions(self,
                        tariff: str | None = None) -> list[TariffVersion]:
        """Every sheet that was put in force, the oldest first."""
        return versions_of(raw.tw_tariff_list(self.handle, tariff))

    def undo_tariff(self, tariff: str, *,
                    version: int = 0) -> tuple[int, int | None]:
        """Withdraws the newest version; its number, and that of the one
        that prices the carrier's calls now."""
        undone, in_force = raw.tariff_undo(self.handle, tariff, version)
        return undone, in_force or None

    def explain_call(self, call_id: str, *, lang: str = "en") -> str:
        """What a stored call was charged by, leg by leg, in words; raises
        NotFound."""
        return raw.tw_call_explain(self.handle, call_id, lang)

    def price_changes(self, tariff: str, *, version: int = 0,
                      received: dt.datetime | None = None,
                      notice_days: int | None = None) -> PriceChanges:
        """What a version (the newest) changed against the one before it:
        code by code, with notice and money at stake."""
        return price_changes(self.handle, tariff, version, received,
                             notice_days)

    def import_calls(self, data: bytes | BinaryIO | Iterable[bytes], *,
                     preset: str | None = None,
                     mapping: CdrMap | None = None,
                     source: str | None = None, zone: str | None = None,
                     file_name: str = "", trunk_pattern: str | None = None,
                     carrier: str | None = None,
                     lookup: Lookup | None = None,
                     one_thread: bool = False) -> ImportResult:
        """A file of call records, laid out as a ``preset`` or a
        ``mapping`` says; importing it again adds nothing.

        ``data`` is all of its bytes, or a binary file, from where it stands,
        or an iterator of pieces; of the last two some MiB are in memory at a
        time. What is no file on a disk is copied to one first, beside the
        store: the store is locked when all of it has come, and when it
        breaks off with an exception nothing is stored.

        Of a file of 1 MiB or more the calls are written by a thread of the
        import's own while the next ones are read; not with ``one_thread``.

        ``lookup`` is asked about numbers of calls whose price depends on
        their regions; what it says of ported ones is stored with the charge,
        and what it raises undoes the import.
        """
        with self._readable(data) as file:
            on_disk = not isinstance(file, memoryview)
            handle = raw.import_new(self.handle, source or preset, preset,
                                    zone, file_name, trunk_pattern, carrier,
                                    lookup, mapping and mapping.handle,
                                    1 if one_thread else 0,
                                    file.fileno() if on_disk else -1)
            try:
                raw.tw_import_file(handle, b"" if on_disk else file)
                counts, rejects = raw.tw_import_commit(handle)
            except BaseException as error:
                # A traceback keeps its frames' arguments, and this one an
                # open transaction with the writer's lock: let go of it now.
                traceback.clear_frames(error.__traceback__)
                del handle
                raise
        return ImportResult(counts_of(counts), rejects_of(rejects),
                            {"batch": raw.tw_import_batch(handle) or None})

    def _readable(self, data: bytes | BinaryIO | Iterable[bytes]
                  ) -> contextlib.AbstractContextManager:
        """Bytes as they are, or a file on a disk."""
        if isinstance(data, io.TextIOBase):
            raise TypeError("a file of bytes is needed; open it with 'rb'")
        if files.is_on_disk(data) and data.tell() == 0:
            return contextlib.nullcontext(data)
        try:
            return contextlib.nullcontext(memoryview(data))
        except TypeError:
            pass
        read = getattr(data, "read", None)
        return files.copy(iter(lambda: read(1 << 20), b"") if read else data,
                          self._path)

    def deck(self, carrier: str, *,
             at: dt.datetime | None = None) -> Deck:
        """Prices of a carrier in force; raises NotFound without a tariff."""
        when = microseconds(at) if at else now_us()
        return Deck(raw.tw_tariff_deck(self.handle, carrier, when))

    def import_numbering(self, files: Iterable[tuple[str, bytes]]
                         ) -> ImportResult:
        """Ranges of (name, bytes) files replace those of their codes."""
        counts, diff, rejects = raw.numbering_import(
            self.handle, [(name, bytes(memoryview(data)))
                          for name, data in files])
        return ImportResult(counts_of(counts), rejects_of(rejects), {
            "version": diff.version or None, "codes": diff.codes,
            "replaced": diff.replaced, "in_force": diff.in_force,
            "without_region": diff.without_region})

    def numbering(self, *, at: dt.datetime | None = None) -> Numbering:
        """The ranges in force; empty in a store that has none."""
        when = microseconds(at) if at else now_us()
        return Numbering(raw.tw_numbering_open(self.handle, when))

    def expenses(self, month: str, *, last_month: str | None = None,
                 by: tuple[str, ...] = ("department",), per: str = "",
                 compare: tuple[str, ...] = ()) -> ExpenseReport:
        """What months from ``month`` to ``last_month`` cost; ``per`` is
        "", day, week or month, ``compare`` holds previous or nothing."""
        return expenses(self.handle, month, by=by, last_month=last_month,
                        per=per, compare=compare)

    def calls(self, month: str, *, last_month: str | None = None,
              by: str = "number",
              callback_hours: int = 24) -> list[CallsRow]:
        """Inbound calls of months from ``month`` to ``last_month`` by
        number, campaign, department or hour; the last row is the total."""
        return traffic.calls(self.handle, month, last_month, by,
                             callback_hours)

    def breakdown(self, month: str, *, last_month: str | None = None,
                  by: tuple[str, ...] = ("department", "hour"),
                  digits: int = 4,
                  only: Mapping[str, str] | None = None) -> Breakdown:
        """Calls of months from ``month`` to ``last_month`` by up to six of
        ``trunkwise.breakdown.BY``; ``digits`` are those of a prefix. Of what
        ``only`` names the one key alone, as a row has it: ``{"direction":
        "outbound"}``."""
        return breakdown(self.handle, month, by=by, last_month=last_month,
                         digits=digits, only=only or {})

    def differences(self, month: str, *, last_month: str | None = None,
                    by: tuple[str, ...] = ("carrier",),
                    against: str = "cost") -> Differences:
        """What sources say that their calls cost, beside our rating: by any
        of ``trunkwise.differences.BY``, held ``against`` our cost (as the
        tariff writes it), ``net`` or ``gross``."""
        return differences(self.handle, month, last_month=last_month, by=by,
                           against=against)

    def missed(self, month: str) -> list[MissedCaller]:
        """Callers whose last missed call of a month nobody has returned to
        this day, the latest first."""
        return traffic.missed(self.handle, month)

    def accrue(self, month: str, *, through: str | None = None) -> int:
        """Posts rents and recurring items of a month, ``through`` a day of it
        or the last that is over; how many postings."""
        return raw.tw_ledger_accrue_through(self.handle, month,
                                            through).postings

    def accrued(self, month: str) -> Accrual:
        """How far a month is accrued by now."""
        return accrual(self.handle, month)

    def close_period(self, month: str) -> int:
        """Closes a month that is over, the first one with those before it
        that owe something; how many postings were made. What concerns it
        later is posted in the first open one."""
        return raw.tw_period_close(self.handle, month)

    def rerate(self, month: str, *, carrier: str | None = None,
               reason: str | None = None, dry_run: bool = False) -> Rerate:
        """Rates a month's stored calls by the tariffs in force by now and
        looks for owners of those without; differences are posted."""
        return rerate(self.handle, month, carrier, reason, dry_run)

    def join(self, month: str, *, first: str, second: str,
             answer: str | None = None, department: str | None = None,
             cost: str | None = None, window_s: int = 60,
             offset_max_s: int = 900, dry_run: bool = False,
             accept: tuple[str, str] | None = None,
             alone: tuple[str, str] | None = None) -> Join:
        """Finds which records of two sources are one call; ``answer``,
        ``department`` (the first, if not said) and ``cost`` (the second)
        name the source that is truth for it. ``accept`` is a pair of call
        ids, of the first source and the second, that somebody knows to be
        one call; ``alone`` is a source and the id of its record that has no
        twin in the other one."""
        truths = {"answer": answer or first,
                  "department": department or first, "cost": cost or second}
        return join(self.handle, month, first, second, truths, window_s,
                    offset_max_s, dry_run, accept, alone)

    def seal_periods(self) -> int:
        """Seals the days of closed months that are not sealed yet; how many.
        ``verify`` then names a row that was changed past the library."""
        return raw.tw_period_seal(self.handle)

    def seals(self) -> list[Listing]:
        """Sealed months: key, ``calls`` (rows), hash of the last day
        (``detail``)."""
        return listing_of(raw.tw_period_seals(self.handle))

    def enter_invoice(self, number: str, *, date: str, month: str,
                      net: str | Decimal, vat: str | Decimal,
                      gross: str | Decimal, carrier: str | None = None,
                      vendor: str | None = None,
                      currency: str | None = None) -> int:
        """A document as it was received; its number in the store."""
        return raw.invoice_enter(self.handle, number, carrier, vendor, date,
                                 month, str(net), str(vat), str(gross),
                                 currency)

    def invoices(self, month: str | None = None) -> list[Invoice]:
        return invoices(self.handle, month)

    def withdraw_invoice(self, invoice: int) -> None:
        raw.tw_invoice_withdraw(self.handle, invoice)

    def invoiced(self, month: str, *,
                 by: tuple[str, ...] = ("department",)) -> list[InvoicedRow]:
        """The documents of a month, spread over departments (or by any of
        ``trunkwise.report.BY``; each row is of one payee anyway) by what our
        rating charged them; they add up to the documents."""
        return invoiced(self.handle, month, by)

    def journal(self, month: str, *, open: bool = False) -> list[JournalRow]:
        """The postings of a closed month (with ``open`` of any) as entries:
        they add up to the ledger exactly."""
        return journal(self.handle, month, open)

    def periods(self) -> list[Listing]:
        """Closed months: key, when (``at``), by whom (``detail``)."""
        return listing_of(raw.tw_period_list(self.handle))

    def set_secret(self, trunk: str, secret: bytes, *, key: bytes) -> None:
        """Seals the password of a trunk in the store."""
        sealed.put(self.handle, trunk, secret, key)

    def secret(self, trunk: str, *, key: bytes) -> bytes:
        """Opens it. Raises NotFound, Refused (another key sealed it), or
        Conflict (it was changed)."""
        return sealed.get(self.handle, trunk, key)

    def remove_secret(self, trunk: str) -> None:
        raw.tw_secret_remove(self.handle, trunk)

    def rotate_secrets(self, *, old_key: bytes, new_key: bytes) -> int:
        """Seals all of them by another key, or none; how many."""
        return sealed.rotate(self.handle, old_key, new_key)

    def secrets(self) -> list[Listing]:
        """Which trunks have one: key, name of the key that sealed it
        (``kind``), when (``at``), by whom (``detail``)."""
        return sealed.secrets(self.handle)

    def import_exchange(self, data: bytes) -> ImportResult:
        """Dated exchange rates, all or nothing."""
        counts, rejects = raw.tw_exchange_import(self.handle, data)
        return ImportResult(counts_of(counts), rejects_of(rejects), {})

    def exchange_rate(self, deck: Deck, *,
                      at: dt.datetime | None = None) -> Decimal | None:
        """Units of the deck's ``convert_to`` for one of its currency on that
        day; None when it converts nothing. Raises NoPrice without a rate."""
        when = microseconds(at) if at else now_us()
        nanos = raw.tw_exchange_rate(self.handle, deck.handle, when)
        return decimal(nanos) if nanos else None

    def tariff_total(self, tariff: str, *, month: str) -> TariffMonth:
        """What a month's calls come to under a tariff."""
        return tariff_month(self.handle, tariff, month)

    def month_total(self, month: str, currency: str) -> Money:
        return money(raw.tw_ledger_month_total(self.handle, month, currency))

    def unrated(self) -> list[Listing]:
        return listing_of(raw.tw_unrated_list(self.handle))

    def suggest(self) -> list[Listing]:
        return listing_of(raw.tw_directory_suggest(self.handle))

    def imports(self) -> list[Listing]:
        return listing_of(raw.tw_import_list(self.handle))

    def rejects(self, batch: int | None = None) -> list[Listing]:
        """Rows that were put aside and still wait: kind, ``calls`` (batch),
        ``seconds`` (line), ``detail`` (column: reason), key (the row)."""
        return listing_of(raw.tw_import_rejects(self.handle, batch or 0))

    def undo_import(self, batch: int) -> None:
        raw.tw_import_undo(self.handle, batch)

    def retain(self, months: int, *, dry_run: bool = False) -> Erasure:
        """Erases people's numbers that no call of the last ``months`` whole
        months refers to; totals and charges stay."""
        return privacy.retain(self.handle, months, dry_run)

    def erase_number(self, number: str, *, dry_run: bool = False) -> Erasure:
        """Erases one person, by number, name or address, from all calls and
        rows put aside; raises NotFound."""
        return privacy.erase(self.handle, number, dry_run)

    def erasures(self) -> list[Listing]:
        return listing_of(raw.tw_privacy_list(self.handle))

    def open_calls(self) -> list[Listing]:
        """Calls under way (kind ``open``), and those that were stored at
        their last interim record because their host had died (``closed``)."""
        return listing_of(raw.tw_open_calls(self.handle))

    def info(self) -> StoreInfo:
        """Sizes of the file and of its log, now."""
        return store_info(self.handle)

    def backup(self, path: str | os.PathLike, *, force: bool = False) -> None:
        """A copy as of one moment while others write; ``path`` is a whole
        backup then, or was not touched."""
        raw.tw_store_backup(self.handle, os.fspath(path),
                            _FORCE if force else 0)

    def verify(self) -> list[Verdict]:
        return [Verdict(name, detail, bool(holds))
                for name, detail, holds in
                raw.tw_store_verify_all(self.handle)]


class Transaction:
    """``with store.transaction():`` all or nothing."""

    def __init__(self, store: Store):
        self._store = store

    def __enter__(self) -> "Transaction":
        raw.tw_store_begin(self._store.handle)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            raw.tw_store_commit(self._store.handle)
        else:
            raw.tw_store_rollback(self._store.handle)
