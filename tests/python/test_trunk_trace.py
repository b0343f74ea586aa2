"""SIP traces: what a message looks like in them, and what never does."""

from __future__ import annotations

import base64
import datetime as dt
import os
import re
import socket

import pytest

try:
    import trunkwise.trunks
except NotImplementedError as absent:
    pytest.skip(f"no SIP part: {absent}", allow_module_level=True)

from carriers import Registrar
from conftest import OFFICE
from test_trunk_check import FILE, trunk_table

MARKER = "Mark3r-of-a-passw0rd"


def registered(trunks, registrar, **options):
    trunk = trunks.add(name="main", registrar=registrar.uri, user="trunk1",
                       password=MARKER.encode(), **options)
    trunk.start()
    for event in trunks.events(5):
        if event.state == "registered":
            return trunk
    raise AssertionError("not registered")


def secrets_of(registrar):
    """Everything by which somebody could answer in our place."""
    found = {MARKER, "abc"}            # "abc" is the registrar's nonce
    for text in registrar.requests:
        found |= set(re.findall(r'(?:response|cnonce)="([^"]+)"', text))
    assert len(found) >= 4
    return found


def test_traces_of_a_registration():
    with Registrar(passwords={"trunk1": MARKER}) as r, \
            trunkwise.trunks.Trunks(trace_max=100) as trunks:
        registered(trunks, r)
        seen = list(trunks.traces())
        assert [t.direction for t in seen] == ["sent", "received"] * 2
        assert {t.transport for t in seen} == {"udp"}
        assert {t.peer for t in seen} == {f"127.0.0.1:{r.port}"}
        assert {t.trunk for t in seen} == {"main"}
        assert not any(t.refused or t.lost for t in seen)
        assert [t.text.split()[0] for t in seen] == \
            ["REGISTER", "SIP/2.0"] * 2
        assert 'nonce="***"' in seen[1].text
        assert 'realm="carrier.test"' in seen[2].text
        ago = dt.datetime.now(dt.timezone.utc) - seen[0].at
        assert dt.timedelta(0) <= ago < dt.timedelta(seconds=60)
        assert sorted(t.at for t in seen) == [t.at for t in seen]
        everything = "".join(t.text for t in seen)
        for secret in secrets_of(r):
            assert f'"{secret}"' not in everything, secret
        assert MARKER not in everything
        assert list(trunks.traces()) == []


def test_none_without_a_wish():
    with Registrar() as registrar, trunkwise.trunks.Trunks() as trunks:
        trunks.add(name="a", registrar=registrar.uri, user="x").start()
        list(trunks.events(0.2))
        assert list(trunks.traces()) == []
    with pytest.raises(ValueError, match="trace_max"):
        trunkwise.trunks.Trunks(trace_max=100001)


def test_the_oldest_makes_room():
    with Registrar(passwords={"trunk1": MARKER}) as r, \
            trunkwise.trunks.Trunks(trace_max=1) as trunks:
        registered(trunks, r)
        (one,) = trunks.traces()
        assert one.lost == 3 and one.text.startswith("SIP/2.0 200")


def test_strangers_are_seen():
    with Registrar(passwords={"trunk1": MARKER}) as r, \
            trunkwise.trunks.Trunks(trace_max=10, mask_numbers=True) as t, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        registered(t, r)
        list(t.traces())
        host, port = re.search(r"@([\d.]+):(\d+)", r.requests[0]).groups()
        stranger.bind(("127.0.0.1", 0))
        stranger.settimeout(5)
        for cseq in ("1 OPTIONS", "1 INVITE"):
            stranger.sendto(
                b"OPTIONS sip:+79161234567@h SIP/2.0\r\n"
                b"Via: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK1\r\n"
                b"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\n"
                b"Call-ID: x\r\nCSeq: " + cseq.encode() + b"\r\n"
                b"X: \x1b[2J\r\n\r\n", (host, int(port)))
            assert stranger.recv(9999).startswith(b"SIP/2.0 4")
        seen = list(t.traces())
        assert {s.trunk for s in seen} == {""}
        # what they were told stands there too
        assert [s.text[:11] for s in seen if s.direction == "sent"] == [
            "SIP/2.0 400", "SIP/2.0 400"]
        assert {s.peer for s in seen} == {
            f"127.0.0.1:{stranger.getsockname()[1]}"}
        seen = [s for s in seen if s.direction == "received"]
        assert [s.refused for s in seen] == [True, True]  # ESC in a header
        assert seen[0].text.startswith("OPTIONS sip:+*******4567@h ")
        assert "\\x1b[2J" in seen[0].text


@pytest.mark.parametrize("said", [
    MARKER, MARKER.replace("-", "%2d"), "Mark3r\\-of-a-passw0rd",
    base64.b64encode(b"trunk1:" + MARKER.encode()).decode()])
