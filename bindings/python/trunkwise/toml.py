"""TOML as text becomes a tree of values, or a reason why not."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal, InvalidOperation
from typing import Any

from .errors import ParseError

# Beyond every range of ours, and short enough for str(), which refuses
# thousands of digits as int() does, and for written out fractions: 1e99999999
# has a hundred million digits.
FAR = 10 ** 40
_PLACES = 40

_DEEPEST = 16    # a deployment needs six: [[plan.step]] and a list in it
_LONG = re.compile(r"(?<![\w.])[1-9](?:_?[0-9]){40,}(?![\w.])")


def _clamped(value: Any, depth: int = 0) -> Any:
    """Dotted keys nest without end, and tomllib takes them."""
    if depth > _DEEPEST:
        raise RecursionError
    if isinstance(value, dict):
        return {key: _clamped(inner, depth + 1)
                for key, inner in value.items()}
    if isinstance(value, list):
        return [_clamped(inner, depth + 1) for inner in value]
    if isinstance(value, Decimal):
        return _written(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return max(-FAR, min(value, FAR))
    return value


def _written(value: Decimal) -> Decimal:
    """One whose digits can be written out."""
    if not value.is_finite():
        return value
    if not value:
        return Decimal(0)
    if value.adjusted() > _PLACES:
        return Decimal(FAR).copy_sign(value)
    if value.adjusted() < -_PLACES:
        return Decimal(1).scaleb(-_PLACES).copy_sign(value)
    return value


def _fraction(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:    # its exponent is beyond those of Decimal
        return Decimal(FAR)


def _loads(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=_fraction)
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:
        # int() has a bound of its own and knows no keys. Whoever asked for
        # the number does, and finds it out of range.
        return tomllib.loads(_LONG.sub(str(FAR), text),
                             parse_float=_fraction)


def loads(text: str) -> dict[str, Any]:
    """Decimal fractions as ``Decimal``; numbers that are absurdly great as
    ``FAR`` or ``-FAR``, for the reader of their key to refuse."""
    try:
        return _clamped(_loads(text))
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+)", str(error))
        raise ParseError(f"not TOML: {error}", code="TW_EPARSE",
                         line=int(place[1]) if place else 0) from None
    except ValueError:
        raise ParseError("a number has thousands of digits; write a smaller "
                         "one", code="TW_EPARSE") from None
    except RecursionError:
        raise ParseError("lists or tables are nested too deeply; a "
                         "deployment needs three levels",
                         code="TW_EPARSE") from None
