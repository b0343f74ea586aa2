"""``call preview``: what it says is what the engine does."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess

import pytest

import trunkwise
from conftest import BUILD, SOURCE
from trunkwise.preview_words import PREVIEW_WORDS, duration, moment

PAGE = (SOURCE / "docs" / "distribution.md").read_text()
SHOP = re.search(r"^```toml\n(.*?)^```", PAGE, re.S | re.M)[1]
PLAN, SKILLS = re.findall(r"^```toml\n(.*?)^```", PAGE, re.S | re.M)[-2:]
QUEUE = re.sub(r"\[\[plan\]\].*?(?=\[\[number)",
               lambda _: PLAN + "\n", SHOP, flags=re.S)
NUMBER = "+78432000001"
CYRILLIC = re.compile("[а-яё]", re.I)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    (folder / "shop.toml").write_text(SHOP)
    with trunkwise.Store(folder / "shop.db", create=True) as store:
        store.apply(trunkwise.Deployment(SHOP), at=at("2026-01-01T00:00"))
    return folder


def at(text):
    return dt.datetime.fromisoformat(text + ":00+03:00")


def run(folder, line):
    path = f"{BUILD / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(["sh", "-c", line], cwd=folder, text=True,
                          capture_output=True,
                          env={**os.environ, "PATH": path})
    assert "Traceback" not in done.stderr, done.stderr
    return done


def document(folder, *words):
    done = run(folder, " ".join(
        ["trunkwise call preview shop.db", NUMBER, *words, "--json"]))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def seen(preview):
    return [(s.step, s.skipped, [(r.who.name, r.begins_s, r.ends_s, r.outcome)
                                 for r in s.rings])
            for s in preview.steps]


def test_the_page_shows_what_is_printed(tmp_path):
    (tmp_path / "shop.toml").write_text(SHOP)
    (tmp_path / "queue.toml").write_text(QUEUE)
    (tmp_path / "skills.toml").write_text(SKILLS)
    blocks = re.findall(r"^```sh\n(.*?)^```\n\n```text\n(.*?)^```", PAGE,
                        re.S | re.M)
    assert len(blocks) >= 2
    for commands, shown in blocks:
        for line in commands.splitlines():
            done = run(tmp_path, line)
            assert done.returncode == 0, done.stderr
        assert done.stdout == shown


def test_who_rings_how_long_then_what(shop):
    with trunkwise.Store(shop / "shop.db", readonly=True) as store:
        told = store.preview(NUMBER, at=at("2026-10-05T12:30"))
    assert seen(told) == [
        (1, "", [("anna", 0, 15, "no_answer"), ("boris", 15, 30, "no_answer")]),
        (2, "", [("counter", 30, 50, "expired")]), (3, "", [])]
    assert (told.end, told.sip_code, told.ends_s) == ("rejected", 480, 50)
    assert told.until.changes == at("2026-10-05T13:00")


def test_it_is_the_engine_that_speaks(shop):
    """The same call driven by hand through an engine of the same store."""
    when = at("2026-10-05T12:30")
    with trunkwise.Store(shop / "shop.db", readonly=True) as store:
        told = store.preview(NUMBER, at=when)
        engine = trunkwise.Engine.from_directory(store.directory(when))
    engine.enter(engine.plan("kazan"), now=when)
    offers, now = [], when
    while True:
        for d in engine.decisions():
            if d.kind == "offer":
                offers.append((d.step + 1, d.target.name,
                               (now - when).total_seconds()))
        if engine.deadline is None:
            break
        now = engine.deadline
        engine.tick(now=now)
    assert offers == [(s.step, r.who.name, r.begins_s) for s in told.steps
                      for r in s.rings]


@pytest.mark.parametrize("busy, rings, end", [
    ([], ["anna", "boris", "counter"], 50),
    (["anna"], ["boris", "counter"], 35),
    (["Anna"], ["boris", "counter"], 35),
    (["Anna", "Boris", "counter"], ["boris", "counter"], 0),
    (["staff"], ["boris", "counter"], 20),
    (["counter"], ["anna", "boris", "counter"], 30)])
def test_busy_phones_people_landlines_and_pools(shop, busy, rings, end):
    """A mobile and a landline are dialled before they are known to be."""
    with trunkwise.Store(shop / "shop.db", readonly=True) as store:
        told = store.preview(NUMBER, at=at("2026-10-05T12:00"), busy=busy)
    assert [r.who.name for s in told.steps for r in s.rings] == rings
    assert told.ends_s == end


@pytest.mark.parametrize("when, is_open, changes", [
    ("2026-10-05T13:00", False, "2026-10-05T14:00"),
    ("2026-10-05T18:00", False, "2026-10-06T09:00"),
    ("2026-12-30T18:00", False, "2027-01-09T09:00"),
    ("2027-01-09T14:00", True, "2027-01-09T17:00"),
    ("2027-01-09T17:00", False, "2027-01-11T09:00")])
def test_trap_27_holidays_and_a_working_saturday(shop, when, is_open,
                                                 changes):
    with trunkwise.Store(shop / "shop.db", readonly=True) as store:
        hours, = store.preview(NUMBER, at=at(when)).hours
    assert (hours.is_open, hours.changes) == (is_open, at(changes))


def test_trap_29_every_step_that_is_skipped_is_said(shop):
    with trunkwise.Store(shop / "shop.db", readonly=True) as store:
        told = store.preview(NUMBER, at=at("2026-10-04T12:00"))
    assert seen(told) == [(1, "closed", []), (2, "closed", []), (3, "", [])]
    assert (told.end, told.ends_s) == ("rejected", 0)


OVERFLOW = SHOP.replace("[[plan.step]]\nreject = 480\n", """\
[[plan.step]]
plan = "ufa"
""") + """
[[plan]]
name = "ufa"

