"""Decks from a `[[tariff]]` table, and every question that Python may ask
them."""

from __future__ import annotations

import datetime as dt
import threading
import tomllib
from decimal import Decimal

import pytest

import trunkwise
from trunkwise import (Band, Conflict, Deck, Document, InvalidArgument, Money,
                       NoPrice, NotFound, OutOfRange, ParseError, Rate,
                       Refused, Sheet, Span, Tier)

MSK = dt.timezone(dt.timedelta(hours=3))
ANSWER = dt.datetime(2026, 10, 5, 19, 59, 50, tzinfo=MSK)

SHEET = b"""\
prefix,destination,rate,first_inc,next_inc,connect_fee,relation,band,status
7,Russia,1.20,1,1,0.10,,,
7,Russia at night,0.40,1,1,,,night,
7843,Kazan,0.80,1,1,,same_city,,
79,mobile,,,,,,,blocked
"""
TARIFF = tomllib.loads("""
name = "annex"
carrier = "north"
sheet = "annex.csv"
zone = "Europe/Moscow"
currency = "RUB"
crossing = "per_second"
vat = "gross"
vat_percent = "20"
fee_on_zero = true
minimum_s = 3
attempt_fee = 0.05
holidays = ["2026-10-06", "2026-10-10 mon"]

[[band]]
name = "day"
hours = ["mon-fri 08:00-20:00"]

[[band]]
name = "night"
hours = ["mon-fri 20:00-08:00", "sat,sun,holiday 00:00-24:00"]
percent = 50

[[tier]]
from_minutes = 1000
percent = "90"

[[tier]]
from_minutes = 5000
percent = "75.5"
""", parse_float=Decimal)


def sheet(text=SHEET, **options):
    return Sheet(text, **{"zone": "Europe/Moscow", "currency": "RUB",
                          **options})


@pytest.fixture(scope="module")
def deck():
    return Deck.of(sheet(), TARIFF, document="annex.csv")


# ---- the table ----

def test_a_deck_says_what_it_was_made_of(deck):
    assert len(deck) == 4
    assert deck.bands == [
        Band("day", Decimal(100), ["mon-fri 08:00-20:00"]),
        Band("night", Decimal(50), ["mon-fri 20:00-08:00",
                                    "sat-sun,holiday 00:00-24:00"])]
    assert deck.holidays == ["2026-10-06", "2026-10-10 mon"]
    assert deck.tiers == [Tier(60_000, Decimal(90)),
                          Tier(300_000, Decimal("75.5"))]
    assert deck.documents == [Document("annex.csv", 0)]
    rules = deck.rules
    assert rules["crossing"] == "per_second" and rules["vat"] == "gross"
    assert rules["vat_percent"] == "20" and rules["fee_on_zero"] == "true"
    assert rules["attempt_fee"] == "0.05" and rules["minimum_s"] == "3"
    assert rules["zone"] == "Europe/Moscow" and rules["currency"] == "RUB"


def test_what_a_deck_says_makes_the_same_deck(deck):
    table = {**deck.rules, "holidays": deck.holidays,
             "band": [band._asdict() for band in deck.bands],
             "tier": [{"from_minutes": tier.from_s // 60,
                       "percent": tier.percent} for tier in deck.tiers]}
    again = Deck.of(sheet(), table, document="annex.csv")
    assert again.pack() == deck.pack()


def test_rules_by_keyword_go_before_the_table():
    deck = Deck.of(sheet(), TARIFF, vat_percent="10", decimals=4)
    assert deck.rules["vat_percent"] == "10"
    assert deck.rules["decimals"] == "4"
    assert deck.documents == []


@pytest.mark.parametrize("currency, decimals", [
    ("RUB", "2"), ("JPY", "0"), ("KWD", "3"), ("XQQ", "2")])
def test_a_currency_says_its_decimals(currency, decimals):
    text = b"prefix,rate\n7,1\n"
    deck = Deck.of(sheet(text, currency=currency), zone="UTC")
    assert deck.rules["decimals"] == decimals
    deck = Deck.of(sheet(text, currency=currency), zone="UTC", decimals="5")
    assert deck.rules["decimals"] == "5"


def without(key):
    return {k: v for k, v in TARIFF.items() if k != key}


DAY = {"name": "day", "hours": ["daily 00:00-24:00"]}