def test_who_knows_the_password_may_say_it_anywhere(said):
    """Also in a request of his own, which is no trunk's, and where the trunk
    got another password meanwhile."""
    with Registrar(passwords={"trunk1": MARKER}) as r, \
            trunkwise.trunks.Trunks(trace_max=10) as trunks, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        trunk = registered(trunks, r)
        list(trunks.traces())
        host, port = re.search(r"@([\d.]+):(\d+)", r.requests[0]).groups()
        stranger.bind(("127.0.0.1", 0))
        stranger.settimeout(5)

        def tell(what):
            stranger.sendto(
                b"OPTIONS sip:a@h SIP/2.0\r\nMax-Forwards: 70\r\n"
                b"Via: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK1\r\n"
                b"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\n"
                b"Call-ID: x\r\nCSeq: 1 OPTIONS\r\nX: " + what +
                b"\r\nContent-Length: " + str(len(what)).encode() +
                b"\r\n\r\n" + what, (host, int(port)))
            assert stranger.recv(9999).startswith(b"SIP/2.0 480")
            (got,) = [t.text for t in trunks.traces()
                      if t.direction == "received"]
            return got

        text = tell(said.encode())
        assert text.count("***") == 2 and said not in text, text
        assert "X: ***" in text and text.rstrip("=\n").endswith("\n***")
        assert trunk.update(registrar=r.uri, user="trunk1",
                            password=b"another0ne") == "applied"
        assert "X: ***\n" in tell(b"another0ne")


def test_answers_go_back_by_the_connection():
    """Whatever address the Via says."""
    with socket.create_server(("127.0.0.1", 0)) as s, \
            trunkwise.trunks.Trunks(trace_max=10) as t:
        port = s.getsockname()[1]
        t.add(name="main", registrar=f"sip:127.0.0.1:{port};transport=tcp",
              user="trunk1", password=b"").start()
        peer, _ = s.accept()
        with peer:
            peer.settimeout(5)
            assert peer.recv(65535).startswith(b"REGISTER ")
            peer.sendall(
                b"OPTIONS sip:a@h SIP/2.0\r\nMax-Forwards: 70\r\n"
                b"Via: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK1\r\n"
                b"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\n"
                b"Call-ID: x\r\nCSeq: 1 OPTIONS\r\n"
                b"Content-Length: 0\r\n\r\n")
            assert peer.recv(65535).startswith(b"SIP/2.0 480 ")
        (answer,) = [one for one in t.traces() if one.text.startswith(
            "SIP/2.0 480 ")]
        assert answer.peer == f"127.0.0.1:{port}"


def written(office, command, r, *arguments):
    (office / "main.secret").write_text(MARKER + "\n")
    (office / "main.secret").chmod(0o600)
    (office / "deployment.toml").write_text(
        OFFICE + trunk_table("main", r.uri, user="79161234567", extra=FILE))
    return command("trunk", "check", office / "deployment.toml", *arguments)


def test_check_writes_it(office, command):
    """With everything at its loudest, no secret is in any output."""
    trace = office / "trace.txt"
    with Registrar(passwords={"79161234567": MARKER}) as r:
        result = written(office, command, r, "--json", "--trace", trace)
        text = trace.read_text()
        assert trace.stat().st_mode & 0o777 == 0o600
        heads = re.findall(r"(?m)^\S+ main (->|<-) udp 127\.0\.0\.1:\d+$",
                           text)
        assert heads[:4] == ["->", "<-", "->", "<-"] and len(heads) == 6
        assert "Expires: 0\n" in text          # the un-register, too
        for secret in secrets_of(r):
            assert f'"{secret}"' not in text
        for output in (text, result.out, result.err):
            assert MARKER not in output
        assert "sip:79161234567@" in text

        result = written(office, command, r, "--trace", "-",
                         "--mask-numbers", "--lang", "ru")
        assert "REGISTER sip:" in result.out and MARKER not in result.out
        assert "sip:*******4567@" in result.out
        assert "79161234567" not in re.sub(r"(?m)^Call-ID.*$", "",
                                           result.out)


def test_check_refuses_what_it_cannot_write(office, command):
    with Registrar(passwords={"79161234567": MARKER}) as r:
        result = written(office, command, r, "--json", "--trace", "-")
        assert result.status == 2 and "--trace" in result.out + result.err
        result = written(office, command, r, "--trace", office / "no" / "x")
        assert result.status == 2 and "--trace" in result.err
        assert not r.requests


def test_trace_file_is_its_owners_alone(office, command):
    trace = office / "trace.txt"
    trace.write_text("old")
    trace.chmod(0o644)
    with Registrar(passwords={"79161234567": MARKER}) as r:
        written(office, command, r, "--trace", trace)
        assert trace.stat().st_mode & 0o777 == 0o600
        trace.unlink()
        os.mkfifo(trace)                   # nobody reads it
        result = written(office, command, r, "--trace", trace)
        assert result.status == 2 and "--trace" in result.err
        result = written(office, command, r, "--trace", "/dev/full")
        assert result.status == 2 and "--trace: /dev/full" in result.err
