"""A DNS server on loopback that knows A and SRV records from a table."""
import socket
import struct
import threading

_A, _SRV = 1, 33


def _name(text):
    return b"".join(bytes([len(part)]) + part.encode() for part in
                    text.split(".")) + b"\0"


class Names:
    """{("A", "a.test"): "127.0.0.1", ("SRV", name): (port, target)}"""

    def __init__(self, table):
        self.table = table
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                data, who = self.socket.recvfrom(4096)
                self.socket.sendto(self._answer(data), who)
            except OSError:
                return

    def _answer(self, data):
        at, labels = 12, []
        while data[at]:
            labels.append(data[at + 1:at + 1 + data[at]].decode())
            at += 1 + data[at]
        name = ".".join(labels).lower()
        kind, = struct.unpack("!H", data[at + 1:at + 3])
        question = data[12:at + 5]
        body = None
        if kind == _A and ("A", name) in self.table:
            body = socket.inet_aton(self.table["A", name])
        elif kind == _SRV and ("SRV", name) in self.table:
            port, target = self.table["SRV", name]
            body = struct.pack("!HHH", 10, 10, port) + _name(target)
        head = data[:2] + struct.pack("!HHHHH", 0x8580, 1, int(bool(body)),
                                      0, 0)
        if not body:
            return head + question
        return head + question + b"\xc0\x0c" + struct.pack(
            "!HHIH", kind, 1, 60, len(body)) + body

    def close(self):
        self.socket.close()
