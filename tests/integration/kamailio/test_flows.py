#!/usr/bin/python3
"""Two flows of a trunk by two real edge proxies to one registrar, all of them
Kamailio: one proxy dies, the trunk stays, and the flow comes back.

usage: test_flows.py RUN_DIRECTORY      (PYTHONPATH names the built package)
Exit 77: Kamailio or its outbound module is not installed.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from test_kamailio import HERE, PATH, Kamailio, check, skip  # noqa: E402

CONFIG = os.path.join(HERE, "flows.cfg.in")


class Net:
    """The registrar and its edges; more edges can be started at a port."""

    def __init__(self, program, kamcmd, modules, folder):
        self.start = lambda role, core="0", outbound="1", name=None: \
            self._start(program, kamcmd, modules, folder, role, core,
                        outbound, name or role)
        self.all = []

    def _start(self, program, kamcmd, modules, folder, role, core, outbound,
               name):
        run = os.path.join(folder, f"{name}{len(self.all)}")
        os.mkdir(run)
        one = Kamailio(program, kamcmd, modules, run, CONFIG, ROLE=role,
                       CORE=str(core), OUTBOUND=outbound,
                       FLOW_TIMER="20" if outbound == "1" else "0")
        self.all.append(one)
        if not one.wait():
            print(one.end())
            raise AssertionError(f"{role} does not start")
        return one

    def end(self):
        for one in self.all:
            if not one.log.closed:
                one.end()


def flows_of(core):
    """reg-ids of the bindings in force."""
    return sorted(int(n) for n in re.findall(
        r"Reg-Id: (\d+)", core.rpc("ul.dump").stdout))


def until(seconds, condition):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def two_flows(net, transport):
    from trunkwise.trunks import Trunks
    core = net.start("CORE", name=f"core-{transport}")
    edges = [net.start("EDGE", core.port, name=f"edge-{transport}")
             for _ in range(2)]
    uris = [f"sip:127.0.0.1:{edge.port};transport={transport}"
            for edge in edges]
    with Trunks() as trunks:
        trunk = trunks.add(
            name="main", registrar=uris[0], backup=uris[1], user="u1",
            domain="trunk.test", password=b"secret", realm="trunk.test",
            flows=2, retry_base_s=5, target_timeout_s=2, expires_s=60)
        trunk.start()
        check(until(10, lambda: trunk.status.flows_registered == 2),
              f"{trunk.flows}")
        check(trunk.status.outbound, "outbound is required by the 2xx")
        check(flows_of(core) == [1, 2], core.rpc("ul.dump").stdout)
        targets = {flow.target for flow in trunk.flows}
        check(len(targets) == 2, f"{targets}")
        list(trunks.events(0))

        edges[0].end()
        # the flow registers again when its connection breaks; over UDP its
        # STUN or its refresh finds out, which is waited for here
        check(until(70, lambda: trunk.status.flows_registered == 1),
              f"{trunk.flows}")
        check(trunk.status.state == "registered", f"{trunk.status}")
        check(trunk.status.flow == 2, f"{trunk.status}")
        check(str(edges[1].port) in trunk.way.uri or
              trunk.way.port == edges[1].port, f"{trunk.way}")
        events = list(trunks.events(0))
        check(all(e.state == "registered" for e in events), f"{events}")
        check(any(e.flow == 1 and e.flows_registered == 1 for e in events),
              f"{events}")

        again = edges[0]
        config = os.path.join(again.run, "reg.cfg")
        log = open(os.path.join(again.run, "again.log"), "w+b")
        process = subprocess.Popen(
            [shutil.which("kamailio", path=PATH), "-f", config, "-DD", "-E",
             "-m", "64", "-M", "8", "-Y", again.run],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            check(until(60, lambda: trunk.status.flows_registered == 2),
                  f"{trunk.flows}")
            check(trunk.status.state == "registered", f"{trunk.status}")
            trunk.stop()
            check(until(5, lambda: trunk.status.state == "idle"),
                  f"{trunk.status}")
            check(until(2, lambda: not [b for b in core.bindings()]),
                  core.rpc("ul.dump").stdout)
        finally:
            process.terminate()
            process.wait(10)
            log.close()
    print(f"{transport}: {targets}, one proxy away and back")


def no_support(net):
    """A registrar with outbound switched off: one registration, told."""
    from trunkwise.trunks import Trunks
    core = net.start("CORE", outbound="0", name="plain")
    edge = net.start("EDGE", core.port, name="plain-edge")
    with Trunks() as trunks:
        trunk = trunks.add(
            name="main", registrar=f"sip:127.0.0.1:{core.port}",
            backup=f"sip:127.0.0.1:{edge.port}", user="u2",
            domain="trunk.test", password=b"secret", flows=2)
        trunk.start()
        check(until(10, lambda: trunk.status.outbound is False),
              f"{trunk.status}")
        time.sleep(0.5)
        check(trunk.status.flows_registered == 1, f"{trunk.flows}")
        check(len(core.bindings()) == 1, f"{core.bindings()}")
        check(any("RFC 5626" in e.reason for e in trunks.events(0)), "told")
        trunk.stop()
        check(until(5, lambda: trunk.status.state == "idle"), "idle")
        check(not core.bindings(), f"{core.bindings()}")
    print("no support: one registration")


def check_command(net, folder):
    """trunk check shows the flows."""
    core = net.start("CORE", name="core-check")
    edges = [net.start("EDGE", core.port, name="edge-check")
             for _ in range(2)]
    path = os.path.join(folder, "deployment.toml")
    with open(os.path.join(folder, "main.secret"), "w",
              encoding="ascii") as f:
        f.write("secret\n")
    os.chmod(os.path.join(folder, "main.secret"), 0o600)
    with open(path, "w", encoding="ascii") as f:
        f.write(f"""
