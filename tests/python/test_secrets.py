"""Passwords that are sealed in the store, by the command as a user runs it."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import time

import pytest

import trunkwise
from carriers import Registrar
from conftest import BUILD, OFFICE, SOURCE
from ports import free_port
from test_trunk_check import trunk_table

MARKER = b"marker-77c1d0a5"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "deployment.toml").write_text(
        OFFICE.replace('sheet = "north.csv"\n', "")
        + trunk_table("main", "sip:127.0.0.1:5099")
        + trunk_table("filed", "sip:127.0.0.1:5098",
                      extra='password_file = "main.secret"'))
    (tmp_path / "main.secret").write_bytes(MARKER + b"\n")
    (tmp_path / "main.secret").chmod(0o600)
    run(tmp_path, "apply", "deployment.toml", "office.db")
    run(tmp_path, "secret", "key", "trunks.key")
    return tmp_path


def run(folder, *words, status=0, secret=b"", env=None):
    done = subprocess.run(
        [BUILD / "bin" / "trunkwise", *words], cwd=folder, input=secret,
        capture_output=True, env={**os.environ, **(env or {})})
    assert done.returncode == status, done.stderr.decode()
    assert MARKER not in done.stdout + done.stderr
    return done.stdout.decode() + done.stderr.decode()


def seal(folder, **options):
    return run(folder, "secret", "set", "office.db", "--trunk", "main",
               "--key", "trunks.key", secret=MARKER + b"\n", **options)


def test_page_runs(folder):
    """Each block of docs/secrets.md, with a registrar that wants the word."""
    with Registrar(passwords={"trunk1": MARKER.decode()}) as registrar:
        text = (folder / "deployment.toml").read_text()
        (folder / "deployment.toml").write_text(text.replace(
            "sip:127.0.0.1:5099", registrar.uri).split(
                '\n[[trunk]]\nname = "filed"')[0])
        run(folder, "apply", "deployment.toml", "office.db")
        (folder / "trunks.key").unlink()
        page = (SOURCE / "docs" / "secrets.md").read_text()
        lines = [line for block in re.findall(r"^```sh\n(.*?)^```", page,
                                              re.S | re.M)
                 for line in block.splitlines()]
        assert len(lines) == 7
        path = f"{BUILD / 'bin'}{os.pathsep}{os.environ['PATH']}"
        for line in lines:
            done = subprocess.run(["sh", "-c", line], cwd=folder,
                                  capture_output=True, text=True,
                                  env={**os.environ, "PATH": path})
            assert done.returncode == 0, line + done.stderr
            if "trunk check" in line:
                assert "registered" in done.stdout


def test_key_file_is_the_owner_s_alone(folder):
    key = folder / "trunks.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert re.fullmatch(r"[0-9a-f]{64}\n", key.read_text())
    before = key.read_text()
    assert "never overwritten" in run(folder, "secret", "key", "trunks.key",
                                      status=2)
    assert key.read_text() == before
    assert "No such file" in run(folder, "secret", "key", "none/k", status=2)


def test_nothing_of_it_shows(folder):
    seal(folder)
    for file in folder.iterdir():
        if file.name != "main.secret":
            assert MARKER not in file.read_bytes(), file
    listing = run(folder, "secret", "list", "office.db")
    assert listing.startswith("main ")
    run(folder, "store", "backup", "office.db", "copy.db")
    assert MARKER not in (folder / "copy.db").read_bytes()


def test_python_opens_it(folder):
    seal(folder)
    from trunkwise.sealed import parse_key
    key = parse_key((folder / "trunks.key").read_bytes())
    with trunkwise.Store(folder / "office.db") as store:
        assert store.secret("main", key=key) == MARKER
        with pytest.raises(trunkwise.Error, match="sealed by key"):
            store.secret("main", key=bytes(32))
        with pytest.raises(ValueError, match="32 bytes"):
            store.secret("main", key=b"short")
        with pytest.raises(LookupError):
            store.secret("nobody", key=key)
        with pytest.raises(TypeError):
            store.set_secret("main", "text", key=key)
        for bad in (b"", b"x" * 1025, b"x" * 100000, b"a\0b", b"a\nb"):
            with pytest.raises(ValueError):
                store.set_secret("main", bad, key=key)
        store.set_secret("main", b"\xff binary", key=key)
        assert store.secret("main", key=key) == b"\xff binary"
        assert store.rotate_secrets(old_key=key, new_key=bytes(32)) == 1
        assert store.secret("main", key=bytes(32)) == b"\xff binary"
        store.remove_secret("main")
        assert store.secrets() == []


def test_places_of_a_key(folder):
    digits = (folder / "trunks.key").read_text().strip()
    env = {"TW_TEST_KEY": digits, "CREDENTIALS_DIRECTORY": str(folder)}
    (folder / "trunks.key").rename(folder / "moved.key")
    for place in ("env:TW_TEST_KEY", "credential:moved.key", "moved.key"):
        run(folder, "secret", "set", "office.db", "--trunk", "main", "--key",
            place, secret=MARKER, env=env)
    for place, words in (("env:NONE", "not set"), ("trunks.key", "No such"),
                         ("credential:../moved.key", "leaves"),
                         ("main.secret", "64 hexadecimal")):
        text = run(folder, "secret", "set", "office.db", "--trunk", "main",
                   "--key", place, secret=MARKER, env=env, status=2)
        assert words in text and "--key" in text


def test_refusals(folder):
    def bad(words, *arguments, status=2, secret=MARKER):
        assert words in run(folder, "secret", *arguments, status=status,
                            secret=secret)
    bad("password_file", "set", "office.db", "--trunk", "filed", "--key",
        "trunks.key")
    bad("in force", "set", "office.db", "--trunk", "none", "--key",
        "trunks.key")
    bad("standard input", "set", "office.db", "--trunk", "main", "--key",
        "trunks.key", secret=b"\n")
    bad("byte order mark", "set", "office.db", "--trunk", "main", "--key",
        "trunks.key", secret=b"\xef\xbb\xbfs3cret\n")
    # a password of two lines would be sealed as its first one
    for text, words in ((b"one\ntwo\n", "line break"),
                        (b"one\0two\n", "NUL byte"),
                        (b"x" * 1025, "1024")):
        bad(words, "set", "office.db", "--trunk", "main", "--key",
            "trunks.key", secret=text)
    assert "32 bytes" in run(folder, "secret", "set", "office.db", "--trunk",
                             "main", "--key", "nofile", secret=MARKER,
                             status=2)
    (folder / "two.secret").write_bytes(b"one\ntwo\n")
    bad("line break", "set", "office.db", "--trunk", "main", "--key",
        "trunks.key", "--password-file", "two.secret")
    bad("no password is sealed", "remove", "office.db", "--trunk", "main")
    bad("same key", "rotate", "office.db", "--key", "trunks.key",
        "--new-key", "trunks.key")
    seal(folder)
    run(folder, "secret", "key", "next.key")
    run(folder, "secret", "key", "other.key")
    bad("sealed by key", "rotate", "office.db", "--key", "other.key",
        "--new-key", "next.key")


def test_check_needs_both(folder):
    seal(folder)
    for words in (("--store", "office.db"), ("--key", "trunks.key")):
        assert "go together" in run(folder, "trunk", "check",
                                    "deployment.toml", *words, status=2)
    run(folder, "secret", "key", "other.key")
    assert "sealed by key" in run(
        folder, "trunk", "check", "deployment.toml", "--store", "office.db",
        "--key", "other.key", "--trunk", "main", status=2)


def test_gateway_opens_it(folder):
    program = BUILD / "examples" / "gateway" / "trunkwise-gateway"
    if not program.exists():
        pytest.skip("the gateway is not built")
    seal(folder)
    with Registrar(passwords={"trunk1": MARKER.decode()}) as registrar:
        text = (folder / "deployment.toml").read_text()
        (folder / "deployment.toml").write_text(text.replace(
            "sip:127.0.0.1:5099", registrar.uri).split(
                '\n[[trunk]]\nname = "filed"')[0])
        run(folder, "apply", "deployment.toml", "office.db")
        words = [program, "--store", "office.db", "--listen",
                 f"127.0.0.1:{free_port()}"]
        done = subprocess.run(words, cwd=folder, capture_output=True,
                              text=True, timeout=60)
        assert done.returncode and "--key" in done.stderr
        running = subprocess.Popen([*words, "--key", "trunks.key"],
                                   cwd=folder, stderr=subprocess.PIPE)
        end = time.monotonic() + 20
        while not registrar.bindings and time.monotonic() < end:
            time.sleep(0.02)
        running.terminate()
        _, log = running.communicate(timeout=60)
    assert registrar.bindings == {"trunk1": 0}, log.decode()
    assert MARKER not in log
