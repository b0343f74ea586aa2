"""Rating against an independent oracle in fractions, written from
docs/rating.md alone: no line of it is shared with the library."""

from __future__ import annotations

import datetime as dt
import math
import os
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trunkwise import Deck, NoPrice, Sheet

CALLS = 20_000
EXAMPLES = 4000 if os.environ.get("TW_TEST_LONG") else 400
PER_EXAMPLE = CALLS // 400
UTC = dt.timezone.utc
ANSWER = dt.datetime(2026, 10, 5, 9, 0, tzinfo=UTC)

HEADER = ("prefix,destination,rate,currency,effective_from,effective_to,"
          "first_inc,next_inc,connect_fee\n")


def rounded(value: Fraction, decimals: int, mode: str) -> Fraction:
    scaled = value * 10 ** decimals
    floor = math.floor(scaled)
    rest = scaled - floor
    if mode == "up":
        whole = floor + (rest > 0)
    elif mode == "down":
        whole = floor
    elif mode == "half_up":
        whole = floor + (rest >= Fraction(1, 2))
    else:
        tie_up = floor % 2 == 1
        whole = floor + (rest > Fraction(1, 2) or
                         (rest == Fraction(1, 2) and tie_up))
    return Fraction(whole, 10 ** decimals)


def whole_seconds(us: int, mode: str) -> int:
    exact = Fraction(us, 1_000_000)
    if mode == "ceil":
        return math.ceil(exact)
    if mode == "floor":
        return math.floor(exact)
    return math.floor(exact + Fraction(1, 2))


def expected(row: dict, rules: dict, us: int) -> Fraction:
    seconds = whole_seconds(us, rules["seconds"])
    if seconds == 0:
        return Fraction(0)
    charged = row["first"]
    while charged < seconds:
        charged += row["next"]
    exact = Fraction(row["rate"]) * charged / 60 + Fraction(row["fee"])
    return rounded(exact, int(rules["decimals"]), rules["rounding"])


price = st.decimals(min_value=0, max_value=500, places=4)
increment = st.sampled_from([1, 6, 7, 10, 30, 60])
row = st.fixed_dictionaries({
    "prefix": st.text("0123456789", min_size=1, max_size=7),
    "rate": price, "fee": st.decimals(0, 5, places=2),
    "first": increment, "next": increment})
sheet = st.lists(row, min_size=1, max_size=12,
                 unique_by=lambda r: r["prefix"])
rule = st.fixed_dictionaries({
    "seconds": st.sampled_from(["ceil", "floor", "nearest"]),
    "rounding": st.sampled_from(["up", "down", "half_up", "half_even"]),
    "decimals": st.integers(0, 9).map(str)})
call = st.tuples(st.text("0123456789", min_size=1, max_size=15),
                 st.integers(0, 4 * 3600 * 1_000_000))


@settings(max_examples=EXAMPLES, deadline=None, database=None,
          derandomize=not os.environ.get("TW_TEST_LONG"),
          suppress_health_check=list(HealthCheck))
@given(sheet, rule, st.lists(call, min_size=PER_EXAMPLE,
                             max_size=PER_EXAMPLE), st.data())
def test_every_charge_equals_the_oracle(rows, rules, calls, data):
    text = HEADER + "".join(
        f"{r['prefix']},x,{r['rate']},RUB,,,{r['first']},{r['next']},"
        f"{r['fee']}\n" for r in rows)
    deck = Deck.of(Sheet(text.encode(), zone="UTC"), zone="UTC", **rules)
    by_prefix = {r["prefix"]: r for r in rows}
    for number, us in calls:
        if us % 3:
            number = rows[us % len(rows)]["prefix"] + number[:8]
        matches = [number[:n] for n in range(len(number), 0, -1)
                   if number[:n] in by_prefix]
        seconds = Decimal(us) / 1_000_000
        if not matches:
            with pytest.raises(NoPrice):
                deck.rate(number, answer=ANSWER, seconds=seconds)
            continue
        charge = deck.rate(number, answer=ANSWER, seconds=seconds)
        assert charge.prefix == matches[0]
        want = expected(by_prefix[matches[0]], rules, us)
        assert Fraction(charge.cost.amount) == want, (number, us, rules)


def test_effective_dates_are_half_open_in_the_tariff_zone():
    text = HEADER + (
        "7,old,1.00,RUB,,2026-10-05,60,60,\n"
        "7,new,2.00,RUB,2026-10-05,,60,60,\n")
    deck = Deck.of(Sheet(text.encode(), zone="Asia/Novosibirsk"),
                   zone="Asia/Novosibirsk")
    change = dt.datetime(2026, 10, 4, 17, 0, tzinfo=UTC)  # midnight there
    before = change - dt.timedelta(microseconds=1)
    assert deck.rate("79", answer=before, seconds=1).destination == "old"
    assert deck.rate("79", answer=change, seconds=1).destination == "new"


@pytest.mark.parametrize("rate, first, following, seconds, charged, cost", [
    ("0.012", 30, 6, 31, 36, "0.0072"),
    ("0.0150", 60, 7, 61, 67, "0.01675"),
    ("0.1", 1, 1, 61, 61, "0.101666667"),
])
def test_worked_examples(rate, first, following, seconds, charged, cost):
    text = HEADER + f"49,x,{rate},EUR,,,{first},{following},\n"
    deck = Deck.of(Sheet(text.encode(), zone="UTC"), zone="UTC",
                   decimals="9")
    c = deck.rate("4930", answer=ANSWER, seconds=seconds)
    assert (c.charged_s, c.cost.amount) == (charged, Decimal(cost))
