"""``trunkwise trunk check``: registers the trunks of a deployment for real,
says what came of it and what to mend, and un-registers them again.

It decides which cause a verdict most likely has. Rules of registration are
the library's, secrets are read here and never shown.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Sequence

from . import passwords
from .deployment import Deployment, Problem
from .errors import Error, InvalidArgument, NotFound, ParseError, Unsupported
from .reasons import deployment_reason_in, trunk_reason_in
from .secret_commands import key_of
from .store import Store
from .trace_file import TraceFile
from .trunk_back import ended_as_by_ctrl_c, take_back
from .trunk_walk import Step, first_line, walk
from .words import plain, say

if TYPE_CHECKING:
    from .trunks import (Trunk, TrunkEvent, TrunkHealth, Trunks,
                         TrunkTrace)

_UNREGISTER_S = 3.0
_TRACE_MAX = 10000
_WALK_MAX = 1000
_QUALIFY_S = 5
_QUALIFY = ("qualify_timeout_ms", "qualify_loss_percent", "qualify_rtt_ms",
            "qualify_alive")
_PLAIN = ("auth_user", "realm", "domain", "contact_user", "digest_min",
          "empty_authorization", "expires_s", "backup",
          "outbound_proxy", "target_timeout_s", "keepalive_s", "flows",
          "instance")
# of TW_PACE_OPTIONS_INIT: in force where the file says nothing
_RATES = {"requests_per_s": 500, "registrar_requests_per_s": 50}
_PAPERS = {"ca_file": "ca", "crl_file": "crl", "cert_file": "cert"}
_KEYS = {"key": ("key_file", "key_env", "key_credential"),
         "ha1": ("ha1_file", "ha1_env", "ha1_credential")}
_FINAL = ("registered", "refused", "fatal")
_PASSED = {True: "trunk_passed", False: "trunk_failed", None: "trunk_untold"}

# Words of the library's reasons that tell causes of one code apart.
_REASONS = (
    ("GIN (RFC 6140)", "trunk_gin"),
    ("none is configured", "trunk_no_password"),
    ("another realm", "trunk_realm"),
    ("called stale", "trunk_stale"),
    ("more than 16 challenges", "trunk_challenges"),
    ("weaker than digest_min", "trunk_digest_weak"),
    ("not among those of ha1", "trunk_ha1_lacks"),
    ("digest", "trunk_digest"),
    ("other than Digest", "trunk_digest"),
    ("auth-int", "trunk_digest"),
    ("challenge header is missing", "trunk_digest"),
    ("certificate was revoked on ", "trunk_cert_revoked"),
    ("(OCSP", "trunk_cert_staple"),
    ("revocation list of ", "trunk_crl"),
    ("certificate is for ", "trunk_cert_name"),
    ("certificate expired on ", "trunk_cert_expired"),
    ("certificate is valid from ", "trunk_cert_early"),
    ("signed by itself", "trunk_cert_ca"),
    ("signed by an unknown CA", "trunk_cert_ca"),
    ("certificate of ours", "trunk_cert_ours"),
    ("refused our certificate", "trunk_cert_ours"),
    ("certificate is refused", "trunk_cert"),
    ("TLS 1.2 or later", "trunk_tls_old"),
    ("does not speak TLS", "trunk_tls_plain"),
    ("go by the name", "trunk_cert_name"),
    ("no TLS connection", "trunk_tls_none"),
    ("TCP connection: ", "trunk_tls_none"),
    ("speaks TLS; write", "trunk_tls_there"),
    ("there is not SIP", "trunk_not_sip"),
    ("it hangs up ", "trunk_hangs_up"),
    ("TLS", "trunk_cert"),
    ("could not be sent", "trunk_unsent"),
    ("no way to the target", "trunk_unsent"),
    (": DNS: ", "trunk_dns"),
    ("of that name in DNS", "trunk_name"),
    ("SRV record says", "trunk_name"),
    ("granted 0 seconds", "trunk_no_time"),
)
_CODES = {
    401: "trunk_password", 407: "trunk_password", 402: "trunk_forbidden",
    403: "trunk_forbidden", 404: "trunk_unknown", 410: "trunk_unknown",
    423: "trunk_brief", 408: "trunk_server",
}


class Flow(NamedTuple):
    """One of several registrations of a trunk (RFC 5626)."""

    flow: int
    state: str
    code: int
    reason: str
    target: str


class Verdict(NamedTuple):
    """One trunk's line; the keys of ``--json``."""

    trunk: str
    state: str
    code: int
    reason: str
    text: str
    target: str
    next_try_s: int
    expires_s: int
    health: str = "unknown"
    rtt_ms: float | None = None
    tls: str = "none"
    steps: Sequence[Step] = ()
    flows: Sequence[Flow] = ()
    left: bool = False


