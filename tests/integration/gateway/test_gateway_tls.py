"""The gateway over TLS: a carrier that wants our certificate registers it,
takes a call and makes one, all over the one connection that was proven.

Two more things that need names: the carrier's Contact is one, and DNS leads
elsewhere once the trunks are registered, over TLS and over UDP: calls go to
the target that holds the binding all the same. Exit 77: no openssl.

usage: test_gateway_tls.py GATEWAY MAKE_STORE RUN_DIRECTORY
"""

import contextlib
import hashlib
import pathlib
import queue
import re
import select
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))
sys.path.insert(0, str(HERE.parent / "tls"))
sys.path.insert(0, str(HERE.parent / "sipp"))
from authority import Authority  # noqa: E402
from names import Names  # noqa: E402
from sip import header, reply  # noqa: E402
from test_sipp import Gateway, end  # noqa: E402

NAME, EDGE, PLAIN = "sip.carrier.test", "edge.carrier.test", "udp.test"
DID, CARS = "78435550101", "74951112233"
SDP = ("v=0\r\no=x 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\n"
       "t=0 0\r\nm=audio 6000 RTP/AVP 8\r\n")
BODY = (f"Content-Type: application/sdp\r\nContent-Length: {len(SDP)}\r\n"
        f"\r\n{SDP}")
EMPTY = "Content-Length: 0\r\n\r\n"
INBOUND, OUTBOUND, ANSWERED = 2, 1, 1


