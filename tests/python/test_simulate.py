"""The engine played from Python and by `plan simulate`: what people ask
before they draw up a shift."""

from __future__ import annotations

import datetime as dt
import doctest
import json
import math
import shlex
import shutil

import pytest

import trunkwise
from conftest import SOURCE
from trunkwise import plan_simulate, planning, simulation
from trunkwise.cli import main
from trunkwise.distribution import Engine
from trunkwise.plan_simulate import monday, open_spans
from trunkwise.simulation import Simulation

UTC = dt.timezone.utc
START = dt.datetime(2026, 11, 30, tzinfo=UTC)
DAY = dt.timedelta(days=1)

OFFICE = """
[company]
name = "Example"
zone = "Europe/Moscow"
currency = "RUB"

[[department]]
name = "Kazan"

[[carrier]]
name = "north"
""" + "".join(f"""
[[phone]]
name = "kazan-{n}"
extension = "10{n}"
uri = "sip:10{n}@127.0.0.1"
""" for n in (1, 2, 3)) + """
[[pool]]
name = "kazan"
policy = "longest_idle"
""" + "".join(f"""
[[pool.member]]
phone = "kazan-{n}"
""" for n in (1, 2, 3)) + """
[[plan]]
name = "city"

[[plan.step]]
ring = "kazan"

[[plan]]
name = "nobody calls"

[[plan.step]]
reject = 480

[[number]]
number = "+78432000001"
carrier = "north"
department = "Kazan"
plan = "city"
"""


@pytest.fixture
def office(tmp_path):
    (tmp_path / "deployment.toml").write_text(OFFICE)
    return tmp_path / "deployment.toml"


@pytest.fixture
def simulate(office, capsys):
    def run(*words, check=0):
        status = main(["plan", "simulate", str(office),
                       *(str(w) for w in words)])
        said = capsys.readouterr()
        assert status == check, said.out + said.err
        assert "Traceback" not in said.err
        return json.loads(said.out) if "--json" in words else said.out
    return run


def three_phones():
    engine = Engine()
    pool = engine.add_pool("city", policy="round_robin")
    for order in range(1, 4):
        pool.add(engine.add_target(f"phone {order}"), order=order)
    engine.add_plan("plan").ring(pool)
    return engine


def test_examples_in_the_module():
    failed, run = doctest.testmod(simulation)
    assert not failed and run >= 3


def test_a_run_repeats_by_its_seed():
    found = []
    for seed in (5, 5, 6):
        with three_phones() as engine:
            play = Simulation(start=START, end=START + DAY, within_s=0)
            plan = engine.plan("plan")
            play.add(plan, start=START, end=START + DAY, per_hour=24)
            play.run(engine, seed=seed)
            found.append((play.calls(), play.use(engine.target("phone 1"))))
            assert play.calls(plan) == play.calls()
            counts = play.calls().counts
            assert counts.answered_in_time == counts.answered > 0
    assert found[0] == found[1] != found[2]


def test_given_times_are_drawn():
    with three_phones() as engine:
        play = Simulation(start=START, end=START + DAY, talks_s=[30, 90])
        play.add(engine.plan("plan"), start=START, end=START + DAY,
                 per_hour=60)
        play.run(engine, seed=1)
        calls = play.calls()
    assert calls.talk_s % 30 == 0
    assert abs(calls.talk_s / calls.answered - 60) < 3


@pytest.mark.parametrize("wrong, field", [
    ({"talk_s": 0}, "talk_s"), ({"talk_s": math.nan}, "talk_s"),
    ({"patience_s": -1}, "patience_s"), ({"answer_share": 2}, "answer_share"),
    ({"talks_s": [-1]}, "talks_s"), ({"end": START}, "to"),
])
def test_refuses(wrong, field):
    with pytest.raises(trunkwise.Error) as refused:
        Simulation(**{"start": START, "end": START + DAY, **wrong})
    assert refused.value.field == field


