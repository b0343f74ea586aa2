"""kill -9 of the gateway program, between calls and in the middle of them.

While the store is locked, records of finished calls are in the spool; a talk
is known from its answer on. After a restart every call is in the store once:
what had ended as it was, what was under way as its last interim record tells
it, and marked. Exit code 77: SIPp is not here.
"""

import contextlib
import fcntl
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

from test_sipp import DID, HERE, Gateway, deployment, end, sipp

from ports import free_port

ENDED, TALKING = 10, 10


def ask(path, sql):
    with contextlib.closing(sqlite3.connect(
            f"file:{path}?mode=ro", uri=True)) as db:
        return db.execute(sql).fetchone()


def long_calls(work):
    """The carrier's scenario with a minute of talk."""
    text = (HERE / "carrier_uac.xml").read_text()
    assert '"200"/>\n  <send retrans' in text
    path = work / "carrier_long.xml"
    path.write_text(text.replace('<pause milliseconds="200"/>',
                                 '<pause milliseconds="60000"/>'))
    return path


@contextlib.contextmanager
def locked(store):
    """Another program writes to the store."""
    with open(f"{store}.lock", "r+b") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        yield


def carrier(scenario, gateway, count, work):
    return sipp(scenario, 0, f"127.0.0.1:{gateway.port}", "-s", DID, "-m",
                str(count), "-r", "20", "-timeout", "90s", work=work)


def kill_both(gateway, store, started, work):
    with locked(store):
        short = carrier("carrier_uac.xml", gateway, ENDED, work)
        started.append(short)
        assert short.wait(30) == 0, "not every call went through"
        started.append(carrier(long_calls(work), gateway, TALKING, work))
        deadline = time.monotonic() + 20
        while gateway.text().count(": answered after") < ENDED + TALKING:
            assert time.monotonic() < deadline, gateway.text()
            time.sleep(0.05)
        assert "records: spooling" in gateway.text()
        time.sleep(0.5)         # a group is on the disk after 50 ms
        gateway.process.send_signal(signal.SIGKILL)
        gateway.process.wait()
        assert ask(store, "SELECT count(*) FROM call") == (0,)


def check(gateway, store):
    gateway.wait_for("its host is gone")
    assert gateway.stop() == 0, gateway.text()
    assert gateway.text().count("its host is gone") == TALKING
    assert ask(store, "SELECT count(*), count(DISTINCT call_id), sum(status "
               "= 1), sum(duration_us >= 150000) FROM call") == (
                   ENDED + TALKING, ENDED + TALKING, ENDED + TALKING, ENDED)
    assert ask(store, "SELECT count(*), sum(batch <> 0), "
               "sum(length(record)) FROM open_call") == (TALKING, TALKING, 0)
    assert ask(store, "SELECT count(*) FROM quarantine") == (0,)
    assert pathlib.Path(f"{store}.gateway.spool").stat().st_size == 0


def run(gateway_program, make_store, work):
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    registrar, phone = free_port(), free_port()
    (work / "deployment.txt").write_text(deployment(registrar, phone))
    secret = work / "main.secret"
    secret.write_text("marker-secret-5a1f\n")
    secret.chmod(0o600)
    store = work / "store.db"
    subprocess.run([make_store, str(store), str(work / "deployment.txt")],
                   check=True)
    started = []
    try:
        started.append(sipp("registrar_uas.xml", registrar,
                            "-deadcall_wait", "0", work=work))
        started.append(sipp("phone_uas.xml", phone, work=work))
        gateway = Gateway(gateway_program, store, work, work / "first.log")
        started.append(gateway.process)
        gateway.wait_for("-> registered")
        kill_both(gateway, store, started, work)
        gateway = Gateway(gateway_program, store, work, work / "second.log")
        started.append(gateway.process)
        check(gateway, store)
    finally:
        for process in reversed(started):
            end(process)
    print(f"{ENDED} calls out of the spool, {TALKING} as they stood")


def main():
    if not shutil.which("sipp"):
        print("SKIPPED: sipp is not installed")
        return 77
    run(sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]).resolve())
    return 0


if __name__ == "__main__":
    sys.exit(main())
