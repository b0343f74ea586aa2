"""Scripted SIP peers on loopback addresses, and a gateway among them.

Every peer has an address of its own, because the gateway trusts by address,
in a piece of 127.0.0.0/8 that each run draws: so they may listen at 5060, too,
where messages without rport want their answers. Peers know just enough SIP to
be rude with it.
"""

import contextlib
import itertools
import pathlib
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[2]))
from ports import free_port  # noqa: E402
from sip import header, reply  # noqa: E402

DID = "78435550101"
SECRET = "marker-secret-77c1"
SDP = ("v=0\r\no=x 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\n"
       "t=0 0\r\nm=audio 6000 RTP/AVP 8\r\n")
SHEET = """\
prefix,destination,rate,currency,effective_from,effective_to,\
first_inc,next_inc,connect_fee,status
7,Russia,2.40,RUB,2026-01-01,,60,60,0,
882,Satellite,,RUB,2026-01-01,,60,60,0,blocked
"""
serial = itertools.count(1)


class Message:
    def __init__(self, data, source):
        self.source = source
        self.text = data.decode("latin-1")
        self.head, _, self.body = self.text.partition("\r\n\r\n")
        self.line = self.head.split("\r\n")[0]
        answer = re.match(r"SIP/2\.0 (\d+)", self.line)
        self.code = int(answer.group(1)) if answer else 0
        self.method = None if answer else self.line.split(" ")[0]

    def header(self, name):
        return header(self.head, name)

    @property
    def number(self):
        return re.match(r"\S+ sip:\+?([^@]*)@", self.line).group(1)

    def about(self):
        return self.header("CSeq").partition(" ")[2]


