"""A company with months of random calls, and the same report once more: by
adding up every stored call with Python's own arithmetic."""

from __future__ import annotations

import datetime as dt
import random
import re
import sqlite3
from decimal import Decimal
from zoneinfo import ZoneInfo

import trunkwise

ZONE = "Europe/Moscow"
DEPARTMENTS = {"Kazan": "Kazan", "Ufa": "Ufa", "Office": "Moscow",
               "Sales": "Moscow", "Far away": "Vladivostok"}
NUMBERS = {"78432000001": ("Kazan", "north", "north-2026"),
           "73472000002": ("Ufa", "north", ""),
           "74950000003": ("Office", "south", "south-a"),
           "74950000004": ("Sales", "south", "south-b"),
           "78005000005": ("Sales", "north", "north-2026")}

_HEAD = """
[company]
name = "Factory & Sons"
zone = "Europe/Moscow"
currency = "RUB"
[[carrier]]
name = "north"
[[carrier]]
name = "south"
[[vendor]]
name = "pbx"
[[contract]]
name = "north-2026"
carrier = "north"
[[contract]]
name = "south-a"
carrier = "south"
[[contract]]
name = "south-b"
carrier = "south"
[[contract]]
name = "pbx-rent"
vendor = "pbx"
[[recurring]]
name = "seats"
vendor = "pbx"
department = "Office"
amount = "1500.00"
[[number]]
number = "+74950000009"
rented_through = "pbx"
contract = "pbx-rent"
rent = "250.00"
"""

SHEETS = {
    "north": "prefix,destination,rate,currency,effective_from,effective_to,"
             "first_inc,next_inc,connect_fee\n"
             "79,Mobile,1.937,RUB,,,1,1,0.05\n7,Russia,0.75,RUB,,,60,60,\n"
             "44,UK,0.0213,RUB,,,1,1,\n",
    "south": "prefix,destination,rate,currency,effective_from,effective_to,"
             "first_inc,next_inc,connect_fee\n"
             "7,Russia,0.031,USD,,,30,6,\n",
}


def deployment(folder):
    text = _HEAD
    for name, city in DEPARTMENTS.items():
        text += f'[[department]]\nname = "{name}"\ncity = "{city}"\n'
    for number, (department, carrier, contract) in NUMBERS.items():
        text += (f'[[number]]\nnumber = "+{number}"\ncarrier = "{carrier}"\n'
                 f'department = "{department}"\nrent = "301.00"\n')
        if contract:
            text += f'contract = "{contract}"\n'
    (folder / "world.toml").write_text(text)
    return trunkwise.Deployment.load(folder / "world.toml")


def _person(rng):
    return rng.choice(["7916", "7495", "4420", "3399"]) + "".join(
        rng.choice("0123456789") for _ in range(7))


def calls(rng, count, first, days):
    """Native records: most have an owner and a price, some have neither."""
    lines = ["call_id,start,answer,caller,callee,duration,status,direction,"
             "carrier,department,leg,linked_id"]
    for i in range(count):
        start = first + dt.timedelta(seconds=rng.randrange(days * 86400))
        own, other = rng.choice([*NUMBERS, "79990000000"]), _person(rng)
        direction = rng.choice(["outbound"] * 4 + ["inbound", "forward"])
        caller, callee = ((other, own) if direction == "inbound"
                          else (own, other))
        talk = rng.choice([0, 0, rng.randrange(1, 900)])
        carrier = rng.choice([NUMBERS[own][1] if own in NUMBERS else "north",
                              "north", "south"])
        department = rng.choice(["", "", "", "", "Sales", "Nowhere"])
        lines.append(",".join(map(str, (
            f"c{i}", start.isoformat(),
            (start + dt.timedelta(seconds=7)).isoformat() if talk else "",
            caller, callee, talk, "answered" if talk else "no_answer",
            direction, carrier, department,
            2 if direction == "forward" else 1,
            f"c{i - 1}" if direction == "forward" and i else ""))))
    return ("\n".join(lines) + "\n").encode()


