#!/usr/bin/python3
"""Calls rated per second from Python: a loop over Deck.rate(), one batch, and
one batch by two threads, over one deck and one list of calls.

bench_batch.py [ROWS [PREFIXES]]   1,000,000 rows and 50,000 prefixes, unless
said otherwise. The loop takes a fiftieth of the rows. What the ways charge is
compared before anything is printed.
"""
import datetime as dt
import random
import sys
import time
from array import array

from trunkwise import Deck, NoPrice, Sheet

US = 1_000_000
START = dt.datetime(2026, 10, 5, tzinfo=dt.timezone.utc)
FIRST = int(START.timestamp()) * US
ROUNDS = 5

FLAT = {"zone": "Europe/Moscow"}
BANDS = {**FLAT, "crossing": "per_second", "band": [
    {"name": "day", "hours": ["mon-fri 08:00-20:00"]},
    {"name": "night", "percent": "50", "hours": [
        "mon-fri 20:00-08:00", "sat,sun 00:00-24:00"]}]}


def sheet(draw, prefixes):
    """Random prefixes of 4 to 9 digits, and one that serves the rest."""
    found = {str(draw.randrange(10 ** 3, 10 ** draw.randint(4, 9)))
             for _ in range(prefixes)}
    rows = [f"{prefix},{draw.randrange(1, 10 ** 6) / 10 ** 4},60,{inc}"
            for prefix in sorted(found | set("123456789"))
            for inc in [draw.choice([1, 6, 60])]]
    text = "prefix,rate,first_inc,next_inc\n" + "\n".join(rows) + "\n"
    return Sheet(text.encode(), currency="RUB", zone="Europe/Moscow")


def calls(draw, rows):
    numbers = [str(draw.randrange(10 ** 10, 10 ** 11)) for _ in range(rows)]
    return ((array("i", range(0, 11 * rows + 1, 11)),
             "".join(numbers).encode()),
            array("q", (FIRST + draw.randrange(7 * 86400 * US)
                        for _ in range(rows))),
            array("q", (draw.randrange(600) * US for _ in range(rows))))


def loop(deck, columns, count):
    (_, data), answers, durations = columns
    numbers = [data[i:i + 11].decode() for i in range(0, 11 * count, 11)]
    seconds = [durations[i] // US for i in range(count)]
    when = [START + dt.timedelta(microseconds=answers[i] - FIRST)
            for i in range(count)]
    costs = []
    start = time.perf_counter()
    for number, answer, length in zip(numbers, when, seconds):
        try:
            costs.append(deck.rate(number, answer=answer, seconds=length))
        except NoPrice:
            costs.append(None)
    return time.perf_counter() - start, costs


def batch(deck, columns, threads):
    """Best of some rounds: by the clock, and of the processor alone."""
    spent, burnt = [], []
    for _ in range(ROUNDS):
        start, cpu = time.perf_counter(), time.process_time()
        charges = deck.rate_columns(*columns, threads=threads)
        burnt.append(time.process_time() - cpu)
        spent.append(time.perf_counter() - start)
    return min(spent), min(burnt), charges


def compare(deck, columns, count):
    """Seconds that the loop takes over the first rows."""
    spent, costs = loop(deck, columns, count)
    charges = deck.rate_columns(*columns)
    for row, charge in enumerate(costs):
        assert charges.cost(row) == (charge and charge.cost.amount), row
    return spent


def main():
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    prefixes = int(sys.argv[2]) if len(sys.argv) > 2 else 50_000
    draw = random.Random(1)
    made, columns = sheet(draw, prefixes), calls(draw, rows)
    print(f"{rows} calls, {made.rows_good} prefixes; calls per second")
    print(f"{'tariff':8}{'loop':>12}{'batch':>12}{'2 threads':>12}"
          f"{'ns CPU a call':>15}")
    for name, tariff in ("flat", FLAT), ("bands", BANDS):
        deck = Deck.of(made, tariff)
        few = max(1, rows // 50)
        spent = compare(deck, columns, few)
        one, cpu, first = batch(deck, columns, 1)
        two, _, second = batch(deck, columns, 2)
        assert first.costs == second.costs
        print(f"{name:8}{few / spent:12,.0f}{rows / one:12,.0f}"
              f"{rows / two:12,.0f}{cpu / rows * 1e9:15.0f}")


if __name__ == "__main__":
    main()
