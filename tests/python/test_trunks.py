"""Managed trunk sets and `trunkwise trunk check` against a registrar written
here, and against a real Kamailio where one is installed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from conftest import BUILD, OFFICE, SOURCE
from sip import header, reply

try:
    import trunkwise.trunks
except NotImplementedError as absent:
    pytest.skip(f"no SIP part: {absent}", allow_module_level=True)

STATES = {"idle", "resolving", "registering", "registered", "backoff",
          "refused", "fatal", "unregistering", "disabled"}
KEYS = ["trunk", "state", "code", "reason", "text", "target", "next_try_s",
        "expires_s", "health", "rtt_ms", "tls", "steps", "flows", "left"]
HASH = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


class Silence(Exception):
    """A script's way to answer nothing."""


class Registrar:
    """One UDP socket that checks digests by itself; `script` maps a user to
    what happens to him."""

    def __init__(self, *, algorithm="MD5", realm="carrier.test",
                 passwords=None, script=None):
        self.algorithm, self.realm = algorithm, realm
        self.passwords = passwords or {"trunk1": "s3cret", "trunk2": "zwei"}
        self.script = script or {}
        self.options: str | None = "200 OK"
        self.requests: list[str] = []
        self.bindings: dict[str, int] = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(0.05)
        self.port = self.socket.getsockname()[1]
        self.uri = f"sip:127.0.0.1:{self.port}"
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc):
        self._ended.set()
        self._thread.join()
        self.socket.close()

    def _run(self):
        while not self._ended.is_set():
            try:
                data, peer = self.socket.recvfrom(65536)
            except TimeoutError:
                continue
            text = data.decode("latin-1")
            self.requests.append(text)
            for answer in self._answers(text):
                self.socket.sendto(answer, peer)

    def _answers(self, text):
        if text.startswith("OPTIONS"):
            what = self.options
            if what is None:
                return
            yield self._packet(text, what, [])
            return
        user = re.search(r"sip:([^@]+)@", header(text, "To")).group(1)
        what = self.script.get(user, "digest")
        if what == "silence":
            return
        if callable(what):
            try:
                status, lines = what(text)
            except Silence:
                return
        elif what == "digest":
            status, lines = self._digest(text, user)
        else:
            status, lines = what, []
        yield self._packet(text, status, lines)

    @staticmethod
    def _packet(text, status, lines):
        return reply(text, status, extra="".join(
            line + "\r\n" for line in lines)).encode("latin-1")

    def challenge(self):
        return ("401 Unauthorized", [
            f'WWW-Authenticate: Digest realm="{self.realm}", nonce="abc", '
            f'algorithm={self.algorithm}, qop="auth"'])

    def _digest(self, text, user):
        given = dict(re.findall(r'(\w+)="?([^",]+)"?',
                                header(text, "Authorization")))
        if not given or user not in self.passwords:
            return self.challenge()
        digest = HASH[self.algorithm]

        def h(value):
            return digest(value.encode()).hexdigest()

        want = h(":".join([
            h(f"{given['username']}:{self.realm}:{self.passwords[user]}"),
            "abc", given["nc"], given["cnonce"], "auth",
            h(f"REGISTER:{given['uri']}")]))
        if given["response"] != want:
            return "403 Forbidden", []
        expires = int(header(text, "Expires"))
        contact = header(text, "Contact").split(";")[0]
        self.bindings[user] = expires
        if not expires:
            return "200 OK", []
        return "200 OK", [f"Contact: {contact};expires={expires}"]


@pytest.fixture
def registrar():
    with Registrar() as r:
        yield r


def trunk_table(name, registrar, user="trunk1", extra=""):
    return (f'\n[[trunk]]\nname = "{name}"\ncarrier = "north"\n'
            f'registrar = "{registrar}"\nuser = "{user}"\n{extra}\n')


@pytest.fixture
def check(office, command):
    """Runs `trunk check --json` over OFFICE and these trunks."""
    (office / "main.secret").write_text("s3cret\n")
    (office / "main.secret").chmod(0o600)
    (office / "two.secret").write_text("zwei\n")
    (office / "two.secret").chmod(0o600)

    def run(tables, *arguments, status=None, secret=None, company="",
            carrier=""):
        if secret is not None:
            (office / "main.secret").write_bytes(secret)
        (office / "deployment.toml").write_text(OFFICE.replace(
            "[company]", "[company]\n" + company, 1).replace(
            "[[carrier]]", "[[carrier]]\n" + carrier, 1) + tables)
        result = command("trunk", "check", office / "deployment.toml",
                         "--json", *arguments, check=status)
        for password in ("s3cret", "wr0ng"):
            assert password not in result.out + result.err
        result.lines = [json.loads(line)
                        for line in result.out.splitlines()]
        for line in result.lines:
            if "error" not in line:
                assert list(line) == KEYS
                assert line["state"] in STATES and line["text"]
        return result

    return run


FILE = 'password_file = "main.secret"'


# ---- the package ----

def test_import_loads_no_libre():
    code = ("import trunkwise, sys\n"
            "with open('/proc/self/maps') as f: before = f.read()\n"
            "assert 'libre.so' not in before\n"
            "assert 'trunkwise.trunks' not in sys.modules\n"
            "trunkwise.Trunks\n"
            "with open('/proc/self/maps') as f: after = f.read()\n"
            "assert 'libre.so' in after\n")
    done = subprocess.run([sys.executable, "-c", code], text=True,
                          capture_output=True)
    assert done.returncode == 0, done.stderr