[[plan.step]]
preferred = "staff"

[[plan.step]]
ring = "far"
reserve = 1

[[plan.step]]
plan = "kazan"

[[plan.step]]
callback = "staff"

[[pool]]
name = "far"

[[pool.member]]
phone = "anna"
"""


def test_overflow_to_another_plan(tmp_path):
    """The last free one of a pool stays its own; no plan is entered twice;
    who hangs up keeps the place."""
    with trunkwise.Store(tmp_path / "s.db", create=True) as store:
        store.apply(trunkwise.Deployment(OVERFLOW), at=at("2026-01-01T00:00"))
        told = store.preview(NUMBER, at=at("2026-10-05T12:30"),
                             host=["callback"])
        other = store.preview(NUMBER, at=at("2026-10-05T12:30"))
    assert [(s.plan, s.step, s.kind, s.skipped) for s in told.steps] == [
        ("kazan", 1, "ring", ""), ("kazan", 2, "ring", ""),
        ("kazan", 3, "plan", ""),
        ("ufa", 1, "preferred", "nobody_preferred"), ("ufa", 2, "ring", ""),
        ("ufa", 3, "plan", "visited"), ("ufa", 4, "callback", "")]
    assert [p.why for p in told.steps[4].passed_over] == ["reserved"]
    assert (told.end, told.ends_s) == ("callback", 50)
    assert (other.end, other.sip_code) == ("unanswered", 480)
    assert other.steps[-1].skipped == "no_callback"
    said = run(tmp_path, f"trunkwise call preview s.db {NUMBER} --host "
               "callback --at 2026-10-05T12:30 --lang ru --explain").stdout
    for words in ("дальше по плану «ufa»:", "ufa 3. пропускается: в том",
                  "остаётся для своих звонков группы\n",
                  "ufa 4. через 50 с, звонящий может положить трубку"):
        assert words in said


def test_trap_23_who_has_to_press_a_key(tmp_path):
    text = SHOP.replace('phone = "boris"\n', 'phone = "boris"\n'
                        'confirm = true\n')
    with trunkwise.Store(tmp_path / "s.db", create=True) as store:
        store.apply(trunkwise.Deployment(text), at=at("2026-01-01T00:00"))
        for host, rang in ((), ["anna"]), (["dtmf"], ["anna", "boris"]):
            first = store.preview(NUMBER, at=at("2026-10-05T12:30"),
                                  host=host).steps[0]
            assert [r.who.name for r in first.rings] == rang
    said = run(tmp_path, f"trunkwise call preview s.db {NUMBER} "
               "--at 2026-10-05T12:30 --lang ru").stdout
    assert "нужно подтверждение клавишей" in said


def test_nobody_at_all_ends_at_once(tmp_path):
    """The call is over before anything can be asked about it."""
    text = SHOP.replace("[[plan.step]]\nreject = 480\n", "")
    with trunkwise.Store(tmp_path / "s.db", create=True) as store:
        store.apply(trunkwise.Deployment(text), at=at("2026-01-01T00:00"))
        told = store.preview(NUMBER, at=at("2026-10-05T12:00"),
                             busy=["anna", "staff", "counter"])
    assert (told.end, told.sip_code, told.ends_s) == ("unanswered", 486, 0)
    assert told.steps[0].passed_over[0].verdict == "busy"


def test_json(shop):
    told = document(shop, "--at 2026-10-05T17:30 --busy Anna")
    assert told["until"] == "2026-10-05T18:00:00+03:00"
    assert told["hours"] == [{
        "schedule": "shop", "zone": "Europe/Moscow", "open": True,
        "changes": "2026-10-05T18:00:00+03:00"}]
    first = told["steps"][0]
    assert first["passed_over"][0]["who"]["name"] == "anna"
    assert first["rings"][0]["who"] == {
        "name": "boris", "kind": "mobile", "person": "Boris",
        "extension": "", "number": "79170000001"}
    assert told["then"]["at"] == told["until"]
    assert [s["skipped"] for s in told["then"]["steps"]] == [
        "closed", "closed", ""]
    assert "then" not in told["then"]


def test_why_each_member_rings_or_does_not(shop):
    """The engine's own reasons, in both languages."""
    line = (f"trunkwise call preview shop.db {NUMBER} --at 2026-10-05T12:00 "
            "--busy Anna --explain")
    english = run(shop, line).stdout
    assert "busy [1 of 1 lines in use]" in english
    assert "boris, +79170000001 [longest idle: not used yet]" in english
    russian = run(shop, line + " --lang ru").stdout
    assert "занято [занято линий: 1 из 1]" in russian
    assert "[дольше всех свободен: ещё не звонили]" in russian
    assert not re.search(r"\[[^]]*[a-z]{3}", russian)
    told = document(shop, "--at 2026-10-05T12:00 --busy Anna")
    assert told["steps"][0]["passed_over"][0]["verdict"] == "busy"
    assert "[" not in run(shop, line.replace("--explain", "")).stdout


