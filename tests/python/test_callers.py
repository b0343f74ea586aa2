"""Which trunk a call came by, and what a carrier is told of the caller."""

from __future__ import annotations

import pytest

import trunkwise
from trunkwise.callers import KnownTrunk, find_trunk, hides, leg_identity

TRUNKS = [
    KnownTrunk("a", "192.0.2.10", 5060, contact_user="token-a",
               carrier="north"),
    KnownTrunk("b", "192.0.2.10", 5060, contact_user="token-b",
               carrier="south"),
    KnownTrunk("c", "192.0.2.20", 5061, "tls", peers=["198.51.100.0/24"]),
]


@pytest.mark.parametrize("asked, verdict, trunk, how", [
    ({"host": "192.0.2.10", "port": 5060, "user": "token-b"}, "match", "b",
     "token"),
    ({"host": "192.0.2.66", "port": 5060, "user": "token-b"}, "refused", "",
     ""),
    ({"host": "192.0.2.20", "port": 5061, "transport": "tls"}, "match", "c",
     "flow"),
    ({"host": "192.0.2.10", "port": 5070, "carrier": "south"}, "match", "b",
     "number"),
    ({"host": "198.51.100.7", "port": 5060}, "match", "c", "address"),
    ({"host": "192.0.2.10", "port": 5060}, "several", "", ""),
    ({"host": "203.0.113.1", "port": 5060}, "stranger", "", ""),
])
def test_find_trunk(asked, verdict, trunk, how):
    match = find_trunk(TRUNKS, **asked)
    assert (match.verdict, match.trunk, match.how) == (verdict, trunk, how)
    assert bool(match.reason) or verdict == "match"
    assert match.candidates == (["a", "b"] if verdict == "several" else
                                match.candidates)


def test_find_trunk_refuses_nonsense():
    with pytest.raises(trunkwise.InvalidArgument):
        find_trunk(TRUNKS, host="carrier.test", port=5060)
    with pytest.raises(trunkwise.InvalidArgument) as error:
        find_trunk(TRUNKS, host="192.0.2.10", port=5060, transport="sctp")
    assert error.value.field == "transport"
    with pytest.raises(TypeError):
        find_trunk([KnownTrunk(7)], host="192.0.2.10", port=5060)
    assert find_trunk([], host="192.0.2.10", port=1).verdict == "stranger"


def test_leg_identity():
    leg = leg_identity(domain="carrier.test", number="78435550101",
                       approved=["78435550101"], style="pai")
    assert leg.from_uri == "sip:+78435550101@carrier.test"
    assert leg.headers == ("P-Asserted-Identity: "
                           "<sip:+78435550101@carrier.test>\r\n")
    leg = leg_identity(domain="carrier.test", number="78435550101",
                       approved=["78435550101"], forward="diversion",
                       forwarded=True, caller="+79161234567",
                       reason="no-answer", privacy="user;id")
    assert leg.from_uri == "sip:anonymous@anonymous.invalid"
    assert "Privacy: user;id\r\n" in leg.headers
    assert ";reason=no-answer;" in leg.headers
    assert "79161234567" not in leg.headers


def test_leg_identity_shows_what_is_approved_only():
    with pytest.raises(trunkwise.Refused):
        leg_identity(domain="carrier.test", number="78435550101",
                     approved=[])
    with pytest.raises(trunkwise.InvalidArgument) as error:
        leg_identity(domain="a b", number="78435550101",
                     approved=["78435550101"])
    assert error.value.field == "domain"
    with pytest.raises(TypeError):
        leg_identity(domain="carrier.test", number="1", approved=[7])


def test_hides():
    assert hides("id") and hides("header; critical")
    assert not hides("none") and not hides(None) and not hides("idx")
