"""Arrow's C structs seen from ctypes: to walk what the library exports and to
make by hand what it imports, without pyarrow."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, Structure, c_char_p, c_int, c_int64, c_void_p


class Schema(Structure):
    pass


class Array(Structure):
    pass


class Stream(Structure):
    pass


FREE_SCHEMA = ctypes.CFUNCTYPE(None, POINTER(Schema))
FREE_ARRAY = ctypes.CFUNCTYPE(None, POINTER(Array))
FREE_STREAM = ctypes.CFUNCTYPE(None, POINTER(Stream))

Schema._fields_ = [
    ("format", c_char_p), ("name", c_char_p), ("metadata", c_void_p),
    ("flags", c_int64), ("n_children", c_int64),
    ("children", POINTER(POINTER(Schema))), ("dictionary", POINTER(Schema)),
    ("release", FREE_SCHEMA), ("private_data", c_void_p)]
Array._fields_ = [
    ("length", c_int64), ("null_count", c_int64), ("offset", c_int64),
    ("n_buffers", c_int64), ("n_children", c_int64),
    ("buffers", POINTER(c_void_p)), ("children", POINTER(POINTER(Array))),
    ("dictionary", POINTER(Array)), ("release", FREE_ARRAY),
    ("private_data", c_void_p)]
Stream._fields_ = [
    ("get_schema", ctypes.CFUNCTYPE(c_int, POINTER(Stream), POINTER(Schema))),
    ("get_next", ctypes.CFUNCTYPE(c_int, POINTER(Stream), POINTER(Array))),
    ("get_last_error", ctypes.CFUNCTYPE(c_void_p, POINTER(Stream))),
    ("release", FREE_STREAM), ("private_data", c_void_p)]

_get = ctypes.pythonapi.PyCapsule_GetPointer
_get.restype, _get.argtypes = c_void_p, [ctypes.py_object, c_char_p]
_new = ctypes.pythonapi.PyCapsule_New
_new.restype, _new.argtypes = ctypes.py_object, [c_void_p, c_char_p, c_void_p]


def inside(capsule, kind):
    """The struct in a capsule; it lives as long as the capsule does."""
    name = {Schema: b"arrow_schema", Array: b"arrow_array",
            Stream: b"arrow_array_stream"}[kind]
    return ctypes.cast(_get(capsule, name), POINTER(kind)).contents


def is_valid(array, row):
    bits = array.buffers[0]
    at = array.offset + row
    return not bits or bool(
        (ctypes.c_uint8 * (at // 8 + 1)).from_address(bits)[at // 8]
        >> at % 8 & 1)


def values(array, kind, count=None):
    """The second buffer as so many values of a ctypes kind."""
    count = array.length if count is None else count
    return list((kind * count).from_address(array.buffers[1]))


def decimals(array):
    """decimal128 as Python integers, None where null."""
    words = values(array, c_int64, 2 * array.length)
    return [(high << 64) + (low & 2 ** 64 - 1) if is_valid(array, row)
            else None for row, (low, high)
            in enumerate(zip(words[::2], words[1::2]))]


def texts(array):
    offsets = values(array, ctypes.c_int32, array.length + 1)
    data = ctypes.string_at(array.buffers[2], offsets[-1])
    return [data[a:b].decode() for a, b in zip(offsets, offsets[1:])]


def metadata(schema):
    """Arrow's own packing of key and value."""
    if not schema.metadata:
        return {}
    place = schema.metadata
    number = ctypes.c_int32.from_address

    def take(at):
        size = number(at).value
        return ctypes.string_at(at + 4, size).decode(), at + 4 + size

    pairs, at = {}, place + 4
    for _ in range(number(place).value):
        key, at = take(at)
        pairs[key], at = take(at)
    return pairs


# A library stays where its callbacks are; so do ours.
_LOADED: list[object] = []


