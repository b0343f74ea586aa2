"""Short random lives over calls whose legs come in different files: imports
in any order and again, batches taken back, months closed, calls rated anew,
joined with another source's, numbers erased, days accrued, deployments
applied. After each step every invariant holds, every row is in one count, and
closed months are what they were. In the end the books of the surviving records
are those of one import of each source.

What the pages say hangs on the order is not compared:

- who has the minutes of a bundle and whom a tier meets, where there are not
  enough for all (docs/rating.md, 7): calls are, amounts are not;
- what lacked to a commitment, which a close holds against what is there then;
- departments, where an owner changed: a call that has one keeps it;
- calls that are joined stay as they were joined: the carrier's batches are
  taken back first;
- anything where a number was erased: its records are not asked again.

Sheets change only where prices hang on no counters and rates, as `cdr rerate`
leaves those alone. Two layouts of one source have no call in common.
"""

from __future__ import annotations

import datetime as dt
import os
import random
from collections import defaultdict
from decimal import Decimal

import pytest

import trunkwise
from trunkwise import CdrMap, Deployment, Store

LONG = bool(os.environ.get("TW_TEST_LONG"))
#: the last two find a leg of a closed month that takes of a bundle later
SEEDS = range(600) if LONG else [*range(12), 31, 34]
STEPS = 25

MOSCOW = dt.timezone(dt.timedelta(hours=3))
MONTHS = ["2026-07", "2026-08", "2026-09", "2026-10"]
REST = "2026-11"
FORMS = {"time": "epoch", "call_id": "id", "linked_id": "of", "start": "at",
         "duration": "talk", "caller": "from", "callee": "to",
         "status": "word", "role": "role", "cost": "cost",
         "default": {"currency": "RUB"},
         "statuses": {"yes": "answered", "no": "no_answer"},
         "roles": {"try": "attempt", "far": "side", "on": "forward",
                   "*": "call"}}
MAPPINGS = {"linked": FORMS | {"group": "linked"},
            "sides": FORMS | {"group": "sides", "peer_id": "peer"}}
MAPPED = b"id,of,peer,at,talk,from,to,word,cost,role\n"
NATIVE = (b"call_id,start,answer,caller,callee,duration,number,direction,"
          b"linked_id,leg,cost,currency\n")
CHAINS = (b"uuid,call_uuid,bleg_uuid,caller_id_number,destination_number,"
          b"start_epoch,answer_epoch,end_epoch,billsec,hangup_cause\n")
NUMBERS = ["101", "102", "103", "78432000001", "79600000001", "78432000099",
           "79031112233", "79161234567", "84951234567", "+79161112233"]
OUTSIDE = ["79031112233", "79161234567", "74951234567", "79161112233"]

DIRECTORY = """
company = {{ name = "Factory", zone = "Europe/Moscow", currency = "RUB" }}
department = [{{ name = "Kazan" }}, {{ name = "Ufa" }}, {{ name = "Service" }},
    {{ name = "Mobile" }}]
match = [
    {{ kind = "extension", match = "101", department = "Kazan" }},
    {{ kind = "extension", match = "102-103", department = "{owner}" }}]

[[carrier]]
name = "north"
vat = "net"
vat_percent = "20"
billing_day = {billing_day}

[[number]]
number = "78432000001"
carrier = "north"
department = "Service"
rent = "{rent}"

[[number]]
number = "79600000001"
carrier = "north"
department = "{mobile}"
rent = "100.00"
{late}"""
LATE = """
[[number]]
number = "78432000099"
carrier = "north"
department = "Service"
"""
BUNDLES = """
[[bundle]]
name = "all"
tariff = "annex"
minutes = {minutes}
departments = ["Service"]
carry_over = {carry_over}

[[bundle]]
name = "mobiles"
tariff = "annex"
minutes = {minutes}
period = "day"
prefixes = ["79"]
"""
TARIFF = """
[[tariff]]
name = "annex"
carrier = "north"
currency = "{currency}"
zone = "Europe/Moscow"
vat = "{vat}"
vat_percent = "20"
{more}
"""
TIERS = 'tier = [{{ from_minutes = {minutes}, percent = "50" }}]\n'
SHEET = ("prefix,destination,rate,currency,effective_from,effective_to,"
         "first_inc,next_inc,connect_fee\n"
         "7,Russia,{price},{currency},,,1,1,0\n")