@pytest.mark.parametrize("host, end", [((), "rejected"),
                                       (("voicemail",), "voicemail")])
def test_a_line_and_what_comes_after_it(tmp_path, host, end):
    with trunkwise.Store(tmp_path / "q.db", create=True) as store:
        store.apply(trunkwise.Deployment(QUEUE), at=at("2026-01-01T00:00"))
        told = store.preview(NUMBER, at=at("2026-10-05T12:30"), host=host)
    ring, line, message, *_ = told.steps
    assert (line.kind, line.wait_s, line.begins_s, line.ends_s) == (
        "queue", 60, 30, 90)
    assert [(r.who.name, r.begins_s, r.ends_s) for r in line.rings] == [
        ("counter", 30, 50), ("counter", 55, 75), ("counter", 80, 90)]
    assert message.skipped == ("" if host else "no_voicemail")
    assert (told.end, told.ends_s) == (end, 90)


def test_a_line_without_a_limit_is_watched_for_an_hour(tmp_path):
    text = QUEUE.replace("wait_s = 60\n", "")
    with trunkwise.Store(tmp_path / "q.db", create=True) as store:
        store.apply(trunkwise.Deployment(text), at=at("2026-01-01T00:00"))
    line = (f"trunkwise call preview q.db {NUMBER} --at 2026-10-05T11:00 "
            "--lang ru")
    assert "без ограничения" in run(tmp_path, line).stdout
    assert "И через час звонок всё ещё ждёт" in run(tmp_path, line).stdout