def test_absent_sip_part_is_named(tmp_path):
    shutil.copytree(Path(trunkwise.__file__).parent, tmp_path / "trunkwise",
                    symlinks=True)
    for file in (tmp_path / "trunkwise").glob("*sip*"):
        file.unlink()
    code = ("import trunkwise\n"
            "try: trunkwise.Trunks\n"
            "except trunkwise.Unsupported as e: print(e.code, e)\n")
    done = subprocess.run(
        [sys.executable, "-c", code], text=True, capture_output=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path),
             "LD_LIBRARY_PATH": str(BUILD / "src")})
    assert done.returncode == 0, done.stderr
    assert "TW_EUNSUPPORTED" in done.stdout
    assert "TW_BUILD_SIP" in done.stdout


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_life_of_a_trunk(algorithm):
    with Registrar(algorithm=algorithm) as r, \
            trunkwise.Trunks(local_host="127.0.0.1") as trunks:
        main = trunks.add(name="main", registrar=r.uri, user="trunk1",
                          password=b"s3cret", expires_s=120)
        assert main.status.state == "idle"
        main.start()
        seen = []
        for event in trunks.events(5):
            seen.append(event)
            if event.state == "registered":
                break
        assert [e.state for e in seen] == ["registering", "registered"]
        assert seen[-1].code == 200 and seen[-1].expires_s == 120
        assert seen[-1].target == f"udp:127.0.0.1:{r.port}"
        status = main.status
        assert status.realm == "carrier.test"
        assert 100 < status.expires_in.total_seconds() <= 120
        assert 90 < status.next_try_in.total_seconds() < 120
        assert r.bindings == {"trunk1": 120}
        assert list(trunks.events(0)) == []
        main.stop()
        wait(trunks, "idle")
        assert r.bindings == {"trunk1": 0}


def wait(trunks, state, seconds=5):
    for event in trunks.events(seconds):
        if event.state == state:
            return event
    raise AssertionError(f"never {state}")


def test_health(registrar):
    registrar.options = "405 Method Not Allowed"
    with trunkwise.Trunks(local_host="127.0.0.1") as trunks:
        main = trunks.add(name="main", registrar=registrar.uri,
                          user="trunk1", password=b"s3cret", qualify_s=5,
                          qualify_timeout_ms=500, qualify_down=1)
        assert main.health.verdict == "unknown"
        assert main.health.rtt is None
        main.start()
        seen = wait_for(trunks, lambda e: e.health == "up")
        assert seen.health_old == "unknown"
        assert (seen.state_old, seen.state) == ("registered", "registered")
        health = main.health
        assert health.verdict == "up" and health.code == 405
        assert 0 < health.rtt.total_seconds() < 0.5
        assert health.rtt == health.rtt_min == health.rtt_smoothed
        assert health.target == f"udp:127.0.0.1:{registrar.port}"
        assert 0 < health.next_in.total_seconds() <= 6
        registrar.options = None
        seen = wait_for(trunks, lambda e: e.health == "down")
        assert "no answer within 500 ms" in seen.reason
        assert main.health.loss_percent == 50
        assert main.status.state == "registered"


def test_routes_and_identities(registrar):
    def answer(text):
        return "200 OK", [
            "Service-Route: <sip:a.test;lr>, <sip:b.test;lr>",
            "P-Associated-URI: <sip:+78432000001@a>, <tel:+78432000002>",
            "Expires: 60"]
    registrar.script["trunk1"] = answer
    with trunkwise.Trunks(local_host="127.0.0.1") as trunks:
        main = trunks.add(name="main", registrar=registrar.uri,
                          user="trunk1", nat_contact=True)
        assert main.service_route is None
        assert main.associated_uris == []
        main.start()
        wait(trunks, "registered")
        assert main.service_route == "<sip:a.test;lr>, <sip:b.test;lr>"
        assert main.route_set == main.service_route
        way = main.way
        assert way.uri == f"sip:{way.host}:{way.port}"
        assert way.transport == "udp" and not way.elsewhere
        assert main.associated_uris == ["sip:+78432000001@a",
                                        "tel:+78432000002"]


def wait_for(trunks, wanted):
    for event in trunks.events(20):
        if wanted(event):
            return event
    raise AssertionError("never")


def test_qualify_options_are_checked(registrar):
    with trunkwise.Trunks() as trunks:
        for field, value in (("qualify_s", 4), ("qualify_down", 0),
                             ("qualify_timeout_ms", 1),
                             ("qualify_alive", ["ok"]),
                             ("qualify_alive", [])):
            options = {"qualify_s": 60, field: value}
            with pytest.raises(trunkwise.InvalidArgument) as caught:
                trunks.add(name="a", registrar=registrar.uri, user="u",
                           **options)
            assert caught.value.field == field
        trunks.add(name="a", registrar=registrar.uri, user="u",
                   qualify_s=60, qualify_alive=[404, "2xx"])


def test_fileno_tells_of_events(registrar):
    with trunkwise.Trunks() as trunks:
        assert select.select([trunks], [], [], 0)[0] == []
        main = trunks.add(name="main", registrar=registrar.uri,
                          user="trunk1", password=b"s3cret")
        main.start()
        assert select.select([trunks], [], [], 5)[0] == [trunks]
        wait(trunks, "registered")
        assert select.select([trunks], [], [], 0)[0] == []


def test_calls_from_other_threads(registrar):
    with trunkwise.Trunks() as trunks:
        failed = []

        def work(name, user, password):
            try:
                trunks.add(name=name, registrar=registrar.uri, user=user,
                           password=password).start()
            except Exception as error:         # noqa: BLE001
                failed.append(error)

        threads = [threading.Thread(target=work, args=a) for a in (
            ("one", "trunk1", b"s3cret"), ("two", "trunk2", b"zwei"))]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert not failed
        done = set()
        for event in trunks.events(5):
            if event.state == "registered":
                done.add(event.trunk)
            if done == {"one", "two"}:
                break
        assert done == {"one", "two"}


def test_removed_trunk_says_good_bye(registrar):
    with trunkwise.Trunks() as trunks:
        main = trunks.add(name="main", registrar=registrar.uri,
                          user="trunk1", password=b"s3cret")
        main.start()
        wait(trunks, "registered")
        assert trunks["main"] is main and len(trunks) == 1
        main.remove()
        assert len(trunks) == 0
        with pytest.raises(ValueError):
            main.start()
        again = trunks.add(name="main", registrar=registrar.uri,
                           user="trunk2", password=b"zwei")
        assert wait(trunks, "removed").code == 200
        assert registrar.bindings == {"trunk1": 0}
        assert list(trunks) == [again]
        again.close()
        assert list(trunks) == []


