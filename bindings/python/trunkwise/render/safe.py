"""Text that a spreadsheet must not run as a formula (CWE-1236)."""

from __future__ import annotations

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n",
           "\uff1d", "\uff0b", "\uff0d", "\uff20")


def as_text(value: str) -> str:
    """A leading quote keeps a spreadsheet from running a name. One that
    begins with a quote gets a second, so that taking one off again always
    gives the name."""
    return "'" + value if value.startswith(("'", *FORMULA)) else value
