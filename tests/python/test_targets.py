"""Registrars by name: SRV order, dead targets, backup, DNS that fails, from
Python and by `trunk check`, against registrars and a DNS server of our own
and a real Kamailio where one is installed."""

from __future__ import annotations

import socket
import time

import pytest

from carriers import Registrar
from nameserver import NameServer
from sip import header
from test_trunk_check import (FILE, check,  # noqa: F401
                              trunk_table, trunkwise)

CARRIER = "carrier.test"


@pytest.fixture
def dead():
    """A port of a machine that is up and says nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        yield s.getsockname()[1]


def zone(*ports):
    """One SRV record a port, each of a worse priority."""
    return {
        ("SRV", f"_sip._udp.{CARRIER}"):
            [(10 * i, 0, port, f"a.{CARRIER}")
             for i, port in enumerate(ports)],
        ("A", f"a.{CARRIER}"): [("127.0.0.1",)],
        ("A", CARRIER): [("127.0.0.1",)],
    }


def wait(trunks, *states, timeout=10.0):
    for event in trunks.events(timeout):
        if event.state in states:
            return event
    raise AssertionError(f"none of {states} within {timeout} s")


def test_name(dead):
    with Registrar() as r, NameServer(zone(r.port, dead)) as dns, \
            trunkwise.Trunks(dns_servers=dns.servers) as trunks:
        trunk = trunks.add(name="main", registrar=f"sip:{CARRIER}",
                           user="trunk1", password=b"s3cret")
        assert trunk.status.target == ""
        trunk.start()
        event = wait(trunks, "registered")
        assert event.target == f"udp:127.0.0.1:{r.port}"
        assert trunk.status.target == event.target
        assert dns.asked[:3] == [("NAPTR", CARRIER),
                                 ("SRV", f"_sip._udp.{CARRIER}"),
                                 ("A", f"a.{CARRIER}")]
        assert r.requests[0].startswith(f"REGISTER sip:{CARRIER} SIP/2.0")
        assert f"<sip:trunk1@{CARRIER}>" in header(r.requests[0], "To")


def test_dead_target_costs_its_time_once(dead):
    with Registrar() as r, NameServer(zone(dead, r.port)) as dns, \
            trunkwise.Trunks(dns_servers=dns.servers) as trunks:
        trunk = trunks.add(name="main", registrar=f"sip:{CARRIER}",
                           user="trunk1", password=b"s3cret",
                           target_timeout_s=2)
        trunk.start()
        event = wait(trunks, "registered")
        assert event.target == f"udp:127.0.0.1:{r.port}"
        # the challenge was answered where it came from
        assert [("Authorization" in x) for x in r.requests] == [False, True]
        trunk.stop()
        wait(trunks, "idle")
        assert r.bindings == {"trunk1": 0}


def test_503_goes_on_at_once():
    with Registrar(script={"trunk1": "503 Full"}) as full, \
            Registrar() as r, NameServer(zone(full.port, r.port)) as dns, \
            trunkwise.Trunks(dns_servers=dns.servers) as trunks:
        trunks.add(name="main", registrar=f"sip:{CARRIER}", user="trunk1",
                   password=b"s3cret").start()
        event = wait(trunks, "registered")
        assert event.target == f"udp:127.0.0.1:{r.port}"
        assert len(full.requests) == 1


def test_backup(dead):
    with Registrar() as r, trunkwise.Trunks() as trunks:
        trunks.add(name="main", registrar=f"sip:127.0.0.1:{dead}",
                   backup=r.uri, user="trunk1", password=b"s3cret",
                   target_timeout_s=2).start()
        event = wait(trunks, "registered")
        assert event.target == f"udp:127.0.0.1:{r.port}"


def test_outbound_proxy():
    with Registrar() as r, trunkwise.Trunks() as trunks:
        trunks.add(name="main", registrar="sip:unknown.invalid",
                   outbound_proxy=r.uri, user="trunk1",
                   password=b"s3cret").start()
        wait(trunks, "registered")
        assert header(r.requests[0], "Route") == f"<{r.uri};lr>"
        assert r.requests[0].startswith("REGISTER sip:unknown.invalid ")


def test_options_are_checked():
    with trunkwise.Trunks() as trunks:
        for field, value in (("target_timeout_s", 1),
                             ("target_timeout_s", 33), ("keepalive_s", 9),
                             ("keepalive_s", 3601), ("backup", "x")):
            with pytest.raises(ValueError) as caught:
                trunks.add(name="n", registrar="sip:127.0.0.1", user="u",
                           **{field: value})
            assert caught.value.field == field
    with pytest.raises(ValueError) as caught:
        trunkwise.Trunks(dns_servers="resolver.test")
    assert caught.value.field == "dns_servers"


# ---- trunk check ----

def test_check_by_name(check, dead):  # noqa: F811
    with Registrar() as r, NameServer(zone(dead, r.port)) as dns:
        (line,) = check(trunk_table(
            "main", f"sip:{CARRIER}", extra=FILE + "\ntarget_timeout_s = 2"),
            "--dns", dns.servers, status=0).lines
    assert line["state"] == "registered"
    assert line["target"] == f"udp:127.0.0.1:{r.port}"


def test_check_names_what_dns_says(check):  # noqa: F811
    table = trunk_table("main", f"sip:{CARRIER}", extra=FILE)
    with NameServer({}) as dns:
        (line,) = check(table, "--dns", dns.servers, status=1).lines
        assert line["state"] == "backoff" and line["code"] == 0
        assert "no address" in line["reason"]
        assert "DNS has no such server" in line["text"]
        dns.rcode = 5
        (line,) = check(table, "--dns", dns.servers, status=1).lines
        assert "DNS does not answer" in line["text"]
        dns.rcode, dns.silent = 0, True
        begun = time.monotonic()
        (line,) = check(table, "--dns", dns.servers, "--seconds", "1",
                        status=1).lines
        assert time.monotonic() - begun < 6
        assert line["state"] == "resolving"
        assert "DNS does not answer" in line["text"]
    check(table, "--dns", "x", status=2)


@pytest.mark.parametrize("extra", [
    "target_timeout_s = 1", "keepalive_s = 5", 'backup = "carrier.test"',
    'outbound_proxy = "tel:1"'])
def test_file_is_checked(check, extra):  # noqa: F811
    result = check(trunk_table("main", "sip:127.0.0.1",
                               extra=f"{FILE}\n{extra}"), status=2)
    assert extra.split()[0] in result.err


def test_kamailio_behind_a_name(check, kamailio, dead):  # noqa: F811
    records = zone(dead, kamailio)
    records["SRV", f"_sip._tcp.{CARRIER}"] = [
        (0, 0, kamailio, f"a.{CARRIER}")]
    with NameServer(records) as dns:
        result = check("".join(trunk_table(
            name, uri, extra=FILE + "\ntarget_timeout_s = 2") for name, uri in
            (("udp", f"sip:{CARRIER}"),
             ("tcp", f"sip:{CARRIER};transport=tcp"))),
            "--dns", dns.servers, status=0, secret=b"secret\n")
    assert [x["target"] for x in result.lines] == [
        f"udp:127.0.0.1:{kamailio}", f"tcp:127.0.0.1:{kamailio}"]
