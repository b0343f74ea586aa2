"""`trunkwise trunk check` against a registrar written here, and against a real
Kamailio where one is installed."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from carriers import HASH, Registrar, Silence
from conftest import BUILD, OFFICE
from sip import header

try:
    import trunkwise.trunks
except NotImplementedError as absent:
    pytest.skip(f"no SIP part: {absent}", allow_module_level=True)

STATES = {"idle", "resolving", "registering", "registered", "backoff",
          "refused", "fatal", "unregistering", "disabled"}
KEYS = ["trunk", "state", "code", "reason", "text", "target", "next_try_s",
        "expires_s", "health", "rtt_ms", "tls", "steps", "flows", "left"]
FILE = 'password_file = "main.secret"'


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
                   f"{header(text, 'Contact')};expires="
                   f"{header(text, 'Expires')}"])
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
        return "200 OK", [f"Contact: {contact};expires="
                          f"{header(text, 'Expires')}"]
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


def _contact(text, seconds):
    return f"Contact: {header(text, 'Contact').split(';')[0]}" \
           f";expires={seconds}"


def test_taken_back_in_words_only(check):
    """It says 200 to the un-register, and lists us all the same."""
    with Registrar(script={"trunk1": lambda text: (
            "200 OK", [_contact(text, 300)])}) as r:
        result = check(trunk_table("main", r.uri, extra=FILE), status=1)
    (line,) = result.lines
    assert line["state"] == "registered" and line["left"] is True
    assert "main: could not be un-registered" in result.err
    assert "took it back" not in line["text"]


def test_late_binding_is_taken_back(check):
    """Its 200 comes after the time is over."""
    seen = []

    def late(text):
        seen.append(header(text, "Expires"))
        if len(seen) == 1:
            time.sleep(1.4)
        return "200 OK", []

    with Registrar(script={"trunk1": late}) as r:
        (line,) = check(trunk_table("main", r.uri), "--seconds", "1",
                        status=1).lines
    assert "0" in seen and line["left"] is False


def test_flow_that_was_never_answered_is_not_left(check):
    """The first was taken back, and of the second nothing is known."""
    def answer(text):
        return "200 OK", ["Require: outbound", _contact(
            text, header(text, "Expires"))]

    with Registrar(script={"trunk1": answer}) as r, \
            Registrar(script={"trunk1": "silence"}) as mute:
        extra = f'backup = "{mute.uri}"\nflows = 2'
        result = check(trunk_table("main", r.uri, extra=extra),
                       "--seconds", "2", status=0)
        assert header(r.requests[-1], "Expires") == "0"
        assert mute.requests
    (line,) = result.lines
    assert line["left"] is False and "took it back" in line["text"]
    assert result.err == ""


def test_time_to_take_back_keeps_to_the_limits():
    from trunkwise.trunk_check import _Rates
    default = _Rates({}, {})
    assert default.patience(300) >= 3 + 300 / 50
    assert default.patience(1) < 4
    assert _Rates({"requests_per_s": 10}, {}).patience(300) >= 3 + 30
    assert _Rates({}, {"north": 5}).patience(300) >= 3 + 60
    # none at all, which the file can say too
    assert _Rates({"requests_per_s": 0, "registrar_requests_per_s": 0},
                  {}).patience(300) == 3


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_like_its_own_end(number, office, check):
    """What is registered is taken back, and the trace is whole."""
    seen = threading.Event()

    def answer(text):
        seen.set()
        return "200 OK", []

    with Registrar(script={"trunk1": answer, "trunk2": "silence"}) as r:
        (office / "deployment.toml").write_text(
            OFFICE + trunk_table("main", r.uri)
            + trunk_table("mute", r.uri, "trunk2"))
        process = subprocess.Popen(
            [sys.executable, BUILD / "bin" / "trunkwise", "trunk", "check",
             office / "deployment.toml", "--trace", office / "trace.txt"],
            stderr=subprocess.PIPE, text=True, env={**os.environ})
        assert seen.wait(20)
        time.sleep(0.3)
        process.send_signal(number)
        said = process.communicate(timeout=20)[1]
        ends = [header(text, "Expires") for text in r.requests
                if "trunk1@" in text]
    assert process.returncode == 128 + number
    assert ends == ["300", "0"]
    assert "interrupted" in said and "Traceback" not in said
    assert "Expires: 0\n" in (office / "trace.txt").read_text()


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_echo_is_no_answer(transport, check):
    """Our own 501 to it would come back too, as the registrar's."""
    def back(peer):
        while data := peer.recv(65535):
            peer.sendall(data)

    with contextlib.ExitStack() as stack:
        if transport == "tcp":
            uri = stack.enter_context(tcp_peer(back))
        else:
            r = stack.enter_context(Registrar())
            r._answers = lambda text: [text.encode("latin-1")]
            uri = r.uri
        (line,) = check(trunk_table("main", uri), "--seconds", "1",
                        status=1).lines
    assert (line["state"], line["code"]) == ("registering", 0)
    assert "not with valid SIP (REGISTER sip:" in line["text"]