class Peer:
    """Answers politely unless a script takes the message (returns True)."""

    def __init__(self, host, port=0):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.sock.bind((host, port))
        self.host, self.port = self.sock.getsockname()
        self.at = f"{self.host}:{self.port}"
        self.seen = []
        self.script = None
        self.thread = threading.Thread(target=self.loop, daemon=True)
        self.thread.start()

    def loop(self):
        while True:
            try:
                data, source = self.sock.recvfrom(65536)
            except OSError:
                return
            if data == b"close":
                return
            message = Message(data, source)
            self.seen.append(message)
            if not (self.script and self.script(self, message)):
                self.polite(message)

    def close(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(b"close", (self.host, self.port))
        self.thread.join(5)
        self.sock.close()

    def send(self, text, to):
        data = text if isinstance(text, bytes) else text.encode("latin-1")
        self.sock.sendto(data, to)

    def answer(self, message, status, **more):
        more.setdefault("extra", f"Contact: <sip:peer@{self.at}>\r\n")
        self.send(reply(message.text, status, **more), message.source)

    def polite(self, message):
        if message.method == "REGISTER":
            self.answer(message, "200 OK", extra="Contact: "
                        f"{message.header('Contact')}\r\nExpires: 300\r\n")
        elif message.method == "CANCEL":
            self.answer(message, "200 OK")
            for invite in self.requests("INVITE"):
                if invite.header("Call-ID") == message.header("Call-ID"):
                    self.answer(invite, "487 Request Terminated")
        elif message.method in ("BYE", "OPTIONS"):
            self.answer(message, "200 OK")

    def requests(self, method):
        return [m for m in self.seen if m.method == method]

    def codes(self, call_id, method="INVITE"):
        return [m.code for m in self.seen if m.code and
                m.header("Call-ID") == call_id and m.about() == method]


def rings(peer, message):
    if message.method == "INVITE":
        peer.answer(message, "180 Ringing")
        return True
    return False


def answers(peer, message):
    if message.method == "INVITE":
        peer.answer(message, "180 Ringing")
        peer.answer(message, "200 OK", body=SDP)
        return True
    return False


def says(status, **more):
    def script(peer, message):
        if message.method == "INVITE":
            peer.answer(message, status, **more)
            return True
        return False
    return script


def silent(peer, message):
    return message.method == "INVITE"


def wait(condition, seconds=8, what="it"):
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not happen in {seconds} s")
        time.sleep(0.01)


class Call:
    """A call that a peer makes to the gateway, one request at a time."""

    def __init__(self, world, peer, user, number, *, host="127.0.0.1"):
        n = next(serial)
        self.world, self.peer, self.number = world, peer, number
        self.uri = f"sip:{number}@{host}"
        self.from_ = f"<sip:{user}@{peer.host}>;tag=f{n}"
        self.call_id = f"c{n}@test"
        self.branch = f"z9hG4bK{n}x"
        self.to_tag = ""
        self.cseq = 1

    def text(self, method, *, branch=None, extra="", body=None, cseq=None,
             uri=None, to=None, from_=None, drop=()):
        if body is None:
            body = SDP if method == "INVITE" else ""
        same = method == "CANCEL" or method == "INVITE" and not self.to_tag
        branch = branch or (self.branch if same else
                            self.branch + method + str(next(serial)))
        tag = self.to_tag and method != "CANCEL" and f";tag={self.to_tag}"
        kind = "Content-Type: application/sdp\r\n" if body else ""
        lines = [
            f"{method} {uri or self.uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.peer.at};rport;branch={branch}",
            f"From: {from_ or self.from_}",
            f"To: {to or '<' + self.uri + '>'}{tag or ''}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {cseq or self.cseq} {method}",
            f"Contact: <sip:peer@{self.peer.at}>",
            "Max-Forwards: 70",
        ]
        kept = [x for x in lines if x.split(":")[0] not in drop]
        return ("\r\n".join(kept) + f"\r\n{extra}{kind}"
                f"Content-Length: {len(body)}\r\n\r\n{body}")

    def send(self, method, peer=None, **more):
        (peer or self.peer).send(self.text(method, **more),
                                 self.world.address)

    def codes(self, method="INVITE"):
        return self.peer.codes(self.call_id, method)

    def final(self, seconds=8):
        return wait(lambda: [c for c in self.codes() if c >= 200], seconds,
                    f"an end of {self.call_id}")[0]

    def acknowledge(self):
        for m in self.peer.seen:
            if m.code >= 200 and m.header("Call-ID") == self.call_id:
                tag = re.search(r";tag=([^;\s]+)", m.header("To"))
                self.to_tag = tag.group(1)
        self.send("ACK")

    def talk(self):
        self.send("INVITE")
        assert self.final() == 200, self.codes()
        self.acknowledge()

    def bye(self):
        self.cseq += 1
        self.send("BYE")
        wait(lambda: 200 in self.codes("BYE"), what="the end by BYE")


def deployment(world):
    return f"""
company.name text Demo
company.zone text Europe/Moscow
company.currency text RUB
department[0].name text kazan
site[0].name text kazan-1
site[0].department text kazan
site[0].emergency[0] text kazan-line
site[0].emergency[1] text a
phone[0].name text anna
phone[0].site text kazan-1
phone[0].extension text 101
phone[0].uri text sip:anna@{world.anna.at}
phone[0].capacity integer 200
phone[1].name text boris
phone[1].site text kazan-1
phone[1].extension text 102
phone[1].uri text sip:boris@{world.boris.at}
phone[1].capacity integer 200
landline[0].name text kazan-line
landline[0].site text kazan-1
landline[0].number text +7 843 555-09-09
landline[0].uri text sip:fxo@{world.fxo.at}
landline[1].name text mirror
landline[1].site text kazan-1
landline[1].number text +7 843 555-01-03
carrier[0].name text a
carrier[1].name text b
trunk[0].name text a
trunk[0].carrier text a
trunk[0].registrar text sip:{world.a.at};transport=udp
trunk[0].user text trunk-a
trunk[0].password_file text main.secret
trunk[1].name text b
trunk[1].carrier text b
trunk[1].registrar text sip:{world.b.at};transport=udp
trunk[1].user text trunk-b
trunk[1].password_file text main.secret
number[0].number text +{DID}
number[0].carrier text a
number[0].department text kazan
number[0].plan text main
number[1].number text +78435550103
number[1].carrier text a
number[1].department text kazan
number[1].plan text mirror
number[2].number text +78435550202
number[2].carrier text b
number[2].department text kazan
pool[0].name text staff
pool[0].member[0].phone text anna
pool[0].member[1].phone text boris
pool[1].name text mirrors
pool[1].member[0].landline text mirror
plan[0].name text main
plan[0].step[0].ring text staff
plan[0].step[0].ring_s integer 20
plan[1].name text mirror
plan[1].step[0].ring text mirrors
plan[1].step[0].ring_s integer 20
tariff[0].name text sheet-a
tariff[0].carrier text a
tariff[0].currency text RUB
tariff[0].zone text Europe/Moscow
"""


class World:
    sheet, deployment = SHEET, deployment

    def __init__(self, program, make_store, work):
        self.program, self.work = program, pathlib.Path(work)
        net = f"127.{random.randint(1, 254)}.{random.randint(1, 254)}"
        self.a, self.anna, self.thief, self.b, self.boris, self.fxo = (
            Peer(f"{net}.{n}") for n in range(1, 7))
        self.a_5060 = Peer(self.a.host, 5060)
        self.store = self.work / "store.db"
        (self.work / "deployment.txt").write_text(self.deployment())
        (self.work / "sheet.csv").write_text(self.sheet)
        secret = self.work / "main.secret"
        secret.write_text(SECRET + "\n")
        secret.chmod(0o600)
        subprocess.run([make_store, str(self.store),
                        str(self.work / "deployment.txt"), "sheet-a", "a",
                        str(self.work / "sheet.csv")], check=True)
        self.process, self.runs = None, 0

    def start(self, what="-> registered"):
        self.runs += 1
        self.log = self.work / f"gateway-{self.runs}.log"
        port = free_port()
        self.address = ("127.0.0.1", port)
        self.process = subprocess.Popen(
            [self.program, "--store", str(self.store), "--secrets",
             str(self.work), "--listen", f"127.0.0.1:{port}"],
            stdin=subprocess.DEVNULL, stderr=self.log.open("wb"))
        wait(lambda: self.text().count(what) == 2, 15, what)
        for peer in self.peers:
            peer.seen.clear()

    @property
    def peers(self):
        return (self.a, self.anna, self.thief, self.b, self.boris, self.fxo,
                self.a_5060)

    def text(self):
        return self.log.read_text(errors="replace")

    def scripts(self, **scripts):
        for peer in self.peers:
            peer.script = None
            peer.seen.clear()
        for name, script in scripts.items():
            getattr(self, name).script = script

    def is_alive(self):
        """It answers a listed source: not only that the process exists."""
        call = Call(self, self.a, "x", DID)
        for _ in range(20):
            call.send("OPTIONS")       # a flood may have swallowed the last
            with contextlib.suppress(AssertionError):
                wait(lambda: 200 in call.codes("OPTIONS"), 1)
                break
        else:
            raise AssertionError("no answer to OPTIONS")
        assert self.process.poll() is None

    def rows(self):
        with contextlib.closing(sqlite3.connect(
                f"file:{self.store}?mode=ro", uri=True)) as db:
            return db.execute(
                "SELECT direction, status, leg, duration_us FROM call"
            ).fetchall()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(45)
        assert code == 0, (code, self.text()[-3000:])

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for peer in self.peers:
            peer.close()
