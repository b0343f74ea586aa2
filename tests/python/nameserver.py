"""A DNS server for tests: UDP on a high port of 127.0.0.1, its records as
tuples, and every way to fail."""

from __future__ import annotations

import socket
import struct
import threading

TYPES = {"A": 1, "CNAME": 5, "AAAA": 28, "SRV": 33, "NAPTR": 35}
NAMES = {number: name for name, number in TYPES.items()}


def _name(text: str) -> bytes:
    return b"".join(bytes([len(part)]) + part.encode() for part in
                    text.rstrip(".").split(".") if part) + b"\0"


def _text(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


def _data(kind: str, value: tuple) -> bytes:
    if kind == "A":
        return socket.inet_aton(value[0])
    if kind == "AAAA":
        return socket.inet_pton(socket.AF_INET6, value[0])
    if kind == "SRV":
        return struct.pack("!HHH", *value[:3]) + _name(value[3])
    if kind == "NAPTR":
        return struct.pack("!HH", *value[:2]) + _text(value[2]) + \
            _text(value[3]) + _text("") + _name(value[4])
    return _name(value[0])


class NameServer:
    """`records` maps (type, name) to a list of values; what is not there does
    not exist. `rcode` answers everything with that; `silent` nothing."""

    def __init__(self, records: dict[tuple[str, str], list[tuple]]):
        self.records = records
        self.rcode = 0
        self.silent = False
        self.asked: list[tuple[str, str]] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.05)
        self.servers = "127.0.0.1:%d" % self._socket.getsockname()[1]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "NameServer":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._ended.set()
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                data, peer = self._socket.recvfrom(4096)
            except TimeoutError:
                continue
            answer = self._answer(data)
            if not self.silent:
                self._socket.sendto(answer, peer)

    def _answer(self, data: bytes) -> bytes:
        at, labels = 12, []
        while data[at]:
            labels.append(data[at + 1:at + 1 + data[at]].decode())
            at += data[at] + 1
        name = ".".join(labels).lower()
        number = struct.unpack("!H", data[at + 1:at + 3])[0]
        kind = NAMES.get(number, str(number))
        self.asked.append((kind, name))
        found = [] if self.rcode else self.records.get((kind, name), [])
        known = any(there == name for _, there in self.records)
        rcode = self.rcode or (0 if known else 3)
        out = data[:2] + struct.pack("!HHHHH", 0x8180 | rcode, 1,
                                     len(found), 0, 0)
        out += data[12:at + 5]
        for value in found:
            rdata = _data(kind, value)
            out += _name(name) + struct.pack("!HHIH", number, 1, 300,
                                             len(rdata)) + rdata
        return out
