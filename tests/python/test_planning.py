"""Closed forms: equal to exact rational recursion, and the command as people
and scripts use it."""

from __future__ import annotations

import doctest
import json
import math
import random
import re
import shlex
from fractions import Fraction

import pytest

import trunkwise
from conftest import SOURCE
from trunkwise import planning
from trunkwise.cli import main
from trunkwise.planning import ServiceCounts

EPSILON = 2.0 ** -53


def exact_b(load: Fraction, lines: int) -> Fraction:
    b = Fraction(1)
    for n in range(1, lines + 1):
        b = load * b / (n + load * b)
    return b


def exact_states(rates: list[Fraction], down: list[Fraction]):
    """States of a birth-death process, one more than its rates."""
    states = [Fraction(1)]
    for up, back in zip(rates, down):
        states.append(states[-1] * up / back)
    total = sum(states)
    return [s / total for s in states]


def off(found: float, exact: Fraction) -> float:
    """Relative error, computed exactly."""
    return float(abs(Fraction(found) - exact) / exact) if exact else found


def loads(count: int, most: float):
    chance = random.Random(6)
    for _ in range(count):
        load = most ** chance.random() * chance.random()
        yield load, Fraction(load), chance


def test_erlang_b_is_the_rational_recursion():
    for load, exact, chance in loads(60, 120):
        lines = chance.randrange(1, 160)
        b = exact_b(exact, lines)
        if b < Fraction(10) ** -290:
            continue
        found = planning.erlang_b(load=load, lines=lines)
        assert off(found, b) < 4 * lines * EPSILON and off(found, b) < 1e-14


def test_a_thousand_lines():
    exact = exact_b(Fraction(957), 1000)
    assert off(planning.erlang_b(load=957, lines=1000), exact) < 1e-14


def test_erlang_c_is_rational_up_to_its_exponential():
    for load, exact, chance in loads(60, 120):
        servers = math.floor(load) + chance.randrange(1, 20)
        b = exact_b(exact, servers)
        c = servers * b / (servers - exact * (1 - b))
        w = planning.erlang_c(load=load, servers=servers, hold_s=200,
                              within_s=30)
        if c < Fraction(10) ** -290:
            continue
        assert off(w.wait_probability, c) < 4 * (servers + 4) * EPSILON
        asa = c * 200 / (servers - exact)
        assert off(w.asa_s, asa) < 4 * (servers + 6) * EPSILON
        level = 1 - float(c) * math.exp(-float((servers - exact) * 30 / 200))
        assert abs(w.service_level - level) < 1e-12


def test_erlang_a_is_the_rational_sum():
    for load, servers, patience in ((2, 2, 120), (10, 10, 120), (3, 9, 45),
                                    (12, 7, 200)):
        states = exact_states(
            [Fraction(load)] * 400,
            [Fraction(min(n, servers)) + max(0, n - servers) *
             Fraction(180, patience) for n in range(1, 401)])
        assert states[-1] < Fraction(1, 10 ** 40)
        line = sum((n - servers) * s for n, s in enumerate(states)
                   if n > servers)
        w = planning.erlang_a(load=load, servers=servers, hold_s=180,
                              patience_s=patience)
        assert off(w.in_line, line) < 1e-13
        assert off(w.wait_probability, sum(states[servers:])) < 1e-13
        assert off(w.abandonment, line * 180 / patience / load) < 1e-13
        assert off(w.asa_s, line * 180 / load) < 1e-13


def test_engset_is_the_share_without_the_caller_himself():
    for load, exact, chance in loads(40, 5):
        sources = chance.randrange(2, 40)
        lines = chance.randrange(1, sources)
        states = exact_states([(sources - 1 - n) * exact
                               for n in range(lines)],
                              [Fraction(n + 1) for n in range(lines)])
        found = planning.engset(sources=sources, load=load, lines=lines)
        assert off(found, states[-1]) < 4 * lines * EPSILON


def test_reservation_is_the_sum_of_states():
    for load, exact, chance in loads(40, 40):
        other = chance.random() * 20
        lines = chance.randrange(1, 60)
        reserve = chance.randrange(0, lines + 1)
        states = exact_states(
            [exact + (Fraction(other) if lines - n > reserve else 0)
             for n in range(lines)],
            [Fraction(n + 1) for n in range(lines)])
        r = planning.reservation(own_load=load, overflow_load=other,
                                 lines=lines, reserve=reserve)
        assert off(r.own, states[-1]) < 4 * lines * EPSILON
        assert off(r.overflow, sum(states[lines - reserve:])) < 1e-13


def test_overflow_is_kosten():
    for load, exact, chance in loads(40, 60):
        lines = chance.randrange(0, 80)
        m = exact * exact_b(exact, lines)
        v = m * (1 - m + exact / (lines + 1 + m - exact)) if lines else m
        if m < Fraction(10) ** -250:
            continue
        found = planning.overflow(load=load, lines=lines)
        assert off(found.mean, m) < 1e-13 and off(found.variance, v) < 1e-11


