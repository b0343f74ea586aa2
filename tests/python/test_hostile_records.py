"""Hostile call records: what each of them comes to, with counts and reasons.

A row is stored, or refused by line and column with what is wrong. (Names that
a spreadsheet would run are written out by test_attack_names.py.)
"""

from __future__ import annotations

import json

import pytest

from trunkwise import (CdrMap, Deployment, Error, ParseError, SheetMap,
                       Store)

HEADER = ("call_id,start,answer,end,caller,callee,duration,status,"
          "department\n")
BERLIN = "Europe/Berlin"


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "s.db", create=True) as store:
        yield store


def read(store, rows, *, zone=BERLIN, header=HEADER, **more):
    data = (header + "".join(row + "\n" for row in rows)).encode()
    more = more or {"preset": "native"}
    result = store.import_calls(data, zone=zone, **more)
    c = result.counts
    assert c.rows_read == (c.rows_stored + c.rows_rejected + c.duplicates +
                           c.conflicts)
    assert all(v.holds for v in store.verify())
    return result


# one row, the column that is refused (None: it is stored), words of the reason
ROWS = {
    "end before start": (
        "1,2026-10-05 10:00:00,,2026-10-05 09:59:59,1,2,0,no_answer,",
        "end", "before start"),
    "end before answer": (
        "1,2026-10-05 10:00:00,2026-10-05 10:00:30,2026-10-05 10:00:20,1,2,"
        "5,answered,", "end", "before start or answer"),
    "answer before start": (
        "1,2026-10-05 10:00:00,2026-10-05 09:00:00,,1,2,5,answered,",
        "answer", "before start"),
    "duration against times": (
        "1,2026-10-05 10:00:00,2026-10-05 10:00:05,2026-10-05 10:01:05,1,2,"
        "3600,answered,", "duration", "longer than from start to end"),
    "duration of milliseconds": (
        "1,2026-10-05 10:00:00,2026-10-05 10:00:05,2026-10-05 10:01:05,1,2,"
        "60000,answered,", "duration", "unit"),
    "a second of two clocks": (
        "1,2026-10-05 10:00:00,2026-10-05 10:00:00,2026-10-05 10:01:05,1,2,"
        "66,answered,", None, ""),
    "talk that nobody answered": (
        "1,2026-10-05 10:00:00,,,1,2,5,busy,", "duration", "not answered"),
    "negative": ("1,2026-10-05 10:00:00,,,1,2,-1,answered,", "duration",
                 "0 or more"),
    "overflow": ("1,2026-10-05 10:00:00,,,1,2,99999999999999999999,answered,",
                 "duration", "duration"),
    "longer than a year": ("1,2026-10-05 10:00:00,,,1,2,40000000,answered,",
                           "duration", "longer than a year"),
    "NaN": ("1,2026-10-05 10:00:00,,,1,2,NaN,answered,", "duration",
            "no duration"),
    "exponent": ("1,2026-10-05 10:00:00,,,1,2,6e1,answered,", "duration",
                 "no duration"),
    "no start": ("1,,,,1,2,5,answered,", "start", "empty"),
    "no such day": ("1,2026-02-29 10:00:00,,,1,2,5,answered,", "start",
                    "no such date"),
    "before 1970": ("1,1969-12-31 10:00:00,,,1,2,5,answered,", "start",
                    "1970"),
    "beyond 2038": ("1,2040-10-05 10:00:00,,,1,2,5,answered,", None, ""),
    "the last second": ("1,2099-12-31 23:59:59Z,,,1,2,5,answered,", None,
                        ""),
    "a clock of another century": (
        "1,2100-01-01 00:00:00Z,,,1,2,5,answered,", "start", "2099"),
    "a clock that counts to 32 bits": (
        "1,2106-02-07 06:28:15Z,,,1,2,0,no_answer,", "start", "2106"),
    "the year 9999": ("1,9999-12-31 23:59:58Z,,,1,2,5,answered,", "start",
                      "9999"),
    "year 10000": ("1,10000-01-01 10:00:00,,,1,2,5,answered,", "start",
                   "time"),
    "leap second": ("1,2016-12-31T23:59:60Z,,,1,2,5,answered,", None, ""),
    "no leap second": ("1,2016-12-31T12:00:60Z,,,1,2,5,answered,", "start",
                       "midnight UTC"),
    "in the gap": ("1,2026-03-29 02:30:00,,,1,2,5,answered,", "start",
                   "clock skips this time"),
    "in the gap, unanswered": (
        "1,2026-03-29 02:30:00,,,1,2,0,no_answer,", "start", "clock skips"),
    "its last microsecond": (
        "1,2026-03-29 02:59:59.999999,,,1,2,0,busy,", "start", "clock skips"),
    "behind the gap": ("1,2026-03-29 03:00:00,,,1,2,0,no_answer,", None, ""),
    "in the gap, with an offset": (
        "1,2026-03-29T02:30:00+01:00,,,1,2,0,no_answer,", None, ""),
    "ends in the gap": (
        "1,2026-03-29 01:59:50,,2026-03-29 02:00:10,1,2,0,no_answer,", "end",
        "clock skips"),
    "anonymous": ("1,2026-10-05 10:00:00,,,anonymous,2,5,answered,", None,
                  ""),
    "Restricted": ("1,2026-10-05 10:00:00,,,,2,5,answered,", None, ""),
    "a formula for a name": (
        "1,2026-10-05 10:00:00,,,\"=HYPERLINK(\"\"http://x\"\")\",2,5,"
        "answered,@SUM(A1:A9)", None, ""),
    "digits lost": ("1,2026-10-05 10:00:00,,,1,7.84E+10,5,answered,",
                    "callee", "spreadsheet"),
    "no call_id": (",2026-10-05 10:00:00,,,1,2,5,answered,", "call_id",
                   "empty"),
    "a long call_id": ("x" * 256 + ",2026-10-05 10:00:00,,,1,2,5,answered,",
                       "call_id", "255"),
    "a tab in a name": ("1,2026-10-05 10:00:00,,,\"a\tb\",2,5,answered,",
                        "caller", "control"),
    "an unknown word": ("1,2026-10-05 10:00:00,,,1,2,5,perhaps,", "status",
                        "perhaps"),
    "too many fields": ("1,2026-10-05 10:00:00,,,1,2,5,answered,,x,y", "",
                        "quote what holds"),
}


