"""One registration for all numbers (RFC 6140) with a Kamailio that is
scripted as the carrier of the RFC: its stack, registrar and digest are real,
the rules of GIN stand in tests/integration/kamailio/gin.cfg.in."""

from __future__ import annotations

import re
import socket

import pytest

from carriers import KAMAILIO, MODULES, run_kamailio
from test_trunk_check import check, trunk_table  # noqa: F401  (a fixture)
from test_trunks import wait

trunks_module = pytest.importorskip("trunkwise.trunks")

CALL = ("INVITE sip:{number}@trunk.test SIP/2.0\r\n"
        "Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{number}\r\n"
        "From: <sip:caller@test>;tag=c\r\nTo: <sip:{number}@trunk.test>\r\n"
        "Call-ID: {number}@test\r\nCSeq: 1 INVITE\r\n"
        "Contact: <sip:127.0.0.1:{port}>\r\nMax-Forwards: 9\r\n"
        "Content-Length: 0\r\n\r\n")


@pytest.fixture
def carrier():
    if not KAMAILIO or not MODULES:
        pytest.skip("kamailio is not installed; install kamailio")
    with run_kamailio("gin.cfg.in") as port:
        yield port


def call(port: int, number: str) -> str:
    """The final answer to an INVITE that somebody sends the carrier."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
        caller.bind(("127.0.0.1", 0))
        caller.settimeout(20)
        caller.sendto(CALL.format(number=number, port=caller.getsockname()[1])
                      .encode(), ("127.0.0.1", port))
        while True:
            line = caller.recv(65536).decode().split("\r\n")[0]
            if not line.startswith("SIP/2.0 1"):
                return line


def _both(trunks):
    traces = list(trunks.traces())
    return tuple([t.text for t in traces if t.direction == d]
                 for d in ("sent", "received"))


def _contact(texts):
    """Of the last of these messages; a trace has lines without CR."""
    return re.findall(r"^Contact: (.*)$", texts[-1], re.M)[0]


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_life(carrier, transport):
    with trunks_module.Trunks(local_host="127.0.0.1", trace_max=100,
                              start_spread_s=0) as trunks:
        trunk = trunks.add(
            name="pbx", user="pbx", password=b"secret", gin=True,
            realm="trunk.test", registrar=f"sip:127.0.0.1:{carrier};"
            f"transport={transport}")
        trunk.start()
        wait(trunks, "registered")
        sent, got = _both(trunks)
        contact = _contact(sent)
        assert re.fullmatch(r"<sip:127\.0\.0\.1:\d+;bnc(;transport=tcp)?>",
                            contact)
        # RFC 3261 section 10.3: the 200 lists it as it was given
        assert _contact(got).startswith(contact)
        host = contact[5:-1].split(";")[0]

        for number in ("+78432000001", "+78432000003"):
            # a managed set takes no calls, and says so to the carrier
            assert call(carrier, number).startswith("SIP/2.0 480 ")
            (invite,) = [t for t in _both(trunks)[1]
                         if t.startswith("INVITE")]
            uri = invite.split(" ")[1]
            assert uri.startswith(f"sip:{number}@{host}")
            assert "bnc" not in uri and uri.endswith(";user=phone")
        assert call(carrier, "+78432000009").startswith("SIP/2.0 404 ")

        trunk.stop()
        wait(trunks, "idle")
        assert call(carrier, "+78432000001").startswith("SIP/2.0 480 ")
        assert not [t for t in _both(trunks)[1] if t.startswith("INVITE")]


def test_who_registers_one_user(carrier, check):  # noqa: F811
    """This carrier takes no other registration: the check says what came."""
    table = trunk_table("main", f"sip:127.0.0.1:{carrier}", user="pbx",
                        extra='realm = "trunk.test"\n'
                        'password_file = "main.secret"\n')
    line = check(table, status=1, secret=b"secret\n").lines[0]
    assert line["code"] == 421 and line["state"] == "fatal"
    table += "gin = true\n"
    line = check(table, status=0, secret=b"secret\n").lines[0]
    assert line["state"] == "registered"