# ---- what a verdict means ----

def _unsupported(registrar: str) -> str:
    """What of this URI is not served."""
    text = registrar.lower()
    return "trunk_sips" if text.startswith("sips:") else "trunk_unsupported"


def _cause(event: "TrunkEvent", tls_stood: bool) -> str:
    # only where the reason is the library's: elsewhere it is the peer's
    if event.code < 300 or event.code in (401, 407, 420):
        for words, key in _REASONS:
            if words in event.reason:
                return key
    if event.code in _CODES:
        return _CODES[event.code]
    if event.code == 0 and event.state == "resolving":
        return "trunk_dns"
    if event.code == 0 and event.target.startswith("tls"):
        return "trunk_silence_in_tls" if tls_stood else "trunk_silence_tls"
    if event.code == 0:
        return "trunk_silence"
    if event.state == "fatal":
        return "trunk_no_registrar"
    if 300 <= event.code < 400:
        return "trunk_elsewhere"
    if 500 <= event.code < 600:
        return "trunk_server"
    return "trunk_other"


def _key(event: "TrunkEvent", row: dict[str, Any],
         traces: list["TrunkTrace"], tls_stood: bool) -> str:
    """Which sentence explains it."""
    if event.state == "registered":
        return "trunk_static" if row.get("static") else "trunk_registered"
    if event.state in ("refused", "fatal", "backoff"):
        return _cause(event, tls_stood)
    if "waits for its turn" in event.reason and not traces:
        return "trunk_turn"
    got = [t for t in traces if t.direction == "received"]
    if event.code or any(not t.refused for t in got):
        return "trunk_unfinished"
    return "trunk_malformed" if got else _cause(event, tls_stood)


def _reason(event: "TrunkEvent", row: dict[str, Any], seconds: float,
            traces: list["TrunkTrace"]) -> str:
    """What was heard, where no verdict tells it."""
    if event.reason or event.state not in ("registering", "resolving"):
        return plain(event.reason)
    if event.state == "resolving":
        return f"{row['registrar']}: no answer in {seconds:g} s"
    return next((first_line(t) for t in reversed(traces)
                 if t.direction == "received"), "")


def _explain(event: "TrunkEvent", key: str, row: dict[str, Any],
             seconds: float, lang: str) -> str:
    text = say(lang, key, target=event.target, code=event.code,
               reason=trunk_reason_in(lang, event.reason),
               expires_s=event.expires_s,
               asked_s=row.get("expires_s", 300), seconds=f"{seconds:g}",
               user=row["user"], auth_user=row.get("auth_user", row["user"]),
               realm=row.get("realm", ""), registrar=row["registrar"],
               digest_min=row.get("digest_min", "MD5"))
    if event.state == "backoff" and event.next_try_s is not None:
        text += " " + say(lang, "trunk_next", next_try_s=event.next_try_s)
    if key == "trunk_registered" and "of this account too" in event.reason:
        text += " " + say(lang, "trunk_foreign")
    if event.tls == "unverified":
        text += " " + say(lang, "trunk_unverified")
    return text


def _verdict(event: "TrunkEvent", row: dict[str, Any], work: "_Check",
             tls_stood: bool) -> Verdict:
    traces = [t for t in work.traces if t.trunk == event.trunk]
    key = _key(event, row, traces, tls_stood)
    event = event._replace(reason=_reason(event, row, work.seconds, traces))
    return Verdict(
        event.trunk, event.state, event.code, event.reason,
        _explain(event, key, row, work.seconds, work.lang), event.target,
        -1 if event.next_try_s is None else event.next_try_s,
        event.expires_s, tls=event.tls,
        steps=() if row.get("static")
        else walk(row["registrar"], event, key, traces))


