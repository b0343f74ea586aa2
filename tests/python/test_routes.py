"""How a call would go out: from Python and by ``call route``, on the stores
that people try first."""

from __future__ import annotations

import datetime as dt
import json
import os
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
        code, out, _ = command(cities, "nine.db", "8 (846) 555-12-34",
                               "--from", "kazan-301", "--at", NOON,
                               "--lang", lang)
        assert code == 0
        head, call, *rows = out.splitlines()
        assert "kazan-301" in head and "78465551234" in call
        assert len(rows) == 6 and rows[0].startswith("  1. trunk-a")
        for line in (head, call, *rows):
            assert bool(CYRILLIC.search(line)) == (lang == "ru"), line
    for english, russian in ROUTE_REASONS.items():
        assert english.count("{}") == russian.count("{}"), english
        assert CYRILLIC.search(russian)
    for english, russian in ROUTE_WORDS.values():
        assert re.findall(r"{\w+}", english) == re.findall(r"{\w+}", russian)


@pytest.mark.parametrize("phone, number, own, paid, local", [
    ("kazan-301", "78435551234", "78435550301", "2.50", "1.90"),
    ("ufa-401", "73475551234", "73475550401", "3.00", "2.20")])
def test_inside_kazan_and_ufa(cities, phone, number, own, paid, local):
    """Legal refused both local contracts: what is left is long distance under
    a Moscow number, another city's number, or the showroom's line."""
    code, found = document(cities, number, "--from", phone)
    first, second = found["candidates"]
    assert code == 0
    assert (first["trunk"], first["expected"], first["caller"]) == (
        "trunk-a", paid, "74955550101")
    assert first["permit"] is None and first["caller_of"] == "company"
    assert (second["verdict"], second["expected"], second["caller"]) == (
        "refused", local, own)
    lacking = [r for r in second["rules"] if r["result"] == "lacking"]
    assert len(second["rules"]) == 2 and len(lacking) == 1
    assert lacking[0]["named"][0]["legal"] == "refused"
    assert {w["kind"]: (w["via"], w["expected"]) for w in found["ways"]} == {
        "number": ("trunk-b", local), "carrier": ("trunk-a", paid),
        "landline": (phone.split("-")[0] + "-landline", None)}
    # the other cities ask for nothing
    assert document(cities, "78125551234", "--from", phone)[1]["ways"] is None


def test_nobody_shows_a_number_that_is_given_up(cities):
    with Store(cities / "nine.db", readonly=True) as store:
        for city in ("Moscow", "Kazan", "Ufa", "Samara"):
            answer = store.route("78435551234", sender=city, at=at())
            assert "78435550302" not in [c.caller for c in answer.candidates]


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


# ---- permissions, on the page that explains them ----

HEAD = """
[company]
name = "Factory"
zone = "Europe/Moscow"
currency = "RUB"

[[department]]
name = "Moscow"

[[department]]
name = "Kazan"

[[site]]
name = "kazan"
department = "Kazan"
emergency = ["kazan-line", "b"]

[[landline]]
name = "kazan-line"
site = "kazan"
number = "+78435550390"
uri = "sip:fxo@192.0.2.9"
carrier = "city"

[[phone]]
name = "kazan-301"
site = "kazan"
uri = "sip:301@192.0.2.3"

[[carrier]]
name = "north"

[[carrier]]
name = "volga"

[[carrier]]
name = "city"

[[trunk]]
name = "a"
carrier = "north"
registrar = "sip:192.0.2.1"
user = "factory"

[[trunk]]
name = "b"
carrier = "volga"
registrar = "sip:192.0.2.2"
user = "factory"

[[number]]
number = "+74955550101"
carrier = "north"
department = "Moscow"
caller_id = true

[[number]]
number = "+78435550301"
carrier = "volga"
department = "Kazan"
site = "kazan"
caller_id = true
"""
COLUMNS = ("prefix,destination,rate,currency,effective_from,effective_to,"
           "first_inc,next_inc,connect_fee\n")
SHEETS = {"north": "7,Russia,2.50,RUB,,,60,60,0.40\n",
          "volga": "7,Russia,1.90,RUB,,,1,1,0\n",
          "city": "7843,Kazan,0.60,RUB,,,60,60,0\n"}
PAGE = (SOURCE / "docs" / "permissions.md").read_text()
RULES = re.findall(r"^```toml\n(.*?)^```", PAGE, re.S | re.M)


def factory(folder, rules=""):
    (folder / "deployment.toml").write_text(HEAD + rules)
    for name, row in SHEETS.items():
        (folder / f"{name}.csv").write_text(COLUMNS + row)
    return folder


@pytest.fixture
def kazan(tmp_path):
    """The factory of the page, with its rule in force."""
    factory(tmp_path, RULES[0])
    return in_force(tmp_path)


