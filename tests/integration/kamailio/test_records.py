#!/usr/bin/python3
"""What a real Kamailio accounts for SIPp's calls is what we read from it.

usage: test_records.py RUN_DIRECTORY, with the package in PYTHONPATH
Exit 77: a program that it needs is not installed.
"""
import glob
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from test_kamailio import PATH, Kamailio, check, skip

from ports import free_port
from trunkwise import Store

HERE = Path(__file__).resolve().parent
SCHEMA = Path("/usr/share/kamailio/db_sqlite/acc-create.sql")
ACC = ("src_user", "src_domain", "src_ip", "dst_ouser", "dst_user",
       "dst_domain")
CDRS = ("callid", "src_user", "dst_user")
KEPT_S = 4          # how long Kamailio keeps a dialog here


def make_database(path):
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE version (table_name VARCHAR(32), "
                   "table_version INTEGER)")
        db.executescript(SCHEMA.read_text())
        for table, columns in (("acc", ACC), ("acc_cdrs", CDRS)):
            for column in columns:
                db.execute(f"ALTER TABLE {table} ADD COLUMN {column} "
                           "VARCHAR(255) DEFAULT '' NOT NULL")
    db.close()


def export(path, query):
    """As docs/call-records.md says: SQLite keeps Julian days."""
    return subprocess.run(["sqlite3", "-header", "-csv", path, query],
                          capture_output=True, check=True).stdout


def sipp(*words):
    return subprocess.Popen(["sipp", "-i", "127.0.0.1", "-nostdin", *words],
                            stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


def calls(kamailio, uas):
    """Two calls of 1.5 s, one that is busy, one that never says BYE."""
    target = f"127.0.0.1:{kamailio.port}"
    peer = sipp("-sn", "uas", "-p", str(uas))
    try:
        time.sleep(0.3)
        check(sipp("-sn", "uac", "-p", str(free_port()), "-s", "84951234567",
                   "-d", "1500", "-m", "2", "-r", "2", target).wait(20) == 0,
              "two calls")
        sipp("-sn", "uac", "-p", str(free_port()), "-s", "busy", "-m", "1",
             target).wait(20)
        lost = sipp("-sn", "uac", "-p", str(free_port()), "-s",
                    "79161234567", "-d", "60000", "-m", "1", target)
        time.sleep(1)
        lost.kill()
        lost.wait(5)
        time.sleep(KEPT_S + 1.5)
    finally:
        peer.kill()
        peer.wait(5)


def stored(data, preset, run):
    with Store(os.path.join(run, f"{preset}.db"), create=True) as store:
        result = store.import_calls(data, preset=preset, zone="UTC")
        for reject in result.rejects:
            print(preset, reject)
        for line in data.decode().splitlines():
            print(preset, line)
        return result


def check_records(database, run):
    acc = stored(export(database, "SELECT id, method, callid, sip_code, "
                        "datetime(time) AS time, src_user, dst_ouser, "
                        "dst_user FROM acc ORDER BY id"),
                 "kamailio_acc", run)
    # the two that ended; the one without a BYE is refused and said
    check(acc.counts.rows_stored == 2, "two calls by transaction")
    check([r.column for r in acc.rejects] == ["end"], "one without BYE")
    check("BYE" in acc.rejects[0].reason, "the reason names the cause")

    query = ("SELECT id, datetime(start_time) AS start_time, "
             "datetime(end_time) AS end_time, duration, callid, src_user, "
             "dst_user FROM acc_cdrs ORDER BY id")
    cdrs = stored(export(database, query), "kamailio_cdrs", run)
    # the expired dialog looks like a talk: only its length tells it
    check(cdrs.counts.rows_stored == 4 and not cdrs.rejects, "four dialogs")
    with sqlite3.connect(database) as db:
        rows = db.execute("SELECT dst_user, duration FROM acc_cdrs "
                          "ORDER BY id").fetchall()
    db.close()
    talks = sorted(d for user, d in rows if user == "84951234567")
    check(len(talks) == 2 and 1.4 < talks[0] and talks[1] < 2.5, "1.5 s")
    check([d for user, d in rows if user == "busy"] == [0], "busy")
    check(all(d > KEPT_S - 1 for user, d in rows if user == "79161234567"),
          "a lost BYE lasts as long as the dialog is kept")


def main():
    run = sys.argv[1]
    program = shutil.which("kamailio", path=PATH)
    kamcmd = shutil.which("kamcmd", path=PATH)
    modules = sorted(glob.glob("/usr/lib/*/kamailio/modules"))
    if not program or not kamcmd or not modules:
        skip("kamailio is not installed; install kamailio")
    if not os.path.exists(f"{modules[0]}/db_sqlite.so") or \
            not SCHEMA.exists():
        skip("install kamailio-sqlite-modules")
    for tool in ("sipp", "sqlite3"):
        if not shutil.which(tool):
            skip(f"{tool} is not installed")
    os.makedirs(run, exist_ok=True)
    # the control socket's path must fit into 108 bytes
    run = tempfile.mkdtemp(dir=run if len(run) < 80 else None)
    kamailio, log, failed, uas = None, "", True, free_port()
    database = os.path.join(run, "acc.db")
    try:
        make_database(database)
        kamailio = Kamailio(program, kamcmd, modules[0], run,
                            config=HERE / "acc.cfg.in", PEER=str(uas),
                            TIMEOUT=str(KEPT_S))
        check(kamailio.wait(), "Kamailio did not come up")
        calls(kamailio, uas)
        log, kamailio = kamailio.end(), None
        check_records(database, run)
        failed = False
    finally:
        if kamailio:
            log = kamailio.end()
        if failed:
            print(log[-4000:])
        shutil.rmtree(run, ignore_errors=True)


if __name__ == "__main__":
    main()