@pytest.mark.parametrize("row,column,words", ROWS.values(), ids=ROWS)
def test_native(store, row, column, words):
    good = "good,2026-10-05 11:00:00,,,1,2,5,answered,"
    result = read(store, [row, good])
    if column is None:
        assert not result.rejects and result.counts.rows_stored == 2
        return
    assert result.counts.rows_stored == 1
    (reject,) = result.rejects
    assert (reject.line, reject.column) == (2, column)
    assert words in reject.reason


EPOCHS = CdrMap({
    "format": "json", "time": "epoch", "call_id": "id", "start": "s",
    "answer": "a", "end": "e", "duration": "d", "caller": "f", "callee": "t"})


def record(**more):
    return {"id": "1", "s": 1791183600, "d": 5, "f": "1", "t": "2", **more}


@pytest.mark.parametrize("more,column,words", [
    ({"e": 1791183599}, "e", "before"),
    ({"a": 1791183605, "e": 1791183610, "d": 3600}, "d", "longer than from"),
    ({"s": 4102444799}, None, ""),
    ({"s": 4102444800}, "s", "2099"),
    ({"s": 253402300799}, "s", "9999"),
    ({"s": 2147483648}, None, ""),
    ({"s": 253402300801}, "s", "9999"),
    ({"s": 10 ** 30}, "s", "9999"),
    ({"s": -1}, "s", "empty"),
    ({"s": -5}, "s", "count of seconds"),
    ({"s": 1.5e300}, "s", "count of seconds"),
    ({"d": 1e9}, "d", ""),
    ({"d": None, "a": 0}, None, ""),
    ({"id": "x" * 300}, "id", "255"),
    ({"f": "anonymous"}, None, ""),
    ({"t": "=cmd|' /C calc'!A0"}, None, ""),
    ({"t": "\u202e2\u0007"}, "t", "control"),
    ({"deep": [[[[{}]]]]}, None, ""),
])
def test_json(store, more, column, words):
    data = json.dumps([record(**more), record(id="2")])
    result = read(store, [], header=data, zone=None, mapping=EPOCHS)
    if column is None:
        assert not result.rejects and result.counts.rows_stored == 2
        return
    assert result.counts.rows_stored == 1
    (reject,) = result.rejects
    assert (reject.line, reject.column) == (1, column)
    assert words in reject.reason