def test_changes_while_it_runs(registrar):
    with trunkwise.Trunks() as trunks:
        main = trunks.add(name="main", registrar=registrar.uri,
                          user="trunk1", password=b"wr0ng", refused_tries=1)
        main.start()
        wait(trunks, "refused")
        good = {"registrar": registrar.uri, "user": "trunk1",
                "refused_tries": 1, "password": b"s3cret"}
        assert main.update(**good) == "applied"
        wait(trunks, "registered", 10)      # 5 s after the attempt before
        assert main.update(**good) == "none"
        assert main.update(**{**good, "user": "trunk2",
                              "password": b"zwei"}) == "binding"
        wait(trunks, "registered")
        while trunks.pending:
            time.sleep(0.01)
        assert registrar.bindings == {"trunk1": 0, "trunk2": 300}
        with pytest.raises(ValueError):
            main.update(registrar=registrar.uri, user="")
        assert main.status.state == "registered"
        assert trunks["main"] is main


def test_password_by_a_function(registrar):
    given = []

    def secret():
        given.append(threading.current_thread())
        return b"s3cret"

    with trunkwise.Trunks() as trunks:
        main = trunks.add(name="main", registrar=registrar.uri,
                          user="trunk1", secret=secret)
        assert not given
        main.start()
        wait(trunks, "registered")
        assert len(given) == 1 and given[0] is not threading.main_thread()
        main.remove()
        wait(trunks, "removed")
        assert registrar.bindings == {"trunk1": 0}
        for bad in ({"secret": b"s3cret"}, {"secret": "s3cret"}):
            with pytest.raises(TypeError):
                trunks.add(name="n", registrar=registrar.uri, user="u", **bad)
        with pytest.raises(ValueError):
            trunks.add(name="n", registrar=registrar.uri, user="u",
                       secret=secret, password=b"s3cret")


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning")
def test_function_that_fails(registrar):
    answers = {"raises": lambda: {}["s3cret"], "text": lambda: "s3cret",
               "empty": lambda: b"", "long": lambda: b"x" * 2000,
               "lines": lambda: b"a\nb"}
    with trunkwise.Trunks() as trunks:
        for name, secret in answers.items():
            trunks.add(name=name, registrar=registrar.uri, user="trunk1",
                       secret=secret).start()
        reasons = {}
        for event in trunks.events(5):
            if event.state == "backoff":
                reasons[event.trunk] = event.reason
            if len(reasons) == len(answers):
                break
        assert "KeyError" in reasons["raises"]
        assert "TypeError" in reasons["text"]
        assert "longer than 1024" in reasons["long"]
        assert "empty" in reasons["empty"] and "line" in reasons["lines"]
        assert not any("s3cret" in r for r in reasons.values())


def test_one_node_holds_the_lease(registrar):
    with trunkwise.Trunks(leased=True) as trunks:
        trunks.add(name="main", registrar=registrar.uri, user="trunk1",
                   password=b"s3cret").start()
        assert list(trunks.events(0.1)) == [] and not registrar.requests
        trunks.lease(30)
        wait(trunks, "registered")
        trunks.lease(0)
        wait(trunks, "idle")
        assert registrar.bindings == {"trunk1": 0} and not trunks.pending
    with trunkwise.Trunks() as trunks, pytest.raises(ValueError):
        trunks.lease(30)


def test_options_of_a_trunk(registrar):
    with trunkwise.Trunks(requests_per_s=0, start_spread_s=0) as trunks:
        def refused(error, **options):
            with pytest.raises(error):
                trunks.add(name="n", registrar=registrar.uri, user="u",
                           **options)
        refused(TypeError, expire_s=60)
        refused(TypeError, expires_s="60")
        refused(OverflowError, expires_s=2 ** 32)
        refused(OverflowError, expires_s=2 ** 70)
        refused(OverflowError, expires_s=-1)
        refused(ValueError, expires_s=59)
        refused(ValueError, realm="a\0b")
        refused(ValueError, qualify_s=1)
        refused(TypeError, realm=b"bytes")
        trunks.add(name="n", registrar=registrar.uri, user="u", realm=None,
                   password=bytearray(b"s"), ha1=None, qualify_s=30,
                   empty_authorization=True)


def test_errors_of_the_set(registrar):
    with trunkwise.Trunks() as trunks:
        main = trunks.add(name="main", registrar=registrar.uri, user="u")
        with pytest.raises(trunkwise.errors.Exists) as caught:
            trunks.add(name="main", registrar=registrar.uri, user="u")
        assert caught.value.field == "name"
        with pytest.raises(NotImplementedError):
            trunks.add(name="n", registrar="sips:carrier.test", user="u")
        with pytest.raises(ValueError):
            trunks.add(name="n", registrar=registrar.uri, user="u",
                       digest_min="MD4")
        with pytest.raises(TypeError):
            trunks.add(name="n", registrar=registrar.uri, user="u",
                       password="text")
    with pytest.raises(ValueError):
        main.start()
    with pytest.raises(ValueError):
        trunks.fileno()
    with pytest.raises(trunkwise.Error):
        trunkwise.Trunks(local_host="192.0.2.1")


def test_set_that_was_not_closed_warns():
    trunks = trunkwise.Trunks()
    with pytest.warns(ResourceWarning):
        del trunks


# ---- the command ----

QUALIFY = FILE + "\nqualify_s = 600"


