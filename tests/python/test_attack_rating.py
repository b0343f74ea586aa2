"""Rating under extreme and wrong values: a clear error or the right charge,
soon, and never a wrapped one. Where a value is too large to be walked second
by second, the charge is worked out by hand."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal

import pytest

from trunkwise import (Conflict, Deck, Error, InvalidArgument, NoPrice,
                       OutOfRange, ParseError, Refused, Sheet)

UTC = dt.timezone.utc
ANSWER = dt.datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
MOST = Decimal("9223372036.854775807")
BILLION = 10 ** 9
SOON_S = 10     # generous: the machine may be busy, the sanitizers are slow

# Whatever else may be wrong, it is said by one of these, with words.
REFUSALS = (Error, ValueError, TypeError, OverflowError)


def deck_of(rows: str, columns: str = "prefix,rate,first_inc,next_inc",
            **tariff) -> Deck:
    tariff = {"currency": "RUB", "zone": "UTC", "decimals": 9} | tariff
    sheet = Sheet(f"{columns}\n{rows}".encode(), currency="RUB",
                  zone=tariff["zone"])
    return Deck.of(sheet, tariff=tariff)


def cost(deck: Deck, seconds, number: str = "74951234567", **call) -> Decimal:
    call = {"answer": ANSWER} | call
    return deck.rate(number, seconds=seconds, **call).cost.amount


def refused(action, *arguments, **named) -> str:
    """The words of the refusal."""
    with pytest.raises(REFUSALS) as caught:
        action(*arguments, **named)
    assert str(caught.value).strip()
    return str(caught.value)


# ---- money at its end ----

def test_the_largest_price_fits_and_one_more_does_not():
    deck = deck_of("7,9223372036.854775807,60,60\n")
    assert cost(deck, 60) == MOST
    for seconds in (61, 3600, 86_400 * 365, BILLION):
        with pytest.raises(OutOfRange):
            cost(deck, seconds)


def test_a_fee_on_top_of_the_largest_price():
    deck = deck_of("7,9223372036.854775807,60,60,0.000000001\n",
                   "prefix,rate,first_inc,next_inc,connect_fee")
    with pytest.raises(OutOfRange):
        cost(deck, 1)


def test_a_cap_saves_the_largest_price():
    deck = deck_of("7,9223372036,60,60\n", maximum_charge="20")
    for seconds in (60, 61, BILLION):
        assert cost(deck, seconds) == 20


def test_rounding_up_past_the_end_is_refused():
    deck = deck_of("7,9223372036.854775807,60,60\n", decimals=0,
                   rounding="up")
    with pytest.raises(OutOfRange):
        cost(deck, 60)
    deck = deck_of("7,9223372036.854775807,60,60\n", decimals=0,
                   rounding="down")
    assert cost(deck, 60) == 9223372036


@pytest.mark.parametrize("vat", ["net", "gross"])
def test_vat_of_the_largest_price(vat):
    deck = deck_of("7,9223372036.854775807,60,60\n", vat=vat,
                   vat_percent="100")
    charge = deck.rate("7", answer=ANSWER, seconds=60)
    assert charge.cost.amount == MOST
    if vat == "net":
        assert charge.vat.amount == MOST
    else:
        assert charge.net.amount + charge.vat.amount == MOST


def test_the_smallest_price_for_the_longest_call():
    deck = deck_of("7,0.000000001,1,1\n")
    assert cost(deck, BILLION) == Decimal("0.016666667")
    deck = deck_of("7,0.000000001,1,1\n", rounding="down")
    assert cost(deck, 59) == 0
    assert cost(deck, 60) == Decimal("0.000000001")


# ---- long calls ----

def test_the_longest_call_and_one_microsecond_more():
    deck = deck_of("7,0.06,1,1\n")
    assert cost(deck, BILLION) == 1_000_000
    with pytest.raises(OutOfRange):
        cost(deck, BILLION + Decimal("0.000001"))
    for wrong in (-1, Decimal("-0.000001"), 10 ** 13, 10 ** 20, "x", None,
                  Decimal("NaN"), Decimal("Infinity"), Decimal("1E-7")):
        refused(cost, deck, wrong)


@pytest.mark.parametrize("crossing", ["increment_start", "per_second"])
@pytest.mark.parametrize("length", [1, 60])
def test_thirty_years_of_talk_through_bands(crossing, length):
    """Half of each day at 1, half of it at a hundredth. The call begins with
    the dear half; 10^9 s are 11574 days and 6400 s of a dear half."""
    bands = [{"name": "day", "hours": ["daily 12:00-24:00"]},
             {"name": "night", "hours": ["daily 00:00-12:00"],
              "percent": "1"}]
    deck = deck_of(f"7,0.6,{length},{length}\n", crossing=crossing,
                   band=bands)
    noon = dt.datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
    whole = -(-BILLION // length) * length
    days, rest = divmod(whole, 86_400)
    want = (days * 43_200 + rest) * Decimal("0.01") + (
        days * 43_200 * Decimal("0.0001"))
    begin = time.monotonic()
    assert cost(deck, BILLION, answer=noon) == want
    assert time.monotonic() - begin < SOON_S


@pytest.mark.parametrize("round_each", ["call", "increment"])
def test_a_billion_increments_end(round_each):
    deck = deck_of("7,0.6,1,1\n", round_each=round_each, decimals=2)
    begin = time.monotonic()
    assert cost(deck, BILLION) == 10_000_000
    assert time.monotonic() - begin < SOON_S


def test_a_billion_rounded_seconds_through_everything():
    """Each second is rounded up to 0.01, whatever makes its price."""
    bands = [{"name": f"b{n}", "hours": [f"daily {n:02}:00-{n + 1:02}:00"],
              "percent": str(n + 1)} for n in range(24)]
    tiers = [{"from_minutes": 10 ** n, "percent": "50"} for n in range(6)]
    deck = deck_of("7,0.1,1,1\n", round_each="increment", rounding="up",
                   decimals=2, crossing="per_second", band=bands, tier=tiers)
    begin = time.monotonic()
    assert cost(deck, BILLION) == 10_000_000
    assert time.monotonic() - begin < SOON_S


def test_increments_of_an_hour():
    deck = deck_of("7,0.06,3600,3600\n")
    charge = deck.rate("7", answer=ANSWER, seconds=3601)
    assert charge.charged_s == 7200
    assert charge.cost.amount == Decimal("7.2")
    sheet = Sheet(b"prefix,rate,first_inc,next_inc\n7,1,65536,1\n7,1,1,0\n",
                  currency="RUB")
    assert [r.line for r in sheet.rejects] == [2, 3]


def test_a_price_from_second_65535_on():
    columns = "prefix,rate,first_inc,next_inc,from_s"
    deck = deck_of("7,0.06,1,1,\n7,0.6,1,1,65535\n", columns)
    assert cost(deck, 65_535) == Decimal("65.535")
    assert cost(deck, 65_536) == Decimal("65.545")
    for wrong in ("65536", "-1", "x", "1.5"):
        sheet = Sheet(f"{columns}\n7,1,1,1,{wrong}\n".encode(),
                      currency="RUB")
        assert [r.line for r in sheet.rejects] == [2]


def test_included_and_least_seconds_at_their_ends():
    day = 86_400
    deck = deck_of("7,0.06,1,1\n", included_s=day)
    assert cost(deck, day) == 0
    assert cost(deck, day + 1) == Decimal("0.001")
    deck = deck_of("7,0.06,1,1\n", free_below_s=day)
    assert cost(deck, day - 1) == 0
    deck = deck_of("7,0.06,1,1\n", minimum_s=day)
    assert cost(deck, 1) == Decimal("86.4")
    for key in ("included_s", "free_below_s", "minimum_s"):
        for wrong in (day + 1, 2 ** 32, 2 ** 64, -1, "x", "1.5", ""):
            refused(deck_of, "7,1,1,1\n", **{key: wrong})


# ---- bands ----

def bands(count: int) -> list[dict]:
    """So many bands of five minutes; the last one has the rest."""
    clock = "{0:02}:{1:02}".format
    made = [{"name": f"b{n}", "hours": [
        f"daily {clock(*divmod(5 * n, 60))}-"
        f"{clock(*divmod(5 * n + 5, 60))}"], "percent": str(n)}
        for n in range(count - 1)]
    return made + [{"name": "rest", "hours": ["daily 00:00-24:00"]}]


def test_255_bands_and_one_more():
    deck = deck_of("7,0.6,1,1\n", crossing="per_second", band=bands(255))
    midnight = dt.datetime(2026, 10, 5, tzinfo=UTC)
    want = sum(300 * n for n in range(254)) * Decimal("0.0001") + (
        86_400 - 254 * 300) * Decimal("0.01")
    assert cost(deck, 86_400, answer=midnight) == want
    refused(deck_of, "7,0.6,1,1\n", band=bands(256))


@pytest.mark.parametrize("hours", [
    [], [""], ["mon-fri"], ["08:00-20:00"], ["daily 08:00"],
    ["daily 25:00-26:00"], ["daily 08:60-20:00"], ["funday 08:00-09:00"],
    ["daily 08:00-24:01"], ["daily 24:00-08:00"], ["daily -8:00-20:00"],
    ["daily 8-20"], ["mon,,tue 00:00-24:00"], ["mon- 00:00-24:00"],
    ["daily 00:00-24:00 x"], ["daily 00:00-24:00"] * 17,
    ["daily 00:00-24:00\ndaily 00:00-24:00"], "daily 00:00-24:00", [5]])
def test_hours_that_are_none(hours):
    refused(deck_of, "7,1,1,1\n", band=[{"name": "b", "hours": hours}])


@pytest.mark.parametrize("change", [
    {"name": ""}, {"name": "x" * 32}, {"name": "x" * 5000},
    {"name": "a\nb"}, {"percent": "-1"}, {"percent": "NaN"},
    {"percent": "1e3"}, {"percent": "50.00001"}, {"percent": ""},
    {"percent": "1000.0001"}, {"percent": "1000000"},
    {"percent": "429496.7296"},
    {"percent": "99999999999999999999"}, {"nonsense": "1"}])
def test_a_band_that_is_none(change):
    whole = {"name": "b", "hours": ["daily 00:00-24:00"]}
    refused(deck_of, "7,1,1,1\n", band=[whole | change])


def test_two_bands_of_one_name():
    refused(deck_of, "7,1,1,1\n", band=[
        {"name": "b", "hours": ["daily 00:00-12:00"]},
        {"name": "b", "hours": ["daily 12:00-24:00"]}])


def test_a_minute_without_a_price_is_named():
    words = refused(deck_of, "7,1,1,1\n", band=[
        {"name": "b", "hours": ["daily 00:00-23:59"]}])
    assert "23:59" in words
    words = refused(deck_of, "7,1,1,1\n", band=[
        {"name": "first", "hours": ["daily 00:00-24:00"]},
        {"name": "hidden", "hours": ["daily 08:00-20:00"]}])
    assert "hidden" in words


@pytest.mark.parametrize("day", [
    "2026-02-30", "2026-13-01", "2026-00-01", "x", "", "2026-01-01 funday",
    "2026-01-01 ", "01.01.2026", "2026-1-1", "2026-01-01 mon x",
    "20260101", "99999-01-01"])
def test_holidays_that_are_none(day):
    refused(deck_of, "7,1,1,1\n", holidays=[day])


def test_percentages_at_their_ends():
    whole = {"name": "b", "hours": ["daily 00:00-24:00"]}
    for percent, want in (("0", 0), ("0.0001", Decimal("0.000001")),
                          ("1000", 10)):
        deck = deck_of("7,1,60,60\n", band=[whole | {"percent": percent}])
        assert cost(deck, 60) == want


# ---- tiers, bundles, used seconds ----

def tiers(count: int) -> list[dict]:
    return [{"from_minutes": n + 1, "percent": str(90 - n)}
            for n in range(count)]


def test_16_tiers_and_one_more():
    deck = deck_of("7,1,1,1\n", tier=tiers(16))
    assert cost(deck, 18 * 60) == 1 + sum(
        Decimal(90 - n) / 100 for n in range(16)) + Decimal("0.75")
    refused(deck_of, "7,1,1,1\n", tier=tiers(17))


@pytest.mark.parametrize("tier", [
    [{"from_minutes": 0, "percent": "90"}],
    [{"from_minutes": -1, "percent": "90"}],
    [{"from_minutes": 2, "percent": "90"},
     {"from_minutes": 1, "percent": "80"}],
    [{"from_minutes": 1, "percent": "90"},
     {"from_minutes": 1, "percent": "80"}],
    [{"from_minutes": 2 ** 63, "percent": "90"}],
    [{"from_minutes": 2 ** 62, "percent": "90"}],
    [{"from_minutes": 1, "percent": "1000000"}],
    [{"from_minutes": 1, "percent": "-1"}],
    [{"from_minutes": 1}], [{"percent": "90"}], ["x"]])
def test_tiers_that_are_none(tier):
    refused(deck_of, "7,1,1,1\n", tier=tier)


def test_used_seconds_and_bundles_at_their_ends():
    deck = deck_of("7,1,1,1\n", tier=tiers(2))
    assert cost(deck, 60, used_s=2 ** 60) == Decimal("0.89")
    refused(cost, deck, 60, used_s=2 ** 63 - 1)
    assert cost(deck, 60, bundle_left_s=2 ** 63 - 1) == 0
    for name in ("used_s", "bundle_left_s"):
        for wrong in (-1, -2 ** 63, 2 ** 63, "x"):
            refused(cost, deck, 60, **{name: wrong})


# ---- other currencies ----

def test_exchange_at_its_ends():
    deck = deck_of("7,9000,60,60\n", convert_to="EUR")
    rate = {"answer": ANSWER, "seconds": 60}
    most = Decimal(1_000_000)
    charge = deck.rate("7", exchange=most, **rate)
    assert charge.converted.amount == 9000 * most
    with pytest.raises(OutOfRange):
        deck.rate("7", exchange=most, answer=ANSWER, seconds=120)
    charge = deck.rate("7", exchange=Decimal("0.000000001"), **rate)
    assert charge.converted.amount == Decimal("0.00")
    for none in (None, 0):
        with pytest.raises(NoPrice):
            deck.rate("7", exchange=none, **rate)
    for wrong in (-1, most + 1, Decimal("9999999999"), Decimal("1E-10"), "x",
                  Decimal("NaN"), Decimal("Infinity")):
        words = refused(deck.rate, "7", exchange=wrong, **rate)
        assert "the cost is more" not in words


@pytest.mark.parametrize("key, value", [
    ("convert_to", "EU"), ("convert_to", "eur"), ("convert_to", "EURO"),
    ("currency", ""), ("decimals", 10), ("decimals", -1), ("decimals", "x"),
    ("vat_percent", "-1"), ("vat_percent", "99999999999"),
    ("vat_percent", "20.00001"), ("minimum_charge", "-0.01"),
    ("maximum_charge", "-1"), ("attempt_fee", "-1"),
    ("attempt_fee", "9999999999"), ("attempt_fee", "0.0000000001"),
    ("zone", "Europe/Nowhere"), ("zone", ""), ("rounding", "sideways"),
    ("crossing", ""), ("fee_on_zero", "perhaps"), ("round_each", "second"),
    ("nonsense", "1"), ("tier_mode", "half"), ("minimum_charge", ["1"]),
    ("band", {"name": "b"}), ("band", "b"), ("tier", 5), ("holidays", 5)])
def test_rules_that_are_none(key, value):
    refused(deck_of, "7,1,1,1\n", **{key: value})


# ---- numbers and callers ----

@pytest.mark.parametrize("number", [
    "", "+7495", "7 495", "7495a", "seven", "7\n", "7\0", "٧٤٩٥", "-7",
    "7.0"])
def test_numbers_that_are_none(number):
    deck = deck_of("7,1,60,60\n")
    with pytest.raises(REFUSALS) as caught:
        cost(deck, 60, number=number)
    assert str(caught.value).strip()


def test_a_caller_of_fifteen_digits():
    caller = "784312345678901"
    deck = deck_of(f"7,1,\n7,2,{caller}\n7,3,{caller[:14]}\n",
                   "prefix,rate,caller_prefix")
    assert cost(deck, 60, caller=caller) == 2
    assert cost(deck, 60, caller=caller[:14]) == 3
    assert cost(deck, 60, caller=caller[:13]) == 1
    assert cost(deck, 60) == 1
    for wrong in ("anonymous", "+7843", "7" * 10 ** 6, "7\0"):
        try:
            assert cost(deck, 60, caller=wrong) == 1
        except REFUSALS as error:
            assert str(error).strip()


def test_words_that_are_none():
    deck = deck_of("7,1,60,60\n")
    for name in ("direction", "relation"):
        for wrong in ("sideways", 5, b"x", "OUTBOUND "):
            refused(cost, deck, 60, **{name: wrong})
    refused(cost, deck, 60, answer=dt.datetime(2026, 10, 5))


@pytest.mark.parametrize("year", [1, 1850, 1900, 1969, 2038, 2500, 9999])
def test_the_ends_of_the_calendar(year):
    deck = deck_of("7,1,60,60\n", zone="Europe/Moscow", holidays=[
        "2026-10-05"], band=[
        {"name": "b", "hours": ["daily 08:00-20:00"], "percent": "50"},
        {"name": "c", "hours": ["daily 00:00-24:00"]}])
    noon = dt.datetime(year, 6, 15, 9, 0, tzinfo=UTC)
    assert cost(deck, 60, answer=noon) == Decimal("0.5")
    assert cost(deck, 60, answer=noon + dt.timedelta(hours=12)) == 1
    for end in (dt.datetime.min, dt.datetime(9999, 12, 31, 23, 59, 59)):
        cost(deck, 60, answer=end.replace(tzinfo=UTC))


# ---- decks ----

def test_an_empty_deck_has_no_price():
    deck = deck_of("")
    for direction in ("outbound", "inbound", "forward"):
        with pytest.raises(NoPrice):
            cost(deck, 60, direction=direction)
    assert cost(deck, 60, direction="internal") == 0


def test_a_hundred_thousand_rows_of_one_prefix():
    """One for each caller: the right one is found, and soon."""
    begin = time.monotonic()
    deck = deck_of("7,100\n".replace("\n", ",\n") + "".join(
        f"7,{n / 100_000:.5f},7{n:05}\n" for n in range(100_000)),
        "prefix,rate,caller_prefix")
    for n in range(0, 100_000, 997):
        got = cost(deck, 60, caller=f"7{n:05}1234")
        assert got == Decimal(n) / 100_000
    assert cost(deck, 60, caller="81234567") == 100
    assert time.monotonic() - begin < 3 * SOON_S


def test_a_hundred_thousand_days_of_one_prefix():
    """A price for each day since 1900: versions are found, and soon."""
    begin = time.monotonic()
    days = [dt.date(1900, 1, 1) + dt.timedelta(days=n)
            for n in range(100_000)]
    deck = deck_of("".join(
        f"7,{n / 100_000:.5f},{a},{b}\n"
        for n, (a, b) in enumerate(zip(days, days[1:]))),
        "prefix,rate,effective_from,effective_to")
    for n in range(0, 99_999, 997):
        noon = dt.datetime.combine(days[n], dt.time(12), UTC)
        assert cost(deck, 60, answer=noon) == Decimal(n) / 100_000
    assert time.monotonic() - begin < 3 * SOON_S


def test_many_prices_within_one_call():
    """20,000 rows of one price: each second a tenth of a kopeck more."""
    begin = time.monotonic()
    rows = "".join(f"7,{n * 6 / 10_000:.4f},1,1,{n or ''}\n"
                   for n in range(20_000))
    deck = deck_of(rows, "prefix,rate,first_inc,next_inc,from_s")
    want = sum(Decimal(n) for n in range(20_000)) / 100_000
    assert cost(deck, 20_000) == want
    assert time.monotonic() - begin < 3 * SOON_S


def test_everything_overlaps():
    """Forty rows that agree in all six are refused, by both lines."""
    sheet = Sheet(b"prefix,rate\n" + b"7,1\n" * 40, currency="RUB")
    assert len(sheet.rejects) == 39
    words = refused(Deck.of, sheet, {"currency": "RUB", "zone": "UTC"})
    assert "lines 2 and 3" in words


def test_a_block_is_never_a_price():
    deck = deck_of("7,,blocked\n74,1,\n", "prefix,rate,status")
    assert cost(deck, 60) == 1
    with pytest.raises(Refused):
        cost(deck, 60, number="75")
