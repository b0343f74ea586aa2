"""Takes the registrations of a check back, also where a signal ends it.

It decides what may stand at a registrar and how long its word is waited for.
What that means for a verdict is ``trunk_check``'s.
"""

from __future__ import annotations

import contextlib
import signal
import time
from typing import TYPE_CHECKING, Callable, Iterator, Mapping, NoReturn

if TYPE_CHECKING:
    from .trunks import Trunk, Trunks, TrunkStatus

_LATE_S = 1.0             # for who never said a word


def _is_silent(flow: "TrunkStatus") -> bool:
    """Nothing was ever heard, and no binding is known."""
    return flow.expires_in is None and not flow.code


def _may_stand(flow: "TrunkStatus") -> bool:
    """Its registrar has a binding, or a REGISTER that may yet make one."""
    return flow.expires_in is not None or (
        flow.state == "registering" and flow.requests > 0)


def _is_over(flow: "TrunkStatus") -> bool:
    return flow.state in ("idle", "disabled")


def _has_left(flow: "TrunkStatus") -> bool:
    return flow.state == "disabled" or not (_is_over(flow)
                                            or _is_silent(flow))


def take_back(trunks: "Trunks", started: Mapping[str, "Trunk"],
              patience: Callable[[int], float]) -> set[str]:
    """Un-registers whatever may have registered; which stay behind. A
    registrar that never said a word is waited for a moment only: its answer
    may be late, and then there is something to take back. Each flow is
    looked at, for the trunk's events tell of the one that calls go by."""
    asked = {name: trunk for name, trunk in started.items()
             if any(map(_may_stand, trunk.flows))}
    for trunk in asked.values():
        trunk.stop()
    waiting = set(asked)
    begun = time.monotonic()
    end = begun + patience(len(waiting))
    while waiting and (now := time.monotonic()) < end:
        late = now > begun + _LATE_S
        waiting = {name for name in waiting if not all(
            _is_over(flow) or late and _is_silent(flow)
            for flow in asked[name].flows)}
        for _ in trunks.events(0.02 if waiting else 0):
            pass
    return {name for name, trunk in asked.items()
            if any(map(_has_left, trunk.flows))}


@contextlib.contextmanager
def ended_as_by_ctrl_c() -> Iterator[None]:
    """SIGTERM is how service managers and `timeout` say it."""
    def end(number: int, frame: object) -> NoReturn:
        raise KeyboardInterrupt(number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
