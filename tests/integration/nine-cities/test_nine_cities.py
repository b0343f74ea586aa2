#!/usr/bin/env python3
"""Plays the month of examples/nine-cities and looks for a difference.

One seed twice, and once more with every answer late by a random real time,
must give the same report to the last byte; another seed must not. Then run.sh
itself, in Russian. Sums are checked by examples/nine-cities/sums.py.

usage: test_nine_cities.py BUILD_DIR WORK_DIR
TW_PRELOAD: what Python needs preloaded to load an instrumented library.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from ports import free_base  # noqa: E402

SOURCE = Path(__file__).resolve().parents[3] / "examples" / "nine-cities"
PORT = free_base(13)
MONTH = "2026-10"


class World:
    def __init__(self, build: str, work: str):
        self.build = Path(build).resolve()
        self.work = Path(work).resolve()
        self.conductor = self.build / "examples/nine-cities/conductor"
        self.trunkwise = self.build / "bin/trunkwise"
        self.python_env = dict(os.environ)
        if os.environ.get("TW_PRELOAD"):
            self.python_env["LD_PRELOAD"] = os.environ["TW_PRELOAD"]
            self.python_env["ASAN_OPTIONS"] = "detect_leaks=0"

    def tw(self, *arguments: object) -> str:
        return subprocess.run(
            [self.trunkwise, *map(str, arguments)], check=True,
            env=self.python_env, stdout=subprocess.PIPE, text=True).stdout

    def prepare(self) -> None:
        shutil.rmtree(self.work, ignore_errors=True)
        (self.work / "secrets").mkdir(parents=True)
        for secret in (SOURCE / "secrets").iterdir():
            copy = self.work / "secrets" / secret.name
            shutil.copyfile(secret, copy)
            copy.chmod(0o600)
        for sheet in SOURCE.glob("*.csv"):
            shutil.copy(sheet, self.work)
        text = (SOURCE / "deployment.toml").read_text()
        text = re.sub(r"127\.0\.0\.1:(250\d\d)", lambda m: "127.0.0.1:%d" % (
            int(m[1]) - 25060 + PORT), text)
        (self.work / "deployment.toml").write_text(text)
        self.tw("apply", self.work / "deployment.toml",
                self.work / "empty.db", "--at", "2026-09-30T21:00:00Z")

    def conduct(self, store: Path, *options: object):
        return subprocess.run(
            [self.conductor, "--store", store, "--secrets",
             self.work / "secrets", "--month", MONTH, "--port", str(PORT),
             *map(str, options)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            timeout=240)

    def month(self, name: str, *options: object) -> bytes:
        """The whole way once; the report's bytes."""
        store = self.work / f"{name}.db"
        shutil.copyfile(self.work / "empty.db", store)
        done = self.conduct(store, *options)
        print(done.stdout.splitlines()[-1] if done.stdout else "", flush=True)
        assert done.returncode == 0, done.stderr[-4000:]
        assert "mismatch" not in done.stderr, done.stderr[-4000:]
        self.tw("period", "accrue", store, "--month", MONTH)
        self.tw("verify", store)
        out = self.work / name
        out.mkdir()
        report = out / "expenses.csv"
        self.tw("report", "expenses", store, "--month", MONTH, "--by",
                "department,carrier,number,destination", "-o", report)
        self.sums(store, out)
        return report.read_bytes()

    def sums(self, store: Path, out: Path) -> None:
        for by in ("department", "city", "carrier", "number", "destination"):
            (out / f"by-{by}.json").write_text(self.tw(
                "report", "expenses", store, "--month", MONTH, "--by", by,
                "--json"))
        environment = dict(self.python_env)
        environment["PYTHONPATH"] = self.tw("--python-path").strip()
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        subprocess.run(["/usr/bin/python3", SOURCE / "sums.py", store, MONTH,
                        out, "en"], check=True, env=environment,
                       stdout=subprocess.DEVNULL)