def test_nobody_at_work_is_no_line_to_wait_in(tmp_path):
    text = QUEUE.replace('[[pool.member]]\nlandline = "counter"\n', "")
    with trunkwise.Store(tmp_path / "q.db", create=True) as store:
        store.apply(trunkwise.Deployment(text), at=at("2026-01-01T00:00"))
        told = store.preview(NUMBER, at=at("2026-10-05T12:30"))
    assert told.steps[1].skipped == "unstaffed"
    assert "никто из группы не работает" in run(
        tmp_path, f"trunkwise call preview q.db {NUMBER} --lang ru "
        "--at 2026-10-05T12:30").stdout


def test_skills_priority_and_announcements(tmp_path):
    with trunkwise.Store(tmp_path / "s.db", create=True) as store:
        store.apply(trunkwise.Deployment(SKILLS), at=at("2026-01-01T00:00"))
        told = store.preview("+78432000002", at=at("2026-10-05T12:30"))
    assert (told.skills, told.priority) == (["english"], 5)
    first, second, _ = told.steps
    assert {r.who.name for r in first.rings} == {"anna"}
    assert [(p.who.name, p.why, p.reason) for p in first.passed_over] == [
        ("boris", "unfit", "lacks english")]
    assert (first.any_skills, first.announce_s) == (False, 15)
    assert (second.any_skills, second.announce_s) == (True, 0)
    assert {r.who.name for r in second.rings} == {"anna", "boris"}
    line = "trunkwise call preview s.db +78432000002 --at 2026-10-05T12:30 "
    said = run(tmp_path, line + "--lang ru").stdout
    assert "не хватает навыков: english" in said and "здесь нечем" in said
    assert "каждые 15 с" in run(tmp_path,
                                line + "--lang ru --host play").stdout
    row = json.loads(run(tmp_path, line + "--json").stdout)
    assert (row["skills"], row["priority"]) == (["english"], 5)
    assert row["steps"][1]["any_skills"] is True


@pytest.mark.parametrize("was, made, said", [
    ('skills = ["english"]\npriority', 'skills = ["englich"]\npriority',
     "number[0].skills: nobody has the skill 'englich'"),
    ("priority = 5", "priority = -1", "number[0].priority"),
    ("priority = 5", "priority = 1001", "0 to 1000"),
    ("priority = 5", 'skill = "english"', "number[0].skill"),
    ("announce_s = 15", "announce_s = 1", "plan[0].step[0].announce_s"),
    ("any_skills = true", "any_skills = false", "its own overflow"),
    ('skills = ["english"]\n\n[[phone]]', "skills = [" + ", ".join(
        f'"s{i}"' for i in range(65)) + "]\n\n[[phone]]", "would be the 65th"),
])
def test_skills_that_apply_refuses(tmp_path, was, made, said):
    assert was in SKILLS
    (tmp_path / "s.toml").write_text(SKILLS.replace(was, made))
    done = run(tmp_path, "trunkwise apply s.toml s.db")
    assert done.returncode == 2 and said in done.stderr, done.stderr
    assert not done.stdout


def test_another_deployment_by_then(tmp_path):
    """At the next opening other rows are in force, and those are shown."""
    with trunkwise.Store(tmp_path / "shop.db", create=True) as store:
        store.apply(trunkwise.Deployment(SHOP), at=at("2026-01-01T00:00"))
        store.apply(trunkwise.Deployment(SHOP.replace(
            'ring = "counter"\nring_s = 20', 'voicemail = true')),
            at=at("2026-10-05T18:00"))
    told = document(tmp_path, "--at 2026-10-05T18:30")
    assert [s["kind"] for s in told["then"]["steps"]] == [
        "ring", "voicemail", "reject"]


@pytest.mark.parametrize("words, field", [
    (["+78432000002"], "there is no number"),
    ([NUMBER, "--busy", "Vera"], "--busy: there is no phone, landline, "
                                 "person or pool 'Vera'"),
    ([NUMBER, "--at", "soon"], "--at"), ([NUMBER, "--at", "2025-01-01"],
                                         "there is no number"),
    (["counter"], "not a telephone number")])
