"""Rating against the oracle that was written from docs/rating.md alone:
random tariffs (tests/python/rating_cases.py), each asked by fifty calls.

20,000 calls everyday, 1,000,000 with TW_TEST_LONG=1. A difference is shrunk
and printed as a tariff, a sheet and a call that fit on one screen.
TW_TEST_SEED=N begins at that tariff.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import os
from array import array
from decimal import Decimal
from fractions import Fraction

import pytest

from rating_cases import Case, case
from rating_oracle import (EXPONENTS, BadDeck, Call, Charge, Says, Tariff,
                           rows_of)
from trunkwise import Deck, Error, Sheet

PARTS = 20
CALLS = 1_000_000 if os.environ.get("TW_TEST_LONG") else 20_000
PER_TARIFF = 50
SEED = int(os.environ.get("TW_TEST_SEED", 0))
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)
REFUSED = "the deck is refused"

CURRENCY_FIELDS = ("converted", "converted_net", "converted_vat")
COUNTS = ("seconds", "charged_s", "bundle_s", "paid_s")


def library_deck(tariff: dict, sheet: str) -> Deck | None:
    """None where the library refuses the rows together: the sheet knows of
    rows that overlap, the deck of bands and parts as well."""
    read = Sheet(sheet.encode(), zone=tariff["zone"])
    if read.rejects:
        assert read.rejects[0].column == "effective_to" or (
            "two rows in force" in read.rejects[0].reason)
        return None
    try:
        return Deck.of(read, tariff=tariff)
    except Error as error:
        assert error.code in ("TW_ECONFLICT", "TW_EINVAL"), error
        return None


def oracle_tariff(tariff: dict, sheet: str) -> Tariff | None:
    try:
        return Tariff(tariff, rows_of(sheet, tariff["zone"]))
    except BadDeck:
        return None


def asked(call: Call) -> dict:
    """A call in the words of Deck.rate()."""
    exchange = call.exchange
    return {"direction": call.direction, "caller": call.caller,
            "answer": EPOCH + dt.timedelta(microseconds=call.answer_us),
            "seconds": Decimal(call.duration_us) / 1_000_000,
            "relation": call.relation or None, "answered": call.answered,
            "bundle_left_s": call.bundle_left_s, "used_s": call.used_s,
            "exchange": None if exchange is None else Decimal(
                exchange.numerator) / exchange.denominator}


def by_library(deck: Deck, call: Call):
    """A charge in the oracle's words, or the code of its refusal."""
    try:
        c = deck.rate(call.number, **asked(call))
    except Error as error:
        return error.code
    there = [getattr(c, name) for name in CURRENCY_FIELDS]
    return Charge(Fraction(c.cost.amount), Fraction(c.net.amount),
                  Fraction(c.vat.amount), c.seconds, c.charged_s, c.bundle_s,
                  c.paid_s, *[None if m is None else Fraction(m.amount)
                              for m in there], c.line)


def by_oracle(tariff: Tariff, call: Call):
    try:
        return tariff.rate(call)
    except Says as says:
        return says.code


def differs(tariff: dict, rows: list, call: Call) -> tuple | None:
    """(library, oracle) where they do not agree."""
    sheet = Case(tariff, rows, []).sheet
    try:
        deck = library_deck(tariff, sheet)
    except (AssertionError, ValueError):
        return None                 # shrunk too far
    model = oracle_tariff(tariff, sheet)
    if deck is None or model is None:
        got = tuple(REFUSED if each is None else "a deck"
                    for each in (deck, model))
    else:
        got = by_library(deck, call), by_oracle(model, call)
    return None if got[0] == got[1] else got


def shrunk(tariff: dict, rows: list, call: Call) -> tuple:
    """Without all that the difference does not need."""
    whole = dataclasses.asdict(Call(call.number, call.answer_us,
                                    call.duration_us))
    again = True
    while again:
        again = False
        for row in list(rows):
            fewer = [r for r in rows if r is not row]
            if fewer and differs(tariff, fewer, call):
                rows, again = fewer, True
        for key in list(tariff):
            less = {k: v for k, v in tariff.items() if k != key}
            if key not in ("currency", "zone") and differs(less, rows, call):
                tariff, again = less, True
        for name, plain in whole.items():
            less = dataclasses.replace(call, **{name: plain})
            if less != call and differs(tariff, rows, less):
                call, again = less, True
    return tariff, rows, call


def told(seed: int, made: Case, call: Call) -> str:
    """A difference, as small as it gets."""
    tariff, rows, call = shrunk(made.tariff, made.rows, call)
    library, oracle = differs(tariff, rows, call) or ("?", "?")
    rows = [{k: v for k, v in row.items() if v} for row in rows]
    return "\n".join([
        f"TW_TEST_SEED={seed}", f"tariff = {tariff}",
        *[f"row {row}" for row in rows], f"{call}",
        f"answer {EPOCH + dt.timedelta(microseconds=call.answer_us)}",
        f"library {library}", f"oracle  {oracle}", ""])


def again(deck: Deck, path) -> Deck:
    """The same deck, from its file."""
    deck.save(path)
    return Deck.open(path)


