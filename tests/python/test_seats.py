"""Seats of a PBX: from the page into ledger, report and journal."""

from __future__ import annotations

import json
import re
import subprocess
from decimal import Decimal

import pytest

from conftest import BUILD, SOURCE

PAGE = (SOURCE / "docs" / "ledger.md").read_text()
SEATS = re.search(r"## Seats of a PBX\n\n```toml\n(.*?)^```", PAGE,
                  re.S | re.M).group(1)
HEAD = """\
[company]
name = "Factory"
zone = "Europe/Moscow"
currency = "RUB"
[[department]]
name = "Kazan"
[[department]]
name = "Ufa"
[[vendor]]
name = "cloud-pbx"
vat = "net"
vat_percent = "20"
"""


def run(folder, *args):
    return subprocess.run([BUILD / "bin" / "trunkwise", *args], cwd=folder,
                          capture_output=True, text=True)


def answer(folder, *args):
    done = run(folder, *args, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def apply(folder, text, at):
    (folder / "d.toml").write_text(text)
    done = run(folder, "apply", "d.toml", "s.db", "--at", at)
    assert done.returncode == 0, done.stdout + done.stderr


def totals(folder, month):
    rows = answer(folder, "report", "expenses", "s.db", "--month",
                  month)["rows"]
    return {r["department"]: Decimal(r["cost"]) for r in rows}


def test_seats_of_the_page(tmp_path):
    apply(tmp_path, HEAD + SEATS, "2026-01-01")
    assert totals(tmp_path, "2026-02") == {"Kazan": 1050, "Ufa": 700}
    more = SEATS.replace("count = 2", "count = 3")
    apply(tmp_path, HEAD + more, "2026-03-17")
    # 350 * (2 * 16 + 3 * 15) / 31
    assert totals(tmp_path, "2026-03") == {"Kazan": 1050,
                                           "Ufa": Decimal("869.35")}
    answer(tmp_path, "period", "close", "s.db", "--month", "2026-02")
    lines = answer(tmp_path, "journal", "export", "s.db", "--month",
                   "2026-02")["lines"]
    assert {(row["department"], row["part"]): Decimal(row["amount"])
            for row in lines} == {("Kazan", "net"): 1050, ("Ufa", "net"): 700,
                                  ("Kazan", "vat"): 210, ("Ufa", "vat"): 140}
    assert all(v["holds"] for v in
               answer(tmp_path, "verify", "s.db")["invariants"])


@pytest.mark.parametrize("old,new,words", [
    ("count = 3", "count = 0", "seat[0].count"),
    ("count = 3", "count = 2.5", "seat[0].count"),
    ('vendor = "cloud-pbx"', 'vendor = "cloud-pbx"\ndepartment = "Ufa"',
     "leave department out"),
    ('department = "Ufa"', 'department = "Kazan"', "add the two up"),
])
def test_bad_seats(tmp_path, old, new, words):
    (tmp_path / "d.toml").write_text(HEAD + SEATS.replace(old, new))
    done = run(tmp_path, "apply", "d.toml", "s.db", "--at", "2026-01-01")
    assert done.returncode == 2
    assert words in done.stdout + done.stderr
