"""What the Python tests share: the command as a user runs it, and a small
deployment to break."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(os.environ.get("TW_SOURCE_DIR",
                             Path(__file__).resolve().parents[2]))
BUILD = Path(os.environ.get("TW_BUILD_DIR", SOURCE / "build" / "dev"))
sys.path.insert(0, str(SOURCE / "tests"))    # sip.py, ports.py

from carriers import KAMAILIO, MODULES, Registrar, run_kamailio  # noqa: E402

OFFICE = """
[company]
name = "Example"
zone = "Europe/Moscow"
currency = "RUB"

[[department]]
name = "Kazan"
city = "Kazan"

[[department]]
name = "Ufa"
city = "Ufa"

[[carrier]]
name = "north"

[[number]]
number = "+78432000001"
carrier = "north"
department = "Kazan"
rent = "310.00"

[[tariff]]
name = "north-2026"
carrier = "north"
currency = "RUB"
zone = "Europe/Moscow"
sheet = "north.csv"
"""

SHEET = """\
prefix,destination,rate,currency,effective_from,effective_to,first_inc,next_inc,connect_fee
7843,Kazan,1.20,RUB,,,60,60,
7347,Ufa,1.50,RUB,,,1,1,0.30
79,Russia mobile,2.40,RUB,,,60,60,
"""


class Result:
    """One run of the command."""

    def __init__(self, done: subprocess.CompletedProcess):
        self.status = done.returncode
        self.out = done.stdout
        self.err = done.stderr

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture(scope="session")
def command():
    """Runs `trunkwise ARGUMENTS` in a process of its own."""
    script = BUILD / "bin" / "trunkwise"

    def run(*arguments, cwd=None, check=None) -> Result:
        result = Result(subprocess.run(
            [sys.executable, str(script), *map(str, arguments)], cwd=cwd,
            capture_output=True, text=True, timeout=120))
        if check is not None:
            assert result.status == check, result.out + result.err
        return result

    return run


@pytest.fixture
def office(tmp_path):
    """A folder with deployment.toml and its sheet."""
    (tmp_path / "deployment.toml").write_text(OFFICE)
    (tmp_path / "north.csv").write_text(SHEET)
    return tmp_path


@pytest.fixture
def put(office, command):
    """Writes a deployment text and applies it."""

    def apply(text: str, *arguments, check=0) -> Result:
        (office / "deployment.toml").write_text(text)
        return command("apply", office / "deployment.toml",
                       office / "store.db", *arguments, check=check)

    return apply


@pytest.fixture
def registrar():
    with Registrar() as r:
        yield r


@pytest.fixture
def kamailio():
    if not KAMAILIO or not MODULES:
        pytest.skip("kamailio is not installed; install kamailio")
    with run_kamailio("reg.cfg.in") as port:
        yield port
