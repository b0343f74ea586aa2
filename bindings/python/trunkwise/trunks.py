"""Carrier trunks, registered from Python.

A set keeps its registrations on a thread of its own; the calls here may come
from any thread and return at once, events are read or polled. It registers
and takes no calls: an INVITE that comes to it is answered 480.

>>> with Trunks() as trunks:                             # doctest: +SKIP
...     main = trunks.add(name="main", registrar="sip:192.0.2.1",
...                       user="u", password=secret)
...     main.start()
...     for event in trunks.events(timeout_s=10):
...         print(event.trunk, event.state, event.reason)

After ``os.fork()`` the child must not use the set: make it after the fork.
"""

from __future__ import annotations

import datetime as dt
import select
import time
import warnings
import weakref
from typing import (Callable, Iterable, Iterator, NamedTuple, Sequence,
                    TypedDict, Unpack)

from .errors import InvalidArgument, NotFound, Unsupported, raise_
from .values import span, whole

try:
    from . import raw_sip
except ImportError as error:
    if "raw_sip" not in str(error) and "_trunkwise_sip" not in str(error) \
            and "libre" not in str(error) and "libtrunkwise" not in str(error):
        raise
    raise Unsupported(
        f"trunks need the SIP part, which is not installed here ({error}); "
        "build with TW_BUILD_SIP=ON and install libre",
        code="TW_EUNSUPPORTED") from None

raw_sip.set_raise_hook(raise_)

_POLL_MAX_MS = 2 ** 31 - 1
_DIRECTIONS = {1: "sent", 2: "received"}
_TRANSPORTS = {1: "udp", 2: "tcp", 3: "tls"}
_CHANGES = {0: "none", 1: "applied", 2: "binding"}
_TLS = {0: "none", 1: "verified", 2: "unverified"}
_DIGESTS = {"MD5": 1, "SHA-256": 2, "SHA-512-256": 3}


class TrunkOptions(TypedDict, total=False):
    """What a trunk may be given beside name, registrar and user; they mean
    what ``tw_trunk_options`` says in trunkwise/trunk.h. None is left out."""

    password: bytes
    secret: Callable[[], bytes]
    auth_user: str | None
    realm: str | None
    domain: str | None
    contact_user: str | None
    expires_s: int
    digest_min: str
    retry_base_s: int
    retry_max_s: int
    refused_tries: int
    refused_probe_s: int
    ha1: str | None
    empty_authorization: bool
    nat_contact: bool
    stun: bool
    gin: bool
    ca: bytes | None
    cert: bytes | None
    key: bytes | None
    crl: bytes | None
    must_staple: bool
    verify: bool
    backup: str | None
    outbound_proxy: str | None
    target_timeout_s: int
    keepalive_s: int
    qualify_s: int
    qualify_timeout_ms: int
    qualify_down: int
    qualify_up: int
    qualify_loss_percent: int
    qualify_rtt_ms: int
    qualify_alive: Sequence[int | str] | None
    static: bool
    peers: Sequence[str] | None
    carrier: str | None
    flows: int
    instance: str | None
    registrar_requests_per_s: int


def _bytes(value: object, name: str) -> bytes:
    """``bytes(5)`` would be five NULs; and no value is told, it is secret."""
    try:
        return bytes(memoryview(value))  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(
            "password is bytes; encode it, as a rule with UTF-8"
            if name == "password" else f"{name} is the bytes of a PEM file"
        ) from None


def _flag(value: bool, name: str) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{name}: {value!r} is neither True nor False")
    return value


def _words(value: object, name: str, kinds: type | tuple[type, ...]) -> str:
    """A sequence as the library takes it; a str is one of letters."""
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        raise TypeError(f"{name} is a list, not {type(value).__name__}")
    words = list(value)
    for word in words:
        if isinstance(word, bool) or not isinstance(word, kinds):
            raise TypeError(f"{name}: {word!r} has no place in this list")
    return " ".join(map(str, words))


