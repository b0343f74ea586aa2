"""Policies written in Python: they choose and are told, and whatever they do
wrong is an exception out of the verb that asked, with nothing half done."""

from __future__ import annotations

import datetime as dt
import doctest
import gc
import threading
import weakref

import pytest

import trunkwise.policy
from trunkwise import Error, Exists, InvalidArgument, NotFound, Refused
from trunkwise.distribution import Engine, EngineStats, Policy

T0 = dt.datetime(2026, 1, 1, 12, tzinfo=dt.timezone.utc)
IDLE = EngineStats(0, 0, 0, 0, 0)


class Last(Policy):
    """The last one, and a diary of what it was told."""

    def __init__(self):
        self.told = []

    def pick(self, look):
        look.state["asked"] = look.state.get("asked", 0) + 1
        *_, last = look.members
        return last

    def offered(self, look, member):
        self.told.append(("offered", member.target.name, member.held))

    def answered(self, look, member):
        self.told.append(("answered", member.target.name, look.call))

    def ended(self, look, member, outcome):
        self.told.append((outcome, member.target.name,
                          look.state["asked"]))


def room(engine, policy, names=("anna", "boris", "vera")):
    """Step 0 by the policy, step 1 rings a landline."""
    engine.add_policy("mine", policy)
    pool = engine.add_pool("city", policy="mine", ring_s=5)
    for order, name in enumerate(names):
        pool.add(engine.add_target(name), order=order)
    last = engine.add_pool("landline")
    last.add(engine.add_target("landline"), order=1)
    plan = engine.add_plan("kazan")
    plan.ring(pool)
    plan.ring(last)
    return plan


def rung(engine):
    return [d for d in engine.decisions() if d.kind == "offer"]


def test_documentation_of_the_module_runs():
    assert doctest.testmod(trunkwise.policy).failed == 0


def test_it_chooses_and_is_told():
    policy = Last()
    with Engine() as engine:
        plan = room(engine, policy)
        call = engine.enter(plan, now=T0)
        first, = rung(engine)
        assert first.target.name == "vera"
        assert first.reason == "policy mine: its choice"
        first.offer.failed("busy", now=T0)
        second, = rung(engine)
        second.offer.answered(now=T0)
        call.leave(now=T0)
        assert policy.told == [
            ("offered", "vera", 1), ("busy", "vera", 1),
            ("offered", "boris", 1), ("answered", "boris", None),
            ("answered", "boris", 2)]


def test_what_it_sees():
    seen = []

    class Curious(Policy):
        def pick(self, look):
            seen.append((look.now, look.tier, look.pool.name, look.step,
                         look.call.id,
                         [(m.target.name, m.order, m.held, m.capacity,
                           m.idle_since) for m in look.members]))

    with Engine() as engine:
        plan = room(engine, Curious())
        engine.target("boris").set_state("paused", now=T0)
        call = engine.enter(plan, now=T0)
        assert seen == [(T0, 0, "city", 0, call.id,
                         [("anna", 0, 0, 1, None),
                          ("vera", 2, 0, 1, None)])]
        assert rung(engine)[0].target.name == "landline"    # it declined


class Wrong(Policy):
    """Good until `what` is set."""

    what = None
    engine = None
    old = None

    def pick(self, look):
        members = list(look.members)
        if self.what is not None:
            return self.what(self, look, members)
        self.old = members[-1]
        return members[-1]


def raises(policy, look, members):
    return {}["nothing"]


def stops(policy, look, members):
    raise StopIteration


def something_else(policy, look, members):
    return "anna"


def a_target(policy, look, members):
    return members[0].target


def of_another_look(policy, look, members):
    return policy.old


def reenters(policy, look, members):
    policy.engine.tick()


def enters_a_call(policy, look, members):
    policy.engine.enter(policy.engine.plan("kazan"))


def reads_decisions(policy, look, members):
    next(policy.engine.decisions())


def closes(policy, look, members):
    policy.engine.close()
    policy.engine.tick()


WRONG = [(raises, KeyError), (stops, StopIteration),
         (something_else, TypeError), (a_target, TypeError),
         (of_another_look, InvalidArgument), (reenters, Refused),
         (enters_a_call, Refused), (reads_decisions, Refused)]


@pytest.mark.parametrize("what, cause", WRONG)
def test_wrong_choices_refuse_a_call_that_arrives(what, cause):
    policy = Wrong()
    with Engine() as engine:
        plan = room(engine, policy)
        policy.engine = engine
        engine.enter(plan, now=T0).leave(now=T0)
        list(engine.decisions()), list(engine.events())
        policy.what = what
        with pytest.raises(Refused, match='policy "mine" of pool "city"'
                           ) as caught:
            engine.enter(plan, now=T0)
        assert type(caught.value.__cause__) is cause
        policy.what = None
        assert engine.stats == IDLE and engine.deadline is None
        assert list(engine.decisions()) == list(engine.events()) == []
        engine.enter(plan, now=T0)
        assert [d.target.name for d in rung(engine)] == ["vera"]