[company]
name = "Test"
zone = "Europe/Moscow"
currency = "RUB"
[[carrier]]
name = "north"
[[trunk]]
name = "main"
carrier = "north"
registrar = "sip:127.0.0.1:{edges[0].port}"
backup = "sip:127.0.0.1:{edges[1].port}"
domain = "trunk.test"
user = "u3"
password_file = "main.secret"
flows = 2
instance = "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
""")
    command = os.path.join(os.environ["TW_BUILD_DIR"], "bin", "trunkwise")
    done = subprocess.run([command, "trunk", "check", path, "--json"],
                          capture_output=True, text=True, timeout=60,
                          env={**os.environ}, check=False)
    check(done.returncode == 0, done.stdout + done.stderr)
    told = json.loads(done.stdout)
    check([f["flow"] for f in told["flows"]] == [1, 2], done.stdout)
    check(all(f["state"] == "registered" for f in told["flows"]),
          done.stdout)
    check("2 of 2 flows" in told["text"], done.stdout)
    check(not core.bindings(), f"{core.bindings()}")
    print("trunk check:", told["text"])


def main():
    program, kamcmd = (shutil.which(p, path=PATH)
                       for p in ("kamailio", "kamcmd"))
    if not program or not kamcmd:
        skip("kamailio is not installed")
    found = glob.glob("/usr/lib/*/kamailio/modules/outbound.so") + \
        glob.glob("/usr/lib*/kamailio/modules/outbound.so")
    if not found:
        skip("kamailio-outbound-modules is not installed")
    os.makedirs(sys.argv[1], exist_ok=True)
    with tempfile.TemporaryDirectory(dir=sys.argv[1]) as folder:
        net = Net(program, kamcmd, os.path.dirname(found[0]), folder)
        try:
            two_flows(net, "tcp")
            no_support(net)
            check_command(net, folder)
            if os.environ.get("TW_TEST_LONG", "0") not in ("", "0"):
                two_flows(net, "udp")
        finally:
            net.end()


if __name__ == "__main__":
    main()
