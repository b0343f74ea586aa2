"""Inbound calls against a model in plain Python, and what the page shows."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import json
import os
import random
import re
import subprocess
from zoneinfo import ZoneInfo

import pytest

import trunkwise
from conftest import BUILD, SOURCE
from trunkwise import sheets
from trunkwise.traffic import BY

MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")
OURS = ("78430000001", "73470000002")
FIRST, MIDDLE = dt.date(2026, 10, 1), dt.date(2026, 10, 16)
DEPLOYMENT = """\
[company]
name = "Factory"
zone = "Europe/Moscow"
currency = "RUB"
[[department]]
name = "Kazan"
[[department]]
name = "Ufa"
zone = "Europe/Berlin"
[[carrier]]
name = "north"
[[number]]
number = "78430000001"
carrier = "north"
department = "Kazan"
rent = "310.00"
campaign = "{campaign}"
[[number]]
number = "73470000002"
carrier = "north"
department = "Ufa"
"""
HEAD = ["call_id", "start", "answer", "end", "duration", "direction",
        "caller", "callee", "campaign"]


def start_of(day):
    return dt.datetime.combine(day, dt.time(), MOSCOW)


@pytest.fixture
def folder(tmp_path):
    with trunkwise.Store(tmp_path / "office.db", create=True) as store:
        for campaign, at in (("spring", dt.date(2026, 1, 1)),
                             ("autumn", MIDDLE)):
            path = tmp_path / f"{campaign}.toml"
            path.write_text(DEPLOYMENT.format(campaign=campaign))
            store.apply(trunkwise.Deployment.load(path), at=start_of(at))
    return tmp_path


def put(folder, calls):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    for n, c in enumerate(calls):
        start, answer = c["start"], c["answer"]
        writer.writerow([
            f"c{n}", start.isoformat(),
            "" if answer is None else
            (start + dt.timedelta(seconds=answer)).isoformat(), "",
            c["talk"], c["direction"], c["caller"], c["callee"],
            c["campaign"]])
    with trunkwise.Store(folder / "office.db") as store:
        result = store.import_calls(out.getvalue().encode(),
                                    preset="native")
        assert result.counts.rows_stored == len(calls)


def months_of_calls(seed):
    rng = random.Random(seed)
    people = [f"7916111{n:04}" for n in range(25)] + ["anonymous", ""]
    calls = []
    for _ in range(400):
        start = start_of(dt.date(2026, 9, 10)) + dt.timedelta(
            seconds=rng.randrange(60 * 86400))
        answer = rng.choice([None, None, 0, 3, 17])
        direction = rng.choice(["inbound", "inbound", "inbound", "outbound"])
        person, ours = rng.choice(people), rng.choice(OURS)
        if direction == "outbound" and not person.isdigit():
            person = people[0]
        caller, callee = ((person, ours) if direction == "inbound"
                          else (ours, person))
        calls.append({"start": start, "answer": answer,
                      "talk": 0 if answer is None else rng.randrange(1, 99),
                      "direction": direction, "caller": caller,
                      "callee": callee, "campaign":
                      rng.choice(["", "", "", "flyer"])})
    return calls


def key_of(call, by):
    if by == "number":
        return call["callee"]
    if by == "department":
        return "Kazan" if call["callee"] == OURS[0] else "Ufa"
    if by == "hour":
        zone = MOSCOW if call["callee"] == OURS[0] else BERLIN
        start = call["start"].astimezone(zone)
        return start.isoweekday(), start.hour
    if call["campaign"]:
        return call["campaign"]
    if call["callee"] != OURS[0]:
        return ""
    return "spring" if call["start"] < start_of(MIDDLE) else "autumn"


def returned(call, calls, window):
    return any(
        c["answer"] is not None
        and call["caller"] == (c["caller"] if c["direction"] == "inbound"
                               else c["callee"])
        and call["start"] < c["start"]
        and (window is None or c["start"] - call["start"] <= window)
        for c in calls)


def model(calls, by, window):
    """(offered, answered, missed, unreturned, hidden, callers, first, wait,
    talk) of each group, and under None of all."""
    inbound = sorted((c for c in calls if c["direction"] == "inbound"),
                     key=lambda c: c["start"])
    month = [c for c in inbound if c["start"].strftime("%Y-%m") == "2026-10"]
    first = {}
    for c in inbound:
        first.setdefault(c["caller"], c)
    groups = {}
    for c in month:
        groups.setdefault(key_of(c, by), []).append(c)
    figures = {}
    for key, group in [*groups.items(), (None, month)]:
        missed = [c for c in group if c["answer"] is None]
        known = {c["caller"] for c in group if c["caller"].isdigit()}
        figures[key] = (
            len(group), len(group) - len(missed), len(missed),
            sum(c["caller"].isdigit() and not returned(c, calls, window)
                for c in missed),
            sum(not c["caller"].isdigit() for c in group), len(known),
            sum(any(first[p] is c for c in group) for p in known),
            sum(c["answer"] or 0 for c in group),
            sum(c["talk"] for c in group))
    return figures


def seen(rows, by):
    return {None if r.is_total else
            (r.weekday, r.hour) if by == "hour" else r.name:
            (r.offered, r.answered, r.missed, r.unreturned, r.hidden,
             r.callers, r.first_time, r.wait.total_seconds(),
             r.talk.total_seconds())
            for r in rows if r.is_total or r.offered}


@pytest.mark.parametrize("seed", (1, 2, 3))
def test_against_a_model(folder, seed):
    calls = months_of_calls(seed)
    put(folder, calls)
    with trunkwise.Store(folder / "office.db", readonly=True) as store:
        for by in ("number", "campaign", "department", "hour"):
            for hours in (1, 24, 240):
                rows = store.calls("2026-10", by=by, callback_hours=hours)
                assert seen(rows, by) == model(
                    calls, by, dt.timedelta(hours=hours)), (by, hours)
                assert all(r.callers == r.first_time + r.repeat
                           for r in rows)
        missed = store.missed("2026-10")
    last = {}
    for c in sorted(calls, key=lambda c: c["start"]):
        if (c["direction"] == "inbound" and c["answer"] is None
                and c["start"].strftime("%Y-%m") == "2026-10"
                and c["caller"].isdigit()):
            last[c["caller"]] = c
    waiting = [c for c in last.values() if not returned(c, calls, None)]
    assert [(m.number, m.our_number, m.last) for m in missed] == [
        (c["caller"], c["callee"], c["start"])
        for c in sorted(waiting, key=lambda c: c["start"], reverse=True)]


def command(folder, *words):
    done = subprocess.run([BUILD / "bin" / "trunkwise", *words], cwd=folder,
                          capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def one_missed(folder):
    put(folder, [{"start": start_of(FIRST), "answer": None, "talk": 0,
                  "direction": "inbound", "caller": "79161234567",
                  "callee": OURS[0], "campaign": "=cmd()"}])


def test_page(folder):
    one_missed(folder)
    page = (SOURCE / "docs" / "calls.md").read_text()
    block = re.search(r"^```sh\n(.*?)^```", page, re.S | re.M).group(1)
    path = f"{BUILD / 'bin'}{os.pathsep}{os.environ['PATH']}"
    said = "".join(subprocess.run(
        ["sh", "-c", line], cwd=folder, check=True, capture_output=True,
        text=True, env={**os.environ, "PATH": path}).stdout
        for line in block.splitlines())
    assert "7916***4567" in said and "79161234567" not in said
    assert "310.00" in said


def test_json_csv_and_russian(folder):
    one_missed(folder)
    code, out, _ = command(folder, "report", "calls", "office.db",
                           "--month", "2026-10", "--json")
    document = json.loads(out)
    assert code == 0 and document["zone"] == "Europe/Moscow"
    ufa, kazan = document["rows"]
    assert kazan["number"] == OURS[0]
    assert kazan["campaigns"] == "spring, autumn"
    assert (kazan["offered"], kazan["unreturned"]) == (1, 1)
    assert (kazan["cost"], kazan["per_first"]) == ("310.00", "310.00")
    assert kazan["per_answered"] is None and kazan["mean_wait_s"] is None
    assert ufa["offered"] == 0 and ufa["cost"] == "0.00"
    assert document["total"]["callers"] == 1
    _, out, _ = command(folder, "report", "calls", "office.db", "--month",
                        "2026-10", "--by", "campaign", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert {r["campaign"]: r["last_day"] for r in rows} == {
        "'=cmd()": "", "spring": "2026-10-15", "autumn": "2026-10-31"}
    _, out, _ = command(folder, "report", "calls", "office.db", "--month",
                        "2026-10", "--by", "hour", "--lang", "ru")
    assert "\nвс " in out and "·" in out
    _, out, _ = command(folder, "report", "missed", "office.db", "--month",
                        "2026-10", "--json", "--mask")
    assert json.loads(out)["callers"] == [{
        "number": "7916***4567", "our_number": OURS[0],
        "campaign": "=cmd()", "missed": 1, "tries": 0,
        "last": "2026-10-01T00:00:00+03:00"}]
    _, out, _ = command(folder, "report", "missed", "office.db", "--month",
                        "2026-09", "--lang", "ru")
    assert "Никто не ждёт" in out


def figures_of(page, names):
    """{names: figures} of the rows of an HTML page."""
    rows = {}
    for row in re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.S):
        cells = [html.unescape(c) for c in
                 re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S)]
        rows[tuple(cells[:names])] = cells[names:]
    return rows


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("by", BY)
def test_pages_say_what_json_says(folder, by, lang):
    put(folder, months_of_calls(6))
    words = ["report", "calls", "office.db", "--from", "2026-09", "--to",
             "2026-10", "--by", by, "--lang", lang]
    document = json.loads(command(folder, *words, "--json")[1])
    assert (document["month"], document["last_month"]) == ("2026-09",
                                                           "2026-10")
    code, _, err = command(folder, *words, "-o", "calls.html")
    assert code == 0, err
    page = (folder / "calls.html").read_text()
    assert "<script" not in page and "Factory" in page
    code, _, err = command(folder, *words, "-o", "calls.xlsx")
    assert code == 0, err
    book = sheets.text_of_workbook((folder / "calls.xlsx").read_bytes())
    lines = [line.split("\t") for line in book.decode().split("\n")]
    names = 1 if by == "department" else 2
    offered = [int(x[names]) for x in lines[4:] if x[names].isdigit()]
    assert offered == [r["offered"] for r in document["rows"]] + [
        document["total"]["offered"]]
    assert not re.search(r"\d:\d\d:\d\d", page + book.decode())
    shown = figures_of(page, 1 if by in ("department", "hour") else 2)
    if by == "hour":
        assert [int(c) if c.isdigit() else 0 for row in list(shown.values())
                [1:] for c in row] == [r["offered"] for r in document["rows"]]
    else:
        assert [int(row[0]) for row in list(shown.values())[1:]] == offered
    text = command(folder, *words)[1]
    assert ("Итого" if lang == "ru" else "Total") in text or by == "hour"


def test_campaigns_add_up_to_the_numbers(folder):
    put(folder, months_of_calls(7))
    with trunkwise.Store(folder / "office.db", readonly=True) as store:
        for month, last in (("2026-10", None), ("2026-08", "2027-02")):
            rows = {by: store.calls(month, last_month=last, by=by)
                    for by in ("number", "campaign")}
            spring = {r.name: r for r in rows["campaign"]}["spring"]
            for name in ("offered", "answered", "rent", "charges", "cost",
                         "per_first", "callers"):
                assert (getattr(rows["number"][-1], name)
                        == getattr(rows["campaign"][-1], name)), name
                if name in ("rent", "charges", "cost"):
                    assert getattr(rows["campaign"][-1], name) == sum(
                        getattr(r, name) for r in rows["campaign"][:-1])
            # 15 days of October, and of August and September all
            assert spring.rent == (150 if last is None else 770)


@pytest.mark.parametrize("words, field", [
    (["--from", "2026-10", "--to", "2026-09"], "to"),
    (["--to", "2026-09"], "--to"),
    (["--month", "2026-10", "--from", "2026-09"], "--month"),
    (["--month", "October"], None),
    (["--month", "2026-10", "--callback-hours", "0"], "callback_hours"),
    (["--month", "2026-10", "--callback-hours", "9" * 30],
     "callback_hours"),
    (["--month", "2026-10", "--format", "csv"], "--format"),
])
def test_refusals(folder, words, field):
    code, out, _ = command(folder, "report", "calls", "office.db", *words,
                           "--json")
    assert code == 2
    assert field is None or json.loads(out)["error"]["field"] == field


def test_zone_without_a_company(tmp_path):
    """Months are of the zone of the first import; so is what is shown."""
    with trunkwise.Store(tmp_path / "s.db", create=True) as store:
        store.import_tariff(b"prefix,destination,rate,currency\n"
                            b"7,Russia,1,RUB\n", tariff="t", carrier="c")
        store.import_calls(
            b"call_id,start,caller,callee,duration,status,direction\n"
            b"a,2026-09-30T22:00:00Z,79161234567,78432000001,0,no_answer,"
            b"inbound\n", preset="native", zone="Europe/Moscow")
    asked = ("s.db", "--month", "2026-10")
    for words in (("calls",), ("missed",), ("expenses",), ("breakdown",)):
        code, out, err = command(tmp_path, "report", *words, *asked, "--json")
        assert code == 0, err
        assert json.loads(out)["zone"] == "Europe/Moscow"
    _, out, _ = command(tmp_path, "report", "missed", *asked)
    assert out.startswith("2026-10-01T01:00:00+03:00")
    _, out, _ = command(tmp_path, "report", "calls", *asked)
    assert "Months in zone Europe/Moscow" in out