def test_refuses_a_used_engine_and_wrong_numbers():
    with three_phones() as engine:
        play = Simulation(start=START, end=START + DAY)
        plan = engine.plan("plan")
        for wrong in ({"per_hour": -1}, {"per_hour": math.inf},
                      {"per_hour": 1, "sources": -1}):
            with pytest.raises(trunkwise.Error):
                play.add(plan, start=START, end=START + DAY, **wrong)
        with pytest.raises(ValueError):
            play.run(engine, seed=-1)
        engine.enter(plan, now=START)
        with pytest.raises(ValueError, match="fresh"):
            play.run(engine, seed=1)


# ---- when calls come ----

def test_hours_are_the_wall_clock():
    def total(hours, zone, day):
        start = monday(dt.datetime.fromisoformat(day), zone)
        spans = open_spans(hours, zone, start, start + 7 * DAY)
        return sum((b - a).total_seconds() for a, b in spans) / 3600

    week = "2026-11-30T12:00+00:00"
    assert total(["mon-fri 09:00-18:00"], "Europe/Moscow", week) == 45
    # those that overlap count once; the night belongs to the day it began
    assert total(["mon-fri 09:00-18:00", "fri 12:00-20:00"],
                 "Europe/Moscow", week) == 47
    assert total(["sat 22:00-06:00"], "Europe/Moscow", week) == 8
    # the clock goes back on Sunday, 25 October 2026: 02:00 comes twice
    assert total(["sun 00:00-06:00"], "Europe/Berlin",
                 "2026-10-20T12:00+00:00") == 7
    with pytest.raises(ValueError, match="mon-fri 09:00-18:00"):
        total(["whenever"], "UTC", week)
    with pytest.raises(ValueError):
        total(["mon-fri 9-25:00"], "UTC", week)


def test_a_week_begins_on_monday_midnight():
    at = dt.datetime(2026, 12, 6, 22, 30, tzinfo=UTC)   # Monday in Moscow
    assert monday(at, "Europe/Moscow").isoformat() == \
        "2026-12-06T21:00:00+00:00"
    assert monday(at, "UTC").isoformat() == "2026-11-30T00:00:00+00:00"


# ---- the command ----

LOSS = ("--calls", "city=24", "--answer", 0, "--patience", 0,
        "--at", "2026-12-02", "--confidence", 0.999, "--json")


def inside(found, form):
    assert abs(found["mean"] - form) <= found["reach"] < 0.3 * form


def test_agrees_with_erlang_b(simulate):
    said = simulate(*LOSS)
    inside(said["total"]["lost"], planning.erlang_b(load=1.2, lines=3))
    inside(said["total"]["offered"], 24 * 168)
    assert said["total"] == {k: v for k, v in said["plans"][0].items()
                             if k != "plan"}
    pool, = said["pools"]
    assert pool["pool"] == "kazan" and pool["staff"] == 3
    inside(pool["occupancy"], 1.2 * (1 - planning.erlang_b(
        load=1.2, lines=3)) / 3)


def test_a_line_agrees_with_erlang_a(simulate, office):
    office.write_text(OFFICE.replace('ring = "kazan"', 'queue = "kazan"'))
    said = simulate("--calls", "city=24", "--answer", 0, "--patience", 120,
                    "--at", "2026-12-02", "--confidence", 0.999, "--json",
                    "--staff", "kazan=2", "--weeks", 2)
    form = planning.erlang_a(load=1.2, servers=2, patience_s=120)
    total = said["total"]
    inside(total["waited"], form.wait_probability)
    inside(total["wait_s"], form.asa_s)
    inside(total["abandoned"], form.abandonment)
    inside(total["service_level"]["of_offered"], form.service_level)
    assert total["lost"]["mean"] == total["unfinished"]["mean"] == 0