TARIFF_OF = {"tariff": "annex", "carrier": "north", "zone": "Europe/Moscow"}
RATES = (b"date,currency,to,rate\n2026-01-01,USD,RUB,92.5\n"
         b"2026-08-15,USD,RUB,100\n")


class World:
    """What is bought, and of whom: the same for a life and its reference."""

    def __init__(self, dice: random.Random) -> None:
        self.kind = dice.choice(["plain", "plain", "little", "little",
                                 "plenty", "stated"])
        #: a number is entered late, and `cdr rerate` turns its calls
        self.turns = dice.random() < .2
        if self.turns:
            self.kind = "plain"
        self.private = dice.random() < .2
        self.converts = dice.random() < .3
        self.commitment = dice.random() < .3
        self.directory = {"rent": "310.00", "owner": "Ufa",
                          "mobile": "Mobile",
                          "billing_day": dice.choice([1, 10]), "late": ""}
        self.price = Decimal("1.20")
        minutes = {"little": dice.choice([1, 3])}.get(self.kind, 100000)
        currency = "USD" if self.converts else "RUB"
        more = 'convert_to = "RUB"\n' if self.converts else ""
        if self.kind == "stated":
            more += f'stated_by = "{dice.choice(["pbx", "bill"])}"\n'
        if self.kind in ("little", "plenty"):
            more += TIERS.format(minutes=minutes)
            if dice.random() < .5:
                more += 'tier_mode = "whole"\n'
        if self.commitment:
            more += 'commitment = "500"\n'
        self.currency = currency
        self.tariff = TARIFF.format(currency=currency, more=more,
                                    vat=dice.choice(["net", "gross"]))
        if self.kind in ("little", "plenty"):
            self.tariff = BUNDLES.format(
                minutes=minutes,
                carry_over=dice.choice(["true", "false"])) + self.tariff

    def text(self) -> str:
        return DIRECTORY.format(**self.directory) + self.tariff

    def sheet(self) -> bytes:
        return SHEET.format(price=self.price, currency=self.currency).encode()


# ---- records ----

def times(dice: random.Random) -> int:
    """Often on the border of two months."""
    month = dice.choice(MONTHS)
    if dice.random() < .2:
        border = dt.datetime.fromisoformat(f"{month}-01T00:00:00+03:00")
        return int(border.timestamp()) - dice.randrange(4)
    at = dt.datetime.fromisoformat(
        f"{month}-{dice.randint(1, 28):02d}T{dice.randint(0, 23):02d}:00:00"
        "+03:00")
    return int(at.timestamp())


def mapped(dice: random.Random, name: str) -> list[bytes]:
    """Some say themselves what they are, the others are asked."""
    rows = []
    for call in range(12):
        start = times(dice)
        caller = dice.choice(["101", "102", "79031112233", "79031112233"])
        first = "84951234567" if caller < "7" else "78432000001"
        for n in range(dice.randrange(1, 5)):
            to = dice.choice([first, first, "102", "79161112233"])
            role = dice.choice(["", "", "", "try", "far", "on"])
            of = f"{name}{call}.0" if n and dice.random() < .9 else ""
            peer = f"{name}{call}.1" if not n and dice.random() < .4 else ""
            talk = dice.choice([0, 61])
            cost = dice.choice(["", "1.2345", "0.55"]) if talk else ""
            word = "yes" if talk else "no"
            rows.append(f"{name}{call}.{n},{of},{peer},{start},{talk},"
                        f"{caller},{to},{word},{cost},{role}\n".encode())
            start += dice.randrange(2)
    return rows


