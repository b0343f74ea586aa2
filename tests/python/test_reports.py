"""Reports against a full scan over the calls; and every form of them: what
is read back is what was written, nothing is run, nothing is cut."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import itertools
import json
import os
import re
import subprocess
import zipfile
from decimal import Decimal

import pytest

import report_world
from conftest import BUILD, SOURCE
from report_world import fold, nanos, scan
from trunkwise import InvalidArgument, Store, sheets
from trunkwise.invoices import InvoicedRow
from trunkwise.render import FORMATS, PAGES, Style
from trunkwise.render.invoiced import lines
from trunkwise.render.safe import FORMULA, as_text
from trunkwise.render.table import TAXED, Line, Table, keys_of
from trunkwise.report import BY, ExpenseReport, ExpenseRow

LONG = bool(os.environ.get("TW_TEST_LONG"))
MONTHS = ["2026-08", "2026-09", "2026-10"]


# ---- equal to the last digit ----

@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    with report_world.make(folder, seed=7) as store:
        yield store, folder / "world.db"


def figures(report, per):
    """What the report says of calls, as `scan` says it. Rents have no part
    in it: they are checked by tests of their own."""
    found = {}
    for r in report.rows:
        key = ("" if not per else r.period,
               *(getattr(r, b) for b in report.by), r.currency)
        sums = {"calls": r.calls, "answered": r.answered,
                "missed": r.missed, "unrated": r.unrated,
                "talk": round(r.minutes * 60_000_000),
                "call_cost": nanos(r.calls_cost),
                "forwarded": nanos(r.forwarded_cost)}
        assert r.total == (r.rent + r.calls_cost + r.forwarded_cost
                           + r.corrections), r
        if r.whole_month:
            assert not (r.calls or r.calls_cost or r.forwarded_cost), r
            continue
        assert key not in found, key
        found[key] = sums
    return fold(found)


def every_by():
    names = list(BY)
    for n in range(1, len(names) + 1):
        yield from itertools.combinations(names, n)


PERS = ["", "month", "week", "day"]


@pytest.mark.parametrize("per", PERS)
def test_equals_a_full_scan(world, per):
    store, path = world
    for by in every_by():
        report = store.expenses(MONTHS[0], last_month=MONTHS[-1], by=by,
                                per=per)
        assert figures(report, per) == fold(scan(path, by, per, MONTHS)), by


def test_equals_a_full_scan_on_random_stores(tmp_path):
    for seed in range(40 if LONG else 3):
        folder = tmp_path / str(seed)
        folder.mkdir()
        with report_world.make(folder, seed, count=150) as store:
            by = ("department", "direction", "contract")
            for per in PERS:
                report = store.expenses("2026-09", by=by, per=per)
                assert figures(report, per) == fold(
                    scan(folder / "world.db", by, per, ["2026-09"]))


def test_rows_add_up_to_the_totals(world):
    store, _ = world
    for by in every_by():
        report = store.expenses("2026-08", last_month="2026-10", by=by,
                                per="month", compare=("previous",))
        for total in report.totals:
            rows = [r for r in report.rows if r.currency == total.currency]
            for field in ("calls", "rent", "total", "previous",
                          "difference"):
                assert sum(getattr(r, field) for r in rows) == getattr(
                    total, field), (by, field)


def test_previous_is_what_the_month_before_said(world):
    store, _ = world
    by = ("department", "carrier")
    before = {(r.department, r.carrier, r.currency): r.total
              for r in store.expenses("2026-09", by=by).rows}
    report = store.expenses("2026-10", by=by, compare=("previous",))
    for r in report.rows:
        key = (r.department, r.carrier, r.currency)
        assert r.previous == before.pop(key, 0)
        assert r.difference == r.total - r.previous
    assert not any(before.values())


def test_percent():
    row = ExpenseRow(*[""] * 5, False, *[0] * 4, *[Decimal(0)] * 5, "RUB")
    assert row.percent is None
    assert row._replace(previous=Decimal(3), difference=Decimal(
        -1)).percent == Decimal("-33.3")
    assert row._replace(previous=Decimal(-3), difference=Decimal(
        3)).percent == Decimal("100.0")


# ---- months that are closed ----

def owed(store, months, **options):
    """Total by month and currency, as reports say it."""
    return {(m, t.currency): t.total for m in months
            for t in store.expenses(m, **options).totals}


@pytest.mark.parametrize("seed", range(8 if LONG else 2))
def test_closed_months_are_what_the_ledger_posted(tmp_path, seed):
    with report_world.make(tmp_path, seed, count=200) as store:
        for month in MONTHS[:2]:
            store.close_period(month)
        before = owed(store, MONTHS)
        store.import_calls(report_world.late_calls(seed + 1, 60),
                           preset="native", source="late")
        after = owed(store, MONTHS)
        assert {k: v for k, v in after.items() if k[0] != MONTHS[2]} == {
            k: v for k, v in before.items() if k[0] != MONTHS[2]}
        store.close_period(MONTHS[2])
        assert owed(store, MONTHS) == after
        for (month, currency), total in after.items():
            if total:
                assert store.month_total(month, currency).amount == total
        assert not [v for v in store.verify() if not v.holds]
        late = store.expenses(MONTHS[2], by=("direction", "carrier"))
        assert any(r.corrections for r in late.rows)
        for per in PERS:
            for by in [("department",), ("contract", "number", "direction")]:
                report = store.expenses(MONTHS[0], last_month=MONTHS[2],
                                        by=by, per=per)
                for total in report.totals:
                    assert total.total == sum(
                        v for (_, c), v in after.items()
                        if c == total.currency)
                    assert total.total == sum(
                        r.total for r in report.rows
                        if r.currency == total.currency)


def test_rows_stand_in_the_order_that_was_asked_for(tmp_path):
    with report_world.make(tmp_path, 5, count=200) as store:
        for by in [("carrier", "department"), ("department", "carrier"),
                   ("direction", "carrier", "city")]:
            keys = [(row.unallocated, *(getattr(row, name) for name in by))
                    for row in store.expenses(MONTHS[0], by=by).rows]
            assert len({key[1] for key in keys}) > 1
            assert keys == sorted(keys)


# ---- forms ----

NAMES = ["=1+1", "+7", "-2", "@SUM(A1)", "'quoted", "''=2", "＝3",
         "a;b,c\td", 'say "no"', "<script>alert(1)</script>", "Казань & Ко",
         "A1", "https://x.test/?a=1&b=2", "{=cmd|' /C calc'!A0}", " =4"]


def hostile(decimals=2):
    rows, total = [], Decimal(0)
    for i, name in enumerate(NAMES):
        cost = Decimal(i * 1000 - 2500).scaleb(-decimals) + Decimal("0.1")
        total += cost
        rows.append(ExpenseRow(
            name, "", "", "", "", False, i, i, 0, 0, Decimal(i) / 3,
            Decimal(0), cost, Decimal(0), cost, "RUB",
            previous=Decimal(1), difference=cost - 1))
    zero = Decimal(0)
    totals = [ExpenseRow("", "", "", "", "", False, 7, 7, 0, 0, zero, zero,
                         total, zero, total, "RUB")]
    return ExpenseReport("2026-10", "Europe/Moscow", ("department",), rows,
                         totals, "2026-10", "", ("previous",),
                         "=Factory <&> Sons", dt.date(2026, 11, 28))


CSV_STYLES = [
    Style("en"), Style("ru"), Style("en", decimal=","),
    Style("en", decimal=",", delimiter=","), Style("ru", decimal="."),
    Style("en", delimiter="\t"), Style("en", delimiter=";"),
    Style("ru", encoding="utf-8")]


def unquoted(cell):
    return cell[1:] if cell.startswith("'") else cell


@pytest.fixture(scope="session")
def our_reader(tmp_path_factory):
    """src/formats/csv.c behind a pipe: fields by U+001F, records by
    U+001E."""
    if "asan" in os.environ.get("LD_PRELOAD", ""):
        pytest.skip("the reader links code without sanitizers")
    folder = tmp_path_factory.mktemp("reader")
    (folder / "read.c").write_text(r"""