def _options(options: TrunkOptions) -> dict[str, object]:
    """As the library takes them."""
    made: dict[str, object] = {
        name: value for name, value in options.items() if value is not None}
    digest = made.get("digest_min", "MD5")
    if not isinstance(digest, str) or digest not in _DIGESTS:
        raise InvalidArgument("is unknown; write one of "
                              + ", ".join(_DIGESTS), field="digest_min")
    made["digest_min"] = _DIGESTS[digest]
    for name in ("password", "ca", "cert", "key", "crl"):
        if name in made:
            made[name] = _bytes(made[name], name)
    verify: bool = made.pop("verify", True)  # type: ignore[assignment]
    made["no_verify"] = not _flag(verify, "verify")
    if (alive := options.get("qualify_alive")) is not None:
        made["qualify_alive"] = _words(alive, "qualify_alive", (int, str))
    if (secret := options.get("secret")) is not None and not callable(secret):
        raise TypeError("secret is called for a password; give a function")
    if (peers := options.get("peers")) is not None:
        made["peers"] = _words(peers, "peers", str)
    return made


class TrunkEvent(NamedTuple):
    """One change of a trunk: of its state, of its health, or of both.

    ``code`` is the last SIP answer, 0 if none came; ``next_try_s`` is None
    when no try is planned. Of a trunk with ``flows`` it names the one that
    came or went (its reg-id), also where the trunk's state stays; 0 means that
    it has none. ``health`` is "unknown", "up", "degraded" or
    "down"; a trunk takes calls while it is registered and not down. ``tls``
    is "none", "verified" or "unverified".
    """

    trunk: str
    state_old: str
    state: str
    code: int
    reason: str
    target: str
    next_try_s: int | None
    expires_s: int
    health_old: str = "unknown"
    health: str = "unknown"
    tls: str = "none"
    flow: int = 0
    flows: int = 0
    flows_registered: int = 0


class TrunkStatus(NamedTuple):
    """How a trunk stands now. ``foreign`` counts other Contacts of this
    account, where calls ring too. ``certificate_until`` is the end of the
    certificate that was last accepted, None before one was. ``flow`` is the
    one that calls go by (its reg-id, 0: no flows), ``outbound`` whether the
    registrar keeps several apart (RFC 5626), None before it said."""

    state: str
    code: int
    reason: str
    realm: str
    contact_user: str
    expires_s: int
    expires_in: dt.timedelta | None
    next_try_in: dt.timedelta | None
    requests: int
    retransmits: int
    registrations: int
    target: str = ""
    tls: str = "none"
    certificate_until: dt.datetime | None = None
    foreign: int = 0
    flow: int = 0
    flows: int = 0
    flows_registered: int = 0
    outbound: bool | None = None


class TrunkHealth(NamedTuple):
    """What OPTIONS say of a trunk's target; times None until measured.

    ``loss_percent`` and ``repeat_percent`` (answered after a repeat) are of
    the last ``window`` exchanges, at most 32.
    """

    verdict: str
    code: int
    reason: str
    target: str
    failures: int
    successes: int
    window: int
    loss_percent: int
    repeat_percent: int
    rtt: dt.timedelta | None
    rtt_smoothed: dt.timedelta | None
    rtt_min: dt.timedelta | None
    rtt_max: dt.timedelta | None
    next_in: dt.timedelta | None
    requests: int
    retransmits: int
    answers: int


class TrunkWay(NamedTuple):
    """Where a request of a trunk is sent. ``elsewhere``: ``uri``, the
    registrar's, may lead to another target by itself. ``flow``: its registrar
    keeps flows (RFC 5626), a Contact that begins a dialog has ``;ob``."""

    transport: str
    host: str
    port: int
    server_name: str
    uri: str
    elsewhere: bool
    flow: bool = False


class TrunkView(NamedTuple):
    """One trunk in ``Trunks.snapshot``.

    ``usable``: registered, and its target is not down. ``loss_percent`` and
    ``rtt`` are None where no OPTIONS were counted, ``certificate_until``
    where no TLS peer showed one. ``options`` counts OPTIONS that were sent.
    """

    name: str
    state: str
    usable: bool
    code: int
    reason: str
    target: str
    health: str
    loss_percent: int | None
    rtt: dt.timedelta | None
    expires_s: int
    expires_in: dt.timedelta | None
    next_try_in: dt.timedelta | None
    certificate_until: dt.datetime | None
    requests: int
    retransmits: int
    registrations: int
    foreign: int = 0
    flows: int = 0
    flows_registered: int = 0
    options: int = 0
    options_retransmits: int = 0
    options_answers: int = 0


