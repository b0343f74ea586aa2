"""Price sheets, decks, and what one call costs."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cached_property
from os import PathLike, fspath
from typing import (Any, Iterator, Mapping, NamedTuple, NotRequired, Required,
                    TypedDict, Unpack)

from . import raw, tariffs
from .columns import (ChargeColumns, Microseconds, Names, ReadableBuffer,
                      Texts, call_columns, rate_columns)
from .errors import InvalidArgument, OutOfRange, ParseError
from .results import Reject, rejects_of_sheet
from .sheets import SheetMap
from .tariffs import Band, Document, Tier
from .values import (DIRECTIONS, NANOS, RELATIONS, Money, decimal, instant,
                     microseconds, money)


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
    #: "" is any caller, any band; "any" any direction.
    caller_prefix: str = ""
    direction: str = "any"
    relation: str | None = None
    band: str = ""
    from_s: int = 0
    #: The code ends; it has no price.
    ended: bool = False


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
    #: Of charged_s: taken from bundles, and the rest.
    bundle_s: int = 0
    paid_s: int = 0
    #: Of the row, not of the call.
    relation: str | None = None
    #: In ``convert_to`` of the tariff; None when it has none.
    converted: Money | None = None
    converted_net: Money | None = None
    converted_vat: Money | None = None
    document: Document | None = None
    #: Of ``Deck.row()``; None for internal and unanswered calls.
    rate_index: int | None = None


class Span(NamedTuple):
    """A run of equal increments, or of seconds, of one price."""

    from_s: int
    seconds: int
    increments: int
    increment_s: int
    price: Decimal
    band: str
    band_percent: Decimal
    tier_percent: Decimal
    in_bundle: bool
    #: Of the whole run, cut after the ninth decimal.
    exact: Decimal
    line: int
    rate_index: int


class CallTerms(TypedDict, total=False):
    """What a deck may have to know of a call, beside its number."""

    #: Aware; picks the row in force. Of an unanswered call: its start.
    answer: Required[dt.datetime]
    #: Answered time; 0 when it is not given.
    seconds: NotRequired[int | Decimal]
    #: outbound (unless said), inbound, forward, internal.
    direction: NotRequired[str]
    #: None: hidden.
    caller: NotRequired[str | None]
    #: same_city, same_region, other; None: not known.
    relation: NotRequired[str | None]
    #: Of bundles that serve this call.
    bundle_left_s: NotRequired[int]
    #: Paid in this month before, for tiers.
    used_s: NotRequired[int]
    #: Units of ``convert_to`` for one of the currency; None: not known.
    exchange: NotRequired[Decimal | None]
    #: False: the carrier was asked, and nobody answered.
    answered: NotRequired[bool]
    #: What its record states that it cost, for a deck of ``stated_by``.
    stated: NotRequired[Decimal | None]


def _code(codes: Mapping[Any, int], name: str, value: object) -> int:
    if value not in codes:
        raise InvalidArgument(
            f"no such {name}; there are {', '.join(k for k in codes if k)}",
            code="TW_EINVAL", field=name)
    return codes[value]


def _whole(name: str, value: int | Decimal, unit: int) -> int:
    """So many units; what they cannot express is refused, not cut."""
    try:
        units = Decimal(value) * unit
    except (ArithmeticError, TypeError, ValueError):
        raise InvalidArgument(f"{value!r} is no number", code="TW_EINVAL",
                              field=name) from None
    if not units.is_finite():
        raise InvalidArgument(f"{value!r} is no number", code="TW_EINVAL",
                              field=name)
    if abs(units) >= 2 ** 63:
        raise OutOfRange(f"{value} is far too large; write a smaller number",
                         code="TW_ERANGE", field=name)
    if units != int(units):
        raise InvalidArgument(f"{value} is finer than can be rated",
                              code="TW_EINVAL", field=name)
    return int(units)


def _request(number: str, *, answer: dt.datetime, seconds: int | Decimal = 0,
             direction: str = "outbound", caller: str | None = None,
             relation: str | None = None, bundle_left_s: int = 0,
             used_s: int = 0, exchange: Decimal | None = None,
             answered: bool = True,
             stated: Decimal | None = None) -> tuple[Any, ...]:
    """The call as the library reads it (bindings/swig/rating.i)."""
    rate = 0 if exchange is None else _whole("exchange", exchange, NANOS)
    flags = (0 if answered else 1) | (0 if stated is None else 2)
    return (_code(DIRECTIONS, "direction", direction), number, caller,
            microseconds(answer), _whole("seconds", seconds, 1_000_000),
            flags, _code(RELATIONS, "relation", relation),
            _whole("bundle_left_s", bundle_left_s, 1),
            _whole("used_s", used_s, 1), rate,
            0 if stated is None else _whole("stated", stated, NANOS))


def _relation(code: int) -> str | None:
    return raw.tw_relation_name(code) if code else None


def _rate(r: raw.tw_rate) -> Rate:
    return Rate(r.prefix, r.destination, decimal(r.price_nanos),
                decimal(r.connect_fee_nanos), r.first_inc_s, r.next_inc_s,
                instant(r.from_us), instant(r.to_us), r.line, r.status == 2,
                r.caller_prefix, raw.tw_direction_name(r.direction),
                _relation(r.relation), r.band, r.from_s, r.status == 3)


def _refuse_rejects(sheet: Sheet) -> None:
    """Half a price list is none: the calls of the other half would have no
    price, or that of a shorter prefix."""
    count = raw.tw_sheet_rows_rejected(sheet.handle)
    if count:
        first = sheet.rejects[0]
        raise ParseError(f"{first.reason} (rejected rows: {count}; all are in "
                         "Sheet.rejects)", code="TW_EPARSE",
                         field=first.column, line=first.line)


def _money(value: raw.tw_money) -> Money | None:
    return money(value) if value.currency else None


class Sheet:
    """A carrier's CSV, read whole; bad rows are in ``rejects``.

    What is not in the native form is read by a ``mapping``;
    ``sheets.load()`` makes such bytes of a workbook.
    """

    def __init__(self, data: bytes, *, currency: str | None = None,
                 zone: str | None = None, mapping: SheetMap | None = None):
        self.handle = raw.sheet_read(data, currency, zone,
                                     mapping and mapping.handle)

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

    def check(self) -> None:
        """Raises Conflict when no tariff could take the rows: where a code
        is priced by night only, half of a call has no price."""
        raw.sheet_check(self.handle)

    def __len__(self) -> int:
        """Rates: a row that is a range of codes is many."""
        return raw.tw_sheet_rates(self.handle)

    def __iter__(self) -> Iterator[Rate]:
        for index in range(len(self)):
            yield _rate(raw.tw_sheet_rate(self.handle, index))


class Deck:
    """Rules and rates compiled: immutable, shared between threads."""

    def __init__(self, handle: raw.tw_deck):
        self.handle = handle

    @classmethod
    def of(cls, sheet: Sheet, tariff: Mapping[str, Any] | None = None, *,
           document: str | None = None, **rules: Any) -> "Deck":
        """A deck of a sheet under a ``[[tariff]]`` table.

        ``tariff`` is the table as ``tomllib`` reads it (with
        ``parse_float=Decimal``), bands, tiers and holidays included; rules
        given by keyword go before its own. ``document`` names the sheet in
        charges. Values may be texts, ints, bools and Decimals.
        """
        table = {"currency": sheet.currency, **(tariff or {}), **rules}
        if sheet.currency not in ("", table["currency"]):
            raise InvalidArgument(
                f"the sheet's prices are in {sheet.currency}; two currencies "
                "are never mixed", code="TW_EINVAL", field="currency")
        _refuse_rejects(sheet)
        parts = tariffs.parts_of(table, document)
        return cls(raw.tariff_parts_deck(parts, sheet.handle))

    @classmethod
    def open(cls, path: str | PathLike[str]) -> "Deck":
        """Maps a deck file; processes that map the same one share it."""
        return cls(raw.tw_deck_open(fspath(path)))

    def save(self, path: str | PathLike[str]) -> None:
        """Writes the deck file; who has the old one open keeps it."""
        raw.tw_deck_save(self.handle, fspath(path))

    def pack(self) -> bytes:
        """What ``save`` writes; the same deck gives the same bytes."""
        return raw.tw_deck_pack(self.handle)

    @classmethod
    def view(cls, buffer: ReadableBuffer) -> "Deck":
        """A deck out of what ``pack`` gave, or a deck file's bytes."""
        return cls(raw.deck_of_bytes(buffer))

    def __len__(self) -> int:
        return raw.tw_deck_count(self.handle)

    def row(self, index: int) -> Rate:
        """A row by the index that a charge names."""
        return _rate(raw.tw_deck_rate(self.handle, index))

    @property
    def rules(self) -> dict[str, str]:
        """Every rule by its key; ``Deck.of`` takes them again."""
        return tariffs.rules_of(raw.tw_deck_rules(self.handle))

    @property
    def bands(self) -> list[Band]:
        return tariffs.bands_of(self.handle)

    @property
    def holidays(self) -> list[str]:
        return tariffs.holidays_of(self.handle)

    @property
    def tiers(self) -> list[Tier]:
        return tariffs.tiers_of(self.handle)

    @cached_property
    def documents(self) -> list[Document]:
        return tariffs.documents_of(self.handle)

    def _document(self, index: int) -> Document | None:
        documents = self.documents
        return documents[index] if index < len(documents) else None

    def rate(self, number: str, **call: Unpack[CallTerms]) -> Charge:
        """Raises NoPrice or Refused; never gives a silent 0."""
        c = raw.tw_rating_rate(self.handle, _request(number, **call))
        known = c.rate_index != raw.RATE_NONE
        return Charge(money(c.cost), money(c.net), money(c.vat), c.seconds,
                      c.charged_s, c.prefix, c.destination, c.line,
                      c.bundle_s, c.paid_s, _relation(c.relation),
                      _money(c.converted), _money(c.converted_net),
                      _money(c.converted_vat),
                      self._document(c.document) if known else None,
                      c.rate_index if known else None)

    def spans(self, number: str, **call: Unpack[CallTerms]) -> list[Span]:
        """The runs that a charge is the sum of, in order."""
        request = _request(number, **call)
        found: list[Span] = []
        while True:
            try:
                s = raw.tw_rating_span(self.handle, request, len(found))
            except StopIteration:
                return found
            found.append(Span(
                s.from_s, s.seconds, s.count, s.increment_s,
                decimal(s.price_nanos), s.band, tariffs.percent(s.band_ppm),
                tariffs.percent(s.tier_ppm), s.in_bundle == 1,
                decimal(s.exact_nanos), s.line, s.rate_index))

    def lookup(self, number: str, **call: Unpack[CallTerms]) -> Rate | None:
        """The row in force; None for internal calls, which need none."""
        index = raw.tw_rating_lookup(self.handle, _request(number, **call))
        return None if index == raw.RATE_NONE else self.row(index)

    def explain(self, number: str, *, lang: str = "en",
                **call: Unpack[CallTerms]) -> str:
        """The same arithmetic in words, also when there is no price."""
        return raw.tw_rating_explain(self.handle, _request(number, **call),
                                     lang)

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
        _code(DIRECTIONS, "direction", direction)
        calls = call_columns(direction, numbers, answers, durations_us,
                             callers=callers, directions=directions,
                             relations=relations)
        return rate_columns(self.handle, calls, threads)
