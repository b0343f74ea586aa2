"""Text that a spreadsheet must not run as a formula (CWE-1236)."""

from __future__ import annotations

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n",
           "\uff1d", "\uff0b", "\uff0d", "\uff20")

# What is not seen before a formula, and what importers drop or trim:
# src/accounts/match_import.c knows the same.
_UNSEEN = "".join(map(chr, (
    *range(0x21), *range(0x7f, 0xa1), 0xad, 0x61c, 0x180e,
    *range(0x2000, 0x2010), *range(0x2028, 0x2030), *range(0x205f, 0x2070),
    0x3000, 0xfeff)))


def as_text(value: str) -> str:
    """A leading quote keeps a spreadsheet from running a name. One that
    begins with a quote gets a second, so that taking one off again always
    gives the name."""
    runs = value.startswith(("'", *FORMULA)) or \
        value.lstrip(_UNSEEN).startswith(FORMULA)
    return "'" + value if runs else value
