#!/usr/bin/python3
"""A trunk over TLS among good, wrong and hostile registrars.

usage: test_tls.py REGISTER_PROGRAM RUN_DIRECTORY
Exit 77: the openssl command is not installed.
"""
import os
import shutil
import ssl
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from authority import Authority  # noqa: E402
from names import Names  # noqa: E402
from registrar import Registrar  # noqa: E402

NAME = "registrar.carrier.test"
EXPIRED = ("20200101000000Z", "20210101000000Z")
EARLY = ("20440101000000Z", "20450101000000Z")


def check(condition, text):
    if not condition:
        raise AssertionError(text)


class Client:
    def __init__(self, program, registrar, *words):
        self.process = subprocess.Popen(
            [program, registrar, "u1", "secret", *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def tell(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().rstrip("\n")
        print(f"  {command}: {answer}")
        return answer

    def start(self):
        """-> (state, reason)"""
        words = self.tell("start").split(" ", 5)
        return words[0], words[5]

    def end(self):
        self.process.stdin.close()
        code = self.process.wait(10)
        self.process.stdout.close()
        check(code == 0, f"client's exit code {code}")


class World:
    def __init__(self, program, openssl, folder):
        self.program, self.folder = program, folder
        self.authority = Authority(openssl, folder, "ca")
        os.mkdir(os.path.join(folder, "other"))
        self.other = Authority(openssl, os.path.join(folder, "other"),
                               "other")
        self.table = {("A", NAME): "127.0.0.1",
                      ("A", "target.other.test"): "127.0.0.1"}
        self.names = Names(self.table)

    def client(self, registrar, *words, name=NAME, ca=None):
        trust = () if "no-verify" in words else \
            (f"ca={ca or self.authority.ca}",)
        return Client(self.program, f"sip:{name}:{registrar.port}"
                      ";transport=tls", f"dns=127.0.0.1:{self.names.port}",
                      *trust, *words)

    def expect(self, title, registrar, state, text="", *words, sip=None,
               **more):
        print(title)
        client = self.client(registrar, *words, **more)
        got, reason = client.start()
        check(got in state.split(), f"{title}: {got} ({reason})")
        check(text in reason, f"{title}: \"{reason}\" lacks \"{text}\"")
        wanted = state == "registered" if sip is None else sip
        check(bool(registrar.sip) == wanted, f"{title}: SIP was "
              f"{'not ' * wanted}sent: {registrar.sip!r}")
        if state == "registered":
            check(client.tell("stop").startswith("idle"), "un-registered")
        client.end()
        registrar.close()

    def serve(self, name, **more):
        return Registrar(*self.authority.issue(name, **more))


def good(world):
    registrar = world.serve("good", names=f"DNS:{NAME}")
    world.expect("good", registrar, "registered")
    check(registrar.names == [NAME], f"server name {registrar.names}")
    check(registrar.connections == 1, "one connection for all")
    world.expect("wildcard of one label", world.serve(
        "wildcard", names="DNS:*.carrier.test"), "registered")
    world.expect("sip: URI", world.serve(
        "uri", names=f"URI:sip:{NAME}"), "registered")
    world.expect("common name alone", world.serve(
        "cn", common_name=NAME), "registered")
    registrar = world.serve("ip", names="IP:127.0.0.1")
    world.expect("IP address", registrar, "registered", name="127.0.0.1")
    check(registrar.names == [None], "an address is no server name")


def wrong(world):
    refused = (
        ("expired", {"names": f"DNS:{NAME}", "valid": EXPIRED},
         "the certificate expired on 2021-01-01"),
        ("not yet valid", {"names": f"DNS:{NAME}", "valid": EARLY},
         "the certificate is valid from 2044-01-01"),
        ("wrong name", {"names": "DNS:carrier.test"},
         f"the certificate is for carrier.test, not for {NAME}"),
        ("common name beside other names",
         {"names": "DNS:carrier.test", "common_name": NAME},
         "the certificate is for carrier.test"),
        ("partial wildcard", {"names": "DNS:reg*.carrier.test"},
         "the certificate is for reg*.carrier.test"),
        ("name of the SRV record", {"names": f"DNS:_sips._tcp.{NAME}"},
         f"the certificate is for _sips._tcp.{NAME}"),
        ("a user's sip: URI", {"names": f"URI:sip:u@{NAME}"},
         "the certificate is for sip:u@"),
        ("address for a name", {"names": "IP:127.0.0.1"},
         "the certificate is for an IP address"),
    )
    for i, (title, cert, text) in enumerate(refused):
        world.expect(title, world.serve(f"wrong{i}", **cert), "refused",
                     text)
    world.expect("name for an address", world.serve(
        "byname", names="DNS:127.0.0.1"), "refused",
        "not for 127.0.0.1", name="127.0.0.1")
    world.expect("unknown CA", Registrar(*world.other.issue(
        "unknown", names=f"DNS:{NAME}")), "refused",
        'an unknown CA, "other"; give that CA as ca_file')
    world.expect("its CA given", Registrar(*world.other.issue(
        "known", names=f"DNS:{NAME}")), "registered", ca=world.other.ca)
    world.expect("signed by itself", Registrar(
        world.other.ca, world.other.path("other", "key")), "refused",
        "signed by itself")


def unverified(world):
    registrar = world.serve("open", names="DNS:carrier.test", valid=EXPIRED)
    client = world.client(registrar, "no-verify")
    print("no-verify")
    check(client.start()[0] == "registered", "anybody will do")
    check(client.tell("tls").startswith("2 tls-unverified:127.0.0.1:"),
          "and it is told")
    client.end()
    registrar.close()


def versions(world):
    cert = world.authority.issue("old", names=f"DNS:{NAME}")
    for version, state in ((ssl.TLSVersion.TLSv1_1, "refused"),
                           (ssl.TLSVersion.TLSv1_2, "registered"),
                           (ssl.TLSVersion.TLSv1_3, "registered")):
        world.expect(version.name, Registrar(*cert, version=version), state,
                     "no TLS 1.2 or later" if state == "refused" else "")


def plain(world):
    for title, greeting, text in (
            ("plain SIP", b"SIP/2.0 400 Bad Request\r\n\r\n",
             "does not speak TLS on this port"),
            ("silent end", b"", "no TLS connection")):
        registrar = Registrar(plain=greeting)
        world.expect(title, registrar, "refused" if greeting else "backoff",
                     text)
        check(b"REGISTER" not in registrar.plain and b"SIP" not in
              registrar.plain, "nothing of SIP in clear")
        check(registrar.plain[:1] == b"\x16", "a TLS record")
    registrar = Registrar(plain=b"")
    registrar.close()
    world.expect("nobody there", Registrar_gone(registrar.port), "backoff",
                 "no TLS connection")


class Registrar_gone:
    """A port where nobody listens."""
    sip = b""

    def __init__(self, port):
        self.port = port

    def close(self):
        pass


def clients(world):
    cert, key = world.authority.issue("server", names=f"DNS:{NAME}")
    ours = world.authority.issue("ours", common_name="customer 42")
    theirs = world.other.issue("theirs", common_name="somebody")
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        def serve():
            return Registrar(cert, key, client_ca=world.authority.ca,
                             version=version)
        registrar = serve()
        world.expect(f"our certificate, {version.name}", registrar,
                     "registered", "", f"cert={ours[0]}", f"key={ours[1]}")
        check([c["commonName"] for c in registrar.clients] ==
              ["customer 42"], "it was shown")
        world.expect(f"no certificate, {version.name}", serve(), "refused",
                     "certificate of ours")
        world.expect(f"another's, {version.name}", serve(), "refused",
                     "refused our certificate", f"cert={theirs[0]}",
                     f"key={theirs[1]}")


def revoked(world):
    """A list of each issuer, in force today, or nobody is trusted."""
    cert = world.authority.issue("kept", names=f"DNS:{NAME}")
    gone = world.authority.issue("gone", names=f"DNS:{NAME}")
    clean = world.authority.crl("clean")
    world.authority.revoke(gone[0])
    fresh = world.authority.crl("fresh")
    old = world.authority.crl("old", EXPIRED)
    early = world.authority.crl("early", EARLY)
    other = world.other.crl("other")
    forged = os.path.join(world.folder, "forged.pem")
    with open(clean, encoding="ascii") as f:
        lines = f.read().split("\n")
    # a byte of the signature, which stands at the end
    at = max(i for i, line in enumerate(lines) if line.startswith("--")) - 1
    lines[at] = ("A" if lines[at][0] != "A" else "B") + lines[at][1:]
    with open(forged, "w", encoding="ascii") as f:
        f.write("\n".join(lines))
    for title, files, crl, state, text in (
            ("not revoked", cert, fresh, "registered", ""),
            ("revoked, and the list is older", gone, clean, "registered", ""),
            ("revoked", gone, fresh, "refused", "the certificate was revoked "
             "on 20"),
            ("revoked, and nobody looks", gone, None, "registered", ""),
            ("the list has ended", cert, old, "refused",
             'the revocation list of "ca" ended on 2021-01-01; put a newer '
             'one into crl_file'),
            ("the list is of tomorrow", cert, early, "refused",
             "is valid from 2044-01-01 on"),
            ("the list is somebody else's", cert, other, "refused",
             'crl_file has no revocation list of "ca"; add it'),
            ("the list is forged", cert, forged, "refused",
             'the revocation list of "ca" is refused')):
        world.expect(title, Registrar(*files), state, text,
                     *((f"crl={crl}",) if crl else ()))


def rude(world):
    """It hangs up so that its last words may be lost: the hint stays."""
    cert, key = world.authority.issue("rude", names=f"DNS:{NAME}")
    world.expect("no certificate, and no word of it", Registrar(
        cert, key, client_ca=world.authority.ca, rude=True), "refused backoff",
        "a certificate of ours")


def two_names(world):
    """Two names at one address: two connections, each with its name."""
    print("two names at one address")
    other = "sip.second.test"
    world.table["A", other] = "127.0.0.1"
    registrar = world.serve("two", names=f"DNS:{NAME},DNS:{other}")
    client = world.client(registrar, f"second=sip:{other}:{registrar.port}"
                          ";transport=tls")
    check(client.start()[0] == "registered", "the first")
    check(client.tell("second").startswith("registered"), "the second")
    check(sorted(registrar.names) == [NAME, other],
          f"names {registrar.names}")
    check(registrar.connections == 2, "two connections")
    client.end()
    registrar.close()
    # and the second is not trusted because the first was
    registrar = world.serve("first", names=f"DNS:{NAME}")
    client = world.client(registrar, f"second=sip:{other}:{registrar.port}"
                          ";transport=tls")
    check(client.start()[0] == "registered", "the first")
    answer = client.tell("second")
    check(answer.startswith("refused") and f"not for {other}" in answer,
          "the second, at the same address, is not")
    client.end()
    registrar.close()


def by_srv(world):
    """The name checked is that of the URI, never the SRV target's."""
    good_one = world.serve("srv", names="DNS:second.test")
    target = world.serve("target", names="DNS:target.other.test")
    for registrar, state in ((good_one, "registered"), (target, "refused")):
        world.table["SRV", "_sips._tcp.second.test"] = (
            registrar.port, "target.other.test")
        print(f"SRV, {state}")
        client = Client(world.program, "sip:second.test;transport=tls",
                        f"dns=127.0.0.1:{world.names.port}",
                        f"ca={world.authority.ca}")
        got, reason = client.start()
        check(got == state, f"SRV: {got} ({reason})")
        check(registrar.names == ["second.test"], "server name of the URI")
        check(state == "registered" or not registrar.sip, "nothing sent")
        client.end()
        registrar.close()


def main():
    program, run = sys.argv[1:]
    openssl = shutil.which("openssl")
    if not openssl:
        print("SKIPPED: the openssl command is not installed; install "
              "openssl")
        sys.exit(77)
    os.makedirs(run, exist_ok=True)
    folder = tempfile.mkdtemp(dir=run)
    try:
        world = World(program, openssl, folder)
        for part in (good, wrong, unverified, versions, plain, clients,
                     revoked, rude, two_names, by_srv):
            part(world)
        world.names.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
