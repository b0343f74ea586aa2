"""Which carrier carries a call, driven from Python: a router of one's own.

Asking changes nothing; what begins counts. ``now`` is an aware datetime, or
microseconds of any clock that never goes back; left out, the time of day.

>>> from trunkwise import Sheet
>>> sheet = Sheet(b"prefix,rate\\n7,1.50\\n", zone="UTC", currency="RUB")
>>> deck = Deck.of(sheet, zone="UTC")
>>> router = Router()
>>> router.add("north", carrier="volga", deck=deck, weight=70)
>>> router.add("south", carrier="ural", deck=deck, weight=30)
>>> router.set_policy("percent")
>>> route = router.decide("74951234567")
>>> [c.trunk for c in route.candidates], route.candidates[0].reason
(['north', 'south'], 'its turn by weight 70')
>>> with router.begin("north", number="74951234567") as call:
...     verdict = call.report(503, retry_after_s=20)
>>> verdict.next, verdict.rest_s
('backoff', 20)

Routers of a store come by ``Router.from_store``. One thread at a time.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Iterable, NamedTuple

from . import raw
from .directory import Directory
from .errors import InvalidArgument, NotFound
from .rating import Deck
from .values import (DIRECTIONS, NANOS, Money, decimal, instant, microseconds,
                     now_us, span)

if TYPE_CHECKING:
    from .store import Store

Now = dt.datetime | int | None

_VERDICTS = {0: "ok", -5: "range", -8: "conflict", -9: "refused",
             -10: "no_price", -13: "busy"}
_NEXT = {1: "stop", 2: "next", 3: "backoff", 4: "disable"}
_CLASSES = {"answered": 1, "cancelled": 2, "user": 3, "number": 4,
            "carrier": 5, "congestion": 6, "auth": 7}
_SERVICES = {"up": 1, "draining": 4, "off": 5}
_MEASURES = {"answered": 1, "reached": 2}
_SIP, _Q850 = 1, 2
RULES = ("suspect_after", "down_after", "up_after", "down_s", "down_max_s",
         "slow_start_s", "probe_ppm", "rest_s", "rest_max_s", "refusals",
         "off_s", "measure", "half_life_s", "prior_calls", "prior_ppm",
         "hysteresis_ppm", "band_ppm", "explore_ppm", "learn_calls")
_AGAIN, _EMERGENCY = 1, 2
_RUNG, _CANCEL = 1, 2
_EVERY_TIER = 2 ** 32 - 1
_PPM = 10 ** 6


def _at(now: Now) -> int:
    if now is None:
        return now_us()
    return microseconds(now) if isinstance(now, dt.datetime) else now


def _one_of(names: dict[str, int], name: str, field: str) -> int:
    if name not in names:
        raise InvalidArgument(f"is not one of {', '.join(names)}",
                              code="TW_EINVAL", field=field)
    return names[name]


def _nanos(value: Decimal | int | str | None, field: str) -> int:
    if value is None:
        return 0
    exact, whole = _scaled(value, NANOS, field)
    if exact != whole:
        raise InvalidArgument("has more than nine decimals",
                              code="TW_EINVAL", field=field)
    return whole


def _scaled(value: Decimal | int | str, scale: int,
            field: str) -> tuple[Decimal, int]:
    """Exact, and its whole part."""
    try:
        exact = Decimal(value) * scale
        if abs(exact) >= 2 ** 63:
            raise ValueError
        return exact, int(exact)
    except (ArithmeticError, ValueError, TypeError):    # infinite, nan, "x"
        raise InvalidArgument(f"{value!r} is no number that fits; write one "
                              "like \"2.50\"", code="TW_EINVAL",
                              field=field) from None


class Candidate(NamedTuple):
    """A trunk that may carry the call, or why it may not. ``expected`` is None
    where no price is known, or none was asked."""

    verdict: str
    emergency: bool
    carrier: str
    trunk: str
    prefix: str
    destination: str
    expected: Money | None
    reason: str
    tier: int
    policy: str


class Order(NamedTuple):
    """The candidates in the order to try, then those that are skipped."""

    verdict: str
    reason: str
    candidates: list[Candidate]

    def __bool__(self) -> bool:
        """Is there one to try?"""
        return self.verdict == "ok"


class Judgement(NamedTuple):
    """What to do after a leg: ``next`` is stop, next, backoff (the next, this
    trunk rests) or disable (the next, this trunk is off: tell a person)."""

    next: str
    outcome: str
    rest_s: int
    reason: str


class TrunkState(NamedTuple):
    """A trunk as it stands; shares and qualities from 0 to 1."""

    trunk: str
    carrier: str
    health: str
    tier: int
    weight: int
    calls: int
    calls_max: int
    failures: int
    share: Decimal
    quality: Decimal
    answered: Decimal
    known_calls: Decimal
    until: dt.datetime | None
    reason: str


class RouterStats(NamedTuple):
    """Three counts of the same calls, equal; and how many there were."""

    calls: int
    trunk_calls: int
    carrier_calls: int
    begun: int
    ended: int


class RouterCall:
    """A leg in progress. As a context manager it ends with its block."""

    def __init__(self, router: "Router", number: int):
        self._router = router
        self._id = number

    def report(self, sip_code: int, *, q850: int = 0, retry_after_s: int = 0,
               rung: bool = False, cancelled: bool = False,
               now: Now = None) -> Judgement:
        """Its final answer, 200 too; 0 is none at all. Once per call."""
        after, outcome, rest_s, reason = raw.router_report(
            self._router.handle, self._id, sip_code,
            {"flags": _RUNG * rung | _CANCEL * cancelled, "q850": q850,
             "retry_after_s": retry_after_s, "now": _at(now)})
        return Judgement(_NEXT.get(after, "?"), outcome, rest_s, reason)

    def end(self, *, now: Now = None) -> None:
        """Gives its slot back; raises NotFound the second time."""
        raw.router_end(self._router.handle, self._id, _at(now))

    def __enter__(self) -> "RouterCall":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


class Router:
    """An empty router; ``rules`` are those of ``tw_route_rules``, by name,
    with ``measure`` answered or reached."""

    def __init__(self, **rules: int | str):
        self.handle = raw.tw_router_new()
        if rules:
            self.set_rules(**rules)

    @classmethod
    def from_store(cls, store: "Store", *,
                   at: dt.datetime | None = None) -> "Router":
        """With the trunks, prices and policy that were in force at ``at``."""
        when = microseconds(at) if at else now_us()
        directory = Directory(raw.tw_directory_open(store.handle, when))
        router = cls.__new__(cls)
        router.handle = raw.tw_directory_router(directory.handle,
                                                store.handle)
        return router

    def count_used(self, store: "Store", *,
                   at: dt.datetime | None = None) -> None:
        """What calls have used up of bundles and tiers, as the store has it
        now: of a router that lives for long, now and then."""
        directory = Directory(raw.tw_directory_open(
            store.handle, microseconds(at) if at else now_us()))
        raw.tw_directory_used(self.handle, directory.handle, store.handle)

    def set_rules(self, **rules: int | str) -> None:
        """From now on; what is left out is the library's own again."""
        if "measure" in rules:
            rules["measure"] = _one_of(_MEASURES, str(rules["measure"]),
                                       "measure")
        raw.router_tune(self.handle, rules)

    @property
    def rules(self) -> dict[str, int | str]:
        """As they are, whoever set them."""
        rules = raw.router_rules_now(self.handle)
        names = {number: name for name, number in _MEASURES.items()}
        return {**rules, "measure": names[rules["measure"]]}

    def add(self, trunk: str, *, carrier: str, deck: Deck,
            priority: int | None = None, tier: int | None = None,
            weight: int | None = None, calls_max: int | None = None,
            exchange: Decimal | None = None) -> None:
        """A trunk of a carrier, with its prices."""
        raw.router_add(self.handle, deck.handle, {
            "trunk": trunk, "carrier": carrier, "priority": priority,
            "tier": tier, "weight": weight, "calls_max": calls_max,
            "exchange_nanos": _nanos(exchange, "exchange")})

    def add_quality_prefix(self, prefix: str) -> None:
        """Numbers that begin so have a quality of their own."""
        raw.tw_router_add_quality_prefix(self.handle, prefix)

    def set_policy(self, policy: str, *, tier: int | None = None) -> None:
        """Of a tier, or of all that have none of their own."""
        raw.tw_router_set_policy(
            self.handle, _EVERY_TIER if tier is None else tier,
            raw.tw_route_policy_find(policy))

    def cap_carrier(self, carrier: str, calls_max: int) -> None:
        """Over all of its trunks; 0: no cap."""
        raw.tw_router_cap_carrier(self.handle, carrier, calls_max)

    def set_usable(self, trunk: str, usable: bool, *,
                   now: Now = None) -> None:
        """Registered and answering, as the host finds out."""
        raw.tw_router_set_usable(self.handle, trunk, usable, _at(now))

    def set_service(self, trunk: str, service: str, *,
                    now: Now = None) -> None:
        """What a person wants of it: up, draining or off."""
        raw.tw_router_set_service(self.handle, trunk, _one_of(
            _SERVICES, service, "service"), _at(now))

    def set_sip_class(self, code: int, outcome: str) -> None:
        """What a final code means: user, number, carrier, congestion..."""
        raw.tw_router_set_class(self.handle, _SIP, code,
                                _one_of(_CLASSES, outcome, "outcome"))

    def set_q850_class(self, cause: int, outcome: str | None) -> None:
        """None: this cause says nothing, the code decides."""
        raw.tw_router_set_class(
            self.handle, _Q850, cause,
            0 if outcome is None else _one_of(_CLASSES, outcome, "outcome"))

    def decide(self, number: str, *, caller: str | None = None,
               site: str | None = None, department: str | None = None,
               preferred: str | None = None, direction: str = "outbound",
               at: dt.datetime | None = None, now: Now = None,
               expected_s: int = 0,
               durations: Iterable[tuple[int, int]] | None = None,
               limit: Decimal | int | str | None = None,
               customer: Deck | None = None,
               margin_percent: Decimal | int = 0) -> Order:
        """The order to try, and why. ``durations`` is a histogram of
        (seconds, calls); ``limit`` is what the call may cost us without VAT,
        ``customer`` whose prices are that limit."""
        moment = microseconds(at) if at else now_us()
        status, reason, rows = raw.router_order(
            self.handle, customer.handle if customer else None,
            {"direction": DIRECTIONS[direction], "number": number,
             "caller": caller, "site": site, "department": department,
             "preferred": preferred, "at": moment,
             "now": moment if now is None else _at(now),
             "expected_us": span(expected_s, "expected_s"),
             "limit_nanos": _nanos(limit, "limit"),
             "margin_ppm": _scaled(margin_percent, 10_000,
                                   "margin_percent")[1]},
            None if durations is None
            else [(span(s, "durations"), calls) for s, calls in durations])
        return Order(_VERDICTS.get(status, "?"), reason,
                     [_candidate(row) for row in rows])

    def begin(self, trunk: str, *, number: str | None = None,
              again: bool = False, emergency: bool = False,
              now: Now = None) -> RouterCall:
        """A leg that is about to be dialled: it holds a slot until its end.
        ``again``: another trunk failed this call before."""
        return RouterCall(self, raw.router_begin(self.handle, {
            "flags": _AGAIN * again | _EMERGENCY * emergency,
            "trunk": trunk, "number": number, "now": _at(now)}))

    def states(self, *, now: Now = None) -> list[TrunkState]:
        """Every trunk as it stands."""
        return [_state(row)
                for row in raw.router_states(self.handle, _at(now))]

    def snapshot(self, *, now: Now = None) -> bytes:
        """What it has learned: health, quality, shares, durations."""
        return raw.router_snapshot(self.handle, _at(now))

    def restore(self, snapshot: bytes, *, now: Now = None,
                age_s: Decimal | float | None = None) -> int:
        """Into a router that never had a call; the number of trunks that the
        snapshot knows and this router does not. ``age_s``: how long ago it
        was taken, where ``now`` is not on the clock of then."""
        age = -1
        if age_s is not None:
            age = span(age_s, "age_s")
        return raw.router_restore(self.handle, snapshot, _at(now), age)

    def keep(self, store: "Store", host: str, *, now: Now = None) -> None:
        """The snapshot into a store, by the name of this host."""
        raw.tw_router_keep(self.handle, store.handle, host, _at(now),
                           now_us())

    def recall(self, store: "Store", host: str, *, now: Now = None) -> bool:
        """And back, aged by the time of day; False: this host kept none."""
        try:
            raw.tw_router_recall(self.handle, store.handle, host, _at(now),
                                 now_us())
        except NotFound:
            return False
        return True

    @property
    def stats(self) -> RouterStats:
        return RouterStats(*raw.router_stats(self.handle))


def _candidate(row: tuple) -> Candidate:
    (verdict, emergency, carrier, trunk, prefix, destination, expected,
     currency, reason, tier, policy) = row
    return Candidate(
        _VERDICTS.get(verdict, "?"), bool(emergency), carrier, trunk, prefix,
        destination, Money(decimal(expected), currency) if currency else None,
        reason, tier, policy)


def _state(row: tuple) -> TrunkState:
    (trunk, carrier, health, tier, weight, calls, calls_max, failures, share,
     quality, answered, known, until, reason) = row
    return TrunkState(
        trunk, carrier, health, tier, weight, calls, calls_max, failures,
        Decimal(share) / _PPM, Decimal(quality) / _PPM,
        Decimal(answered) / _PPM, Decimal(known) / 1000,
        instant(until) if until else None, reason)