def in_force(folder):
    with Store(folder / "nine.db", create=True) as store:
        store.apply(trunkwise.Deployment.load(folder / "deployment.toml"),
                    at=at("2026-09-01T00:00:00"))
        for name, row in SHEETS.items():
            store.import_tariff((COLUMNS + row).encode(), tariff=name,
                                carrier=name)
    return folder


def ask(folder, number="78432001122", sender="kazan-301", **options):
    with Store(folder / "nine.db", readonly=True) as store:
        return store.route(number, sender=sender, at=at(), **options)


def test_the_page_says_what_is_printed(tmp_path):
    factory(tmp_path, RULES[0])
    lines = [line for block in re.findall(r"^```sh\n(.*?)^```", PAGE,
                                          re.S | re.M)
             for line in block.splitlines()]
    shown = re.search(r"^```text\n(.*?)^```", PAGE, re.S | re.M).group(1)
    printed = []
    for line in lines:
        done = subprocess.run(
            ["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True,
            env={**os.environ,
                 "PATH": f"{BUILD / 'bin'}{os.pathsep}{os.environ['PATH']}"})
        assert done.returncode == 0, line + done.stderr
        printed.append(done.stdout)
    assert printed[4] == shown
    assert "запрещено" in printed[5] and "вручную" in printed[5]
    assert printed[6].splitlines()[2] == (
        "  1. kazan-line  -  -  shows 78435550390 (the line's own): "
        "emergency: way out of the site")
    python = re.search(r"^```python\n(.*?)^```", PAGE, re.S | re.M).group(1)
    done = subprocess.run(
        ["/usr/bin/python3", "-c", "from trunkwise import Store\n" + python],
        cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(BUILD / "python")})
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("a ok 2.90 RUB 74955550101 least cost")


def test_ways_that_are_left(kazan):
    answer = ask(kazan)
    assert answer and [c.trunk for c in answer.candidates] == ["a", "b"]
    blocked = answer.candidates[1]
    assert blocked.permit == "block" and blocked.verdict == "refused"
    assert blocked.expected == (Decimal("1.90"), "RUB")
    rule, = blocked.rules
    assert (rule.result, rule.lack) == ("lacking", "none")
    assert rule.named == [("city-offer", "city", "refused")]
    assert [(w.kind, w.via, str(w.expected)) for w in answer.ways] == [
        ("landline", "kazan-line", "0.60 RUB"),
        ("carrier", "a", "2.90 RUB")]
    assert ask(kazan, "74952001122").ways is None
    # of this call: five minutes, not one
    assert str(ask(kazan, expected_s=300).ways[0].expected) == "3.00 RUB"


def test_no_way_is_left(tmp_path):
    """Both carriers show Kazan, and the site has no line."""
    rules = RULES[0] + '[[approval]]\nname = "x"\nnumber = "74955550101"\n' \
        'contract = "n"\nstatus = "refused"\n' \
        '[[contract]]\nname = "n"\ncarrier = "north"\n' \
        '[[approval]]\nname = "y"\nnumber = "78435550301"\n' \
        'contract = "n"\nstatus = "granted"\n'
    factory(tmp_path, rules)
    text = (tmp_path / "deployment.toml").read_text()
    text = re.sub(r"\[\[landline\]\].*?\n\n", "", text, flags=re.S)
    (tmp_path / "deployment.toml").write_text(
        text.replace('"kazan-line", ', ""))
    in_force(tmp_path)
    answer = ask(tmp_path)
    assert not answer and answer.verdict == "refused" and answer.ways == []
    for lang, word in (("en", "No way is left."), ("ru", "Путей не")):
        code, out, _ = command(tmp_path, "nine.db", "78432001122", "--from",
                               "kazan-301", "--lang", lang, "--at", NOON)
        assert code == 1 and word in out
        head = out.splitlines()[1]
        assert "inside Kazan" in head
        assert bool(CYRILLIC.search(head)) == (lang == "ru"), head


@pytest.mark.parametrize("otherwise, order, permit", [
    ("block", ["a", "b"], "block"), ("avoid", ["a", "b"], "avoid"),
    ("warn", ["b", "a"], "warn")])
def test_block_avoid_and_warn(tmp_path, otherwise, order, permit):
    factory(tmp_path, RULES[0].replace('"block"', f'"{otherwise}"'))
    answer = ask(in_force(tmp_path))
    assert [c.trunk for c in answer.candidates] == order
    local = next(c for c in answer.candidates if c.trunk == "b")
    assert local.permit == permit and local.permission == "inside Kazan"
    assert local.verdict == ("refused" if permit == "block" else "ok")
    assert (answer.ways is None) == (permit == "warn")


