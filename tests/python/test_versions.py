"""Rows are versions: a number that moves in mid-month splits its rent and
its calls between the departments that held it."""

from __future__ import annotations

import pytest

from conftest import OFFICE

CALLS = """\
call_id,start,answer,end,caller,callee,trunk,department,duration,status,cost,currency,direction
a,2026-10-05T10:00:00+03:00,2026-10-05T10:00:05+03:00,2026-10-05T10:01:05+03:00,+78432000001,+78435550000,,,60,answered,,,outbound
b,2026-10-20T10:00:00+03:00,2026-10-20T10:00:05+03:00,2026-10-20T10:01:05+03:00,+78432000001,+78435550000,,,60,answered,,,outbound
"""


@pytest.fixture
def moved(office, put, command):
    put(OFFICE, "--at", "2026-09-01T00:00:00+03:00")
    put(OFFICE.replace('department = "Kazan"', 'department = "Ufa"'), "--at",
        "2026-10-11T00:00:00+03:00")
    (office / "calls.csv").write_text(CALLS)
    command("cdr", "import", office / "store.db", office / "calls.csv",
            "--preset", "native", "--carrier", "north", check=0)
    return office / "store.db"


def test_rent_and_calls_split_at_the_move(moved, command):
    report = command("report", "expenses", moved, "--month", "2026-10",
                     "--json", check=0).json
    rows = {r["department"]: r for r in report["rows"]}
    assert rows["Kazan"]["rent"] == "100.00"        # 10 of 31 days of 310
    assert rows["Ufa"]["rent"] == "210.00"
    assert rows["Kazan"]["call_cost"] == "1.20"
    assert rows["Ufa"]["call_cost"] == "1.20"
    assert report["totals"][0]["cost"] == "312.40"


def test_accrued_rent_is_posted_once(moved, command):
    first = command("period", "accrue", moved, "--month", "2026-10",
                    "--json", check=0).json
    assert first["postings"] > 0
    again = command("period", "accrue", moved, "--month", "2026-10",
                    "--json", check=0).json
    assert again["postings"] == 0
    assert command("verify", moved, check=0)


def test_apply_before_a_later_version_is_refused(moved, put):
    result = put(OFFICE, "--at", "2026-10-01T00:00:00+03:00", check=2)
    assert "later" in result.err


def test_rename_keeps_the_history(moved, put, command):
    renamed = OFFICE.replace('department = "Kazan"', 'department = "Bash"')
    renamed = renamed.replace('name = "Ufa"\n', 'name = "Bash"\nwas = "Ufa"\n')
    result = put(renamed, "--at", "2026-11-01T00:00:00+03:00", "--json")
    assert [c["change"] for c in result.json["changes"]
            if c["kind"] == "department"] == ["renamed"]
    report = command("report", "expenses", moved, "--month", "2026-10",
                     "--json", check=0).json
    assert sum(1 for r in report["rows"] if r["rent"] == "210.00") == 1
