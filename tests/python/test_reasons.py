"""Reasons of refused rows in Russian: every one of the hostile sheets, of a
few hostile files of other kinds, and through the command."""

from __future__ import annotations

import re

import pytest

from test_hostile_sheets import CASES
from trunkwise import Sheet, SheetMap
from trunkwise.reasons import _RU, reason_in, translated

CYRILLIC = re.compile("[а-яё]", re.I)


def reasons_of(case):
    mapping = SheetMap(case.mapping) if case.mapping else None
    data = case.data.encode() if isinstance(case.data, str) else case.data
    sheet = Sheet(data, currency=case.currency, mapping=mapping)
    return [r.reason for r in sheet.rejects]


@pytest.mark.parametrize("case", [c for c in CASES if c.bad],
                         ids=lambda c: c.name)
def test_every_reason_of_the_hostile_sheets(case):
    for reason in reasons_of(case):
        said = translated(reason)
        assert said, f"nobody translated: {reason}"
        assert CYRILLIC.search(said)
        assert said != reason


def test_a_cell_stays_as_it_was():
    assert translated('"say "no" no" is no amount; write 1.50') == (
        '«say "no" no» не сумма; напишите 1.50')
    assert translated('"{}" is negative; write 0 or more') == (
        "«{}» меньше нуля; напишите 0 или больше")
    assert translated("lines 2 and 3: 7495 has two rows in force at once; "
                      "end the first with effective_to or delete one"
                      ).startswith("строки 2 и 3: у кода 7495 ")


def test_what_nobody_translated_stays_english():
    assert translated("is purple") is None
    assert reason_in("ru", "is purple") == "is purple"
    assert reason_in("en", "is longer than 15 digits").startswith("is longer")


@pytest.mark.parametrize("english, russian", [
    ("skipped: 2.3000 and 5.0000 % margin are over 2.40",
     "пропущен: 2,3000 и наценка 5,0000 % больше 2,40"),
    ("best quality: at least 61.3 % good",
     "лучшее качество: удачных не меньше 61,3 %"),
    ("longest idle: 12.5 s", "дольше всех свободен: 12,5 с"),
    ("dearer than trunk-1.5", "дороже, чем trunk-1.5"),
])
def test_figures_of_calls_have_a_comma(english, russian):
    assert reason_in("ru", english) == russian
    assert reason_in("en", english) == english


@pytest.mark.parametrize("reason", [
    "is missing", "lies outside of 1970-2099",
    "lies before answer; check both and their zone",
    "'2026-03-29 02:30:00': the zone's clock skips this time; check the zone "
    "of the source's clock",
    "lies in the year 9999; calls are stored up to 2099: check the clock of "
    "the source, or the unit of its times",
    "'soon' is not a time; write 2026-10-05T09:30:00+03:00",
    "'soon' is not a time; write 2026-10-05T09:30:00+03:00 or 2026-10-05",
    "'2026-10-05T12:30:00+25:00': no clock is more than 14 hours from UTC; "
    "check the offset",
])
def test_reasons_of_times(reason):
    assert CYRILLIC.search(translated(reason))


def test_holes_agree():
    for english, russian in _RU.items():
        assert english.count("{}") == russian.count("{}"), english
        assert CYRILLIC.search(russian), english


CALLS = """\
call_id,start,answer,end,caller,callee,duration,status,cost,currency
,2026-10-05T10:00:00Z,,,101,84951234567,0,busy,,
a2,yesterday,,,101,84951234567,0,busy,,
a3,2026-02-30T10:00:00Z,,,101,84951234567,0,busy,,
a4,2026-10-05T10:00:00Z,2026-10-05T09:00:00Z,,101,84951234567,60,answered,,
a5,2026-10-05T10:00:00Z,,2026-10-05T09:00:00Z,101,84951234567,0,busy,,
a6,2026-10-05T10:00:00Z,,,101,84951234567,60,busy,,
a7,2026-10-05T10:00:00Z,,,101,84951234567,0,busy,1.00,
"""
RATES = """\
date,currency,to,rate
2026-10-01,dollar,RUB,92.5
soon,USD,RUB,92.5
2026-10-01,USD,USD,92.5
"""


@pytest.mark.parametrize("verb, name, data, count", [
    (("cdr", "import"), "calls.csv", CALLS, 7),
    (("exchange", "import"), "rates.csv", RATES, 3),
])
def test_the_command_says_it_in_russian(office, put, command, verb, name,
                                        data, count):
    put((office / "deployment.toml").read_text())
    (office / name).write_text(data)
    preset = ("--preset", "native") if verb[0] == "cdr" else ()
    done = command(*verb, office / "store.db", office / name, *preset,
                   "--lang", "ru", check=1)
    lines = [x for x in done.err.splitlines() if x.startswith("строка ")]
    assert len(lines) == count, done.err
    for line in lines:
        assert len(CYRILLIC.findall(line.split(": ", 1)[1])) > 4, line
    plain = command(*verb, office / "store.db", office / name, *preset,
                    "--lang", "ru", "--json", check=1).json
    assert not any(CYRILLIC.search(r["reason"]) for r in plain["rejects"])
