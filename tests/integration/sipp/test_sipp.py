"""The gateway program and SIPp, a stranger to it, over the loopback.

100 calls of a carrier to a number of ours, answered by a phone: each is in
the store once. What comes from an address on no list, or is no SIP, leaves
nothing behind. Exit code 77: SIPp is not here.
"""

import contextlib
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[2]))
from ports import free_port  # noqa: E402

HERE = pathlib.Path(__file__).parent
CALLS = 100
DID = "78435550101"
STRANGER = "127.0.0.2"
PEER = "127.0.0.65"           # signals for the carrier, registers nobody
INBOUND, ANSWERED = 2, 1


def deployment(registrar, phone):
    return f"""
company.name text Demo
company.zone text Europe/Moscow
company.currency text RUB
department[0].name text kazan
site[0].name text kazan-1
site[0].department text kazan
phone[0].name text showroom
phone[0].site text kazan-1
phone[0].extension text 101
phone[0].uri text sip:showroom@127.0.0.1:{phone}
phone[0].capacity integer 50
carrier[0].name text carrier
trunk[0].name text main
trunk[0].carrier text carrier
trunk[0].registrar text sip:127.0.0.1:{registrar};transport=udp
trunk[0].user text trunk1
trunk[0].password_file text main.secret
trunk[0].realm text carrier.test
trunk[0].peers[0] text 127.0.0.64/28
number[0].number text +7 843 555-01-01
number[0].carrier text carrier
number[0].department text kazan
number[0].plan text main
pool[0].name text kazan
pool[0].member[0].phone text showroom
plan[0].name text main
plan[0].step[0].ring text kazan
plan[0].step[0].ring_s integer 20
"""


def sipp(scenario, port, *more, work, host="127.0.0.1"):
    name = pathlib.Path(scenario).stem
    return subprocess.Popen(
        ["sipp", "-sf", str(HERE / scenario), "-i", host, "-p", str(port),
         "-nostdin", "-trace_err", "-error_file", str(work / f"{name}.err"),
         *more],
        cwd=work, stdin=subprocess.DEVNULL,
        stdout=(work / f"{name}.out").open("wb"), stderr=subprocess.STDOUT)


