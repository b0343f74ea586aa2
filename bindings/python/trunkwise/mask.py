"""--mask: people's numbers without the digits that say who it is. Our own
numbers stay as they are, and so do extensions and service numbers."""

from __future__ import annotations

import re
from typing import Iterable

from .privacy import mask
from .store import Store

_SERVICE = 6       # digits that a person's number has more of: docs/privacy.md

# where call explain writes the two numbers of a call
_SPOKEN = re.compile(r"(?<= to )\d+|(?<= from )\d+|(?<= на )\d+"
                     r"|(?<= номера )\d+")


# a number in what somebody typed, with blanks, dashes and brackets
_QUOTED = re.compile(r"\+?\d(?:[\s().-]*\d){6,}")
# a date of ours, which is no number though it has as many digits
_DATE = re.compile(r"(19|20)\d\d-[01]\d-[0-3]\d( [0-2]\d)?")


def _masked(found: re.Match[str]) -> str:
    return (found[0] if _DATE.fullmatch(found[0])
            else mask(re.sub(r"\D", "", found[0])))


class Mask:
    """Masks what is not one of our ``own`` numbers."""

    def __init__(self, own: Iterable[str]):
        self._own = frozenset(own)

    @classmethod
    def of(cls, store: Store) -> "Mask":
        """Ours are the numbers of the directory in force."""
        return cls(row.name for row in store.directory().rows("number"))

    def number(self, number: str) -> str:
        person = (len(number) > _SERVICE and number.isascii()
                  and number.isdigit() and number not in self._own)
        return mask(number) if person else number

    def quoted(self, text: str) -> str:
        """The same of whatever looks like a number, however it is
        spelled."""
        return _QUOTED.sub(_masked, text)

    def spoken(self, text: str) -> str:
        """The same in the words of ``call explain``."""
        return _SPOKEN.sub(lambda m: self.number(m[0]), text)