def test_fewer_and_more_people(simulate):
    two = simulate(*LOSS, "--staff", "kazan=2")
    inside(two["total"]["lost"], planning.erlang_b(load=1.2, lines=2))
    assert two["pools"][0]["staff"] == 2
    five = simulate(*LOSS, "--staff", "kazan=5", "--seeds", 30)
    assert five["pools"][0]["staff"] == 5
    b = planning.erlang_b(load=1.2, lines=5)
    assert abs(five["total"]["lost"]["mean"] - b) <= \
        five["total"]["lost"]["reach"]
    assert simulate("--calls", 0, "--json")["total"]["offered"]["mean"] == 0
    none = simulate(*LOSS, "--staff", "kazan=0")
    assert none["total"]["lost"]["mean"] == 1
    assert none["pools"][0]["occupancy"] == {"mean": 0, "reach": 0}
    assert none["total"]["service_level"]["of_answered"] is None
    assert none["total"]["service_level"]["of_offered"]["mean"] == 0


def test_the_contract_of_keys(simulate):
    said = simulate("--calls", 6, "--hours", "mon-fri 09:00-18:00", "--json",
                    "--at", "2026-12-02", "--weeks", 2)
    assert said["from"] == "2026-11-30T00:00:00+03:00"
    assert said["to"] == "2026-12-14T00:00:00+03:00"
    assert said["open_hours"] == 90 and said["seeds"] == 10
    assert {p["plan"] for p in said["plans"]} == {"city", "nobody calls"}
    for outcome in (said["total"], *said["plans"]):
        assert tuple(outcome["service_level"]) == planning.FORMULAS
        assert {"offered", "answered", "abandoned", "lost", "waited",
                "wait_s", "longest_s"} < set(outcome)
    nobody = next(p for p in said["plans"] if p["plan"] == "nobody calls")
    assert nobody["lost"] == {"mean": 1, "reach": 0}


def test_occupancy_is_of_the_open_hours(simulate):
    def busy(*words):
        return simulate("--calls", "city=24", "--at", "2026-12-02", "--json",
                        *words)["pools"][0]["occupancy"]["mean"]

    always = busy()
    office = busy("--hours", "mon-fri 09:00-18:00", "--weeks", 4)
    assert abs(always / office - 1) < 0.1


def test_wrap_up_is_work_too(simulate, office):
    office.write_text(OFFICE.replace('uri = "sip:101@127.0.0.1"',
                                     'uri = "sip:101@127.0.0.1"\nwrap_up_s = 90'))
    pool, = simulate("--calls", "city=24", "--at", "2026-12-02",
                     "--json")["pools"]
    talk, work = (pool[key]["mean"] for key in (
        "occupancy", "occupancy_with_wrap_up"))
    # one of three has it, half a talk long
    assert talk < work < talk * (1 + 0.5 / 2)
    text = simulate("--calls", "city=24", "--at", "2026-12-02")
    assert "With wrap-up, %" in text and "Talk, %" in text


def test_who_got_nobody_calls_again(simulate):
    words = ("--calls", "city=0", "--calls", "nobody calls=60", "--json",
             "--at", "2026-12-02")
    once, again = simulate(*words), simulate(*words, "--redial", 0.5,
                                             "--redial-after", 60)
    assert once["total"]["redials"] == {"mean": 0, "reach": 0}
    assert abs(again["total"]["redials"]["mean"] - 0.5) < 0.02
    assert again["total"]["offered"]["mean"] / \
        once["total"]["offered"]["mean"] == pytest.approx(2, abs=0.1)
    assert "Again, %" in simulate(*words[:-3], "--at", "2026-12-02",
                                  "--redial", 0.5)


def test_priorities_and_skills_of_numbers_are_played(simulate, office):
    office.write_text(OFFICE.replace(
        'extension = "101"', 'extension = "101"\nskills = ["english"]')
        + 'skills = ["english"]\npriority = 3\n')
    pool, = simulate("--calls", "city=24", "--at", "2026-12-02", "--answer",
                     0, "--confidence", 0.999, "--json")["pools"]
    # one of three serves them all
    inside(pool["occupancy"],
           1.2 * (1 - planning.erlang_b(load=1.2, lines=1)) / 3)


def test_progress_is_for_who_looks(office, monkeypatch, capsys):
    import sys
    words = ["plan", "simulate", str(office), "--calls", "6", "--seeds", "3"]
    assert main(words) == 0 and not capsys.readouterr().err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert main(words) == 0
    told = capsys.readouterr().err
    assert "played 1 of 3" in told and told.endswith("\r")
    assert main([*words, "--json"]) == 0 and not capsys.readouterr().err


