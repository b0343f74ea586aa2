"""Bands against Python's zoneinfo, around every clock change 2000-2037 of
every zone: an instant has the band of its local time, counted second by
second. A sample of zones everyday, all of them with TW_TEST_LONG=1."""

from __future__ import annotations

import datetime as dt
import os
import zoneinfo

import pytest

from rating_cases import changes
from trunkwise import Deck, Sheet

UTC = dt.timezone.utc
EVERYDAY = ("Africa/Casablanca", "America/Havana", "America/Sao_Paulo",
            "America/St_Johns", "Antarctica/Troll", "Asia/Beirut",
            "Asia/Kolkata", "Asia/Pyongyang", "Australia/Lord_Howe",
            "Europe/Berlin", "Europe/Moscow", "Europe/Volgograd",
            "Pacific/Apia", "Pacific/Chatham")
NO_PLACE = ("Factory", "localtime", "posixrules")
ZONES = EVERYDAY
if os.environ.get("TW_TEST_LONG"):
    ZONES = tuple(z for z in sorted(zoneinfo.available_timezones())
                  if z not in NO_PLACE)

# Seconds in three bands are one number: a, b and c of them cost a, b * 10^5
# and c * 10^10 nano-units, so that one charge tells all three counts.
BASE = 10 ** 5
RATES = "7,0.00000006,a\n7,0.006,b\n7,600,c\n"
NAMES = "abc"
LONGEST_S = 4 * 3600


def half_hours(slot: int) -> str:
    clock = [f"{m // 60:02}:{m % 60:02}" for m in (30 * slot, 30 * slot + 30)]
    return f"daily {clock[0]}-{clock[1]}"


def every_third_half_hour() -> list[dict]:
    return [{"name": name, "hours": [half_hours(slot) for slot in
                                     range(n, 48, 3)]}
            for n, name in enumerate(NAMES)]


def by_day() -> list[dict]:
    return [{"name": "a", "hours": ["mon,thu 00:00-24:00",
                                    "sun 00:00-12:00"]},
            {"name": "b", "hours": ["tue,fri 00:00-24:00"]},
            {"name": "c", "hours": ["wed,sat 00:00-24:00",
                                    "sun,holiday 12:00-24:00",
                                    "holiday 00:00-12:00"]}]


def slot_of(local: dt.datetime) -> int:
    return (local.hour * 2 + local.minute // 30) % 3


def day_of(local: dt.datetime) -> int:
    if local.weekday() == 6:
        return 0 if local.hour < 12 else 2
    return local.weekday() % 3


CALENDARS = {"half hours": (every_third_half_hour, slot_of),
             "days": (by_day, day_of)}


def change_instants(zone: str) -> list[int]:
    """The first second of each new offset."""
    info, found = zoneinfo.ZoneInfo(zone), []
    for after in changes(zone):
        low, high = after - 12 * 3600, after
        new = dt.datetime.fromtimestamp(high, info).utcoffset()
        while high - low > 1:
            middle = (low + high) // 2
            if dt.datetime.fromtimestamp(middle, info).utcoffset() == new:
                high = middle
            else:
                low = middle
        found.append(high)
    return found


def deck_of(zone: str, bands: list[dict]) -> Deck:
    text = "prefix,rate,band,first_inc,next_inc\n" + "".join(
        f"{line},1,1\n" for line in RATES.split())
    return Deck.of(Sheet(text.encode(), currency="RUB", zone=zone), tariff={
        "zone": zone, "currency": "RUB", "crossing": "per_second",
        "decimals": 9, "rounding": "down", "band": bands})


def counted(deck: Deck, at: int, seconds: int) -> list[int]:
    """Seconds per band as the library charged them."""
    charge = deck.rate("74951234567", seconds=seconds,
                       answer=dt.datetime.fromtimestamp(at, UTC))
    nanos = int(charge.cost.amount.scaleb(9))
    return [nanos % BASE, nanos // BASE % BASE, nanos // BASE ** 2]


def expected(info: zoneinfo.ZoneInfo, band_of, at: int, seconds: int
             ) -> list[int]:
    counts = [0, 0, 0]
    for second in range(at, at + seconds):
        counts[band_of(dt.datetime.fromtimestamp(second, info))] += 1
    return counts


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("calendar", CALENDARS)
def test_bands_around_every_clock_change(zone, calendar):
    bands, band_of = CALENDARS[calendar]
    deck, info = deck_of(zone, bands()), zoneinfo.ZoneInfo(zone)
    instants = change_instants(zone) or [1_000_000_000]
    for change in instants:
        for offset in (-86_400, -3600, -1800, -1, 0, 1, 1800, 3600, 86_400):
            at = change + offset
            assert counted(deck, at, 1) == expected(info, band_of, at, 1), (
                zone, at)
        at = change - LONGEST_S // 2
        assert counted(deck, at, LONGEST_S) == expected(
            info, band_of, at, LONGEST_S), (zone, at)


def test_the_sample_has_changes():
    assert len(change_instants("Europe/Berlin")) == 76
    assert len(change_instants("Africa/Casablanca")) > 70
