"""The router as a Python host drives it: orders, slots, reports, and that a
wrong call is an exception."""

from __future__ import annotations

import datetime as dt
import doctest
import gc
import re
from decimal import Decimal

import pytest

import trunkwise.routing
from conftest import SOURCE
from trunkwise import (Deck, Deployment, Exists, InvalidArgument,
                       Money, NotFound, Sheet, Store)
from trunkwise.reasons import reason_in
from trunkwise.routing import Router

T0 = dt.datetime(2026, 3, 2, 12, tzinfo=dt.timezone.utc)
TO = "74951234567"


def deck(price, currency="RUB", prefix="7"):
    text = f"prefix,rate,first_inc,next_inc\n{prefix},{price},60,60\n"
    return Deck.of(Sheet(text.encode(), zone="UTC", currency=currency),
                   zone="UTC")


@pytest.fixture
def router():
    made = Router()
    made.add("cheap", carrier="volga", deck=deck("1.50"), weight=70)
    made.add("dear", carrier="ural", deck=deck("2.50"), weight=30,
             calls_max=2)
    return made


def order(router, **more):
    return [c.trunk for c in router.decide(TO, at=T0, **more).candidates]


def test_the_docstring_holds():
    assert doctest.testmod(trunkwise.routing).failed == 0


def test_policies_have_names(router):
    assert order(router) == ["cheap", "dear"]
    assert router.decide(TO, at=T0).candidates[0].expected == Money(
        Decimal("1.5"), "RUB")
    router.set_policy("least_load")
    assert order(router) == ["cheap", "dear"]
    assert router.decide(TO, at=T0).candidates[0].policy == "least_load"
    with pytest.raises(NotFound):
        router.set_policy("luck")


def test_percent_is_exact(router):
    router.set_policy("percent")
    taken = []
    for _ in range(100):
        taken.append(order(router)[0])
        with router.begin(taken[-1], number=TO, now=T0):
            pass
    assert (taken.count("cheap"), taken.count("dear")) == (70, 30)


def test_slots_belong_to_calls(router):
    calls = [router.begin("dear", now=T0) for _ in range(3)]
    assert router.stats == (3, 3, 3, 3, 0)
    assert router.decide(TO, at=T0).candidates[1].verdict == "busy"
    for call in calls:
        call.end(now=T0)
        with pytest.raises(NotFound):
            call.end(now=T0)
    assert router.stats == (0, 0, 0, 3, 3)


@pytest.mark.parametrize("code, more, after, outcome", [
    (404, {}, "stop", "number"), (486, {}, "stop", "user"),
    (603, {}, "stop", "user"), (500, {}, "next", "carrier"),
    (0, {}, "next", "carrier"), (503, {}, "backoff", "congestion"),
    (503, {"q850": 17}, "stop", "user"), (480, {"rung": True}, "stop", "user"),
    (480, {}, "next", "carrier"), (200, {}, "stop", "answered"),
    (403, {}, "next", "auth"), (487, {"cancelled": True}, "stop",
                                "cancelled")])
def test_what_comes_after_a_code(router, code, more, after, outcome):
    with router.begin("cheap", now=T0) as call:
        judged = call.report(code, now=T0, **more)
    assert (judged.next, judged.outcome) == (after, outcome)
    assert judged.reason


def test_classes_may_be_edited(router):
    router.set_sip_class(603, "carrier")
    router.set_q850_class(17, None)
    with router.begin("cheap", now=T0) as call:
        assert call.report(603, q850=17, now=T0).next == "next"
        with pytest.raises(Exists):
            call.report(603, now=T0)
    with pytest.raises(InvalidArgument):
        router.set_sip_class(99, "user")
    with pytest.raises(InvalidArgument):
        router.set_sip_class(603, "nobody's")


def test_health_and_states(router):
    for _ in range(5):
        with router.begin("cheap", now=T0) as call:
            judged = call.report(500, now=T0)
    assert judged.next == "backoff" and judged.rest_s == 30
    state = router.states(now=T0)[0]
    assert (state.trunk, state.health) == ("cheap", "down")
    assert state.until == T0 + dt.timedelta(seconds=30)
    assert order(router) == ["dear", "cheap"]
    router.set_service("cheap", "up", now=T0)
    assert router.states(now=T0)[0].health == "up"
    router.set_usable("cheap", False, now=T0)
    assert router.states(now=T0)[0].health == "down"
    with pytest.raises(InvalidArgument):
        router.set_service("cheap", "down", now=T0)


