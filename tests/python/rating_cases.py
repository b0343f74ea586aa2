"""Random tariffs, sheets and calls for the oracle of rating, each from one
number, so that a failure names all that made it. Values crowd where rules
meet: dates, clock changes, ends of increments, bundles and tiers."""

from __future__ import annotations

import datetime as dt
import random
import zoneinfo
from functools import lru_cache
from typing import Any, NamedTuple

from rating_oracle import MICROS, Call, Fraction, midnight_us

ZONES = ("Europe/Moscow", "Europe/Berlin", "America/New_York", "UTC",
         "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca",
         "America/Sao_Paulo", "Asia/Tehran", "Pacific/Apia",
         "America/St_Johns", "Asia/Beirut", "America/Havana")
COLUMNS = ("prefix", "destination", "rate", "currency", "effective_from",
           "effective_to", "first_inc", "next_inc", "connect_fee",
           "direction", "caller_prefix", "relation", "band", "from_s",
           "status")
LENGTHS = (1, 1, 6, 7, 10, 30, 60, 60, 61, 90)
CLOCKS = ("00:00", "01:00", "02:00", "02:30", "03:00", "08:00", "12:00",
          "17:01", "20:00", "23:59")
DAYS = ("mon-fri", "sat,sun", "sat,sun,holiday", "daily", "daily", "mon",
        "holiday", "tue-thu,sat", "fri-sun,holiday", "mon,wed")


class Case(NamedTuple):
    tariff: dict[str, Any]      # a [[tariff]] table
    rows: list[dict[str, str]]
    calls: list[Call]

    @property
    def sheet(self) -> str:
        lines = [",".join(COLUMNS)]
        lines += [",".join(row.get(c, "") for c in COLUMNS)
                  for row in self.rows]
        return "\n".join(lines) + "\n"


@lru_cache(maxsize=None)
def changes(zone: str) -> list[int]:
    """Hours from 2000 to 2037 after which the clock goes otherwise."""
    info, found = zoneinfo.ZoneInfo(zone), []
    end = int(dt.datetime(2038, 1, 1, tzinfo=dt.timezone.utc).timestamp())
    step, at = 12 * 3600, 946_684_800
    last = dt.datetime.fromtimestamp(at, info).utcoffset()
    while at < end:
        now = dt.datetime.fromtimestamp(at + step, info).utcoffset()
        if now != last:
            found.append(at + step)
            last = now
        at += step
    return found


