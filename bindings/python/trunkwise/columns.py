"""Many calls in one call: columns in, columns out, nothing copied between.

Columns come in over the buffer protocol or Arrow, and charges go out the same
two ways; the GIL is released while they are rated.
"""

from __future__ import annotations

from array import array
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import (TYPE_CHECKING, Any, Iterable, Mapping, Protocol,
                    Sequence, Union)

from . import raw
from .errors import InvalidArgument
from .values import DIRECTIONS, RELATIONS, Money, decimal

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer
else:
    ReadableBuffer = Any


class ArrowArray(Protocol):
    """An Arrow array of pyarrow, nanoarrow, arro3."""

    def __arrow_c_array__(self, requested_schema: object | None = None
                          ) -> tuple[object, object]: ...


class ArrowChunks(Protocol):
    """A column in chunks: of a pyarrow table, a polars or pandas Series."""

    def __arrow_c_stream__(self, requested_schema: object | None = None
                           ) -> object: ...


#: Numbers: of one width (numpy's ``S``), as ``(offsets, bytes)``, as an Arrow
#: column of texts, or as a list, where None is a hidden caller.
Texts = Union[ReadableBuffer, tuple[ReadableBuffer, ReadableBuffer],
              ArrowArray, ArrowChunks, Sequence[Union[str, None]]]
#: Microseconds: ``array("q")``, int64 of numpy, an Arrow column.
Microseconds = Union[ReadableBuffer, ArrowArray, ArrowChunks]
#: A name for each row, or its code as a byte.
Names = Union[ReadableBuffer, Sequence[Union[str, None]]]

#: What stands in a row that has no charge: it adds up to nothing sensible.
NO_CHARGE = -2 ** 63


def _is_plain(values: object) -> bool:
    """Plain Python texts: the convenient way, and the slow one. A pair of
    buffers is a column too."""
    if isinstance(values, tuple) and len(values) == 2:
        return any(isinstance(value, (str, type(None))) for value in values)
    return isinstance(values, (list, tuple))


def _packed(name: str, texts: Iterable[str | None]
            ) -> tuple[array[int], bytes]:
    """Texts end to end, and where each begins and ends."""
    offsets, pieces, used = array("i", [0]), [], 0
    for row, text in enumerate(texts):
        if not isinstance(text, (str, type(None))):
            raise InvalidArgument(
                f"row {row} is a {type(text).__name__}; write numbers as "
                "str, which alone keep their leading zeros",
                code="TW_EINVAL", field=name)
        piece = text.encode() if text else b""
        used += len(piece)
        pieces.append(piece)
        offsets.append(used)
    return offsets, b"".join(pieces)


def _take_arrow(calls: raw.call_columns, name: str, values: Any,
                wanted: object | None) -> bool:
    """Whether it was an Arrow column, in one piece or in chunks."""
    if hasattr(values, "__arrow_c_array__"):
        raw.call_columns_arrow(calls, name, *values.__arrow_c_array__(wanted))
    elif hasattr(values, "__arrow_c_stream__"):
        raw.call_columns_stream(calls, name,
                                values.__arrow_c_stream__(wanted))
    else:
        return False
    return True


def _take_texts(calls: raw.call_columns, name: str, values: Any) -> None:
    if _take_arrow(calls, name, values, raw.arrow_text_schema()):
        return
    if _is_plain(values):
        offsets, data = _packed(name, values)
        raw.call_columns_texts(calls, name, data, offsets)
    elif isinstance(values, tuple) and len(values) == 2:
        raw.call_columns_texts(calls, name, values[1], values[0])
    else:
        raw.call_columns_texts(calls, name, values, None)


def _take_int64(calls: raw.call_columns, name: str, values: Any) -> None:
    # No type is wished for: a cast would take other units for microseconds.
    if not _take_arrow(calls, name, values, None):
        raw.call_columns_int64(calls, name, values)


def _take_names(calls: raw.call_columns, name: str, values: Any,
                codes: Mapping[str | None, int]) -> None:
    if _is_plain(values):
        for row, value in enumerate(values):
            if value not in codes:
                raise InvalidArgument(
                    f"row {row} says {value!r}; there are "
                    f"{', '.join(k for k in codes if k)}", code="TW_EINVAL",
                    field=name)
        values = bytes(codes[value] for value in values)
    raw.call_columns_uint8(calls, name, values)


