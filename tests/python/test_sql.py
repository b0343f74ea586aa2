"""The views that docs/sql.md promises: columns, and sums that agree."""

from __future__ import annotations

import re
import sqlite3

import pytest

import trunkwise
from conftest import SOURCE

CALLS = """\
call_id,start,duration,caller,callee
a,2026-10-05T23:30:00+03:00,60,101,79161112233
0123abcd-4567-89ef-0000-fedcba987654,2026-11-05T10:00:00+03:00,61,101,79161112233
c,2026-11-05T11:00:00+03:00,61,101,442071112233
"""
COSTS = """\
call_id,start,duration,caller,callee,cost,currency
d,2026-11-05T12:00:00+03:00,60,101,79161112233,1.60,RUB
e,2026-11-05T12:00:00+03:00,60,101,79161112233,0.0338,USD
"""
TARIFF = ("prefix,destination,rate,currency,effective_from,effective_to,"
          "first_inc,next_inc,connect_fee\n79,Mobile,1.50,RUB,,,1,1,0\n")
COMPANY = '[company]\nname = "Factory"\nzone = "Europe/Moscow"\ncurrency = "RUB"\n'
PAGE = (SOURCE / "docs" / "sql.md").read_text()


@pytest.fixture
def db(tmp_path):
    path = tmp_path / "office.db"
    (tmp_path / "d.toml").write_text(COMPANY)
    with trunkwise.Store(path, create=True, actor="anna") as store:
        store.apply(trunkwise.Deployment.load(tmp_path / "d.toml"))
        store.import_tariff(TARIFF.encode(), tariff="t", carrier="north")
        store.import_calls(CALLS.encode(), preset="native")
        store.close_period("2026-10")
        store.import_calls(CALLS.replace("a,", "late,").encode(),
                           preset="native")
        store.import_calls(COSTS.encode(), preset="native")
        store.verify()
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    yield db
    db.close()


def promised():
    for view, columns in re.findall(r"^\| `(v_\w+)` \| [^|]* \| (.*) \|$",
                                    PAGE, re.M):
        yield view, re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", columns))


def test_columns_are_those_of_the_page(db):
    views = dict(promised())
    assert set(views) == {"v_calls", "v_months", "v_days", "v_postings"}
    views["v_days"] = views["v_days"][:-1] + [
        c for c in views["v_months"] if c not in ("month", "late")]
    for view, columns in views.items():
        there = [d[0] for d in db.execute(f"SELECT * FROM {view}").description]
        assert there == columns, view


def test_sums_agree(db):
    calls, = db.execute("SELECT sum(cost_nanos) FROM v_calls").fetchone()
    for view in ("v_months", "v_days"):
        assert db.execute(f"SELECT sum(cost_nanos) FROM {view}"
                          ).fetchone() == (calls,)
    assert db.execute("SELECT sum(amount_nanos) FROM v_postings"
                      ).fetchone() == (calls,)
    assert db.execute("SELECT month, late, sum(calls) FROM v_months GROUP BY "
                      "1, 2").fetchall() == [
        ("2026-10", 0, 1), ("2026-11", 0, 4), ("2026-11", 1, 1)]
    assert db.execute("SELECT day FROM v_days WHERE month = '2026-10'"
                      ).fetchall() == [("2026-10-05",)]
    assert db.execute("SELECT DISTINCT who, payee FROM v_postings"
                      ).fetchall() == [("anna", "north")]
    row = db.execute("SELECT call_id, start, charge_state, destination, "
                     "currency FROM v_calls WHERE leg = 1 AND source_currency "
                     "IS NULL ORDER BY start_us DESC LIMIT 2").fetchall()
    assert row[0] == ("c", "2026-11-05T08:00:00Z", "unrated", None, None)
    assert row[1][0] == "0123abcd456789ef0000fedcba987654"


def test_no_numbers_of_people(db):
    for view, _ in promised():
        for row in db.execute(f"SELECT * FROM {view}"):
            assert not any("9161112233" in str(value) for value in row)


def test_the_page_s_queries(db):
    months, apart = re.findall(r'office.db "(.*)"$', PAGE, re.M)
    assert db.execute(months).fetchall()
    assert db.execute(apart).fetchall() == [
        ("2026-11-05T09:00:00Z", "d", 1500000000, 1600000000)]


def test_a_source_s_cost_has_its_own_currency(db):
    assert db.execute(
        "SELECT cost_nanos, currency, source_cost_nanos, source_currency "
        "FROM v_calls WHERE call_id IN ('d', 'e', 'c') ORDER BY call_id"
    ).fetchall() == [(None, None, None, None),
                     (1500000000, "RUB", 1600000000, "RUB"),
                     (1500000000, "RUB", 33800000, "USD")]