def test_nine_cities_pooled():
    alone = planning.erlang_b(load=1.2, lines=3)
    pooled = planning.erlang_b(load=9 * 1.2, lines=27)
    assert round(100 * alone, 2) == 8.98
    assert round(100 * pooled, 4) == 0.0015


def test_trap_40_formulas_by_name():
    day = ServiceCounts(answered=900, answered_in_time=780, abandoned=100,
                        abandoned_in_time=60, abandoned_short=25)
    levels = planning.service_levels(day)
    assert tuple(levels) == planning.FORMULAS
    assert [round(x, 4) for x in levels.values()] == \
        [0.8667, 0.78, 0.84, 0.8298, 0.8]
    with pytest.raises(trunkwise.InvalidArgument, match="of_answered"):
        planning.service_level(day, "sl")
    with pytest.raises(ValueError, match="more than answered"):
        planning.service_level(day._replace(answered_in_time=901),
                               "of_offered")
    with pytest.raises(OverflowError):
        planning.service_level(day._replace(lost=2 ** 64), "of_offered")
    nobody = ServiceCounts(answered=0, answered_in_time=0)
    assert set(planning.service_levels(nobody).values()) == {None}
    with pytest.raises(LookupError):
        planning.service_level(nobody, "of_offered")


@pytest.mark.parametrize("wrong, field", [
    ({"load": -1.0}, "load"), ({"load": math.nan}, "load"),
    ({"load": math.inf}, "load"), ({"lines": -1}, "lines"),
    ({"lines": 2 ** 40}, "lines"), ({"lines": 1000001}, "lines"),
    ({"lines": 2.5}, "lines"),
])
def test_refuses(wrong, field):
    with pytest.raises(trunkwise.Error) as refused:
        planning.erlang_b(**{"load": 2.0, "lines": 3, **wrong})
    assert refused.value.field == field


def test_goals_of_nothing():
    for goal in ({}, {"service_level": 0}, {"abandonment": 0},
                 {"service_level": 0.8, "abandonment": 1}):
        with pytest.raises(trunkwise.InvalidArgument):
            planning.erlang_a_servers(load=3, patience_s=60, **goal)
    both = planning.erlang_a_servers(load=3, patience_s=60,
                                     service_level=0.5, abandonment=0.001)
    assert both == planning.erlang_a_servers(load=3, patience_s=60,
                                             abandonment=0.001)


def test_interval_of_means():
    mean, reach = planning.mean_interval(range(30), confidence=0.999)
    assert mean == 14.5 and round(reach, 4) == round(
        3.659405 * math.sqrt(30 * 31 / 12 / 30), 4)
    with pytest.raises(trunkwise.InvalidArgument):
        planning.mean_interval([1.0])


def test_examples_in_the_module():
    failed, run = doctest.testmod(planning)
    assert not failed and run >= 6


# ---- the command ----

class Done:
    def __init__(self, status, said):
        self.status, self.out, self.err = status, said.out, said.err
        self.json = json.loads(said.out) if said.out.startswith("{") else None


@pytest.fixture
def command(capsys):
    """In this process: dozens of runs, and none of them touches a file."""
    def run(*words, check):
        try:
            status = main([str(word) for word in words])
        except SystemExit as stopped:
            status = stopped.code
        done = Done(status, capsys.readouterr())
        assert done.status == check, done.out + done.err
        return done
    return run



B = ("plan", "erlang", "--model", "b", "--load", "8")
C = ("plan", "erlang", "--model", "c", "--load", "10", "--hold", "240")
A = ("plan", "erlang", "--model", "a", "--load", "10", "--patience", "120")


def test_the_contract_of_keys(command):
    def keys(*words):
        return command(*words, "--json", check=0).json

    assert keys(*B, "--servers", 10) == {
        "blocking": planning.erlang_b(load=8, lines=10)}
    assert keys(*B, "--loss", 0.01) == {"servers": 15}
    c = keys(*C, "--servers", 14, "--within", 20)
    assert list(c) == ["wait_probability", "asa_s", "service_level"]
    assert round(c["asa_s"], 4) == 10.4479
    assert round(c["service_level"], 6) == 0.875229
    assert keys(*C, "--service-level", 0.8) == {"servers": 14}
    a = keys(*A, "--servers", 10)
    assert list(a)[:3] == list(c)
    assert round(a["abandonment"], 8) == 0.13746383
    assert round(a["in_line"], 8) == 0.91642551
    assert keys(*A, "--loss", 0.02) == {"servers": 15}
    assert keys(*A, "--service-level", 0.8) == {"servers": 12}


