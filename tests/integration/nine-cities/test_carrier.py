#!/usr/bin/env python3
"""Speaks SIP to examples/carrier-sim by hand: digest, bindings, one call.

usage: test_carrier.py CARRIER_SIM WORK_DIR
"""

import hashlib
import itertools
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from ports import free_base  # noqa: E402
from sip import reply  # noqa: E402

PORT = free_base(2)
HERE = ("127.0.0.1", PORT)
THERE = ("127.0.0.1", PORT + 1)
REGISTRAR = "sip:127.0.0.1:%d" % THERE[1]
AOR = "sip:u1@carrier.example"
CONTACT = "Contact: <sip:tok@127.0.0.1:%d>\r\n" % PORT


class Peer:
    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(HERE)
        self.socket.settimeout(5)
        self.numbers = itertools.count(1)
        self.branch = ""

    def send(self, method: str, uri: str, cseq: int, to: str, *,
             call: str = "reg", tag: str = "", branch: str = "",
             headers: str = "") -> None:
        self.branch = branch or f"z9hG4bK{next(self.numbers)}t"
        self.socket.sendto((
            f"{method} {uri} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{PORT};branch={self.branch};rport\r\n"
            f"Max-Forwards: 70\r\nTo: <{to}>{tag}\r\n"
            f"From: <sip:u1@carrier.example>;tag=f1\r\n"
            f"Call-ID: {call}\r\nCSeq: {cseq} {method}\r\n{headers}"
            f"Content-Length: 0\r\n\r\n").encode(), THERE)

    def receive(self) -> str:
        return self.socket.recv(65535).decode()

    def final(self) -> str:
        while True:
            answer = self.receive()
            if not answer.startswith("SIP/2.0 1"):
                return answer

    def register(self, cseq: int, headers: str) -> str:
        self.send("REGISTER", REGISTRAR, cseq, AOR, headers=headers)
        return self.final()


def code(answer: str) -> int:
    return int(answer.split(" ", 2)[1])


def lines(answer: str, name: str) -> list[str]:
    return [line for line in answer.split("\r\n")
            if line.startswith(name + ":")]


def proof(challenge: str, method: str, uri: str, algorithm: str, nc: int, *,
          user: str = "u1", password: str = "secret",
          proxy: bool = False) -> str:
    name = "Proxy-Authenticate" if proxy else "WWW-Authenticate"
    [line] = [line for line in lines(challenge, name)
              if f"algorithm={algorithm}," in line]
    realm = re.search('realm="([^"]*)"', line)[1]
    nonce = re.search('nonce="([^"]*)"', line)[1]
    make = hashlib.sha256 if algorithm == "SHA-256" else hashlib.md5

    def digest(text: str) -> str:
        return make(text.encode()).hexdigest()

    response = digest(":".join((
        digest(f"{user}:{realm}:{password}"), nonce, f"{nc:08x}", "cn",
        "auth", digest(f"{method}:{uri}"))))
    header = "Proxy-Authorization" if proxy else "Authorization"
    return (f'{header}: Digest username="{user}", realm="{realm}", '
            f'nonce="{nonce}", uri="{uri}", response="{response}", '
            f'algorithm={algorithm}, qop=auth, nc={nc:08x}, cnonce="cn"\r\n')


def test_challenge_names_the_strongest_first(peer: Peer) -> None:
    answer = peer.register(1, CONTACT)
    assert code(answer) == 401
    offered = [re.search("algorithm=([^,]*)", line)[1]
               for line in lines(answer, "WWW-Authenticate")]
    assert offered == ["SHA-256", "MD5"], offered


def test_nonce_counts_must_rise(peer: Peer) -> None:
    challenge = peer.register(2, CONTACT)
    first = proof(challenge, "REGISTER", REGISTRAR, "SHA-256", 1)
    assert code(peer.register(3, CONTACT + first)) == 200
    replay = peer.register(4, CONTACT + first)
    assert code(replay) == 401 and "stale=true" in replay
    other = proof(challenge, "REGISTER", REGISTRAR, "MD5", 2)
    answer = peer.register(5, CONTACT + other)
    assert code(answer) == 200
    assert lines(answer, "Contact") == [
        f"Contact: <sip:tok@127.0.0.1:{PORT}>;expires=3600"]


def test_old_nonce_is_stale_only_for_who_knows(peer: Peer) -> None:
    challenge = peer.register(6, CONTACT)
    time.sleep(2.2)
    wrong = proof(challenge, "REGISTER", REGISTRAR, "MD5", 1, password="x")
    assert code(peer.register(7, CONTACT + wrong)) == 403
    right = proof(challenge, "REGISTER", REGISTRAR, "MD5", 1)
    answer = peer.register(8, CONTACT + right)
    assert code(answer) == 401 and "stale=true" in answer


def test_refusals_are_alike(peer: Peer) -> None:
    challenge = peer.register(9, CONTACT)
    wrong = peer.register(10, CONTACT + proof(
        challenge, "REGISTER", REGISTRAR, "MD5", 1, password="x"))
    unknown = peer.register(11, CONTACT + proof(
        challenge, "REGISTER", REGISTRAR, "MD5", 2, user="u2"))
    assert code(wrong) == code(unknown) == 403
    other_uri = proof(challenge, "REGISTER", "sip:other", "MD5", 3)
    assert code(peer.register(12, CONTACT + other_uri)) == 403
    forged = proof(challenge, "REGISTER", REGISTRAR, "MD5", 4)
    forged = re.sub('nonce="..', 'nonce="ff', forged)
    assert code(peer.register(13, CONTACT + forged)) == 403