class Made:
    """A column by hand, as a stranger's library would hand it over."""

    def __init__(self, format, buffers, *, length, nulls=0, offset=0,
                 dictionary=False):
        self.released = 0
        _LOADED.append(self)
        self._kept = list(buffers)
        self._pointers = (c_void_p * len(buffers))(
            *[ctypes.cast(b, c_void_p) if b is not None else None
              for b in buffers])
        self._free_array = FREE_ARRAY(self._array_released)
        self._free_schema = FREE_SCHEMA(self._schema_released)
        self._inner = Schema(format=b"u", release=self._free_schema)
        self.schema = Schema(format=format.encode(), name=b"",
                             release=self._free_schema)
        if dictionary:
            self.schema.dictionary = ctypes.pointer(self._inner)
        self.array = Array(length=length, null_count=nulls, offset=offset,
                           n_buffers=len(buffers), buffers=self._pointers,
                           release=self._free_array)

    def _array_released(self, array):
        self.released += 1
        array.contents.release = FREE_ARRAY()

    def _schema_released(self, schema):
        schema.contents.release = FREE_SCHEMA()

    def __arrow_c_array__(self, requested_schema=None):
        return (_new(ctypes.addressof(self.schema), b"arrow_schema", None),
                _new(ctypes.addressof(self.array), b"arrow_array", None))


def made_texts(rows, *, before=0):
    """utf8 with `before` rows that an offset hides; None is a null whose
    place holds rubbish."""
    rows = ["hidden"] * before + rows
    pieces = [b"\xff?" if row is None else row.encode() for row in rows]
    offsets = (ctypes.c_int32 * (len(rows) + 1))()
    for i, piece in enumerate(pieces):
        offsets[i + 1] = offsets[i] + len(piece)
    return Made("u", [_bits(rows), offsets,
                      ctypes.create_string_buffer(b"".join(pieces))],
                length=len(rows) - before, nulls=rows.count(None),
                offset=before)


def made_large(rows):
    """large_utf8: offsets of 64 bits."""
    pieces = [(row or "").encode() for row in rows]
    offsets = (c_int64 * (len(rows) + 1))()
    for i, piece in enumerate(pieces):
        offsets[i + 1] = offsets[i] + len(piece)
    return Made("U", [_bits(rows), offsets,
                      ctypes.create_string_buffer(b"".join(pieces))],
                length=len(rows), nulls=rows.count(None))


def made_views(rows, *, buffer=0):
    """utf8 views: short texts stand in the view, long ones elsewhere."""
    views, long = bytearray(), bytearray()
    for row in rows:
        piece = (row or "").encode()
        views += len(piece).to_bytes(4, "little")
        if len(piece) <= 12:
            views += piece.ljust(12, b"\0")
        else:
            views += piece[:4] + buffer.to_bytes(4, "little")
            views += len(long).to_bytes(4, "little")
            long += piece
    make = ctypes.create_string_buffer
    return Made("vu", [_bits(rows), make(bytes(views)), make(bytes(long)),
                       (c_int64 * 1)(len(long))],
                length=len(rows), nulls=rows.count(None))


class MadeStream:
    """Chunks one after another, and a failure at the end when told so."""

    def __init__(self, chunks, *, format="u", fails=False):
        self.chunks, self.left, self.fails = chunks, list(chunks), fails
        self.released = 0
        _LOADED.append(self)
        self._why = ctypes.create_string_buffer(b"the disk is gone")
        self._schema = Made(format, [], length=0).schema
        fields = dict(Stream._fields_)
        self._callbacks = (
            fields["get_schema"](self._get_schema),
            fields["get_next"](self._get_next),
            fields["get_last_error"](self._get_error),
            FREE_STREAM(self._free), FREE_SCHEMA(self._free_schema))
        self._schema.release = self._callbacks[4]
        self.stream = Stream(*self._callbacks[:4])

    def _get_schema(self, stream, out):
        out[0] = self._schema
        return 0

    def _get_next(self, stream, out):
        if self.left:
            out[0] = self.left.pop(0).array
        elif self.fails:
            return 5
        else:
            out[0] = Array()
        return 0

    def _get_error(self, stream):
        return ctypes.addressof(self._why)

    def _free_schema(self, schema):
        schema.contents.release = FREE_SCHEMA()

    def _free(self, stream):
        self.released += 1
        stream.contents.release = FREE_STREAM()

    def __arrow_c_stream__(self, requested_schema=None):
        return _new(ctypes.addressof(self.stream), b"arrow_array_stream",
                    None)


def made_int64(rows, *, format="l", before=0):
    rows = [7] * before + rows
    data = (c_int64 * len(rows))(*[77 if r is None else r for r in rows])
    return Made(format, [_bits(rows), data], length=len(rows) - before,
                nulls=-1 if None in rows else 0, offset=before)


def _bits(rows):
    if None not in rows:
        return None
    bits = (ctypes.c_uint8 * (len(rows) // 8 + 1))()
    for i, row in enumerate(rows):
        if row is not None:
            bits[i // 8] |= 1 << i % 8
    return bits