def compare(seed: int, path) -> tuple[int, str]:
    """How many calls were asked of that tariff; the first difference."""
    made = case(seed, PER_TARIFF)
    deck = library_deck(made.tariff, made.sheet)
    tariff = oracle_tariff(made.tariff, made.sheet)
    if deck is None and tariff is None:
        return 0, ""
    if deck is None or tariff is None:
        return 0, told(seed, made, made.calls[0])
    if seed % 10 == 0:
        deck = again(deck, path)
    for number, call in enumerate(made.calls):
        if by_library(deck, call) != by_oracle(tariff, call):
            return number, told(seed, made, call)
    return len(made.calls), ""


@pytest.mark.parametrize("part", range(PARTS))
def test_every_charge_equals_the_oracle(part, tmp_path):
    seed, calls, failures = SEED + part, 0, []
    while calls < CALLS // PARTS and len(failures) < 3:
        asked, failure = compare(seed, tmp_path / "deck")
        calls += asked
        seed += PARTS
        if failure:
            failures.append(failure)
    assert not failures, "\n".join(["", *failures])


def test_the_cases_reach_every_rule():
    """What is never asked is never found wrong."""
    seen: collections.Counter = collections.Counter()
    for seed in range(100):
        made = case(seed, PER_TARIFF)
        tariff = oracle_tariff(made.tariff, made.sheet)
        if tariff is None:
            seen["refused deck"] += 1
            continue
        for call in made.calls:
            charge = by_oracle(tariff, call)
            if isinstance(charge, str):
                seen[charge] += 1
                continue
            seen["charge"] += 1
            seen["bundle ends in a call"] += 0 < charge.bundle_s < (
                charge.charged_s)
            seen["VAT"] += charge.vat > 0
            seen["converted"] += charge.converted is not None
            end_us = call.answer_us + charge.charged_s * 1_000_000
            band_at = tariff.calendar.band_at
            seen["bands"] += band_at(call.answer_us) is not band_at(end_us)
            seen["tiers"] += any(
                call.used_s < from_s < call.used_s + charge.paid_s
                for from_s, _ in tariff.tiers(call))
    for rule in ("refused deck", "TW_ENOPRICE", "TW_EREFUSED", "charge",
                 "bundle ends in a call", "VAT", "converted", "bands",
                 "tiers"):
        assert seen[rule] > 10, seen


def test_spans_are_all_of_the_charge():
    """Seconds and money of the runs that explain a charge."""
    for seed in range(40):
        made = case(seed, PER_TARIFF)
        deck = library_deck(made.tariff, made.sheet)
        if deck is None or made.tariff.get("round_each") == "increment":
            continue
        for call in made.calls:
            charge = by_library(deck, call)
            if isinstance(charge, str):
                continue
            spans = deck.spans(call.number, **asked(call))
            assert sum(s.seconds for s in spans) == charge.charged_s
            assert sum(s.seconds for s in spans
                       if s.in_bundle) == charge.bundle_s
            for before, after in zip(spans, spans[1:]):
                assert before.from_s + before.seconds == after.from_s


def test_words_of_every_case():
    """Explained in both languages, with or without a price."""
    for seed in range(40):
        made = case(seed, PER_TARIFF)
        deck = library_deck(made.tariff, made.sheet)
        for call in made.calls if deck else ():
            charge = by_library(deck, call)
            for lang in ("en", "ru"):
                words = deck.explain(call.number, lang=lang, **asked(call))
                if isinstance(charge, Charge) and charge.cost:
                    digits = written(charge.cost, made.tariff)
                    assert digits in words, (seed, call)
                else:
                    assert words.endswith(".\n")


def written(amount: Fraction, tariff: dict) -> str:
    decimals = int(tariff.get("decimals", EXPONENTS.get(tariff["currency"],
                                                        2)))
    return f"{Decimal(amount.numerator) / amount.denominator:.{decimals}f}"


def test_columns_of_every_case():
    """Calls as columns, each on its own, against the oracle."""
    for seed in range(100):
        made = case(seed, PER_TARIFF)
        deck = library_deck(made.tariff, made.sheet)
        if deck is None:
            continue
        calls = [dataclasses.replace(
            call, bundle_left_s=0, used_s=0, exchange=None, answered=True)
            for call in made.calls]
        columns = deck.rate_columns(
            [c.number for c in calls],
            array("q", [c.answer_us for c in calls]),
            array("q", [c.duration_us for c in calls]),
            callers=[c.caller for c in calls],
            directions=[c.direction for c in calls],
            relations=[c.relation or None for c in calls])
        model = oracle_tariff(made.tariff, made.sheet)
        for row, call in enumerate(calls):
            want = by_oracle(model, call)
            assert (columns.statuses[row] == 0) == isinstance(want, Charge)
            if isinstance(want, Charge):
                assert (columns.costs[row], columns.vats[row],
                        columns.charged_s[row]) == (
                    want.cost * 10 ** 9, want.vat * 10 ** 9, want.charged_s)


def test_effective_dates_are_half_open_in_the_tariff_zone():
    text = ("prefix,destination,rate,currency,effective_from,effective_to\n"
            "7,old,1.00,RUB,,2026-10-05\n7,new,2.00,RUB,2026-10-05,\n")
    zone = "Asia/Novosibirsk"
    deck = Deck.of(Sheet(text.encode(), zone=zone), zone=zone)
    change = dt.datetime(2026, 10, 4, 17, 0, tzinfo=dt.timezone.utc)
    before = change - dt.timedelta(microseconds=1)
    assert deck.rate("79", answer=before, seconds=1).destination == "old"
    assert deck.rate("79", answer=change, seconds=1).destination == "new"
