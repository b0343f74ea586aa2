"""The example of each way to host trunks: built as its readers build it, run
against a registrar that wants a password."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time

import pytest

from carriers import Registrar
from conftest import BUILD, SOURCE

LIBRARIES = {"hello-thread": ["-ltrunkwise", "-ltrunkwise-sip"],
             "hello-sockets": ["-ltrunkwise"],
             "hello-trunk": ["-ltrunkwise", "-ltrunkwise-sip"]}
LAST = {"hello-thread": "removed", "hello-sockets": "idle",
        "hello-trunk": "idle"}


@pytest.fixture
def program(tmp_path, request):
    name = request.param
    flags = []
    if name == "hello-trunk":
        if not shutil.which("pkg-config"):
            pytest.skip("pkg-config is not here")
        asked = subprocess.run(["pkg-config", "--cflags", "--libs", "libre"],
                               capture_output=True, text=True)
        if asked.returncode:
            pytest.skip("libre's pkg-config file is not here")
        flags = ["-DHAVE_INTTYPES_H", "-DHAVE_STDBOOL_H", "-DHAVE_INET6",
                 "-DUSE_OPENSSL", *asked.stdout.split()]
    if not (BUILD / "src" / "libtrunkwise-sip.so").exists():
        pytest.skip("the SIP part is not built")
    built = tmp_path / name
    plain = {k: v for k, v in os.environ.items() if k != "LD_PRELOAD"}
    subprocess.run(
        ["cc", "-std=gnu99", "-Wall", "-Werror",
         str(SOURCE / "examples" / name / "main.c"), f"-I{SOURCE}/include",
         f"-L{BUILD}/src", *LIBRARIES[name], *flags,
         f"-Wl,-rpath,{BUILD}/src", "-Wl,--allow-shlib-undefined",
         "-o", str(built)], check=True, env=plain)
    (tmp_path / "secret").write_text("s3cret\n")
    return built


@pytest.mark.parametrize("program", sorted(LIBRARIES), indirect=True)
def test_life(program):
    with Registrar() as registrar:
        running = subprocess.Popen(
            [program, registrar.uri, "trunk1", "secret"], text=True,
            cwd=program.parent, stdout=subprocess.PIPE)
        end = time.monotonic() + 20
        while not registrar.bindings and time.monotonic() < end:
            time.sleep(0.02)
        assert registrar.bindings == {"trunk1": 300}
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=40)
        assert registrar.bindings == {"trunk1": 0}
    assert running.returncode == 0
    states = re.findall(rf"^hello at \S*: (\w+), ", out, re.M)
    assert states[:2] == ["registering", "registered"]
    assert states[-1] == LAST[program.name]
    assert "s3cret" not in out


@pytest.mark.parametrize("program", sorted(LIBRARIES), indirect=True)
def test_wrong_usage(program):
    done = subprocess.run([program], capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr.startswith("usage: ")
    done = subprocess.run([program, "nonsense", "u", "secret"],
                          capture_output=True, text=True, cwd=program.parent)
    assert done.returncode == 1 and done.stderr.startswith("registrar: ")


def test_page_names_each_example():
    page = (SOURCE / "docs" / "hosting.md").read_text()
    for name in LIBRARIES:
        assert f"(../examples/{name}/main.c)" in page
