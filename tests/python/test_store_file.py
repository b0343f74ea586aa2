"""The store as a file: the commands and the page that describe it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time

import pytest

import trunkwise
from conftest import BUILD, SOURCE

CALLS = """\
call_id,start,answer,end,caller,callee,trunk,department,duration,status,cost,currency
a1,2026-10-05T10:00:00Z,2026-10-05T10:00:05Z,2026-10-05T10:01:05Z,78432000001,79161234567,,,60,answered,,
"""


@pytest.fixture
def store(office, put, command):
    put((office / "deployment.toml").read_text(), "--at",
        "2026-09-01T00:00:00+03:00")
    (office / "calls.csv").write_text(CALLS)
    command("cdr", "import", office / "store.db", office / "calls.csv",
            "--preset", "native", check=0)
    return office / "store.db"


def undo(store):
    with trunkwise.Store(store) as opened:
        opened.undo_import(1)


def october(store):
    with trunkwise.Store(store, readonly=True) as opened:
        return opened.month_total("2026-10", "RUB").amount


def test_page_runs_as_written(tmp_path):
    (tmp_path / "tariff.csv").write_bytes(
        (SOURCE / "examples" / "day-one" / "tariff.csv").read_bytes())
    text = (SOURCE / "docs" / "store.md").read_text()
    env = {**os.environ,
           "PATH": f"{BUILD / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    lines = [line for block in re.findall(r"^```sh\n(.*?)^```", text,
                                          re.S | re.M)
             for line in block.splitlines()]
    assert len(lines) == 7
    for line in lines:
        done = subprocess.run(["sh", "-c", line], cwd=tmp_path, env=env,
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, line + done.stderr
    assert (tmp_path / "office.db.replaced").exists()


def test_backup_and_restore(store, command, tmp_path):
    backup = tmp_path / "backup.db"
    before = october(store)
    assert before > 0
    made = command("store", "backup", store, backup, "--json", check=0).json
    assert made["holds"] is True and len(made["invariants"]) >= 11
    assert made["bytes"] == backup.stat().st_size
    assert backup.stat().st_mode & 0o777 == 0o600
    undo(store)
    assert october(store) != before
    back = command("store", "restore", backup, store, "--json",
                   check=0).json
    assert back["kept"] == f"{os.path.realpath(store)}.replaced"
    assert october(store) == before
    assert october(back["kept"]) != before
    command("verify", store, check=0)


def test_backup_replaces_nothing_unasked(store, command, tmp_path):
    backup = tmp_path / "backup.db"
    backup.write_text("mine")
    refused = command("store", "backup", store, backup, "--json", check=2)
    assert refused.json["error"]["code"] == "TW_EEXIST"
    assert backup.read_text() == "mine"
    command("store", "backup", store, store, "--force", check=2)
    command("store", "backup", store, backup, "--force", check=0)
    assert october(backup) == october(store)
    said = command("store", "backup", store, tmp_path / "more.db",
                   "--no-verify", "--json", check=0).json
    assert said["holds"] is None and said["invariants"] == []


def test_bad_backups_change_nothing(store, command, tmp_path):
    before = october(store)
    junk = tmp_path / "junk.db"
    for content in (b"", b"prefix,rate\n" * 100, store.read_bytes()[:20000]):
        junk.write_bytes(content)
        refused = command("store", "restore", junk, store, "--json",
                          check=2).json
        assert refused["error"]["code"] == "TW_ESTORE"
    missing = command("store", "restore", tmp_path / "no.db", store,
                      "--json", check=2).json
    assert missing["error"]["code"] == "TW_ENOTFOUND"
    assert october(store) == before
    assert not list(tmp_path.glob("*.replaced*"))
    assert not list(tmp_path.glob("*.part-*"))


def test_check_finds_damage(store, command):
    assert command("store", "check", store, "--json", check=0).json[
        "problems"] == []
    data = bytearray(store.read_bytes())
    data[8 * 4096:8 * 4096 + 64] = b"\xa5" * 64
    store.write_bytes(data)
    found = command("store", "check", store, "--json", check=1).json
    assert found["whole"] is False and found["problems"]
    assert "повреждён" in command("store", "check", store, "--lang", "ru",
                                  check=1).out
    # every other command says so and writes nothing
    said = command("verify", store, "--json", check=2).json
    assert "store restore" in said["error"]["message"]
    command("import", "undo", store, "1", check=2)
    assert store.read_bytes() == bytes(data)


def test_status(store, command):
    status = command("store", "status", store, "--json", check=0).json
    assert status["file_bytes"] == store.stat().st_size
    assert status["wal_bytes"] == 0
    assert command("store", "status", store, "--lang", "ru",
                   check=0).out.startswith("Версия схемы")
    command("store", "status", str(store) + "x", check=2)


def test_python(store, tmp_path):
    backup = tmp_path / "backup.db"
    with trunkwise.Store(store) as opened:
        opened.backup(backup)
        with pytest.raises(trunkwise.Exists):
            opened.backup(backup)
        opened.backup(backup, force=True)
        info = opened.info()
        assert info.file_bytes > 100_000 and info.schema >= 5
        with opened.transaction(), pytest.raises(ValueError):
            opened.backup(tmp_path / "other.db")
    assert trunkwise.check_store(backup) == []
    assert trunkwise.restore_store(backup, tmp_path / "new.db") is None
    assert trunkwise.restore_store(backup, tmp_path / "new.db")
    assert october(tmp_path / "new.db") == october(store)


def test_killed_import(office, put, command, tmp_path):
    """kill -9 of the real command, then the same file again: the sums of an
    import that nobody disturbed, and no invariant broken."""
    head = CALLS.splitlines()[0]
    (office / "calls.csv").write_text("\n".join([head, *(
        f"k{i},2026-10-{i % 28 + 1:02}T10:{i % 60:02}:00Z,"
        f"2026-10-{i % 28 + 1:02}T10:{i % 60:02}:05Z,,78432000001,"
        f"7916{i:07},,,{30 + i % 90},answered,,"
        for i in range(20000))]) + "\n")
    put((office / "deployment.toml").read_text(), "--at",
        "2026-09-01T00:00:00+03:00")
    whole, killed = tmp_path / "whole.db", tmp_path / "killed.db"
    command("store", "backup", office / "store.db", killed, check=0)
    command("store", "backup", office / "store.db", whole, check=0)
    took = time.monotonic()
    command("cdr", "import", whole, office / "calls.csv", "--preset",
            "native", check=0)
    took = time.monotonic() - took
    for i in range(6):
        process = subprocess.Popen(
            [sys.executable, BUILD / "bin" / "trunkwise", "cdr", "import",
             killed, office / "calls.csv", "--preset", "native"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(took * (i + 1) / 7)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        with trunkwise.Store(killed, readonly=True) as store:
            assert all(v.holds for v in store.verify())
    counts = command("cdr", "import", killed, office / "calls.csv",
                     "--preset", "native", "--json", check=0).json
    assert counts["rows_stored"] + counts["duplicates"] == 20000
    assert october(killed) == october(whole) > 0
    command("verify", killed, check=0)


def test_hard_links_are_refused(store, command, tmp_path):
    other = tmp_path / "other.db"
    os.link(store, other)
    for name in (store, other):
        said = command("verify", name, "--json", check=2).json["error"]
        assert said["code"] == "TW_EUNSUPPORTED"
        assert "hard links" in said["message"]
    other.unlink()
    command("verify", store, check=0)
