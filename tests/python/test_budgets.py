"""Budgets from Python and by command: what is said, what is held, and that
docs/budgets.md does what it says."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
from decimal import Decimal

import pytest

import trunkwise
from conftest import BUILD, SOURCE
from trunkwise import Budgets, Store

MOBILE = "79161234567"
AT = dt.datetime.fromisoformat("2026-10-05T12:00:00+03:00")
TARIFF = ("prefix,destination,rate,currency,effective_from,effective_to,"
          "first_inc,next_inc,connect_fee\n79,Mobile,1.50,RUB,,,1,1,0\n"
          "44,Britain,30,RUB,,,60,60,0\n")
DEPLOYMENT = """
[company]
name = "Factory"
zone = "Europe/Moscow"
currency = "RUB"

[[department]]
name = "Kazan"

[[carrier]]
name = "north"

[[trunk]]
name = "main"
carrier = "north"
registrar = "sip:127.0.0.1:5070;transport=udp"
user = "trunk1"

[[budget]]
name = "kazan"
department = "Kazan"
soft = "8"
hard = "10"

[[budget]]
name = "dear"
period = "day"
max_price = "20"
"""
CALLS = ("call_id,start,answer,end,caller,callee,trunk,department,duration,"
         "status,cost,currency,direction\n"
         "a,2026-10-02T10:00:00Z,2026-10-02T10:00:00Z,,101,79161112233,main,"
         "Kazan,120,answered,,,outbound\n")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "deployment.toml").write_text(DEPLOYMENT)
    (tmp_path / "tariff.csv").write_text(TARIFF)
    (tmp_path / "calls.csv").write_text(CALLS)
    with Store(tmp_path / "office.db", create=True) as store:
        store.apply(trunkwise.Deployment.load(tmp_path / "deployment.toml"),
                    at=dt.datetime(2026, 9, 1, tzinfo=dt.timezone.utc))
        store.import_tariff(TARIFF.encode(), tariff="t", carrier="north")
        store.import_calls(CALLS.encode(), preset="native")
    return tmp_path


def command(folder, *words):
    done = subprocess.run([BUILD / "bin" / "trunkwise", *words], cwd=folder,
                          capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def document(folder, *words):
    code, out, err = command(folder, *words, "--json")
    assert not err, err
    return code, json.loads(out)


def test_a_call_and_its_hold(folder):
    with Store(folder / "office.db") as store, \
            Budgets(store, at=AT) as budgets:
        answer = budgets.authorize(MOBILE, department="Kazan", at=AT,
                                   hold=True)
        assert answer and answer.hold
        assert answer.price == (Decimal("1.50"), "RUB")
        assert answer.most_s == 280            # 7 of 10 at 1.50 a minute
        assert answer.paid_s == 60
        kazan = {b.name: b for b in answer.budgets}["kazan"]
        assert (kazan.spent, kazan.reserved) == (3, Decimal("1.5"))
        held = budgets.extend(answer.hold, elapsed_s=55)
        assert held.paid_s == 115 and not held.flags
        held = budgets.settle(answer.hold, seconds=Decimal("60.5"))
        assert held.held == Decimal("1.53")     # 61 s, rounded as charged
        budgets.release(answer.hold)
        with pytest.raises(LookupError):
            budgets.release(answer.hold)
        soft = budgets.authorize(MOBILE, department="Kazan", at=AT,
                                 hold=True)
        assert "soft" not in soft.flags
        held = budgets.extend(soft.hold, elapsed_s=150, at=AT)
        assert held.paid_s == 210 and "soft" in held.flags
        assert "soft" not in budgets.extend(soft.hold, elapsed_s=160,
                                            at=AT).flags
        budgets.release(soft.hold)


NUMBERS = """
[[number]]
number = "+7 495 100-00-01"
carrier = "north"
department = "Kazan"

[[number]]
number = "+7 495 100-00-02"
carrier = "north"
department = "Moscow"

