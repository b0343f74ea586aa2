"""``trunkwise trunk check``: registers the trunks of a deployment for real,
says what came of it and what to mend, and un-registers them again.

It decides which cause a verdict most likely has. Rules of registration are
the library's, secrets are read here and never shown.
"""

from __future__ import annotations

import argparse
import ipaddress
import json
import os
import stat
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .deployment import Deployment
from .errors import Error, InvalidArgument, NotFound, ParseError, Unsupported
from .words import say

if TYPE_CHECKING:
    from .trunks import Trunk, TrunkEvent, Trunks

_SECRET_MAX = 1024
_UNREGISTER_S = 3.0
_FINAL = ("registered", "refused", "fatal")

# Words of the library's reasons that tell causes of one code apart.
_REASONS = (
    ("none is configured", "trunk_no_password"),
    ("another realm", "trunk_realm"),
    ("digest", "trunk_digest"),
    ("other than Digest", "trunk_digest"),
    ("auth-int", "trunk_digest"),
    ("challenge header is missing", "trunk_digest"),
    ("could not be sent", "trunk_unsent"),
    ("granted 0 seconds", "trunk_no_time"),
)
_CODES = {
    401: "trunk_password", 407: "trunk_password", 402: "trunk_forbidden",
    403: "trunk_forbidden", 404: "trunk_unknown", 410: "trunk_unknown",
    423: "trunk_brief", 408: "trunk_server",
}


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


# ---- secrets ----

def _read_secret(path: Path, field: str, own: bool) -> bytes:
    name = path.name
    try:
        # O_NONBLOCK: not to be held up by a FIFO in place of the file
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise ParseError(f"cannot read {path}: {error.strerror}; put the "
                         "password into it", field=field) from None
    try:
        mode = os.fstat(fd).st_mode
        if not stat.S_ISREG(mode):
            raise ParseError(f"{name} is not a regular file", field=field)
        secret = os.read(fd, _SECRET_MAX + 1)
    finally:
        os.close(fd)
    if own and mode & (stat.S_IRWXG | stat.S_IRWXO):
        print(f"trunkwise: {field}: {name} can be read by others (mode "
              f"{mode & 0o777:03o}); run chmod 600 on it, the gateway "
              "refuses it so", file=sys.stderr)
    if len(secret) > _SECRET_MAX:
        raise ParseError(f"{name} is longer than {_SECRET_MAX} bytes; put "
                         "the password alone into it", field=field)
    # one line end goes: editors add it, carriers do not know it
    secret = secret.removesuffix(b"\n").removesuffix(b"\r")
    if not secret:
        raise ParseError(f"{name} is empty; put the password into it",
                         field=field)
    return secret


def _secret(row: dict[str, Any], place: str, folder: Path) -> bytes:
    """The password by whichever reference the trunk has; b"" for none."""
    if name := row.get("password_file"):
        field = f"{place}.password_file"
        if ".." in Path(name).parts:
            raise ParseError(f"{name} leaves its directory; write a plain "
                             "file name instead", field=field)
        return _read_secret(folder / name, field, True)
    if name := row.get("password_env"):
        value = os.environb.get(os.fsencode(name))
        if not value:
            raise ParseError(f"environment variable {name} is not set",
                             field=f"{place}.password_env")
        return value
    if name := row.get("credential"):
        field = f"{place}.credential"
        home = os.environ.get("CREDENTIALS_DIRECTORY")
        if not home:
            raise ParseError("CREDENTIALS_DIRECTORY is not set; systemd sets "
                             "it for units with LoadCredential=", field=field)
        if "/" in name or name == "..":
            raise ParseError(f"{name} leaves its directory; write a plain "
                             "file name instead", field=field)
        # systemd sets the modes of credentials itself
        return _read_secret(Path(home) / name, field, False)
    return b""


# ---- what a verdict means ----

def _unsupported(registrar: str) -> str:
    """What of this URI is not served."""
    text = registrar.lower()
    if text.startswith("sips:") or "transport=tls" in text:
        return "trunk_tls"
    host = text.removeprefix("sip:").split(";")[0].split("?")[0]
    host = host.rpartition("@")[2]
    host = host[1:].split("]")[0] if host.startswith("[") \
        else host.split(":")[0]
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "trunk_host"
    return "trunk_unsupported"


def _cause(event: "TrunkEvent") -> str:
    # only where the reason is the library's: elsewhere it is the peer's
    if event.code < 300 or event.code in (401, 407):
        for words, key in _REASONS:
            if words in event.reason:
                return key
    if event.code in _CODES:
        return _CODES[event.code]
    if event.code == 0:
        return "trunk_silence"
    if event.state == "fatal":
        return "trunk_no_registrar"
    if 300 <= event.code < 400:
        return "trunk_elsewhere"
    if 500 <= event.code < 600:
        return "trunk_server"
    return "trunk_other"


def _explain(event: "TrunkEvent", row: dict[str, Any], seconds: float,
             lang: str) -> str:
    if event.state == "registered":
        key = "trunk_registered"
    elif event.state not in ("refused", "fatal", "backoff") and event.code:
        key = "trunk_unfinished"
    else:
        key = _cause(event)
    text = say(lang, key, target=event.target, code=event.code,
               reason=event.reason, expires_s=event.expires_s,
               asked_s=row.get("expires_s", 300), seconds=f"{seconds:g}",
               user=row["user"], auth_user=row.get("auth_user", row["user"]),
               realm=row.get("realm", ""), registrar=row["registrar"])
    if event.state == "backoff" and event.next_try_s is not None:
        text += " " + say(lang, "trunk_next", next_try_s=event.next_try_s)
    return text