def test_wrong_questions(shop, words, field):
    done = run(shop, " ".join(["trunkwise call preview shop.db", *words]))
    assert done.returncode == 2 and field in done.stderr
    assert not done.stdout


def test_a_number_without_a_plan_is_told_so(tmp_path):
    with trunkwise.Store(tmp_path / "shop.db", create=True) as store:
        store.apply(trunkwise.Deployment(SHOP.replace(
            'number = "+78432000001"\nplan = "kazan"',
            'number = "+78432000001"')), at=at("2026-01-01T00:00"))
    done = run(tmp_path, f"trunkwise call preview shop.db {NUMBER} "
               "--at 2026-10-05")
    assert done.returncode == 2 and "has no plan" in done.stderr


def test_the_end_of_time(shop):
    done = run(shop, f"trunkwise call preview shop.db {NUMBER} "
               "--at 9998-12-31T23:59")
    assert done.returncode == 0, done.stderr
    assert "9998" in done.stdout
    done = run(shop, f"trunkwise call preview shop.db {NUMBER} "
               "--at 9999-12-31T23:59")
    assert done.returncode == 2 and "1971 to 9998" in done.stderr


@pytest.mark.parametrize("policy", ["all", "linear", "random", "ring_n"])
def test_who_lacks_a_skill_is_told_of_a_ring_step_too(tmp_path, policy):
    """It is over at once, and the call is gone when the engine is asked."""
    text = SKILLS.replace('queue = "staff"\nwait_s = 30\nannounce_s = 15',
                          'ring = "staff"').replace('"longest_idle"',
                                                    f'"{policy}"')
    assert 'ring = "staff"' in text
    with trunkwise.Store(tmp_path / "s.db", create=True) as store:
        store.apply(trunkwise.Deployment(text), at=at("2026-01-01T00:00"))
        told = store.preview("+78432000002", at=at("2026-10-05T12:30"),
                             busy=["Anna"])
    assert [(p.who.name, p.why, p.reason) for p in told.steps[0].passed_over
            if p.why != "busy"] == [("boris", "unfit", "lacks english")]


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("policy", [
    "all", "linear", "round_robin", "longest_idle", "sticky", "random",
    "weighted", "weighted_random", "fewest_calls", "least_talk",
    "least_occupied", "ring_n", "progressive"])
def test_every_policy_has_its_words(tmp_path, policy, lang, capsys):
    from trunkwise import cli
    text = SHOP.replace('"longest_idle"', f'"{policy}"')
    with trunkwise.Store(tmp_path / "s.db", create=True) as store:
        store.apply(trunkwise.Deployment(text), at=at("2026-01-01T00:00"))
    assert cli.main(["call", "preview", str(tmp_path / "s.db"), NUMBER,
                     "--at", "2026-10-05T12:00", "--explain", "--lang",
                     lang]) == 0
    told = capsys.readouterr().out
    assert ("городская линия" if lang == "ru" else "landline") in told
    if lang == "ru":    # what the engine says, too
        assert not re.search(r"\[[^]]*[a-z]{3}", told), told


def test_words_are_complete_and_not_mixed():
    for key, (english, russian) in PREVIEW_WORDS.items():
        assert not CYRILLIC.search(english), key
        if key not in ("preview_span",):
            assert CYRILLIC.search(russian), key
        assert sorted(re.findall(r"{\w+}", english)) == sorted(
            re.findall(r"{\w+}", russian)), key


def test_times_as_people_say_them():
    noon = dt.datetime(2026, 10, 7, 12)
    assert moment("en", noon) == "Wed 7 October 2026, 12:00"
    assert moment("ru", noon) == "среда, 7 октября 2026 г., 12:00"
    assert moment("ru", noon, after=True) == "среды, 7 октября 2026 г., 12:00"
    assert [duration("en", s) for s in (0, 7, 60, 85, 12.5)] == [
        "0 s", "7 s", "1 min", "1 min 25 s", "12.5 s"]
    assert duration("ru", 92.5) == "1 мин 32,5 с"