def test_check_asks_by_options(check, registrar):
    result = check(trunk_table("main", registrar.uri, extra=QUALIFY),
                   status=0)
    line = result.lines[0]
    assert line["state"] == "registered" and line["code"] == 200
    assert line["health"] == "up" and 0 < line["rtt_ms"] < 1000
    assert "OPTIONS" in line["text"]
    assert [t.split()[0] for t in registrar.requests].count("OPTIONS") == 1
    registrar.options = "480 Nobody"
    extra = QUALIFY + '\nqualify_alive = ["2xx"]'
    line = check(trunk_table("main", registrar.uri, extra=extra),
                 status=0).lines[0]
    assert line["state"] == "registered" and line["health"] == "down"
    assert "480" in line["text"] and "qualify_alive" in line["text"]
    assert line["reason"] == "200 OK"
    # an empty list might be all or none
    refused = check(trunk_table("main", registrar.uri,
                                extra=QUALIFY + "\nqualify_alive = []"),
                    status=2)
    assert "qualify_alive is an empty list" in refused.err
    # without the key nobody is asked
    line = check(trunk_table("main", registrar.uri, extra=FILE),
                 status=0).lines[0]
    assert line["health"] == "unknown" and line["rtt_ms"] is None


def test_check_of_a_static_trunk(check, registrar):
    extra = ('static = true\npeers = ["192.0.2.0/24"]\nqualify_s = 60\n'
             'nat_contact = true')
    line = check(trunk_table("main", registrar.uri, extra=extra),
                 status=0).lines[0]
    assert line["state"] == "registered" and line["code"] == 0
    assert line["health"] == "up" and "nothing is registered" in line["text"]
    assert {t.split()[0] for t in registrar.requests} == {"OPTIONS"}


def test_check_by_the_hash_of_a_password(check, office, registrar):
    value = HASH["MD5"](b"trunk1:carrier.test:s3cret").hexdigest()
    (office / "main.ha1").write_text(f"MD5:{value}\n")
    (office / "main.ha1").chmod(0o600)
    extra = 'ha1_file = "main.ha1"\nrealm = "carrier.test"'
    table = trunk_table("main", registrar.uri, extra=extra)
    line = check(table, status=0).lines[0]
    assert line["state"] == "registered"
    (office / "main.ha1").write_text("MD5:xyz\n")
    assert "ha1" in check(table, status=2).err
    # a hash is of one realm, and stands in the place of a password
    check(trunk_table("main", registrar.uri, extra='ha1_env = "H"'),
          status=2)
    check(trunk_table("main", registrar.uri, extra=f"{extra}\n{FILE}"),
          status=2)


def test_check_tells_who_else_is_registered(check, registrar):
    registrar.script["trunk1"] = lambda text: (
        "200 OK", ["Contact: <sip:old@192.0.2.9>;expires=60, "
                   f"{header(text, 'Contact')};expires=60"])
    line = check(trunk_table("main", registrar.uri, extra=FILE),
                 status=0).lines[0]
    assert line["state"] == "registered"
    assert "Something else is registered with this account" in line["text"]


def test_check_of_flows(check, registrar):
    """One registrar that keeps flows and has one target: the second flow
    has none of its own. Then one that knows nothing of it."""
    def answer(text):
        assert header(text, "Supported") == "outbound, path"
        assert "reg-id=1" in header(text, "Contact")
        return "200 OK", ["Require: outbound"]
    registrar.script["trunk1"] = answer
    table = trunk_table("main", registrar.uri, extra=f"{FILE}\nflows = 2")
    line = check(table, "--seconds", "1", status=0).lines[0]
    assert line["state"] == "registered"
    assert [f["state"] for f in line["flows"]] == ["registered", "backoff"]
    assert "of its own" in line["flows"][1]["reason"]
    assert "1 of 2 flows" in line["text"]
    result = check(table, "--seconds", "1", "--lang", "ru", status=0)
    assert "was not" not in result.err and "не удалось" not in result.err
    assert header(registrar.requests[-1], "Expires") == "0"
    assert "ждёт новой попытки" in result.lines[0]["text"]
    assert "of its own" not in result.lines[0]["text"]
    assert "of its own" in result.lines[0]["flows"][1]["reason"]
    registrar.script["trunk1"] = lambda text: ("200 OK", [])
    line = check(table, status=0).lines[0]
    assert line["state"] == "registered"
    assert "RFC 5626" in line["text"]


def test_options_of_flows():
    with trunkwise.trunks.Trunks() as trunks:
        for wrong, field in (({"flows": 5}, "flows"),
                             ({"instance": "x"}, "instance"),
                             ({"flows": 2, "instance": "x"}, "instance"),
                             ({"flows": 2, "gin": True}, "flows")):
            with pytest.raises(ValueError) as told:
                trunks.add(name="t", registrar="sip:127.0.0.1:9", user="u",
                           **wrong)
            assert told.value.field == field
        trunk = trunks.add(name="t", registrar="sip:127.0.0.1:9", user="u",
                           flows=3)
        assert [f.flow for f in trunk.flows] == [1, 2, 3]
        assert trunk.status.outbound is None
        assert trunks.snapshot()[0].flows == 3


def test_check_of_gin(check, registrar):
    def bulk(text):
        assert header(text, "Require") == "gin"
        contact = header(text, "Contact")
        assert contact.endswith(";bnc>") and "@" not in contact
        return "200 OK", [f"Contact: {contact};expires=60"]
    table = trunk_table("main", registrar.uri,
                        extra=FILE + "\ngin = true\nstun = true")
    registrar.script["trunk1"] = bulk
    assert check(table, status=0).lines[0]["state"] == "registered"
    # who does not know it, and who ignores it
    for answer, state in ((("420 Bad Extension", ["Unsupported: gin"]),
                           "fatal"),
                          (("200 OK", ["Expires: 60"]), "refused")):
        registrar.script["trunk1"] = lambda text, a=answer: a
        line = check(table, status=1).lines[0]
        assert line["state"] == state
        assert "gin" in line["text"], line
    check(trunk_table("main", registrar.uri, extra=FILE +
                      '\ngin = true\ncontact_user = "x"'), status=2)


def test_bad_peers(check, registrar):
    for peers in ('["carrier.test"]', '["192.0.2.1/24"]', '["0.0.0.0/0"]'):
        check(trunk_table("main", registrar.uri, extra=f"peers = {peers}"),
              status=2)
    assert not registrar.requests


