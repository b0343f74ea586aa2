"""A real phone at the gateway: baresip is called back to, hears and is heard,
puts its talk on hold and takes it up again.

Its sound (a sine) has to arrive where the carrier's session says, which shows
that the two were joined. Exit code 77: baresip is not here.

usage: test_baresip.py GATEWAY MAKE_STORE RUN_DIRECTORY
"""

import json
import pathlib
import shutil
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "torture"))
import peers  # noqa: E402
from peers import DID, Call, World, wait  # noqa: E402
from ports import free_port  # noqa: E402

CUSTOMER = "79161234567"
CONFIG = """
sip_listen 127.0.0.1:{sip}
audio_source ausine,440
audio_player aubridge,none
audio_alert aubridge,none
ausrc_srate 48000
ausrc_channels 2
auplay_srate 8000
module_path {modules}
module g711.so
module ausine.so
module aubridge.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
"""
PLAN = """
phone[2].name text vera
phone[2].site text kazan-1
phone[2].extension text 103
phone[2].uri text sip:vera@127.0.0.1:{sip}
pool[2].name text real
pool[2].member[0].phone text vera
plan[0].step[1].callback text real
"""


class Phone:
    """baresip, which answers by itself."""

    def __init__(self, work, modules):
        self.port, self.control = free_port(), free_port()
        work.mkdir()
        (work / "config").write_text(CONFIG.format(
            sip=self.port, control=self.control, modules=modules))
        (work / "accounts").write_text(
            f"<sip:vera@127.0.0.1:{self.port}>;regint=0;answermode=auto\n")
        (work / "contacts").write_text("")
        self.log = (work / "log").open("wb")
        self.process = subprocess.Popen(
            ["baresip", "-f", str(work)], stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=subprocess.STDOUT)

    def say(self, command):
        text = json.dumps({"command": command})
        with socket.create_connection(("127.0.0.1", self.control), 5) as s:
            s.sendall(f"{len(text)}:{text},".encode())
            return s.recv(4096)

    def is_up(self):
        try:
            return self.say("about")
        except OSError:
            return False

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class Office(World):
    """Boris alone rings, and is busy; then the phone is the one to call."""

    def __init__(self, phone, *more):
        self.phone = phone
        super().__init__(*more)

    def deployment(self):
        return peers.deployment(self).replace(
            "pool[0].member[1].phone text boris\n", "") + PLAN.format(
                sip=self.phone.port)


def carrier(rtp):
    """Takes calls, and agrees to what comes inside of them."""
    def script(peer, message):
        if message.method != "INVITE":
            return False
        direction = "a=recvonly\r\n" if "a=sendonly" in message.body else ""
        inside = ";tag=" in message.header("To")
        if not inside:
            peer.answer(message, "180 Ringing")
        body = (f"v=0\r\no=c 1 {2 if inside else 1} IN IP4 127.0.0.1\r\n"
                "s=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                f"m=audio {rtp} RTP/AVP 8\r\n{direction}")
        peer.answer(message, "200 OK", body=body)
        return True
    return script


def hears(sock):
    """Sound of this moment: what is on its way is thrown away first."""
    sock.setblocking(False)
    try:
        while True:
            sock.recv(2048)
    except BlockingIOError:
        pass
    sock.settimeout(5)
    try:
        return len([sock.recv(2048) for _ in range(5)]) == 5
    except TimeoutError:
        return False


def run(world, sound):
    world.scripts(a=carrier(sound.getsockname()[1]),
                  anna=peers.says("486 Busy Here"))
    world.start()
    customer = Call(world, world.a, CUSTOMER, DID)
    customer.send("INVITE")
    assert customer.final() == 486, customer.codes()
    customer.acknowledge()
    wait(lambda: [m for m in world.a.requests("INVITE")
                  if m.number == CUSTOMER], 15, "a call to the customer")
    wait(lambda: ": answered after" in world.text(), 10, "an answer")
    assert hears(sound), "the phone's sound does not arrive"

    world.phone.say("hold")
    held = wait(lambda: [m for m in world.a.requests("INVITE")
                         if "a=sendonly" in m.body], 8, "a hold")[0]
    wait(lambda: "offers: 200" in world.text(), 8, "an answer to it")
    world.phone.say("resume")
    wait(lambda: [m for m in world.a.requests("INVITE")
                  if int(m.header("CSeq").split()[0]) >
                  int(held.header("CSeq").split()[0])], 8, "a talk again")
    wait(lambda: world.text().count("offers: 200") == 2, 8, "its answer")
    assert hears(sound), "no sound after the hold"

    world.phone.say("hangup")
    wait(lambda: world.a.requests("BYE"), 8, "the end")
    world.stop()
    rows = sorted((direction, status) for direction, status, *_ in
                  world.rows())
    assert rows == [(1, 1), (2, 3)], world.rows()
    print("called back, heard, held and heard again")


def main():
    modules = pathlib.Path("/usr/lib/baresip/modules")
    if not shutil.which("baresip") or not modules.is_dir():
        print("SKIPPED: baresip is not installed")
        return 77
    work = pathlib.Path(sys.argv[3]).resolve()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    phone = Phone(work / "phone", modules)
    sound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sound.bind(("127.0.0.1", 0))
    world = None
    try:
        wait(phone.is_up, 15, "baresip")
        world = Office(phone, sys.argv[1], sys.argv[2], work)
        run(world, sound)
    finally:
        if world:
            world.close()
        phone.close()
        sound.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