def _with_health(verdict: Verdict, health: "TrunkHealth",
                 lang: str) -> Verdict:
    """What OPTIONS said, where they were asked for."""
    rtt = None if health.rtt is None \
        else round(health.rtt.total_seconds() * 1000, 3)
    key = "trunk_alive" if health.verdict in ("up", "degraded") else \
        "trunk_dead" if health.verdict == "down" else "trunk_unasked"
    text = say(lang, key, code=health.code, rtt_ms=rtt,
               reason=trunk_reason_in(lang, health.reason),
               target=health.target)
    return verdict._replace(text=f"{verdict.text} {text}",
                            health=health.verdict, rtt_ms=rtt)


def _with_flows(verdict: Verdict, trunk: "Trunk", lang: str) -> Verdict:
    """Each of them, where several were asked for."""
    flows = [Flow(s.flow, s.state, s.code, plain(s.reason), s.target)
             for s in trunk.flows]
    status = trunk.status
    if status.outbound is False:
        return verdict._replace(flows=flows, text=verdict.text + " "
                                + say(lang, "trunk_no_outbound"))
    text = say(lang, "trunk_flows", there=status.flows_registered,
               flows=status.flows)
    for flow in flows:
        if flow.state != "registered":
            why = trunk_reason_in(lang, flow.reason)
            text += " " + say(lang, "trunk_flow_lacks", flow=flow.flow,
                              state=say(lang, "trunk_state_" + flow.state),
                              why=f" ({why})" if why else "")
    return verdict._replace(flows=flows, text=f"{verdict.text} {text}")


def _hopeless(row: dict[str, Any], error: Error, lang: str) -> Verdict:
    """A trunk that could not even be tried."""
    key = _unsupported(row["registrar"]) \
        if isinstance(error, Unsupported) else "trunk_unsent"
    return Verdict(row["name"], "fatal", 0, error.message,
                   say(lang, key, registrar=row["registrar"],
                       target=row["registrar"],
                       reason=deployment_reason_in(lang, error.message)),
                   row["registrar"], -1, 0)


def _key_of(row: dict[str, Any], option: str) -> str:
    """The key of the file that an option was given by."""
    if option in _KEYS:
        return next((k for k in _KEYS[option] if row.get(k)),
                    _KEYS[option][0])
    return next((k for k, o in _PAPERS.items() if o == option), option)


# ---- the check ----

def _hush() -> None:
    """libre writes of broken packets and handshakes to standard error, past
    everything here: what came of them is told by the verdict."""
    from . import raw_sip
    libre = ctypes.CDLL(raw_sip._trunkwise_sip.__file__)
    if hasattr(libre, "dbg_init"):
        libre.dbg_init(0, 0)


class _Rates(NamedTuple):
    """How many REGISTERs a second the file lets out. A check keeps to them
    too: a carrier locks out whom it finds too loud, whatever he is at."""

    of_set: dict[str, int]
    of_carrier: dict[str, int]

    @classmethod
    def of(cls, deployment: Deployment) -> "_Rates":
        company = deployment.company
        return cls({key: company[key] for key in _RATES if key in company},
                   {name: row["requests_per_s"]
                    for name, row in deployment.carriers.items()
                    if "requests_per_s" in row})

    def patience(self, trunks: int) -> float:
        """Until so many have un-registered, through a challenge each."""
        slowest = [rate for rate in (*{**_RATES, **self.of_set}.values(),
                                     *self.of_carrier.values()) if rate]
        return _UNREGISTER_S + (2 * trunks / min(slowest) if slowest else 0)