def test_policies_of_the_host_are_told(simulate, office):
    office.write_text(OFFICE.replace('"longest_idle"', '"own:nearest"'))
    said = simulate("--calls", "city=24", "--at", "2026-12-02", "--json")
    assert said["own_policies"] == ["nearest"]
    assert said["total"]["answered"]["mean"] > 0.5
    for lang, word in ("en", "nearest"), ("ru", "Правила вашего"):
        assert word in simulate("--calls", 6, "--lang", lang)


def test_real_calls_by_hour(simulate, tmp_path, office):
    rows = ["call_id,start,answer,end,caller,callee,trunk,department,"
            "duration,status,cost,currency,direction"]
    for day in range(1, 31):
        for hour, calls in ((10, 6), (15, 2)):
            for n in range(calls):
                at = f"2026-11-{day:02d}T{hour:02d}:{n * 5:02d}:00+03:00"
                end = f"2026-11-{day:02d}T{hour:02d}:{n * 5 + 1:02d}:30+03:00"
                rows.append(f"c{day}-{hour}-{n},{at},{at},{end},7916{n:07d},"
                            "+78432000001,,,90,answered,,,inbound")
        rows.append(f"x{day},2026-11-{day:02d}T12:00:00+03:00,,,79160000000,"
                    "+78432999999,,,0,no_answer,,,inbound")
    with trunkwise.Store(tmp_path / "office.db", create=True) as store:
        store.apply(trunkwise.Deployment.load(office),
                    at=dt.datetime(2026, 1, 1, tzinfo=UTC))
        store.import_calls("\n".join(rows).encode(), preset="native")
    said = simulate("--store", tmp_path / "office.db", "--month", "2026-11",
                    "--at", "2026-12-02", "--json", "--weeks", 4,
                    "--confidence", 0.999)
    assert said["talk_s"] == 90
    inside(said["total"]["offered"], 4 * 7 * 8)
    assert [p["plan"] for p in said["plans"]] == ["city"]
    # nobody calls at night: zeros, and nothing to divide by
    night = simulate("--store", tmp_path / "office.db", "--month", "2026-11",
                     "--hours", "mon-sun 02:00-03:00", "--json")
    assert night["total"]["offered"]["mean"] == 0
    assert night["total"]["lost"] is night["total"]["wait_s"] is None
    error = simulate("--store", tmp_path / "office.db", "--month", "2026-13",
                     "--json", check=2)["error"]
    assert "month" in error["field"] + error["message"]
    text = simulate("--store", tmp_path / "office.db", "--month", "2026-11")
    if said["without_plan"]:
        assert f"{said['without_plan']} calls came to numbers" in text


def test_words(simulate):
    words = ("--calls", 6, "--at", "2026-12-02", "--hours",
             "mon-fri 09:00-18:00")
    en, ru = simulate(*words), simulate(*words, "--lang", "ru")
    for formula in planning.FORMULAS:
        assert formula in en and formula in ru
    assert "Mean wait, s" in en and "Stood in line" in en and "Ожидание, с" in ru
    assert "{" not in en + ru and "kazan" in en and "±" in en


