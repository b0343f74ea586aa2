"""Entries for the bookkeeper: the page's commands, both formats read back,
and totals held against the SQLite file."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import re
import sqlite3
import subprocess
from collections import Counter
from contextlib import closing
from decimal import Decimal
from xml.etree import ElementTree

import pytest

import trunkwise
from conftest import BUILD, SOURCE
from trunkwise.journal import Accounts, journal_lines
from trunkwise.render.journal import render_1c, render_csv
from trunkwise.render.style import Style

DEPARTMENTS = ["Казань", "=cmd|'x'!A1", "<Ufa> & \"co\"]]>", "+Пермь; 1,5",
               "Плюс"]
HEAD = ('[company]\nname = "Factory"\nzone = "Europe/Moscow"\n'
        'currency = "RUB"\n[[carrier]]\nname = "Север & Ко"\n'
        'inn = "7707049388"\n[[tariff]]\nname = "t"\n'
        'carrier = "Север & Ко"\ncurrency = "RUB"\nzone = "Europe/Moscow"\n'
        'vat = "gross"\nvat_percent = "20"\n'
        '[[vendor]]\nname = "@cloud"\n')


def company():
    text = HEAD
    for i, name in enumerate(DEPARTMENTS):
        text += (f"[[department]]\nname = '''{name}'''\n"
                 f'cost_center = "=CC-{i}"\n'
                 f'[[number]]\nnumber = "7843200000{i}"\n'
                 f'carrier = "Север & Ко"\ndepartment = \'\'\'{name}\'\'\'\n'
                 f'rent = "{i}00.33"\n')
    return text


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "d.toml").write_text(company())
    with trunkwise.Store(tmp_path / "office.db", create=True) as store:
        store.apply(trunkwise.Deployment.load(tmp_path / "d.toml"),
                    at=dt.datetime.fromisoformat("2026-09-01T00:00:00+03:00"))
    return tmp_path


def post(folder, *entries):
    """Entries of the department, net, VAT, flags, past the library."""
    with closing(sqlite3.connect(folder / "office.db")) as db, db:
        carrier, = db.execute("SELECT id FROM carrier").fetchone()
        number, = db.execute("SELECT coalesce(max(entry), 0) FROM posting"
                             ).fetchone()
        for department, net, vat, correction, run, of_month, in entries:
            number += 1
            for kind, account, sign in ((1, department, 1), (2, carrier, -1)):
                db.execute(
                    "INSERT INTO posting (entry, account_kind, account, "
                    "amount_nanos, net_nanos, vat_nanos, currency, kind, "
                    "correction, month, of_month, batch, run, subject, "
                    "made_us, who, reference) VALUES (?, ?, ?, ?, ?, ?, "
                    "'RUB', 1, ?, 202610, ?, 0, ?, 0, 0, 0, '')",
                    (number, kind, account, sign * (net + vat), sign * net,
                     sign * vat, correction, of_month, run))


def posted(folder, month=202610):
    with closing(sqlite3.connect(folder / "office.db")) as db, db:
        rows = db.execute(
            "SELECT currency, coalesce(net_nanos, amount_nanos), "
            "coalesce(vat_nanos, 0) FROM posting WHERE account_kind = 1 "
            "AND month = ?", (month,)).fetchall()
    sums = Counter()
    for currency, net, vat in rows:
        sums[currency, "net"] += net
        sums[currency, "vat"] += vat
    return {k: Decimal(v).scaleb(-9) for k, v in sums.items()}


def command(folder, *words):
    done = subprocess.run([BUILD / "bin" / "trunkwise", *words], cwd=folder,
                          capture_output=True)
    return done.returncode, done.stdout, done.stderr.decode()


def export(folder, *words):
    return command(folder, "journal", "export", "office.db", "--month",
                   "2026-10", *words)


def close(folder):
    assert command(folder, "period", "close", "office.db", "--month",
                   "2026-10")[0] == 0


def departments(folder):
    with closing(sqlite3.connect(folder / "office.db")) as db, db:
        return dict(db.execute("SELECT name, id FROM department"))


def unquoted(name):
    return name[1:] if name.startswith("'") else name


def test_page(folder):
    page = (SOURCE / "docs" / "bookkeeping.md").read_text()
    path = f"{BUILD / 'bin'}{os.pathsep}{os.environ['PATH']}"
    for block in re.findall(r"^```sh\n(.*?)^```", page, re.S | re.M):
        for line in block.splitlines():
            subprocess.run(["sh", "-c", line], cwd=folder, check=True,
                           env={**os.environ, "PATH": path})
    shown = ElementTree.fromstring(
        re.search(r"^```xml\n(.*?)^```", page, re.S | re.M)[1].encode())
    made = ElementTree.parse(folder / "october.xml").getroot()
    assert {e.tag for e in made.iter()} <= {e.tag for e in shown.iter()}
    rows = list(csv.reader((folder / "october.csv").read_text("cp1251")
                           .splitlines(), delimiter=";"))
    assert rows[0][0] == "дата" and re.fullmatch(r"-?\d+,\d\d+", rows[1][7])


def test_totals_of_all_formats(folder):
    ids = departments(folder)
    post(folder, (ids["Казань"], 100_000_000_000, 20_000_000_000, 0, 0, 0),
         (ids["Казань"], -1_500_000_000, -300_000_000, 1, 0, 0),
         (ids["Казань"], -2_500_000_000, 0, 0, 7, 0),
         (ids["Казань"], 7_000_000_000, 0, 0, 0, 202609),
         (0, 5_000_000_000, 1_000_000_000, 0, 0, 0),
         (ids["Плюс"], 9_000_000_000, 0, 1, 0, 202609),
         (ids["Плюс"], -9_000_000_000, 0, 1, 0, 202609))
    close(folder)
    sums = posted(folder)
    code, out, err = export(folder, "--json")
    assert code == 0, err
    document = json.loads(out)
    assert document["date"] == "2026-10-31"
    assert document["totals"] == [
        {"currency": "RUB", "net": f"{sums['RUB', 'net']:.2f}",
         "vat": f"{sums['RUB', 'vat']:.2f}"}]
    lines = document["lines"]
    assert all(Decimal(line["amount"]) for line in lines)
    kazan = [(line["part"], line["amount"], line["correction"],
              line["of_month"]) for line in lines
             if line["department"] == "Казань" and line["kind"] == "calls"]
    assert kazan == [("net", "100.00", False, ""), ("vat", "20.00", False,
                     ""), ("net", "-4.00", True, ""),
                     ("vat", "-0.30", True, ""),
                     ("net", "7.00", True, "2026-09")]
    nobody = [line for line in lines if line["unallocated"]]
    assert [line["amount"] for line in nobody] == ["5.00", "1.00"]
    assert not any(line["of_month"] for line in lines
                   if line["department"] == "Плюс")

    rows = list(csv.DictReader(io.StringIO(export(folder)[1].decode(),
                                           newline="")))
    assert len(rows) == len(lines)
    for row, line in zip(rows, lines):
        assert unquoted(row["department"]) == line["department"]
        assert unquoted(row["cost center"]) == line["cost_center"]
        assert row["amount"] == line["amount"]
        assert (row["debit"], row["credit"]) == (
            "26" if line["part"] == "net" else "19.04", "60.01")
        assert row["INN"] == "7707049388" and row["date"] == "2026-10-31"
        assert not any(v.startswith(("=", "+", "@")) for v in row.values())
        assert row["correction"] == str(int(line["correction"]))

    code, out, err = export(folder, "--format", "1c", "--vat-account", "19.3")
    assert code == 0, err
    top = ElementTree.fromstring(out)
    operation, = top
    entries = operation.findall("Проводка")
    assert len(entries) == len(lines)
    assert Decimal(operation.get("Сумма")) == sum(sums.values())
    for entry, line in zip(entries, lines):
        assert entry.findtext("Сумма") == line["amount"]
        assert entry.findtext("СчетДт") == ("26" if line["part"] == "net"
                                            else "19.3")
        payee = entry.find("СубконтоКт/Контрагент")
        assert (payee.text, payee.get("ИНН")) == ("Север & Ко", "7707049388")
        if line["part"] == "net":
            name = entry.find("СубконтоДт/Подразделение")
            assert (name.text or "") == line["department"]
            assert (name.get("Код") or "") == line["cost_center"]
        assert (entry.find("Исправление") is not None) == line["correction"]


def test_what_is_finer_is_not_rounded(folder):
    post(folder, (departments(folder)["Казань"], 1, 0, 0, 0, 0))
    close(folder)
    rows = list(csv.DictReader(io.StringIO(export(folder)[1].decode())))
    assert sum(Decimal(r["amount"]) for r in rows) == sum(
        posted(folder).values())
    assert "0.000000001" in {r["amount"] for r in rows}
    code, out, err = export(folder, "--format", "1c")
    assert (code, out) == (2, b"") and "0.000000001" in err


@pytest.mark.parametrize("words, said", [
    ([], "period close first, or take it as it stands with --open"),
    (["--format", "1c", "--decimal", "comma"], "csv"),
    (["--json", "--format", "1c"], "--json"),
    (["--json", "--encoding", "cp1251"], "--encoding"),
    (["--open", "--vat-account", " "], "--vat-account"),
    (["--open", "--payee-account", "6\n0"], "--payee-account"),
    (["--month", "October"], "October")])
def test_refusals(folder, words, said):
    code, out, err = export(folder, *words)
    assert code == 2 and said.lower() in err.lower(), err
    assert not out or "--json" in words


def test_open_month_writes_nothing_else(folder):
    post(folder, (departments(folder)["Казань"], 10 ** 9, 0, 0, 0, 0))
    before = (folder / "office.db").read_bytes()
    code, out, _ = export(folder, "--open", "--decimal", "comma")
    assert code == 0 and b";1,00;" in out
    assert (folder / "office.db").read_bytes() == before


def test_letters_that_a_file_cannot_carry(folder):
    row = trunkwise.Store(folder / "office.db").journal("2026-10", open=True)
    assert row == []
    from trunkwise.journal import JournalRow

    def lines(name):
        return journal_lines([JournalRow(
            name, False, "", "p", False, "", "calls", False, "",
            Decimal(1), Decimal(0), "RUB")], Accounts())

    with pytest.raises(trunkwise.InvalidArgument, match="cp1251"):
        render_csv(lines("東京"), "2026-10", Style("ru", encoding="cp1251"))
    for bad in ("a\x00b", "a\x1bb", "a\rb", "a\ufffe"):
        with pytest.raises(trunkwise.InvalidArgument, match="XML"):
            render_1c(lines(bad), "2026-10")
