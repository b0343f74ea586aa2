"""Which trunk a call came by, and who calls as a carrier is told.

For hosts with a SIP stack of their own: what ``trunkwise/inbound.h`` and
``trunkwise/identity.h`` decide, over values.
"""

from __future__ import annotations

from typing import Iterable, NamedTuple, Sequence

from . import raw
from .errors import InvalidArgument

_TRANSPORTS = {"udp": 1, "tcp": 2, "tls": 3}
_HOW = {0: "", 1: "token", 2: "flow", 3: "number", 4: "address"}
_VERDICTS = {"TW_OK": "match", "TW_ENOTFOUND": "stranger",
             "TW_EREFUSED": "refused", "TW_ECONFLICT": "several"}
_STYLES = {"from": 1, "pai": 2, "ppi": 3}
_FORWARDS = {"own": 1, "diversion": 2}
_FORWARDED, _PRIVATE = 1, 2


class KnownTrunk(NamedTuple):
    """What is known of a trunk: ``host``, ``port`` and ``transport`` of the
    target that it is registered at, None and 0 where it is not."""

    name: str
    host: str | None = None
    port: int = 0
    transport: str = "udp"
    contact_user: str | None = None
    peers: Sequence[str] = ()
    carrier: str | None = None


class InboundMatch(NamedTuple):
    """``verdict`` is "match", "stranger" (nobody is known at this address),
    "refused" (a trunk's token from elsewhere, or a number of a carrier who
    has no trunk here) or "several", with their names in ``candidates``.
    ``how`` is "token", "flow", "number", "address" or ""."""

    verdict: str
    trunk: str
    how: str
    reason: str
    candidates: list[str]


class LegIdentity(NamedTuple):
    """``headers`` are lines with CRLF each, "" for none."""

    from_uri: str
    from_name: str
    headers: str


def _of(table: dict[str, int], key: str, field: str) -> int:
    if key not in table:
        raise InvalidArgument("is unknown; write one of " + ", ".join(table),
                              field=field)
    return table[key]


def match_of(status: str, how: int, _count: int, trunk: str, reason: str,
             candidates: list[str]) -> InboundMatch:
    return InboundMatch(_VERDICTS[status], trunk, _HOW[how], reason,
                        candidates)


def find_trunk(trunks: Iterable[KnownTrunk], *, host: str, port: int,
               transport: str = "udp", user: str | None = None,
               carrier: str | None = None) -> InboundMatch:
    """The trunk that a request from this address came by: ``user`` is that of
    its Request-URI, ``carrier`` the one of the called number."""
    rows = [(t.name, _of(_TRANSPORTS, t.transport, "transport")
             if t.host else 0, t.port, t.host, t.contact_user,
             " ".join(t.peers) or None, t.carrier) for t in trunks]
    return match_of(*raw.inbound_find(rows, host, port,
                                      _of(_TRANSPORTS, transport,
                                          "transport"), user, carrier))


def leg_identity(*, domain: str, number: str, approved: Sequence[str],
                 style: str = "from", forward: str = "own",
                 forwarded: bool = False, private: bool = False,
                 caller: str | None = None, caller_name: str | None = None,
                 reason: str | None = None,
                 privacy: str | None = None) -> LegIdentity:
    """The caller's headers of one leg over one trunk; ``number`` is ours and
    has to be among ``approved``, or it is ``Refused``. Numbers are digits."""
    flags = (_FORWARDED if forwarded else 0) | (_PRIVATE if private else 0)
    return LegIdentity(*raw.identity_make(
        flags, _of(_STYLES, style, "style"),
        _of(_FORWARDS, forward, "forward"), domain, number, list(approved),
        caller, caller_name, reason, privacy))


def hides(privacy: str | None) -> bool:
    """Whether a Privacy header asks to hide who calls."""
    return bool(raw.tw_identity_hides(privacy))