@pytest.mark.parametrize("text,stored,rejected", [
    ('{"id":"1","s":1791183600,"d":5}{"id":"2","s":NaN,"d":5}', 1, 1),
    ('[{"id":"1","s":1791183600,"d":5},{"id":"2","s":17911836', 1, 1),
    ('{"id":"1","id":"2","s":1791183600,"d":5}', 0, 1),
    ('{"id":"1","s":1791183600,"d":5}\n' + "[" * 100000, 1, 1),
    ("[]", 0, 0), ('{"id":"1"', 0, 1),
])
def test_broken_json(store, text, stored, rejected):
    counts = read(store, [], header=text, zone=None, mapping=EPOCHS).counts
    assert (counts.rows_stored, counts.rows_rejected) == (stored, rejected)


def test_overlap_and_gap(store):
    """Clocks set back: answer and end never lie before start, so a call over
    the change keeps its length; set forward: what lies in the gap is refused,
    in one count with its reason."""
    result = read(store, [
        "1,2026-10-25 02:59:50,2026-10-25 02:00:05,2026-10-25 02:00:35,1,2,"
        "30,answered,",
        "2,2026-03-29 01:59:50,2026-03-29 03:00:05,2026-03-29 03:00:35,1,2,"
        "30,answered,",
        "3,2026-03-29 02:10:00,2026-03-29 02:20:00,2026-03-29 03:00:35,1,2,"
        "30,answered,"])
    assert result.counts.rows_stored == 2
    assert [(r.line, r.column) for r in result.rejects] == [(4, "start")]


@pytest.mark.parametrize("zone,skipped,shown", [
    (BERLIN, "2026-03-29 02:00:00", "2026-03-29 03:00:00"),
    (BERLIN, "2026-03-29 02:59:59", "2026-03-29 01:59:59"),
    ("Australia/Lord_Howe", "2026-10-04 02:15:00", "2026-10-04 02:30:00"),
    ("America/Sao_Paulo", "2018-11-04 00:30:00", "2018-11-04 01:00:00"),
    ("Pacific/Apia", "2011-12-30 12:00:00", "2011-12-31 00:00:00"),
    ("Europe/Moscow", "2011-03-27 02:30:00", "2011-03-27 03:30:00"),
])
@pytest.mark.parametrize("how", ["native", "asterisk", "mapping", "parts"])
def test_gaps_of_all_readers(store, how, zone, skipped, shown):
    """Answered or not: one row in one count, with its reason."""
    for status in ("ANSWERED", "NO ANSWER"):
        talk = "5" if status == "ANSWERED" else "0"
        for at, refused in (skipped, True), (shown, False):
            key = f"{how}{status}{at}"
            if how == "native":
                result = read(store, [f"{key},{at},,,1,2,{talk},"
                                      f"{status.lower().replace(' ', '_')},"],
                              zone=zone)
            elif how == "asterisk":
                result = read(store, [
                    f'"","1","2","ctx","1","SIP/1","SIP/2","Dial","x",'
                    f'"{at}","","","{talk}","{talk}","{status}",'
                    f'"DOCUMENTATION","{key}",""'], zone=zone, header="",
                    preset="asterisk")
            elif how == "mapping":
                result = read(store, [f"{key};{at};{talk};2"], zone=zone,
                              header="id;s;d;t\n", mapping=CdrMap({
                                  "time": "%F %T", "call_id": "id",
                                  "zone": "required", "start": "s",
                                  "duration": "d", "callee": "t"}))
            else:
                day, clock = at.split()
                result = read(store, [f"{key};{day};{clock};{talk};2"],
                              zone=zone, header="id;day;s;d;t\n",
                              mapping=CdrMap({
                                  "time": "iso", "call_id": "id",
                                  "zone": "required", "start": "s",
                                  "start_date": "day", "duration": "d",
                                  "callee": "t"}))
            counts = result.counts
            assert (counts.rows_read, counts.rows_rejected) == (1, refused)
            assert all("clock skips" in r.reason for r in result.rejects)