class _Check:
    """Registers, watches, un-registers."""

    def __init__(self, trunks: "Trunks", rates: "_Rates", seconds: float,
                 lang: str):
        self.trunks = trunks
        self.rates = rates
        self.seconds = seconds
        self.lang = lang
        self.rows: dict[str, dict[str, Any]] = {}
        self.started: dict[str, "Trunk"] = {}
        self.latest: dict[str, "TrunkEvent"] = {}
        self.hopeless: dict[str, Verdict] = {}
        self.traces: list["TrunkTrace"] = []

    def add(self, row: dict[str, Any], place: str, password: bytes,
            folder: Path) -> None:
        name = row["name"]
        self.rows[name] = row
        options = {key: row[key] for key in
                   (*_PLAIN, "static", "nat_contact", "stun", "gin",
                    "must_staple", "peers", *_QUALIFY)
                   if row.get(key, []) != []}
        for key, option in _PAPERS.items():
            if row.get(key):
                options[option] = passwords.pem(row, key, place, folder,
                                                lang=self.lang)
        if key := passwords.key_of_trunk(row, place, folder,
                                         lang=self.lang):
            options["key"] = key
        options["verify"] = row.get("verify", True)
        if rate := self.rates.of_carrier.get(row["carrier"]):
            options["registrar_requests_per_s"] = rate
        if ha1 := passwords.ha1_of_trunk(row, place, folder,
                                         lang=self.lang):
            options["ha1"] = ha1
        if "qualify_s" in row:
            # the first answer is the verdict here, there is no time for more
            options.update(qualify_s=_QUALIFY_S, qualify_down=1,
                           qualify_up=1)
        try:
            self.started[name] = self.trunks.add(
                name=name, registrar=row["registrar"], user=row["user"],
                password=password, refused_tries=1, **options)
        except (ValueError, OverflowError) as error:
            if not isinstance(error, Error):
                raise
            raise ParseError(error.message, field=f"{place}."
                             + _key_of(row, error.field)) from None
        except Error as error:
            self.hopeless[name] = _hopeless(row, error, self.lang)

    def _is_final(self, event: "TrunkEvent", left_s: float) -> bool:
        if event.state == "backoff":
            return event.next_try_s is None or event.next_try_s > left_s
        if event.state == "registered":
            return self._has_flows(event) and (
                "qualify_s" not in self.rows[event.trunk]
                or event.health != "unknown")
        return event.state in _FINAL

    def _has_flows(self, event: "TrunkEvent") -> bool:
        """All that it will have."""
        status = self.started[event.trunk].status
        return status.flows_registered == status.flows \
            or status.outbound is False

    def _note(self, event: "TrunkEvent") -> None:
        # its code and reason are those of OPTIONS if only health changed
        if event.state != event.state_old:
            self.latest[event.trunk] = event

    def run(self) -> None:
        """Until each has a final verdict, or the time is over."""
        end = time.monotonic() + self.seconds
        waiting = set(self.started)
        for trunk in self.started.values():
            trunk.start()
        while waiting:
            left = end - time.monotonic()
            if left <= 0:
                return
            for event in self.trunks.events(left):
                self._note(event)
                if self._is_final(event, end - time.monotonic()):
                    waiting.discard(event.trunk)
                if not waiting:
                    return

    def verdicts(self) -> list[Verdict]:
        """In the order of the file."""
        for event in self.trunks.events(0):
            self._note(event)
        self.traces.extend(self.trunks.traces())
        found = []
        for name, row in self.rows.items():
            if name in self.hopeless:
                found.append(self.hopeless[name])
                continue
            event = self.latest[name]
            if event.state == "registering":
                # answers that changed no state made no event
                status = self.started[name].status
                event = event._replace(code=status.code,
                                       reason=status.reason)
            status = self.started[name].status
            verdict = _verdict(event, row, self,
                               status.certificate_until is not None)
            if event.state == "registered" and "qualify_s" in row:
                verdict = _with_health(verdict, self.started[name].health,
                                       self.lang)
            if event.state == "registered" and "flows" in row:
                verdict = _with_flows(verdict, self.started[name], self.lang)
            found.append(verdict)
        return found

    def undo(self) -> set[str]:
        """Un-registers whatever may have registered; which stay behind."""
        left = take_back(self.trunks, self.started, self.rates.patience)
        for name in sorted(left):
            print(f"trunkwise: {name}: " + say(self.lang, "trunk_left"),
                  file=sys.stderr)
        return left


def _problems(error: Error, found: Sequence[Problem],
              arguments: argparse.Namespace) -> int:
    if arguments.json:
        print(json.dumps({"error": {
            "code": error.code, "field": error.field, "line": error.line,
            "file": str(arguments.deployment), "message": error.message}},
            ensure_ascii=False))
    for p in found:
        if p.is_error:
            print(plain(f"trunkwise: {arguments.deployment}: {p.field}: "
                        + deployment_reason_in(arguments.lang, p.message)),
                  file=sys.stderr)
    return 2