@pytest.mark.parametrize("change, field", [
    ({"colour": 1}, "colour"),
    ({"rounding": "sideways"}, "rounding"),
    ({"minimum_s": -1}, "minimum_s"),
    ({"minimum_s": Decimal("1.5")}, "minimum_s"),
    ({"vat_percent": 20.5}, "vat_percent"),
    ({"vat_percent": "20\0"}, "vat_percent"),
    ({"decimals": None}, "decimals"),
    ({"zone": ["UTC"]}, "zone"),
    ({"holidays": "2026-01-01"}, "holidays"),
    ({"holidays": ["2026-01-01", "2026-02-30"]}, "holidays[1]"),
    ({"holidays": [dt.date(2026, 1, 1)]}, "holidays[0]"),
    ({"band": {"name": "day"}}, "band"),
    ({"band": ["day"]}, "band[0]"),
    ({"band": [DAY, {"name": "x"}]}, "band[1].hours"),
    ({"band": [{"hours": []}]}, "band[0].name"),
    ({"band": [{**DAY, "colour": 1}]}, "band[0].colour"),
    ({"band": [{**DAY, "hours": "daily 00:00-24:00"}]}, "band[0].hours"),
    ({"band": [{**DAY, "hours": ["daily 00:00-24:00", "soon"]}]},
     "band[0].hours[1]"),
    ({"band": [{**DAY, "hours": ["mon 01:00-02:00"] * 17}]},
     "band[0].hours[16]"),
    ({"band": [{**DAY, "percent": "many"}]}, "band[0].percent"),
    ({"band": [{**DAY, "percent": "1.00001"}]}, "band[0].percent"),
    ({"band": [{**DAY, "name": "x" * 32}]}, "band[0].name"),
    ({"tier": [{"from_minutes": 1}]}, "tier[0].percent"),
    ({"tier": [{"from_minutes": 0, "percent": 1}]},
     "tier[0].from_minutes"),
    ({"tier": [{"from_minutes": "1.5", "percent": 1}]},
     "tier[0].from_minutes"),
    ({"tier": [{"from_minutes": 1, "percent": 1, "x": 1}]}, "tier[0].x"),
])
def test_a_refused_key_is_named(change, field):
    with pytest.raises((InvalidArgument, ParseError, OutOfRange)) as caught:
        Deck.of(sheet(), {**TARIFF, **change})
    assert caught.value.field == field
    assert caught.value.message


def test_bands_that_leave_a_minute_make_no_deck():
    band = {"name": "day", "hours": ["mon-fri 08:00-20:00"]}
    with pytest.raises(Conflict):
        Deck.of(sheet(), {**TARIFF, "band": [band]})
    with pytest.raises((InvalidArgument, Conflict)):
        Deck.of(sheet(), without("band"))        # the sheet names `night`


def test_a_sheet_of_another_currency():
    with pytest.raises(InvalidArgument, match="USD") as caught:
        Deck.of(sheet(currency="USD"), TARIFF)
    assert caught.value.field == "currency"


def test_half_a_sheet_makes_no_deck():
    broken = sheet(b"prefix,rate\n7,1\n8,cheap\n9,\n")
    with pytest.raises(ParseError) as caught:
        Deck.of(broken, zone="UTC")
    assert (caught.value.line, caught.value.field) == (3, "rate")
    assert "rejected rows: 2" in caught.value.message


# ---- questions ----

def test_charge(deck):
    c = deck.rate("74951234567", answer=ANSWER, seconds=70)
    # ten seconds of day, sixty of night at its own price, and the fee
    assert c.cost == Money(Decimal("0.70"), "RUB")
    assert c.net.amount + c.vat.amount == c.cost.amount
    assert (c.seconds, c.charged_s, c.bundle_s, c.paid_s) == (70, 70, 0, 70)
    assert c.document == Document("annex.csv", 0)
    assert c.rate_index == 0 and c.line == 2 and c.converted is None
    assert deck.row(c.rate_index).prefix == c.prefix == "7"


def test_terms_of_a_call(deck):
    def cost(number="78430000001", **call):
        return deck.rate(number, answer=ANSWER, **{"seconds": 60, **call})

    city = cost(relation="same_city", caller="78430000002")
    assert city.relation == "same_city" and city.destination == "Kazan"
    assert cost(relation="other").relation is None
    part = cost(bundle_left_s=45)
    assert (part.bundle_s, part.paid_s) == (45, 15)
    assert cost(used_s=10 ** 6).cost < cost().cost
    missed = cost(answered=False, seconds=0)
    assert missed.cost == Money(Decimal("0.05"), "RUB")
    assert missed.rate_index is None and missed.document is None
    inside = cost(direction="internal")
    assert inside.cost.amount == 0 and inside.rate_index is None