def iso(at: int) -> str:
    return dt.datetime.fromtimestamp(at, dt.timezone.utc).isoformat()


def native(dice: random.Random) -> list[bytes]:
    rows = []
    for call in range(10):
        start = times(dice)
        for n in range(dice.randrange(1, 5)):
            callee = dice.choice(NUMBERS)
            at = start + dice.randrange(4)
            rows.append(
                f"k{call}{n},{iso(at)},{iso(at + 5)},{dice.choice(NUMBERS)},"
                f"{callee},60,{dice.choice(['', '', '', callee])},"
                f"{dice.choice(['inbound', 'forward', 'forward', ''])},"
                f"{dice.choice(['', f'k{call}0', f'k{call}0', f'k{call}1'])},"
                f"{dice.choice([1, 1, 2])},"
                f"{dice.choice(['1.2345', '0.55'])},RUB\n".encode())
    return rows


def chains(dice: random.Random) -> list[bytes]:
    """Whoever names whom: no PBX is as bad."""
    rows = []
    for call in range(8):
        ids = [f"f{call}{leg}" for leg in "abcd"[:dice.randrange(2, 5)]]
        start = times(dice)
        for uuid in ids:
            first = dice.choice([*ids, *ids, "", "", uuid])
            other = dice.choice([*ids, "", "", ""])
            begin = start + dice.randrange(5)
            talk = dice.choice([0, 60, 60])
            rows.append(f"{uuid},{first},{other},{dice.choice(NUMBERS)},"
                        f"{dice.choice(NUMBERS)},{begin},"
                        f"{begin + 4 if talk else ''},{begin + 64},{talk},"
                        "NORMAL_CLEARING\n".encode())
    return rows



def mango(dice: random.Random) -> list[bytes]:
    """Phones that ring one after the other, and rows that are two calls."""
    rows: dict[str, bytes] = {}         # by ends: else some are conflicts
    for call in range(10):
        start = times(dice)
        for phone in dice.sample(range(101, 105), dice.randrange(1, 4)):
            answer = start + 9 if dice.random() < .4 else 0
            ends = dice.choice([
                f";7903111224{call};{phone};78432000001",
                f";7903111224{call};{phone};78432000001",
                f";79031112233;;7916111224{call}",
                f"{phone};78432000001;;8495123456{call}"])
            rows[ends] = (f"[];{start};{start + 70};{answer};{ends};1110;"
                          f"78432000001;;entry{call}\n".encode())
            start += dice.randrange(2)
    return list(rows.values())


class Source:
    def __init__(self, dice: random.Random, name: str) -> None:
        kind = dice.choice([*MAPPINGS, *MAPPINGS, "native", "chains",
                            "mango"])
        self.name, self.kind = name, kind
        self.read: dict[str, object] = {"source": name,
                                        "zone": "Europe/Moscow"}
        if kind in MAPPINGS:
            self.read["mapping"] = CdrMap(MAPPINGS[kind])
            self.header, self.rows = MAPPED, mapped(dice, kind[0])
        elif kind == "native":
            self.read["preset"] = "native"
            self.header, self.rows = NATIVE, native(dice)
        elif kind == "mango":
            self.read["preset"] = "mango"
            self.header, self.rows = b"", mango(dice)
        else:
            self.read["preset"] = "freeswitch_csv"
            self.header, self.rows = CHAINS, chains(dice)