def _told_apart(check, company="", carrier=""):
    """Seconds between the first REGISTERs of two trunks."""
    seen = {}

    def note(text):
        user = re.search(r"sip:([^@]+)@", header(text, "To")).group(1)
        seen.setdefault(user, time.monotonic())
        return "200 OK", [f"Contact: {header(text, 'Contact')}"]

    with Registrar(script={"trunk1": note, "trunk2": note}) as r:
        tables = trunk_table("one", r.uri) + trunk_table("two", r.uri,
                                                         "trunk2")
        check(tables, status=0, company=company, carrier=carrier)
    return abs(seen["trunk1"] - seen["trunk2"])


def test_limits_of_the_file_are_kept(check):
    assert _told_apart(check, company="requests_per_s = 2") > 0.45
    assert _told_apart(check, company="registrar_requests_per_s = 2") > 0.45
    assert _told_apart(check, carrier="requests_per_s = 2") > 0.45


def test_check_owns_up_to_its_limit(check):
    """Nothing was sent to the last of them: the network is not the cause."""
    with Registrar(passwords={f"u{i}": "s3cret" for i in range(5)}) as r:
        tables = "".join(trunk_table(f"t{i}", r.uri, f"u{i}", FILE)
                         for i in range(5))
        lines = check(tables, "--seconds", "1", status=1,
                      company="requests_per_s = 1").lines
        assert "u4@" not in "".join(r.requests)
    assert "waits for its turn" in lines[4]["reason"]
    assert "--seconds" in lines[4]["text"]
    assert "firewalls" not in lines[4]["text"]


def test_bad_limits(check, registrar):
    for company, carrier in (("requests_per_s = -1", ""),
                             ("requests_per_s = 100001", ""),
                             ("requests_per_s = 1.5", ""),
                             ("start_spread_s = 3601", ""),
                             ("", "requests_per_s = 0"),
                             ("", 'requests_per_s = "1"')):
        check(trunk_table("main", registrar.uri), status=2, company=company,
              carrier=carrier)
    assert not registrar.requests
    with trunkwise.Trunks() as trunks:
        with pytest.raises(ValueError, match="registrar_requests_per_s"):
            trunks.add(name="n", registrar=registrar.uri, user="u",
                       registrar_requests_per_s=100001)


def test_qualify_keys_are_checked(check, registrar):
    for extra in ("qualify_s = 4", "qualify_s = 3601",
                  'qualify_alive = ["1xx"]', "qualify_up = 21"):
        check(trunk_table("main", registrar.uri, extra=extra), status=2)
    assert not registrar.requests


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_check_registers_and_takes_back(check, algorithm):
    with Registrar(algorithm=algorithm) as r:
        result = check(trunk_table(
            "main", r.uri, extra=FILE + "\nexpires_s = 600"), status=0)
        assert r.bindings == {"trunk1": 0}
    (line,) = result.lines
    assert line["trunk"] == "main" and line["state"] == "registered"
    assert line["code"] == 200 and line["expires_s"] == 600
    assert line["target"] == f"udp:127.0.0.1:{r.port}"
    assert result.err == ""


def test_wrong_password(check, registrar):
    result = check(trunk_table("main", registrar.uri, extra=FILE), status=1,
                   secret=b"wr0ng\n")
    (line,) = result.lines
    assert line["state"] == "refused" and line["code"] == 403
    assert "password" in line["text"]
    assert len(registrar.requests) == 2


def test_wrong_password_answered_by_401(check):
    with Registrar() as r:
        r.script["trunk1"] = lambda text: r.challenge()
        (line,) = check(trunk_table("main", r.uri, extra=FILE),
                        status=1).lines
        assert len(r.requests) == 2
    assert line["state"] == "refused" and line["code"] == 401
    assert "user" in line["text"] and "password" in line["text"]


CASES = {
    "no such user": ("404 Not Found", "refused", 404, "no user"),
    "forbidden": ("403 Forbidden", "refused", 403, "forbids"),
    "overload": ("503 Service Unavailable", "backoff", 503, "overloaded"),
    "broken": ("500 Server Error", "backoff", 500, "overloaded"),
    "too brief": ("423 Interval Too Brief", "backoff", 423, "expires_s"),
    "no registrar": ("405 Method Not Allowed", "fatal", 405,
                     "not take registrations"),
    "redirect": ("302 Moved Temporarily", "refused", 302,
                 "another address"),
    "busy everywhere": ("600 Busy Everywhere", "refused", 600,
                        "600 Busy Everywhere"),
}


@pytest.mark.parametrize("case", CASES)
def test_answers_and_their_mend(case, check):
    status, state, code, words = CASES[case]
    with Registrar(script={"trunk1": status}) as r:
        begun = time.monotonic()
        (line,) = check(trunk_table("main", r.uri, extra=FILE),
                        status=1).lines
        assert time.monotonic() - begun < 8       # no waiting for the rest
        assert len(r.requests) == 1
    assert (line["state"], line["code"]) == (state, code)
    assert words in line["text"], line["text"]
    if state == "backoff":
        assert line["next_try_s"] > 0 and "try again" in line["text"]


def test_no_time_granted(check):
    def answer(text):
        contact = header(text, "Contact").split(";")[0]
        return "200 OK", [f"Contact: {contact};expires=0"]

    with Registrar(script={"trunk1": answer}) as r:
        (line,) = check(trunk_table("main", r.uri, extra=FILE),
                        status=1).lines
    assert line["state"] == "backoff" and "no time" in line["text"]


def test_challenges_that_are_not_answered(check):
    def basic(text):
        return "401 Unauthorized", ['WWW-Authenticate: Basic realm="r"']

    def exotic(text):
        return "401 Unauthorized", [
            'WWW-Authenticate: Digest realm="r", nonce="n", algorithm=X-1']

    for script in (basic, exotic):
        with Registrar(script={"trunk1": script}) as r:
            (line,) = check(trunk_table("main", r.uri, extra=FILE),
                            status=1).lines
            assert "Authorization" not in "".join(r.requests)
        assert line["state"] == "refused" and "Digest" in line["text"]