def end(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Gateway:
    def __init__(self, program, store, secrets, log, *more):
        self.port = free_port()
        self.log = log
        self.process = subprocess.Popen(
            [program, "--store", str(store), "--secrets", str(secrets),
             "--listen", f"127.0.0.1:{self.port}", *more],
            stdin=subprocess.DEVNULL, stderr=log.open("wb"))

    def text(self):
        return self.log.read_text(errors="replace")

    def wait_for(self, what, seconds=15):
        deadline = time.monotonic() + seconds
        while what not in self.text():
            if self.process.poll() is not None or \
                    time.monotonic() > deadline:
                raise AssertionError(f"no '{what}' in:\n{self.text()}")
            time.sleep(0.05)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(45)


def say(port, text, host="127.0.0.1"):
    """One datagram to the gateway; the code of the answer, None: silence."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((host, 0))
        sock.settimeout(1)
        own = sock.getsockname()[1]
        message = text.replace("HOST", f"{host}:{own}")
        sock.sendto(message.replace("\n", "\r\n").encode(),
                    ("127.0.0.1", port))
        try:
            answer = sock.recv(65536).decode()
        except TimeoutError:
            return None
    return int(re.match(r"SIP/2\.0 (\d+)", answer).group(1))


def request(method, *, cseq=None, maxfwd="70", drop=(), extra=""):
    lines = [
        f"{method} sip:{DID}@127.0.0.1 SIP/2.0",
        f"Via: SIP/2.0/UDP HOST;rport;branch=z9hG4bK{time.monotonic_ns()}",
        "From: <sip:x@127.0.0.1>;tag=t1",
        f"To: <sip:{DID}@127.0.0.1>",
        f"Call-ID: {time.monotonic_ns()}@test",
        f"CSeq: {cseq or '1 ' + method}",
        "Contact: <sip:x@HOST>",
        f"Max-Forwards: {maxfwd}",
        "Content-Length: 0",
    ]
    kept = [line for line in lines if line.split(":")[0] not in drop]
    return "\n".join(kept) + "\n" + extra + "\n"


HOSTILE = [
    ("CSeq of another method", request("INVITE", cseq="1 BYE"), 400),
    ("CSeq past 2^31", request("INVITE", cseq="4294967297 INVITE"), 400),
    ("CSeq past 2^64",
     request("INVITE", cseq="36893488147419103232 INVITE"), 400),
    ("no Call-ID", request("INVITE", drop=("Call-ID",)), 400),
    ("no From", request("INVITE", drop=("From",)), 400),
    ("no To", request("INVITE", drop=("To",)), 400),
    ("Max-Forwards 0", request("INVITE", maxfwd="0"), 483),
    ("Max-Forwards words", request("INVITE", maxfwd="ten"), 400),
    ("needs an extension",
     request("INVITE", extra="Require: 100rel\n"), 420),
    ("two Call-IDs", request("INVITE", extra="Call-ID: b\n"), 400),
    ("body longer than the datagram",
     request("INVITE", drop=("Content-Length",),
             extra="Content-Type: application/sdp\n"
                   "Content-Length: 500\n"), 400),
    ("negative length",
     request("INVITE", drop=("Content-Length",),
             extra="Content-Length: -1\n"), 400),
    # libre reads 8 KiB of a datagram by itself, we all of it
    ("too large", request("INVITE", extra="X: " + "x" * 17000 + "\n"), 513),
    ("no offer", request("INVITE"), 488),
    ("nobody's number",
     request("INVITE").replace(DID, "74950000000"), 404),
    ("REGISTER", request("REGISTER"), 405),
    ("unknown method", request("PROPFIND"), 501),
    ("BYE of no call",
     request("BYE").replace("<sip:" + DID + "@127.0.0.1>\n",
                            "<sip:" + DID + "@127.0.0.1>;tag=z\n"), 481),
    ("OPTIONS", request("OPTIONS"), 200),
]


def check_hostile(port):
    for name, text, code in HOSTILE:
        got = say(port, text)
        assert got == code, f"{name}: {got}, not {code}"
    for method in ("OPTIONS", "REGISTER", "INVITE", "BYE", "PROPFIND"):
        got = say(port, request(method), STRANGER)
        assert got == 403, f"stranger's {method}: {got}"
    for method in ("INVITE", "BYE"):
        spoofed = request(method).replace(
            "<sip:" + DID + "@127.0.0.1>\n",
            "<sip:" + DID + "@127.0.0.1>;tag=z\n")
        assert say(port, spoofed, STRANGER) == 403, method


def check_store(path):
    with contextlib.closing(sqlite3.connect(
            f"file:{path}?mode=ro", uri=True)) as db:
        rows = db.execute(
            "SELECT direction, status, leg, count(*), "
            "count(DISTINCT key), min(duration_us), count(department), "
            "min(department) FROM call GROUP BY 1, 2, 3").fetchall()
        held = db.execute("SELECT count(*) FROM quarantine").fetchone()
        integrity = db.execute("PRAGMA integrity_check").fetchone()
    assert integrity == ("ok",), integrity
    assert held == (0,), held
    assert len(rows) == 1, rows
    direction, status, leg, count, keys, least_us, _, department = rows[0]
    assert (direction, status, leg) == (INBOUND, ANSWERED, 1), rows
    assert count == keys == CALLS, rows
    assert least_us >= 150_000, least_us
    assert department > 0, rows


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
        gateway = Gateway(gateway_program, store, work, work / "gateway.log")
        started.append(gateway.process)
        gateway.wait_for("-> registered")

        check_hostile(gateway.port)
        target = f"127.0.0.1:{gateway.port}"
        stranger = sipp("stranger_uac.xml", 0, target, "-s", DID, "-m", "20",
                        "-timeout", "20s", work=work, host=STRANGER)
        started.append(stranger)
        assert stranger.wait(30) == 0, "a stranger was not refused"

        carrier = sipp("carrier_uac.xml", 0, target, "-s", DID, "-m",
                       str(CALLS - 20), "-r", "25", "-timeout", "60s",
                       work=work)
        started.append(carrier)
        assert carrier.wait(70) == 0, "not every call went through"
        peer = sipp("carrier_uac.xml", 0, target, "-s", DID, "-m", "20",
                    "-r", "20", "-timeout", "60s", work=work, host=PEER)
        started.append(peer)
        assert peer.wait(70) == 0, "a peer of the trunk was refused"

        assert gateway.stop() == 0, gateway.text()
        text = gateway.text()
        assert "-> idle" in text, "did not un-register"
        assert "marker-secret" not in text
        assert text.count("-> " + DID + " by main") == CALLS, text
    finally:
        for process in reversed(started):
            end(process)
    check_store(store)
    print(f"{CALLS} calls accounted once each, strangers refused")


def main():
    if not shutil.which("sipp"):
        print("SKIPPED: sipp is not installed")
        return 77
    run(sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]).resolve())
    return 0


if __name__ == "__main__":
    sys.exit(main())