def deployment(tls, udp, phone):
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
carrier[1].name text plain
trunk[0].name text main
trunk[0].carrier text carrier
trunk[0].registrar text sip:{NAME}:{tls};transport=tls
trunk[0].user text trunk1
trunk[0].password_file text main.secret
trunk[0].realm text carrier.test
trunk[0].ca_file text ca.pem
trunk[0].cert_file text ours.pem
trunk[0].key_file text ours.key
trunk[0].qualify_s integer 5
trunk[1].name text plain
trunk[1].carrier text plain
trunk[1].registrar text sip:{PLAIN}:{udp}
trunk[1].user text trunk2
trunk[1].ha1_file text plain.ha1
trunk[1].realm text carrier.test
number[0].number text +{DID}
number[0].carrier text carrier
number[0].department text kazan
number[0].plan text main
number[1].number text +78435550202
number[1].carrier text plain
number[1].department text kazan
pool[0].name text kazan
pool[0].member[0].phone text showroom
plan[0].name text main
plan[0].step[0].ring text kazan
plan[0].step[0].ring_s integer 20
tariff[0].name text t
tariff[0].carrier text {{carrier}}
tariff[0].currency text RUB
tariff[0].zone text Europe/Moscow
"""


SHEET = """prefix,destination,rate,currency,effective_from,effective_to
7,Russia,1.20,RUB,2025-01-01,
"""


class Peer:
    """Answers what comes; requests wait in `seen`, answers in `answers`."""

    def __init__(self, contact):
        self.contact = contact
        self.seen, self.answers = queue.Queue(), queue.Queue()
        self.registered = None

    def hear(self, text, say):
        if text.startswith("SIP/2.0 "):
            self.answers.put(text)
            return
        method = text.split(" ", 1)[0]
        if method == "REGISTER":
            self.registered = text
            self.say = say
            say(reply(text, "200 OK", extra="Contact: "
                      f"{header(text, 'Contact')};expires="
                      f"{header(text, 'Expires')}\r\n"))
            return
        if method != "OPTIONS":
            self.seen.put(text)
        if method == "INVITE":
            self.invited(text, say)
        elif method != "ACK":
            say(reply(text, "200 OK"))

    def invited(self, text, say):
        if self.registered and not header(text, "Proxy-Authorization"):
            say(reply(text, "407 Who", extra="Proxy-Authenticate: Digest "
                      'realm="carrier.test", nonce="n1", qop="auth", '
                      "algorithm=SHA-256\r\n"))
            return
        at = f"Contact: <{self.contact}>\r\n"
        say(reply(text, "180 Ringing", tag="p", extra=at))
        say(reply(text, "200 OK", tag="p", extra=at, body=SDP))

    def want(self, method, seconds=10):
        while True:
            text = self.seen.get(timeout=seconds)
            if text.startswith(method + " "):
                return text

    def answered(self, code, seconds=10):
        while True:
            text = self.answers.get(timeout=seconds)
            if text.startswith(f"SIP/2.0 {code} "):
                return text


class Datagrams(Peer):
    def __init__(self, user, host="127.0.0.1"):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((host, 0))
        self.host, self.port = self.socket.getsockname()
        super().__init__(f"sip:{user}@{self.host}:{self.port}")
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                data, who = self.socket.recvfrom(65536)
            except OSError:
                return
            if len(data) > 8:
                self.hear(data.decode(), lambda text, who=who:
                          self.socket.sendto(text.encode(), who))


class Carrier(Peer):
    def __init__(self, cert, key, ca):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(cert, key)
        self.context.load_verify_locations(ca)
        self.context.verify_mode = ssl.CERT_REQUIRED
        self.names = []
        self.context.sni_callback = lambda sock, name, ctx: \
            self.names.append(name)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        # a name on purpose: what is in the dialog has to find its way too
        super().__init__(f"sip:carrier@{EDGE}:{self.port};transport=tls")
        self.connections = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            conn, _ = self.listener.accept()
            self.connections += 1
            threading.Thread(target=self.serve, args=(conn,),
                             daemon=True).start()

    def serve(self, conn):
        text = b""
        with self.context.wrap_socket(conn, server_side=True) as tls:
            wire = Wire(tls)
            while data := wire.receive():
                text += data
                while (at := text.find(b"\r\n\r\n")) >= 0:
                    length = int(header(text[:at + 2].decode(),
                                        "Content-Length") or 0)
                    whole = at + 4 + length
                    if len(text) < whole:
                        break
                    one, text = text[:whole].decode(), text[whole:]
                    if one.strip():
                        self.hear(one, wire.send)


class Wire:
    """A connection that one thread reads and another writes. TLS is one state
    for both ways, so each touches it alone, and waiting is done outside."""

    def __init__(self, tls):
        tls.setblocking(False)
        self.tls = tls
        self.lock = threading.Lock()

    def receive(self):
        while True:
            with self.lock:
                try:
                    return self.tls.recv(65536)
                except ssl.SSLWantReadError:
                    pass
            select.select([self.tls], [], [])

    def send(self, text):
        with self.lock:
            assert self.tls.send(text.encode()) == len(text.encode())


def invite(uri, via, caller, contact):
    return (f"INVITE {uri} SIP/2.0\r\nVia: SIP/2.0/{via};rport;branch="
            f"z9hG4bK-{caller}\r\nFrom: <sip:{caller}@127.0.0.1>;tag=me\r\n"
            f"To: <sip:+{DID}@127.0.0.1>\r\nCall-ID: call-{caller}\r\n"
            f"CSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContact: <{contact}>\r\n"
            f"{BODY}")


def further(method, cseq, started, answer):
    uri = re.search(r"<(.*?)>", header(answer, "Contact")).group(1)
    via = header(started, "Via") + method
    return (f"{method} {uri} SIP/2.0\r\nVia: {via}\r\n"
            f"From: {header(started, 'From')}\r\n"
            f"To: {header(answer, 'To')}\r\nCall-ID: "
            f"{header(started, 'Call-ID')}\r\nCSeq: {cseq} {method}\r\n"
            f"Max-Forwards: 70\r\n{EMPTY}")


def call_in(carrier, phone):
    """Over the connection that we opened, to the Contact we registered."""
    uri = re.search(r"<(.*?)>", header(carrier.registered,
                                       "Contact")).group(1)
    assert ";transport=tls" in uri, uri
    first = invite(uri, f"TLS 127.0.0.1:{carrier.port}", "+79161234567",
                   carrier.contact)
    carrier.say(first)
    assert header(phone.want("INVITE"), "From").startswith(
        "<sip:79161234567@"), "who calls"
    answer = carrier.answered(200)
    carrier.say(further("ACK", 1, first, answer))
    phone.want("ACK")
    carrier.say(further("BYE", 2, first, answer))
    carrier.answered(200)
    phone.want("BYE")


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def check_digest(text, user):
    """Of a password that one of the trunks has as a hash only."""
    given = dict(re.findall(r'(\w+)="?([^",]+)"?',
                            header(text, "Proxy-Authorization")))
    assert given["username"] == user, given
    assert given["response"] == sha256(":".join([
        sha256(f"{user}:carrier.test:secret"), "n1", given["nc"],
        given["cnonce"], "auth", sha256("INVITE:" + given["uri"])])), given


def call_out(peer, phone, gateway, number, user):
    def say(text):
        phone.socket.sendto(text.encode(), ("127.0.0.1", gateway.port))
    first = invite(f"sip:{number}@127.0.0.1:{gateway.port}",
                   f"UDP 127.0.0.1:{phone.port}", "showroom", phone.contact)
    first = first.replace(f"+{DID}", number).replace(
        "call-showroom", f"call-{number}").replace("-showroom", number)
    say(first)
    challenged = peer.want("INVITE")
    trusted = peer.want("INVITE")
    assert 'realm="carrier.test"' in header(trusted, "Proxy-Authorization")
    assert header(trusted, "CSeq") != header(challenged, "CSeq")
    check_digest(trusted, user)
    answer = phone.answered(200)
    say(further("ACK", 1, first, answer))
    peer.want("ACK")
    say(further("BYE", 2, first, answer))
    phone.answered(200)
    peer.want("BYE")
    return trusted


def check_store(path, expected):
    with contextlib.closing(sqlite3.connect(
            f"file:{path}?mode=ro", uri=True)) as db:
        rows = db.execute(
            "SELECT direction, status, (SELECT name FROM trunk WHERE id = "
            "call.trunk) FROM call ORDER BY 1, 3").fetchall()
    assert sorted(rows) == sorted(expected), rows


def talk(carrier, plain, phone, gateway, names):
    gateway.wait_for("trunk main: health unknown -> up", 20)
    call_in(carrier, phone)
    # from now on a look-up leads to nobody
    names.table["A", NAME] = names.table["A", PLAIN] = "127.0.0.99"
    sent = call_out(carrier, phone, gateway, CARS, "trunk1")
    uri = f"sip:+{CARS}@{NAME}:{carrier.port};transport=tls"
    assert sent.startswith(f"INVITE {uri} SIP/2.0\r\n"), sent
    assert header(sent, "Route") == \
        f"<sip:127.0.0.1:{carrier.port};transport=tls;lr>", sent
    assert carrier.connections == 1, carrier.connections
    assert carrier.names == [NAME], carrier.names


def start(gateway_program, make_store, work, carrier, plain, phone, *,
          priced):
    text = deployment(carrier.port, plain.port, phone.port).replace(
        "{carrier}", priced)
    (work / "deployment.txt").write_text(text)
    (work / "sheet.csv").write_text(SHEET)
    store = work / f"{priced}.db"
    subprocess.run([make_store, str(store), str(work / "deployment.txt"),
                    "t", priced, str(work / "sheet.csv")], check=True)
    return store, Gateway(gateway_program, store, work,
                          work / f"{priced}.log", *work.more)


def refuse_open_key(gateway_program, make_store, work):
    """Others could be us by it."""
    nobody = Datagrams("nobody")
    (work / "ours.key").chmod(0o644)
    _, gateway = start(gateway_program, make_store, work, nobody, nobody,
                       nobody, priced="carrier")
    assert gateway.process.wait(10) == 1
    assert "key_file" in gateway.text() and "chmod 600" in gateway.text()
    (work / "ours.key").chmod(0o600)
    (work / "carrier.db").unlink()


class Work(type(pathlib.Path())):
    more = ()


def run(gateway_program, make_store, work, openssl):
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    authority = Authority(openssl, str(work), "ca")
    cert, key = authority.issue("server", names=f"DNS:{NAME}")
    authority.issue("ours", common_name="us")
    (work / "main.secret").write_text("secret\n")
    (work / "main.secret").chmod(0o600)
    (work / "plain.ha1").write_text(
        f"SHA-256:{sha256('trunk2:carrier.test:secret')}\n")
    (work / "plain.ha1").chmod(0o600)
    refuse_open_key(gateway_program, make_store, work)
    carrier = Carrier(cert, key, authority.ca)
    plain, phone = Datagrams("plain"), Datagrams("showroom")
    for priced in ("carrier", "plain"):
        names = Names({("A", NAME): "127.0.0.1", ("A", EDGE): "127.0.0.1",
                       ("A", PLAIN): "127.0.0.1"})
        work.more = ("--dns", f"127.0.0.1:{names.port}")
        store, gateway = start(gateway_program, make_store, work, carrier,
                               plain, phone, priced=priced)
        try:
            gateway.wait_for("trunk main: registering -> registered")
            gateway.wait_for("trunk plain: registering -> registered")
            if priced == "carrier":
                talk(carrier, plain, phone, gateway, names)
                expected = [(INBOUND, ANSWERED, "main"),
                            (OUTBOUND, ANSWERED, "main")]
            else:
                names.table["A", PLAIN] = "127.0.0.99"
                sent = call_out(plain, phone, gateway, CARS, "trunk2")
                assert header(sent, "Route") == \
                    f"<sip:127.0.0.1:{plain.port};lr>", sent
                expected = [(OUTBOUND, ANSWERED, "plain")]
            assert gateway.stop() == 0, gateway.text()
            assert "trunk main: unregistering -> idle" in gateway.text()
        except BaseException:
            print(gateway.text())
            raise
        finally:
            end(gateway.process)
            names.close()
        check_store(store, expected)
    print("calls over TLS and by names went where the bindings are")


def main():
    openssl = shutil.which("openssl")
    if not openssl:
        print("SKIPPED: openssl is not installed")
        return 77
    run(sys.argv[1], sys.argv[2], Work(sys.argv[3]).resolve(), openssl)
    return 0


if __name__ == "__main__":
    sys.exit(main())
