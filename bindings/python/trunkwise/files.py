"""Bytes of files that people name: read whole within a bound or piece by
piece, written whole or not at all. Every failure carries the name of the
file."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import tempfile
from typing import BinaryIO, Iterable, Iterator

from .errors import (Conflict, IOFailure, OutOfRange, ParseError,
                     Unsupported)

LIMIT = 1 << 30


def _failed(path: str | os.PathLike, error: OSError) -> IOFailure:
    return IOFailure(f"{os.fspath(path)}: {error.strerror or error}",
                     code="TW_EIO")


@contextlib.contextmanager
def named(path: str | os.PathLike) -> Iterator[None]:
    """What is wrong with the bytes of a file is said with its name."""
    try:
        yield
    except (ParseError, OutOfRange, Conflict, Unsupported) as error:
        error.file = error.file or os.fspath(path)
        raise


def read(path: str | os.PathLike, limit: int = LIMIT) -> bytes:
    """All bytes of a file or pipe; one that never ends is refused."""
    try:
        with open(path, "rb", buffering=0) as file:
            data = _all_of(file, limit)
    except OSError as error:
        raise _failed(path, error) from None
    if len(data) > limit:
        raise OutOfRange(f"{os.fspath(path)}: is larger than "
                         f"{limit >> 20} MiB; split it", code="TW_ERANGE")
    return data


def _all_of(file: io.FileIO, limit: int) -> bytes:
    """More than ``limit`` bytes where there are more. A plain file goes into
    one piece of memory of its size, so that none is needed twice. It is not
    mapped: who shortened it meanwhile would end this program."""
    about = os.fstat(file.fileno())
    if stat.S_ISREG(about.st_mode) and about.st_size <= limit:
        return file.readall()
    parts, size = [], 0
    while size <= limit and (part := file.read(1 << 20)):
        size += len(part)
        parts.append(part)
    return b"".join(parts)


@contextlib.contextmanager
def stream(path: str | os.PathLike, beside: str | os.PathLike
           ) -> Iterator[BinaryIO]:
    """A file that can be read from any place, however long it is: itself, or
    of a pipe or "-" a :func:`copy` of all that came."""
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(
                open(0, "rb", buffering=0, closefd=False)
                if os.fspath(path) == "-" else open(path, "rb", buffering=0))
            if not is_on_disk(file):
                file = stack.enter_context(copy(
                    iter(lambda: file.read(1 << 20), b""), beside))
        except IOFailure:
            raise
        except OSError as error:
            raise _failed(path, error) from None
        yield file


def is_on_disk(file: object) -> bool:
    """Whether what is read of a file is what the disk has, at any place: not
    of a pipe, nor of one that is unpacked on the way."""
    raw = getattr(file, "raw", file)
    return isinstance(raw, io.FileIO) and \
        stat.S_ISREG(os.fstat(raw.fileno()).st_mode)


def _write(file: io.FileIO, view: memoryview, directory: str) -> int:
    try:
        return file.write(view)
    except OSError as error:
        raise IOFailure(
            f"{directory}: {error.strerror or error}; the copy of a pipe "
            "needs room there for all of it: free some, or import a file",
            code="TW_EIO") from None


def copy(pieces: Iterable[bytes], beside: str | os.PathLike) -> BinaryIO:
    """A file without a name in the directory of ``beside``, where there is
    room for as much; it is gone once it is closed, or the program is."""
    directory = os.path.dirname(os.path.abspath(beside))
    if not os.path.isdir(directory):
        directory = tempfile.gettempdir()
    file = tempfile.TemporaryFile(buffering=0, dir=directory)
    try:
        for piece in pieces:
            view = memoryview(piece).cast("B")
            while view:
                view = view[_write(file, view, directory):]
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def _is_plain(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except FileNotFoundError:
        return True


def _replace(path: str, data: bytes) -> None:
    """A full disk leaves the old file, never half of a new one."""
    handle, new = tempfile.mkstemp(dir=os.path.dirname(path) or ".",
                                   prefix=".trunkwise-")
    try:
        with open(handle, "wb") as file:
            file.write(data)
        try:
            mode = stat.S_IMODE(os.stat(path).st_mode)
        except FileNotFoundError:
            mask = os.umask(0)
            os.umask(mask)
            mode = 0o666 & ~mask
        os.chmod(new, mode)
        os.replace(new, path)
    except BaseException:
        os.unlink(new)
        raise


def write(path: str | os.PathLike, data: bytes) -> None:
    """Puts data where path says; devices and pipes are written directly."""
    try:
        target = os.path.realpath(path)
        if _is_plain(target):
            _replace(target, data)
        else:
            with open(path, "wb") as file:
                file.write(data)
    except OSError as error:
        raise _failed(path, error) from None