def test_exchange():
    deck = Deck.of(sheet(b"prefix,rate\n44,0.0123\n", currency="USD"),
                   zone="UTC", convert_to="RUB", vat_percent="20")
    c = deck.rate("44", answer=ANSWER, seconds=60,
                  exchange=Decimal("92.5"))
    assert c.converted == Money(Decimal("1.14"), "RUB")
    assert c.converted_net == Money(Decimal("1.14"), "RUB")
    assert c.converted_vat == Money(Decimal("0.23"), "RUB")
    with pytest.raises(NoPrice):
        deck.rate("44", answer=ANSWER, seconds=60)


def test_spans_add_up(deck):
    call = {"answer": ANSWER, "seconds": 70, "bundle_left_s": 22}
    spans = deck.spans("74951234567", **call)
    assert all(isinstance(span, Span) for span in spans)
    assert sum(s.seconds for s in spans) == 70
    assert [s.from_s for s in spans] == sorted({s.from_s for s in spans})
    assert {s.band for s in spans} == {"day", "night"}
    assert sum(s.seconds for s in spans if s.in_bundle) == 22
    charge = deck.rate("74951234567", **call)
    assert sum(s.exact for s in spans) + Decimal("0.10") == \
        charge.cost.amount
    assert spans[-1].price == Decimal("0.40")
    assert spans[-1].band_percent == spans[-1].tier_percent == 100
    with pytest.raises(NoPrice):
        deck.spans("8800", answer=ANSWER, seconds=1)


def test_lookup(deck):
    row = deck.lookup("74951234567", answer=ANSWER)
    assert isinstance(row, Rate)
    assert (row.prefix, row.price, row.band, row.direction) == (
        "7", Decimal("1.20"), "", "any")
    assert deck.lookup("7", answer=ANSWER, direction="internal") is None
    with pytest.raises(NoPrice):
        deck.lookup("8800", answer=ANSWER)
    with pytest.raises(Refused):
        deck.lookup("79161234567", answer=ANSWER)
    assert deck.row(1).band == "night" and deck.row(3).blocked
    with pytest.raises(NotFound):
        deck.row(4)


def test_explain_uses_the_same_terms(deck):
    plain = deck.explain("74951234567", answer=ANSWER, seconds=70)
    part = deck.explain("74951234567", answer=ANSWER, seconds=70,
                        bundle_left_s=20)
    assert plain != part
    assert deck.explain("8800", answer=ANSWER, lang="ru")


@pytest.mark.parametrize("call, raises", [
    ({"direction": "sideways"}, InvalidArgument),
    ({"relation": "near"}, InvalidArgument),
    ({"seconds": -1}, InvalidArgument),
    ({"seconds": Decimal("0.0000001")}, InvalidArgument),
    ({"seconds": Decimal("NaN")}, InvalidArgument),
    ({"seconds": 10 ** 9 + 1}, OutOfRange),
    ({"seconds": 10 ** 20}, OutOfRange),
    ({"used_s": 2 ** 70}, OutOfRange),
    ({"bundle_left_s": 1.5}, InvalidArgument),
    ({"exchange": Decimal("Infinity")}, InvalidArgument),
    ({"exchange": Decimal("1e-10")}, InvalidArgument),
    ({"caller": "anonymous"}, InvalidArgument),
    ({"caller": "7\0"}, ValueError),
    ({"answer": dt.datetime(2026, 1, 1)}, ValueError),
    ({"colour": 1}, TypeError),
])
def test_refused_calls(deck, call, raises):
    with pytest.raises(raises):
        deck.rate("7495", **{"answer": ANSWER, "seconds": 1, **call})


def test_a_call_wants_an_answer(deck):
    with pytest.raises(TypeError):
        deck.rate("7495", seconds=1)


# ---- files ----

def test_a_deck_file_is_the_deck(deck, tmp_path):
    path = tmp_path / "annex.deck"
    deck.save(path)
    assert path.read_bytes() == deck.pack()
    again = Deck.open(path)
    assert again.pack() == deck.pack()
    assert again.rules == deck.rules and again.bands == deck.bands
    call = {"answer": ANSWER, "seconds": 70}
    assert again.rate("74951234567", **call) == deck.rate("74951234567",
                                                          **call)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ParseError):
        Deck.open(path)
    with pytest.raises(trunkwise.IOFailure):
        Deck.open(tmp_path / "none.deck")


# ---- threads ----

def test_threads_share_a_deck(deck):
    wanted = deck.rate("74951234567", answer=ANSWER, seconds=70)
    wrong = []

    def ask():
        for _ in range(300):
            if deck.rate("74951234567", answer=ANSWER, seconds=70) != wanted:
                wrong.append(1)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
