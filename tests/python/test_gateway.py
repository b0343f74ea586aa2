"""The gateway program beside the command: what is applied is taken up while
it runs, and what cannot be is refused whole."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import time

import pytest

import trunkwise
from conftest import BUILD
from ports import free_port

PROGRAM = BUILD / "examples" / "gateway" / "trunkwise-gateway"
DEPLOYMENT = """
[company]
name = "Factory"
zone = "Europe/Moscow"
currency = "RUB"

[[department]]
name = "Kazan"

[[site]]
name = "kazan"
department = "Kazan"

[[phone]]
name = "anna"
site = "kazan"
uri = "sip:anna@127.0.0.1:5099"

[[pool]]
name = "staff"

[[pool.member]]
phone = "anna"
"""


@pytest.fixture
def folder(tmp_path):
    if not PROGRAM.exists():
        pytest.skip("the gateway is not built")
    return tmp_path


def apply(folder, text):
    (folder / "deployment.toml").write_text(text)
    done = subprocess.run(
        [BUILD / "bin" / "trunkwise", "apply", "deployment.toml",
         "office.db"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


class Gateway:
    def __init__(self, folder):
        self.log = folder / "gateway.log"
        self.process = subprocess.Popen(
            [PROGRAM, "--store", "office.db", "--secrets", ".", "--listen",
             f"127.0.0.1:{free_port()}"], cwd=folder,
            stderr=self.log.open("wb"), env={**os.environ})

    def wait_for(self, what, count=1):
        deadline = time.monotonic() + 30
        while self.log.read_text().count(what) < count:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0, self.log.read_text()


@pytest.fixture
def gateway(folder):
    apply(folder, DEPLOYMENT)
    gateway = Gateway(folder)
    yield gateway
    if gateway.process.poll() is None:
        gateway.process.kill()
        gateway.process.wait()


def test_an_edition_is_what_is_in_force(folder):
    apply(folder, DEPLOYMENT)
    with trunkwise.Store(folder / "office.db", readonly=True) as store:
        now = dt.datetime.now(dt.timezone.utc)
        first = store.edition(now)
        assert store.edition(now) == first
        apply(folder, DEPLOYMENT + '[[department]]\nname = "Ufa"\n')
        assert store.edition(now + dt.timedelta(seconds=1)) != first
        assert store.edition(now - dt.timedelta(days=1)) != first


def test_what_is_applied_is_taken_up(folder, gateway):
    gateway.wait_for("ready")
    apply(folder, DEPLOYMENT + '[[pool]]\nname = "others"\n'
          '[[pool.member]]\nphone = "anna"\n')
    gateway.wait_for("reload: done")            # by itself
    assert "reload: pool others: " in gateway.log.read_text()
    apply(folder, DEPLOYMENT + '[[carrier]]\nname = "north"\n[[trunk]]\n'
          'name = "main"\ncarrier = "north"\nuser = "u"\n'
          'registrar = "sip:127.0.0.1:9"\npassword_file = "none"\n')
    gateway.process.send_signal(signal.SIGHUP)
    gateway.wait_for("reload: refused, nothing changed: password_file: ")
    said = gateway.log.read_text()
    assert said.count("reload: done") == 1
    assert "pool others: " not in said.split("refused")[1]
    (folder / "none").write_text("secret\n")
    (folder / "none").chmod(0o600)
    gateway.process.send_signal(signal.SIGHUP)
    gateway.wait_for("reload: done", 2)
    gateway.wait_for("trunk main: idle -> registering")
    gateway.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    gateway.stop()                              # the second one does not wait
