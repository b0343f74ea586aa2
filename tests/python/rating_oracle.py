"""What a call costs, computed a second time: in fractions, increment by
increment, written from docs/rating.md alone. It is slow and plain on purpose,
and no line of it is shared with the library. Where the page leaves room, the
reading taken here stands in a comment that begins with "Reading:".
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import zoneinfo
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Iterator, Mapping, NamedTuple, Sequence

MICROS = 1_000_000
LONGEST_US = 10 ** 9 * MICROS
LARGEST = Fraction(2 ** 63 - 1, 10 ** 9)
FAR = 10 ** 30

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday")
HOLIDAY = 7
EXPONENTS = {"JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3, "TND": 3}

# Which rows a call asks, best first.
RELATIONS = {
    "same_city": ("same_city", "same_region", ""),
    "same_region": ("same_region", ""),
    "other": ("other", ""),
    "": ("",),
}
TABLES = {
    "outbound": (("outbound", ""),),
    "inbound": (("inbound",),),
    "forward": (("forward",), ("outbound", "")),
}


class Says(Exception):
    """The call has no charge; ``code`` as the library names it."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


class BadDeck(Exception):
    """These rules and rows make no deck."""


@dataclass(slots=True)
class Row:
    line: int
    prefix: str
    price: Fraction             # per minute
    first: int = 60
    next: int = 60
    fee: Fraction = Fraction(0)
    direction: str = ""
    caller_prefix: str = ""
    relation: str = ""
    band: str = ""
    from_s: int = 0
    status: str = ""            # "", "blocked", "ended"
    start_us: int = -FAR
    end_us: int = FAR

    def in_force(self, us: int) -> bool:
        return self.start_us <= us < self.end_us

    @property
    def group(self) -> tuple:
        return (self.prefix, self.caller_prefix, self.relation,
                self.direction)


@dataclass(slots=True)
class Call:
    number: str
    answer_us: int
    duration_us: int
    direction: str = "outbound"
    caller: str | None = None
    relation: str = ""
    bundle_left_s: int = 0
    used_s: int = 0
    exchange: Fraction | None = None
    answered: bool = True


class Charge(NamedTuple):
    cost: Fraction
    net: Fraction
    vat: Fraction
    seconds: int = 0
    charged_s: int = 0
    bundle_s: int = 0
    paid_s: int = 0
    converted: Fraction | None = None
    converted_net: Fraction | None = None
    converted_vat: Fraction | None = None
    line: int = 0


# ---- arithmetic -----------------------------------------------------------

def rounded(value: Fraction, decimals: int, mode: str) -> Fraction:
    """``value`` is never negative here."""
    scaled = value * 10 ** decimals
    whole = scaled.numerator // scaled.denominator
    rest = scaled - whole
    if rest == 0 or mode == "down":
        pass
    elif mode == "up":
        whole += 1
    elif mode == "half_up":
        whole += rest >= Fraction(1, 2)
    elif rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2):
        whole += 1
    return Fraction(whole, 10 ** decimals)


def whole_seconds(us: int, rule: str) -> int:
    exact = Fraction(us, MICROS)
    if rule == "ceil":
        return math.ceil(exact)
    if rule == "floor":
        return math.floor(exact)
    return math.floor(exact + Fraction(1, 2))


# ---- time -----------------------------------------------------------------

@lru_cache(maxsize=None)
def midnight_us(zone: str, date: str) -> int:
    """The first instant at which the local date is that day or a later one:
    where clocks skip midnight, the end of the gap."""
    info, day = zoneinfo.ZoneInfo(zone), dt.date.fromisoformat(date)
    wall = dt.datetime.combine(day, dt.time(), info)
    at = int(wall.timestamp())
    if dt.datetime.fromtimestamp(at, info).replace(
            tzinfo=None) == wall.replace(tzinfo=None):
        return at * MICROS
    at -= 48 * 3600
    while dt.datetime.fromtimestamp(at, info).date() < day:
        at += 60
    return at * MICROS


def day_kinds(text: str) -> set[int]:
    """"mon-fri", "sat,sun,holiday" or "daily" as numbers of DAYS."""
    if text == "daily":
        return set(range(8))
    kinds: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        kinds |= set(range(DAYS.index(first),
                           DAYS.index(last or first) + 1))
    return kinds


