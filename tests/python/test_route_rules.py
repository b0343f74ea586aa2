"""What a deployment tells its router, from the file to the command: rules,
permissions that would say nothing, bundles that are used up."""

from __future__ import annotations

import json
import re
import subprocess
from decimal import Decimal

import pytest

import trunkwise
import trunkwise.routing
from conftest import BUILD, SOURCE
from test_routes import (HEAD, NOON, RULES, ask, at, command, document,
                         factory, in_force)
from trunkwise import Store


def trunkwise_in(folder, *words):
    done = subprocess.run([BUILD / "bin" / "trunkwise", *words], cwd=folder,
                          capture_output=True, text=True)
    assert "Traceback" not in done.stderr, done.stderr
    return done


LOST = RULES[0].replace('to = ["7843"]', 'to = ["Казнь"]')
RANGES = ("code,from,to,operator,region,city\n"
          "7843,2000000,2009999,Волга,Республика Татарстан,Казань\n")


def test_a_misspelled_place_is_told(tmp_path):
    """Before a numbering is there it can only be a warning; after that it is
    refused."""
    factory(tmp_path, LOST)
    (tmp_path / "ranges.csv").write_text(RANGES)
    done = trunkwise_in(tmp_path, "apply", "deployment.toml", "nine.db",
                        "--at", "2026-01-01")
    assert done.returncode == 0
    assert ("warning: permission[0].to: no numbering is in force, so nobody "
            "can tell whether 'Казнь' is a place") in done.stderr
    done = trunkwise_in(tmp_path, "numbering", "import", "nine.db",
                        "ranges.csv")
    assert done.returncode == 0
    assert ("warning: permission inside Kazan: to: no range of the numbering "
            "names 'Казнь'; did you mean 'Казань'?") in done.stderr
    done = trunkwise_in(tmp_path, "numbering", "import", "nine.db",
                        "ranges.csv", "--json")
    assert json.loads(done.stdout)["lost_places"] == [{
        "permission": "inside Kazan", "field": "to", "place": "Казнь",
        "reason": "no range of the numbering names 'Казнь'; did you mean "
                  "'Казань'?"}]
    code, out, _ = command(tmp_path, "nine.db", "78432001122", "--at", NOON)
    assert "about other calls: no range of the numbering names 'Казнь'" in out
    code, out, _ = command(tmp_path, "nine.db", "78432001122", "--at", NOON,
                           "--lang", "ru")
    assert "в нумерации нет места 'Казнь'; может быть, 'Казань'?" in out
    (tmp_path / "deployment.toml").write_text(HEAD + LOST + LOST.replace(
        '"inside Kazan"', '"too"').replace("city-offer", "second"))
    done = trunkwise_in(tmp_path, "apply", "deployment.toml", "nine.db")
    assert done.returncode == 2
    for row in (0, 1):
        assert (f"permission[{row}].to: no range of the numbering names "
                "'Казнь'; did you mean 'Казань'?") in done.stderr
    with Store(tmp_path / "nine.db") as store:
        with pytest.raises(ValueError, match="Казань"):
            store.apply(trunkwise.Deployment.load(
                tmp_path / "deployment.toml"))
    factory(tmp_path, LOST.replace("Казнь", "Казань"))
    done = trunkwise_in(tmp_path, "apply", "deployment.toml", "nine.db")
    assert done.returncode == 0 and not done.stderr