def make(folder, seed, count=400, first=(2026, 8, 1), days=92):
    """A store of random calls from the first of August on."""
    rng = random.Random(seed)
    store = trunkwise.Store(folder / "world.db", create=True)
    store.apply(deployment(folder), at=dt.datetime(
        2026, 1, 1, tzinfo=ZoneInfo(ZONE)))
    for carrier, sheet in SHEETS.items():
        store.import_tariff(sheet.encode(), tariff=carrier, carrier=carrier,
                            starts="2026-01-01")
    data = calls(rng, count, dt.datetime(*first, tzinfo=ZoneInfo(ZONE)),
                 days)
    result = store.import_calls(data, preset="native")
    assert result.counts.rows_stored == count, result.rejects[:3]
    return store


# ---- the full scan ----

_SCAN = """
SELECT c.start_us, c.leg, c.direction, c.answer_after_us, c.duration_us,
  c.rate_state, c.cost_nanos, c.department, c.carrier, c.number,
  coalesce(nullif(v.convert_to, ''), v.currency), r.destination
FROM call c LEFT JOIN tariff_version v ON v.id = c.tariff_version
LEFT JOIN tariff_rate r ON r.version = c.tariff_version
  AND r.position = c.rate_row
WHERE c.undone = 0
"""
_WAYS = {1: "outbound", 2: "inbound", 3: "forward", 4: "internal"}


def _names(database, table, column="name"):
    return dict(database.execute(
        f'SELECT id, coalesce({column}, \'\') FROM "{table}"'
        " ORDER BY valid_from").fetchall())


def _contract(carrier, number):
    """As docs/reports.md says, of this company."""
    of_number = NUMBERS.get(number, ("", "", ""))[2]
    if of_number.startswith(carrier) and carrier:
        return of_number
    return "north-2026" if carrier == "north" else ""


def _period(day, per):
    if per == "day":
        return day.isoformat()
    if per == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    return day.isoformat()[:7] if per == "month" else ""


def scan(path, by, per, months):
    """{group: figures of its calls}: group is period, the values of `by`,
    and currency ("" for calls without a charge)."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    departments = _names(database, "department")
    cities = _names(database, "department", "city")
    carriers, numbers = _names(database, "carrier"), _names(database,
                                                            "number")
    found: dict[tuple, dict] = {}
    for (start, leg, way, answer, talk, state, cost, department, carrier,
         number, currency, destination) in database.execute(_SCAN):
        day = (dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)
               + dt.timedelta(microseconds=start)).astimezone(
                   ZoneInfo(ZONE)).date()
        if day.isoformat()[:7] not in months:
            continue
        first = leg == 1 and way != 3
        rated = state == 1
        values = {
            "department": departments.get(department, ""),
            "city": cities.get(department, ""),
            "carrier": carriers.get(carrier, ""),
            "number": numbers.get(number, ""),
            "destination": destination or "" if rated else "",
            "direction": _WAYS[way] if first else "forward",
            "contract": _contract(carriers.get(carrier, ""),
                                  numbers.get(number, ""))}
        key = (_period(day, per), *(values[b] for b in by),
               currency if rated else "")
        sums = found.setdefault(key, {
            "calls": 0, "answered": 0, "missed": 0, "unrated": 0,
            "talk": 0, "call_cost": 0, "forwarded": 0})
        sums["calls"] += first
        sums["answered"] += first and answer is not None
        sums["missed"] += first and answer is None and way == 2
        sums["unrated"] += state == 3
        sums["talk"] += talk if first else 0
        if rated:
            sums["call_cost" if first else "forwarded"] += cost
    database.close()
    return found


MONEY = ("call_cost", "forwarded")


def fold(found):
    """Money by currency, and counts of a group whatever its currency: which
    line counts the calls without a charge depends on rents too."""
    folded: dict[tuple, dict] = {}
    for key, sums in found.items():
        counts = folded.setdefault(key[:-1], {})
        money = folded.setdefault(key, {}) if key[-1] else {}
        for name, value in sums.items():
            into = money if name in MONEY else counts
            into[name] = into.get(name, 0) + value
    return {k: v for k, v in folded.items() if any(v.values())}


def nanos(amount: Decimal) -> int:
    return int(amount.scaleb(9))


def late_calls(seed, count, first=(2026, 8, 1), days=92):
    """More of them, under other names."""
    data = calls(random.Random(seed), count, dt.datetime(
        *first, tzinfo=ZoneInfo(ZONE)), days)
    return re.sub(rb"\bc(\d+)\b", rb"late\1", data)
