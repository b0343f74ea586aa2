"""SIP messages: may they be acted upon, and may they be shown?

For who has messages in hand: a proxy in Python, a capture, a log. Trunks and
the gateway do both by themselves.

>>> check(b"GET / HTTP/1.1\\r\\n\\r\\n").action
'drop'
"""

from __future__ import annotations

from typing import NamedTuple

from . import raw as _raw

_ACTIONS = {1: "accept", 2: "answer", 3: "drop"}


class SipVerdict(NamedTuple):
    """``action`` is "accept", "answer" (a request: by ``code`` and
    ``reason``, with ``unsupported`` as the Unsupported header of a 420) or
    "drop". ``close``: where a message ends is unknown, so the connection is
    of no use. ``elsewhere``: an answer would go to another address than the
    request came from."""

    action: str
    code: int
    reason: str
    method: str
    unsupported: str
    is_response: bool
    close: bool
    elsewhere: bool


def check(data: bytes, *, stream: bool = False, forwarding: bool = False,
          sips: bool = False, tel: bool = False,
          supported: str | None = None) -> SipVerdict:
    """Judges one message by its bytes, see trunkwise/sys/sip.h.

    ``stream``: it came by TCP or TLS; ``forwarding``: Max-Forwards 0 is 483;
    ``sips``, ``tel``: such Request-URIs are served; ``supported``: option
    tags of Require that are, "timer, 100rel".
    """
    v = _raw.sip_check(data, stream | forwarding << 1 | sips << 2 | tel << 3,
                       supported)
    return SipVerdict(_ACTIONS[v.action], v.code, v.reason, v.method,
                      v.unsupported, bool(v.flags & 1), bool(v.flags & 2),
                      bool(v.flags & 4))


def mask(data: bytes, *, numbers: bool = False) -> str:
    """Its text without what answers to challenges are made of, passwords
    and keys; with ``numbers`` also without the digits of numbers but the
    last 4."""
    return _raw.tw_sip_mask(data, int(numbers))
