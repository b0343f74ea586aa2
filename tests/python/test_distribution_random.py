"""Random histories of the engine: nobody is offered twice or above what he can
take, nothing stays reserved, those of one age are served in their order,
nobody waits for ever, and what is restored decides the same."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (RuleBasedStateMachine, initialize,
                                 invariant, precondition, rule)

from trunkwise import Busy, Conflict, NotFound
from trunkwise.distribution import Engine

LONG = bool(os.environ.get("TW_TEST_LONG"))
START = 1_767_225_600_000_000
POLICIES = ["all", "linear", "round_robin", "longest_idle", "sticky",
            "random", "weighted", "weighted_random", "fewest_calls",
            "least_talk", "least_occupied", "ring_n", "progressive"]
PEOPLE = 5


def build(policies, backwards=False):
    """Two pools with people in common; plan a rings, plan b waits."""
    engine = Engine(seed=7)
    people = list(range(PEOPLE))
    for n in reversed(people) if backwards else people:
        engine.add_target(f"t{n}", capacity=1 + (n == 0), wrap_up_s=n % 3)
    pools = list(enumerate(policies))
    for k, policy in reversed(pools) if backwards else pools:
        pool = engine.add_pool(f"p{k}", policy=policy, ring_s=4)
        for n in reversed(people) if backwards else people:
            if (n + k) % 3:
                pool.add(engine.target(f"t{n}"), order=n, tier=n // 4)
    engine.add_plan("a").ring(engine.pool("p0"), ring_s=9)
    engine.plan("a").ring(engine.pool("p1"), ring_s=9)
    engine.add_plan("b").queue(engine.pool("p1"), join="nobody")
    return engine


class Histories(RuleBasedStateMachine):
    @initialize(policies=st.lists(st.sampled_from(POLICIES), min_size=2,
                                  max_size=2))
    def begin(self, policies):
        self.policies = policies
        self.engine = build(policies)
        self.now = START
        self.ringing = {}        # offer -> (call, target name)
        self.talks = {}          # call -> target name
        self.calls = []          # by arrival
        self.waits = {}          # call -> when it came
        self.twin = None

    def both(self, verb):
        """One verb of the engine, and of what was restored of it."""
        told = []
        for engine in filter(None, (self.engine, self.twin)):
            try:
                told.append(verb(engine))
            except (Busy, Conflict, NotFound) as error:
                told.append(type(error))
        if self.twin is not None:
            assert str(told[0]) == str(told[1])
        self.read()
        return told[0]

    def read(self):
        rows = list(self.engine.decisions())
        list(self.engine.events())
        if self.twin is not None:
            assert [(d.kind, d.call.id, d.offer and d.offer.id,
                     str(d.target), d.until, d.reason) for d in rows] == \
                [(d.kind, d.call.id, d.offer and d.offer.id, str(d.target),
                  d.until, d.reason) for d in self.twin.decisions()]
            list(self.twin.events())
            assert self.engine.deadline == self.twin.deadline
            assert self.engine.stats == self.twin.stats
        for d in rows:
            if d.kind == "offer":
                self.on_offer(d)
            elif d.kind == "cancel":
                del self.ringing[d.offer.id]
            elif d.kind == "end":
                self.forget(d.call.id)

    def on_offer(self, d):
        mine = (d.call.id, d.target.name)
        assert mine not in self.ringing.values()          # no double offer
        self.ringing[d.offer.id] = mine
        held = [n for _, n in self.ringing.values()] + \
            list(self.talks.values())
        assert held.count(d.target.name) <= 1 + (d.target.name == "t0")

    def forget(self, call):
        assert call not in [c for c, _ in self.ringing.values()]
        self.calls.remove(call)
        self.waits.pop(call, None)

    @rule(plan=st.sampled_from("ab"))
    def enter(self, plan):
        if len(self.calls) > 12:
            return
        made = []

        def arrive(engine):
            call = engine.enter(engine.plan(plan), now=self.now)
            if not made:
                self.calls.append(call.id)
                if plan == "b":
                    self.waits[call.id] = self.now
            made.append(call.id)
            return call.id

        self.both(arrive)

    @precondition(lambda self: self.ringing)
    @rule(data=st.data(), outcome=st.sampled_from(
        ["answered", "busy", "rejected", "no_answer"]))
    def report(self, data, outcome):
        offer = data.draw(st.sampled_from(sorted(self.ringing)))
        call, name = self.ringing.pop(offer)
        if outcome == "answered":
            self.talks[call] = name
            self.waits.pop(call, None)
            self.both(lambda e: e.offer(offer).answered(now=self.now))
        else:
            self.both(lambda e: e.offer(offer).failed(outcome, now=self.now))

    @precondition(lambda self: self.calls)
    @rule(data=st.data())
    def leave(self, data):
        call = data.draw(st.sampled_from(self.calls))
        self.talks.pop(call, None)
        self.both(lambda e: e.call(call).leave(now=self.now))
        self.forget(call)

    @rule(n=st.integers(0, PEOPLE - 1),
          state=st.sampled_from(["available", "paused", "unreachable"]))
    def change(self, n, state):
        self.both(lambda e: e.target(f"t{n}").set_state(state, now=self.now))

    @rule(ms=st.sampled_from([1, 700, 2500, 4000, 9000]))
    def wait(self, ms):
        self.now += ms * 1000
        self.both(lambda e: e.tick(now=self.now))

    @rule(backwards=st.booleans())
    def restore(self, backwards):
        self.twin = build(self.policies, backwards)
        assert self.twin.restore(self.engine.snapshot()) == []

    @invariant()
    def nothing_leaks(self):
        if hasattr(self, "calls"):
            stats = self.engine.stats
            assert stats.offers == len(self.ringing)
            assert stats.talks == len(self.talks)
            assert stats.slots_held == stats.offers + stats.talks
            assert stats.calls == len(self.calls)

    def teardown(self):
        """Nobody waits for ever: with everybody there and nobody else
        calling, those in line are served in the order in which they came."""
        if not hasattr(self, "calls"):
            return
        for call in [c for c in self.calls if c not in self.waits]:
            self.talks.pop(call, None)
            self.both(lambda e, c=call: e.call(c).leave(now=self.now))
            self.forget(call)
        for n in range(PEOPLE):
            self.both(lambda e, n=n: e.target(f"t{n}").set_state(
                "available", now=self.now))
        served, waiting = [], list(self.waits)
        for _ in range(200):
            if not self.waits:
                break
            for offer, (call, name) in sorted(self.ringing.items()):
                if offer not in self.ringing:
                    continue
                served.append(call)
                self.ringing.pop(offer)
                self.talks[call] = name
                self.waits.pop(call, None)
                self.both(lambda e, o=offer: e.offer(o).answered(
                    now=self.now))
                self.talks.pop(call)
                self.both(lambda e, c=call: e.call(c).leave(now=self.now))
                self.forget(call)
                break
            else:
                self.now += 1_000_000
                self.both(lambda e: e.tick(now=self.now))
        assert sorted(served) == sorted(waiting)
        assert self.engine.stats.slots_held == 0


Histories.TestCase.settings = settings(
    max_examples=400 if LONG else 25, stateful_step_count=40, deadline=None,
    derandomize=not LONG,
    suppress_health_check=list(HealthCheck))
TestHistories = Histories.TestCase


def test_those_of_one_age_are_served_in_their_order():
    engine = build(["linear", "longest_idle"])
    for n in range(PEOPLE):
        engine.target(f"t{n}").set_state("paused", now=START)
    calls = [engine.enter(engine.plan("b"), now=START) for _ in range(6)]
    list(engine.decisions())
    order = []
    for _ in range(6):
        engine.target("t1").set_state("available", now=START)
        offers = [d for d in engine.decisions() if d.kind == "offer"]
        assert len(offers) == 1
        order.append(offers[0].call)
        offers[0].offer.answered(now=START)
        engine.target("t1").set_state("paused", now=START)
        order[-1].leave(now=START)
        engine.tick(now=START + len(order) * 5_000_000)
    assert order == calls