def _wall(at_us: int) -> dt.datetime | None:
    return dt.datetime.fromtimestamp(at_us // 1_000_000, dt.timezone.utc) \
        if at_us else None


def _view(v: raw_sip.tw_trunk_view) -> TrunkView:
    state = raw_sip.tw_trunk_state_name(v.state)
    health = raw_sip.tw_trunk_health_name(v.health)
    return TrunkView(
        v.name, state, state == "registered" and health != "down",
        v.sip_code, v.reason, v.target, health,
        v.loss_percent if v.window else None, _span(v.rtt_us), v.expires_s,
        _until(v.expires_at), _until(v.next_try_at),
        _wall(v.certificate_until),
        v.requests, v.retransmits, v.registrations, v.foreign,
        v.flows, v.flows_registered, v.options, v.options_retransmits,
        v.options_answers)


class TrunkTrace(NamedTuple):
    """One SIP message as it went over the wire, secrets shown as ``***``.

    ``refused``: it was malformed, or came from elsewhere than the trunk's
    target, and nothing came of it. ``trunk`` is empty for a stranger's.
    ``lost`` counts messages that were thrown away before this one, unread.
    """

    at: dt.datetime
    trunk: str
    direction: str
    transport: str
    peer: str
    text: str
    refused: bool
    lost: int


def _when(at_us: int) -> dt.datetime:
    """Of the monotonic clock, told by the wall's as it is now."""
    ago = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000 - at_us
    return dt.datetime.now(dt.timezone.utc) - dt.timedelta(microseconds=ago)


def _span(us: int) -> dt.timedelta | None:
    return dt.timedelta(microseconds=us) if us else None


def _until(at_us: int) -> dt.timedelta | None:
    """The library's clock is CLOCK_MONOTONIC, which is Python's too."""
    if at_us == 0:
        return None
    left = at_us - time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    return dt.timedelta(microseconds=max(left, 0))


def _status(s: raw_sip.tw_trunk_status) -> TrunkStatus:
    return TrunkStatus(
        raw_sip.tw_trunk_state_name(s.state), s.sip_code, s.reason,
        s.realm, s.contact_user, s.expires_s, _until(s.expires_at),
        _until(s.next_try_at), s.requests, s.retransmits,
        s.registrations, s.target, _TLS[s.tls],
        _wall(s.certificate_until), s.foreign, s.flow, s.flows,
        s.flows_registered, {1: True, 2: False}.get(s.outbound))


class Trunk:
    """One registration with a carrier; made by ``Trunks.add``."""

    def __init__(self, handle: raw_sip.tw_trunk, name: str, home: "Trunks"):
        self._handle: raw_sip.tw_trunk | None = handle
        self._home = weakref.ref(home)
        self.name = name

    @property
    def handle(self) -> raw_sip.tw_trunk:
        if self._handle is None:
            raise InvalidArgument("the trunk is closed")
        return self._handle

    def start(self) -> None:
        """Registers, and keeps registered until ``stop``."""
        raw_sip.tw_trunk_start(self.handle)

    def stop(self) -> None:
        """Un-registers; the event with state "idle" tells the end."""
        raw_sip.tw_trunk_stop(self.handle)

    @property
    def status(self) -> TrunkStatus:
        return _status(raw_sip.tw_trunk_status_get(self.handle))

    @property
    def flows(self) -> list[TrunkStatus]:
        """Its flows one by one, of a trunk made with ``flows``; else itself
        alone."""
        found = []
        while True:
            try:
                found.append(_status(raw_sip.tw_trunk_flow_get(
                    self.handle, len(found))))
            except StopIteration:
                return found

    @property
    def health(self) -> TrunkHealth:
        """``verdict`` is "unknown" without ``qualify_s``, and while the trunk
        is not registered."""
        h = raw_sip.tw_trunk_health_get(self.handle)
        return TrunkHealth(
            raw_sip.tw_trunk_health_name(h.verdict), h.sip_code, h.reason,
            h.target, h.failures, h.successes, h.window, h.loss_percent,
            h.repeat_percent, _span(h.rtt_us), _span(h.rtt_smoothed_us),
            _span(h.rtt_min_us), _span(h.rtt_max_us), _until(h.next_at),
            h.requests, h.retransmits, h.answers)

    @property
    def service_route(self) -> str | None:
        """Value of the Route header of requests outside of a dialog, in
        order (RFC 3608); None if the registrar told none."""
        try:
            return raw_sip.tw_trunk_service_route(self.handle)
        except NotFound:
            return None

    @property
    def associated_uris(self) -> list[str]:
        """Identities this user may call with, the default one first (RFC
        7315); empty if the registrar told none."""
        try:
            return raw_sip.tw_trunk_associated_uris(self.handle).split("\n")
        except NotFound:
            return []

    @property
    def public_gruu(self) -> str | None:
        """The public GRUU of this trunk (RFC 5627), of a ``gin`` trunk with
        ``bnc`` (RFC 6140); None if the registrar told none."""
        try:
            return raw_sip.tw_trunk_public_gruu(self.handle)
        except NotFound:
            return None

    @property
    def gruu_cookie(self) -> str | None:
        """What temporary GRUUs of phones behind a ``gin`` trunk are made
        of (RFC 6140); None if the registrar told none."""
        try:
            return raw_sip.tw_trunk_gruu_cookie(self.handle)
        except NotFound:
            return None

    @property
    def way(self) -> TrunkWay | None:
        """The target that holds the binding, or is tried now: calls go there.
        None while the registrar's name was not looked up yet."""
        try:
            way = raw_sip.tw_trunk_way_get(self.handle)
        except NotFound:
            return None
        return TrunkWay(_TRANSPORTS[way.transport], way.host, way.port,
                        way.server_name, way.uri, bool(way.flags & 1),
                        bool(way.flags & 2))

    @property
    def route_set(self) -> str | None:
        """Value of the Route header of requests outside of a dialog: the
        ``outbound_proxy``, then the Service-Route; None if none is needed."""
        try:
            return raw_sip.tw_trunk_route_set(self.handle)
        except NotFound:
            return None

    def authorize(self, method: str, uri: str, response: bytes) -> str:
        """The header line that answers a 401 or 407 of a request that you
        send yourself; see ``tw_trunk_authorize`` in trunkwise/trunk.h."""
        return raw_sip.tw_trunk_authorize(self.handle, method, uri, response)

    def update(self, *, registrar: str, user: str,
               **options: Unpack[TrunkOptions]) -> str:
        """Gives it other options, all of them as for ``Trunks.add``. "none":
        they are those it has; "applied": passwords and rules, under the
        binding that stands; "binding": another one is registered, the old one
        un-registers beside it."""
        home = self._home()
        if home is not None:
            home._keep(options)
        change, other = raw_sip.tw_trunk_update(self.handle, {
            **_options(options), "name": self.name, "registrar": registrar,
            "user": user})
        if other is not None:
            self.handle.thisown = False
            self._handle = other
        return _CHANGES[change]

    def remove(self) -> None:
        """Un-registers and forgets it; its last event, "removed", tells the
        end. The name is free at once."""
        raw_sip.tw_trunk_remove(self.handle)
        self.handle.thisown = False
        self.close()

    def close(self) -> None:
        """Forgets it without a word to the registrar."""
        self._handle = None
        home = self._home()
        if home is not None:
            home._drop(self)

    def __repr__(self) -> str:
        state = "closed" if self._handle is None else self.status.state
        return f"<Trunk {self.name} {state}>"


class Trunks:
    """A set of trunks. ``local_host`` is the address to speak from; left
    out, it is that of the route to each registrar. No more REGISTERs a second
    leave than ``requests_per_s`` in all and ``registrar_requests_per_s`` to
    one registrar (0: no limit), and a start waits a random part of
    ``start_spread_s``. A ``leased`` set registers only while ``lease`` lets
    it. The last ``trace_max`` SIP messages wait for ``traces``, with
    ``mask_numbers`` without the digits of numbers but the last 4. Registrars
    by name are asked of ``dns_servers`` ("192.0.2.53, [2001:db8::53]:5353");
    left out, of those of the system. ``ca`` (PEM) is trusted by trunks over
    TLS that bring none; left out, the system's CAs are."""

    def __init__(self, *, local_host: str | None = None, local_port: int = 0,
                 requests_per_s: int = 500, registrar_requests_per_s: int = 50,
                 start_spread_s: int = 0, leased: bool = False,
                 trace_max: int = 0, mask_numbers: bool = False,
                 dns_servers: str | None = None, ca: bytes = b""):
        self._handle: raw_sip.tw_trunks | None = None
        self._trunks: dict[str, Trunk] = {}
        self._secrets: list[Callable[[], bytes]] = []
        self._handle = raw_sip.trunks_new(
            local_host, whole(local_port, "local_port"),
            whole(requests_per_s, "requests_per_s"),
            whole(registrar_requests_per_s, "registrar_requests_per_s"),
            whole(start_spread_s, "start_spread_s"), _flag(leased, "leased"),
            whole(trace_max, "trace_max"),
            int(_flag(mask_numbers, "mask_numbers")), dns_servers,
            _bytes(ca, "ca"))

    @property
    def handle(self) -> raw_sip.tw_trunks:
        if self._handle is None:
            raise InvalidArgument("the set of trunks is closed")
        return self._handle

    def add(self, *, name: str, registrar: str, user: str,
            **options: Unpack[TrunkOptions]) -> Trunk:
        """A trunk, not yet started.

        ``registrar`` is ``sip:HOST[:PORT][;transport=udp]``; a host by name
        is looked up as RFC 3263 says, and ``backup`` is a second registrar
        for while the first does not answer; without
        ``realm`` the first one seen is pinned; answers weaker than
        ``digest_min`` (MD5, SHA-256, SHA-512-256) are refused.

        With ``qualify_s`` the registered target is asked by OPTIONS every so
        many seconds. It is down after ``qualify_down`` failures in a row, back
        after ``qualify_up`` good answers, degraded from that loss or smoothed
        round trip on (0: never). ``qualify_alive`` lists codes or classes
        (``[404, "2xx"]``); left out: every final answer but 408, 502, 503
        and 504.

        With ``;transport=tls`` the registrar has to prove the host of its
        URI. ``ca``, ``cert`` and ``key`` are bytes of PEM files: CAs to trust
        in place of the system's, and what a registrar is shown that asks.
        With ``crl`` each certificate of its chain needs a revocation list of
        its issuer there, in force today. With ``must_staple`` it has to bring
        its CA's word that it is not revoked (OCSP stapling).
        ``verify=False`` takes anybody, which every event tells.

        ``stun``: keep-alives over UDP are STUN requests, whose answers tell
        that the registrar is there and sees us where it did. ``gin``: one
        registration for all numbers of the trunk (RFC 6140), where the
        carrier offers it.

        ``nat_contact``: the Contact names the address that the registrar
        sees, for hosts behind a NAT. ``static``: nothing is registered, and
        ``registrar`` is the IP address that calls go to; ``peers`` are
        addresses and prefixes that may speak for it, see
        ``tw_trunks_inbound`` in trunkwise/inbound.h.

        ``flows`` (1 to 4): so many registrations at once, each to a target of
        its own (RFC 5626), where the registrar keeps them apart; the trunk is
        registered while one of them is. ``instance``: the URN by which it
        knows us over restarts; left out, one that is made of the trunk.

        ``secret`` instead of a password is called for it, without arguments
        and on the set's own thread, whenever one is needed; nothing keeps
        what it gives. What it raises is a temporary failure.
        """
        self._keep(options)
        trunk = Trunk(raw_sip.tw_trunk_new(self.handle, {
            **_options(options), "name": name, "registrar": registrar,
            "user": user}), name, self)
        self._trunks[name] = trunk
        return trunk

    def lease(self, seconds: float) -> None:
        """Lets this node register for so long, of a set made ``leased``.
        Renew it before; 0 gives it up, and un-registers."""
        us = span(seconds, "seconds")
        now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        raw_sip.tw_trunks_lease(self.handle, now + us if us else 0)

    @property
    def pending(self) -> int:
        """Requests that wait for an answer or for their turn."""
        return raw_sip.tw_trunks_pending(self.handle)

    def _keep(self, options: TrunkOptions) -> None:
        """The library borrows it, for trunks that still un-register too."""
        if (secret := options.get("secret")) is not None:
            self._secrets.append(secret)

    def _drop(self, trunk: Trunk) -> None:
        if self._trunks.get(trunk.name) is trunk:
            del self._trunks[trunk.name]

    def __iter__(self) -> Iterator[Trunk]:
        return iter(list(self._trunks.values()))

    def __len__(self) -> int:
        return len(self._trunks)

    def __getitem__(self, name: str) -> Trunk:
        return self._trunks[name]

    def fileno(self) -> int:
        """Readable while an event waits, for select, poll and asyncio; read
        with ``events(0)``, never from the descriptor."""
        return raw_sip.tw_trunks_fd(self.handle)

    def events(self, timeout_s: float | None = 0) -> Iterator[TrunkEvent]:
        """What happened since the last call, then what happens until
        ``timeout_s`` from now; None waits for ever."""
        end = None
        if timeout_s is not None:            # the past is now
            past = isinstance(timeout_s, (int, float)) and timeout_s < 0
            end = time.monotonic() \
                + (0 if past else span(timeout_s, "timeout_s") / 1_000_000)
        poll = select.poll()
        poll.register(self.fileno(), select.POLLIN)
        while True:
            try:
                e = raw_sip.tw_trunks_next_event(self.handle)
            except StopIteration:
                left = None if end is None else end - time.monotonic()
                if left is not None and left <= 0:
                    return
                poll.poll(None if left is None
                          else min(left * 1000 + 1, _POLL_MAX_MS))
                continue
            yield TrunkEvent(
                e.trunk, raw_sip.tw_trunk_state_name(e.state_old),
                raw_sip.tw_trunk_state_name(e.state_new), e.sip_code,
                e.reason, e.target,
                None if e.next_try_s < 0 else e.next_try_s, e.expires_s,
                raw_sip.tw_trunk_health_name(e.health_old),
                raw_sip.tw_trunk_health_name(e.health_new), _TLS[e.tls],
                e.flow, e.flows, e.flows_registered)

    def snapshot(self) -> list[TrunkView]:
        """All trunks as they stand at one moment, by name."""
        views = raw_sip.tw_trunks_snapshot(self.handle)
        found = []
        while True:
            try:
                found.append(_view(raw_sip.tw_trunk_views_next(views)))
            except StopIteration:
                return found

    def metrics(self, *, openmetrics: bool = False) -> str:
        """Counters and latencies for Prometheus: ``text/plain;
        version=0.0.4``, with ``openmetrics``
        ``application/openmetrics-text; version=1.0.0``."""
        return raw_sip.tw_trunks_metrics(
            self.handle, int(_flag(openmetrics, "openmetrics")))

    def traces(self) -> Iterator[TrunkTrace]:
        """SIP messages since the last call, of a set made with
        ``trace_max``."""
        while True:
            try:
                t = raw_sip.tw_trunks_next_trace(self.handle)
            except StopIteration:
                return
            yield TrunkTrace(
                _when(t.at), t.trunk, _DIRECTIONS[t.direction],
                _TRANSPORTS[t.transport], t.peer, t.text, bool(t.flags & 1),
                t.lost)

    def close(self) -> None:
        """Drops all trunks without a word to their registrars; ``stop`` them
        and wait for "idle" before, where that matters."""
        for trunk in list(self._trunks.values()):
            trunk.close()
        self._handle = None
        self._secrets.clear()

    def __enter__(self) -> "Trunks":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None) is not None:
            warnings.warn("Trunks was not closed; use `with`",
                          ResourceWarning, source=self)
            self.close()