@pytest.mark.parametrize("count, code, words", [
    (100, 401, "more than 16 challenges"), (400, 0, "not with valid SIP")])
def test_challenges_of_more_bytes_than_libre_reads(count, code, words, check):
    """In one datagram, which libre would drop without a word to us."""
    with Registrar(script={"trunk1": lambda text: ("401 Unauthorized", [
            f'WWW-Authenticate: Digest realm="carrier.test", nonce="{i}", '
            'algorithm=MD5, qop="auth"' for i in range(count)])}) as r:
        (line,) = check(trunk_table("main", r.uri, extra=FILE), "--seconds",
                        "2", status=1).lines
    assert line["code"] == code and words in line["text"]


def test_password_that_was_never_judged(check):
    """Stale for ever, and more challenges than anybody reads."""
    def stale(text):
        status, (line,) = r.challenge()
        return status, [line + ", stale=true"]

    with Registrar(script={"trunk1": stale, "trunk2": lambda text: (
            "401 Unauthorized", [f'WWW-Authenticate: Digest realm="{i}", '
                                 'nonce="a"' for i in range(20)])}) as r:
        lines = check(trunk_table("main", r.uri, extra=FILE)
                      + trunk_table("two", r.uri, "trunk2", FILE),
                      status=1).lines
    for line in lines:
        assert line["code"] == 401 and line["state"] == "backoff"
        assert "never judged" in line["text"]
        assert "refuses this user" not in line["text"]
    assert "stale" in lines[0]["text"]


def test_span_that_nobody_can_ask_for(check):
    with Registrar(script={"trunk1": lambda text: (
            "423 Brief", ["Min-Expires: 4000000000"])}) as r:
        (line,) = check(trunk_table("main", r.uri), status=1).lines
    assert "86400 at the most" in line["text"]
    assert "ask the carrier" in line["text"]


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


def _of_openssl(peer):
    """It hangs up without a word on what is not TLS."""
    if peer.recv(65535)[:1] == b"\x16":
        peer.sendall(bytes([0x15, 3, 3, 0, 2, 2, 40]))


@pytest.mark.parametrize("talk, words, reason", [
    (_web, "but not a SIP server", 'not SIP: "HTTP/1.1 400 Bad Request"'),
    (_of_tls, "write ;transport=tls", "speaks TLS"),
    (_of_openssl, "write ;transport=tls", "speaks TLS"),
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
    assert result.err == (
        "trunkwise: trunk[0].password_file: main.secret can be read by "
        "others (mode 644); run chmod 600 on it, the gateway refuses it so\n")
    result = check(trunk_table("main", registrar.uri, extra=FILE), "--lang",
                   "ru", status=0)
    assert result.err == (
        "trunkwise: trunk[0].password_file: main.secret могут прочитать "
        "другие (права 644); выполните для него chmod 600, шлюз его таким "
        "не возьмёт\n")


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