@pytest.mark.parametrize("words, flag", [
    ((), "--calls"),
    (("--calls", "6", "--store", "x.db"), "--calls"),
    (("--calls", "6", "--month", "2026-10"), "--month"),
    (("--calls", "kazan=6"), "--calls"),
    (("--calls", "city=many"), "--calls"),
    (("--calls", "city=nan"), "--calls"),
    (("--calls", "city=-1"), "--calls"),
    (("--calls", "city=1e12"), "--calls"),
    (("--calls", "6", "--staff", "ufa=3"), "--staff"),
    (("--calls", "6", "--staff", "kazan=-1"), "--staff"),
    (("--calls", "6", "--staff", "kazan"), "--staff"),
    (("--calls", "6", "--staff", "kazan=99999"), "--staff"),
    (("--calls", "6", "--hours", "always"), "--hours"),
    (("--calls", "6", "--hours", "mon 09:00-09:00"), "--hours"),
    (("--calls", "6", "--hours", "someday 09:00-18:00"), "--hours"),
    (("--calls", "6", "--talk", "0"), "--talk"),
    (("--calls", "6", "--talk", "nan"), "--talk"),
    (("--calls", "6", "--patience", "-1"), "--patience"),
    (("--calls", "6", "--answered", "0"), "--answered"),
    (("--calls", "6", "--weeks", "0"), "--weeks"),
    (("--calls", "6", "--seeds", "1"), "--seeds"),
    (("--calls", "6", "--seed", "-1"), "--seed"),
    (("--calls", "6", "--confidence", "1"), "--confidence"),
    (("--calls", "6", "--at", "soon"), "--at"),
    (("--calls", "6", "--redial", "1"), "--redial"),
    (("--calls", "6", "--redial", "-0.1"), "--redial"),
    (("--calls", "6", "--redial", "nan"), "--redial"),
    (("--calls", "6", "--redial", "0.5", "--redial-after", "0"),
     "--redial-after"),
    (("--calls", "1000", "--weeks", "10", "--seeds", "1000"), "--seeds"),
    (("--calls", "1000", "--redial", "0.9", "--seeds", "200"), "--seeds"),
    (("--store", "none.db"), "--month"),
])
def test_bad_figures_are_named(simulate, words, flag):
    error = simulate(*words, "--json", check=2)["error"]
    assert error["field"] == flag and error["message"]


def test_a_deployment_that_is_wrong(simulate, office, capsys):
    office.write_text(OFFICE.replace('ring = "kazan"', 'ring = "ufa"'))
    assert "ufa" in str(simulate("--calls", 6, "--json", check=2))
    office.unlink()
    error = simulate("--calls", 6, "--json", check=2)["error"]
    assert "deployment.toml" in error["message"]


def test_load_leaves_nothing_behind(office, tmp_path):
    directory = plan_simulate.load(office)
    assert plan_simulate.plans_of(directory) == ["city", "nobody calls"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["deployment.toml"]


def test_commands_of_the_page(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    nine = SOURCE / "examples" / "nine-cities"
    for file in (*nine.glob("*.csv"), nine / "deployment.toml"):
        shutil.copy(file, tmp_path)
    page = (SOURCE / "docs" / "planning.md").read_text()
    lines = [line for line in page.splitlines()
             if line.startswith("trunkwise plan simulate ")]
    assert len(lines) == 2
    for line in lines:
        assert main(shlex.split(line)[1:]) == 0
        said = capsys.readouterr().out
        assert "krasnodar-landline" in said and "without_short" in said


@pytest.mark.parametrize("words, says", [
    (["--calls", "3", "--calls", "4"], "--calls: '4'"),
    (["--store", "x.db", "--month", "2026-13"], "--month: '2026-13'"),
    (["--store", "x.db", "--month", "2026-10", "--last-month", "2026-09"],
     "--last-month: 2026-09 is before"),
    (["--calls", "3", "--at", "1970-01-01"], "1971 to 9998"),
])
def test_the_option_that_is_wrong_is_named(tmp_path, words, says, capsys):
    (tmp_path / "office.toml").write_text(OFFICE)
    assert main(["plan", "simulate", str(tmp_path / "office.toml"),
                 *words]) == 2
    assert says in capsys.readouterr().err


def test_without_a_plan_nothing_is_played(tmp_path, capsys):
    (tmp_path / "base.toml").write_text(OFFICE.split("[[department]]")[0])
    assert main(["plan", "simulate", str(tmp_path / "base.toml"),
                 "--calls", "3"]) == 2
    assert "has no plans" in capsys.readouterr().err


def test_daily_is_every_day():
    assert open_spans(["daily 09:00-18:00"], "UTC", START, START + DAY * 7) \
        == open_spans(["mon-sun 09:00-18:00"], "UTC", START, START + DAY * 7)
