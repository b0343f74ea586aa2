"""The library's zones against Python's zoneinfo, around every transition."""

from __future__ import annotations

import datetime as dt
import os
import zoneinfo

import pytest

from trunkwise import NotFound, raw
from trunkwise.values import instant, microseconds

UTC = dt.timezone.utc
ALL = sorted(zoneinfo.available_timezones())
EVERYDAY = [z for z in ALL if z.startswith(("Europe/", "Asia/")) or z in (
    "Africa/Casablanca", "America/Sao_Paulo", "America/St_Johns",
    "Australia/Lord_Howe", "Pacific/Apia", "Antarctica/Troll")]
ZONES = ALL if os.environ.get("TW_TEST_LONG") else EVERYDAY


def local(zone, us):
    c = raw.zone_local(zone, us)
    return (c.year, c.month, c.day, c.hour, c.minute, c.second, c.weekday,
            c.offset_s)


def oracle(info, us):
    t = instant(us).astimezone(info)
    return (t.year, t.month, t.day, t.hour, t.minute, t.second, t.weekday(),
            int(t.utcoffset().total_seconds()))


@pytest.mark.parametrize("name", ZONES)
def test_local_time_around_every_transition(name):
    if name in ("localtime", "posixrules", "Factory"):
        pytest.skip("not a place")
    zone, info = raw.tw_zone_open(name), zoneinfo.ZoneInfo(name)
    at = microseconds(dt.datetime(2000, 1, 1, tzinfo=UTC))
    end = microseconds(dt.datetime(2038, 1, 1, tzinfo=UTC))
    while at < end:
        for us in (at - 1_000_000, at, at + 1_000_000):
            assert local(zone, us) == oracle(info, us), (name, us)
        # at least once a quarter also where nothing changes
        at = min(raw.tw_zone_next_change(zone, at),
                 at + 90 * 86_400_000_000)


@pytest.mark.parametrize("name", [
    "", "Europe/Nowhere", "../../etc/passwd", "/etc/passwd", "Europe/",
    "Europe/Moscow\n", "a" * 400])
def test_a_zone_that_does_not_exist(name):
    with pytest.raises((NotFound, ValueError)):
        raw.tw_zone_open(name)


def test_gap_and_repeated_hour():
    berlin = raw.tw_zone_open("Europe/Berlin")
    gap = raw.zone_instant(berlin, 2026, 3, 29, 2, 30, 0)
    assert instant(gap) == dt.datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    twice = raw.zone_instant(berlin, 2026, 10, 25, 2, 30, 0)
    assert instant(twice) == dt.datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