def test_quality(router):
    router.set_rules(explore_ppm=0)
    router.set_policy("quality")
    for trunk, code in [("cheap", 486), ("dear", 200)] * 50:
        with router.begin(trunk, now=T0) as call:
            call.report(code, now=T0)
    assert order(router) == ["dear", "cheap"]
    states = {s.trunk: s for s in router.states(now=T0)}
    assert states["dear"].answered == 1
    assert states["dear"].quality > Decimal("0.8")
    assert states["cheap"].quality < Decimal("0.2")
    assert states["cheap"].known_calls == 50


def test_limits_and_histograms(router):
    short = router.decide(TO, at=T0, durations=[(10, 1), (110, 1)])
    assert short.candidates[0].expected.amount == Decimal("2.25")
    dear = router.decide(TO, at=T0, limit="2")
    assert [c.verdict for c in dear.candidates] == ["ok", "refused"]
    assert dear.candidates[1].reason == "skipped: 2.5 is over the limit of 2"
    none = router.decide(TO, at=T0, customer=deck("1.60"), margin_percent=10)
    assert not none and none.verdict == "refused"
    with pytest.raises(InvalidArgument):
        router.decide(TO, at=T0, durations=[])
        router.decide(TO, at=T0, durations=[(1, 0)])
    with pytest.raises((ValueError, InvalidArgument)):
        router.decide(TO, at=T0, durations=[(1, 1)] * 65)
    with pytest.raises(TypeError):
        router.decide(TO, at=T0, durations=[1])


def test_wrong_calls_are_exceptions(router):
    with pytest.raises(NotFound):
        router.begin("nobody")
    with pytest.raises(InvalidArgument):
        router.decide("+7")
    with pytest.raises(InvalidArgument):
        Router(measure="luck")
    with pytest.raises(InvalidArgument):
        Router(down_s=0)
    with pytest.raises((TypeError, KeyError, ValueError)):
        Router(nonsense=1)
    with pytest.raises(InvalidArgument):
        router.add_quality_prefix("7")
    with pytest.raises(Exists):
        router.add("cheap", carrier="x", deck=deck("1"))
    assert router.stats.calls == 0


def test_decks_outlive_their_names(router):
    gc.collect()
    assert order(router) == ["cheap", "dear"]


def test_reasons_are_russian_too(router):
    seen = set()
    for policy in ("least_cost", "priority", "percent", "least_load",
                   "least_used", "quality", "quality_cost",
                   "longest_prefix"):
        router.set_policy(policy)
        for more in ({}, {"limit": "2"}, {"customer": deck("1", prefix="44")},
                     {"limit": "2", "margin_percent": 10}):
            seen |= {c.reason for c in
                     router.decide(TO, at=T0, **more).candidates}
            seen.add(router.decide(TO, at=T0, **more).reason)
        with router.begin("cheap", now=T0) as call:
            call.report(500, now=T0)
    router.set_service("dear", "draining", now=T0)
    seen |= {c.reason for c in router.decide(TO, at=T0).candidates}
    router.set_service("dear", "off", now=T0)
    seen |= {c.reason for c in router.decide(TO, at=T0).candidates}
    seen.discard("")
    assert len(seen) >= 18
    english = [reason for reason in seen if reason_in("ru", reason) == reason]
    assert english == []


def test_a_stores_router_has_its_policy(tmp_path):
    file = tmp_path / "d.toml"
    file.write_text("""
[company]
name = "Factory"
zone = "Europe/Moscow"
currency = "RUB"
routing = "percent"

[[carrier]]
name = "volga"
calls_max = 1

[[trunk]]
name = "main"
carrier = "volga"
registrar = "sip:127.0.0.1:5070"
user = "u"
weight = 3
tier = 1
""")
    with Store(tmp_path / "s", create=True) as store:
        store.apply(Deployment.load(file), at=T0)
        router = Router.from_store(store, at=T0)
        state, = router.states(now=T0)
        assert (state.weight, state.tier) == (3, 1)
        with router.begin("main", now=T0):
            found = router.states(now=T0)[0].reason
        assert found == "skipped: 1 of 1 calls of volga in progress"
        row, = router.decide(TO, at=T0).candidates
        assert (row.policy, row.verdict) == ("percent", "no_price")