class Bill(Source):
    """What a carrier says of calls that went out of the first source, by a
    clock that is fast, and of some that nobody else knows."""

    def __init__(self, dice: random.Random, pbx: Source) -> None:
        self.name, self.kind = "bill", "native"
        self.read = {"source": "bill", "preset": "native"}
        self.header, self.rows = NATIVE, []
        for n, row in enumerate(pbx.rows):
            cells = row.decode().replace(";", ",").split(",")
            if pbx.kind in MAPPINGS:
                start, talk, callee = int(cells[3]), int(cells[4]), cells[6]
            elif pbx.kind == "chains":
                start, talk, callee = int(cells[5]), int(cells[8]), cells[4]
            elif pbx.kind == "mango":
                start, talk, callee = int(cells[1]), 61, cells[7]
                talk = talk if int(cells[3]) else 0
            else:
                start = int(dt.datetime.fromisoformat(cells[1]).timestamp())
                talk, callee = 60, cells[4]
            if len(callee) < 11 or callee[1:].startswith("843"):
                continue
            at = start + 20 + dice.randrange(2)
            self.rows.append(
                f"b{n},{iso(at)},{iso(at + 5) if talk else ''},78432000001,"
                f"{callee},{talk},78432000001,outbound,,1,0.77,RUB\n"
                .encode())


# ---- a life ----