def test_realm_mismatch_keeps_the_password(check, registrar):
    (line,) = check(trunk_table(
        "main", registrar.uri, extra=FILE + '\nrealm = "other.test"'),
        status=1).lines
    assert line["state"] == "refused" and line["code"] == 401
    assert '"other.test"' in line["text"]
    assert "Authorization" not in "".join(registrar.requests)


def test_hashes_that_do_not_cover_it(check, registrar, monkeypatch):
    table = trunk_table("main", registrar.uri,
                        extra='realm = "carrier.test"\nha1_env = "TW_HA1"')
    monkeypatch.setenv("TW_HA1", "SHA-256:" + "0" * 64)
    for lang, words in (("en", "add the hash"), ("ru", "добавьте хэш")):
        (line,) = check(table, "--lang", lang, status=1).lines
        assert line["state"] == "refused" and words in line["text"]
    assert "Authorization" not in "".join(registrar.requests)
    monkeypatch.setenv("TW_HA1", "MD5:zz")
    (line,) = check(table, status=2).lines
    assert line["error"]["field"] == "trunk[0].ha1_env"


def test_russian_is_whole(check, command, office, registrar):
    """Every piece in brackets that is the library's own."""
    check(trunk_table("main", registrar.uri, extra=FILE), status=1,
          secret=b"wr0ng\n")
    registrar.script["trunk1"] = lambda text: registrar.challenge()
    said = command("trunk", "check", office / "deployment.toml",
                   "--lang", "ru", check=1)
    assert "401 снова после ответа" in said.out, said.out
    assert "again after" not in said.out
    from trunkwise.reasons import trunk_reason_in
    from trunkwise.trunk_words import TRUNK_REASONS
    for english, russian in TRUNK_REASONS.items():
        assert english.count("{}") == russian.count("{}"), english
        assert re.search("[а-я]", russian), english
    assert trunk_reason_in("ru", "flow 1 of 2: 200 OK") == \
        "поток 1 из 2: 200 OK"
    assert trunk_reason_in("ru", "flow 2 of 2: no way to the target") == \
        "поток 2 из 2: нет пути к адресу"
    assert trunk_reason_in("en", "no way to the target") == \
        "no way to the target"


def test_no_password_at_all(check, registrar):
    (line,) = check(trunk_table("main", registrar.uri), status=1).lines
    assert line["state"] == "refused"
    assert "password_file" in line["text"]


def test_silence(check):
    with Registrar(script={"trunk1": "silence"}) as r:
        begun = time.monotonic()
        result = check(trunk_table("main", r.uri, extra=FILE), "--seconds",
                       "1", status=1)
        assert 1 <= time.monotonic() - begun < 5
    (line,) = result.lines
    assert line["state"] == "registering" and line["code"] == 0
    assert line["target"] in line["text"] and "firewall" in line["text"]


def test_slow_verdict_asks_for_more_time(check):
    def first_only(text):
        if "Authorization" in text:
            raise Silence
        return r.challenge()

    with Registrar(script={"trunk1": first_only}) as r:
        (line,) = check(trunk_table("main", r.uri, extra=FILE), "--seconds",
                        "1", status=1).lines
    assert line["state"] == "registering" and line["code"] == 401
    assert "--seconds" in line["text"]


def test_nobody_there_over_tls(check):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        uri = f"sip:127.0.0.1:{s.getsockname()[1]};transport=tls"
        (line,) = check(trunk_table("tls", uri), status=1).lines
    assert (line["state"], line["tls"]) == ("backoff", "verified")
    assert "No connection to tls:127.0.0.1:" in line["text"]


def test_several_and_one_of_them(check, registrar):
    tables = trunk_table("good", registrar.uri, extra=FILE) + \
        trunk_table("bad", registrar.uri, user="nobody", extra=FILE)
    result = check(tables, status=1)
    assert [(x["trunk"], x["state"]) for x in result.lines] == [
        ("good", "registered"), ("bad", "refused")]
    result = check(tables, "--trunk", "good", status=0)
    assert [x["trunk"] for x in result.lines] == ["good"]
    result = check(tables, "--trunk", "bad", "--trunk", "good", status=1)
    assert [x["trunk"] for x in result.lines] == ["good", "bad"]
    result = check(tables, "--trunk", "good", "--trunk", "other", status=2)
    assert "good, bad" in result.err
    assert registrar.bindings == {"trunk1": 0}


def test_hostile_reason_stays_one_line(check):
    evil = "403 x\x1b[31m\xff\u0085 \"}"
    with Registrar(script={"trunk1": evil}) as r:
        result = check(trunk_table("main", r.uri, extra=FILE), status=1)
    assert len(result.lines) == 1
    assert result.lines[0]["reason"].isascii()
    assert result.lines[0]["reason"].isprintable()


def steps_of(line):
    return {step["step"]: step["ok"] for step in line["steps"]}


def test_walk(check, registrar):
    (line,) = check(trunk_table("main", registrar.uri, extra=FILE),
                    status=0).lines
    assert steps_of(line) == {"transport": True, "challenge": True,
                              "answer": True}
    assert line["steps"][1]["detail"] == 'MD5 of "carrier.test"'
    assert line["text"].endswith("took it back.")
    (line,) = check(trunk_table(
        "main", registrar.uri, extra=FILE + '\nrealm = "other.test"'),
        status=1).lines
    assert steps_of(line) == {"transport": True, "challenge": False,
                              "answer": False}


def test_what_stays_behind_is_not_said_to_be_gone(check):
    def no_end(text):
        if header(text, "Expires") == "0":
            return "500 No", []
        return "200 OK", [f"Contact: {header(text, 'Contact')};expires=60"]

    with Registrar(script={"trunk1": no_end}) as r:
        result = check(trunk_table("main", r.uri, extra=FILE), status=1)
    assert "un-registered" in result.err
    (line,) = result.lines
    assert line["state"] == "registered" and line["left"] is True
    assert "took it back" not in line["text"]


