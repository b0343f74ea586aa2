"""Wrong arguments are refused by their names, and none is taken for another.
"""

import datetime as dt
from decimal import Decimal

import pytest

import trunkwise
from trunkwise import Engine, InvalidArgument, OutOfRange, Store, raw

trunks = pytest.importorskip("trunkwise.trunks")
Trunks = trunks.Trunks

NO_TIMES = [float("nan"), float("inf"), float("-inf"), "5", True, None, b"5"]


def add(**options):
    with Trunks() as some:
        some.add(**{"name": "m", "registrar": "sip:127.0.0.1:9", "user": "u",
                    **options})
        return some.snapshot()[0].state


@pytest.mark.parametrize("value", [5, True, [1, 2], "x", (), 1.5])
@pytest.mark.parametrize("name", ["password", "ca", "cert", "key", "crl"])
def test_bytes_are_bytes(name, value):
    with pytest.raises(TypeError, match=f"^{name} is "):
        add(**{name: value})


@pytest.mark.parametrize("value", [b"x", bytearray(b"x"), memoryview(b"x")])
def test_what_is_like_bytes_is_taken(value):
    assert add(password=value) == "idle"


@pytest.mark.parametrize("value", ["", 5, None])
def test_the_authorities_of_a_set(value):
    with pytest.raises(TypeError, match="^ca is the bytes of a PEM file"):
        Trunks(ca=value)


def test_a_lease_is_a_time():
    with Trunks(leased=True) as some:
        for value in NO_TIMES:
            with pytest.raises(InvalidArgument, match="^seconds: .* no time"):
                some.lease(value)
        with pytest.raises(OutOfRange, match="^seconds: -1 s is below 0"):
            some.lease(-1)
        for value in 1e300, 10 ** 400, Decimal("1e99999"):
            with pytest.raises(OutOfRange, match="^seconds: .* do not fit"):
                some.lease(value)
        some.lease(0.5)
        some.lease(Decimal("0.5"))
        some.lease(0)


def test_how_long_events_are_waited_for():
    with Trunks() as some:
        for value in (v for v in NO_TIMES[:5] if v != float("-inf")):
            with pytest.raises(InvalidArgument, match="^timeout_s: "):
                list(some.events(value))
        assert list(some.events(-1)) == list(some.events(0)) == []


@pytest.mark.parametrize("value", NO_TIMES)
def test_times_of_an_engine(value):
    with pytest.raises(InvalidArgument, match="^priority_s: .* is no time"):
        Engine(priority_s=value)


def test_a_nul_does_not_cut(tmp_path):
    for name in "local_host", "dns_servers":
        with pytest.raises(ValueError, match=f"^{name}: embedded null"):
            Trunks(**{name: "127.0.0.1\0junk"})
    path = tmp_path / "a.db"
    Store(path, create=True).close()
    with pytest.raises(ValueError, match="^path: embedded null"):
        Store(f"{path}\0junk", readonly=True)
    with pytest.raises(ValueError, match="^name: embedded null"):
        raw.tw_zone_open("Europe/Moscow\0junk")


@pytest.mark.parametrize("name", ["name", "registrar", "user", "realm",
                                  "instance", "ha1", "domain"])
def test_text_of_a_trunk(name):
    for value in 5, b"x", True:
        with pytest.raises(TypeError, match=f"^{name} is text, not "):
            add(**{name: value})


def test_text_of_a_set_and_a_store():
    for name in "local_host", "dns_servers":
        with pytest.raises(TypeError, match=f"^{name} is text, not int"):
            Trunks(**{name: 5})
    with pytest.raises(TypeError, match="^actor is text, not int"):
        Store("nowhere.db", actor=5)


@pytest.mark.parametrize("value", [5, "192.0.2.1", b"x", [5], [None]])
def test_lists_of_a_trunk(value):
    with pytest.raises(TypeError, match="^peers"):
        add(static=True, peers=value)
    if value != [5]:
        with pytest.raises(TypeError, match="^qualify_alive"):
            add(qualify_s=60, qualify_alive=value)


def test_no_range_of_c_is_told():
    for value, why in (-1, "flows: -1 is below 0"), \
            (2 ** 32, "flows: 4294967296 does not fit"), (5, "flows: "):
        with pytest.raises(InvalidArgument) as caught:
            add(flows=value)
        assert str(caught.value).startswith(why)
        assert "4294967295" not in str(caught.value)
    assert issubclass(OutOfRange, (InvalidArgument, OverflowError))


@pytest.mark.parametrize("name", ["requests_per_s", "trace_max", "local_port",
                                  "registrar_requests_per_s",
                                  "start_spread_s"])
def test_true_is_no_number_of_a_set(name):
    with pytest.raises(TypeError, match=f"^{name}: True is no whole number"):
        Trunks(**{name: True})


def test_true_is_no_number():
    for name in "flows", "expires_s", "qualify_down":
        with pytest.raises(TypeError, match=f"^{name}: True is no whole"):
            add(**{name: True})
    for name in "seed", "calls_max":
        with pytest.raises(TypeError, match=f"^{name}: True is no whole"):
            Engine(**{name: True})
    with pytest.raises(TypeError, match="^lock_wait_ms: True is no whole"):
        Store("nowhere.db", lock_wait_ms=True)


@pytest.mark.parametrize("value", ["no", "", 0, 1, 2])
def test_flags_are_true_or_false(value):
    for name in "gin", "stun", "verify", "static", "nat_contact", \
            "empty_authorization":
        with pytest.raises(TypeError, match=f"^{name}: .* nor False"):
            add(**{name: value})
    for name in "leased", "mask_numbers":
        with pytest.raises(TypeError, match=f"^{name}: .* nor False"):
            Trunks(**{name: value})


def test_none_is_left_out():
    """Above all of ``verify``: None is not "nobody is checked"."""
    assert trunks._options({"verify": None})["no_verify"] is False
    assert trunks._options({"verify": False})["no_verify"] is True
    assert add(verify=None, digest_min=None, flows=None) == "idle"


def test_what_is_expected_of_a_call(tmp_path):
    with Store(tmp_path / "a.db", create=True) as store:
        at = dt.datetime(2026, 11, 1, tzinfo=dt.timezone.utc)
        for value in float("nan"), 1e300, -1:
            with pytest.raises(InvalidArgument, match="^expected_s: "):
                store.route("79161234567", at=at, expected_s=value)


def test_the_package_has_its_trunks():
    assert trunkwise.Trunks is Trunks and "Trunks" in dir(trunkwise)
