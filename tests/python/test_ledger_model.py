"""The books against a model in plain Python: random imports, late ones,
batches taken back, months closed, calls rated anew, sources joined."""

from __future__ import annotations

import datetime as dt
import os
import random
from decimal import Decimal

import pytest

import trunkwise

LONG = bool(os.environ.get("TW_TEST_LONG"))
MONTHS = ["2026-06", "2026-07", "2026-08", "2026-09", "2026-10"]
ZONE = dt.timezone(dt.timedelta(hours=3))
HEAD = "call_id,start,duration,caller,callee\n"
DEPLOYMENT = """
[company]
name = "Factory"
zone = "Europe/Moscow"
currency = "RUB"
[[carrier]]
name = "north"
[[department]]
name = "Kazan"
[[department]]
name = "Ufa"
[[number]]
number = "78432000001"
carrier = "north"
department = "Kazan"
rent = "310.00"
[[number]]
number = "73472000002"
carrier = "north"
department = "Ufa"
rent = "100.00"
"""


def sheet(price):
    return ("prefix,destination,rate,currency,effective_from,effective_to,"
            "first_inc,next_inc,connect_fee\n"
            f"79,Mobile,{price},RUB,,,1,1,0\n").encode()


class Model:
    """What the report of each month must say, and what was closed."""

    def __init__(self):
        self.calls = {}         # id: (month, seconds, price, batch)
        self.price = Decimal("1.20")
        self.closed = {}        # month: report at its close

    def line(self, rng, number):
        month = rng.choice(MONTHS)
        day, hour = rng.randrange(1, 29), rng.randrange(24)
        start = dt.datetime.fromisoformat(
            f"{month}-{day:02d}T{hour:02d}:{number % 60:02d}:00+03:00")
        seconds = rng.randrange(1, 600)
        caller = rng.choice(["78432000001", "73472000002"])
        return (month, seconds), (f"c{number},{start.isoformat()},{seconds},"
                                  f"{caller},7916{number:07d}\n")


def charge(seconds, price):
    return (price * seconds / 60).quantize(Decimal("0.01"), "ROUND_HALF_UP")


def cost_of(store, months):
    return sum((r.call_cost if hasattr(r, "call_cost") else r.calls_cost)
               + r.corrections for m in months
               for r in store.expenses(m).rows)


def step(store, model, rng, state):
    what = rng.random()
    if what < 0.55:
        rows, text = {}, ""
        for _ in range(rng.randrange(1, 12)):
            state["next"] += 1
            fact, line = model.line(rng, state["next"])
            rows[state["next"]] = fact
            text += line
        if state["lines"] and rng.random() < 0.5:
            text += rng.choice(state["lines"])
        result = store.import_calls((HEAD + text).encode(), preset="native",
                                    source="pbx")
        assert result.counts.rows_stored == len(rows) + (
            result.counts.rows_read - len(rows)
            - result.counts.duplicates)
        back = result.counts.rows_stored - len(rows)
        assert back in (0, 1)
        batch = result.extra["batch"]
        for number, (month, seconds) in rows.items():
            model.calls[number] = [month, seconds, model.price, batch]
        if back:                # a line of a batch that was taken back
            line = text.splitlines()[-1]
            number = int(line.split(",")[0][1:])
            model.calls[number] = [line.split(",")[1][:7],
                                   int(line.split(",")[2]), model.price,
                                   batch]
        state["lines"] += text.splitlines(keepends=True)[:2]
        state["batches"].append(batch)
    elif what < 0.7 and state["batches"]:
        batch = state["batches"].pop(rng.randrange(len(state["batches"])))
        store.undo_import(batch)
        for number in [n for n, c in model.calls.items() if c[3] == batch]:
            del model.calls[number]
    elif what < 0.8:
        model.price += Decimal("0.30")
        store.undo_tariff("t")
        store.import_tariff(sheet(model.price), tariff="t", carrier="north")
    elif what < 0.92:
        month = rng.choice(MONTHS)
        store.rerate(month)
        for call in model.calls.values():
            if call[0] == month:
                call[2] = model.price
    elif len(model.closed) < len(MONTHS) - 1:
        month = MONTHS[len(model.closed)]
        store.close_period(month)
        model.closed[month] = store.expenses(month)


@pytest.mark.parametrize("seed", range(40 if LONG else 3))
def test_books_equal_the_model(tmp_path, seed):
    rng = random.Random(seed)
    (tmp_path / "d.toml").write_text(DEPLOYMENT)
    model = Model()
    state = {"next": 0, "batches": [], "lines": []}
    with trunkwise.Store(tmp_path / "s.db", create=True,
                         actor="model") as store:
        store.apply(trunkwise.Deployment.load(tmp_path / "d.toml"),
                    at=dt.datetime(2026, 5, 1, tzinfo=ZONE))
        store.import_tariff(sheet(model.price), tariff="t", carrier="north")
        for number in range(150 if LONG else 60):
            step(store, model, rng, state)
            for month, report in model.closed.items():
                assert store.expenses(month) == report, (number, month)
            if number % 10 == 9:
                broken = [v for v in store.verify() if not v.holds]
                assert not broken, (number, broken)
        wanted = sum((charge(s, p) for _, s, p, _ in model.calls.values()),
                     Decimal(0))
        months = MONTHS + ["2026-11"]
        assert cost_of(store, months) == wanted
        assert sum(r.calls for m in months
                   for r in store.expenses(m).rows) == len(model.calls)
