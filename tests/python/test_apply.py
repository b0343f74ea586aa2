"""The deployment file as a user breaks it: refused with file, key path and
reason, exit 2, and the store unchanged to the byte."""

from __future__ import annotations

import hashlib
import json
import sqlite3

import pytest

from conftest import OFFICE

BAD = {
    "unknown key": ('city = "Ufa"', 'town = "Ufa"', "department[1].town"),
    "unknown table": ("[[carrier]]", "[[carier]]", "carier"),
    "zone that does not exist": (
        'zone = "Europe/Moscow"', 'zone = "Europe/Moskow"', "company.zone"),
    "price that is not a number": (
        'rent = "310.00"', 'rent = "310,00"', "number[0].rent"),
    "missing department": (
        'department = "Kazan"', 'department = "Kasan"',
        "number[0].department"),
    "wrong type": ('city = "Kazan"', "city = 5", "department[0].city"),
    "not a number": ('"+78432000001"', '"call me"', "number[0].number"),
    "unknown rounding": (
        'sheet = "north.csv"', 'sheet = "north.csv"\nrounding = "nearest"',
        "tariff[0].rounding"),
    "plan naming a missing pool": (
        "[[carrier]]", '[[plan]]\nname = "p"\n[[plan.step]]\nring = "nobody"'
        '\n[[carrier]]', "plan[0].step[0].ring"),
    "CRLF in a password": (
        "[[number]]", '[[trunk]]\nname = "t"\ncarrier = "north"\n'
        'registrar = "sip:127.0.0.1"\nuser = "u"\n'
        'password_file = "a\\r\\nb"\n[[number]]', "trunk[0].password_file"),
    "a password in the file": (
        "[[number]]", '[[trunk]]\nname = "t"\ncarrier = "north"\n'
        'registrar = "sip:127.0.0.1"\nuser = "u"\n'
        'password = "secret"\n[[number]]', "trunk[0].password"),
    "a table without a key": (
        "[[carrier]]", "[[permission]]\n[[carrier]]",
        "permission[0]: is a table without a key"),
    "a step without a key": (
        "[[carrier]]", '[[plan]]\nname = "p"\n[[plan.step]]\n'
        "[[plan.step]]\nreject = 480\n[[carrier]]",
        "plan[0].step[0]: is a table without a key"),
    "number in two departments": (
        "[[tariff]]", '[[number]]\nnumber = "8 (843) 200-00-01"\n'
        'carrier = "north"\ndepartment = "Ufa"\n[[tariff]]',
        "number[1].number"),
}


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("what", BAD)
def test_refused_with_key_path_and_store_unchanged(what, office, put):
    old, new, path = BAD[what]
    put(OFFICE)
    before = digest(office / "store.db")
    assert old in OFFICE
    result = put(OFFICE.replace(old, new, 1), check=2)
    assert f"deployment.toml: {path}" in result.err or path in result.err
    assert digest(office / "store.db") == before


def test_refused_first_apply_leaves_no_store(office, put):
    put(OFFICE.replace('"310.00"', '"x"'), check=2)
    assert not (office / "store.db").exists()


def test_not_toml_is_refused(office, put):
    result = put("[company\n", check=2)
    assert "not TOML" in result.err


def test_a_number_of_thousands_of_digits_is_out_of_range(put):
    digits = "0x" + "f" * 5000
    text = OFFICE.replace('rent = "310.00"', f"rent = {digits}")
    assert "number[0].rent: rent is a whole number here" in \
        put(text, check=2).err
    text = OFFICE.replace('city = "Kazan"', f"calls_max = {digits}", 1)
    assert "department[0].calls_max: " in put(text, check=2).err


def numbers_that_nobody_can_write():
    return ["9" * 5000, "-" + "9" * 5000, "+" + "9" * 5000,
            "_".join("9" * 5000), "9" * 5000 + ".5", "9" * 5000 + "e5",
            "1e99999999", "-1e99999999", "1e999999999999999999999999",
            "1e-99999999", "1e-999999999999999999999999",
            "0." + "3" * 5000]


@pytest.mark.parametrize("number", numbers_that_nobody_can_write(),
                         ids=lambda text: text[:12] + str(len(text)))
def test_absurd_numbers_are_told_by_their_key(put, number):
    """Neither Python's own bound of digits nor a hundred megabytes of zeros
    stand between the key and its reader."""
    for old, key in (('rent = "310.00"', "rent"),
                     ('city = "Kazan"', "calls_max")):
        said = put(OFFICE.replace(old, f"{key} = {number}", 1), check=2).err
        assert f"[0].{key}: " in said, said
        assert "int_max" not in said and len(said) < 2000
    # what stands beside it is read as it is written
    digits = "3" * 5000
    said = put(OFFICE.replace('city = "Kazan"', f'calls_max = {number}\n'
                              f'city = "{digits}"', 1), check=2).err
    assert "[0].calls_max: " in said


