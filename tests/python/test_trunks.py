"""Managed trunk sets against a registrar written here."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from carriers import Registrar
from conftest import BUILD

try:
    import trunkwise.trunks
except NotImplementedError as absent:
    pytest.skip(f"no SIP part: {absent}", allow_module_level=True)


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