def test_registrar_that_falls_silent_keeps_the_registration(check):
    def silent_end(text):
        if header(text, "Expires") == "0":
            raise Silence
        return "200 OK", [f"Contact: {header(text, 'Contact')};expires=60"]

    with Registrar(script={"trunk1": silent_end}) as r:
        result = check(trunk_table("main", r.uri, extra=FILE)
                       + trunk_table("other", r.uri, user="trunk2",
                                     extra=FILE.replace("main", "two")),
                       status=1)
    assert [line["left"] for line in result.lines] == [True, False]
    assert "main: could not be un-registered" in result.err


def test_weak_digests_are_named(check, registrar):
    (line,) = check(trunk_table(
        "main", registrar.uri, extra=FILE + '\ndigest_min = "SHA-256"'),
        status=1).lines
    assert 'digest_min = "SHA-256"' in line["text"]
    assert line["steps"][1] == {"step": "challenge", "ok": False,
                                "detail": 'MD5 of "carrier.test"'}


@pytest.mark.parametrize("status, words, ok", [
    ("403 a\0b", "not with valid SIP", False),
    ("100 Trying", "SIP/2.0 100 Trying", None)])
def test_answers_that_are_none(status, words, ok, check):
    with Registrar(script={"trunk1": status}) as r:
        result = check(trunk_table("main", r.uri, extra=FILE), "--seconds",
                       "1", status=1)
    (line,) = result.lines
    assert words in line["text"] and line["code"] == 0
    assert steps_of(line) == {"transport": True, "answer": ok}
    assert result.err == ""


def test_failed_handshake_is_told_by_the_verdict_alone(check):
    """libre would write of it to standard error."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        s.settimeout(5)

        def answer():
            peer, _ = s.accept()
            with peer:
                peer.recv(65535)
                peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        result = check(trunk_table(
            "tls", f"sip:127.0.0.1:{s.getsockname()[1]};transport=tls"),
            status=1)
        thread.join()
    (line,) = result.lines
    assert "no TLS" in line["text"] and result.err == ""
    assert steps_of(line)["tls"] is False


def test_reason_does_not_turn_the_line_around(check):
    evil = "500 a\u202eb\u2028c".encode().decode("latin-1")
    with Registrar(script={"trunk1": evil}) as r:
        (line,) = check(trunk_table("main", r.uri, extra=FILE),
                        status=1).lines
    assert line["reason"] == r"500 a\u202eb\u2028c"
    assert line["text"].isprintable()


def test_silence_over_tls_speaks_of_tls(check):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        uri = f"sip:127.0.0.1:{s.getsockname()[1]};transport=tls"
        (line,) = check(trunk_table("tls", uri), "--seconds", "1",
                        status=1).lines
    assert "offers TLS" in line["text"]
    assert steps_of(line) == {"transport": None, "tls": None,
                              "answer": None}


def test_tcp_refused(check):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        uri = f"sip:127.0.0.1:{s.getsockname()[1]};transport=tcp"
        (line,) = check(trunk_table("tcp", uri), status=1).lines
    assert "No connection to tcp:127.0.0.1:" in line["text"]
    assert "refused" in line["text"]
    assert steps_of(line) == {"transport": False}


@contextlib.contextmanager
def tcp_peer(talk):
    """Whoever connects is handed to `talk`, and then hung up on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        s.settimeout(0.05)
        ended = threading.Event()

        def one(peer):
            with peer, contextlib.suppress(OSError):
                peer.settimeout(5)
                talk(peer)

        def run():
            threads = []
            while not ended.is_set():
                with contextlib.suppress(TimeoutError):
                    threads.append(threading.Thread(
                        target=one, args=(s.accept()[0],)))
                    threads[-1].start()
            for thread in threads:
                thread.join()

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield f"sip:127.0.0.1:{s.getsockname()[1]};transport=tcp"
        finally:
            ended.set()
            thread.join()


def _web(peer):
    if peer.recv(65535):
        peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def _of_tls(peer):
    if peer.recv(65535):
        peer.sendall(bytes([0x15, 3, 1, 0, 2, 2, 70]))


@pytest.mark.parametrize("talk, words, reason", [
    (_web, "but not a SIP server", 'not SIP: "HTTP/1.1 400 Bad Request"'),
    (_of_tls, "write ;transport=tls", "speaks TLS"),
    (lambda peer: None, "closes it without an answer",
     "hangs up on every connection"),
    (lambda peer: peer.recv(9), "closes it without an answer",
     "hangs up when it is sent SIP")])
def test_what_a_tcp_peer_is(talk, words, reason, check):
    with tcp_peer(talk) as uri:
        (line,) = check(trunk_table("tcp", uri), status=1).lines
        assert line["state"] == "backoff" and line["code"] == 0
        assert words in line["text"] and reason in line["reason"]
        assert steps_of(line) == {"transport": True, "answer": False}


def test_silent_dns_is_told(check):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        (line,) = check(trunk_table("main", "sip:carrier.test"), "--dns",
                        f"127.0.0.1:{s.getsockname()[1]}", "--seconds", "1",
                        status=1).lines
    assert "DNS does not answer (sip:carrier.test: " in line["text"]
    assert steps_of(line)["dns"] is False


@pytest.mark.parametrize("key", ["ca_file", "cert_file", "key_file"])
def test_empty_lists_are_refused(key, check, registrar):
    refused = check(trunk_table("main", registrar.uri,
                                extra=f"{FILE}\n{key} = []"), status=2)
    assert f"{key} is an empty list" in refused.err


def test_people_read_it_in_both_languages(office, command, registrar, check):
    check(trunk_table("main", registrar.uri, extra=FILE), status=0)
    english = command("trunk", "check", office / "deployment.toml", check=0)
    assert "main: registered (200)" in english.out
    assert "challenge: passed" in english.out
    russian = command("trunk", "check", office / "deployment.toml",
                      "--lang", "ru", check=0)
    assert "принял регистрацию" in russian.out


