#!/usr/bin/python3
"""A trunk registers over TLS with a real Kamailio that wants a certificate of
ours, refreshes, loses its connection, and un-registers.

usage: test_kamailio_tls.py REGISTER_PROGRAM RUN_DIRECTORY
Exit 77: Kamailio, its TLS module or openssl is not installed.
"""
import glob
import os
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "kamailio"))
from authority import Authority  # noqa: E402
from names import Names  # noqa: E402
from test_kamailio import PATH, Kamailio, check, skip  # noqa: E402
from test_tls import NAME, Client  # noqa: E402


def needed():
    """-> (kamailio, kamcmd, modules, openssl)"""
    programs = [shutil.which(name, path=PATH)
                for name in ("kamailio", "kamcmd", "openssl")]
    modules = [d for d in sorted(glob.glob("/usr/lib/*/kamailio/modules") +
                                 glob.glob("/usr/lib*/kamailio/modules"))
               if os.path.exists(os.path.join(d, "tls.so"))]
    if not all(programs) or not modules:
        skip("kamailio, its TLS module or openssl is not installed; install "
             "kamailio kamailio-tls-modules openssl")
    return programs[0], programs[1], modules[0], programs[2]


def life(kamailio, program, authority, names):
    uri = f"sip:{NAME}:{kamailio.port};transport=tls"
    dns = f"dns=127.0.0.1:{names.port}"
    ours = [f"{word}={path}" for word, path in zip(
        ("cert", "key"), authority.issue("ours", common_name="us"))]
    client = Client(program, uri, dns, f"ca={authority.ca}", *ours)
    check(client.start()[0] == "registered", "registered")
    check(client.tell("tls").startswith("1 tls:127.0.0.1:"), "verified")
    first = kamailio.bindings()
    print(first)
    check(len(first) == 1 and ";transport=tls" in first[0][0].lower(),
          "one binding, over TLS")
    check(client.tell("refresh").startswith("registered 200 2 3 "),
          "a refresh takes one REGISTER")
    second = kamailio.bindings()
    check(len(second) == 1 and second[0][0] == first[0][0], "same binding")
    check(client.tell("stop").startswith("idle 200"), "un-registered")
    check(kamailio.bindings() == [], "binding is gone")
    client.end()

    client = Client(program, uri, dns, f"ca={authority.ca}")
    state, reason = client.start()
    check(state in ("refused", "backoff") and "certificate of ours" in
          reason, f"no certificate of ours: {state}, {reason}")
    check(kamailio.bindings() == [], "no binding")
    client.end()


def main():
    program, run = sys.argv[1:]
    kamailio_program, kamcmd, modules, openssl = needed()
    os.makedirs(run, exist_ok=True)
    # the control socket's path must fit into 108 bytes
    run = tempfile.mkdtemp(dir=run if len(run) < 80 else None)
    kamailio, names, log, failed = None, None, "", True
    try:
        authority = Authority(openssl, run, "ca")
        cert, key = authority.issue("server", names=f"DNS:{NAME}")
        names = Names({("A", NAME): "127.0.0.1"})
        kamailio = Kamailio(
            kamailio_program, kamcmd, modules, run,
            config=os.path.join(HERE, "reg_tls.cfg.in"), CERT=cert, KEY=key,
            CA=authority.ca)
        check(kamailio.wait(), "Kamailio did not come up")
        life(kamailio, program, authority, names)
        failed = False
    finally:
        if kamailio:
            log = kamailio.end()
        if names:
            names.close()
        if failed:
            print(log[-4000:])
        shutil.rmtree(run, ignore_errors=True)


if __name__ == "__main__":
    main()
