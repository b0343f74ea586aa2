"""Several records of one call: whose they are, and that they count once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from conftest import SOURCE
from trunkwise import Store, raw

FIXTURES = SOURCE / "tests" / "fixtures" / "records"
OWNERS = (b"match_kind,match,department,city,from,to\n"
          b"extension,101,Kazan,Kazan,,\n"
          b"extension,102,Ufa,Ufa,,\n"
          b"accountcode,Sales,Sales,Kazan,,\n"
          b"accountcode,Sales/Kazan,Sales,Kazan,,\n"
          b"number,78432000001,Service,Kazan,,\n"
          b"number,79600000001,Mobile,Kazan,,\n")
SHEET = (b"prefix,destination,rate,currency,effective_from,effective_to,"
         b"first_inc,next_inc,connect_fee\n"
         b"7,Russia,1.20,RUB,2026-01-01,,1,1,0\n")


def office(path):
    store = Store(path, create=True)
    raw.tw_directory_import(store.handle, OWNERS, "Europe/Moscow")
    store.import_tariff(SHEET, tariff="annex", carrier="north",
                        zone="Europe/Moscow")
    return store


@pytest.fixture
def store(tmp_path):
    with office(tmp_path / "s.db") as store:
        yield store


def totals(store):
    assert [v for v in store.verify() if not v.holds] == []
    return {row.department: (row.calls, row.answered, row.missed, row.total)
            for row in store.expenses("2026-10").rows}


CUCM = (FIXTURES / "cucm.csv").read_bytes().splitlines(True)[:2]
FORWARDS = {
    "cucm": b"".join(CUCM) + (
        b'1,2,101009,26000009,1791183600,-1139627840,"79031112233",0,'
        b'-1122850624,"78432000001","79161112233",16,1791183608,1791183669,'
        b'"78432000001","c1d5c000-0000-0000-0000-000000000009",61,"north",'
        b'"north",""\n'),
    "mango": (b"[];1791183600;1791183669;1791183608;;79031112233;;"
              b"79161112233;1110;78432000001;;MToxOjE=\n"),
    "yeastar": (
        b"callid,timestart,callfrom,callto,callduraction,talkduraction,"
        b"srctrunkname,dsttrcunkname,status,type,pincode,recording,did\n"
        b"1591183600.1,2026-10-05 10:00:00,79031112233,79161112233,69,61,"
        b"north,main,ANSWERED,Transfer,,,78432000001\n"),
}


@pytest.mark.parametrize("preset", FORWARDS)
def test_a_call_forwarded_outside(store, preset):
    """One inbound call of the number, and a leg that its department pays."""
    for expected in ((2, 0), (0, 2)):
        c = store.import_calls(FORWARDS[preset], preset=preset,
                               zone="Europe/Moscow").counts
        assert (c.rows_stored, c.duplicates) == expected
        assert totals(store) == {"Service": (1, 1, 0, Decimal("1.22"))}


def test_a_number_of_ten_digits_is_ours(store):
    store.import_calls((FIXTURES / "beeline.json").read_bytes(),
                       preset="beeline", zone="Europe/Moscow")
    # "Продажи" is not declared: the extension says whose the call is
    assert totals(store) == {"Kazan": (3, 2, 1, Decimal("1.24"))}
    assert [(r.kind, r.key) for r in store.suggest()] == [
        ("department", "Продажи")]
