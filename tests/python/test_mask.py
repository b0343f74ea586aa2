"""--mask: people's numbers are hidden wherever they are listed, ours not."""

from __future__ import annotations

import datetime as dt
import re

import pytest

import report_world
import trunkwise
from report_world import NUMBERS
from trunkwise.mask import Mask


@pytest.mark.parametrize("number, shown", [
    ("79161234567", "7916***4567"), ("78432000001", "78432000001"),
    ("112", "112"), ("123456", "123456"), ("", ""), ("msk", "msk"),
    ("PJSIP/main-1234567", "PJSIP/main-1234567"),
])
def test_who_is_hidden(number, shown):
    assert Mask(["78432000001"]).number(number) == shown


def test_a_short_number_of_a_person_is_hidden_too():
    assert "***" in Mask([]).number("1234567")


def test_a_date_is_no_number():
    hide = Mask([])
    said = "'05.10.2026' is no time; write 2026-10-05T09:30:00+03:00"
    assert hide.quoted(said).endswith("write 2026-10-05T09:30:00+03:00")
    assert "***" in hide.quoted("'8 (916) 123-45-67' is no number")
    assert "***" in hide.quoted("'2026-99-05' is no time")


@pytest.mark.parametrize("text, shown", [
    ("maria.ivanova@mail.ru", "***"), ("ivan.petrov", "***"), ("", ""),
    ("79161234567", "7916***4567"), ("78432000001", "78432000001"),
    ("101", "101"), ("112", "112"), ("anonymous", "anonymous"),
    ("Anonymous", "Anonymous"), ("sip:ivan@pbx", "***"),
])
def test_a_name_is_a_person_too(text, shown):
    assert Mask(["78432000001"]).person(text) == shown


@pytest.mark.parametrize("text, shown", [
    ("write 2026-10-05T09:30:00+03:00", "write 2026-10-05T09:30:00+03:00"),
    ("'05.10.2026 09:30:00' is no time", "'05.10.2026 09:30:00' is no time"),
    ("2026-10-05 of 79161234567", "2026-10-05 of 7916***4567"),
    ("'8 (916) 123-45-67' is not", "'8916***4567' is not"),
    ("'ivan@mail.ru' is not", "'***' is not"),
    ("2026100512345", "2026***2345"), ("79161234567", "7916***4567"),
    ("1999-12-31-44-55", "1999***4455"),
])
def test_times_are_nobody(text, shown):
    assert Mask([]).quoted(text) == shown


def test_lists_hide_names(tmp_path, command):
    with trunkwise.Store(tmp_path / "n.db", create=True) as store:
        deployment = tmp_path / "d.toml"
        deployment.write_text(
            '[company]\nname = "F"\nzone = "Europe/Moscow"\n'
            'currency = "RUB"\n[[number]]\nnumber = "78432000001"\n')
        store.apply(trunkwise.Deployment.load(deployment),
                    at=dt.datetime(2026, 9, 1, tzinfo=dt.timezone.utc))
        store.import_calls(
            b"call_id,start,duration,caller,callee,status\n"
            b"a,2026-10-05T10:00:00+03:00,60,101,maria.ivanova@mail.ru,\n"
            b"b,2026-10-05T11:00:00+03:00,0,ivan7@mail.ru,78432000001,"
            b"no_answer\n"
            b"c,2026-10-05T11:00:00+03:00,60,oleg@pbx,maria@mail.ru,\n",
            preset="native")
    said = [command("unrated", "list", tmp_path / "n.db", "--mask",
                    check=1).out,
            command("report", "missed", tmp_path / "n.db", "--month",
                    "2026-10", "--mask", check=0).out,
            command("directory", "suggest", tmp_path / "n.db", "--mask",
                    check=0).out]
    for out in said:
        assert "***" in out
        assert not re.search("ivan|maria|oleg", out)


def test_words_of_a_call():
    hide = Mask(["74950000003"])
    assert hide.spoken(
        "Outbound call to 79161234567 from 74950000003, answered 2026-10-05"
        "T10:00:05+03:00 (Europe/Moscow).\n0.25 x 1234567 s / 60") == (
        "Outbound call to 7916***4567 from 74950000003, answered 2026-10-05"
        "T10:00:05+03:00 (Europe/Moscow).\n0.25 x 1234567 s / 60")
    assert hide.spoken("Входящий звонок на 74950000003 с номера "
                       "79161234567, ответ") == (
        "Входящий звонок на 74950000003 с номера 7916***4567, ответ")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mask")
    report_world.make(folder, seed=3, count=200).close()
    return folder / "world.db"


def numbers_in(text):
    return set(re.findall(r"\b\d{11}\b", text))


@pytest.mark.parametrize("verb, status", [
    (("unrated", "list"), 1), (("directory", "suggest"), 0)])
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_lists_hide_people(world, command, verb, status, form):
    plain = command(*verb, world, *form, check=status)
    hidden = command(*verb, world, *form, "--mask", check=status)
    people = numbers_in(plain.out) - set(NUMBERS)
    assert people and not numbers_in(hidden.out) - set(NUMBERS)
    assert "***" in hidden.out
    assert len(hidden.out.splitlines()) == len(plain.out.splitlines())


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_an_explained_call_hides_people(world, command, lang):
    hidden = 0
    for i in range(40):
        arguments = ("call", "explain", world, f"c{i}", "--lang", lang)
        plain = command(*arguments, check=0).out
        people = numbers_in(plain) - set(NUMBERS)
        if not people:
            continue
        said = command(*arguments, "--mask", check=0).out
        assert not numbers_in(said) - set(NUMBERS)
        assert numbers_in(said) == numbers_in(plain) & set(NUMBERS)
        hidden += 1
        if hidden == 3:
            return
    raise AssertionError("no call of a person was found")