[[department]]
name = "Moscow"
"""


def test_the_number_that_was_called_may_be_shown(folder):
    """From it and from the department's own it is another price."""
    deployment = folder / "deployment.toml"
    deployment.write_text(DEPLOYMENT + NUMBERS)
    sheet = ("prefix,destination,rate,currency,effective_from,effective_to,"
             "caller_prefix\n79,Mobile,1.50,RUB,,,\n"
             "79,Mobile,4,RUB,,,74951000002\n")
    with Store(folder / "more.db", create=True) as store:
        store.apply(trunkwise.Deployment.load(deployment),
                    at=dt.datetime(2026, 9, 1, tzinfo=dt.timezone.utc))
        store.import_tariff(sheet.encode(), tariff="t", carrier="north")
    with Store(folder / "more.db") as store, \
            Budgets(store, owner="t") as budgets:
        own = budgets.authorize(MOBILE, department="Kazan", at=AT)
        other = budgets.authorize(MOBILE, department="Kazan", at=AT,
                                  preferred="74951000002")
    assert own.price.amount == Decimal("1.5")
    assert other.price.amount == 4
    ask = ["call", "authorize", "more.db", MOBILE, "--department", "Kazan"]
    assert "1.50 RUB a minute" in command(folder, *ask)[1]
    assert "4.00 RUB a minute" in command(
        folder, *ask, "--preferred", "+7 495 100-00-02")[1]


def test_limits_refuse_and_emergency_passes(folder):
    with Store(folder / "office.db") as store, \
            Budgets(store, at=AT) as budgets:
        holds = []
        while answer := budgets.authorize(MOBILE, department="Kazan", at=AT,
                                          hold=True):
            holds.append(answer)
        assert sum(a.paid_s for a in holds) == 280
        assert answer.verdict == "refused"
        assert answer.reason == "budget kazan: 0 left"
        assert answer.candidates[0].reason == answer.reason
        assert budgets.authorize(MOBILE, at=AT, hold=True)  # nobody's
        dear = budgets.authorize("442071234567", at=AT)
        assert dear.verdict == "refused"
        assert dear.reason == "budget dear: 30 a minute is over 20"
        emergency = budgets.authorize("112", department="Kazan", at=AT,
                                      hold=True)
        assert emergency and emergency.emergency
        assert emergency.most_s is None and not emergency.hold


def test_states_and_command_agree(folder):
    with Store(folder / "office.db", readonly=True) as store:
        state = {b.name: b for b in store.budgets(at=AT)}
    kazan = state["kazan"]
    assert (kazan.spent, kazan.left, kazan.hard) == (3, 7, 10)
    assert kazan.projected.quantize(Decimal("0.01")) == Decimal("20.67")
    assert state["dear"].hard is None and state["dear"].max_price == 20
    code, d = document(folder, "budget", "list", "office.db", "--at",
                       "2026-10-05T12:00:00")
    assert code == 0 and d["zone"] == "Europe/Moscow"
    assert d["budgets"][0] == {
        "name": "kazan", "department": "Kazan", "trunk": "",
        "period": "month", "from": "2026-10-01T00:00:00+03:00",
        "to": "2026-11-01T00:00:00+03:00", "state": "ok", "currency": "RUB",
        "spent": "3.00", "reserved": "0.00", "leased": "0.00",
        "projected": "20.67", "left": "7.00", "soft": "8.00",
        "hard": "10.00", "max_price": None, "reason": ""}
    code, out, _ = command(folder, "budget", "list", "office.db", "--at",
                           "2026-10-05T12:00:00", "--lang", "ru")
    assert code == 0
    assert re.search(r"^kazan +2026-10 +3,00 +0,00 +0,00 +7,00 +8,00 +10,00 "
                     r"+20,67 +в норме$", out, re.M), out


def test_authorize_by_command(folder):
    ask = ["call", "authorize", "office.db", "8 916 123-45-67",
           "--department", "Kazan", "--at", "2026-10-05T12:00:00+03:00"]
    code, d = document(folder, *ask)
    assert code == 0
    assert (d["number"], d["verdict"], d["most_s"], d["price"]) == (
        MOBILE, "ok", 280, "1.50")
    assert d["candidates"][0]["trunk"] == "main"
    assert [b["name"] for b in d["budgets"]] == ["dear", "kazan"]
    code, out, _ = command(folder, *ask)
    assert code == 0 and "may be made, 280 s at most" in out
    code, out, _ = command(folder, *ask, "--lang", "ru")
    assert "не дольше 280 с, 1,50 RUB за минуту" in out
    assert "дешевле всех для этого звонка" in out and "least" not in out
    ask[3] = "+442071234567"
    code, d = document(folder, *ask)
    assert code == 1 and d["verdict"] == "refused" and d["most_s"] == 0
    ask[3] = "112"
    code, d = document(folder, *ask)
    assert code == 0 and d["emergency"] and d["most_s"] is None
    ask[3] = "+15551234567"
    code, d = document(folder, *ask)
    assert code == 1 and d["verdict"] == "no_price"
    # asking leaves no trace
    with Store(folder / "office.db", readonly=True) as store:
        assert all(b.leased == 0 for b in store.budgets(at=AT))


