"""The way of one registration: DNS, transport, TLS, challenge, answer.

It decides how far a trunk came, by its last event and its SIP messages.
Causes and their mend are ``trunk_check``'s; nothing is sent from here.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Iterable, NamedTuple, Sequence

from .words import plain

if TYPE_CHECKING:
    from .trunks import TrunkEvent, TrunkTrace

_DNS = ("trunk_dns", "trunk_name")
_NO_WAY = ("trunk_unsent", "trunk_tls_none")
_STRANGE = ("trunk_tls_there", "trunk_not_sip", "trunk_hangs_up")
_TLS = ("trunk_tls_", "trunk_cert", "trunk_crl")


class Step(NamedTuple):
    """``ok``: True passed, False failed here, None: it did not come to that,
    or was not told."""

    step: str
    ok: bool | None
    detail: str


def first_line(trace: "TrunkTrace") -> str:
    return plain(trace.text.split("\n", 1)[0].rstrip())[:160]


def _is_name(registrar: str) -> bool:
    """Whether DNS has to be asked for it."""
    host = re.sub(r"^sips?:([^@;?]*@)?", "", registrar, flags=re.I)
    found = re.match(r"\[([^]]*)\]|([^:;?]*)", host)
    try:
        ipaddress.ip_address(found[1] or found[2] if found else "")
    except ValueError:
        return True
    return False


def _challenge(answers: Iterable["TrunkTrace"]) -> str:
    """What was offered, of the last 401 or 407; "" without any."""
    offers = ""
    for trace in answers:
        if not re.match(r"SIP/2.0 40[17]\b", trace.text):
            continue
        offers = ""
        for kind, value in re.findall(
                r"^(?:WWW|Proxy)-Authenticate:\s*(\w+)\s(.*)$",
                trace.text, re.M | re.I):
            digest = re.search(r'algorithm="?([\w-]+)', value, re.I)
            realm = re.search(r'realm="([^"]*)"', value, re.I)
            offers += (", " if offers else "") + \
                (digest[1] if digest else "MD5") + \
                ("" if kind.lower() == "digest" else f" by {kind}") + \
                (f' of "{realm[1]}"' if realm else "")
        offers = plain(offers)[:160] or "an empty one"
    return offers


def walk(registrar: str, event: "TrunkEvent", cause: str,
         traces: Sequence["TrunkTrace"]) -> list[Step]:
    """``cause`` is the key of the sentence that explains the end."""
    got = [t for t in traces if t.direction == "received"]
    answers = [t for t in got if not t.refused]
    way, _, peer = event.target.partition(":")
    over_tls = way.startswith("tls")
    steps = []
    if _is_name(registrar):
        steps.append(Step("dns", cause not in _DNS,
                          event.reason if cause in _DNS else peer))
        if cause in _DNS:
            return steps
    in_tls = cause in (*_STRANGE, "trunk_silence_in_tls")
    there = bool(got) or in_tls \
        or over_tls and cause.startswith(_TLS)
    reached = False if cause in _NO_WAY else True if there else None
    steps.append(Step("transport", reached, event.reason
                      if reached is False else event.target))
    if reached is False:
        return steps
    if over_tls:
        failed = cause.startswith(_TLS) and cause not in _NO_WAY
        steps.append(Step("tls", False if failed else
                          True if got or in_tls else None,
                          event.reason if failed else event.tls))
    if offers := _challenge(answers):
        at_it = event.code in (401, 407) and event.state == "refused"
        steps.append(Step("challenge", not at_it, offers))
    if cause in _STRANGE and not got:
        steps.append(Step("answer", False, event.reason))
    elif got and not answers:
        steps.append(Step("answer", False, "malformed: "
                          + first_line(got[-1])))
    elif event.code:
        steps.append(Step("answer", event.state == "registered",
                          plain(event.reason)))
    else:
        steps.append(Step("answer", None, ""))
    return steps
