"""Carriers for the Python tests: a registrar written here, and a real Kamailio
where one is installed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from ports import free_port
from sip import header, reply

SOURCE = Path(__file__).resolve().parents[2]
HASH = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
PATHS = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
KAMAILIO = shutil.which("kamailio", path=PATHS)
MODULES = sorted(Path("/usr/lib").glob("*/kamailio/modules"))


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
