"""Listening trunks of a managed set among rude people: RFC 4475 and 5118 over
UDP and TCP, everything cut off everywhere, flipped bits, and what the PROTOS
suite of 2002 put into headers. The trunks answer what they must and stay
registered.

Run it on an instrumented build too: there, any overrun ends the program.
"""

import contextlib
import csv
import pathlib
import random
import re
import socket
import subprocess
import sys
import threading
import time

from peers import SECRET, Message, Peer, serial, wait
from sip import reply

HERE = pathlib.Path(__file__).parent
CUTS = 4                               # every fourth place, in turn
FLIPS = 1500
PROTOS = 1200
# INVITE and OPTIONS are 480 and the rest 501, where a message is one; "" where
# libre does not parse it, so that nobody of ours ever sees it.
TREATMENT = {
    "wsinv": "480", "intmeth": "501", "esc01": "480", "escnull": "501",
    "esc02": "501", "lwsdisp": "480", "longreq": "480 ", "dblreq": "501",
    "semiuri": "480", "transports": "480", "mpart01": "501",
    "unreason": "", "noreason": "", "badinv01": "400 ", "clerr": "400",
    "ncl": "400", "scalar02": "400", "scalarlg": "", "quotbal": "400 ",
    "ltgtruri": "400 ", "lwsruri": "400 ", "lwsstart": "400 ",
    "trws": "400 ", "escruri": "400", "baddate": "480", "regbadct": "400",
    "badaspec": "400", "baddn": "400 ", "badvers": "505 ",
    "mismatch01": "400", "mismatch02": "400", "bigcode": "",
    "badbranch": "400", "insuf": "400", "unkscm": "416", "novelsc": "416",
    "unksm2": "501 ", "bext01": "420", "invut": "480", "regaut01": "501",
    "multi01": "400", "mcl01": "400", "bcast": "", "zeromf": "480",
    "cparam01": "501", "cparam02": "501", "regescrt": "501", "sdp01": "480",
    "inv2543": "400 ", "ipv6-good": "501", "ipv6-bad": "400",
    "port-ambiguous": "501", "port-unambiguous": "501",
    "via-received-param-with-delim": "501",
    "via-received-param-no-delim": "480", "ipv6-in-sdp": "480",
    "mult-ip-in-header": "501", "mult-ip-in-sdp": "480",
    "ipv4-mapped-ipv6": "480", "ipv6-bug-abnf-3-colons": "400 ",
    "ipv6-correct-abnf-2-colons": "480",
}
# Of a stream libre takes no Content-Length for the end of all, and waits for
# what a wrong one promises; the rest of dblreq is a message of its own.
STREAM = {"clerr": "", "inv2543": "", "dblreq": "501 480", "ncl": "400 ",
          "mcl01": "400 ", "insuf": "400"}


def messages():
    with (HERE / "manifest.csv").open() as f:
        names = [row["file"] for row in csv.DictReader(f)]
    assert len(names) == 61
    return [(pathlib.Path(n).stem, (HERE / n).read_bytes()) for n in names]


def own_branch(data):
    """Files share branches, and want their answers elsewhere."""
    return re.sub(rb"(?i)(branch\s*=\s*z9hG4bK)([^;,\s]*)",
                  rb"\g<1>\g<2>.%d;rport" % next(serial), data, count=1) \
        if b"badbranch" not in data else data.replace(
            b"z9hG4bK\r", b"z9hG4bK;rport\r")


def call_id(data):
    found = re.search(rb"(?im)^(?:call-id|i)\s*:\s*(\S+)", data)
    return found.group(1).decode("latin-1") if found else ""