def test_every_sentence_stands_in_both_languages():
    from trunkwise.words import _WORDS
    for key, pair in _WORDS.items():
        if not key.startswith("trunk_"):
            continue
        names = [set(re.findall(r"{(\w+)}", text)) for text in pair]
        assert names[0] == names[1], key


# ---- secrets ----

def test_password_by_environment_and_credential(office, check, registrar,
                                                monkeypatch):
    table = trunk_table("main", registrar.uri,
                        extra='password_env = "TW_TEST_SECRET"')
    result = check(table, status=2)
    assert "trunk[0].password_env" in result.err
    assert result.lines[0]["error"]["field"] == "trunk[0].password_env"
    monkeypatch.setenv("TW_TEST_SECRET", "s3cret")
    check(table, status=0)
    (office / "cred").mkdir()
    (office / "cred" / "sip").write_text("s3cret")
    table = trunk_table("main", registrar.uri, extra='credential = "sip"')
    assert "CREDENTIALS_DIRECTORY" in check(table, status=2).err
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(office / "cred"))
    assert check(table, status=0).err == ""


def test_password_file_that_others_read_is_warned_of(office, check,
                                                     registrar):
    (office / "main.secret").chmod(0o644)
    result = check(trunk_table("main", registrar.uri, extra=FILE), status=0)
    assert "chmod 600" in result.err and "trunk[0].password_file" in result.err


@pytest.mark.parametrize("name, words", [
    ("none.secret", "No such file"), ("../main.secret", "leaves"),
    ("folder", "regular"), ("empty", "empty"), ("long", "longer"),
    ("marked", "byte order mark")])
def test_bad_password_files(name, words, office, check, registrar):
    (office / "folder").mkdir()
    (office / "empty").write_text("\n")
    (office / "long").write_bytes(b"x" * 5000)
    (office / "marked").write_bytes(b"\xef\xbb\xbfs3cret\n")
    for file in ("folder", "empty", "long", "marked"):
        (office / file).chmod(0o700)
    result = check(trunk_table("main", registrar.uri,
                               extra=f'password_file = "{name}"'), status=2)
    assert "trunk[0].password_file" in result.err and words in result.err
    assert registrar.requests == []


# ---- bad files ----

def test_bad_deployment_registers_nothing(check, registrar):
    result = check(trunk_table("main", registrar.uri, extra=FILE)
                   .replace('carrier = "north"', 'carrier = "south"'),
                   status=2)
    assert "trunk[0].carrier" in result.err
    assert result.lines[0]["error"]["field"] == "trunk[0].carrier"
    assert registrar.requests == []


def test_files_that_cannot_be_checked(check, command, office):
    assert "[[trunk]]" in check("", status=2).err
    command("trunk", "check", office / "none.toml", check=2)
    (office / "bad.toml").write_text("[company\n")
    assert "not TOML" in command("trunk", "check", office / "bad.toml",
                                 check=2).err
    result = check(trunk_table("main", "sip:127.0.0.1"), "--seconds", "0",
                   status=2)
    assert "--seconds" in result.err


# ---- a real registrar ----

PATHS = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
KAMAILIO = shutil.which("kamailio", path=PATHS)
MODULES = sorted(Path("/usr/lib").glob("*/kamailio/modules"))


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def run_kamailio(config):
    """The port of one that runs by this file of tests/integration."""
    # the control socket's path must fit into 108 bytes
    with tempfile.TemporaryDirectory() as run:
        port = free_port()
        text = (SOURCE / "tests/integration/kamailio" / config).read_text()
        for key, value in (("PORT", str(port)), ("RUN", run),
                           ("MODULES", str(MODULES[0]))):
            text = text.replace(f"@{key}@", value)
        Path(run, "reg.cfg").write_text(text)
        with open(Path(run, "log"), "wb") as log:
            process = subprocess.Popen(
                [KAMAILIO, "-f", f"{run}/reg.cfg", "-DD", "-E", "-m", "64",
                 "-M", "8", "-Y", run], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log)
        try:
            for _ in range(100):
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    assert process.poll() is None, \
                        Path(run, "log").read_text()
                    time.sleep(0.1)
            yield port
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


@pytest.fixture
def kamailio():
    if not KAMAILIO or not MODULES:
        pytest.skip("kamailio is not installed; install kamailio")
    with run_kamailio("reg.cfg.in") as port:
        yield port


def test_kamailio(kamailio, check):
    tables = "".join(
        trunk_table(f"main-{t}", f"sip:127.0.0.1:{kamailio};transport={t}",
                    user=f"u-{t}", extra='realm = "trunk.test"\n' + FILE)
        for t in ("udp", "tcp"))
    result = check(tables, status=0, secret=b"secret\n")
    assert [x["state"] for x in result.lines] == ["registered"] * 2
    assert result.lines[1]["target"] == f"tcp:127.0.0.1:{kamailio}"
    assert result.err == ""
    result = check(tables, status=1, secret=b"wr0ng\n")
    assert [x["code"] for x in result.lines] == [401, 401]


def test_wrong_command_line_as_a_document(check, command):
    for words in (("trunk", "check", "x", "--seconds", "abc", "--json"),
                  ("trunk", "check", "--json"), ("trunk", "--json"),
                  ("cdr", "import", "--json")):
        result = command(*words, check=2)
        error = json.loads(result.out)["error"]
        assert list(error) == ["code", "field", "line", "file", "message"]
        assert error["code"] == "TW_EINVAL" and error["message"]
    assert command("trunk", "check", check=2).out == ""
    table = trunk_table("main", "sip:127.0.0.1:9")
    for words, code in ((("--trunk", "none"), "TW_ENOTFOUND"),
                        (("--seconds", "0"), "TW_EINVAL"),
                        (("--store", "x"), "TW_EINVAL")):
        (line,) = check(table, *words, status=2).lines
        assert line["error"]["code"] == code


def test_hint_at_the_sealed_password(check, registrar):
    (line,) = check(trunk_table("main", registrar.uri), status=1).lines
    assert "--store and --key" in line["text"]
