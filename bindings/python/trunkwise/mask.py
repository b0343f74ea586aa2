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


# in what somebody typed: a time, an address, or a number with blanks, dashes
# and brackets. Times are nobody's.
_QUOTED = re.compile(
    r"(?P<time>\b(?:(?:19|20)\d\d-[01]\d-[0-3]\d|[0-3]\d\.[01]\d\.(?:19|20)"
    r"\d\d)(?:[T ][0-2]\d:[0-5]\d(?::[0-6]\d(?:[.,]\d+)?)?"
    r"(?:Z|[+-]\d\d:?\d\d)?)?)(?![\d-])"
    r"|[^\s\"'<>«»]+@[^\s\"'<>«»]+|\+?\d(?:[\s().-]*\d){6,}")
# what callers who hide are called
_NOBODY = frozenset(("anonymous", "unknown", "private", "restricted",
                     "unavailable", "withheld"))


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

    def person(self, text: str) -> str:
        """Where only a caller or callee can stand: of names and addresses
        nothing is left."""
        if not text or text.isdigit() or text.lower() in _NOBODY:
            return self.number(text)
        return mask(text)

    def quoted(self, text: str) -> str:
        """The same of whatever looks like a number, however it is
        spelled, or like an address; times stay."""
        return _QUOTED.sub(
            lambda m: m[0] if m["time"] else
            mask(m[0] if "@" in m[0] else re.sub(r"\D", "", m[0])), text)

    def spoken(self, text: str) -> str:
        """The same in the words of ``call explain``."""
        return _SPOKEN.sub(lambda m: self.number(m[0]), text)