class Registrar(Peer):
    """The same answers by UDP (Peer) and TCP."""

    def __init__(self, host):
        super().__init__(host)
        self.tcp = socket.create_server((host, self.port))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                conn = self.tcp.accept()[0]
                threading.Thread(target=self.serve, args=(conn,),
                                 daemon=True).start()

    def serve(self, conn):
        with contextlib.suppress(OSError), conn:
            while data := conn.recv(65536):
                message = Message(data, None)
                self.seen.append(message)
                if message.method == "REGISTER":
                    conn.sendall(reply(
                        message.text, "200 OK", extra="Contact: "
                        f"{message.header('Contact')}\r\nExpires: 300\r\n"
                    ).encode())

    def contact(self, transport):
        """Where the trunk of that transport listens."""
        for m in self.requests("REGISTER"):
            if f"SIP/2.0/{transport} " in m.text:
                host, port = re.search(r"@([\d.]+):(\d+)",
                                       m.header("Contact")).groups()
                return host, int(port)
        return None


class World:
    def __init__(self, program, work):
        net = f"127.{random.randint(1, 254)}.{random.randint(1, 254)}"
        self.registrar = Registrar(f"{net}.1")
        self.stranger = Peer(f"{net}.3")
        self.stranger_5060 = Peer(self.stranger.host, 5060)
        self.log = work / "trunk.log"
        self.process = subprocess.Popen(
            [program, self.registrar.at, f"{net}.2"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.log.open("wb"), text=True)
        wait(lambda: self.states()[::2] == ["registered"] * 2, 10,
             "two registrations")
        self.udp = self.registrar.contact("UDP")
        self.tcp = self.registrar.contact("TCP")

    def states(self):
        """State and requests of both."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().split()

    def is_well(self):
        before = self.states()
        assert before[::2] == ["registered"] * 2, before
        n = next(serial)
        text = (f"OPTIONS sip:x@trunk SIP/2.0\r\nVia: SIP/2.0/UDP "
                f"{self.stranger.at};rport;branch=z9hG4bKwell{n}\r\n"
                f"From: <sip:a@b>;tag=1\r\nTo: <sip:x@b>\r\nCall-ID: well{n}"
                "\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n")
        for _ in range(20):
            self.stranger.send(text, self.udp)
            with contextlib.suppress(AssertionError):
                wait(lambda: self.stranger.codes(f"well{n}", "OPTIONS"), 1)
                break
        assert self.stranger.codes(f"well{n}", "OPTIONS")[0] == 480
        self.stranger.seen.clear()
        self.stranger_5060.seen.clear()

    def close(self):
        self.process.kill()
        self.process.wait()
        for peer in (self.registrar, self.stranger, self.stranger_5060):
            peer.close()
        self.registrar.tcp.close()


def treated(name, codes, allowed):
    assert codes <= set(allowed.split(" ")), (name, codes, allowed)


def torture_udp(world):
    for name, data in messages():
        data = own_branch(data)
        world.stranger.seen.clear()        # some share their Call-ID
        world.stranger_5060.seen.clear()
        world.stranger.send(data, world.udp)
        allowed = TREATMENT[name]

        def mine(key=call_id(data)):
            return {str(m.code) for p in (world.stranger,
                                          world.stranger_5060)
                    for m in p.seen if m.header("Call-ID") == key}
        if "" not in allowed.split(" "):
            wait(mine, 3, f"an answer to {name}")
        else:
            time.sleep(0.05)
        treated(name, mine(), allowed)
    world.is_well()


def said(world, data, seconds):
    """The status codes that a connection of its own gets for it."""
    text = b""
    with socket.create_connection(world.tcp) as conn:
        conn.settimeout(seconds)
        with contextlib.suppress(OSError):
            conn.sendall(data)
            while not text.endswith(b"\r\n\r\n"):
                more = conn.recv(65536)
                if not more:
                    break
                text += more
    return set(re.findall(r"(?m)^SIP/2\.0 (\d+)", text.decode("latin-1")))


def torture_tcp(world):
    for name, data in messages():
        allowed = STREAM.get(name, TREATMENT[name])
        may_be_silent = "" in allowed.split(" ")
        codes = said(world, own_branch(data), 0.15 if may_be_silent else 5)
        assert codes or may_be_silent, (name, "no answer")
        treated(name, codes, allowed)
    world.is_well()


def truncations(world):
    """None makes anything but an error's answer; bodies may be cut."""
    count = 0
    for n, (name, data) in enumerate(messages()):
        for cut in range(n % CUTS, len(data), CUTS):
            world.stranger.send(data[:cut], world.udp)
            count += 1
            if count % 100 == 0:
                world.is_well()
    assert count > 5000
    world.is_well()


def flips(world):
    draw = random.Random(5118)
    seeds = messages()
    for n in range(FLIPS):
        data = bytearray(draw.choice(seeds)[1])
        for _ in range(draw.randint(1, 6)):
            at = draw.randrange(len(data))
            if draw.random() < .7:
                data[at] = draw.choice(b'\0\r\n;,<>"@:%= \xff0A[]')
            else:
                data[at:at] = bytes([draw.choice(b';,"<>\r\n:@')]) * \
                    draw.randint(1, 60)
        world.stranger.send(bytes(data[:8000]), world.udp)
        if n % 100 == 99:
            world.is_well()


def protos(world):
    draw = random.Random(2002)
    names = ("Via", "v", "From", "To", "Call-ID", "CSeq", "Max-Forwards",
             "Contact", "Route", "Require", "Content-Length", "Expires",
             "Authorization", "Content-Type", "X-Any")
    values = (b"", b"a" * 10000, b"a" * 30000, b"a" * 60000, b"%n" * 50,
              b"a\0b", b"\xff" * 300, b"\xc0\xaf", b"-1", b"4294967296",
              b"18446744073709551616", b"9" * 999, b'"' * 999, b"<" * 999,
              b";" * 9999, b"," * 9999, b"[" * 99, b"\r\n " * 999, b"%" * 99,
              b"@" * 999, b"2147483648 OPTIONS", b"sip:" * 999)
    for n in range(PROTOS):
        name, value = draw.choice(names), draw.choice(values)
        lines = {"Via": b"SIP/2.0/UDP %s;rport;branch=z9hG4bKp%d" % (
                     world.stranger.at.encode(), n),
                 "From": b"<sip:a@b>;tag=1", "To": b"<sip:c@d>",
                 "Call-ID": b"p%d" % n, "CSeq": b"1 OPTIONS",
                 "Content-Length": b"0"}
        if draw.random() < .5:
            lines[name] = value
            extra = b""
        else:
            extra = b"%s: %s\r\n" % (name.encode(), value)
        data = b"OPTIONS sip:x@trunk SIP/2.0\r\n" + b"".join(
            b"%s: %s\r\n" % (k.encode(), v) for k, v in lines.items()) + \
            extra + b"\r\n"
        world.stranger.send(data[:65000], world.udp)
        if n % 4 == 3:
            said(world, data, 0.001)
        if n % 100 == 99:
            codes = {m.code for m in world.stranger.seen}
            assert codes <= {0, 400, 414, 420, 480, 501, 513}, codes
            world.is_well()


CASES = (torture_udp, torture_tcp, truncations, flips, protos)


def main():
    work = pathlib.Path(sys.argv[2]).resolve()
    work.mkdir(parents=True, exist_ok=True)
    world = World(sys.argv[1], work)
    try:
        before = world.states()
        for case in CASES:
            begin = time.monotonic()
            case(world)
            print(f"{case.__name__}: {time.monotonic() - begin:.1f} s",
                  flush=True)
        assert world.states() == before, "somebody made it send a REGISTER"
        world.process.stdin.close()
        assert world.process.wait(20) == 0
    finally:
        world.close()
        text = world.log.read_text(errors="replace")
    # libre says that it could not decode something, and not what; 4.x does so
    # in colours, and wonders about addresses that are none
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    strange = [line for line in text.splitlines() if line and not re.fullmatch(
        r"(sa: sa_set_port: no af \d+ \(port \d+\))*"
        r"(sip: msg decode err: [\w ]+(\[\d+\])?)?", line)]
    assert not strange and SECRET not in text, strange[:50]


if __name__ == "__main__":
    main()
