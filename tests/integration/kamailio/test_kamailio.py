#!/usr/bin/python3
"""A trunk registers with a real Kamailio, refreshes and un-registers.

usage: test_kamailio.py REGISTER_PROGRAM RUN_DIRECTORY
Exit 77: Kamailio is not installed. Only the process started here is ended.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
sys.path.insert(0, os.path.join(HERE, "..", ".."))
from ports import free_port  # noqa: E402


def skip(reason):
    print(f"SKIPPED: {reason}")
    sys.exit(77)


class Kamailio:
    def __init__(self, program, kamcmd, modules, run,
                 config=os.path.join(HERE, "reg.cfg.in"), **more):
        self.kamcmd, self.run = kamcmd, run
        self.port = free_port()
        with open(config, encoding="ascii") as f:
            text = f.read()
        for key, value in {"PORT": str(self.port), "RUN": run,
                           "MODULES": modules, **more}.items():
            text = text.replace(f"@{key}@", value)
        config = os.path.join(run, "reg.cfg")
        with open(config, "w", encoding="ascii") as f:
            f.write(text)
        self.log = open(os.path.join(run, "kamailio.log"), "w+b")
        self.process = subprocess.Popen(
            [program, "-f", config, "-DD", "-E", "-m", "64", "-M", "8",
             "-Y", run], stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log)

    def rpc(self, *words):
        return subprocess.run(
            [self.kamcmd, "-s", f"unix:{self.run}/ctl", *words],
            capture_output=True, text=True, timeout=10, check=False)

    def wait(self):
        for _ in range(100):
            if self.process.poll() is not None:
                return False
            if self.rpc("core.uptime").returncode == 0:
                return True
            time.sleep(0.1)
        return False

    def bindings(self):
        """[(address, cseq, expires)] of all that are in force."""
        text = self.rpc("ul.dump").stdout
        return [(a, int(c), int(e)) for a, e, c in re.findall(
            r"Address: (\S+).*?Expires: (\d+).*?CSeq: (\d+)", text, re.S)
            if int(e) > 0]

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        self.log.seek(0)
        text = self.log.read().decode(errors="replace")
        self.log.close()
        return text


class Client:
    def __init__(self, program, registrar, user, password):
        self.process = subprocess.Popen(
            [program, registrar, user, password], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)

    def tell(self, command):
        """-> (state, code, registrations, requests, contact, reason)"""
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().rstrip("\n")
        print(f"{command}: {answer}")
        state, code, registrations, requests, contact, reason = \
            answer.split(" ", 5)
        return (state, int(code), int(registrations), int(requests),
                contact, reason)

    def end(self):
        self.process.stdin.close()
        code = self.process.wait(10)
        self.process.stdout.close()
        return code


def check(condition, text):
    if not condition:
        raise AssertionError(text)


def life(kamailio, program, transport):
    client = Client(program, f"sip:127.0.0.1:{kamailio.port};"
                    f"transport={transport}", f"u-{transport}", "secret")
    state, code, _, requests, contact, _ = client.tell("start")
    check((state, code, requests) == ("registered", 200, 2), "start")
    first = kamailio.bindings()
    print(first)
    check(len(first) == 1, "one binding")
    check(first[0][0].startswith(f"sip:{contact}@127.0.0.1:"), "Contact")
    check(0 < first[0][2] <= 60, "expires")

    state, code, registrations, requests, _, _ = client.tell("refresh")
    check((state, code, registrations, requests) ==
          ("registered", 200, 2, 3), "refresh takes one REGISTER: the nonce "
          "is used again")
    second = kamailio.bindings()
    print(second)
    check(len(second) == 1 and second[0][0] == first[0][0], "same binding")
    check(second[0][1] == first[0][1] + 1, "CSeq grew by one")

    state, code, *_ = client.tell("stop")
    check((state, code) == ("idle", 200), "stop")
    check(kamailio.bindings() == [], "binding is gone")
    check(client.end() == 0, "client's exit code")


def wrong_password(kamailio, program):
    client = Client(program, f"sip:127.0.0.1:{kamailio.port}", "u-wrong",
                    "guess")
    state, code, registrations, requests, _, reason = client.tell("start")
    check((state, code, registrations, requests) == ("refused", 401, 0, 2),
          "two requests, then refused")
    check("password is wrong" in reason, "reason names the cause")
    check(kamailio.bindings() == [], "no binding")
    check(client.end() == 0, "client's exit code")


def main():
    program, run = sys.argv[1:]
    kamailio_program = shutil.which("kamailio", path=PATH)
    kamcmd = shutil.which("kamcmd", path=PATH)
    if not kamailio_program or not kamcmd:
        skip("kamailio is not installed; install kamailio")
    modules = sorted(glob.glob("/usr/lib/*/kamailio/modules") +
                     glob.glob("/usr/lib*/kamailio/modules"))
    if not modules:
        skip("kamailio's modules are not in /usr/lib/*/kamailio/modules")
    os.makedirs(run, exist_ok=True)
    # the control socket's path must fit into 108 bytes
    run = tempfile.mkdtemp(dir=run if len(run) < 80 else None)
    kamailio, log, failed = None, "", True
    try:
        kamailio = Kamailio(kamailio_program, kamcmd, modules[0], run)
        check(kamailio.wait(), "Kamailio did not come up")
        life(kamailio, program, "udp")
        life(kamailio, program, "tcp")
        wrong_password(kamailio, program)
        failed = False
    finally:
        if kamailio:
            log = kamailio.end()
        if failed:
            print(log[-4000:])
        shutil.rmtree(run, ignore_errors=True)


if __name__ == "__main__":
    main()
