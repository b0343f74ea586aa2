"""Every command block of the documents is run, as written, by a shell."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from decimal import Decimal

import pytest

from conftest import BUILD, SOURCE
from ports import free_port
from trunkwise.words import amount

# Run by tests of their own, or by CI itself; see tests/CMakeLists.txt.
ELSEWHERE = ("sh examples/nine-cities/run.sh", "sh tests/run.sh")

DOCUMENTS = ["README.md", "examples/day-one/README.md", "docs/deck.md",
             "docs/tariffs.md", "docs/usage.md"]
RECORDS_PAGE = "docs/call-records.md"
PROGRAMS = ["examples/gateway/README.md", "examples/carrier-sim/README.md"]
LASTING = ("trunkwise-gateway ", "examples/carrier-sim/carrier-sim ")


def commands(path):
    text = (SOURCE / path).read_text()
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.S | re.M):
        for line in block.replace("\\\n", " ").splitlines():
            if line.strip() and not line.startswith(ELSEWHERE):
                yield line


@pytest.fixture
def folder(tmp_path):
    for file in (SOURCE / "examples" / "day-one").glob("*.csv"):
        shutil.copy(file, tmp_path)
    return tmp_path


@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_of(document, folder):
    path = f"{BUILD / 'bin'}{os.pathsep}{os.environ['PATH']}"
    lines = list(commands(document))
    assert lines, f"{document} shows no command"
    for line in lines:
        done = subprocess.run(["sh", "-c", line], cwd=folder,
                              capture_output=True, text=True, timeout=120,
                              env={**os.environ, "PATH": path})
        listed = line.startswith("trunkwise unrated list")
        assert done.returncode == (1 if listed else 0), line + done.stderr
        assert done.stdout or "suggest" in line or "-o " in line, line
        assert "Traceback" not in done.stderr


def test_call_records_page(folder):
    text = (SOURCE / RECORDS_PAGE).read_text()
    people, calls = re.findall(r"^```csv\n(.*?)^```", text, re.S | re.M)
    (folder / "people.csv").write_text(people)
    (folder / "calls.csv").write_text(calls)
    path = f"{BUILD / 'bin'}{os.pathsep}{os.environ['PATH']}"
    said = [subprocess.run(["sh", "-c", line], cwd=folder, check=True,
                           capture_output=True, text=True, timeout=120,
                           env={**os.environ, "PATH": path}).stdout
            for line in commands(RECORDS_PAGE)]
    assert "2 rows read: 2 stored" in said[1]
    assert "2 rows read: 2 stored" in said[2]
    assert re.search(r"^Sales +2 +1 ", said[3], re.M)
    assert "charged" in said[4] and "84951234567" not in said[4]


def test_readme_python_example_runs(folder):
    import sys
    lines = list(commands("README.md"))
    env = {**os.environ,
           "PATH": f"{BUILD / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    for line in lines[:4]:
        subprocess.run(["sh", "-c", line], cwd=folder, check=True,
                       capture_output=True, env=env)
    text = (SOURCE / "README.md").read_text()
    code = re.search(r"^```python\n(.*?)^```", text, re.S | re.M).group(1)
    done = subprocess.run([sys.executable, "-c", code], cwd=folder,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "total" in done.stdout and "(unallocated)" in done.stdout


def free_address():
    """The documents name the usual ports, which may be taken here."""
    return f"127.0.0.1:{free_port()}"


def run_until_it_stands(line, folder, env):
    """A program that runs until told otherwise: up for two seconds, then
    SIGTERM, a second one that does not wait for dead registrars, exit 0."""
    program = subprocess.Popen(line.split(), cwd=folder, env=env,
                               stderr=subprocess.PIPE, text=True)
    try:
        program.wait(timeout=2)
    except subprocess.TimeoutExpired:
        program.terminate()
        try:
            program.wait(timeout=2)
        except subprocess.TimeoutExpired:
            program.terminate()
    _, said = program.communicate(timeout=60)
    assert program.returncode == 0, f"{line}: {said}"


@pytest.mark.parametrize("document", PROGRAMS)
def test_programs_of(document, folder):
    if not (BUILD / "examples" / "gateway" / "trunkwise-gateway").exists():
        pytest.skip("the examples are not built")
    nine = SOURCE / "examples" / "nine-cities"
    shutil.copytree(nine / "secrets", folder / "secrets")
    for secret in (folder / "secrets").iterdir():
        secret.chmod(0o600)
    for file in [*nine.glob("*.csv"), nine / "deployment.toml"]:
        shutil.copy(file, folder)
    places = [BUILD / "bin", BUILD / "examples" / "gateway"]
    env = {**os.environ, "PATH": os.pathsep.join(
        [*map(str, places), os.environ["PATH"]])}
    for line in commands(document):
        line = line.replace("build/release", str(BUILD))
        line = re.sub(r"127\.0\.0\.1:\d+", free_address(), line)
        if any(part in line for part in LASTING):
            run_until_it_stands(line, folder, env)
        else:
            subprocess.run(["sh", "-c", line], cwd=folder, check=True,
                           capture_output=True, env=env)


OPTIONAL = ("numpy", "pyarrow")
PYTHON_PAGES = ["docs/python-rating.md", "docs/python-distribution.md"]


def python_blocks(path):
    """(code, what it prints, optional module that it needs) in order."""
    text = (SOURCE / path).read_text()
    for code, shown in re.findall(
            r"^```python\n(.*?)^```(?:\n\n```text\n(.*?)^```)?", text,
            re.S | re.M):
        needed = [m for m in OPTIONAL if f"import {m}\n" in code]
        yield code, shown, needed


@pytest.mark.parametrize("module", [None, *OPTIONAL])
def test_python_pages_print_what_they_show(module, tmp_path, monkeypatch):
    import contextlib
    import io
    if module:
        pytest.importorskip(module)
    monkeypatch.chdir(tmp_path)
    ran = 0
    for page in PYTHON_PAGES:
        space = {}
        for code, shown, needed in python_blocks(page):
            if set(needed) - {module}:
                continue
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(code, page, "exec"), space)
            assert out.getvalue() == shown, code
            ran += bool(needed) if module else 1
    assert ran


def test_every_command_block_is_known_here():
    known = {*DOCUMENTS, *PROGRAMS, "examples/nine-cities/README.md",
             "docs/reports.md",      # by test_reports.py
             "docs/numbering.md",    # by test_numbering.py
             "docs/privacy.md",      # by test_privacy.py
             "docs/calls.md",        # by test_traffic.py
             "docs/planning.md",     # by test_planning.py
             "docs/distribution.md",  # by test_preview.py
             "docs/secrets.md",      # by test_secrets.py
             "docs/budgets.md",      # by test_budgets.py
             "docs/permissions.md",  # by test_routes.py
             "docs/recorder.md",     # by test_recorder.py
             "docs/ledger.md",       # by test_ledger.py
             "docs/sql.md",          # by test_sql.py
             "docs/invoices.md",     # by test_invoices.py
             "docs/bookkeeping.md",  # by test_journal.py
             RECORDS_PAGE,           # by test_call_records_page
             "docs/store.md",        # by test_store_file.py
             "docs/sheets.md"}       # by test_sheet_docs.py
    folders = [SOURCE, SOURCE / "docs", SOURCE / "docs" / "adr",
               *(SOURCE / "examples").iterdir()]
    for file in [f for folder in folders for f in folder.glob("*.md")]:
        path = str(file.relative_to(SOURCE))
        if list(commands(path)):
            assert path in known, f"{path}: no test runs its commands"


def test_readme_c_example_builds_and_runs(folder):
    path = f"{BUILD / 'bin'}{os.pathsep}{os.environ['PATH']}"
    for line in list(commands("README.md"))[:3]:
        subprocess.run(["sh", "-c", line], cwd=folder, check=True,
                       capture_output=True, env={**os.environ, "PATH": path})
    text = (SOURCE / "README.md").read_text()
    code = re.search(r"^```c\n(.*?)^```", text, re.S | re.M).group(1)
    (folder / "expenses.c").write_text(code)
    libraries = BUILD / "src"
    plain = {k: v for k, v in os.environ.items() if k != "LD_PRELOAD"}
    subprocess.run(["cc", "-std=c99", "-Wall", "-Werror", "expenses.c",
                    f"-I{SOURCE / 'include'}", f"-L{libraries}", "-ltrunkwise",
                    f"-Wl,-rpath,{libraries}", "-o", "expenses",
                    "-Wl,--allow-shlib-undefined"],
                   cwd=folder, check=True, env=plain)
    done = subprocess.run(["./expenses", "office.db", "2026-10"], cwd=folder,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "(unallocated): " in done.stdout
    assert subprocess.run(["./expenses", "office.db", "October"], cwd=folder,
                          capture_output=True).returncode == 2


def test_json_document_names_every_command():
    text = (SOURCE / "docs" / "json.md").read_text()
    from trunkwise.cli import VERBS
    for noun, verb in VERBS:
        name = f"{noun} {verb}" if verb else noun
        assert f"| `{name}` |" in text, name


def test_readme_shows_what_the_demonstration_prints():
    text = (SOURCE / "README.md").read_text()
    expected = json.loads((SOURCE / "examples" / "nine-cities" / "expected" /
                           "by-department.json").read_text())
    for row in [*expected["rows"], *expected["totals"]]:
        shown = amount("en", Decimal(row["gross"]))
        assert re.search(rf" {re.escape(shown)}$", text, re.M), row


def test_no_document_points_to_a_missing_file():
    for path in [SOURCE / "README.md", *(SOURCE / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
            assert (path.parent / link).exists(), f"{path.name}: {link}"