def test_what_the_router_goes_by(tmp_path):
    """The block of the page, applied, shown and in the router."""
    page = (SOURCE / "docs" / "outbound.md").read_text()
    block = re.search(r"^```toml\n(.*?)^```", page, re.S | re.M)[1]
    company, rules = block.split("[routing]", 1)
    factory(tmp_path, "[routing]" + rules)
    in_force(tmp_path)
    answer = ask(tmp_path)
    assert answer.going == (
        "least_cost", {1: "percent"},
        {"down_after": 3, "measure": "reached"}, ["7843", "7347"],
        [(603, 0, "carrier"), (0, 31, "carrier")])
    code, out, err = command(tmp_path, "nine.db", "78432001122", "--at", NOON)
    assert out.splitlines()[-1] == (
        "By [routing]: tier 1 percent, down_after 3, measure reached, "
        "prefixes 7843 7347, sip 603 carrier, q850 31 carrier")
    code, found = document(tmp_path, "78432001122")
    assert found["routing"]["codes"][0] == {"sip": 603, "q850": None,
                                            "class": "carrier"}
    with Store(tmp_path / "nine.db", readonly=True) as store:
        router = trunkwise.routing.Router.from_store(store, at=at())
    assert router.rules["down_after"] == 3
    assert router.rules["learn_calls"] == 200
    with router.begin("a", now=at()) as call:
        assert call.report(603, now=at()).outcome == "carrier"
    (tmp_path / "deployment.toml").write_text(
        HEAD + "[routing]" + rules.replace("= 3 ", "= 4 "))
    done = trunkwise_in(tmp_path, "apply", "deployment.toml", "nine.db",
                        "--json")
    assert [(c["kind"], c["field"], c["before"], c["after"])
            for c in json.loads(done.stdout)["changes"]] == [
        ("routing", "down_after", "3", "4")]
    factory(tmp_path, "[routing]\ndown_s = 60\ndown_max_s = 59\n")
    done = trunkwise_in(tmp_path, "apply", "deployment.toml", "nine.db")
    assert done.returncode == 2
    assert "routing.down_max_s: down_max_s 59 is not in 60 to" in done.stderr


def test_an_empty_list_permits_nothing_in_silence(tmp_path):
    """It was any contract once: the mend is told, and nothing is applied."""
    factory(tmp_path, '[[permission]]\nname = "p"\ncontracts = []\n')
    done = subprocess.run(
        [BUILD / "bin" / "trunkwise", "apply", "deployment.toml", "nine.db"],
        cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert ("contracts is an empty list, which might be read as all or as "
            "none; leave the key out, or write never = true where no "
            "contract permits it") in done.stderr


def test_never_denies_over_all_ways(tmp_path):
    """What the page writes of satellites, of Kazan: no carrier and no line."""
    rule = next(rule for rule in RULES if "never = true" in rule)
    folder = in_force(factory(tmp_path, rule.replace('"870"', '"7843"')))
    answer = ask(folder)
    assert answer.verdict == "refused" and answer.ways == []
    assert {c.rules[0].lack for c in answer.candidates} == {"never"}
    assert ask(folder, "74951234567").verdict == "ok"
    assert ask(folder, "112").verdict == "ok"
    code, out, err = command(folder, "nine.db", "78432001122", "--lang",
                             "ru")
    assert code == 1 and not err
    assert "такие звонки не разрешает ни один договор" in out


def test_a_bundle_is_told_and_used_up(tmp_path):
    """The dear carrier with minutes left goes first; when they are used up it
    does not."""
    factory(tmp_path, """
[[tariff]]
name = "north"
carrier = "north"
currency = "RUB"
zone = "Europe/Moscow"

[[bundle]]
name = "office"
tariff = "north"
minutes = 3
""")
    in_force(tmp_path)
    answer = ask(tmp_path, "79161234567", "Moscow")
    assert [(c.trunk, c.expected.amount, c.bundle_s)
            for c in answer.candidates] == [
        ("a", Decimal("0.4"), 60), ("b", Decimal("1.9"), 0)]
    code, out, _ = command(tmp_path, "nine.db", "79161234567", "--from",
                           "Moscow", "--at", NOON)
    assert "1. a  north  0.40 RUB (60 s from bundles)  shows" in out
    code, out, _ = command(tmp_path, "nine.db", "79161234567", "--from",
                           "Moscow", "--at", NOON, "--lang", "ru")
    assert "(60 с из пакетов)" in out
    calls = ("call_id,start,answer,end,caller,callee,trunk,duration,status,"
             "direction\n1,2026-10-02T10:00:00+03:00,"
             "2026-10-02T10:00:00+03:00,2026-10-02T10:02:30+03:00,"
             "74955550101,79161234567,a,150,answered,outbound\n")
    with Store(tmp_path / "nine.db") as store:
        router = trunkwise.routing.Router.from_store(store, at=at())
        store.import_calls(calls.encode(), preset="native",
                           file_name="calls.csv")
        assert router.decide("79161234567",
                             at=at()).candidates[0].trunk == "a"
        router.count_used(store, at=at())
        assert router.decide("79161234567",
                             at=at()).candidates[0].trunk == "b"
    assert [c.trunk for c in ask(tmp_path, "79161234567",
                                 "Moscow").candidates] == ["b", "a"]
