"""A live host's records from Python and the commands that look at them."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import re
import signal
import subprocess
import sys

import pytest

import trunkwise
from conftest import BUILD, SOURCE

START = dt.datetime.fromisoformat("2026-10-05T10:00:00+03:00")
MINUTE = dt.timedelta(minutes=1)
TARIFF = ("prefix,destination,rate,currency,effective_from,effective_to,"
          "first_inc,next_inc,connect_fee\n79,Mobile,1.50,RUB,,,1,1,0\n")
COMPANY = '[company]\nname = "Factory"\nzone = "Europe/Moscow"\n' \
    'currency = "RUB"\n'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "d.toml").write_text(COMPANY)
    with trunkwise.Store(tmp_path / "office.db", create=True) as store:
        store.apply(trunkwise.Deployment.load(tmp_path / "d.toml"))
        store.import_tariff(TARIFF.encode(), tariff="t", carrier="north")
    return tmp_path


def add(recorder, i, **more):
    return recorder.add(f"c-{i}", **{
        "start": START + i * MINUTE, "answer": START + i * MINUTE,
        "duration": MINUTE, "status": "answered", "direction": "outbound",
        "caller": "101", "callee": "79161234567", **more})


def command(folder, *words):
    done = subprocess.run([BUILD / "bin" / "trunkwise", *words], cwd=folder,
                          capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def calls(folder):
    with trunkwise.Store(folder / "office.db", readonly=True) as store:
        assert all(v.holds for v in store.verify())
        return sum(int(row.calls or 0)
                   for row in store.expenses("2026-10").rows)


class Lock:
    """Another program that writes."""

    def __init__(self, folder):
        self.path = folder / "office.db.lock"

    def __enter__(self):
        self.file = open(self.path, "a+b")
        fcntl.lockf(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_):
        self.file.close()


def test_tickets_and_figures(folder):
    with trunkwise.Recorder(folder / "office.db") as recorder:
        assert [add(recorder, i) for i in range(3)] == [1, 2, 3]
        assert recorder.stats.durable == 0
        assert recorder.step() <= dt.timedelta(minutes=5)
        recorder.flush()
        stats = recorder.stats
        assert (stats.state, stats.durable, stats.stored) == ("live", 3, 3)
        add(recorder, 1)
        add(recorder, 2, duration=2 * MINUTE)
        recorder.flush()
        assert recorder.stats.duplicates == recorder.stats.conflicts == 1
    assert calls(folder) == 3
    with trunkwise.Store(folder / "office.db", readonly=True) as store:
        assert store.imports()[-1].who == "host"    # the recorder's name
    with pytest.raises(ValueError):
        recorder.flush()
    with pytest.raises(trunkwise.NotFound):
        trunkwise.Recorder(folder / "nothing.db")
    with pytest.raises(trunkwise.InvalidArgument):
        trunkwise.Recorder(folder / "office.db", name="No Name")


def test_spool_list_and_retry(folder):
    store = folder / "office.db"
    assert command(folder, "spool", "list", "office.db") == (
        0, "Nothing waits\n", "")
    with trunkwise.Recorder(store, name="switch") as recorder:
        with Lock(folder):
            add(recorder, 1)
            add(recorder, 2, interim=True)
            with pytest.raises(trunkwise.Busy):
                recorder.flush()
            assert recorder.stats.durable == 2
            assert recorder.stats.state == "spooling"
            code, out, _ = command(folder, "spool", "list", "office.db",
                                   "--json")
            document = json.loads(out)
            assert (code, document["waiting"], document["damaged"]) == (
                0, 2, 0)
            assert [(r["name"], r["call_id"], r["seconds"], r["interim"])
                    for r in document["records"]] == [
                ("switch", "c-1", 60, False), ("switch", "c-2", 60, True)]
            code, out, _ = command(folder, "spool", "retry", "office.db")
            assert code == 1 and "does this by itself" in out
            recorder.close()            # cannot: they stay in the journal
    with open(f"{store}.switch.spool", "ab") as journal:
        journal.write(b"half a record")
    code, out, _ = command(folder, "spool", "list", "office.db", "--lang",
                           "ru")
    assert code == 1 and "повреждено" in out and "c-1" in out
    code, out, _ = command(folder, "spool", "retry", "office.db", "--json")
    spool = json.loads(out)["spools"][0]
    assert code == 1                    # the damage
    assert (spool["stored"], spool["closed"], spool["damaged"]) == (1, 1, 1)
    assert calls(folder) == 2
    code, out, _ = command(folder, "spool", "list", "office.db", "--json")
    assert code == 1
    assert [(r["state"], r["bytes"]) for r in json.loads(out)["records"]] \
        == [("aside", 13)]
    os.unlink(f"{store}.switch.spool.bad")
    assert command(folder, "spool", "retry", "office.db")[0] == 0
    assert command(folder, "spool", "list", "nothing.db")[0] == 2


def test_calls_under_way(folder):
    child = subprocess.Popen([sys.executable, "-c", f"""
import sys, datetime as dt, signal
sys.path.insert(0, {str(BUILD / 'python')!r})
import trunkwise
r = trunkwise.Recorder({str(folder / 'office.db')!r}, name='switch')
s = dt.datetime.fromisoformat({START.isoformat()!r})
for minutes in (0, 15, 30):
    r.add('long', start=s, answer=s, status='answered', direction='outbound',
          duration=dt.timedelta(minutes=minutes), caller='101',
          callee='79161234567', interim=True)
    r.flush()
print('told', flush=True)
signal.pause()
"""], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "told\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    code, out, _ = command(folder, "call", "open", "office.db")
    assert code == 0 and "under way" in out and "1800" in out
    assert calls(folder) == 0
    with trunkwise.Recorder(folder / "office.db", name="switch") as recorder:
        recorder.flush()
        assert recorder.stats.closed == 1
    assert calls(folder) == 1
    code, out, _ = command(folder, "call", "open", "office.db", "--json")
    [call] = json.loads(out)["calls"]
    assert (call["call_id"], call["state"], call["seconds"],
            call["recorder"]) == ("long", "closed", 1800, "switch")
    assert call["batch"] == 1


def test_the_page(folder):
    """The block of docs/recorder.md, in its order."""
    text = (SOURCE / "docs" / "recorder.md").read_text()
    block = re.search(r"^```sh\n(.*?)^```", text, re.S | re.M).group(1)
    for line in block.splitlines():
        assert command(folder, *line.split()[1:])[0] == 0, line
    code = re.search(r"^```python\n(.*?)^```", text, re.S | re.M).group(1)
    here = os.getcwd()
    os.chdir(folder)
    try:
        exec(code, {"trunkwise": trunkwise, "start": START, "answer": START,
                    "duration": MINUTE})
    finally:
        os.chdir(here)
    assert calls(folder) == 1