def _chosen(deployment: Deployment, only: list[str] | None) \
        -> list[tuple[str, dict[str, Any]]]:
    rows = deployment.trunks
    if not rows:
        raise NotFound("the file has no [[trunk]]; add one", field="trunk")
    if only is None:
        return rows
    names = [row["name"] for _, row in rows]
    for name in only:
        if name not in names:
            raise NotFound(f'no trunk is named "{name}"; the file has '
                           + ", ".join(names), field="--trunk")
    return [(place, row) for place, row in rows if row["name"] in only]


def _say(verdict: Verdict, arguments: argparse.Namespace) -> None:
    if arguments.json:
        print(json.dumps({
            **verdict._asdict(), "steps": [
                step._asdict() for step in verdict.steps],
            "flows": [flow._asdict() for flow in verdict.flows]},
            ensure_ascii=False))
        return
    code = f" ({verdict.code})" if verdict.code else ""
    print(f"{verdict.trunk}: {verdict.state}{code}  {verdict.target}")
    print(f"  {verdict.text}")
    for step in verdict.steps:
        print(f"  {say(arguments.lang, 'trunk_step_' + step.step)}: "
              + say(arguments.lang, _PASSED[step.ok])
              + (f" ({trunk_reason_in(arguments.lang, step.detail)})"
                 if step.detail else ""))


def _unseal(secrets: list[bytes], chosen: list[tuple[str, dict[str, Any]]],
            arguments: argparse.Namespace) -> None:
    """Fills in what the store holds for trunks without a reference."""
    if bool(arguments.store) != bool(arguments.key):
        raise InvalidArgument("--store and --key go together",
                              field="--key" if arguments.store else "--store")
    if not arguments.store:
        return
    key = key_of(arguments.key, "--key", lang=arguments.lang)
    with Store(arguments.store, readonly=True) as store:
        kept = {r.key for r in store.secrets()}
        for i, (_, row) in enumerate(chosen):
            if not secrets[i] and row["name"] in kept:
                secrets[i] = store.secret(row["name"], key=key)


def _registered_and_back(work: _Check, found: list[Verdict]) -> set[str]:
    """Which stay behind."""
    try:
        work.run()
        found += work.verdicts()
    finally:
        left = work.undo()
    return left


def check(arguments: argparse.Namespace) -> int:
    if not 0 < arguments.seconds <= 3600:
        raise InvalidArgument("is not within 0..3600", field="--seconds")
    if arguments.trace == "-" and arguments.json:
        raise InvalidArgument("would stand between the lines of --json; name "
                              "a file", field="--trace")
    try:
        deployment = Deployment.load(arguments.deployment)
    except Error as error:
        if error.problems:
            return _problems(error, error.problems, arguments)
        raise
    try:
        deployment.check()
    except ParseError as error:
        return _problems(error, deployment.problems, arguments)
    chosen = _chosen(deployment, arguments.trunk)
    folder = Path(arguments.deployment).parent
    secrets = [passwords.of_trunk(row, place, folder, lang=arguments.lang)
               for place, row in chosen]
    _unseal(secrets, chosen, arguments)
    from .trunks import Trunks
    _hush()
    rates = _Rates.of(deployment)
    found: list[Verdict] = []
    with contextlib.ExitStack() as stack:
        trace = stack.enter_context(TraceFile(arguments.trace)) \
            if arguments.trace else None
        trunks = stack.enter_context(Trunks(
            trace_max=_TRACE_MAX if trace else _WALK_MAX,
            mask_numbers=arguments.mask_numbers,
            dns_servers=arguments.dns, **rates.of_set))
        work = _Check(trunks, rates, arguments.seconds, arguments.lang)
        for (place, row), secret in zip(chosen, secrets):
            work.add(row, place, secret, folder)
        stack.enter_context(ended_as_by_ctrl_c())
        try:
            left = _registered_and_back(work, found)
        except KeyboardInterrupt as signalled:
            print("trunkwise: " + say(arguments.lang, "trunk_interrupted"),
                  file=sys.stderr)
            return 128 + (signalled.args or (signal.SIGINT,))[0]
        finally:
            if trace:
                trace.write([*work.traces, *trunks.traces()])
    for verdict in found:
        if verdict.trunk in left:
            verdict = verdict._replace(left=True)
        elif verdict.expires_s:
            verdict = verdict._replace(text=verdict.text + " " + say(
                arguments.lang, "trunk_back"))
        _say(verdict, arguments)
    # a binding that stays draws calls to a port that nobody listens on
    return 0 if not left and all(v.state == "registered" for v in found) \
        else 1