class Maker:
    """One random tariff and its calls."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.chance = lambda p: self.random.random() < p
        self.pick = self.random.choice
        self.zone = self.pick(ZONES)
        start, end = 946_684_800, 2_145_916_800
        focus = self.random.randrange(start + 864_000, end - 864_000)
        if changes(self.zone) and self.chance(0.5):
            focus = self.pick(changes(self.zone))
        day = dt.datetime.fromtimestamp(
            focus, zoneinfo.ZoneInfo(self.zone)).date()
        self.dates = [(day + dt.timedelta(days=n)).isoformat()
                      for n in range(-2, 4)]
        self.anchors = [focus * MICROS] + [
            midnight_us(self.zone, date) for date in self.dates]

    def decimal(self, most: int, places: int) -> str:
        places = self.random.randint(0, places)
        return f"{self.random.random() * most:.{places}f}"

    # ---- the tariff ----

    def tariff(self) -> dict[str, Any]:
        chance, pick = self.chance, self.pick
        table: dict[str, Any] = {
            "currency": pick(("RUB", "RUB", "USD", "JPY", "KWD")),
            "zone": self.zone,
            "seconds": pick(("ceil", "ceil", "floor", "nearest")),
            "rounding": pick(("up", "down", "half_up", "half_even")),
            "crossing": pick(("increment_start", "per_second",
                              "call_start"))}
        if chance(0.8):
            table["decimals"] = self.random.randint(0, 9)
        if chance(0.2):
            table["round_each"] = "increment"
        for key, most in (("minimum_s", 120), ("free_below_s", 20),
                          ("included_s", 90)):
            if chance(0.15):
                table[key] = self.random.randint(1, most)
        for key in ("minimum_charge", "maximum_charge", "attempt_fee"):
            if chance(0.15):
                table[key] = self.decimal(10, 4)
        if chance(0.3):
            table["fee_on_zero"] = chance(0.7)
        if chance(0.5):
            table["vat"] = pick(("net", "gross"))
            table["vat_percent"] = pick(("20", "0", "18", "7.7", "12.3456",
                                         "50", "100"))
        if chance(0.2):
            table["convert_to"] = pick([c for c in ("RUB", "EUR", "JPY",
                                                    "KWD")
                                        if c != table["currency"]])
        self.add_lists(table)
        return table

    def add_lists(self, table: dict[str, Any]) -> None:
        chance = self.chance
        if chance(0.6):
            table["band"] = self.bands()
        if chance(0.5):
            table["holidays"] = [
                date + self.pick(("", "", " mon", " sat", " wed"))
                for date in self.random.sample(self.dates, 2)]
        if chance(0.3):
            starts = sorted(self.random.sample(range(1, 12),
                                               self.random.randint(1, 4)))
            table["tier"] = [{"from_minutes": start,
                              "percent": self.percent()}
                             for start in starts]
            if chance(0.2):
                table["tier_mode"] = "whole"

    def percent(self) -> str:
        return self.pick(("50", "100", "0", "33.3333", "150", "90", "75",
                          "12.5"))

    def bands(self) -> list[dict[str, Any]]:
        """The last one serves what the others leave; now and then nothing
        is left, or somebody forgot it."""
        bands = []
        for number in range(self.random.randint(1, 3)):
            bands.append({"name": f"b{number}", "hours": [
                self.hours() for _ in range(self.random.randint(1, 3))]})
        bands.append({"name": "rest", "hours": ["daily 00:00-24:00"]})
        if self.chance(0.03):
            self.random.shuffle(bands)
        if self.chance(0.03):
            del bands[-1]
        for band in bands:
            if self.chance(0.7):
                band["percent"] = self.percent()
        return bands

    def hours(self) -> str:
        start = self.pick(CLOCKS)
        end = self.pick([c for c in CLOCKS[1:] + ("24:00",) if c != start])
        for clock in (start, end):
            for date in self.dates[1:4]:
                if clock != "24:00":
                    self.anchors.append(self.instant(date, clock))
        return f"{self.pick(DAYS)} {start}-{end}"

    def instant(self, date: str, clock: str) -> int:
        wall = dt.datetime.fromisoformat(f"{date}T{clock}")
        return int(wall.replace(
            tzinfo=zoneinfo.ZoneInfo(self.zone)).timestamp()) * MICROS

    # ---- the sheet ----

    def rows(self, table: dict[str, Any]) -> list[dict[str, str]]:
        names = [band["name"] for band in table.get("band", ())]
        self.prefixes = self.prefix_pool()
        rows: list[dict[str, str]] = []
        for prefix in self.prefixes:
            keys = {self.key() for _ in range(self.pick((0, 1, 2, 3)))}
            if not keys or self.chance(0.6):
                keys.add(("", "", ""))
            for key in sorted(keys):
                for part in self.versions(names):
                    rows.append(part | dict(zip(
                        ("prefix", "caller_prefix", "relation",
                         "direction"), (prefix, *key))))
        if self.chance(0.12):
            self.spoil(rows, names)
        for row in rows:
            row["currency"] = table["currency"]
        self.random.shuffle(rows)
        return rows

    def prefix_pool(self) -> list[str]:
        pool = set()
        stem = self.pick(("7843", "4930", "1", "77777"))
        for _ in range(self.random.randint(1, 4)):
            cut = stem[:self.random.randint(1, len(stem))]
            if self.chance(0.4):
                cut += self.pick("37")
            pool.add(cut)
        return sorted(pool)

    def key(self) -> tuple[str, str, str]:
        if self.chance(0.5):
            return ("", "", "")
        return (self.pick(("", "", "7", "78", "7843")),
                self.pick(("", "", "same_city", "same_region", "other")),
                self.pick(("", "", "outbound", "inbound", "forward")))

    def versions(self, names: list[str]) -> list[dict[str, str]]:
        """The rows of one key over time."""
        if self.chance(0.5):
            return self.price(names, "", "")
        cuts = sorted(self.random.sample(self.dates,
                                         self.random.randint(1, 3)))
        ends = ["", *cuts, ""]
        rows = []
        for start, end in zip(ends, ends[1:]):
            if self.chance(0.9):
                rows += self.price(names, start, end)
        return rows

    def price(self, names: list[str], start: str, end: str
              ) -> list[dict[str, str]]:
        when = {"effective_from": start, "effective_to": end}
        kind = self.random.random()
        if kind < 0.08:
            return [when | {"status": "blocked"}]
        if kind < 0.16:
            return [when | {"status": "ended"}]
        if kind < 0.55:
            return [self.row("", 0, when)]
        bands = [n for n in names if self.chance(0.6)]
        if set(bands) < set(names) or not names or self.chance(0.2):
            bands.append("")
        rows = []
        for band in bands:
            rows.append(self.row(band, 0, when))
            for from_s in self.random.sample((1, 30, 59, 60, 61, 90, 300),
                                             self.pick((0, 0, 1, 2))):
                rows.append(self.row(band, from_s, self.within(when)))
        return rows

    def within(self, when: dict[str, str]) -> dict[str, str]:
        """A part may come later than its price, or go before it."""
        if not self.chance(0.15):
            return when
        inside = [d for d in self.dates
                  if (when["effective_from"] or "0") < d
                  < (when["effective_to"] or "9")]
        if not inside:
            return when
        side = self.pick(("effective_from", "effective_to"))
        return when | {side: self.pick(inside)}

    def row(self, band: str, from_s: int, when: dict[str, str]
            ) -> dict[str, str]:
        row = when | {"band": band, "from_s": str(from_s or ""),
                      "rate": self.decimal(self.pick((1, 10, 500)), 9)}
        if self.chance(0.05):
            row["rate"] = "0"
        if self.chance(0.8):
            row["first_inc"] = str(self.pick(LENGTHS))
            row["next_inc"] = str(self.pick(LENGTHS))
        if self.chance(0.4):
            row["connect_fee"] = self.decimal(2, 9)
        return row

    def spoil(self, rows: list[dict[str, str]], names: list[str]) -> None:
        """What a deck may refuse, or not: the oracle says which."""
        if not rows:
            return
        row = self.pick(rows)
        how = self.random.randrange(8)
        if how == 0:
            rows.append(dict(row))
        elif how == 1:
            rows.remove(row)
        elif how == 2 and "rate" in row:
            row["band"] = self.pick(names + ["nowhere", ""])
        elif how == 3 and "rate" in row:
            row["from_s"] = self.pick(("", "60", "61"))
        elif how == 4:
            rows.append({k: row.get(k, "") for k in (
                "effective_from", "effective_to", "caller_prefix",
                "relation", "direction", "prefix")} | {
                    "status": self.pick(("blocked", "ended"))})
        elif how >= 6:
            row["effective_to"] = ""        # ends at the next one
        elif not row["effective_to"]:
            row["effective_to"] = self.dates[-1]    # its first day, perhaps

    # ---- calls ----

    def call(self, table: dict[str, Any]) -> Call:
        pick, chance = self.pick, self.chance
        duration_us = self.duration()
        call = Call(self.number(), self.answer(duration_us), duration_us,
                    direction=pick(("outbound",) * 7 + (
                        "forward", "forward", "inbound")),
                    relation=pick(("", "", "same_city", "same_region",
                                   "other")))
        if chance(0.5):
            call.caller = pick(("7", "78", "7843", "784", "")) + str(
                self.random.randrange(10 ** 6))
        if chance(0.2):
            call.bundle_left_s = self.random.randint(1, 300)
        if "tier" in table:
            call.used_s = self.random.randint(0, 800)
        if "convert_to" in table and chance(0.9):
            call.exchange = Fraction(self.pick(
                ("92.5", "1", "0.010811", "0.000000001", "1234.5678")))
        if chance(0.01):
            call.direction = "internal"
        elif chance(0.03):
            call.answered, call.duration_us = False, 0
        return call

    def number(self) -> str:
        digits = str(self.random.randrange(10 ** self.random.randint(1, 9)))
        if self.chance(0.9):
            digits = self.pick(self.prefixes) + digits
        return digits[:15]

    def answer(self, duration_us: int) -> int:
        """Mostly so that something happens while the call lasts."""
        at = self.pick(self.anchors)
        how = self.random.randrange(10)
        if how < 2:
            return at + self.pick((-1, 0, 1))
        if how < 7:
            return at - self.random.randint(0, duration_us + 60 * MICROS)
        if how < 8:
            return at + self.random.randint(-400, 400) * MICROS
        return at + self.random.randint(-2 * 86_400 * MICROS,
                                        2 * 86_400 * MICROS)

    def duration(self) -> int:
        how = self.random.randrange(100)
        if how < 3:
            return 0
        if how < 60:
            us = self.pick((1, 2, 3, 29, 30, 31, 59, 60, 61, 67, 89, 90, 91,
                            119, 120, 121, 300, 301)) * MICROS
            return us + self.pick((0, 0, 0, -1, 1, -500_000, 500_000,
                                   -500_001))
        if how < 97:
            return self.random.randrange(600 * MICROS)
        return self.random.randrange(7200 * MICROS)


def case(seed: int, calls: int) -> Case:
    maker = Maker(seed)
    table = maker.tariff()
    rows = maker.rows(table)
    return Case(table, rows, [maker.call(table) for _ in range(calls)])