class Life:
    """What happens is drawn as plain words first, ("undo", 3): so that a life
    that ends badly can be lived again without some of it."""

    def __init__(self, folder, seed: int) -> None:
        self.dice = dice = random.Random(seed)
        self.folder = folder
        self.world = World(dice)
        self.first = self.world.text(), dt.datetime(2026, 1, 1,
                                                    tzinfo=MOSCOW)
        self.sources: list = [Source(dice, "pbx")]
        if dice.random() < .4:
            other = Source(dice, "pbx")
            if other.kind != self.sources[0].kind:
                self.sources.append(other)
        if dice.random() < .5:
            self.sources.append(Bill(dice, self.sources[0]))
        #: live records, and the batch of each
        self.live: dict[tuple[int, bytes], int] = {}
        self.store = Store(folder / "life.db", create=True, actor="life")
        #: what the reference gets too
        self.applied: list[tuple[str, dt.datetime]] = []
        self.sheets = [] if self.world.kind == "stated" else [
            (self.world.sheet(), "2026-01-01")]
        self.reference(self.store)
        self.closed: dict[str, trunkwise.report.ExpenseReport] = {}
        self.accrued: set[str] = set()
        #: files as they came, and their batches (None: nothing was new)
        self.files: list[tuple[int, list[bytes]]] = []
        self.batches: dict[int, int | None] = {}
        self.owners = self.joined = self.erased = False
        self.done: list[tuple] = []

    def put_in_force(self, store: Store, text: str, at: dt.datetime) -> None:
        (self.folder / "d.toml").write_text(text)
        store.apply(Deployment.load(self.folder / "d.toml"), at=at)

    def play(self, word: str, *arguments) -> None:
        self.done.append((word, *arguments))
        getattr(self, word)(*arguments)

    # ---- what may happen ----

    def bring(self, number: int, at: int, file: list[bytes]) -> None:
        source = self.sources[at]
        done = self.store.import_calls(source.header + b"".join(file),
                                       **source.read)
        fresh = [row for row in file if (at, row) not in self.live]
        read, stored, *others = done.counts
        assert others == [0, read - stored, 0, 0] and read >= len(file)
        assert stored == len(fresh) or read > len(file)  # a row of two calls
        assert (stored > 0) == (len(fresh) > 0)
        self.batches[number] = done.extra["batch"]
        for row in fresh:
            self.live[at, row] = done.extra["batch"]

    def undo(self, number: int) -> None:
        batch = self.batches.get(number)
        if batch in self.live.values():
            self.store.undo_import(batch)
            self.live = {k: b for k, b in self.live.items() if b != batch}

    def close(self, month: str) -> None:
        if len(self.closed) < len(MONTHS) and \
                month == MONTHS[len(self.closed)]:
            self.store.close_period(month)
            self.closed[month] = self.store.expenses(month)

    def seal(self) -> None:
        self.store.seal_periods()

    def rerate(self, month: str) -> None:
        self.store.rerate(month, reason="random")
        assert self.store.rerate(month).changed == 0

    def reprice(self, price: Decimal, starts: str) -> None:
        self.world.price = price
        self.sheets.append((self.world.sheet(), starts))
        self.store.import_tariff(self.sheets[-1][0], starts=starts,
                                 **TARIFF_OF)

    def withdraw(self) -> None:
        if len(self.sheets) > 1:
            self.store.undo_tariff("annex")
            self.sheets.pop()

    def join(self, month: str, how: dict) -> None:
        try:
            done = self.store.join(month, first="pbx", second="bill", **how)
        except (trunkwise.NotFound, trunkwise.Refused):
            return              # of a source that has none, or of no pair
        self.joined |= done.run is not None

    def accrue(self, month: str, day: str | None) -> None:
        if month not in self.closed:
            self.store.accrue(month, through=day)
            self.accrued.add(month)

    def apply(self, at: dt.datetime, directory: dict[str, str]) -> None:
        if f"{at:%Y-%m}" in self.closed or (self.applied and
                                            at <= self.applied[-1][1]):
            return
        self.owners |= any(directory[key] != self.world.directory[key]
                           for key in ("owner", "mobile", "late"))
        self.world.directory = directory
        self.put_in_force(self.store, self.world.text(), at)
        self.applied.append((self.world.text(), at))
        # verify asks for it: what was accrued is not what is owed now
        for name in sorted(self.accrued - self.closed.keys()):
            self.store.accrue(name)

    def erase(self, number: str) -> None:
        try:
            self.store.erase_number(number)
            self.erased = True
        except trunkwise.NotFound:
            pass

    def retain(self, months: int) -> None:
        self.erased |= self.store.retain(months).numbers > 0

    # ---- what happens next ----

    def draw_bring(self) -> tuple:
        at = self.dice.randrange(len(self.sources))
        rows = self.sources[at].rows
        calls = self.dice.choice([1, 3, 8, len(rows)])
        self.files.append((at, self.dice.sample(rows, min(calls, len(rows)))))
        return len(self.files), *self.files[-1]

    def draw_again(self) -> tuple:
        if not self.files:
            return self.draw_bring()
        self.files.append(self.dice.choice(self.files))
        return len(self.files), *self.files[-1]

    def draw_undo(self) -> tuple:
        alive = [n for n, batch in self.batches.items()
                 if batch in self.live.values()]
        return (self.dice.choice(alive or [0]),)

    def draw_close(self) -> tuple:
        return (self.dice.choice([*MONTHS[len(self.closed):][:1], ""]),)

    def draw_seal(self) -> tuple:
        return ()

    def draw_rerate(self) -> tuple:
        return (self.dice.choice(MONTHS),)

    def draw_reprice(self) -> tuple:
        return (self.world.price + Decimal("0.30"),
                max(self.sheets[-1][1], self.dice.choice(MONTHS) + "-01"))

    def draw_withdraw(self) -> tuple:
        return ()

    def draw_accrue(self) -> tuple:
        month = self.dice.choice(MONTHS)
        return month, self.dice.choice(
            (None, f"{month}-{self.dice.randint(1, 28):02d}"))

    def draw_apply(self) -> tuple:
        """Another rent, or another owner of numbers and extensions."""
        month = self.dice.choice(MONTHS)
        key = self.dice.choice(["rent", "rent", "owner", "mobile"])
        if self.world.turns:
            key = "late"
        value = self.dice.choice(["Kazan", "Ufa", "Mobile"])
        if key == "rent":
            value = str(self.dice.randint(1, 900))
        elif key == "late":
            value = LATE if self.world.turns else ""
        return (dt.datetime.fromisoformat(f"{month}-01T00:00:00+03:00"),
                self.world.directory | {key: value})

    def draw_erase(self) -> tuple:
        return (self.dice.choice(OUTSIDE),)

    def draw_retain(self) -> tuple:
        return (self.dice.choice([2, 4]),)

    def draw_join(self) -> tuple:
        """Perhaps somebody says which two are one call, or one is alone."""
        month = self.dice.choice(MONTHS)
        how = {word: self.dice.choice([None, "pbx", "bill"])
               for word in ("answer", "department", "cost")}
        try:
            rows = self.store.join(month, first="pbx", second="bill",
                                   dry_run=True).open
        except trunkwise.NotFound:
            return month, how
        bills = [row.key for row in rows if row.key.startswith("b")]
        others = [row.key for row in rows if not row.key.startswith("b")]
        if bills and others and self.dice.random() < .4:
            bill, other = self.dice.choice(bills), self.dice.choice(others)
            how |= self.dice.choice([{"accept": (other, bill)},
                                     {"alone": ("bill", bill)},
                                     {"alone": ("pbx", other)}])
        return month, how

    def draw(self) -> tuple:
        words = ["bring"] * 7 + ["again"] * 2 + ["undo"] * 3 + [
            "close", "close", "seal", "rerate", "accrue", "apply", "apply"]
        if self.world.private:
            words += ["erase", "retain"]
        if self.sources[-1].name == "bill":
            words += ["join"] * 2
        if self.world.kind == "plain" and not self.world.converts:
            words += ["reprice", "withdraw"]
        word = self.dice.choice(words)
        arguments = getattr(self, f"draw_{word}")()
        return "bring" if word == "again" else word, *arguments

    # ---- what must be ----

    def check(self) -> None:
        assert [v for v in self.store.verify() if not v.holds] == []
        for month, report in self.closed.items():
            assert self.store.expenses(month) == report, month

    def sums(self, store: Store) -> dict[tuple[str, str], tuple]:
        """By department and month: where months were closed, of all months,
        as what came late is in a later one."""
        sums: dict[tuple, list] = defaultdict(lambda: [0, 0, 0, Decimal(0)])
        for month in ["2026-06", *MONTHS, REST]:
            for row in store.expenses(month).rows:
                of = sums["" if self.owners else row.department,
                          "" if self.closed else month]
                of[0] += row.calls
                of[1] += row.answered
                of[2] += row.missed
                of[3] += row.total
        # who came first has what bundles gave, and a month's calls as they
        # were at its close what lacked to a commitment
        kept = 3 if self.world.kind == "little" or self.world.commitment else 4
        return {k: tuple(v[:kept]) for k, v in sums.items() if any(v[:kept])}

    def reference(self, store: Store) -> None:
        """The surviving records by one import of each source."""
        for step in self.first, *self.applied:
            self.put_in_force(store, *step)
        store.import_exchange(RATES)
        for sheet, starts in self.sheets:
            store.import_tariff(sheet, starts=starts, **TARIFF_OF)
        for i, source in enumerate(self.sources):
            rows = [r for r in source.rows if (i, r) in self.live]
            if rows:
                store.import_calls(source.header + b"".join(rows),
                                   **source.read)

    def part(self) -> None:
        bills = {batch for (at, _), batch in self.live.items()
                 if self.sources[at].name == "bill"}
        for number, batch in self.batches.items():
            if batch in bills:
                self.play("undo", number)
                self.check()

    def finish(self) -> None:
        if self.erased:
            return
        if self.joined:
            self.part()
        path = self.folder / "fresh.db"
        with Store(path, create=True) as fresh:
            self.reference(fresh)
            for month in ["2026-06", *MONTHS]:
                self.store.rerate(month)
                fresh.rerate(month)
            self.check()
            mine, whole = self.sums(self.store), self.sums(fresh)
        path.unlink()
        assert mine == whole


def live(folder, seed: int, steps: int) -> None:
    life = Life(folder, seed)
    try:
        for _ in range(steps):
            life.play(*life.draw())
            life.check()
        life.finish()
    except Exception:
        print(f"seed {seed}, {life.world.kind}, "
              f"{[s.kind for s in life.sources]}", *life.done, sep="\n")
        raise
    finally:
        life.store.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_life(tmp_path, seed):
    live(tmp_path, seed, STEPS)
