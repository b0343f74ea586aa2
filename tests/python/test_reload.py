"""Another configuration under live calls, from Python."""

from __future__ import annotations

import datetime as dt
import gc

import pytest

from trunkwise import Conflict, Refused
from trunkwise.distribution import Engine
from trunkwise.policy import Policy

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.timezone.utc)


class Last(Policy):
    """The last one who may be taken; counts how often it was asked."""

    def __init__(self):
        self.asked = 0

    def pick(self, look):
        self.asked += 1
        *_, last = look.members
        return last


def staffed(*names, policy="linear", own=None):
    made = Engine()
    if own:
        made.add_policy(policy, own)
    pool = made.add_pool("staff", policy=policy)
    for order, name in enumerate(names):
        pool.add(made.add_target(name), order=order)
    made.add_plan("kazan").queue(pool)
    return made


def offered(engine):
    return [d.target.name for d in engine.decisions() if d.target]


def test_trap_41_waiting_calls_meet_who_is_new():
    engine, fresh = staffed("anna"), staffed("anna", "vera")
    engine.enter(engine.plan("kazan"), now=NOW)
    waiting = engine.enter(engine.plan("kazan"), now=NOW)
    assert offered(engine) == ["anna"]
    changes = engine.reload(fresh, now=NOW)
    assert [(c.change, c.kind, c.name) for c in changes] == [
        ("new", "target", "vera"), ("new", "member", "vera")]
    assert offered(engine) == ["vera"]
    engine.call(waiting.id).leave(now=NOW)
    with pytest.raises(ValueError):
        fresh.plan("kazan")
    engine.close()


def test_policies_of_the_new_engine_serve_the_running_one():
    engine = staffed("anna", "boris")
    own = Last()
    engine.reload(staffed("anna", "boris", policy="last", own=own), now=NOW)
    gc.collect()
    engine.enter(engine.plan("kazan"), now=NOW)
    assert offered(engine) == ["boris"] and own.asked == 1

    second = Last()
    engine.reload(staffed("anna", "boris", "vera", policy="last",
                          own=second), now=NOW)
    gc.collect()
    engine.enter(engine.plan("kazan"), now=NOW)
    assert offered(engine) == ["vera"] and own.asked == 1


def test_a_policy_that_fails_after_a_reload_is_told_by_the_next_verb():
    class Broken(Policy):
        def pick(self, look):
            raise KeyError("nobody")

    engine = staffed()
    engine.enter(engine.plan("kazan"), now=NOW)
    engine.reload(staffed("anna", policy="broken", own=Broken()), now=NOW)
    with pytest.raises(Refused) as told:
        engine.enter(engine.plan("kazan"), now=NOW)
    assert isinstance(told.value.__cause__, KeyError)


def test_what_is_refused_leaves_both_as_they_were():
    engine, busy = staffed("anna"), staffed("anna")
    busy.enter(busy.plan("kazan"), now=NOW)
    with pytest.raises(Conflict):
        engine.reload(busy, now=NOW)
    with pytest.raises(ValueError):
        engine.reload(engine, now=NOW)
    assert offered(busy) == ["anna"]
    engine.enter(engine.plan("kazan"), now=NOW)
    assert offered(engine) == ["anna"]
    with pytest.raises(Exception):
        engine.reload(None, now=NOW)