def test_words(command):
    assert command(*B, "--servers", 10, check=0).out == \
        "8 erlang on 10 lines: 12.166 % of calls find all of them busy\n"
    ru = command(*B, "--servers", 10, "--lang", "ru", check=0).out
    assert ru == "8 эрланг, линий 10: все заняты для 12,166 % звонков\n"
    said = command(*C, "--servers", 14, check=0).out
    assert "calls of 240 s" in said and "87.523 % of calls are answered " \
        "within 20 s" in said and "give up" not in said
    for words in (A + ("--servers", 10), A + ("--loss", 0.02),
                  A + ("--service-level", 0.8), C + ("--service-level", 0.8),
                  B + ("--loss", 0.01)):
        en = command(*words, check=0).out
        ru = command(*words, "--lang", "ru", check=0).out
        assert en != ru and "{" not in en + ru
        # the same figures in the same words
        assert sorted(c for c in en if c.isdigit()) == \
            sorted(c for c in ru if c.isdigit())


@pytest.mark.parametrize("words, flag", [
    (("--model", "b", "--load", "-1", "--servers", "3"), "--load"),
    (("--model", "b", "--load", "nan", "--servers", "3"), "--load"),
    (("--model", "b", "--load", "inf", "--servers", "3"), "--load"),
    (("--model", "b", "--load", "1e300", "--servers", "3"), "--load"),
    (("--model", "b", "--load", "1", "--servers", "-3"), "--servers"),
    (("--model", "b", "--load", "1", "--servers", "9" * 30), "--servers"),
    (("--model", "b", "--load", "1", "--servers", "1000001"), "--servers"),
    (("--model", "b", "--load", "1", "--loss", "0"), "--loss"),
    (("--model", "b", "--load", "1", "--loss", "1"), "--loss"),
    (("--model", "b", "--load", "1", "--loss", "nan"), "--loss"),
    (("--model", "b", "--load", "1", "--service-level", "0.8"),
     "--service-level"),
    (("--model", "b", "--load", "1", "--servers", "3", "--hold", "9"),
     "--hold"),
    (("--model", "c", "--load", "8", "--servers", "8"), "--servers"),
    (("--model", "c", "--load", "8", "--servers", "0"), "--servers"),
    (("--model", "c", "--load", "8", "--loss", "0.1"), "--loss"),
    (("--model", "c", "--load", "8", "--servers", "9", "--patience", "9"),
     "--patience"),
    (("--model", "c", "--load", "8", "--servers", "9", "--hold", "0"),
     "--hold"),
    (("--model", "c", "--load", "8", "--servers", "9", "--within", "-1"),
     "--within"),
    (("--model", "c", "--load", "8", "--service-level", "1.5"),
     "--service-level"),
    (("--model", "a", "--load", "8", "--servers", "9"), "--patience"),
    (("--model", "a", "--load", "8", "--servers", "9", "--patience", "-1"),
     "--patience"),
    (("--model", "a", "--load", "8", "--loss", "0", "--patience", "9"),
     "--loss"),
    (("--model", "a", "--load", "8", "--loss", "2", "--patience", "9"),
     "--loss"),
    (("--model", "a", "--load", "1e6", "--servers", "1", "--patience",
      "1e9"), "--patience"),
])
def test_bad_figures_are_named(command, words, flag):
    done = command("plan", "erlang", *words, "--json", check=2)
    error = json.loads(done.out)["error"]
    assert error["field"] == flag and error["message"] in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("words", [
    ("--model", "d", "--load", "1", "--servers", "3"),
    ("--model", "b", "--load", "1"),
    ("--model", "b", "--load", "1", "--servers", "3", "--loss", "0.1"),
    ("--model", "b", "--load", "many", "--servers", "3"),
    ("--model", "b", "--load", "1", "--servers", "2.5"),
    ("--model", "b", "--servers", "3"),
])
def test_bad_usage(command, words):
    done = command("plan", "erlang", *words, check=2)
    assert "usage:" in done.err and not done.out


PAGE = (SOURCE / "docs" / "planning.md").read_text()


def shown(language):
    return re.findall(rf"^```{language}\n([^`]*?)^```\n\n```text\n(.*?)^```",
                      PAGE, re.S | re.M)


def test_commands_of_the_page_print_what_it_shows(command):
    for lines, text in shown("sh"):
        assert "".join(command(*shlex.split(line)[1:], check=0).out
                       for line in lines.splitlines()) == text
    # the other block is test_simulate.py's
    assert PAGE.count("```sh") == len(shown("sh")) + 1


def test_python_of_the_page_prints_what_it_shows(capsys):
    for code, text in shown("python"):
        exec(compile(code, "docs/planning.md", "exec"), {})
        assert capsys.readouterr().out == text
    assert PAGE.count("```python") == len(shown("python")) > 0


@pytest.mark.parametrize("lang, said", [
    ("en", "7.6989e-275 % of calls are answered within 0 s"),
    ("ru", "За 0 с отвечено 7,6989e-275 % звонков")])
def test_next_to_nothing_is_no_line_of_zeros(command, lang, said):
    done = command("plan", "erlang", "--model", "a", "--load", "1000",
                   "--servers", "10", "--patience", "120", "--within=-0",
                   "--lang", lang, check=0)
    assert said in done.out