def _verdict(event: "TrunkEvent", row: dict[str, Any], seconds: float,
             lang: str) -> Verdict:
    return Verdict(
        event.trunk, event.state, event.code, event.reason,
        _explain(event, row, seconds, lang), event.target,
        -1 if event.next_try_s is None else event.next_try_s,
        event.expires_s)


def _hopeless(row: dict[str, Any], error: Error, lang: str) -> Verdict:
    """A trunk that could not even be tried."""
    key = _unsupported(row["registrar"]) \
        if isinstance(error, Unsupported) else "trunk_unsent"
    return Verdict(row["name"], "fatal", 0, error.message,
                   say(lang, key, registrar=row["registrar"],
                       target=row["registrar"], reason=error.message),
                   row["registrar"], -1, 0)


# ---- the check ----

class _Check:
    """Registers, watches, un-registers."""

    def __init__(self, trunks: "Trunks", seconds: float, lang: str):
        self.trunks = trunks
        self.seconds = seconds
        self.lang = lang
        self.rows: dict[str, dict[str, Any]] = {}
        self.started: dict[str, "Trunk"] = {}
        self.latest: dict[str, "TrunkEvent"] = {}
        self.hopeless: dict[str, Verdict] = {}

    def add(self, row: dict[str, Any], place: str, password: bytes) -> None:
        name = row["name"]
        self.rows[name] = row
        options = {key: row[key] for key in
                   ("auth_user", "realm", "domain", "expires_s")
                   if key in row}
        try:
            self.started[name] = self.trunks.add(
                name=name, registrar=row["registrar"], user=row["user"],
                password=password, refused_tries=1, **options)
        except (ValueError, OverflowError) as error:
            if not isinstance(error, Error):
                raise
            raise ParseError(error.message, field=f"{place}.{error.field}") \
                from None
        except Error as error:
            self.hopeless[name] = _hopeless(row, error, self.lang)

    def _is_final(self, event: "TrunkEvent", left_s: float) -> bool:
        if event.state == "backoff":
            return event.next_try_s is None or event.next_try_s > left_s
        return event.state in _FINAL

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
                self.latest[event.trunk] = event
                if self._is_final(event, end - time.monotonic()):
                    waiting.discard(event.trunk)
                if not waiting:
                    return

    def verdicts(self) -> list[Verdict]:
        """In the order of the file."""
        for event in self.trunks.events(0):
            self.latest[event.trunk] = event
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
            found.append(_verdict(event, row, self.seconds, self.lang))
        return found

    def undo(self) -> None:
        """Un-registers whatever may have registered. A registrar that never
        said a word is not waited for."""
        waiting, left = set(), set()
        for name, trunk in self.started.items():
            status = trunk.status
            if status.expires_in is not None or (
                    status.state == "registering" and status.code):
                trunk.stop()
                waiting.add(name)
        for event in self.trunks.events(_UNREGISTER_S if waiting else 0):
            if event.state == "disabled":
                left.add(event.trunk)
            if event.state in ("idle", "disabled"):
                waiting.discard(event.trunk)
            if not waiting:
                break
        for name in sorted(waiting | left):
            print(f"trunkwise: {name}: " + say(self.lang, "trunk_left"),
                  file=sys.stderr)


def _problems(deployment: Deployment, error: Error,
              arguments: argparse.Namespace) -> int:
    if arguments.json:
        print(json.dumps({"error": {
            "code": error.code, "field": error.field, "line": error.line,
            "message": error.message}}, ensure_ascii=False))
    for p in deployment.problems:
        if p.is_error:
            print(f"trunkwise: {arguments.deployment}: {p.field}: "
                  f"{p.message}", file=sys.stderr)
    return 2


def _chosen(deployment: Deployment, only: str | None) \
        -> list[tuple[str, dict[str, Any]]]:
    rows = deployment.trunks
    if not rows:
        raise NotFound("the file has no [[trunk]]; add one", field="trunk")
    if only is None:
        return rows
    chosen = [(place, row) for place, row in rows if row["name"] == only]
    if not chosen:
        raise NotFound(f'no trunk is named "{only}"; the file has '
                       + ", ".join(row["name"] for _, row in rows),
                       field="--trunk")
    return chosen


def _say(verdict: Verdict, arguments: argparse.Namespace) -> None:
    if arguments.json:
        print(json.dumps(verdict._asdict(), ensure_ascii=False))
        return
    code = f" ({verdict.code})" if verdict.code else ""
    print(f"{verdict.trunk}: {verdict.state}{code}  {verdict.target}")
    print(f"  {verdict.text}")


def check(arguments: argparse.Namespace) -> int:
    if not 0 < arguments.seconds <= 3600:
        raise InvalidArgument("is not within 0..3600", field="--seconds")
    deployment = Deployment.load(arguments.deployment)
    try:
        deployment.check()
    except ParseError as error:
        return _problems(deployment, error, arguments)
    chosen = _chosen(deployment, arguments.trunk)
    folder = Path(arguments.deployment).parent
    secrets = [_secret(row, place, folder) for place, row in chosen]
    from .trunks import Trunks
    with Trunks() as trunks:
        work = _Check(trunks, arguments.seconds, arguments.lang)
        for (place, row), secret in zip(chosen, secrets):
            work.add(row, place, secret)
        try:
            work.run()
            found = work.verdicts()
        finally:
            work.undo()
    for verdict in found:
        _say(verdict, arguments)
    return 0 if all(v.state == "registered" for v in found) else 1
