"""Documents: the page's commands, and a model in fractions."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import re
import subprocess
from decimal import Decimal
from fractions import Fraction

import pytest

import trunkwise
from trunkwise import sheets
from conftest import BUILD, SOURCE

DEPARTMENTS = ["Kazan", "Ufa", "=cmd|'x'!A1", "Perm"]
CENT = Decimal("0.01")


def company(rents):
    text = ('[company]\nname = "Factory"\nzone = "Europe/Moscow"\n'
            'currency = "RUB"\n[[carrier]]\nname = "north"\n')
    for i, (name, rent) in enumerate(zip(DEPARTMENTS, rents)):
        text += (f'[[department]]\nname = "{name}"\n'
                 f'[[number]]\nnumber = "7843200000{i}"\n'
                 f'carrier = "north"\ndepartment = "{name}"\n'
                 f'rent = "{rent}"\n')
    return text


def make(folder, rents):
    (folder / "d.toml").write_text(company(rents))
    with trunkwise.Store(folder / "office.db", create=True) as store:
        store.apply(trunkwise.Deployment.load(folder / "d.toml"),
                    at=__import__("datetime").datetime.fromisoformat(
                        "2026-09-01T00:00:00+03:00"))
    return folder


@pytest.fixture
def folder(tmp_path):
    return make(tmp_path, ["100.00", "200.00", "0.01", "33.33"])


def command(folder, *words):
    done = subprocess.run([BUILD / "bin" / "trunkwise", *words], cwd=folder,
                          capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_page(folder):
    page = (SOURCE / "docs" / "invoices.md").read_text()
    path = f"{BUILD / 'bin'}{os.pathsep}{os.environ['PATH']}"
    for block in re.findall(r"^```sh\n(.*?)^```", page, re.S | re.M):
        for line in block.splitlines():
            subprocess.run(["sh", "-c", line], cwd=folder, check=True,
                           env={**os.environ, "PATH": path})
    code, out, _ = command(folder, "report", "expenses", "office.db",
                           "--month", "2026-10", "--basis", "invoiced",
                           "--json")
    document = json.loads(out)
    assert code == 0 and document["basis"] == "invoiced"
    total, = document["payees"]
    assert (total["gross"], total["documents"]) == ("120.00", "77-A")
    assert total["difference"] == "-213.34"
    assert sum(Decimal(r["gross"]) for r in document["rows"]) == 120
    code, out, _ = command(folder, "report", "expenses", "office.db",
                           "--month", "2026-10", "--basis", "invoiced",
                           "--format", "csv")
    rows = list(csv.reader(io.StringIO(out)))
    assert len({len(r) for r in rows}) == 1
    assert not any(c.startswith(("=", "+", "@")) for r in rows for c in r)
    code, out, _ = command(folder, "invoice", "withdraw", "office.db", "1")
    assert code == 0
    code, _, _ = command(folder, "invoice", "withdraw", "office.db", "1")
    assert code == 2
    for words in (["--per", "day"], ["--compare", "previous"]):
        code, _, err = command(folder, "report", "expenses", "office.db",
                               "--month", "2026-10", "--basis", "invoiced",
                               *words)
        assert code == 2 and "invoiced" in err


CUTS = ("city", "number", "destination", "direction", "contract", "carrier",
        "department,destination", "number,carrier")


@pytest.mark.parametrize("by", CUTS)
def test_every_cut_adds_up_to_the_document(folder, by):
    """--by was ignored but for department, without a word."""
    words = ["report", "expenses", "office.db", "--month", "2026-10",
             "--basis", "invoiced", "--by", by]
    assert command(folder, "invoice", "enter", "office.db", "--carrier",
                   "north", "--number", "1", "--date", "2026-11-03",
                   "--month", "2026-10", "--net", "100.01", "--vat", "20.00",
                   "--gross", "120.01")[0] == 0
    document = json.loads(command(folder, *words, "--json")[1])
    cuts = [k for k in by.split(",") if k != "carrier"]
    assert document["by"] == by.split(",")
    for row in document["rows"]:
        assert set(cuts) < set(row) and row["payee"] == "north"
        assert "department" in cuts or "department" not in row
    for key, whole in (("net", "100.01"), ("vat", "20.00")):
        assert sum(Decimal(r[key]) for r in document["rows"]) == Decimal(
            whole)
    if "number" in by:
        assert {r["number"] for r in document["rows"]} == {
            f"7843200000{i}" for i in range(4)}
    rows = list(csv.reader(io.StringIO(
        command(folder, *words, "--format", "csv")[1])))
    assert rows[0][:len(cuts) + 2] == ["payee", *cuts, "total"]
    assert len({len(r) for r in rows}) == 1
    for form in ("text", "html", "xlsx"):
        for lang in ("ru", "en"):
            code, _, err = command(folder, *words, "--format", form,
                                   "--lang", lang, "-o", "page")
            assert code == 0, err


@pytest.mark.parametrize("words, encoding, delimiter, point", [
    (["--lang", "en"], "utf-8", ",", "."),
    (["--lang", "ru"], "utf-8-sig", ";", ","),
    (["--lang", "ru", "--encoding", "cp1251"], "cp1251", ";", ","),
    (["--decimal", "comma", "--delimiter", "tab"], "utf-8", "\t", ","),
])
def test_csv_for_the_accountant(folder, words, encoding, delimiter, point):
    """What the program of his desk opens: --lang was ignored here."""
    command(folder, "invoice", "enter", "office.db", "--carrier", "north",
            "--number", "1", "--date", "2026-11-03", "--month", "2026-10",
            "--net", "100.01", "--vat", "20.00", "--gross", "120.01")
    code, _, err = command(folder, "report", "expenses", "office.db",
                           "--month", "2026-10", "--basis", "invoiced",
                           "--format", "csv", *words, "-o", "a.csv")
    assert code == 0, err
    data = (folder / "a.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")
    rows = list(csv.reader(io.StringIO(data.decode(encoding), newline=""),
                           delimiter=delimiter))
    assert len({len(r) for r in rows}) == 1
    assert rows[0][:2] == (["Оператор", "Отдел"] if "ru" in words
                           else ["payee", "department"])
    assert not any(c.startswith(("=", "+", "@")) for r in rows for c in r)
    gross = [Decimal(r[6].replace(point, ".")) for r in rows[1:]]
    assert sum(gross) == 2 * Decimal("120.01")
    assert rows[-1][2] == "1" and rows[-1][6] == "120" + point + "01"


def test_a_cut_that_is_none_is_refused(folder):
    code, _, err = command(folder, "report", "expenses", "office.db",
                           "--month", "2026-10", "--basis", "invoiced",
                           "--by", "weather")
    assert code == 2 and "weather" in err and "destination" in err


@pytest.mark.parametrize("basis", ["invoiced", "rated"])
def test_a_cut_that_is_given_twice_is_refused(folder, basis):
    code, out, err = command(folder, "report", "expenses", "office.db",
                             "--month", "2026-10", "--basis", basis,
                             "--by", "destination,city,destination")
    assert code == 2 and not out
    assert "--by" in err and "'destination' is given twice" in err


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_html_and_xlsx(folder, lang):
    """Departments add up to the document in every form; who has sent none
    is named."""
    words = ["report", "expenses", "office.db", "--month", "2026-10",
             "--basis", "invoiced", "--lang", lang]
    code, out, _ = command(folder, *words)
    assert code == 0
    missing = "Документа ещё нет" if lang == "ru" else "No document yet"
    assert missing in out
    assert command(folder, "invoice", "enter", "office.db", "--carrier",
                   "north", "--number", "=1+1", "--date", "2026-11-03",
                   "--month", "2026-10", "--net", "100.00", "--vat", "20.00",
                   "--gross", "120.00")[0] == 0
    for form in ("html", "xlsx"):
        code, _, err = command(folder, *words, "-o", f"paper.{form}")
        assert code == 0, err
    page = (folder / "paper.html").read_text()
    assert missing not in page and "<script" not in page
    assert "=cmd|&#x27;x&#x27;!A1" in page
    book = sheets.text_of_workbook((folder / "paper.xlsx").read_bytes())
    lines = [line.split("\t") for line in book.decode().split("\n")]
    rows = [x for x in lines[4:] if x[0] == "north"]
    assert len(rows) == 4 and {x[2] for x in rows} == {"=1+1"}
    assert sum(Decimal(x[5]) for x in rows) == 120
    assert sum(Decimal(x[3]) for x in rows) == 100
    total = [x for x in lines[4:] if x[0] in ("Grand total", "Всего")]
    assert [x[5] for x in total] == ["120"]


def test_against_fractions(folder):
    """Departments add up to any document, and nobody is a kopeck off."""
    rng = random.Random(4)
    with trunkwise.Store(folder / "office.db") as store:
        rated = {r.department: Fraction(r.net + r.vat)
                 for r in store.expenses("2026-10").rows}
        whole = sum(rated.values())
        net = vat = Decimal(0)
        for n in range(200):
            one = [Decimal(rng.randrange(-10 ** 6, 10 ** 8)) * CENT
                   for _ in range(2)]
            net, vat = net + one[0], vat + one[1]
            store.enter_invoice(f"n{n}", carrier="north", date="2026-11-03",
                                month="2026-10", net=one[0], vat=one[1],
                                gross=sum(one))
            rows = [r for r in store.invoiced("2026-10") if not r.is_total]
            assert sum(r.net for r in rows) == net
            assert sum(r.vat for r in rows) == vat
            for r in rows:
                share = rated[r.department] / whole
                assert abs(Fraction(r.net) - Fraction(net) * share) < CENT
                assert abs(Fraction(r.vat) - Fraction(vat) * share) < CENT
                assert r.gross == r.net + r.vat