def test_trap_29_denied_by_default(tmp_path):
    """Nobody has a contract: nothing goes out but a call for help; one that
    is accepted lets its carrier through, in its time alone."""
    factory(tmp_path, RULES[1] + '\n[[contract]]\nname = "c"\n'
            'carrier = "volga"\nlegal_verdict = "accepted"\n'
            'from = 2026-10-05\nto = 2026-10-06\n')
    in_force(tmp_path)
    answer = ask(tmp_path)
    assert [(c.trunk, c.verdict) for c in answer.candidates] == [
        ("b", "ok"), ("a", "refused")]
    assert [[r.result for r in c.rules] for c in answer.candidates] == [
        ["held"], ["lacking"]]
    for day, lack in (("04", "early"), ("06", "over")):
        with Store(tmp_path / "nine.db", readonly=True) as store:
            answer = store.route("78432001122", sender="kazan-301",
                                 at=at(f"2026-10-{day}T12:00:00"))
            help_ = store.route("112", sender="kazan",
                                at=at(f"2026-10-{day}T12:00:00"))
        assert not answer and help_
        assert {r.lack for c in answer.candidates
                for r in c.rules if c.trunk == "b"} == {lack}
        assert not any(c.rules for c in help_.candidates)


def test_places_of_the_numbering(tmp_path):
    """A city by its name: judged where numbers stand, not by their code; what
    is not known passes, unless the rule wants certainty."""
    rule = RULES[0].replace('"7843"', '"Казань"')
    factory(tmp_path, rule)
    in_force(tmp_path)
    answer = ask(tmp_path)
    assert [c.trunk for c in answer.candidates] == ["b", "a"]
    assert [c.rules[0].result for c in answer.candidates] == ["unknown"] * 2
    with Store(tmp_path / "nine.db") as store:
        store.import_numbering([("r.csv", (
            "code,from,to,operator,region,city\n"
            "7843,2000000,2999999,A,Татарстан,Казань\n"
            "7843,5000000,5999999,A,Татарстан,Казань\n"
            "7495,5000000,5999999,A,Москва,Москва\n"
            "7843,3000000,3999999,A,Татарстан,Елабуга\n").encode())])
    answer = ask(tmp_path)
    assert [c.trunk for c in answer.candidates] == ["a", "b"]
    assert answer.ways[0].relation == "same_city"
    assert answer.ways[1].relation == "other"
    assert ask(tmp_path, "78433000000").candidates[0].trunk == "b"
    factory(tmp_path, rule + 'unknown = "apply"\n')
    with Store(tmp_path / "nine.db") as store:
        store.apply(trunkwise.Deployment.load(tmp_path / "deployment.toml"),
                    at=at("2026-10-01T00:00:00"))
    answer = ask(tmp_path, "78439999999")
    assert [c.trunk for c in answer.candidates] == ["a", "b"]


def test_a_carrier_that_wants_a_number(tmp_path):
    factory(tmp_path, '[[contract]]\nname = "v"\ncarrier = "volga"\n'
            '[[approval]]\nname = "x"\nnumber = "78435550301"\n'
            'contract = "v"\nstatus = "requested"\n')
    path = tmp_path / "deployment.toml"
    in_force(tmp_path)
    first = ask(tmp_path).candidates[0]
    assert (first.trunk, first.caller, first.caller_of) == ("b", "", None)
    path.write_text(path.read_text().replace(
        'name = "volga"\n', 'name = "volga"\nno_caller = "skip"\n', 1))
    with Store(tmp_path / "nine.db") as store:
        store.apply(trunkwise.Deployment.load(path),
                    at=at("2026-10-01T00:00:00"))
    answer = ask(tmp_path)
    assert [c.verdict for c in answer.candidates] == ["ok", "refused"]
    assert answer.candidates[1].reason == (
        "no number of ours is approved at volga")
    # help goes out all the same
    assert "b" in [c.trunk for c in ask(tmp_path, "112").candidates]


def test_bad_permissions_are_refused_with_their_key(tmp_path):
    for wrong, key in (
            ('to = ["+7843"]', "permission[0].to"),
            ('from = ["7 843"]', "permission[0].from"),
            ('contracts = ["none"]', "permission[0].contracts"),
            ('contracts = []', "permission[0].contracts"),
            ('to = []', "permission[0].to"),
            ('never = "yes"', "permission[0].never"),
            ('never = true\ncontracts = ["city-offer"]\n[[contract]]\n'
             'name = "city-offer"', "permission[0].never"),
            ('otherwise = "allow"', "permission[0].otherwise"),
            ('direction = "inbound"', "permission[0].direction"),
            ('places = ["7"]', "permission[0].places")):
        factory(tmp_path, f'[[permission]]\nname = "p"\n{wrong}\n')
        done = subprocess.run(
            [BUILD / "bin" / "trunkwise", "apply", "deployment.toml",
             "nine.db"], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 2 and key in done.stderr, done.stderr
        assert not (tmp_path / "nine.db").exists()