#include <stdio.h>
#include <stdlib.h>
#include "formats/csv.h"

int main(void)
{
	static char data[1 << 20];
	size_t size = fread(data, 1, sizeof(data), stdin), text_size;
	char *text;
	struct tw_csv *csv;
	struct tw_csv_row row;
	tw_status status;

	if (tw__text_to_utf8(&text, &text_size, data, size, true, NULL) ||
	    tw__csv_new(&csv, text, text_size, 0, NULL))
		return 2;
	while ((status = tw__csv_next(csv, &row, NULL)) == TW_OK) {
		if (row.fault)
			return 3;
		for (size_t i = 0; i < row.count; i++)
			printf("%.*s\x1f", (int)row.fields[i].l,
			       row.fields[i].p);
		printf("\x1e");
	}
	return status != TW_ITER_END;
}
""")
    program = folder / "read"
    subprocess.run(
        ["cc", "-std=gnu11", str(folder / "read.c"),
         f"-I{SOURCE / 'src'}", f"-I{SOURCE / 'include'}",
         str(BUILD / "src" / "libtrunkwise_testing.a"), "-lsqlite3",
         "-lcrypto", "-lz", "-lm", "-lpthread", "-o", str(program)],
        check=True, env={k: v for k, v in os.environ.items()
                         if k != "LD_PRELOAD"})

    def read(data):
        said = subprocess.run([str(program)], input=data,
                              capture_output=True, check=True).stdout
        return [record.split("\x1f")[:-1]
                for record in said.decode().split("\x1e")[:-1]]

    return read


@pytest.mark.parametrize("style", CSV_STYLES)
def test_csv_is_read_back_as_it_was(style, our_reader):
    report = hostile()
    data = FORMATS["csv"](report, style)
    point = style.decimal or ("," if style.lang == "ru" else ".")
    delimiter = style.delimiter or (";" if point == "," else ",")
    ours = our_reader(data)
    theirs = list(csv.reader(io.StringIO(data.decode("utf-8-sig"),
                                         newline=""), delimiter=delimiter))
    assert ours == theirs
    assert len(ours) == 1 + len(NAMES) + 1
    assert [unquoted(row[0]) for row in ours[1:-1]] == NAMES
    for row, wanted in zip(ours[1:], [*report.rows, *report.totals]):
        shown = dict(zip(ours[0], row))
        for cell in row[:1] + row[-1:]:
            assert not cell.startswith(FORMULA), cell
        figures = [c.replace(point, ".") for c in row[1:-1]]
        assert Decimal(figures[5]) == wanted.calls_cost, shown
        assert Decimal(figures[7]) == wanted.total
        assert Decimal(figures[9]) == wanted.difference
        assert shown[ours[0][-1]] == "RUB"


@pytest.mark.parametrize("style", CSV_STYLES)
def test_the_other_csv_files_are_read_back_too(style, our_reader):
    """One writer for pages of any table, one for documents."""
    cost = Decimal("-12.345")
    paper = [InvoicedRow(n, "north", True, False, False, cost, cost, cost,
                         cost, cost, "RUB", n) for n in NAMES]
    made = Table("", (), "", ("name",), ("name", "cost"), ("Name", "Cost"),
                 tuple(Line("row", (n, cost), "RUB") for n in NAMES), "RUB")
    point = style.decimal or ("," if style.lang == "ru" else ".")
    for data, name, figure in (
            (PAGES["csv"](made, style), 0, 1),
            (lines(paper, ("department",), style), 1, 4)):
        rows = our_reader(data)
        assert len({len(r) for r in rows}) == 1
        assert [unquoted(r[name]) for r in rows[1:]] == NAMES
        assert not any(r[name].startswith(FORMULA) for r in rows)
        assert {r[figure].replace(point, ".") for r in rows[1:]} == {
            "-12.345"}


def test_a_quote_more_and_a_quote_less():
    for name in [*NAMES, "", "x", "'", "''"]:
        safe = as_text(name)
        assert not safe.startswith(FORMULA)
        assert unquoted(safe) == name


def test_csv_in_cp1251(our_reader):
    report = hostile()
    rows = [r for r in report.rows if r.department != "＝3"]
    report = report._replace(rows=rows)
    data = FORMATS["csv"](report, Style("ru", encoding="cp1251"))
    assert "Казань & Ко" in data.decode("cp1251")
    assert [unquoted(r[0]) for r in our_reader(data)[1:-1]] == [
        r.department for r in rows]
    tatar = report._replace(rows=[rows[0]._replace(department="Әлмәт")])
    with pytest.raises(InvalidArgument) as caught:
        FORMATS["csv"](tatar, Style("ru", encoding="cp1251"))
    assert caught.value.field == "--encoding"
    assert "Ә" in caught.value.message and "utf-8" in caught.value.message


def test_xlsx_has_no_formula_and_the_exact_amounts():
    big = Decimal("9223372036.854775807")
    report = hostile()
    report.rows[0] = report.rows[0]._replace(total=big)
    data = FORMATS["xlsx"](report, Style("en"))
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        parts = {n: book.read(n).decode() for n in book.namelist()
                 if n.endswith((".xml", ".rels"))}
    for name, part in parts.items():
        assert "<f>" not in part and "<f " not in part, name
        assert "hyperlink" not in part, name
    rows = [line.split("\t") for line in
            sheets.text_of_workbook(data).decode().split("\n")]
    head = next(i for i, r in enumerate(rows) if r[0] == "Department")
    total = rows[head].index("Total")
    shown = rows[head + 1:head + 1 + len(NAMES)]
    assert [r[0].replace('""', '"').strip('"') if r[0][:1] == '"' else r[0]
            for r in shown] == [n.replace("\t", " ") for n in NAMES]
    assert shown[0][total] == str(big)
    assert [Decimal(r[total]) for r in shown[1:]] == [
        r.total for r in report.rows[1:]]
    assert rows[1][0].startswith("=Factory")


def test_html_runs_nothing_and_shows_everything():
    page = FORMATS["html"](hostile(), Style("ru")).decode()
    assert "<script" not in page.lower()
    tags = re.findall(r"<(/?[a-z!][a-z0-9]*)", page)
    assert {t.strip("/") for t in tags} <= {
        "!doctype", "html", "head", "meta", "title", "style", "body", "p",
        "h1", "table", "thead", "tbody", "tfoot", "tr", "th", "td",
        "figure", "figcaption", "svg", "rect", "text", "footer"}
    assert "default-src 'none'" in page
    for name in NAMES:
        assert html.escape(name) in page, name
    assert html.escape("=Factory <&> Sons") in page
    assert "28.11.2026" in page


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("width", [80, 120])
def test_text_fits_the_terminal(world, lang, width):
    store, _ = world
    for by in [("department",), ("city", "direction")]:
        report = store.expenses("2026-08", last_month="2026-10", by=by,
                                per="month", compare=("previous",))
        lines = FORMATS["text"](report, Style(lang, width=width)
                                ).decode().split("\n")
        assert max(map(len, lines)) <= width or lang == "ru" and max(
            len(x) for x in lines if "unrated list" not in x) <= width
        totals = {t.currency: t for t in report.totals}
        for currency in totals:
            word = "Grand total" if lang == "en" else "Всего"
            assert sum(bool(re.match(rf"{word} +{currency}", x))
                       for x in lines) >= 2    # in each block
        wide = FORMATS["text"](report, Style(lang)).decode()
        assert len(wide.split("\n")) < len(lines)


def test_text_of_hostile_names_stays_on_its_line():
    report = hostile()
    report.rows[0] = report.rows[0]._replace(department="x\x1b[2Jy\nz")
    said = FORMATS["text"](report, Style("en")).decode()
    assert "\x1b" not in said and "\\x1b[2Jy\\nz" in said


def test_nothing_at_all_is_said_in_every_form():
    report = hostile()._replace(rows=[], totals=[])
    for name, render in FORMATS.items():
        for lang in ("en", "ru"):
            assert render(report, Style(lang)), name
    assert b"No calls and no rents" in FORMATS["text"](report, Style("en"))


# ---- the command ----

def test_json_of_a_comparison_per_month(world, command):
    _, path = world
    said = command("report", "expenses", path, "--from", "2026-09", "--to",
                   "2026-10", "--per", "month", "--by", "contract,direction",
                   "--compare", "previous", "--json", check=0).json
    assert (said["month"], said["last_month"], said["per"]) == (
        "2026-09", "2026-10", "month")
    assert said["company"] == "Factory & Sons"
    assert said["compare"] == ["previous"]
    first = said["rows"][0]
    assert first["period"] == "2026-09"
    assert (first["first_day"], first["last_day"]) == (
        "2026-09-01", "2026-09-30")
    for row in [*said["rows"], *said["totals"]]:
        assert Decimal(row["difference"]) == (
            Decimal(row["cost"]) - Decimal(row["previous"]))
    assert {r["contract"] for r in said["rows"]} == {
        "", "north-2026", "south-a", "south-b", "pbx-rent"}


def test_one_month_says_no_more_than_before(world, command):
    _, path = world
    said = command("report", "expenses", path, "--month", "2026-10", "--json",
                   check=0).json
    assert "period" not in said["rows"][0]
    assert "previous" not in said["totals"][0]


@pytest.mark.parametrize("wrong, named", [
    ([], "--month"),
    (["--month", "2026-10", "--from", "2026-09"], "--month"),
    (["--to", "2026-10"], "--to"),
    (["--from", "2026-10", "--to", "2026-09"], "later month"),
    (["--from", "2026-10", "--to", "2126-09"], "shorter time"),
    (["--month", "2026-13"], "2026-13"),
    (["--month", "2026-10", "--by", "department,person"], "person"),
    (["--month", "2026-10", "--compare", "next"], "next"),
    (["--month", "2026-10", "--decimal", "comma"], "--decimal"),
    (["--month", "2026-10", "--encoding", "cp1251", "--json"],
     "--encoding"),
    (["--month", "2026-10", "--width", "-1"], "--width"),
    (["--month", "2026-10", "--width", "80", "--format", "csv"],
     "--width"),
])
def test_what_cannot_be_is_named(world, command, wrong, named):
    _, path = world
    done = command("report", "expenses", path, *wrong, check=2)
    assert named in done.err and "Traceback" not in done.err


def test_csv_options_of_the_command(world, command, tmp_path):
    _, path = world
    out = tmp_path / "e.csv"
    command("report", "expenses", path, "--month", "2026-10", "-o", out,
            "--decimal", "comma", "--delimiter", "tab", "--encoding",
            "cp1251", check=0)
    text = out.read_bytes().decode("cp1251")
    assert "\t301,00\t" in text and text.startswith("Department\tCalls\t")


def test_compared_with_budgets_by_the_command(office, put, command):
    text = (office / "deployment.toml").read_text() + """
