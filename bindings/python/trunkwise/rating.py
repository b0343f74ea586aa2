"""Price sheets, decks, and what one call costs."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Iterator, NamedTuple

from . import raw
from .columns import (ChargeColumns, Microseconds, Names, Texts,
                      call_columns, rate_columns)
from .results import Reject, rejects_of_sheet
from .values import DIRECTIONS, Money, decimal, instant, microseconds, money


class Rate(NamedTuple):
    """One row of a sheet; price per minute."""

    prefix: str
    destination: str
    price: Decimal
    connect_fee: Decimal
    first_inc_s: int
    next_inc_s: int
    effective_from: dt.datetime | None
    effective_to: dt.datetime | None
    line: int
    blocked: bool


class Charge(NamedTuple):
    """What a call costs, and by which row of which sheet."""

    cost: Money
    net: Money
    vat: Money
    seconds: int
    charged_s: int
    prefix: str
    destination: str
    line: int


def _rate(r: raw.tw_rate) -> Rate:
    return Rate(r.prefix, r.destination, decimal(r.price_nanos),
                decimal(r.connect_fee_nanos), r.first_inc_s, r.next_inc_s,
                instant(r.from_us), instant(r.to_us), r.line, r.status == 2)


class Sheet:
    """A carrier's native CSV, read whole; bad rows are in ``rejects``."""

    def __init__(self, data: bytes, *, currency: str | None = None,
                 zone: str | None = None):
        self.handle = raw.sheet_read(data, currency, zone)

    @property
    def rows_read(self) -> int:
        return raw.tw_sheet_rows_read(self.handle)

    @property
    def rows_good(self) -> int:
        return raw.tw_sheet_rows_good(self.handle)

    @property
    def currency(self) -> str:
        return raw.tw_sheet_currency(self.handle)

    @property
    def rejects(self) -> list[Reject]:
        return rejects_of_sheet(self.handle)

    def __iter__(self) -> Iterator[Rate]:
        for index in range(raw.tw_sheet_rates(self.handle)):
            yield _rate(raw.tw_sheet_rate(self.handle, index))


class Deck:
    """Rules and rates compiled: immutable, shared between threads."""

    def __init__(self, handle: raw.tw_deck):
        self.handle = handle

    @classmethod
    def of(cls, sheet: Sheet, **rules: str) -> "Deck":
        """A deck of a sheet under ``[[tariff]]`` rules given by key."""
        for key, value in rules.items():
            if "\n" in str(value):
                raise ValueError(f"{key}: holds a line break")
        rules.setdefault("currency", sheet.currency)
        lines = "\n".join(f"{k}={v}" for k, v in rules.items())
        return cls(raw.sheet_deck(sheet.handle, lines))

    def __len__(self) -> int:
        return raw.deck_count(self.handle)

    def rate(self, number: str, *, answer: dt.datetime,
             seconds: int | Decimal, direction: str = "outbound",
             caller: str | None = None) -> Charge:
        """Raises NoPrice or Refused; never gives a silent 0."""
        c = raw.rating_rate(self.handle, DIRECTIONS[direction], number,
                            caller, microseconds(answer),
                            int(Decimal(seconds) * 1_000_000))
        return Charge(money(c.cost), money(c.net), money(c.vat), c.seconds,
                      c.charged_s, c.prefix, c.destination, c.line)

    def explain(self, number: str, *, answer: dt.datetime,
                seconds: int | Decimal, direction: str = "outbound",
                caller: str | None = None, lang: str = "en") -> str:
        """The same arithmetic in words, also when there is no price."""
        return raw.rating_explain(self.handle, DIRECTIONS[direction], number,
                                  caller, microseconds(answer),
                                  int(Decimal(seconds) * 1_000_000), lang)

    def rate_columns(self, numbers: Texts, answers: Microseconds,
                     durations_us: Microseconds, *,
                     callers: Texts | None = None,
                     directions: Names | None = None,
                     relations: Names | None = None,
                     direction: str = "outbound",
                     threads: int = 1) -> ChargeColumns:
        """Many calls at once, each on its own: no bundle, tier or exchange.

        Columns are not copied: leave them alone until this returns. A row
        that is no call, or has no price, has a status that says so, and the
        others are rated all the same.
        """
        calls = call_columns(direction, numbers, answers, durations_us,
                             callers=callers, directions=directions,
                             relations=relations)
        return rate_columns(self.handle, calls, threads)
