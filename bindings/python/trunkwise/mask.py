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

    def spoken(self, text: str) -> str:
        """The same in the words of ``call explain``."""
        return _SPOKEN.sub(lambda m: self.number(m[0]), text)
