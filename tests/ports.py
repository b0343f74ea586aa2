"""Ports that nobody has, so that two checkouts may test at once."""

import os
import socket


def free_port() -> int:
    """Any, free for UDP and TCP by the same number."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, \
                socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp:
            udp.bind(("127.0.0.1", 0))
            port = udp.getsockname()[1]
            try:
                tcp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_base(count: int) -> int:
    """First of `count` free UDP ports in a row, below the ephemeral ones."""
    start = 26000 + os.getpid() % 250 * 20
    for base in (*range(start, 31000, 20), *range(26000, start, 20)):
        if all(_is_free(base + i) for i in range(count)):
            return base
    raise SystemExit("no free UDP ports between 26000 and 31000")