def test_the_page_holds(capsys):
    """Python blocks run in their order; what a text block shows is printed by
    the block before it."""
    text = (SOURCE / "docs" / "outbound.md").read_text()
    names: dict = {}
    shown = 0
    for kind, block in re.findall(r"^```(\w+)\n(.*?)^```", text,
                                  re.S | re.M):
        if kind == "python":
            exec(block, names)
        elif kind == "text":
            assert capsys.readouterr().out == block
            shown += 1
    assert shown == 6


def test_the_page_has_the_codes_as_they_are():
    text = (SOURCE / "docs" / "outbound.md").read_text()
    router = Router()
    router.add("a", carrier="c", deck=deck("1"))
    rows = dict(re.findall(r"^\| (user|number|congestion|auth) \| ([^|]*)",
                           text, re.M))
    for outcome, codes in rows.items():
        for code in re.findall(r"\b\d{3}\b", codes.split(";")[0]):
            with router.begin("a", now=T0) as call:
                assert call.report(int(code), now=T0).outcome == outcome


def test_what_is_no_number_is_told_by_name(router):
    for wrong in ("nan", "inf", "1e400000", "x", "", float("nan")):
        for field in "limit", "margin_percent":
            with pytest.raises(InvalidArgument, match=f"^{field}: .*fits"):
                order(router, **{field: wrong})


@pytest.mark.parametrize("calls", [-1, 2 ** 32, 2 ** 64])
def test_a_histogram_counts_calls_from_0(router, calls):
    """-1 was taken as four thousand million, 2 ** 64 as none."""
    with pytest.raises(OverflowError):
        order(router, durations=[(10, calls), (110, 1)])


def test_rules_can_be_read(router):
    assert router.rules["down_after"] == 5
    assert router.rules["measure"] == "answered"
    router.set_rules(down_after=3, measure="reached", seed=2 ** 63)
    assert router.rules["down_after"] == 3
    assert router.rules["measure"] == "reached"
    assert router.rules["seed"] == 2 ** 63
    assert set(trunkwise.routing.RULES) == set(router.rules) - {"seed"}


def test_what_was_learned_outlives_the_router(router):
    for _ in range(5):
        with router.begin("cheap", now=T0) as call:
            call.report(500, now=T0)
    learned = router.snapshot(now=T0)
    assert learned.startswith(b"TWROUTE\n")
    again = Router()
    again.add("cheap", carrier="volga", deck=deck("1.50"))
    later = T0 + dt.timedelta(seconds=10)
    assert again.restore(learned, now=later) == 1      # "dear" is gone
    assert again.states(now=later)[0].health == "down"
    aged = Router()
    aged.add("cheap", carrier="volga", deck=deck("1.50"))
    aged.restore(learned, now=0, age_s=Decimal("30.5"))
    assert aged.states(now=0)[0].health == "suspect"
    with pytest.raises(InvalidArgument):
        Router().restore(learned, now=T0, age_s=-1)
    for bad in (b"", b"x", learned[:-1], learned + b"x",
                learned[:30] + b"?" + learned[31:]):
        with pytest.raises(ValueError):
            Router().restore(bad, now=T0)
    with pytest.raises(TypeError):
        again.restore("text", now=T0)


def test_a_store_keeps_it_by_host(router, tmp_path):
    def fresh():
        made = Router()
        made.add("cheap", carrier="volga", deck=deck("1.50"))
        return made

    with router.begin("cheap") as call:
        call.report(200)
    with Store(tmp_path / "s.db", create=True) as store:
        assert not fresh().recall(store, "one")
        router.keep(store, "one")
        router.keep(store, "one")
        again = fresh()
        assert again.recall(store, "one")
        assert again.states()[0].known_calls > 0
        assert not fresh().recall(store, "two")
        for name in ("", "x" * 128):
            with pytest.raises(InvalidArgument):
                router.keep(store, name)