def test_a_sheet_that_is_missing_is_said_beside_the_rest(office, put):
    lost = OFFICE.replace("north.csv", "lost.csv")
    problem = {"file": str(office / "deployment.toml"),
               "field": "tariff[0].sheet", "message":
               f"cannot read {office}/lost.csv: No such file or directory"}
    # at set, at check, and where nothing else is wrong
    for text, count in ((lost.replace('"310.00"', "310"), 2),
                        (lost.replace('"Kazan"', '"Kazn"', 1), None),
                        (lost, 1)):
        found = put(text, "--json", check=2).json["problems"]
        assert problem in found
        assert len(found) == count if count else len(found) > 1
    (office / "lost.csv").mkdir()
    assert "lost.csv: Is a directory" in put(lost, check=2).err
    assert "не прочитать" in put(lost, "--lang", "ru", check=2).err
    assert not (office / "store.db").exists()


def test_apply_shows_the_difference_then_nothing(office, put):
    first = put(OFFICE, "--json").json
    assert first["applied"] and first["changes"]
    assert {c["change"] for c in first["changes"]} == {"new"}
    assert first["tariffs"][0]["rows_stored"] == 3
    before = digest(office / "store.db")
    again = put(OFFICE, "--json").json
    assert again["changes"] == []
    assert again["tariffs"][0]["rows_stored"] == 0
    assert digest(office / "store.db") == before


def test_dry_run_writes_nothing(office, put):
    put(OFFICE)
    before = digest(office / "store.db")
    result = put(OFFICE.replace("310.00", "320.00"), "--dry-run", "--json")
    assert result.json["applied"] is False
    changed = result.json["changes"]
    assert [(c["field"], c["change"]) for c in changed] == [
        ("rent", "changed")]
    assert digest(office / "store.db") == before


def deep(levels: int) -> str:
    return ".".join(["a"] * levels)


@pytest.mark.parametrize("text", [
    deep(1500) + " = 1\n", f"[{deep(1000)}]\n", deep(40) + " = []\n",
    "a = " + "[" * 5000 + "]" * 5000 + "\n",
    "[x]\nname." + deep(900) + " = 1\n"],
    ids=["keys", "table", "empty", "lists", "keys of a table"])
def test_depth_without_end_is_refused(text, office, put):
    result = put(text + OFFICE, "--json", check=2)
    assert "nested too deeply" in json.dumps(result.json)
    assert "Traceback" not in result.err + result.out


def test_a_secret_in_an_address_is_not_said_again(office, put):
    trunk = ('[[trunk]]\nname = "t"\ncarrier = "north"\nuser = "u"\n'
             'registrar = "sip:u:hunter2@127.0.0.1"\n')
    result = put(OFFICE + trunk, check=2)
    assert "trunk[0].registrar" in result.err
    assert "password_file" in result.err
    assert "hunter2" not in result.err + result.out


def test_nor_one_that_an_older_store_holds(office, put):
    trunk = ('[[trunk]]\nname = "t"\ncarrier = "north"\nuser = "u"\n'
             'registrar = "sip:127.0.0.1"\n')
    put(OFFICE + trunk)
    with sqlite3.connect(office / "store.db") as db:
        db.execute("DROP TRIGGER trunk_no_update")
        db.execute("UPDATE trunk SET registrar = 'sip:u:hunter2@127.0.0.1'")
    db.close()
    result = put(OFFICE + trunk)
    assert "registrar '(holds a password)' -> 'sip:127.0.0.1'" in result.out
    assert "hunter2" not in result.err + result.out


def test_lists_differ_in_one_line(office, put):
    person = '[[person]]\nname = "Anna"\nskills = ["english"]\n'
    put(OFFICE + person)
    result = put(OFFICE + person.replace('h"]', 'h", "french"]'))
    assert "skills 'english' -> 'english, french'" in result.out


def test_sheet_with_a_bad_row_changes_nothing(office, put):
    put(OFFICE)
    before = digest(office / "store.db")
    sheet = (office / "north.csv").read_text()
    (office / "north.csv").write_text(sheet + "7495,Moscow,1.x,RUB,,,60,60,\n")
    result = put(OFFICE, check=1)
    assert "line 5, rate" in result.err
    assert digest(office / "store.db") == before
