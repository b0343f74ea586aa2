"""A ``[[tariff]]`` table as a mapping, to the library and back.

What the values may be is said in C; this module only walks the table, so that
an error names the key that it is about.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Callable, Mapping, NamedTuple

from . import raw
from .errors import Error, InvalidArgument, NotFound
from .values import decimal, text

#: Of the table, and none of rating's business.
_NOT_RULES = frozenset(("name", "carrier", "sheet", "was"))
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday")

# Stored with tariffs, so the numbers never change.
_WORDS = {
    "seconds": ("", "ceil", "floor", "nearest"),
    "rounding": ("", "up", "down", "half_up", "half_even"),
    "crossing": ("", "increment_start", "per_second", "call_start"),
    "vat": ("", "net", "gross"),
    "invoice_total": ("", "sum_of_rounded", "rounded_sum"),
    "round_each": ("", "call", "increment"),
    "tier_mode": ("", "graduated", "whole"),
    "fee_on_zero": ("false", "true"),
}
_NUMBERS = ("decimals", "minimum_s", "free_below_s", "included_s")
_AMOUNTS = ("vat_percent", "minimum_charge", "maximum_charge", "attempt_fee",
            "commitment")
_TEXTS = ("currency", "zone", "convert_to", "stated_by")


class Band(NamedTuple):
    """A part of the week with a price of its own; the first that fits
    serves."""

    name: str
    percent: Decimal
    hours: list[str]


class Tier(NamedTuple):
    """From so many paid seconds of a month on, this percentage."""

    from_s: int
    percent: Decimal


class Document(NamedTuple):
    """The sheet that rows came from."""

    name: str
    version: int


# ---- to the library ----

def _text(path: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if not isinstance(value, str):
        raise InvalidArgument(
            f"a {type(value).__name__} is no value of a tariff; write a "
            "text, an int, a bool or a Decimal", code="TW_EINVAL",
            field=path)
    if "\0" in value:
        raise InvalidArgument("holds a NUL byte; remove it",
                              code="TW_EINVAL", field=path)
    return value


def _put(path: str, call: Callable[..., None], *arguments: Any,
         is_table: bool = False) -> None:
    """A refusal names the key path; of a table C knows the last key."""
    try:
        call(*arguments)
    except NotFound as error:
        raise InvalidArgument(error.message, code="TW_EINVAL",
                              field=path) from None
    except Error as error:
        error.field = f"{path}.{error.field}" if is_table else path
        raise


def _list(path: str, value: object) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, (list, tuple)):
        raise InvalidArgument("is a list", code="TW_EINVAL", field=path)
    return value


def _table(path: str, value: object, keys: tuple[str, ...],
           required: int) -> Mapping[str, Any]:
    """A table of these keys, of which the first so many are required."""
    if not isinstance(value, Mapping):
        raise InvalidArgument("is a table", code="TW_EINVAL", field=path)
    for key in value:
        if key not in keys:
            raise InvalidArgument(f"no such key; there are {', '.join(keys)}",
                                  code="TW_EINVAL", field=f"{path}.{key}")
    for key in keys[:required]:
        if key not in value:
            raise InvalidArgument("is missing", code="TW_EINVAL",
                                  field=f"{path}.{key}")
    return value


def _put_band(parts: raw.tariff_parts, path: str, value: object) -> None:
    band = _table(path, value, ("name", "hours", "percent"), 2)
    percent = (_text(f"{path}.percent", band["percent"])
               if "percent" in band else None)
    _put(path, raw.tariff_parts_band, parts,
         _text(f"{path}.name", band["name"]), percent, is_table=True)
    for index, hours in enumerate(_list(f"{path}.hours", band["hours"])):
        place = f"{path}.hours[{index}]"
        _put(place, raw.tariff_parts_hours, parts, _text(place, hours))


def _put_tier(parts: raw.tariff_parts, path: str, value: object) -> None:
    tier = _table(path, value, ("from_minutes", "percent"), 2)
    _put(path, raw.tariff_parts_tier, parts,
         *(_text(f"{path}.{key}", tier[key])
           for key in ("from_minutes", "percent")), is_table=True)


def _put_day(parts: raw.tariff_parts, path: str, value: object) -> None:
    _put(path, raw.tariff_parts_day, parts, _text(path, value))


_LISTS = {"band": _put_band, "tier": _put_tier, "holidays": _put_day}


def parts_of(tariff: Mapping[str, Any],
             document: str | None) -> raw.tariff_parts:
    """The table as the library has it, not yet held against a sheet."""
    parts = raw.tariff_parts_new()
    for key, value in tariff.items():
        if key in _LISTS:
            for index, item in enumerate(_list(key, value)):
                _LISTS[key](parts, f"{key}[{index}]", item)
        elif key not in _NOT_RULES:
            _put(key, raw.tariff_parts_rule, parts, key, _text(key, value))
    if document is not None:
        _put("document", raw.tariff_parts_document, parts,
             _text("document", document), 0)
    return parts


# ---- and back ----

def percent(ppm: int) -> Decimal:
    """Parts per million as a percentage."""
    return Decimal(text(Decimal(ppm).scaleb(-4), 0))


def rules_of(rules: raw.tw_tariff_rules) -> dict[str, str]:
    """All rules by their keys, as texts; what a deployment would write."""
    found = {key: words[getattr(rules, key)] for key, words in _WORDS.items()}
    found |= {key: str(getattr(rules, key)) for key in _NUMBERS}
    found |= {key: text(decimal(getattr(rules, f"{key}_nanos")), 0)
              for key in _AMOUNTS}
    found |= {key: getattr(rules, key) for key in _TEXTS}
    return found


def _days(mask: int) -> str:
    """mon-fri,holiday: runs of the week, then the holidays."""
    if mask == 255:
        return "daily"
    days = [day for day in range(7) if mask >> day & 1]
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    names = [_DAYS[run[0]] if len(run) == 1 else
             f"{_DAYS[run[0]]}-{_DAYS[run[-1]]}" for run in runs]
    return ",".join(names + [_DAYS[7]] * (mask >> 7))


def _hours(mask: int, start: int, end: int) -> str:
    return (f"{_days(mask)} {start // 60:02}:{start % 60:02}-"
            f"{end // 60:02}:{end % 60:02}")


def bands_of(deck: raw.tw_deck) -> list[Band]:
    return [Band(name, percent(ppm), [_hours(*hours) for hours in all_hours])
            for name, ppm, all_hours in raw.deck_bands(deck)]


def _every(call: Callable[..., Any], deck: raw.tw_deck) -> list[Any]:
    found: list[Any] = []
    while True:
        try:
            found.append(call(deck, len(found)))
        except StopIteration:
            return found


def holidays_of(deck: raw.tw_deck) -> list[str]:
    return [f"{day.year:04}-{day.month:02}-{day.day:02}" +
            ("" if day.counts_as == 7 else f" {_DAYS[day.counts_as]}")
            for day in _every(raw.tw_deck_day, deck)]


def tiers_of(deck: raw.tw_deck) -> list[Tier]:
    return [Tier(tier.from_s, percent(tier.percent_ppm))
            for tier in _every(raw.tw_deck_tier, deck)]


def documents_of(deck: raw.tw_deck) -> list[Document]:
    return [Document(document.name, document.version)
            for document in _every(raw.tw_deck_document, deck)]
