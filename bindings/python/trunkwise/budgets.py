"""Budgets: may this call be made, over whom, and how long."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from . import raw
from .routes import CALLERS
from .values import (DIRECTIONS, Money, decimal, instant, microseconds,
                     now_us, span)

if TYPE_CHECKING:
    from .store import Store

_PERIODS = {1: "month", 2: "week", 3: "day", 4: "hour"}
_STATES = {1: "ok", 2: "soft", 3: "hard"}
_VERDICTS = {0: "ok", -5: "range", -8: "conflict", -9: "refused",
             -10: "no_price", -13: "busy"}
_FLAGS = ((1, "soft"), (2, "hard"), (4, "step"), (8, "last"))
_UNLIMITED = 2 ** 63 - 1
_RECORDS_IN, _WATCH = 1, 2
_HOLD = 1


class BudgetState(NamedTuple):
    """A budget in one of its periods. ``left``, ``soft``, ``hard`` and
    ``max_price`` are None where there is no such limit."""

    name: str
    department: str
    trunk: str
    period: str
    start: dt.datetime
    end: dt.datetime
    spent: Decimal
    reserved: Decimal
    leased: Decimal
    left: Decimal | None
    soft: Decimal | None
    hard: Decimal | None
    max_price: Decimal | None
    projected: Decimal
    state: str
    currency: str
    verdict: str
    reason: str


class Candidate(NamedTuple):
    """A trunk that may carry the call, or why it may not."""

    verdict: str
    emergency: bool
    carrier: str
    trunk: str
    prefix: str
    destination: str
    expected: Money | None
    price: Money | None
    reason: str
    caller: str = ""                 # the number that is shown
    caller_of: str | None = None     # as of ``RouteCandidate``


class Authorization(NamedTuple):
    """The answer to one question. ``most_s`` is None where nothing limits
    (emergency calls); ``flags`` are of "soft", "hard" and "step"; ``hold`` is
    0 when nothing is held."""

    verdict: str
    reason: str
    emergency: bool
    most_s: int | None
    paid_s: int
    price: Money | None
    expected: Money | None
    hold: int
    flags: frozenset[str]
    candidates: list[Candidate]
    budgets: list[BudgetState]

    def __bool__(self) -> bool:
        """May the call be made?"""
        return self.verdict == "ok"


class Held(NamedTuple):
    """What a hold has come to: seconds paid for, money, and "last" among
    the flags when there is no more."""

    paid_s: int
    held: Decimal
    flags: frozenset[str]


def _limit(nanos: int) -> Decimal | None:
    return None if nanos < 0 else decimal(nanos)


def _money(nanos: int, currency: str) -> Money | None:
    return Money(decimal(nanos), currency) if currency else None


def _flags(value: int) -> frozenset[str]:
    return frozenset(name for bit, name in _FLAGS if value & bit)


def _state(row: tuple) -> BudgetState:
    (name, department, trunk, period, start, end, spent, reserved, leased,
     left, soft, hard, max_price, projected, state, currency, verdict,
     reason) = row
    return BudgetState(
        name, department, trunk, _PERIODS.get(period, "?"), instant(start),
        instant(end), decimal(spent), decimal(reserved), decimal(leased),
        _limit(left), _limit(soft), _limit(hard), _limit(max_price),
        decimal(projected), _STATES.get(state, "?"), currency,
        _VERDICTS.get(verdict, "?"), reason)


def _candidate(row: tuple) -> Candidate:
    (verdict, emergency, carrier, trunk, prefix, destination, expected,
     currency, price, price_currency, reason, caller, caller_of) = row
    return Candidate(
        _VERDICTS.get(verdict, "?"), bool(emergency), carrier, trunk, prefix,
        destination, _money(expected, currency),
        _money(price, price_currency), reason, caller,
        CALLERS.get(caller_of))


def _held(row: tuple[int, int, int]) -> Held:
    return Held(row[0], decimal(row[1]), _flags(row[2]))


class Budgets:
    """The budgets of a store, for one process that hands out their money.

    ``owner`` names this process: the next one of the name takes its place.
    ``records_in`` says that the records of its former life are stored.
    ``watch`` asks questions and holds nothing. Seconds of calls are those of
    a monotonic clock.

    >>> with Store("office.db") as store, Budgets(store) as budgets:
    ...     answer = budgets.authorize("79161234567", department="Kazan",
    ...                                hold=True)        # doctest: +SKIP
    """

    def __init__(self, store: "Store", *, owner: str = "host",
                 records_in: bool = False, watch: bool = False,
                 lease_s: int = 120, orphan_s: int = 60, records_s: int = 60,
                 at: dt.datetime | None = None):
        now = microseconds(at) if at else now_us()
        self._store = store
        self._handle = raw.budgets_open(
            store.handle, now, owner,
            (_RECORDS_IN if records_in else 0) | (_WATCH if watch else 0),
            lease_s, orphan_s, records_s)
        self.reroute(at=at)

    def reroute(self, *, at: dt.datetime | None = None) -> None:
        """Trunks and prices as they are in force: after an apply or a new
        tariff, and each day."""
        directory = raw.tw_directory_open(
            self._store.handle, microseconds(at) if at else now_us())
        self._router = raw.tw_directory_router(directory, self._store.handle)

    def step(self, *, at: dt.datetime | None = None) -> None:
        """About once a second: renews leases, reads what was stored."""
        raw.tw_budget_step(self._handle, microseconds(at) if at else now_us())

    def state(self, *, at: dt.datetime | None = None) -> list[BudgetState]:
        return [_state(row) for row in raw.budgets_states(
            self._handle, microseconds(at) if at else now_us())]

    def authorize(self, number: str, *, department: str | None = None,
                  trunk: str | None = None, caller: str | None = None,
                  site: str | None = None, direction: str = "outbound",
                  at: dt.datetime | None = None, expected_s: int = 0,
                  most_s: int = 0, hold: bool = False,
                  preferred: str | None = None) -> Authorization:
        """May the call be made? ``number`` and ``caller`` are digits;
        ``preferred`` is a number of ours to show where it is approved, such
        as the one that was called. With ``hold`` its first increment is
        reserved; what is not leased yet is stepped for, once."""
        now = microseconds(at) if at else now_us()

        def ask() -> tuple:
            return raw.budgets_authorize(
                self._handle, self._router, number, caller, site, department,
                trunk, DIRECTIONS[direction], now,
                span(expected_s, "expected_s"), most_s,
                _HOLD if hold else 0, preferred)

        row = ask()
        if _VERDICTS.get(row[0]) == "busy" and "step" in _flags(row[2]):
            raw.tw_budget_step(self._handle, now)
            row = ask()
        (status, reason, flags, held, emergency, most, paid, price, currency,
         expected, expected_currency, candidates, budgets) = row
        return Authorization(
            _VERDICTS.get(status, "?"), reason, bool(emergency),
            None if most == _UNLIMITED else most, paid,
            _money(price, currency), _money(expected, expected_currency),
            held, _flags(flags), [_candidate(c) for c in candidates],
            [_state(b) for b in budgets])

    def extend(self, hold: int, *, elapsed_s: int | float | Decimal,
               at: dt.datetime | None = None) -> Held:
        """Pays for the next increment; before ``paid_s`` is used. What is
        not leased yet is stepped for, once."""
        elapsed = span(elapsed_s, "elapsed_s")
        held = _held(raw.hold_extend(self._handle, hold, elapsed))
        if "step" not in held.flags:
            return held
        self.step(at=at)
        more = _held(raw.hold_extend(self._handle, hold, elapsed))
        told = held.flags - {"step", "last"}
        return more._replace(flags=more.flags | told)

    def move(self, hold: int, *, trunk: str) -> None:
        """Another carrier is tried. Raises Refused, Busy, NoPrice."""
        raw.hold_move(self._handle, hold, self._router, trunk)

    def settle(self, hold: int, *, seconds: int | float | Decimal) -> Held:
        """The call has ended after so much answered time."""
        return _held(raw.hold_settle(self._handle, hold,
                                     span(seconds, "seconds")))

    def release(self, hold: int) -> None:
        """There was no call; or, settled, its record is stored."""
        raw.hold_release(self._handle, hold)

    def close(self, *, at: dt.datetime | None = None) -> None:
        """Gives leases back; what waits for records stays reserved."""
        if self._handle is not None:
            raw.tw_budgets_close(self._handle,
                                 microseconds(at) if at else now_us())
        self._handle = None

    def __enter__(self) -> "Budgets":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