@pytest.mark.parametrize("what, cause", WRONG)
def test_wrong_choices_lose_no_call(what, cause):
    policy = Wrong()
    with Engine() as engine:
        plan = room(engine, policy)
        policy.engine = engine
        call = engine.enter(plan, now=T0)
        offer = rung(engine)[0].offer
        policy.what = what
        with pytest.raises(Refused) as caught:
            offer.failed("rejected", now=T0)
        assert type(caught.value.__cause__) is cause
        policy.what = None
        assert [e.reason for e in engine.events()][-1] == \
            "policy mine failed"
        landline, = rung(engine)
        landline.offer.answered(now=T0)
        call.leave(now=T0)
        assert engine.stats == IDLE


def test_an_engine_closed_by_its_policy():
    policy = Wrong()
    with Engine() as engine:
        plan = room(engine, policy)
        policy.engine, policy.what = engine, closes
        with pytest.raises(Error):
            engine.enter(plan, now=T0)


def test_interrupts_are_not_swallowed():
    def interrupt(policy, look, members):
        raise KeyboardInterrupt

    policy = Wrong()
    with Engine() as engine:
        plan = room(engine, policy)
        policy.what = interrupt
        with pytest.raises(KeyboardInterrupt):
            engine.enter(plan, now=T0)
        assert engine.stats == IDLE


def test_wrong_answers_to_news_change_nothing():
    class Sulking(Last):
        def offered(self, look, member):
            raise RuntimeError("not that one")

        ended = offered

    with Engine() as engine:
        plan = room(engine, Sulking())
        call = engine.enter(plan, now=T0)        # it is in, and told next
        assert engine.deadline == T0
        with pytest.raises(Refused, match="not that one") as caught:
            engine.tick(now=T0)
        assert isinstance(caught.value.__cause__, RuntimeError)
        engine.tick(now=T0)
        with pytest.raises(Refused, match="told of an end"):
            call.leave(now=T0)
        assert engine.stats == IDLE


def test_another_thread_is_refused_meanwhile():
    found = []

    class Slow(Policy):
        def pick(self, look):
            def elsewhere():
                try:
                    engine.tick(now=T0)
                except Refused as error:
                    found.append(str(error))

            thread = threading.Thread(target=elsewhere)
            thread.start()
            thread.join()
            return next(look.members)

    with Engine() as engine:
        engine.enter(room(engine, Slow()), now=T0)
        assert found == ["a policy may not call the engine that asks it"]
        assert len(rung(engine)) == 1


def test_a_look_is_over_when_it_was_answered():
    kept = []

    class Keeper(Last):
        def pick(self, look):
            kept.append(look)
            return super().pick(look)

    with Engine() as engine:
        engine.enter(room(engine, Keeper()), now=T0)
        with pytest.raises(InvalidArgument):
            list(kept[0].members)


class Counted(Policy):
    """Fewest offers by order, kept over a restore."""

    version = 2

    def __init__(self, fails=""):
        self.fails = fails
        self.loaded = []

    def pick(self, look):
        return min(look.members,
                   key=lambda m: (look.state.get(m.order, 0), m.order))

    def offered(self, look, member):
        look.state[member.order] = look.state.get(member.order, 0) + 1

    def save(self, look):
        assert look.call is None
        if self.fails == "save":
            raise KeyError("no paper")
        if self.fails == "much":
            return bytes(65537)
        if self.fails == "text":
            return "counts"
        if self.fails == "nothing":
            return None
        return repr(sorted(look.state.items())).encode()

    def load(self, look, version, data):
        self.loaded.append((look.pool.name, version))
        if self.fails == "load":
            raise ValueError("whose are these?")
        look.state.update(eval(data))


def offer_of_a_call(engine, plan, second):
    now = T0 + dt.timedelta(seconds=second)
    call = engine.enter(plan, now=now)
    offer, = rung(engine)
    offer.offer.answered(now=now)
    call.leave(now=now)
    return offer.target.name


@pytest.mark.parametrize("calls", range(5))
def test_a_restore_decides_the_same(calls):
    policy = Counted()
    with Engine() as was, Engine() as now:
        plans = [room(was, Counted()), room(now, policy)]
        for second in range(calls):
            offer_of_a_call(was, plans[0], second)
        assert now.restore(was.snapshot()) == []
        assert policy.loaded == [("city", 2)]
        for second in range(calls, calls + 7):
            assert offer_of_a_call(was, plans[0], second) == \
                offer_of_a_call(now, plans[1], second)