def minutes_of(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


class Band:
    def __init__(self, table: Mapping):
        self.name = table["name"]
        self.percent = Fraction(str(table.get("percent", 100))) / 100
        self.hours: list[tuple[set[int], int, int]] = []
        for text in table["hours"]:
            days, clock = text.split()
            start, end = map(minutes_of, clock.split("-"))
            kinds = day_kinds(days)
            if end > start:
                self.hours.append((kinds, start, end))
            else:
                self.hours.append((kinds, start, 1440))
                self.hours.append((kinds, 0, end))


class Calendar:
    """Which band serves an instant."""

    def __init__(self, bands: Sequence[Band], holidays: Sequence[str],
                 zone: str):
        self.zone = zoneinfo.ZoneInfo(zone)
        self.bands = bands
        self.special: dict[dt.date, int] = {}
        for text in holidays:
            date, _, kind = text.partition(" ")
            self.special[dt.date.fromisoformat(date)] = DAYS.index(
                kind or "holiday")
        self.week: list[list[Band | None]] = [[None] * 1440
                                              for _ in range(8)]
        for band in reversed(bands):       # the first one listed serves
            for kinds, start, end in band.hours:
                for kind in kinds:
                    self.week[kind][start:end] = [band] * (end - start)
        self.seen: dict[int, Band | None] = {}
        self._check()

    def _check(self) -> None:
        if not self.bands:
            return
        kinds = set(range(7))
        if HOLIDAY in self.special.values() or any(
                HOLIDAY in k and len(k) < 8
                for b in self.bands for k, _, _ in b.hours):
            kinds.add(HOLIDAY)      # Reading: `daily` alone names it not
        serving = set()
        for kind in kinds:
            if None in self.week[kind]:
                raise BadDeck(f"{DAYS[kind]} is not covered")
            serving |= {band.name for band in self.week[kind] if band}
        for band in self.bands:
            if band.name not in serving:
                raise BadDeck(f"{band.name} never serves")

    def band_at(self, us: int) -> Band | None:
        """By local time; since 2000 every zone keeps to whole minutes of
        UTC, so that one answer holds for a minute."""
        if not self.bands:
            return None
        minute = us // (60 * MICROS)
        if minute not in self.seen:
            local = dt.datetime.fromtimestamp(minute * 60, self.zone)
            offset = local.utcoffset()
            assert offset is not None and offset.seconds % 60 == 0
            kind = self.special.get(local.date(), local.weekday())
            self.seen[minute] = self.week[kind][local.hour * 60 +
                                                local.minute]
        return self.seen[minute]


# ---- the tariff -----------------------------------------------------------

@dataclass
class Rules:
    currency: str = "RUB"
    zone: str = "Europe/Moscow"
    seconds: str = "ceil"
    rounding: str = "half_up"
    decimals: int = 2
    crossing: str = "increment_start"
    round_each: str = "call"
    vat: str = "net"
    vat_percent: Fraction = Fraction(0)
    fee_on_zero: bool = False
    minimum_s: int = 0
    free_below_s: int = 0
    included_s: int = 0
    minimum_charge: Fraction = Fraction(0)
    maximum_charge: Fraction = Fraction(0)
    attempt_fee: Fraction = Fraction(0)
    convert_to: str = ""
    tier_mode: str = "graduated"
    bands: list[Band] = field(default_factory=list)
    holidays: list[str] = field(default_factory=list)
    tiers: list[tuple[int, Fraction]] = field(default_factory=list)

    @classmethod
    def of(cls, table: Mapping) -> "Rules":
        rules = cls()
        for key, value in table.items():
            if key == "band":
                rules.bands = [Band(b) for b in value]
            elif key == "tier":
                rules.tiers = [(int(t["from_minutes"]) * 60,
                                Fraction(str(t["percent"])) / 100)
                               for t in value]
            elif key in ("holidays", "fee_on_zero"):
                setattr(rules, key, value)
            elif isinstance(getattr(rules, key), int):
                setattr(rules, key, int(value))
            elif isinstance(getattr(rules, key), Fraction):
                setattr(rules, key, Fraction(str(value)))
            else:
                setattr(rules, key, str(value))
        if "decimals" not in table:
            rules.decimals = EXPONENTS.get(rules.currency, 2)
        return rules


def rows_of(text: str, zone: str) -> list[Row]:
    """The native columns; what is refused in a sheet is another test's."""
    rows = []
    for line, cells in enumerate(csv.DictReader(io.StringIO(text.strip())),
                                 2):
        got = {k: (v or "").strip() for k, v in cells.items()}
        row = Row(line, got["prefix"], Fraction(got.get("rate") or 0))
        row.first = int(got.get("first_inc") or 60)
        row.next = int(got.get("next_inc") or 60)
        row.fee = Fraction(got.get("connect_fee") or 0)
        for key in ("direction", "caller_prefix", "relation", "band",
                    "status"):
            setattr(row, key, got.get(key, ""))
        row.from_s = int(got.get("from_s") or 0)
        if got.get("effective_from"):
            row.start_us = midnight_us(zone, got["effective_from"])
        if got.get("effective_to"):
            row.end_us = midnight_us(zone, got["effective_to"])
        rows.append(row)
    end_open_rows(rows)
    return rows


def end_open_rows(rows: Sequence[Row]) -> None:
    """A sheet that gives the next price of the same kind leaves the old one
    open and means it to end there; a row that ends or blocks a code does so
    for all parts of its price."""
    def kind(row: Row) -> tuple:
        return (*row.group, row.band, row.from_s)

    starts: dict[tuple, list[int]] = {}
    for row in rows:
        starts.setdefault(kind(row), []).append(row.start_us)
        if row.status:
            starts.setdefault(row.group, []).append(row.start_us)
    for row in rows:
        if row.end_us == FAR:
            ends = starts[kind(row)]
            if row.band or row.from_s:
                ends = ends + starts.get(row.group, [])
            row.end_us = min([e for e in ends if e > row.start_us] + [FAR])


class Price:
    """The parts of one price that are in force together."""

    def __init__(self, parts: Sequence[Row]):
        self.parts = parts
        self.by_band: dict[str, list[Row]] = {}
        for row in sorted(parts, key=lambda r: r.from_s):
            self.by_band.setdefault(row.band, []).append(row)

    def status(self) -> str:
        """Blocked and ended rows stand alone."""
        return self.parts[0].status

    def at(self, band: Band | None, second: int) -> tuple[Row, Fraction]:
        """The row that prices a second, and its percentage."""
        if band is not None and band.name in self.by_band:
            rows, percent = self.by_band[band.name], Fraction(1)
        else:
            rows = self.by_band[""]
            percent = band.percent if band is not None else Fraction(1)
        return [r for r in rows if r.from_s <= second][-1], percent

    def base(self, band: Band | None) -> Row:
        """Reading: the row of the band at the answer goes before the one
        without a band."""
        name = band.name if band is not None else ""
        return self.by_band[name if name in self.by_band else ""][0]


def check_group(rows: Sequence[Row], bands: Sequence[Band]) -> None:
    """Rows of one prefix, caller prefix, relation and direction, at every
    time between two of their dates."""
    for row in rows:
        if row.start_us >= row.end_us:
            raise BadDeck(f"line {row.line}: never in force")
        if row.band and row.band not in [b.name for b in bands]:
            raise BadDeck(f"no band {row.band}")
        if row.status and (row.band or row.from_s):
            raise BadDeck(f"line {row.line}: {row.status} with a part")
    if len(rows) == 1 and not rows[0].band and not rows[0].from_s:
        return
    for instant in {r.start_us for r in rows}:
        parts = [r for r in rows if r.in_force(instant)]
        keys = [(r.band, r.from_s) for r in parts]
        if len(set(keys)) < len(keys):
            raise BadDeck(f"line {parts[0].line}: overlap")
        if len(parts) > 1 and any(r.status for r in parts):
            raise BadDeck(f"line {parts[0].line}: parts beside a status")
        check_whole(keys, bands)
    # A gap that opens where a row ends.
    for instant in {r.end_us for r in rows}:
        check_whole([(r.band, r.from_s) for r in rows
                     if r.in_force(instant)], bands)


def check_whole(keys: Sequence[tuple[str, int]],
                bands: Sequence[Band]) -> None:
    if not keys:
        return
    needed = {(band, 0) for band, _ in keys}
    if ("", 0) not in keys:
        needed |= {(band.name, 0) for band in bands}
        if not bands:
            needed.add(("", 0))
    if not needed <= set(keys):
        raise BadDeck("half of a call would have no price")


class Tariff:
    """Rules and rows as docs/rating.md reads them."""

    def __init__(self, table: Mapping, rows: Sequence[Row]):
        self.rules = Rules.of(table)
        rules = self.rules
        self.calendar = Calendar(rules.bands, rules.holidays, rules.zone)
        self.by_prefix: dict[str, dict[tuple, list[Row]]] = {}
        for row in rows:
            self.by_prefix.setdefault(row.prefix, {}).setdefault(
                row.group, []).append(row)
        for groups in self.by_prefix.values():
            for group in groups.values():
                check_group(group, rules.bands)
        self.priced: dict[tuple, Fraction] = {}
        if 0 < rules.maximum_charge < rules.minimum_charge:
            raise BadDeck("a cap below the minimum")    # Reading

    # ---- which row ----

    def find(self, call: Call) -> Price:
        for directions in TABLES[call.direction]:
            for length in range(len(call.number), 0, -1):
                groups = self.by_prefix.get(call.number[:length])
                if groups:
                    price = self._best(groups, directions, call)
                    if price is not None:
                        return price
        raise Says("TW_ENOPRICE")

    @staticmethod
    def _best(groups: Mapping[tuple, Sequence[Row]],
              directions: Sequence[str], call: Call) -> Price | None:
        """Reading: rows that say `ended` count as not in force: others of
        the same prefix, less particular, are asked before a shorter one."""
        relations = RELATIONS[call.relation]
        fitting = []
        for (_, caller_prefix, relation, direction), rows in groups.items():
            if direction not in directions or relation not in relations:
                continue
            if caller_prefix and not (
                    call.caller and call.caller.startswith(caller_prefix)):
                continue
            parts = [r for r in rows if r.in_force(call.answer_us)]
            if not parts or parts[0].status == "ended":
                continue
            fitting.append((len(caller_prefix), -relations.index(relation),
                            -directions.index(direction), parts))
        if not fitting:
            return None
        return Price(max(fitting, key=lambda f: f[:3])[3])

    # ---- how many seconds, and at what price ----

    def increments(self, call: Call, price: Price, seconds: int
                   ) -> Iterator[list[tuple[Fraction, int]]]:
        """Each increment as runs of (price per second, seconds), before
        bundles and tiers. Reading: another band, row or tier begins another
        part, though it may cost the same; midnight alone begins none."""
        rules, calendar = self.rules, self.calendar
        at_answer = calendar.band_at(call.answer_us)
        start = rules.included_s
        end = rules.included_s + seconds
        length = price.base(at_answer).first
        while start < end:
            if rules.crossing == "increment_start":
                band = calendar.band_at(call.answer_us + start * MICROS)
            else:
                band = at_answer
            row, percent = price.at(band, start)
            if start > rules.included_s:
                length = row.next
            if rules.crossing == "per_second":
                yield self._seconds(call, price, start, length)
            else:
                yield [(self.per_second(row, percent), length)]
            start += length

    def _seconds(self, call: Call, price: Price, start: int, length: int
                 ) -> list[tuple[Fraction, int]]:
        runs: list[tuple[Fraction, int]] = []
        band_at = self.calendar.band_at
        changes = {row.from_s for row in price.parts}
        last: Band | None = None
        row: Row | None = None
        for second in range(start, start + length):
            band = band_at(call.answer_us + second * MICROS)
            if row and band is last and second not in changes:
                runs[-1] = (runs[-1][0], runs[-1][1] + 1)
                continue
            now, percent = price.at(band, second)
            if now is row and band is last:
                runs[-1] = (runs[-1][0], runs[-1][1] + 1)
            else:
                runs.append((self.per_second(now, percent), 1))
            row, last = now, band
        return runs

    def per_second(self, row: Row, percent: Fraction) -> Fraction:
        key = (row.line, percent)
        if key not in self.priced:
            self.priced[key] = row.price / 60 * percent
        return self.priced[key]

    def share(self, call: Call, index: int, count: int
              ) -> Iterator[tuple[Fraction, int]]:
        """The charged seconds from ``index`` on as runs of (percentage of
        the tier, or 0 in a bundle; seconds)."""
        bundle = self.bundle_left(call)
        while count > 0:
            if index < bundle:
                run = min(count, bundle - index)
                yield Fraction(0), run
            else:
                used = call.used_s + index - bundle
                percent, run = Fraction(1), count
                for from_s, tier_percent in self.tiers(call):
                    if from_s <= used:
                        percent = tier_percent
                    else:
                        run = min(run, from_s - used)
                        break
                yield percent, run
            index += run
            count -= run

    def bundle_left(self, call: Call) -> int:
        """Bundles and tiers know outbound calls and forwarded legs only."""
        return 0 if call.direction == "inbound" else call.bundle_left_s

    def tiers(self, call: Call) -> Sequence[tuple[int, Fraction]]:
        if call.direction == "inbound" or self.rules.tier_mode == "whole":
            return ()
        return self.rules.tiers

    # ---- how much money ----

    def round(self, value: Fraction) -> Fraction:
        return rounded(value, self.rules.decimals, self.rules.rounding)

    def rate(self, call: Call) -> Charge:
        rules = self.rules
        if call.duration_us > LONGEST_US:
            raise Says("TW_ERANGE")
        none = Charge(*[Fraction(0)] * 3, whole_seconds(call.duration_us,
                                                        rules.seconds))
        if call.direction == "internal":
            return self.settle(call, Fraction(0), none)
        if not call.answered:
            fee = rules.attempt_fee
            if call.direction == "inbound":
                fee = Fraction(0)
            return self.settle(call, fee, none)
        price = self.find(call)
        if price.status() == "blocked":
            raise Says("TW_EREFUSED")
        return self._answered(call, price)

    def _answered(self, call: Call, price: Price) -> Charge:
        rules = self.rules
        base = price.base(self.calendar.band_at(call.answer_us))
        seconds = whole_seconds(call.duration_us, rules.seconds)
        none = Charge(Fraction(0), Fraction(0), Fraction(0), seconds,
                      line=base.line)
        if seconds == 0:
            return self.settle(
                call, base.fee if rules.fee_on_zero else Fraction(0), none)
        if seconds < rules.free_below_s:
            return self.settle(call, Fraction(0), none)
        counted = max(seconds, rules.minimum_s) - rules.included_s
        charged, usage = 0, Fraction(0)
        tally: dict[Fraction, int] = {}
        for increment in self.increments(call, price, counted):
            runs = self._shared(call, increment, charged)
            if rules.round_each == "increment":
                usage += sum(self.round(each * part) for each, part in runs)
            else:
                for each, count in runs:
                    tally[each] = tally.get(each, 0) + count
            charged += sum(count for _, count in increment)
        usage += sum(each * count for each, count in tally.items())
        bundle = min(self.bundle_left(call), charged)
        exact = self._bounded(base.fee, usage, charged - bundle)
        return self.settle(call, exact, none._replace(
            charged_s=charged, bundle_s=bundle, paid_s=charged - bundle))

    def _shared(self, call: Call, increment: Sequence[tuple[Fraction, int]],
                index: int) -> list[tuple[Fraction, int]]:
        if not self.bundle_left(call) and not self.tiers(call):
            return list(increment)
        runs = []
        for each, count in increment:
            for percent, part in self.share(call, index, count):
                runs.append((each * percent, part))
                index += part
        return runs

    def _bounded(self, fee: Fraction, usage: Fraction, paid: int
                 ) -> Fraction:
        rules = self.rules
        least, most = rules.minimum_charge, rules.maximum_charge
        if rules.round_each == "increment":
            fee, least, most = map(self.round, (fee, least, most))
        exact = fee + usage
        if paid > 0 and exact > 0:
            exact = max(exact, least)
        if rules.maximum_charge:
            exact = min(exact, most)
        return exact

    def settle(self, call: Call, exact: Fraction, so_far: Charge) -> Charge:
        """VAT, rounding, and the other currency. Reading: what costs nothing
        costs nothing in any currency, also without a dated rate."""
        rules = self.rules
        cost, net, vat = self.parts(exact, rules.decimals)
        charge = so_far._replace(cost=cost, net=net, vat=vat)
        if rules.convert_to:
            if call.exchange is None and exact:
                raise Says("TW_ENOPRICE")
            there = self.parts(exact * (call.exchange or 0),
                               EXPONENTS.get(rules.convert_to, 2))
            charge = charge._replace(converted=there[0],
                                     converted_net=there[1],
                                     converted_vat=there[2])
        for amount in (charge.cost, charge.net, charge.vat,
                       charge.converted or 0, charge.converted_net or 0,
                       charge.converted_vat or 0):
            if amount > LARGEST:
                raise Says("TW_ERANGE")
        return charge

    def parts(self, exact: Fraction, decimals: int
              ) -> tuple[Fraction, Fraction, Fraction]:
        """Cost, net and VAT of an exact amount."""
        rules = self.rules
        mode, percent = rules.rounding, rules.vat_percent / 100
        cost = rounded(exact, decimals, mode)
        if rules.vat == "net":
            return cost, cost, rounded(exact * percent, decimals, mode)
        net = rounded(exact / (1 + percent), decimals, mode)
        return cost, net, cost - net
