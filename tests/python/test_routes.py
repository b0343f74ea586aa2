"""How a call would go out: from Python and by ``call route``, on the stores
that people try first."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import subprocess
from decimal import Decimal

import pytest

import trunkwise
from conftest import BUILD, SOURCE
from trunkwise import Store
from trunkwise.route_words import ROUTE_REASONS, ROUTE_WORDS

NOON = "2026-10-05T12:00:00"
CYRILLIC = re.compile("[а-яё]", re.I)


def at(text=NOON):
    return dt.datetime.fromisoformat(text + "+03:00")


@pytest.fixture(scope="module")
def cities(tmp_path_factory):
    """The nine cities, in force since March."""
    folder = tmp_path_factory.mktemp("cities")
    for file in (SOURCE / "examples" / "nine-cities").glob("*.*"):
        if file.suffix in (".toml", ".csv"):
            shutil.copy(file, folder)
    done = subprocess.run(
        [BUILD / "bin" / "trunkwise", "apply", "deployment.toml", "nine.db",
         "--at", "2026-03-02"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


def command(folder, *words):
    done = subprocess.run([BUILD / "bin" / "trunkwise", "call", "route",
                           *words], cwd=folder, capture_output=True,
                          text=True)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


def document(folder, *words):
    code, out, err = command(folder, "nine.db", *words, "--at", NOON,
                             "--json")
    assert not err, err
    return code, json.loads(out)


def test_the_price_of_this_call_decides(cities):
    """Per second without a fee wins short calls, whole minutes long ones."""
    with Store(cities / "nine.db", readonly=True) as store:
        short = store.route("78127771122", at=at(), expected_s=20)
        long = store.route("78127771122", at=at(), expected_s=300)
    assert short and long
    assert [c.trunk for c in short.candidates] == ["trunk-b", "trunk-a"]
    assert [c.trunk for c in long.candidates] == ["trunk-a", "trunk-b"]
    assert long.candidates[0].expected == (Decimal("5.90"), "RUB")
    assert long.candidates[1].expected == (Decimal("9.00"), "RUB")
    assert long.candidates[1].reason == "dearer than trunk-a"


def test_time_decides_too(cities):
    """Carrier B raises its mobile prices on the 16th."""
    with Store(cities / "nine.db", readonly=True) as store:
        before, after = (
            store.route("79031234567", at=at(f"2026-10-{day}T12:00:00"),
                        expected_s=60).candidates for day in (15, 16))
    assert [c.trunk for c in before] == ["trunk-b", "trunk-a"]
    assert [c.trunk for c in after] == ["trunk-a", "trunk-b"]


def test_phone_department_and_site_are_found(cities):
    for name, kind in (("kazan-301", "phone"), ("Kazan", "department"),
                       ("kazan", "site")):
        code, found = document(cities, "112", "--from", name)
        assert code == 0
        assert found["from"] == {"kind": kind, "name": name,
                                 "department": "Kazan", "site": "kazan"}
        assert found["emergency"] is True
        assert [c["trunk"] for c in found["candidates"]] == [
            "kazan-landline", "trunk-a", "trunk-b"]
    code, found = document(cities, "112")
    assert found["from"] is None
    assert [c["trunk"] for c in found["candidates"]] == ["trunk-a", "trunk-b"]


def test_what_cannot_be_carried_is_an_answer(cities):
    code, found = document(cities, "+881123456789")
    assert code == 1 and found["verdict"] == "refused"
    assert [c["verdict"] for c in found["candidates"]] == ["refused"] * 2
    code, found = document(cities, "+50371234567")
    assert code == 1 and found["verdict"] == "no_price"
    assert all(c["expected"] is None for c in found["candidates"])


def test_said_in_both_languages(cities):
    for lang in ("en", "ru"):
        code, out, _ = command(cities, "nine.db", "8 (843) 555-12-34",
                               "--from", "kazan-301", "--at", NOON,
                               "--lang", lang)
        assert code == 0
        head, call, *rows = out.splitlines()
        assert "kazan-301" in head and "78435551234" in call
        assert len(rows) == 2 and rows[0].startswith("  1. trunk-b")
        for line in (head, call, *rows):
            assert bool(CYRILLIC.search(line)) == (lang == "ru"), line
    for english, russian in ROUTE_REASONS.items():
        assert english.count("{}") == russian.count("{}"), english
        assert CYRILLIC.search(russian)
    for english, russian in ROUTE_WORDS.values():
        assert re.findall(r"{\w+}", english) == re.findall(r"{\w+}", russian)


def test_wrong_questions_change_nothing(cities):
    for words, field in (
            (("nine.db", "abc"), "telephone number"),
            (("nine.db", "112", "--from", "nobody"), "--from"),
            (("nine.db", "112", "--seconds", "-1"), "--seconds"),
            (("nine.db", "112", "--seconds", "86401"), "--seconds"),
            (("nine.db", "112", "--at", "yesterday"), "--at"),
            (("no.db", "112"), "no.db")):
        code, _, err = command(cities, *words)
        assert code == 2 and field in err, err
    assert not (cities / "no.db").exists()
    with Store(cities / "nine.db", readonly=True) as store:
        with pytest.raises(trunkwise.NotFound):
            store.route("112", sender="nobody")
        with pytest.raises(trunkwise.InvalidArgument):
            store.route("not digits")
