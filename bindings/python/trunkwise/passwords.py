"""Where passwords and keys come from: a file that nobody else may read, an
environment variable, a systemd credential. The library takes bytes; what
names them is resolved here, and never shown."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Any

from .errors import ParseError
from .words import plain, say

MAX = 1024
PEM_MAX = 1024 * 1024


def line_of(secret: bytes, name: str, field: str) -> bytes:
    """Without its line end; what editors hide in a file is no password."""
    if secret.startswith(b"\xef\xbb\xbf"):
        raise ParseError(f"{name} begins with a byte order mark, which would "
                         "be a part of the password; save it without",
                         field=field)
    if b"\0" in secret:
        raise ParseError(f"{name} holds a NUL byte; save the password as "
                         "text", field=field)
    # one line end goes: editors add it, carriers do not know it
    secret = secret.removesuffix(b"\n").removesuffix(b"\r")
    if not secret:
        raise ParseError(f"{name} is empty; put the password into it",
                         field=field)
    if b"\n" in secret or b"\r" in secret:
        raise ParseError(f"{name} holds a line break; keep the password "
                         "alone on one line", field=field)
    return secret


def _warn(mode: int, name: str, field: str, word: str, lang: str) -> None:
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        print(plain(f"trunkwise: {field}: " + say(
            lang, word, name=name, mode=f"{mode & 0o777:03o}")),
            file=sys.stderr)


def read(path: Path, field: str, own: bool, what: str = "the password", *,
         lang: str = "en") -> bytes:
    """The one line of a file. With ``own`` a warning where others can read
    it too."""
    name = path.name
    try:
        # O_NONBLOCK: not to be held up by a FIFO in place of the file
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise ParseError(f"cannot read {path}: {error.strerror}; put {what} "
                         "into it", field=field) from None
    try:
        mode = os.fstat(fd).st_mode
        if not stat.S_ISREG(mode):
            raise ParseError(f"{name} is not a regular file", field=field)
        secret = os.read(fd, MAX + 1)
    finally:
        os.close(fd)
    if own:
        _warn(mode, name, field, "secret_open_refused", lang)
    if len(secret) > MAX:
        raise ParseError(f"{name} is longer than {MAX} bytes; put "
                         "the password alone into it", field=field)
    return line_of(secret, name, field)


def from_environment(name: str, field: str) -> bytes:
    value = os.environb.get(os.fsencode(name))
    if not value:
        raise ParseError(f"environment variable {name} is not set",
                         field=field)
    return value


def credential(name: str, field: str) -> Path:
    """Where systemd put it."""
    home = os.environ.get("CREDENTIALS_DIRECTORY")
    if not home:
        raise ParseError("CREDENTIALS_DIRECTORY is not set; systemd sets "
                         "it for units with LoadCredential=", field=field)
    if "/" in name or name == "..":
        raise ParseError(f"{name} leaves its directory; write a plain "
                         "file name instead", field=field)
    return Path(home) / name


def from_credential(name: str, field: str) -> bytes:
    # systemd sets the modes of credentials itself
    return read(credential(name, field), field, False)


def _from(row: dict[str, Any], keys: tuple[str, str, str], place: str,
          folder: Path, lang: str) -> bytes:
    for key, field in ((k, f"{place}.{k}") for k in keys if row.get(k)):
        name = row[key]
        if key == keys[1]:
            return from_environment(name, field)
        if key == keys[2]:
            return from_credential(name, field)
        if ".." in Path(name).parts:
            raise ParseError(f"{name} leaves its directory; write a plain "
                             "file name instead", field=field)
        return read(folder / name, field, True, lang=lang)
    return b""


def of_trunk(row: dict[str, Any], place: str, folder: Path, *,
             lang: str = "en") -> bytes:
    """The password by whichever reference the trunk has; b"" for none."""
    return _from(row, ("password_file", "password_env", "credential"), place,
                 folder, lang)


def ha1_of_trunk(row: dict[str, Any], place: str, folder: Path, *,
                 lang: str = "en") -> str | None:
    """The hash of a password, where the carrier gave that."""
    value = _from(row, ("ha1_file", "ha1_env", "ha1_credential"), place,
                  folder, lang)
    return value.decode("latin-1") if value else None


def key_of_trunk(row: dict[str, Any], place: str, folder: Path, *,
                 lang: str = "en") -> bytes:
    """The key of our certificate by whichever reference the trunk has; b""
    for none."""
    if row.get("key_env"):
        return from_environment(row["key_env"], f"{place}.key_env")
    if row.get("key_credential"):
        return _pem(credential(row["key_credential"],
                               f"{place}.key_credential"),
                    f"{place}.key_credential", False, lang)
    return pem(row, "key_file", place, folder, lang=lang) \
        if row.get("key_file") else b""


def pem(row: dict[str, Any], key: str, place: str, folder: Path, *,
        lang: str = "en") -> bytes:
    """What the file that `key` names holds: certificates, or a key that is
    warned of where others can read it."""
    name = row[key]
    field = f"{place}.{key}"
    if ".." in Path(name).parts:
        raise ParseError(f"{name} leaves its directory; write a plain file "
                         "name instead", field=field)
    return _pem(folder / name, field, key == "key_file", lang)


def _pem(path: Path, field: str, own: bool, lang: str) -> bytes:
    name = path.name
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise ParseError(f"cannot read {path}: {error.strerror}",
                         field=field) from None
    # open() would refuse a directory by the number of its descriptor
    mode = os.fstat(fd).st_mode
    if not stat.S_ISREG(mode):
        os.close(fd)
        raise ParseError(f"{path} is not a regular file", field=field)
    with open(fd, "rb") as f:
        text = f.read(PEM_MAX + 1)
    if own:
        _warn(mode, name, field, "secret_open", lang)
    if len(text) > PEM_MAX:
        raise ParseError(f"{name} is longer than {PEM_MAX} bytes; a few "
                         "certificates of the carrier are enough",
                         field=field)
    if not text:
        raise ParseError(f"{name} is empty", field=field)
    return text
