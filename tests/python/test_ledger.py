"""Closed months: the page's commands, and who closed them."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import os
import re
import sqlite3
import subprocess
from decimal import Decimal

import pytest

import trunkwise
from conftest import BUILD, SOURCE

CALLS = """\
call_id,start,duration,caller,callee
a,2026-10-05T10:00:00+03:00,60,101,79161112233
"""
LATE = CALLS.replace("a,2026-10-05", "b,2026-10-06")
TARIFF = ("prefix,destination,rate,currency,effective_from,effective_to,"
          "first_inc,next_inc,connect_fee\n79,Mobile,1.50,RUB,,,1,1,0\n")
COMPANY = '[company]\nname = "Factory"\nzone = "Europe/Moscow"\ncurrency = "RUB"\n'

RENTED = """
[[carrier]]
name = "north"
[[department]]
name = "Kazan"
[[number]]
number = "78432000001"
carrier = "north"
department = "Kazan"
rent = "310.00"
"""


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "office.db"
    (tmp_path / "d.toml").write_text(COMPANY)
    with trunkwise.Store(path, create=True) as store:
        store.apply(trunkwise.Deployment.load(tmp_path / "d.toml"))
        store.import_tariff(TARIFF.encode(), tariff="t", carrier="north")
        store.import_calls(CALLS.encode(), preset="native")
    return tmp_path


def command(folder, *words):
    done = subprocess.run([BUILD / "bin" / "trunkwise", *words], cwd=folder,
                          capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_page(folder):
    with trunkwise.Store(folder / "office.db") as store:
        store.import_calls(LATE.encode(), preset="native", source="pbx")
        store.import_calls(LATE.replace("10:00:00", "10:00:03").encode(),
                           preset="native", source="carrier")
    page = (SOURCE / "docs" / "ledger.md").read_text()
    path = f"{BUILD / 'bin'}{os.pathsep}{os.environ['PATH']}"
    for block in re.findall(r"^```sh\n(.*?)^```", page, re.S | re.M):
        for line in block.splitlines():
            subprocess.run(["sh", "-c", line], cwd=folder, check=True,
                           env={**os.environ, "PATH": path})


def test_closed_by_somebody(folder):
    code, out, _ = command(folder, "period", "list", "office.db", "--json")
    assert json.loads(out) == {"periods": []}
    code, out, _ = command(folder, "period", "close", "office.db", "--month",
                           "2026-10", "--who", "Анна", "--json")
    assert (code, json.loads(out)) == (0, {
        "month": "2026-10", "closed": True, "from": "2026-10",
        "postings": 0, "sealed": 0})
    code, out, _ = command(folder, "period", "list", "office.db", "--json")
    period, = json.loads(out)["periods"]
    assert period["month"] == "2026-10" and period["who"] == "Анна"
    for month in ("2026-10", "2026-08", "2999-01", "2026-13", "October"):
        code, out, _ = command(folder, "period", "close", "office.db",
                               "--month", month, "--json")
        assert code == 2 and "error" in json.loads(out)


def postings(folder, columns):
    with sqlite3.connect(folder / "office.db") as db:
        return db.execute(f"SELECT {columns} FROM v_postings "
                          "ORDER BY entry").fetchall()


@pytest.mark.parametrize("who", ["", "  "])
def test_who_is_somebody(folder, who):
    """Nothing is posted without a name because a script's variable was
    empty."""
    (folder / "d.toml").write_text(COMPANY + RENTED)
    (folder / "more.csv").write_text(LATE)
    with trunkwise.Store(folder / "office.db") as store:
        store.apply(trunkwise.Deployment.load(folder / "d.toml"))
    for words in (("cdr", "import", "office.db", "more.csv", "--preset",
                   "native"), ("import", "undo", "office.db", "1"),
                  ("period", "close", "office.db", "--month", "2026-10")):
        code, out, err = command(folder, *words, "--who", who)
        assert code == 2 and not out and "--who: is empty" in err, words
    assert postings(folder, "batch, correction") == [(1, 0)]
    with trunkwise.Store(folder / "office.db", readonly=True) as store:
        assert not store.periods()
        assert [batch.key for batch in store.imports()] == ["1"]


def test_who_posted(folder):
    (folder / "d.toml").write_text(COMPANY + RENTED)
    (folder / "more.csv").write_text(LATE)
    with trunkwise.Store(folder / "office.db") as store:
        store.apply(trunkwise.Deployment.load(folder / "d.toml"))
    for words in (("cdr", "import", "office.db", "more.csv", "--preset",
                   "native", "--who", "Анна"),
                  ("period", "close", "office.db", "--month", "2026-10",
                   "--who", "Вера"),
                  ("import", "undo", "office.db", "2", "--who", "Борис"),
                  ("import", "undo", "office.db", "1")):
        assert command(folder, *words)[0] == 0, words
    me = getpass.getuser()
    assert postings(folder, "who, batch, correction, month, of_month") == [
        (None, 1, 0, "2026-10", None), ("Анна", 2, 0, "2026-10", None),
        ("Борис", 2, 1, "2026-11", "2026-10"),
        (me, 1, 1, "2026-11", "2026-10")]
    code, out, _ = command(folder, "import", "list", "office.db", "--json")
    one, two = json.loads(out)["batches"]
    assert (one["who"], two["who"]) == ("", "Анна")
    assert one["detail"].endswith(f", undone by {me}")
    assert two["detail"].endswith(", undone by Борис")
    code, out, _ = command(folder, "import", "list", "office.db")
    assert out.splitlines()[1].endswith("undone by Борис  Анна")
    _, out, _ = command(folder, "verify", "office.db", "--json")
    assert json.loads(out)["holds"]


def test_who_accrued(tmp_path):
    (tmp_path / "d.toml").write_text(COMPANY + RENTED)
    with trunkwise.Store(tmp_path / "office.db", create=True) as store:
        store.apply(trunkwise.Deployment.load(tmp_path / "d.toml"),
                    at=dt.datetime(2026, 10, 1, tzinfo=dt.timezone.utc))
    assert command(tmp_path, "period", "accrue", "office.db", "--month",
                   "2026-10", "--who", "Вера")[0] == 0
    assert postings(tmp_path, "who, kind") == [("Вера", "rent")]


def test_a_late_call_is_a_correction(folder):
    with trunkwise.Store(folder / "office.db") as store:
        store.close_period("2026-10")
        before = store.expenses("2026-10")
        store.import_calls(LATE.encode(), preset="native")
        assert store.expenses("2026-10") == before
        row, = store.expenses("2026-11").rows
        assert row.corrections == row.total == Decimal("1.5")
        assert all(v.holds for v in store.verify())
    code, _, err = command(folder, "apply", "d.toml", "office.db", "--at",
                           "2026-10-15")
    assert code == 2 and "closed" in err


def test_rated_anew(folder):
    dearer = TARIFF.replace("1.50", "2.00")
    with trunkwise.Store(folder / "office.db", actor="anna") as store:
        store.undo_tariff("t")
        store.import_tariff(dearer.encode(), tariff="t", carrier="north")
        trial = store.rerate("2026-10", dry_run=True)
        assert (trial.run, trial.changed) == (None, 1)
        result = store.rerate("2026-10", reason="dearer")
        assert (result.run, result.calls, result.changed) == (1, 1, 1)
        one, = result.departments
        assert (one.old, one.new) == (Decimal("1.5"), Decimal("2"))
        assert one.difference == Decimal("0.5")
        assert store.month_total("2026-10", "RUB").amount == 2
        assert store.rerate("2026-10").run is None
        assert all(v.holds for v in store.verify())
    code, out, _ = command(folder, "cdr", "rerate", "office.db", "--month",
                           "2026-10", "--json")
    document = json.loads(out)
    assert code == 0 and document["same"] == 1 and document["run"] is None
    code, out, _ = command(folder, "cdr", "rerate", "office.db", "--month",
                           "2026-10", "--carrier", "south", "--json")
    assert code == 2 and json.loads(out)["error"]["field"] == "carrier"


def test_two_sources(folder):
    pbx = CALLS + CALLS.splitlines()[1].replace("a,", "z,").replace(
        "112233", "112299") + "\n"
    with trunkwise.Store(folder / "office.db") as store:
        store.import_calls(pbx.encode(), preset="native", source="pbx")
        store.import_calls(CALLS.replace("10:00:00", "10:00:03").encode(),
                           preset="native", source="carrier")
    words = ["cdr", "join", "office.db", "--month", "2026-10", "--first",
             "pbx", "--second", "carrier", "--json"]
    code, out, _ = command(folder, *words)
    document = json.loads(out)
    assert code == 0
    assert (document["joined"], document["only_first"]) == (1, 1)
    assert document["offset_s"] == "3.00"
    assert [(r["kind"], r["call"]) for r in document["rows"]] == [
        ("only_first", "z")]
    code, out, _ = command(folder, *words, "--cost", "north")
    assert code == 2 and json.loads(out)["error"]["field"] == "--cost"
    with trunkwise.Store(folder / "office.db", readonly=True) as store:
        assert all(v.holds for v in store.verify())
        assert store.expenses("2026-10").totals[0].calls == 3


def test_a_close_that_was_cut_off_is_finished(folder):
    """Killed between closing and sealing: the same command goes on."""
    close = ("period", "close", "office.db", "--month", "2026-10", "--json")
    assert command(folder, *close)[0] == 0
    assert command(folder, *close)[0] == 2
    code, out, _ = command(folder, *close, "--seal")
    assert (code, json.loads(out)) == (0, {
        "month": "2026-10", "closed": True, "from": "2026-10",
        "postings": 0, "sealed": 32})
    # and when it is done, there is nothing to go on with
    code, out, _ = command(folder, *close, "--seal")
    assert code == 2 and "closed already" in out


def test_only_the_last_close_is_finished(folder):
    """A month closed long ago is refused, whatever is asked for beside it."""
    close = ("period", "close", "office.db", "--json", "--month")
    for month in ("2026-09", "2026-10"):
        assert command(folder, *close, month)[0] == 0
    for also in ((), ("--seal",)):
        code, out, _ = command(folder, *close, "2026-09", *also)
        assert code == 2 and "closed already" in out
    with trunkwise.Store(folder / "office.db", readonly=True) as store:
        assert not store.seals()


@pytest.mark.parametrize("accrued", [
    None, ["--through", "2026-09-10"], []], ids=["not", "in part", "whole"])
def test_the_first_close_closes_those_before(folder, accrued):
    """Whatever was accrued of them: books, report and proof agree."""
    (folder / "r.toml").write_text(COMPANY + RENTED)
    steps = [("apply", "r.toml", "new.db", "--at", "2026-09-01")]
    if accrued is not None:
        steps.append(("period", "accrue", "new.db", "--month", "2026-09",
                      *accrued))
    for step in steps:
        assert command(folder, *step)[0] == 0, step
    code, out, _ = command(folder, "period", "close", "new.db", "--month",
                           "2026-10", "--lang", "en")
    assert code == 0
    assert out.startswith("2026-09 to 2026-10 are closed, ")
    assert command(folder, "verify", "new.db")[0] == 0
    with trunkwise.Store(folder / "new.db", readonly=True) as store:
        assert [month.key for month in store.periods()] == ["2026-09",
                                                            "2026-10"]
        for month in ("2026-09", "2026-10"):
            total, = store.expenses(month).totals
            row, = store.journal(month)
            booked = store.month_total(month, "RUB").amount
            assert total.total == booked == row.net == Decimal(310)


def test_an_edited_row_is_named(folder):
    code, out, _ = command(folder, "period", "close", "office.db", "--month",
                           "2026-10", "--seal", "--json")
    assert (code, json.loads(out)["sealed"]) == (0, 32)
    code, out, _ = command(folder, "period", "seal", "office.db", "--json")
    sealed = json.loads(out)
    assert code == 0 and sealed["sealed"] == 0
    code, out, _ = command(folder, "period", "list", "office.db", "--json")
    period, = json.loads(out)["periods"]
    assert (period["month"], period["seal"]) == (sealed["month"],
                                                 sealed["seal"])
    assert command(folder, "verify", "office.db")[0] == 0
    db = sqlite3.connect(folder / "office.db")
    with db:
        db.execute("UPDATE call_row SET duration = duration + 1")
    db.close()
    code, out, _ = command(folder, "verify", "office.db")
    assert code == 1
    assert "call a (2026-10-05T10:00:00+03:00) is not as it was sealed" in out


def test_rows_put_aside(folder):
    bad = CALLS + "z,2026-10-05T10:00:00+03:00,x,101,79161112299\n"
    (folder / "bad.csv").write_text(bad)
    code, _, _ = command(folder, "cdr", "import", "office.db", "bad.csv",
                         "--preset", "native")
    assert code == 1
    code, out, _ = command(folder, "import", "rejects", "office.db",
                           "--json")
    row, = json.loads(out)["rows"]
    assert code == 1 and row["line"] == 3 and row["column"] == "duration"
    assert "79161112299" in row["record"]
    code, out, _ = command(folder, "import", "rejects", "office.db",
                           "--mask", "--lang", "ru")
    assert code == 1 and "79161112299" not in out
    (folder / "shifted.csv").write_text(
        bad.splitlines()[0] + "\nq,2026-10-05T10:00:00+03:00,"
        "8 (916) 111-22-98,101,79161112298\n")
    command(folder, "cdr", "import", "office.db", "shifted.csv", "--preset",
            "native")
    code, out, _ = command(folder, "import", "rejects", "office.db", "--mask",
                           "--json")
    assert "111-22-98" not in out and "***" in out
    code, out, _ = command(folder, "import", "rejects", "office.db",
                           "--batch", "99")
    assert code == 0
    # mended in its file: it waits no more
    (folder / "bad.csv").write_text(bad.replace(",x,", ",5,"))
    code, _, _ = command(folder, "cdr", "import", "office.db", "bad.csv",
                         "--preset", "native")
    assert code == 0
    code, out, _ = command(folder, "import", "rejects", "office.db", "--json")
    assert [r["line"] for r in json.loads(out)["rows"]] == [2]
