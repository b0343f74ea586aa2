"""A month of calls through a store: bundles, tiers and everything that a
random tariff says, in whatever order records come in, against the oracle and
the model of bundles."""

from __future__ import annotations

import collections
import datetime as dt
import os
import zoneinfo
from fractions import Fraction

import pytest

from rating_cases import Case, Maker
from rating_oracle import MICROS, BadDeck, Call, Says, Tariff, rows_of
from test_bundle_oracle import EPOCH, Model
from trunkwise import Deployment, Store

TARIFFS = 2_000 if os.environ.get("TW_TEST_LONG") else 40
CALLS = 60
PARTS = 4
DEPARTMENTS = ("Kazan", "Ufa", "Perm")
NUMBERS = ("78432000001", "73472000002", "73422000003")
COLUMNS = ("call_id,start,answer,end,caller,callee,duration,status,direction,"
           "department\n")


def toml(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return str(value) if isinstance(value, (int, dt.date)) else f'"{value}"'


def table(name: str, values: dict) -> str:
    text = f"[[{name}]]\n" + "".join(
        f"{key} = {toml(value)}\n" for key, value in values.items()
        if key not in ("band", "tier"))
    return text + "".join(table(f"{name}.{key}", row)
                          for key in ("band", "tier")
                          for row in values.get(key, ()))


class Month:
    """A random tariff with bundles, and calls of three departments."""

    def __init__(self, seed: int):
        self.maker = Maker(seed)
        self.random = self.maker.random
        self.tariff = self.maker.tariff()
        self.tariff.pop("convert_to", None)
        self.sheet = Case(self.tariff, self.maker.rows(self.tariff), []).sheet
        self.bundles = [self.bundle() for _ in range(
            self.random.choice((0, 1, 2, 3)))]
        self.calls = [(self.random.randrange(3), self.call())
                      for _ in range(CALLS)]

    def bundle(self) -> Model:
        pick = self.random.choice
        prefixes = pick((None, self.maker.prefixes[:1],
                         self.maker.prefixes[-1:]))
        departments = pick((None, None, [0], [1, 2]))
        return Model(self.maker.zone, pick((60, 300, 1200)),
                     pick(("month", "week", "day")), pick((True, False)),
                     prefixes, departments,
                     pick((None, None, *self.maker.dates)), None)

    def call(self) -> Call:
        call = self.maker.call(self.tariff)
        call.direction = self.random.choice(("outbound", "outbound",
                                             "forward"))
        call.caller, call.relation = None, ""
        # None that a store reads as an emergency or a domestic number.
        call.number = self.random.choice(self.maker.prefixes) + str(
            self.random.randrange(10 ** 6, 10 ** 7))
        call.answer_us -= call.answer_us % MICROS
        call.duration_us -= call.duration_us % MICROS
        call.bundle_left_s = call.used_s = 0
        return call

    # ---- as a user writes it ----

    def deployment(self) -> str:
        text = table("company", {
            "name": "Example", "zone": self.maker.zone,
            "currency": self.tariff["currency"]}).replace("[[", "[").replace(
                "]]", "]")
        for department, number in zip(DEPARTMENTS, NUMBERS):
            text += table("department", {"name": department})
            text += table("number", {"number": f"+{number}",
                                     "carrier": "north",
                                     "department": department})
        text += table("carrier", {"name": "north"})
        text += table("tariff", {"name": "north", "carrier": "north"}
                      | self.tariff)
        for index, m in enumerate(self.bundles):
            row = {"name": f"bundle{index}", "tariff": "north",
                   "minutes": m.seconds // 60, "period": m.period,
                   "carry_over": m.carry_over}
            if m.prefixes is not None:
                row["prefixes"] = m.prefixes
            if m.departments is not None:
                row["departments"] = [DEPARTMENTS[d] for d in m.departments]
            if m.start:
                row["from"] = dt.date.fromisoformat(m.start)
            text += table("bundle", row)
        return text

    def records(self) -> str:
        rows = []
        for index, (department, call) in enumerate(self.calls):
            start = (EPOCH + dt.timedelta(
                microseconds=call.answer_us)).isoformat()
            rows.append(",".join((
                f"c{index}", start, start if call.answered else "", "",
                NUMBERS[department], call.number,
                str(call.duration_us // MICROS),
                "answered" if call.answered else "no_answer",
                call.direction, DEPARTMENTS[department])))
        return COLUMNS + "\n".join(rows) + "\n"

    # ---- as it is expected ----

    def local(self, call: Call) -> dt.datetime:
        return (EPOCH + dt.timedelta(microseconds=call.answer_us)
                ).astimezone(zoneinfo.ZoneInfo(self.maker.zone))

    def expected(self, tariff: Tariff) -> dict[str, dict]:
        """What each month comes to, record by record."""
        months: dict[str, collections.Counter] = {}
        for department, call in self.calls:
            pots = [(m, day) for m in self.bundles
                    if m.serves(call.number, department)
                    for day in m.pots(call.answer_us)]
            month = months.setdefault(f"{self.local(call):%Y-%m}",
                                      collections.Counter())
            call.bundle_left_s = sum(m.rest(day) for m, day in pots)
            call.used_s = month["paid_s"]
            call.caller = NUMBERS[department]
            try:
                charge = tariff.rate(call)
            except Says as says:
                month[says.code] += 1
                continue
            left = charge.bundle_s
            for m, day in pots:
                part = min(left, m.rest(day))
                m.used[day] = m.used.get(day, 0) + part
                left -= part
            month["charged_s"] += charge.charged_s
            month["bundle_s"] += charge.bundle_s
            month["paid_s"] += charge.paid_s
            month["cost"] += charge.cost
        return months


def compare(seed: int, path) -> None:
    month = Month(seed)
    try:
        tariff = Tariff(month.tariff, rows_of(month.sheet,
                                              month.maker.zone))
    except BadDeck:
        return
    if not tariff.by_prefix:
        return                  # a sheet without rows is refused
    file = path / f"{seed}.toml"
    file.write_text(month.deployment())
    with Store(path / f"{seed}.db", create=True) as store:
        store.apply(Deployment.load(file), at=dt.datetime(
            1999, 1, 1, tzinfo=dt.timezone.utc))
        read = store.import_tariff(month.sheet.encode(), tariff="north",
                                   carrier="north", file_name="north.csv")
        assert not read.rejects, (seed, read.rejects[0])
        read = store.import_calls(month.records().encode(), preset="native")
        assert not read.rejects, (seed, read.rejects[0])
        for name, want in month.expected(tariff).items():
            got = store.tariff_total("north", month=name)
            assert (got.charged_s, got.bundle_s, got.paid_s,
                    Fraction(got.sum_of_rounded.amount)) == (
                want["charged_s"], want["bundle_s"], want["paid_s"],
                want["cost"]), (seed, name)
        broken = [v for v in store.verify() if not v.holds]
        assert not broken, (seed, broken)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_month_comes_to_what_the_oracle_says(part, tmp_path):
    for seed in range(part, TARIFFS, PARTS):
        compare(seed, tmp_path)