def test_a_reload_goes_on_with_it():
    with Engine() as engine, Engine() as fresh:
        plan = room(engine, Counted())
        room(fresh, Counted())
        names = [offer_of_a_call(engine, plan, n) for n in range(2)]
        engine.reload(fresh, now=T0 + dt.timedelta(seconds=2))
        plan = engine.plan("kazan")
        names += [offer_of_a_call(engine, plan, n) for n in (3, 4)]
    assert names == ["anna", "boris", "vera", "anna"]


@pytest.mark.parametrize("fails, cause", [
    ("save", KeyError), ("much", type(None)), ("text", TypeError)])
def test_a_snapshot_that_a_policy_refuses(fails, cause):
    policy = Counted()
    with Engine() as engine:
        plan = room(engine, policy)
        offer_of_a_call(engine, plan, 0)
        policy.fails = fails
        with pytest.raises(Refused, match='policy "mine" of pool "city"') as e:
            engine.snapshot()
        assert isinstance(e.value.__cause__, cause)
        with Engine() as fresh:
            room(fresh, Counted())
            with pytest.raises(Refused, match="could not save"):
                engine.reload(fresh, now=T0)
        policy.fails = ""
        assert offer_of_a_call(engine, plan, 1) == "boris"


def test_a_restore_that_a_policy_refuses():
    policy = Counted("load")
    with Engine() as was, Engine() as now:
        plan = room(was, Counted())
        offer_of_a_call(was, plan, 0)
        plan = room(now, policy)
        with pytest.raises(Refused, match="does not take") as refused:
            now.restore(was.snapshot())
        assert isinstance(refused.value.__cause__, ValueError)
        with pytest.raises(Refused, match="does not take") as refused:
            was.reload(now, now=T0)
        assert isinstance(refused.value.__cause__, ValueError)
        policy.fails = ""      # nothing changed: it may be tried again
        now.restore(was.snapshot())
        assert offer_of_a_call(now, plan, 1) == "boris"


def test_without_save_it_begins_anew():
    with Engine() as was, Engine() as now:
        plan = room(was, Counted("nothing"))
        offer_of_a_call(was, plan, 0)
        plan = room(now, Counted())
        now.restore(was.snapshot())
        assert offer_of_a_call(now, plan, 1) == "anna"


OWN = """
[company]
name = "C"
zone = "Europe/Moscow"
currency = "RUB"
[[phone]]
name = "first"
extension = "101"
[[phone]]
name = "last"
extension = "102"
[[pool]]
name = "city"
policy = "own:nearest"
[[pool.member]]
phone = "first"
[[pool.member]]
phone = "last"
[[plan]]
name = "main"
[[plan.step]]
ring = "city"
[[number]]
number = "78432000001"
plan = "main"
"""


def test_a_policy_of_a_deployment(tmp_path, capsys):
    from trunkwise import Deployment, Store
    from trunkwise.cli import main
    with Store(tmp_path / "s.db", create=True) as store:
        store.apply(Deployment(OWN), at=T0)
        directory = store.directory(T0)
    policy = Last()
    with Engine.from_directory(directory,
                               policies={"nearest": policy}) as engine:
        engine.enter_number("78432000001", now=T0)
        assert [d.target.name for d in rung(engine)] == ["last"]
    gone = weakref.ref(policy)
    del policy, engine
    gc.collect()
    assert gone() is None
    for policies in ({}, {"other": Last()}):
        with pytest.raises(NotFound, match="pool 'city': this host has no "
                           "policy \"nearest\" of its own"):
            Engine.from_directory(directory, policies=policies)
    with pytest.raises(InvalidArgument, match="is no Policy"):
        Engine.from_directory(directory, policies={"nearest": min})
    with pytest.raises(Exists):
        Engine.from_directory(directory, policies={"linear": Last()})
    with pytest.raises(ValueError, match="64 at most"):
        Engine.from_directory(directory, policies={
            f"p{n}": Last() for n in range(65)})
    words = ["call", "preview", str(tmp_path / "s.db"), "+78432000001",
             "--at", "2026-01-02", "--explain"]
    assert main(words) == 0
    assert "nearest, a policy of your softswitch" in capsys.readouterr().out
    assert main([*words, "--lang", "ru"]) == 0
    assert "по правилу «nearest»" in capsys.readouterr().out


def test_names_of_policies():
    with Engine() as engine:
        room(engine, Last())
        with pytest.raises(Exists):
            engine.add_policy("mine", Last())
        with pytest.raises(Exists):
            engine.add_policy("linear", Last())
        for nothing in (Last, 5, None):
            with pytest.raises(InvalidArgument, match="policy: .*inherit"):
                engine.add_policy("theirs", nothing)
        with pytest.raises(NotFound):
            engine.add_pool("x", policy="theirs")
        with pytest.raises(NotFound):
            Engine().add_pool("x", policy="mine")


def test_nothing_leaks():
    policy = Last()
    gone = weakref.ref(policy)
    with Engine() as engine:
        engine.enter(room(engine, policy), now=T0)
        del policy
        assert gone() is not None
    gc.collect()
    assert gone() is None