@pytest.mark.parametrize("words, says", [
    (["--department", "Nowhere"], "--department: there is no department"),
    (["--trunk", "none"], "--trunk: there is no trunk"),
    (["--seconds", "-1"], "--seconds: is no duration"),
    (["--at", "yesterday"], "--at: "),
    (["--caller", "x"], "--caller: 'x' is not a telephone number"),
    (["--caller", ""], "--caller: '' has no digits"),
    (["--preferred", ""], "--preferred: '' has no digits"),
    (["--preferred", "1234567890123456789012"], "--preferred: '12345"),
    (["--preferred", "+79990001122"], "--preferred: 79990001122 is no num"),
])
def test_bad_questions_are_named(folder, words, says):
    code, out, err = command(folder, "call", "authorize", "office.db",
                             MOBILE, *words)
    assert code == 2 and says in err and not out


def test_without_budgets(folder):
    (folder / "plain.toml").write_text(DEPLOYMENT.split("[[budget]]")[0])
    with Store(folder / "plain.db", create=True) as store:
        store.apply(trunkwise.Deployment.load(folder / "plain.toml"))
    code, out, _ = command(folder, "budget", "list", "plain.db")
    assert code == 0 and "[[budget]]" in out
    code, d = document(folder, "call", "authorize", "plain.db", MOBILE)
    assert code == 1 and d["verdict"] == "no_price"
    with Store(folder / "empty.db", create=True):
        pass
    code, _, err = command(folder, "budget", "list", "empty.db")
    assert code == 2 and "company" in err


def test_bad_budgets_in_a_deployment(folder):
    for lines, says in (
            ("", "limits nothing"),
            ('soft = "3"\nhard = "2"', "soft lies above hard"),
            ('hard = "-1"', "hard"),
            ('hard = "1"\nperiod = "week"', "period"),
            ('hard = "1"\ndestinations = ["+7"]', "no prefix"),
            ('hard = "1"\ndepartment = "Ufa"', "Ufa"),
            ('hard = "1"\nincrement_s = 0', "increment_s")):
        (folder / "bad.toml").write_text(
            DEPLOYMENT + f'\n[[budget]]\nname = "bad"\n{lines}\n')
        code, _, err = command(folder, "apply", "bad.toml", "office.db")
        assert code == 2 and says in err, (lines, err)


def test_every_command_of_the_page_runs(folder):
    text = (SOURCE / "docs" / "budgets.md").read_text()
    path = f"{BUILD / 'bin'}{os.pathsep}{os.environ['PATH']}"
    lines = [line for block in re.findall(r"^```sh\n(.*?)^```", text,
                                          re.S | re.M)
             for line in block.splitlines()]
    assert lines
    for file in folder.glob("office.db*"):
        file.unlink()
    for line in lines:
        done = subprocess.run(["sh", "-c", line], cwd=folder,
                              capture_output=True, text=True,
                              env={**os.environ, "PATH": path})
        assert done.returncode == 0, (line, done.stdout, done.stderr)


def test_the_page_prints_what_the_commands_print(folder):
    text = (SOURCE / "docs" / "budgets.md").read_text()
    shown = re.search(r"^```text\n(.*?)^```", text, re.S | re.M).group(1)
    code, out, _ = command(folder, "budget", "list", "office.db", "--at",
                           "2026-10-05T12:00:00")
    code, more, _ = command(folder, "call", "authorize", "office.db",
                            "+79161234567", "--department", "Kazan", "--at",
                            "2026-10-05T12:00:00")
    assert shown == out + more
