"""What records state as the charge: declared, joined, undone, closed."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest

import trunkwise
from conftest import SOURCE

ZADARMA = SOURCE / "tests" / "fixtures" / "records" / "zadarma.json"
COMPANY = """
[company]
name = "Factory"
zone = "Europe/Moscow"
currency = "RUB"

[[department]]
name = "Kazan"

[[department]]
name = "Ufa"

[[carrier]]
name = "north"

[[number]]
number = "78432000001"
carrier = "north"
department = "Kazan"

[[match]]
kind = "extension"
match = "100-199"
department = "Kazan"

[[match]]
kind = "extension"
match = "200-299"
department = "Ufa"
"""
STATED = """
[[tariff]]
name = "north-stated"
carrier = "north"
currency = "RUB"
zone = "Europe/Moscow"
stated_by = "north"
vat = "gross"
vat_percent = "20"
"""
MOSCOW = dt.timezone(dt.timedelta(hours=3))
#: extension, callee, seconds talked (0: nobody answered), stated cost
CALLS = [("101", "79161112233", 61, "1.2345"),
         ("101", "79161112234", 30, "0.55"),
         ("201", "79161112235", 600, "12.10"),
         ("201", "74951112236", 10, "0"),
         ("201", "74951112237", 0, "0.10"),
         ("101", "74951112238", 0, "0")]
KAZAN, UFA = Decimal("1.7845"), Decimal("12.20")


def at(hour: int) -> dt.datetime:
    return dt.datetime(2026, 10, 5, 8 + hour, tzinfo=MOSCOW)


def pbx() -> str:
    """Calls as a cloud PBX (Mango Office) exports them: who called."""
    rows = []
    for i, (extension, callee, seconds, _) in enumerate(CALLS):
        start = int(at(i).timestamp())
        rows.append(f";{start};{start + 5 + seconds};"
                    f"{start + 5 if seconds else 0};{extension};;;{callee};"
                    f"1110;78432000001;abc;entry-{i}\n")
    return "".join(rows)


def carrier() -> str:
    """... and as the carrier bills them, by a clock that is 20 s fast."""
    rows = ["call_id,start,answer,duration,caller,callee,number,direction,"
            "status,cost,currency\n"]
    for i, (_, callee, seconds, cost) in enumerate(CALLS):
        start = at(i) + dt.timedelta(seconds=20)
        answer = (start + dt.timedelta(seconds=5)).isoformat()
        rows.append(f"c-{i},{start.isoformat()},{answer if seconds else ''},"
                    f"{seconds},78432000001,{callee},78432000001,outbound,"
                    f"{'answered' if seconds else 'no_answer'},{cost},RUB\n")
    return "".join(rows)


FILES = {"pbx": ("mango", pbx), "north": ("native", carrier)}


class Office:
    def __init__(self, command, path):
        self.command, self.path = command, path

    def __call__(self, *words, check=0):
        return self.command(words[0], words[1], self.path, *words[2:],
                            check=check)

    def apply(self, text):
        toml = self.path.with_suffix(".toml")
        toml.write_text(text)
        return self.command("apply", toml, self.path, "--at", "2026-09-01",
                            "--json", check=0).json

    def bring(self, source):
        preset, text = FILES[source]
        file = self.path.with_name(source + ".csv")
        file.write_text(text())
        return self("cdr", "import", file, "--preset", preset, "--source",
                    source, "--json").json["batch"]

    def join(self):
        return self("cdr", "join", "--month", "2026-10", "--first", "pbx",
                    "--second", "north", "--json").json

    def expenses(self):
        with trunkwise.Store(self.path, readonly=True) as store:
            report = store.expenses("2026-10")
            return {row.department: row.calls_cost for row in report.rows
                    if row.calls_cost}

    def verify(self):
        done = self.command("verify", self.path)
        assert done.status == 0, done.out + done.err


@pytest.fixture
def office(tmp_path, command):
    return Office(command, tmp_path / "office.db")


@pytest.mark.parametrize("order", [("pbx", "north"), ("north", "pbx")])
def test_a_cloud_pbx_and_its_carrier(office, order):
    said = office.apply(COMPANY + STATED)
    assert said["stated"] == [{"tariff": "north-stated", "source": "north",
                               "version": 1}]
    batches = {source: office.bring(source) for source in order}
    joined = office.join()
    assert joined["joined"] == len(CALLS)
    assert office.expenses() == {"Kazan": KAZAN, "Ufa": UFA}
    office.verify()
    # no row of a sheet: no destination, but a number
    cut = office("report", "breakdown", "--month", "2026-10", "--by",
                 "prefix,destination", "--json").json["rows"]
    assert {(row["prefix"], row["destination"]) for row in cut} == {
        ("7495", ""), ("7916", "")}
    # nothing differs from what the carrier said, and nothing waits
    assert office("report", "differences", "--month", "2026-10", "--json"
                  ).json["totals"][0]["difference"] == "0.00"
    assert office("unrated", "list", "--json").json["rows"] == []
    # either batch away and back again
    for source in ("north", "pbx"):
        office("import", "undo", str(batches[source]))
        office.verify()
        if source == "north":
            assert office.expenses() == {}
            rows = office("unrated", "list", "--json", check=1).json["rows"]
            assert {row["reason"] for row in rows} == {"not_stated"}
        else:
            assert sum(office.expenses().values()) == KAZAN + UFA
        office.bring(source)
        assert office.join()["joined"] == len(CALLS)
        assert office.expenses() == {"Kazan": KAZAN, "Ufa": UFA}
        office.verify()


def test_said_after_the_calls(office):
    office.apply(COMPANY)
    office.bring("pbx")
    office.bring("north")
    assert office.join()["joined"] == len(CALLS)
    assert office.expenses() == {}
    office.apply(COMPANY + STATED)
    rerate = ("cdr", "rerate", "--month", "2026-10", "--reason", "stated")
    # four that were answered, one that was charged for ringing, and one that
    # gets the only carrier that has prices
    assert office(*rerate, "--json").json["changed"] == 6
    assert office.expenses() == {"Kazan": KAZAN, "Ufa": UFA}
    assert office(*rerate, "--json").json["changed"] == 0
    office.verify()
    office("period", "close", "--month", "2026-10", "--seal")
    office.verify()
    total = office("tariff", "total", "--tariff", "north-stated", "--month",
                   "2026-10", "--json").json
    assert total["calls"] == 5 and Decimal(total["total"]) == KAZAN + UFA


def test_each_call_says_who_stated_it(office):
    office.apply(COMPANY + STATED)
    office.bring("north")
    done = office("call", "explain", "c-0")
    assert "charged 1.2345 RUB by tariff version 1" in done.out
    assert "As its record of source north states. Cost 1.2345 RUB" in done.out
    assert "VAT 20 % within: 0.2057 RUB, without 1.0288 RUB" in done.out
    done = office("call", "explain", "c-0", "--lang", "ru")
    assert "По записи источника north. Стоимость 1.2345 RUB" in done.out
    done = office("tariff", "list")
    assert "as north states" in done.out
    row = office("tariff", "list", "--json").json["versions"][0]
    assert row["stated_by"] == "north" and row["rates"] == 0


def test_nothing_is_known_before_the_record(office, tmp_path):
    office.apply(COMPANY + STATED + '[[trunk]]\nname = "north-1"\n'
                 'carrier = "north"\nregistrar = "sip:10.0.0.1"\n'
                 'user = "u"\n')
    done = office("rating", "explain", "--carrier", "north", "79161112233",
                  "--at", "2026-10-05", check=None)
    assert "record of source north states" in done.out
    done = office("call", "route", "79161112233", "--at", "2026-10-05",
                  "--json", check=1)
    assert done.json["verdict"] == "no_price"
    assert "record of north" in done.json["candidates"][0]["reason"]
    done = office("call", "route", "79161112233", "--at", "2026-10-05",
                  "--lang", "ru", check=1)
    assert "запись источника north не назовёт" in done.out
    done = office("tariff", "changes", "--tariff", "north-stated", check=2)
    assert "no prices to compare" in done.err
    sheet = tmp_path / "t.csv"
    sheet.write_text("prefix,destination,rate,currency\n7,Russia,1,RUB\n")
    done = office("tariff", "import", sheet, "--tariff", "north-stated",
                  "--carrier", "north", check=2)
    assert "take stated_by out" in done.err
    # prices at last: they are no change of prices that were not there
    office("tariff", "import", sheet, "--tariff", "north-2027",
           "--carrier", "north", "--from", "2027-01-01")
    assert office("tariff", "changes", "--tariff", "north-2027", "--json"
                  ).json["new"] == 1


def test_zadarma_by_itself(office):
    office.apply(COMPANY)
    done = office("tariff", "stated", "--tariff", "z", "--carrier",
                  "zadarma", "--source", "zadarma", "--currency", "USD")
    assert "cost what records of source zadarma state" in done.out
    again = office("tariff", "stated", "--tariff", "z", "--json").json
    assert again == {"tariff": "z", "source": "zadarma", "version": None}
    office("cdr", "import", ZADARMA, "--preset", "zadarma", "--zone",
           "Europe/Moscow")
    stated = sum((Decimal(str(row["billcost"])) for page in
                  [json.loads(ZADARMA.read_text())]
                  for row in page["stats"]), Decimal(0))
    with trunkwise.Store(office.path) as store:
        charged = sum(row.rated for row in
                      store.differences("2026-10").totals)
        assert charged == stated > 0
        assert all(row.agrees for row in store.differences("2026-10").totals)
    office.verify()


def test_converted_to_our_own_money(office, tmp_path):
    office.apply(COMPANY + STATED.replace('"RUB"', '"USD"')
                 + 'convert_to = "RUB"\n')
    rates = tmp_path / "rates.csv"
    rates.write_text("date,currency,to,rate\n2026-10-05,USD,RUB,90\n")
    file = tmp_path / "c.csv"
    file.write_text(carrier().replace(",RUB\n", ",USD\n"))
    for day in (None, rates):
        if day:
            office("exchange", "import", day)
        batch = office("cdr", "import", file, "--preset", "native",
                       "--source", "north", "--json").json["batch"]
        if day:
            break
        reasons = {row["reason"] for row in office(
            "unrated", "list", "--json", check=1).json["rows"]}
        # nothing is nothing in any money
        assert reasons == {"no_exchange"}
        office("import", "undo", str(batch))
    # 1.2345 USD are 111.105 RUB, rounded once
    assert "charged 111.11 RUB" in office("call", "explain", "c-0").out
    office.verify()


HOSTILE = """\
call_id,start,duration,caller,callee,cost,currency,carrier
good,2026-10-05T10:00:00Z,60,101,79161112233,0.123456789,RUB,north
formula,2026-10-05T10:01:00Z,60,101,79161112233,=1+1,RUB,north
huge,2026-10-05T10:02:00Z,60,101,79161112233,99999999999999,RUB,north
fine,2026-10-05T10:03:00Z,60,101,79161112233,0.1234567891,RUB,north
none,2026-10-05T10:04:00Z,60,101,79161112233,1.00,,north
euro,2026-10-05T10:05:00Z,60,101,79161112233,1.00,EUR,north
back,2026-10-05T10:06:00Z,60,101,79161112233,-1.00,RUB,north
mute,2026-10-05T10:07:00Z,60,101,79161112233,,,north
most,2026-10-05T10:08:00Z,60,101,79161112233,9223372036.854775807,RUB,north
"""


def test_what_a_carrier_may_lie(office, tmp_path):
    office.apply(COMPANY + STATED.replace("gross", "net"))
    file = tmp_path / "h.csv"
    file.write_text(HOSTILE)
    done = office("cdr", "import", file, "--preset", "native", "--source",
                  "north", "--json", check=1).json
    assert [(row["line"], row["column"]) for row in done["rejects"]] == [
        (3, "cost"), (4, "cost"), (5, "cost"), (6, "currency"),
        (10, "cost")]
    # the largest amount there is, and one more, are none
    assert "exceed" in done["rejects"][-1]["reason"]
    with trunkwise.Store(office.path, readonly=True) as store:
        words = {call: store.explain_call(call) for call in
                 ("good", "euro", "back", "mute")}
    assert "charged 0.123456789 RUB" in words["good"]
    assert "a cost of another currency" in words["euro"]
    assert "below zero" in words["back"]
    assert "no record says the cost" in words["mute"]
    reasons = [row["reason"] for row in office(
        "unrated", "list", "--json", check=1).json["rows"]]
    assert sorted(reasons) == ["negative", "not_stated", "other_currency"]
    office.verify()


def test_from_python(tmp_path):
    with trunkwise.Store(tmp_path / "s.db", create=True) as store:
        with pytest.raises(trunkwise.InvalidArgument) as caught:
            store.stated_tariff("t", carrier="north", source="north")
        assert caught.value.field == "currency"
        assert store.stated_tariff("t", carrier="north", source="north",
                                   currency="RUB") == 1
        deck = store.deck("north")
        when = dt.datetime(2026, 10, 5, tzinfo=MOSCOW)
        with pytest.raises(trunkwise.Error) as caught:
            deck.rate("79161112233", answer=when, seconds=60)
        assert caught.value.code == "TW_ENOPRICE"
        charge = deck.rate("79161112233", answer=when, seconds=60,
                           stated=Decimal("0.0123"))
        assert charge.cost.amount == Decimal("0.0123")
        assert charge.charged_s == 60 and charge.rate_index is None
        with pytest.raises(trunkwise.InvalidArgument) as caught:
            deck.rate("79161112233", answer=when, stated=Decimal(-1))
        assert caught.value.field == "stated"
