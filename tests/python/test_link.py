"""A link that is cut while a trunk registers, and comes back: trunk and
registrar in network namespaces of their own, a veth pair as the cable."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

# as a program of its own, too, without conftest.py
sys.path.insert(0, str(Path(__file__).parents[1]))
from sip import header, reply  # noqa: E402


def _run(*words):
    return subprocess.run(words, capture_output=True, text=True, timeout=100,
                          check=False, env={**os.environ})


def _is_permitted() -> bool:
    return bool(shutil.which("unshare") and shutil.which("ip")) and \
        _run("unshare", "-n", "ip", "link", "set", "lo", "up").returncode == 0


@pytest.mark.parametrize("case", ["before", "under"])
def test_link_is_cut(case):
    if not _is_permitted():
        pytest.skip("network namespaces are not permitted here; run as root "
                    "with iproute2")
    done = _run("unshare", "-n", sys.executable, "-B", __file__, case)
    assert done.returncode == 0, done.stdout + done.stderr


# ---- inside of the namespaces ----

HOST, PORT = "10.99.0.2", 5060


def _ip(*words):
    subprocess.run(["ip", *words], check=True)


def _link(state):
    _ip("link", "set", "cable", state)


def registrar():
    """Binds everybody; one line on stdout for each request."""
    for _ in range(200):             # until our end is here
        if subprocess.run(["ip", "addr", "add", f"{HOST}/24", "dev", "wall"],
                          capture_output=True, check=False).returncode == 0:
            break
        time.sleep(0.05)
    _ip("link", "set", "wall", "up")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind((HOST, PORT))
        print("ready", flush=True)
        while True:
            data, peer = s.recvfrom(65536)
            request = data.decode()
            s.sendto(reply(request, "200 OK", extra="Contact: "
                           f"{header(request, 'Contact')}\r\nExpires: "
                           f"{header(request, 'Expires')}\r\n").encode(),
                     peer)
            print(request.split("\r\n")[0], flush=True)


class Registrar:
    """The process behind the cable."""

    def __init__(self):
        self._process = subprocess.Popen(
            ["unshare", "-n", sys.executable, "-B", __file__, "registrar"],
            stdout=subprocess.PIPE, text=True, env={**os.environ})
        self.requests: list[str] = []

    def __enter__(self):
        time.sleep(0.3)              # for its namespace
        _ip("link", "add", "cable", "type", "veth", "peer", "name", "wall")
        _ip("link", "set", "wall", "netns", str(self._process.pid))
        _ip("addr", "add", "10.99.0.1/24", "dev", "cable")
        _link("up")
        assert self._process.stdout.readline() == "ready\n"
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def _read(self):
        self.requests.extend(line for line in self._process.stdout)

    def __exit__(self, *exc):
        self._process.kill()
        self._process.wait(10)


def _next(trunks, state, seconds):
    for event in trunks.events(seconds):
        if event.state == state:
            return event
    raise AssertionError(f"never {state}")


def _back(trunks, behind):
    """Within the rules: after its back-off, and with one attempt."""
    before = len(behind.requests)
    begun = time.monotonic()
    _link("up")
    _next(trunks, "registered", 30)
    # a first back-off is 5 to 10 s here, two attempts are 5 s apart
    assert time.monotonic() - begun < 25
    assert len(behind.requests) - before <= 4


def before(trunks, trunk, behind):
    """No link at all: nothing is sent, and it is no reason to give up."""
    _link("down")
    trunk.start()
    event = _next(trunks, "backoff", 10)
    assert event.next_try_s is not None and event.next_try_s <= 10
    assert not behind.requests
    _back(trunks, behind)


def under(trunks, trunk, behind):
    """Cut under a standing binding, which is not thrown away for that."""
    trunk.start()
    _next(trunks, "registered", 10)
    time.sleep(5)                    # the floor between two attempts
    _link("down")
    trunk.start()
    event = _next(trunks, "backoff", 15)
    assert event.next_try_s is not None and event.next_try_s <= 40
    assert trunk.status.expires_in is not None
    trunk.start()
    _back(trunks, behind)


def main(case):
    from trunkwise.trunks import Trunks
    with Registrar() as behind, Trunks() as trunks:
        trunk = trunks.add(name="main", registrar=f"sip:{HOST}:{PORT}",
                           user="trunk1", retry_base_s=10)
        {"before": before, "under": under}[case](trunks, trunk, behind)
        trunk.stop()
        _next(trunks, "idle", 10)


if __name__ == "__main__":
    if sys.argv[1] == "registrar":
        registrar()
    main(sys.argv[1])