[[budget]]
name = "kazan"
department = "Kazan"
period = "month"
hard = "400.00"
"""
    put(text, "--at", "2026-09-01T00:00:00+03:00")
    arguments = ("report", "expenses", office / "store.db", "--month",
                 "2026-10", "--compare", "budget,previous")
    said = command(*arguments, "--json", check=0).json
    kazan = said["rows"][0]
    assert (kazan["budget"], kazan["budget_spent"], kazan["budget_left"],
            kazan["budget_percent"]) == ("400.00", "0.00", "400.00", "0.0")
    assert kazan["rent"] == "310.00"
    for form in ("text", "html", "csv"):
        for lang, word in (("en", "Budget"), ("ru", "Бюджет")):
            out = command(*arguments, "--format", form, "--lang", lang,
                          check=0).out
            assert word in out and "400" in out
    text = command(*arguments, "--by", "city", check=2).err
    assert "by department alone" in text


def test_a_row_without_a_budget_says_nothing_of_one():
    with_one = hostile().rows[1]._replace(
        has_budget=True, budget=Decimal(200), budget_spent=Decimal(50),
        budget_left=Decimal(150))
    report = hostile()._replace(rows=[with_one, hostile().rows[2]],
                                compare=("budget",))
    rows = json.loads(FORMATS["json"](report, Style("en")))["rows"]
    assert rows[0]["budget_percent"] == "25.0"
    assert rows[1]["budget"] is None and rows[1]["budget_left"] is None
    text = FORMATS["text"](report, Style("en")).decode()
    assert re.search(r"^-2 .* –  +–  +–  +–$", text, re.M), text


@pytest.mark.parametrize("made, running", [
    ("2026-10-31", True), ("2026-11-01", False), ("2026-09-15", True)])
def test_a_month_that_is_not_over_says_so(made, running):
    report = hostile()._replace(made=dt.date.fromisoformat(made))
    report.totals[0] = report.totals[0]._replace(rent=Decimal(9))
    assert report.running == running
    for form in ("text", "html"):
        page = FORMATS[form](report, Style("en")).decode()
        assert ("The month is not over" in page) == running, form
    # a document says nothing of the day on which it was made
    assert "running" not in json.loads(FORMATS["json"](report, Style("en")))
    report.totals[0] = report.totals[0]._replace(rent=Decimal(0))
    page = FORMATS["text"](report, Style("ru")).decode()
    assert "не закончился" not in page


# ---- the page ----

def test_the_page_shows_what_its_commands_print(tmp_path):
    text = (SOURCE / "docs" / "reports.md").read_text()
    for file in (SOURCE / "examples" / "day-one").glob("*.csv"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    env = {**os.environ,
           "PATH": f"{BUILD / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    today, compared = re.compile(r"Made \d{4}-\d\d-\d\d"), 0
    for block, shown in re.findall(
            r"```sh\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", text, re.S):
        for line in block.strip().split("\n"):
            done = subprocess.run(["sh", "-c", line], cwd=tmp_path, env=env,
                                  capture_output=True, text=True)
            assert done.returncode == (line.startswith(
                "trunkwise unrated list")), line + done.stderr
        if shown:
            assert today.sub("Made", done.stdout) == today.sub(
                "Made", shown), line
            compared += 1
    assert compared == 4


@pytest.mark.parametrize("net, vat, shown", [
    ("100", "0", ()), ("100", "20", ("vat", "gross")),
    ("80", "20", ("net", "vat")), ("90", "20", ("net", "vat", "gross")),
])
def test_vat_stands_beside_the_total(net, vat, shown):
    row = ExpenseRow(
        "a", "", "", "", "", False, 1, 1, 0, 0, Decimal(1), Decimal(0),
        Decimal(100), Decimal(0), Decimal(100), "RUB", net=Decimal(net),
        vat=Decimal(vat))
    report = hostile()._replace(rows=[row], totals=[row], compare=())
    assert tuple(k for k in keys_of(report) if k in TAXED) == shown
    said = json.loads(FORMATS["json"](report, Style("en")))["rows"][0]
    assert (Decimal(said["net"]), Decimal(said["gross"])) == (
        Decimal(net), Decimal(net) + Decimal(vat))