def test_bindings(peer: Peer) -> None:
    challenge = peer.register(20, CONTACT)

    def put(cseq: int, headers: str) -> str:
        return peer.register(cseq, headers + proof(
            challenge, "REGISTER", REGISTRAR, "SHA-256", cseq))

    assert code(put(21, CONTACT + "Expires: 30\r\n")) == 423
    assert code(put(22, "Contact: <sip:t@192.0.2.1>\r\n")) == 403
    both = put(23, f"Contact: <sip:two@127.0.0.1:{PORT}>;expires=100, "
                   f"<sip:tok@127.0.0.1:{PORT}>;expires=0\r\n")
    assert lines(both, "Contact") == [
        f"Contact: <sip:two@127.0.0.1:{PORT}>;expires=100"], both
    assert code(put(24, "Contact: *\r\nExpires: 60\r\n")) == 400
    assert not lines(put(25, "Contact: *\r\nExpires: 0\r\n"), "Contact")


def test_call_is_challenged_then_talks(peer: Peer) -> None:
    uri = "sip:+74951112233@127.0.0.1:%d" % THERE[1]
    peer.send("INVITE", uri, 1, uri, call="inv", headers=CONTACT)
    refused = peer.final()
    assert code(refused) == 407
    tag = ";tag=" + re.search(r"To:.*;tag=(\w+)", refused)[1]
    peer.send("ACK", uri, 1, uri, call="inv", tag=tag, branch=peer.branch)
    peer.send("INVITE", uri, 2, uri, call="inv", headers=CONTACT + proof(
        refused, "INVITE", uri, "SHA-256", 1, proxy=True))
    answer = peer.final()
    assert code(answer) == 200, answer
    tag = ";tag=" + re.search(r"To:.*;tag=(\w+)", answer)[1]
    peer.send("ACK", uri, 2, uri, call="inv", tag=tag)
    bye = peer.receive()
    assert bye.startswith("BYE "), bye
    peer.socket.sendto(reply(bye, "200 OK").encode(), THERE)


def test_dials_the_newest_contact(peer: Peer) -> None:
    challenge = peer.register(40, CONTACT)
    contact = f"Contact: <sip:token7@127.0.0.1:{PORT}>\r\n"
    assert code(peer.register(41, contact + proof(
        challenge, "REGISTER", REGISTRAR, "SHA-256", 1))) == 200
    invite = peer.receive()
    first = invite.split("\r\n")[0]
    assert first == f"INVITE sip:token7@127.0.0.1:{PORT} SIP/2.0", first
    [to] = lines(invite, "To")
    [source] = lines(invite, "From")
    assert "sip:+74955550101@carrier.example" in to, to
    assert "sip:+79991112233@carrier.example" in source, source
    peer.socket.sendto(reply(invite, "486 Busy Here").encode(), THERE)
    assert peer.receive().startswith("ACK ")
    challenge = peer.register(42, CONTACT)
    assert code(peer.register(43, "Contact: *\r\nExpires: 0\r\n" + proof(
        challenge, "REGISTER", REGISTRAR, "SHA-256", 1))) == 200


def test_junk_is_survived(peer: Peer) -> None:
    head = (f"REGISTER {REGISTRAR} SIP/2.0\r\nVia: SIP/2.0/UDP "
            f"127.0.0.1:{PORT};branch=z9hG4bKj\r\nTo: <{AOR}>\r\n"
            f"From: <{AOR}>;tag=1\r\nCall-ID: j\r\nCSeq: 1 REGISTER\r\n")
    for junk in (b"\0" * 60, b"INVITE", head.encode(),
                 (head + 'Authorization: Digest ' + 'a="' * 3000 +
                  "\r\n\r\n").encode(),
                 (head + 'Authorization: Digest nc=,,=,"\r\n\r\n').encode()):
        peer.socket.sendto(junk, THERE)
    time.sleep(0.2)
    peer.socket.setblocking(False)
    try:
        while True:
            peer.socket.recv(65535)
    except BlockingIOError:
        peer.socket.settimeout(5)
    assert code(peer.register(90, CONTACT)) == 401


def run(peer: Peer, tests: list, *options: str) -> str:
    """One carrier, some tests; what the carrier said."""
    with subprocess.Popen(
            [sys.argv[1], "--user", "u1", "--password-file",
             Path(sys.argv[2], "password"), "--listen", "%s:%d" % THERE,
             *options], stdout=subprocess.PIPE, text=True) as carrier:
        try:
            assert "listens" in carrier.stdout.readline()
            for test in tests:
                print(f"{test.__name__} ...", flush=True)
                test(peer)
        finally:
            carrier.terminate()
            said = carrier.communicate(timeout=30)[0]
    assert carrier.returncode == 0, carrier.returncode
    return said


def main() -> int:
    work = Path(sys.argv[2])
    work.mkdir(parents=True, exist_ok=True)
    (work / "password").write_text("secret\n")
    peer = Peer()
    said = run(peer, [
        test_challenge_names_the_strongest_first,
        test_nonce_counts_must_rise,
        test_old_nonce_is_stale_only_for_who_knows,
        test_refusals_are_alike, test_bindings,
        test_call_is_challenged_then_talks, test_junk_is_survived],
        "--nonce-life-s", "2", "--ring-s", "1", "--talk-s", "1")
    talked = re.search(r"call to \+74951112233: 200, talked (\d+) ms", said)
    assert talked and 900 <= int(talked.group(1)) < 5000, said
    said = run(peer, [test_dials_the_newest_contact], "--dial",
               "74955550101", "--caller", "79991112233")
    assert "called +74955550101: 486" in said, said
    print("all good")
    return 0


if __name__ == "__main__":
    sys.exit(main())
