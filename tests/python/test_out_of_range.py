"""Numbers and times that do not fit are told by the name of what holds them.

SWIG said "argument 3 of type 'uint32_t'" and OverflowError, the command
"a number or time is far too large".
"""

from __future__ import annotations

import pytest
import trunkwise
from trunkwise import Engine, Error, OutOfRange, raw
from trunkwise.distribution import Target

BEYOND_32 = (-1, 2 ** 32, -2 ** 63, 2 ** 63, 10 ** 30)


def told(caught, field: str, value: int) -> None:
    error = caught.value
    assert isinstance(error, (ValueError, OverflowError))
    assert isinstance(error, Error) and error.code == "TW_ERANGE"
    assert error.field == field
    assert str(error) == f"{field}: {value} " + (
        "is below 0" if value < 0 else "does not fit")


@pytest.mark.parametrize("value", BEYOND_32)
def test_of_an_option(value):
    with Engine() as engine, pytest.raises(OutOfRange) as caught:
        engine.add_target("a", capacity=value)
    told(caught, "capacity", value)


@pytest.mark.parametrize("value", BEYOND_32)
def test_of_an_argument(value):
    with pytest.raises(OutOfRange) as caught:
        raw.tw_erlang_b(1.0, value)
    told(caught, "lines", value)
    with Engine() as engine, pytest.raises(OutOfRange) as caught:
        Target(engine, value).set_state("paused")
    told(caught, "target", value)


def test_the_ends_of_each_kind_fit():
    with Engine() as engine:
        with pytest.raises(LookupError):
            Target(engine, 2 ** 32 - 1).set_state("paused")
        engine.add_target("a", capacity=1)


@pytest.mark.parametrize("value", [1.5, "7", None, b"7", object(), True,
                                   False])
def test_what_is_no_whole_number(value):
    with pytest.raises(TypeError, match="lines: .* is no whole number"):
        raw.tw_erlang_b(1.0, value)


@pytest.mark.parametrize("value", [True, False])
def test_truth_is_no_number(value):
    with Engine() as engine:
        with pytest.raises(TypeError, match=f"capacity: {value} is no whole"):
            engine.add_target("a", capacity=value)
        with pytest.raises(TypeError, match=f"target: {value} is no whole"):
            Target(engine, value).set_state("paused")


FAR = ["9999-12-31T23:59:59-12:00", "1969-12-31",
       "0001-01-01T00:00:00+12:00"]
SAID = "--at: the time is out of range; write a date of the years 1971 to " \
    "9998"


@pytest.mark.parametrize("at", FAR)
def test_a_time_far_away(office, command, at):
    trunkwise.Store(office / "store.db", create=True).close()
    result = command("call", "preview", office / "store.db", "+78432000001",
                     "--at", at, check=2)
    assert SAID in result.err


def test_hours_that_are_in_the_next_year_elsewhere(put, office, command):
    """Three hours later it is the year 10000 in Moscow."""
    text = (office / "deployment.toml").read_text()
    put(text)
    late = ("--at", "9999-12-31T23:59:59Z")
    for line in (["call", "preview", "store.db", "+78432000001"],
                 ["call", "route", "store.db", "+79161234567"],
                 ["apply", "deployment.toml", "store.db"]):
        result = command(*line, *late, cwd=office)
        assert result.status in (0, 2) and "far too large" not in result.err
        assert result.status == 0 or "--at: " in result.err or \
            "has no plan" in result.err, result.err