@pytest.mark.parametrize("reader", [CdrMap, SheetMap])
@pytest.mark.parametrize("number", [
    "9" * 5000, "1e99999999", "1e9999999999999999999999"])
def test_a_mapping_with_an_absurd_number(tmp_path, reader, number):
    path = tmp_path / "map.toml"
    path.write_text(f"skip = {number}\n", encoding="utf-8")
    with pytest.raises(Error) as caught:
        reader.load(path)
    assert caught.value.field == "skip"
    path.write_text("a = " + "[" * 3000 + "]" * 3000, encoding="utf-8")
    with pytest.raises(ParseError, match="nested too deeply"):
        reader.load(path)
    path.write_text("[a\n", encoding="utf-8")
    with pytest.raises(ParseError, match="not TOML"):
        reader.load(path)


def test_truncated_anywhere(tmp_path):
    """Cut at every byte: never a crash, and only rows that are whole count
    as calls of the length that they had."""
    mapping = CdrMap({"time": "%F %T", "zone": "UTC", "call_id": "id",
                      "start": "s", "duration": "d", "callee": "t"})
    text = ("id,s,d,t\n1,2026-10-05 10:00:00,61,84951234567\n"
            "2,2026-10-05 11:00:00,61,84951234567\n").encode()
    for cut in range(len(text)):
        with Store(tmp_path / f"{cut}.db", create=True) as store:
            try:
                result = store.import_calls(text[:cut], mapping=mapping)
            except ParseError:
                assert cut < 9      # not even a header
                continue
            c = result.counts
            assert c.rows_read == c.rows_stored + c.rows_rejected
            lines = text[:cut].count(b"\n")
            # a last row without its line end may be whole: by its columns
            assert lines - 1 <= c.rows_stored <= max(lines, 0)


LAST = [
    (("report", "expenses"), "--month", "9999-12", "--compare", "previous"),
    (("report", "expenses"), "--month", "9999-12", "--per", "day"),
    (("report", "expenses"), "--from", "9999-10", "--to", "9999-12"),
    (("report", "breakdown"), "--month", "9999-12", "--by", "day"),
    (("report", "calls"), "--month", "9999-12"),
    (("tariff", "total"), "--tariff", "t", "--month", "9999-12"),
    (("journal", "export"), "--month", "9999-12", "--open"),
]


def test_the_last_month_of_all_has_a_name(tmp_path, command):
    """Old stores may hold calls in it; its end is a year that no clock of
    Python's shows."""
    with Store(tmp_path / "s.db", create=True) as store:
        store.apply(Deployment(
            '[company]\nname = "F"\nzone = "Pacific/Kiritimati"\n'
            'currency = "RUB"\n[[carrier]]\nname = "c"\n'))
        store.import_tariff(b"prefix,destination,rate,currency\n7,R,1,RUB\n",
                            tariff="t", carrier="c")
    for noun, *rest in LAST:
        for more in ((), ("--json",)):
            if noun[0] == "journal" and more:
                continue
            command(*noun, "s.db", *rest, *more, cwd=tmp_path, check=0)
    closed = command("period", "close", "s.db", "--month", "9999-12",
                     cwd=tmp_path, check=2)
    assert "is not over; close it after the year 9999" in closed.err
    for month in ("10000-01", "9999-13", "99999-12"):
        command("report", "expenses", "s.db", "--month", month,
                cwd=tmp_path, check=2)
