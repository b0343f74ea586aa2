"""How many lines and people a load of calls needs.

The closed forms of teletraffic, in double precision: loss (Erlang B),
waiting (Erlang C), waiting of callers who give up (Erlang A), their inverses,
and service levels from raw counts. ``load`` is in erlang: calls an hour times
their seconds, by 3600. Shares and chances are between 0 and 1, times in
seconds.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import NamedTuple

from . import raw
from .errors import InvalidArgument, NotFound, OutOfRange

#: The five meanings of "service level", by the names that docs/planning.md
#: explains.
FORMULAS = ("of_answered", "of_offered", "abandoned_met", "abandoned_late",
            "without_short")


class Waiting(NamedTuple):
    """What callers meet. ``asa_s`` is the mean time in line over all calls,
    those that did not wait or gave up too."""

    wait_probability: float
    asa_s: float
    service_level: float
    abandonment: float
    in_line: float


class Overflow(NamedTuple):
    """Lines that overflowing calls would occupy, were there no end of
    them."""

    mean: float
    variance: float


class Reservation(NamedTuple):
    """The share lost of one's own calls, and of those that flow over."""

    own: float
    overflow: float


class Interval(NamedTuple):
    """The true mean lies within ``mean`` - ``reach`` and + ``reach``."""

    mean: float
    reach: float


class ServiceCounts(NamedTuple):
    """Raw counts. ``lost`` never stood in line (busy, closed);
    ``abandoned_short`` gave up before a threshold of yours."""

    answered: int
    answered_in_time: int
    abandoned: int = 0
    abandoned_in_time: int = 0
    abandoned_short: int = 0
    lost: int = 0


def _whole(field: str, value: int, bits: int = 32) -> int:
    if not isinstance(value, int):
        raise InvalidArgument(f"is {value!r}; give a whole number",
                              code="TW_EINVAL", field=field)
    if value < 0:
        raise InvalidArgument(f"is {value}; give 0 or more",
                              code="TW_EINVAL", field=field)
    if value >> bits:
        raise OutOfRange(f"{value} is far too large", code="TW_ERANGE",
                         field=field)
    return value


def _waiting(w: raw.tw_waiting) -> Waiting:
    return Waiting(w.wait_probability, w.asa_s, w.service_level,
                   w.abandonment, w.in_line)


def erlang_b(*, load: float, lines: int) -> float:
    """The share of calls that find all lines taken, and go away.

    >>> round(erlang_b(load=8, lines=10), 6)
    0.121661
    """
    return raw.tw_erlang_b(load, _whole("lines", lines))


def erlang_b_lines(*, load: float, loss: float) -> int:
    """The fewest lines that lose no more than ``loss``.

    >>> erlang_b_lines(load=8, loss=0.01)
    15
    """
    return raw.tw_erlang_b_lines(load, loss)


def erlang_b_load(*, lines: int, loss: float) -> float:
    """The load at which ``lines`` lose the share ``loss``.

    >>> round(erlang_b_load(lines=15, loss=0.01), 3)
    8.108
    """
    return raw.tw_erlang_b_load(_whole("lines", lines), loss)


def engset(*, sources: int, load: float, lines: int) -> float:
    """The share of calls lost when so few call; ``load`` is what one of them
    offers while he is not calling."""
    return raw.tw_engset(_whole("sources", sources), load,
                         _whole("lines", lines))


def overflow(*, load: float, lines: int) -> Overflow:
    """What ``lines`` do not take (Kosten)."""
    return Overflow(*raw.tw_overflow(load, _whole("lines", lines)))


def reservation(*, own_load: float, overflow_load: float, lines: int,
                reserve: int) -> Reservation:
    """Lines that take foreign calls only while more than ``reserve`` are
    free."""
    return Reservation(*raw.tw_reservation(
        own_load, overflow_load, _whole("lines", lines),
        _whole("reserve", reserve)))


def erlang_c(*, load: float, servers: int, hold_s: float = 180,
             within_s: float = 20) -> Waiting:
    """Everybody waits as long as it takes.

    >>> round(erlang_c(load=10, servers=14, hold_s=240).service_level, 4)
    0.8752
    """
    return _waiting(raw.erlang_c(load, _whole("servers", servers), hold_s,
                                 within_s))


def erlang_c_servers(*, load: float, service_level: float,
                     hold_s: float = 180, within_s: float = 20) -> int:
    """The fewest servers for a service level.

    >>> erlang_c_servers(load=10, service_level=0.8, hold_s=240)
    14
    """
    return raw.erlang_c_servers(load, service_level, hold_s, within_s)


def erlang_a(*, load: float, servers: int, patience_s: float,
             hold_s: float = 180, within_s: float = 20) -> Waiting:
    """Who waits gives up after an exponential time of mean
    ``patience_s``."""
    return _waiting(raw.erlang_a(load, _whole("servers", servers),
                                 patience_s, hold_s, within_s))


def erlang_a_servers(*, load: float, patience_s: float,
                     service_level: float | None = None,
                     abandonment: float | None = None, hold_s: float = 180,
                     within_s: float = 20) -> int:
    """The fewest servers for a service level, or of whose callers no more
    than ``abandonment`` give up, or both."""
    goals = {"service_level": service_level, "abandonment": abandonment}
    for field, goal in goals.items():
        if goal == 0:
            raise InvalidArgument("0 is no goal; leave it out or give one "
                                  "between 0 and 1", code="TW_EINVAL",
                                  field=field)
    return raw.erlang_a_servers(load, service_level or 0, abandonment or 0,
                                patience_s, hold_s, within_s)


def service_level(counts: ServiceCounts, formula: str) -> float:
    """One of :data:`FORMULAS`. Raises NotFound where no call counts.

    >>> day = ServiceCounts(answered=900, answered_in_time=780,
    ...                     abandoned=100, abandoned_in_time=60)
    >>> service_level(day, "of_offered")
    0.78
    """
    if formula not in FORMULAS:
        raise InvalidArgument(f"no formula {formula!r}; one of "
                              + ", ".join(FORMULAS), code="TW_EINVAL",
                              field="formula")
    return raw.service_level(
        FORMULAS.index(formula) + 1,
        *(_whole(field, value, 64)
          for field, value in zip(counts._fields, counts)))


def service_levels(counts: ServiceCounts) -> dict[str, float | None]:
    """All five by name; None where no call counts."""
    levels: dict[str, float | None] = {}
    for formula in FORMULAS:
        try:
            levels[formula] = service_level(counts, formula)
        except NotFound:
            levels[formula] = None
    return levels


def mean_interval(values: Iterable[float], *,
                  confidence: float = 0.95) -> Interval:
    """The mean of several runs, and how far the truth may lie from it
    (Student's t).

    >>> mean_interval([5, 5, 5])
    Interval(mean=5.0, reach=0.0)
    """
    return Interval(*raw.mean_interval(array("d", values), confidence))
