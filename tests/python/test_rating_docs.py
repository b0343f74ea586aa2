"""Every example of docs/rating.md, by the library and by the oracle."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from decimal import Decimal
from fractions import Fraction

import pytest

from conftest import SOURCE
from rating_oracle import Call, Says, Tariff, rows_of
from trunkwise import Deck, Error, Money, Sheet

PAGE = (SOURCE / "docs" / "rating.md").read_text()
BLOCK = re.compile(r"^```toml\n(# example: ([^\n]+)\n.*?)^```$", re.M | re.S)
EXAMPLES = [(title, tomllib.loads(text, parse_float=Decimal))
            for text, title in BLOCK.findall(PAGE)]

# What an example means that says nothing else.
TARIFF = {"currency": "RUB", "zone": "Europe/Moscow"}
CALL = {"answer": "2026-10-05T12:00:00+03:00", "direction": "outbound"}
COUNTS = ("seconds", "charged_s", "bundle_s", "paid_s")
AMOUNTS = ("cost", "net", "vat", "converted")

each_example = pytest.mark.parametrize(
    "example", [e for _, e in EXAMPLES], ids=[t for t, _ in EXAMPLES])


def filled(example):
    """Tariff table, call table and sheet of an example."""
    call = CALL | example["call"]
    return TARIFF | example.get("tariff", {}), call, call.pop("sheet")


def agree(gives, rate):
    """``rate()`` gives a mapping of the names that examples use, or raises
    what they call an error."""
    if "error" in gives:
        with pytest.raises((Says, Error)) as told:
            rate()
        assert getattr(told.value, "code", str(told.value)) == gives["error"]
        return
    charge = rate()
    for key, want in gives.items():
        assert key in COUNTS + AMOUNTS, f"[gives] {key} is not known here"
        got = Fraction(charge[key]) if key in AMOUNTS else charge[key]
        assert got == (Fraction(want) if key in AMOUNTS else want), key


def test_no_example_is_lost():
    assert len(EXAMPLES) > 35
    assert PAGE.count("# example") == len(EXAMPLES) + 1   # its second line
    for title, example in EXAMPLES:
        assert example["gives"], title


@each_example
def test_by_the_oracle(example):
    tariff, call, sheet = filled(example)
    answer = dt.datetime.fromisoformat(call["answer"])
    asked = Tariff(tariff, rows_of(sheet, tariff["zone"]))
    agree(example["gives"], lambda: asked.rate(Call(
        call["number"], int(answer.timestamp()) * 1_000_000,
        int(Decimal(call.get("seconds", 0)) * 1_000_000),
        direction=call["direction"], caller=call.get("caller"),
        relation=call.get("relation", ""),
        bundle_left_s=call.get("bundle_left_s", 0),
        used_s=call.get("used_s", 0),
        exchange=Fraction(call["exchange"]) if "exchange" in call else None,
        answered=call.get("answered", True)))._asdict())


@each_example
def test_by_the_library(example):
    tariff, call, sheet = filled(example)
    deck = Deck.of(Sheet(sheet.encode(), currency=tariff["currency"],
                         zone=tariff["zone"]), tariff=tariff)
    call["answer"] = dt.datetime.fromisoformat(call["answer"])
    for key in ("seconds", "exchange"):
        if key in call:
            call[key] = Decimal(call[key])
    number = call.pop("number")
    agree(example["gives"], lambda: {
        key: value.amount if isinstance(value, Money) else value
        for key, value in deck.rate(number, **call)._asdict().items()})