def test_same_seed_same_bytes(world: World) -> None:
    first = world.month("first", "--seed", 7)
    again = world.month("again", "--seed", 7)
    late = world.month("late", "--seed", 7, "--jitter-ms", 6)
    other = world.month("other", "--seed", 8)
    assert len(first.splitlines()) > 100, first
    assert first == again, "the same seed gave another month"
    assert first == late, "a slow network changed what is charged"
    assert first != other, "another seed gave the same month"


def test_the_checks_can_fail(world: World) -> None:
    """A store that holds the month already has twice the calls after it was
    played once more: the conductor's own checks must see that."""
    store = world.work / "first.db"
    before = world.tw("report", "expenses", store, "--month", MONTH,
                      "--json")
    done = world.conduct(store, "--seed", 7)
    assert done.returncode == 1, done.stdout
    assert "mismatch" in done.stderr, done.stderr
    after = world.tw("report", "expenses", store, "--month", MONTH, "--json")
    assert before != after
    world.tw("verify", store)


def test_taken_port_is_named(world: World) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", PORT + 1))
        store = world.work / "taken.db"
        shutil.copyfile(world.work / "empty.db", store)
        done = world.conduct(store)
    assert done.returncode == 1
    assert f"127.0.0.1:{PORT + 1}" in done.stderr, done.stderr
    assert "--base-port" in done.stderr, done.stderr


def test_bad_options_change_nothing(world: World) -> None:
    for options in (("--seed", "x"), ("--jitter-ms", "99999"),
                    ("--lang", "de"), ("--port", "80"), ("--nothing",)):
        done = world.conduct(world.work / "empty.db", *options)
        assert done.returncode == 2, (options, done)
    done = world.conduct(world.work / "missing.db")
    assert done.returncode == 1 and "missing.db" in done.stderr, done
    assert not (world.work / "missing.db").exists()


def test_run_sh(world: World) -> None:
    out = world.work / "run"
    done = subprocess.run(
        ["sh", SOURCE / "run.sh", "--lang", "ru", "--build-dir", world.build,
         "--base-port", str(PORT), "--out", out],
        env=world.python_env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, timeout=240)
    assert done.returncode == 0, (done.stdout[-2000:], done.stderr[-2000:])
    assert "всё сходится" in done.stdout
    assert "каждый звонок" in done.stdout
    for name in ("expenses.html", "expenses.csv"):
        assert (out / name).stat().st_size > 500, name
    for options in (["--lang", "de"], ["--seed"], ["--bad"]):
        assert subprocess.run(["sh", SOURCE / "run.sh", *options],
                              stderr=subprocess.DEVNULL).returncode == 2


def shown(line: str) -> str:
    """As README may show it: only the real seconds differ."""
    return re.sub(r"in [0-9.]+ real seconds", "in REAL real seconds", line)


def test_readme_shows_what_is_printed(world: World) -> None:
    """Line by line in this order; "..." stands for lines left out."""
    text = (SOURCE.parents[1] / "README.md").read_text()
    block = text.split("$ sh examples/nine-cities/run.sh\n", 1)[1]
    wanted = block.split("```", 1)[0].splitlines()
    done = subprocess.run(
        ["sh", SOURCE / "run.sh", "--build-dir", world.build, "--base-port",
         str(PORT), "--out", world.work / "readme"], env=world.python_env,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        timeout=240)
    assert done.returncode == 0, (done.stdout[-2000:], done.stderr[-2000:])
    printed = [shown(line) for line in done.stdout.splitlines()]
    at, gap = 0, True
    assert len(wanted) > 20, wanted
    for line in wanted:
        if line == "...":
            gap = True
            continue
        assert shown(line) in printed[at:], f"README says what run.sh does " \
            f"not print there:\n{line}\n" + "\n".join(printed[at:])
        found = printed.index(shown(line), at)
        assert gap or found == at, "README leaves out, without saying " \
            "so:\n" + "\n".join(printed[at:found])
        at, gap = found + 1, False


def main() -> int:
    world = World(*sys.argv[1:3])
    if not world.trunkwise.exists():
        print(f"{world.trunkwise} is not built")
        return 77
    world.prepare()
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            print(f"{name} ...", flush=True)
            test(world)
    print("all good")
    return 0


if __name__ == "__main__":
    sys.exit(main())
