"""``preview`` of plans that nobody thought of: whatever apply accepts can be
played, and what comes out holds together."""

from __future__ import annotations

import datetime as dt
import os

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import trunkwise

MSK = dt.timezone(dt.timedelta(hours=3))
PHONES = ["a", "b", "c", "d"]
POLICIES = ["all", "linear", "round_robin", "longest_idle", "sticky",
            "random", "weighted", "weighted_random", "fewest_calls",
            "least_talk", "least_occupied", "ring_n", "progressive"]
ROUNDS = 400 if os.environ.get("TW_TEST_LONG") else 30

HEAD = """
[company]
name = "X"
zone = "Europe/Moscow"
currency = "RUB"
[[site]]
name = "s"
[[landline]]
name = "line"
site = "s"
number = "+78432000090"
"""


def row(table, **fields):
    lines = [f"[[{table}]]"]
    for key, value in fields.items():
        if value is None:
            continue
        text = str(value).lower() if isinstance(value, bool) else \
            repr(value) if isinstance(value, (int, dt.date)) else \
            "[" + ", ".join(f'"{v}"' for v in value) + "]" \
            if isinstance(value, list) else f'"{value}"'
        if isinstance(value, dt.date):
            text = value.isoformat()
        lines.append(f"{key} = {text}")
    return "\n".join(lines) + "\n"


@st.composite
def hours(draw):
    day = draw(st.sampled_from(["mon-fri", "daily", "sat,sun", "fri-mon"]))
    start = draw(st.integers(0, 95)) * 15
    end = start + draw(st.integers(1, 60)) * 15
    clock = [f"{m // 60:02}:{m % 60:02}" for m in (start, end % 1440)]
    return f"{day} {clock[0]}-{clock[1]}"


@st.composite
def holidays(draw):
    date = dt.date(2026, 10, 1) + dt.timedelta(draw(st.integers(0, 20)))
    kind = draw(st.sampled_from(["closed", "hours", "like", "short"]))
    return {
        "date": date,
        "last": draw(st.none() | st.integers(1, 5).map(
            lambda n: date + dt.timedelta(n))),
        "schedule": draw(st.sampled_from([None, "one", "two"])),
        "hours": ["10:00-12:00", "13:00-14:15"] if kind == "hours" else None,
        "like": "fri" if kind in ("like", "short") else None,
        "short_min": draw(st.integers(1, 600)) if kind == "short" else None}


@st.composite
def steps(draw):
    kind = draw(st.sampled_from(["ring"] * 5 + [
        "queue", "preferred", "callback", "plan", "voicemail", "reject"]))
    fields = {"when": draw(st.sampled_from(["always", "open", "closed"])),
              "schedule": draw(st.sampled_from([None, "two"]))}
    if kind in ("ring", "queue", "preferred", "callback"):
        fields[kind] = draw(st.sampled_from(["p0", "p1", "p2"]))
        fields["reserve"] = draw(st.none() | st.integers(1, 2))
    if kind == "ring":
        fields["ring_s"] = draw(st.integers(1, 60))
    if kind == "plan":
        fields["plan"] = draw(st.sampled_from(["plan", "next", "last"]))
    if kind in ("queue", "callback"):
        fields["wait_s"] = draw(st.none() | st.integers(1, 120))
    if kind == "queue":
        fields["join"] = draw(st.sampled_from(
            [None, "nobody", "reachable", "staffed", "ready"]))
        fields["leave"] = draw(st.sampled_from([None, "staffed"]))
    if kind == "voicemail":
        fields["voicemail"] = True
    if kind == "reject":
        fields["reject"] = draw(st.sampled_from([480, 486, 603]))
    return fields


@st.composite
def deployments(draw):
    text = HEAD
    for name in PHONES:
        text += row("phone", name=name, **(
            {"number": f"+7917000000{PHONES.index(name)}"}
            if draw(st.booleans()) else {"uri": f"sip:{name}@192.0.2.1"}))
    for p in range(3):
        text += row("pool", name=f"p{p}",
                    policy=draw(st.sampled_from(POLICIES)),
                    ring_s=draw(st.integers(0, 20)))
        for name in draw(st.lists(st.sampled_from(PHONES + ["line"]),
                                  unique=True, max_size=4)):
            text += row("pool.member", **{
                "landline" if name == "line" else "phone": name},
                tier=draw(st.integers(0, 1)),
                confirm=draw(st.sampled_from([None, None, True])))
    for name in "one", "two":
        text += row("schedule", name=name, zone=draw(st.sampled_from(
            ["Europe/Moscow", "Asia/Novosibirsk", "Europe/Berlin"])),
            hours=draw(st.lists(hours(), min_size=1, max_size=3)))
    for n, fields in enumerate(draw(st.lists(holidays(), max_size=3))):
        text += row("holiday", name=f"h{n}", **fields)
    for name in "plan", "next", "last":
        text += row("plan", name=name, schedule="one")
        for fields in draw(st.lists(steps(), min_size=1, max_size=4)):
            if fields.get("plan") != name:
                text += row("plan.step", **fields)
    return text + row("number", number="+78432000001", plan="plan")


def holds_together(told, busy):
    clock = 0.0
    for step in told.steps:
        assert clock <= step.begins_s <= step.ends_s <= told.ends_s
        clock = step.ends_s
        if step.skipped:
            assert not step.rings and step.begins_s == step.ends_s
        rang = [ring.who.name for ring in step.rings]
        if step.kind == "ring":
            assert len(rang) == len(set(rang))
        for ring in step.rings:
            assert step.begins_s <= ring.begins_s <= ring.ends_s \
                <= step.ends_s
            if ring.who.name in busy:
                assert ring.who.kind != "phone" and ring.outcome == "busy"
        assert not set(rang) & {p.who.name for p in step.passed_over}
    assert told.end in ("rejected", "unanswered", "closed", "voicemail",
                        "callback", "waiting")
    assert len({(s.plan, s.step) for s in told.steps}) == len(told.steps)
    assert (told.end == "waiting") == (told.ends_s == 3600) or \
        told.ends_s < 3600


# Shrinking would make a store for each attempt: minutes.
@settings(max_examples=ROUNDS, deadline=None, phases=[Phase.generate],
          suppress_health_check=list(HealthCheck))
@given(text=deployments(), minute=st.integers(0, 60 * 24 * 25),
       busy=st.lists(st.sampled_from(PHONES + ["line", "p0"]), max_size=3),
       can=st.sampled_from([(), ("voicemail",), ("dtmf", "callback")]))
def test_whatever_apply_accepts_can_be_played(tmp_path_factory, text, minute,
                                              busy, can):
    at = dt.datetime(2026, 9, 30, tzinfo=MSK) + dt.timedelta(minutes=minute)
    path = tmp_path_factory.mktemp("random") / "s.db"
    with trunkwise.Store(path, create=True) as store:
        try:
            store.apply(trunkwise.Deployment(text),
                        at=dt.datetime(2026, 1, 1, tzinfo=MSK))
        except trunkwise.ParseError:
            return       # what it refuses is other tests' affair
        told = store.preview("+78432000001", at=at, busy=busy, host=can)
        members = {m["phone"] or m["landline"]
                   for m in store.directory(at).find("pool", "p0").children()}
        holds_together(told, {b for b in busy if b != "p0"} | (
            members if "p0" in busy else set()))
        if told.until:
            same = store.preview(
                "+78432000001", at=told.until.changes - dt.timedelta(
                    microseconds=1), busy=busy, host=can)
            assert [h.is_open for h in same.hours] == [
                h.is_open for h in told.hours]
