"""What sources say that their calls cost, from Python and from a shell."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

import trunkwise
from conftest import SOURCE

ZADARMA = SOURCE / "tests" / "fixtures" / "records" / "zadarma.json"
COMPANY = ('[company]\nname = "Factory"\nzone = "Europe/Moscow"\n'
           'currency = "RUB"\n[[department]]\nname = "Sales"\n'
           '[[match]]\nkind = "extension"\nmatch = "101"\n'
           'department = "Sales"\n')
TARIFF = ("prefix,destination,rate,currency,effective_from,effective_to,"
          "first_inc,next_inc,connect_fee\n7,Russia,1.50,RUB,,,1,1,0\n")
CALLS = """\
call_id,start,duration,caller,callee,cost,currency
same,2026-10-05T10:00:00+03:00,60,101,79161112233,1.50,RUB
more,2026-10-05T11:00:00+03:00,60,101,79161112233,1.60,RUB
none,2026-10-05T12:00:00+03:00,60,101,442071112233,9,RUB
silent,2026-10-05T13:00:00+03:00,60,101,79161112233,,
"""


@pytest.fixture
def office(tmp_path):
    (tmp_path / "d.toml").write_text(COMPANY)
    with trunkwise.Store(tmp_path / "office.db", create=True) as store:
        store.apply(trunkwise.Deployment.load(tmp_path / "d.toml"),
                    at=dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc))
        store.import_tariff(TARIFF.encode(), tariff="t", carrier="north")
        store.import_calls(CALLS.encode(), preset="native")
        store.import_calls(ZADARMA.read_bytes(), preset="zadarma",
                           zone="Europe/Moscow")
        yield store


def test_each_currency_by_itself(office):
    report = office.differences("2026-10", by=("source", "department"))
    assert report.by == ("department", "source")
    sales, nobody = report.rows
    assert (sales.department, sales.source) == ("Sales", "native")
    assert (sales.calls, sales.differing, sales.unrated,
            sales.unstated) == (2, 1, 1, 1)
    assert sales.difference == Decimal("0.10")
    assert sales.only_stated == 9 and sales.only_rated == Decimal("1.50")
    # dollars of Zadarma beside rubles of ours: nothing to take away
    assert nobody.source == "zadarma" and nobody.difference is None
    assert (nobody.stated, nobody.stated_currency) == (Decimal("0.0338"),
                                                       "USD")
    assert nobody.rated_currency == "RUB" and not nobody.agrees
    assert len(report.totals) == 2


@pytest.mark.parametrize("options, field", [
    ({"by": ("city",)}, "by"), ({"against": "tax"}, "against"),
    ({"last_month": "2026-09"}, "to")])
def test_slips_are_named(office, options, field):
    with pytest.raises(trunkwise.InvalidArgument) as caught:
        office.differences("2026-10", **options)
    assert caught.value.field == field


def test_command(office, command, tmp_path):
    path = str(tmp_path / "office.db")
    done = command("report", "differences", path, "--month", "2026-10",
               "--by", "month,carrier,source", "--json")
    assert done.status == 1
    report = done.json
    assert report["rows"][0] == {
        "month": "2026-10", "carrier": "north", "source": "native",
        "calls": 2, "differing": 1, "unrated": 1, "unstated": 1,
        "rated": "3.00", "rated_currency": "RUB", "stated": "3.10",
        "stated_currency": "RUB", "difference": "0.10",
        "only_stated": "9.00", "only_rated": "1.50"}
    assert report["rows"][1]["difference"] is None
    for form in ("text", "csv", "html", "xlsx"):
        out = tmp_path / ("page." + form)
        for lang in ("ru", "en"):
            done = command("report", "differences", path, "--month", "2026-10",
                       "--format", form, "--lang", lang, "-o", str(out))
            assert done.status == 1 and out.stat().st_size > 0
    done = command("report", "differences", path, "--month", "2026-10")
    assert "RUB / USD" in done.out and "+0.10" in done.out
    # a month in which all that is said is the same
    done = command("report", "differences", path, "--month", "2026-09")
    assert done.status == 0 and "No source says" in done.out


def test_twice_is_refused(office, command, tmp_path):
    done = command("report", "differences", tmp_path / "office.db",
                   "--month", "2026-10", "--by", "source,source", check=2)
    assert "--by" in done.err and "'source' is given twice" in done.err
    assert not done.out


def test_a_call_names_both(office, command, tmp_path):
    path = str(tmp_path / "office.db")
    done = command("call", "explain", path, "more")
    assert "native itself says 1.60 RUB: 0.10 more" in done.out
    done = command("call", "explain", path, "5c0000000000000000000001",
               "--lang", "ru", "--mask")
    assert "zadarma сам называет 0.0338 USD: другая валюта" in done.out