class ChargeColumns:
    """What a batch of calls costs, a row for each call.

    Columns are read-only memoryviews; numpy takes them by ``numpy.asarray``
    without a copy. Rows whose status is not 0 hold ``NO_CHARGE`` everywhere
    else. pyarrow, polars and DuckDB take the whole as a record batch with
    Decimals and nulls.
    """

    def __init__(self, handle: raw.charge_columns, priced: int):
        self.handle = handle
        #: Of all amounts.
        self.currency: str = raw.charge_columns_currency(handle)
        #: How many rows have a price.
        self.priced = priced
        #: Nano-units: 10 ** 9 of them are one unit of the currency.
        self.costs: memoryview[int] = raw.charge_columns_view(handle, 0)
        self.nets: memoryview[int] = raw.charge_columns_view(handle, 1)
        self.vats: memoryview[int] = raw.charge_columns_view(handle, 2)
        self.charged_s: memoryview[int] = raw.charge_columns_view(handle, 3)
        #: Of ``Deck.row()``; -1 for internal calls, which have none.
        self.rate_indexes: memoryview[int] = raw.charge_columns_view(handle,
                                                                     4)
        #: TW_ codes: 0 is a price, the names are in ``counts``.
        self.statuses: memoryview[int] = raw.charge_columns_view(handle, 5)

    def __len__(self) -> int:
        return len(self.statuses)

    @property
    def counts(self) -> dict[str, int]:
        """Rows by status name; every row is in exactly one."""
        return {raw.tw_status_name(status): rows for status, rows
                in sorted(Counter(self.statuses).items(), reverse=True)}

    @property
    def total(self) -> Money:
        """The costs of the rows that have one."""
        nanos = sum(self.costs) - (len(self) - self.priced) * NO_CHARGE
        return Money(decimal(nanos), self.currency)

    def cost(self, row: int) -> Decimal | None:
        """One cost as a Decimal; None where there is no price."""
        nanos = self.costs[row]
        return None if nanos == NO_CHARGE else decimal(nanos)

    def __arrow_c_schema__(self) -> object:
        return raw.charge_columns_arrow_schema(self.handle)

    def __arrow_c_array__(self, requested_schema: object | None = None
                          ) -> tuple[object, object]:
        return raw.charge_columns_arrow_array(self.handle)

    def __arrow_c_stream__(self, requested_schema: object | None = None
                           ) -> object:
        return raw.charge_columns_arrow_stream(self.handle)


def _slices(count: int, threads: int) -> list[tuple[int, int]]:
    edges = [count * i // threads for i in range(threads + 1)]
    return list(zip(edges, edges[1:]))


def rate_columns(deck: raw.tw_deck, calls: raw.call_columns,
                 threads: int) -> ChargeColumns:
    """Each thread rates a slice of its own, into the same columns."""
    count = raw.call_columns_count(calls)
    charges = raw.charge_columns_new(count, deck)

    def part(edges: tuple[int, int]) -> int:
        return raw.charge_columns_rate(charges, deck, calls, *edges)

    if threads == 1:
        return ChargeColumns(charges, part((0, count)))
    with ThreadPoolExecutor(threads) as pool:
        priced = sum(pool.map(part, _slices(count, threads)))
    return ChargeColumns(charges, priced)


def call_columns(direction: str, numbers: Texts, answers: Microseconds,
                 durations_us: Microseconds,
                 **others: Texts | Names | None) -> raw.call_columns:
    """The columns as the library reads them, borrowed."""
    calls = raw.call_columns_new(DIRECTIONS[direction])
    _take_texts(calls, "numbers", numbers)
    _take_int64(calls, "answers", answers)
    _take_int64(calls, "durations_us", durations_us)
    if others["callers"] is not None:
        _take_texts(calls, "callers", others["callers"])
    if others["directions"] is not None:
        _take_names(calls, "directions", others["directions"], DIRECTIONS)
    if others["relations"] is not None:
        _take_names(calls, "relations", others["relations"], RELATIONS)
    return calls
