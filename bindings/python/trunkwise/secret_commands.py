"""``trunkwise secret key``, ``set``, ``list``, ``rotate`` and ``remove``. No
rule of the library lives here, and no secret is ever an argument or shown."""

from __future__ import annotations

import argparse
import getpass
import os
import secrets
import sys
from pathlib import Path

from . import passwords
from .commands import actor, company_zone, print_json
from .errors import Error, InvalidArgument, ParseError
from .sealed import KEY_SIZE, parse_key
from .store import Store
from .values import local
from .words import plain, say


def key_of(text: str, field: str, *, lang: str = "en") -> bytes:
    """``FILE``, ``env:NAME`` or ``credential:NAME``."""
    if text.startswith("env:"):
        data = passwords.from_environment(text[4:], field)
    elif text.startswith("credential:"):
        data = passwords.from_credential(text[11:], field)
    else:
        data = passwords.read(Path(text), field, True,
                              "a key (32 bytes in hexadecimal, made by "
                              "`trunkwise secret key`)", lang=lang)
    try:
        return parse_key(data)
    except Error as error:
        raise ParseError(error.message, code="TW_EPARSE", field=field) \
            from None


def key_argument(parser: argparse.ArgumentParser, name: str = "--key",
                 required: bool = True) -> None:
    parser.add_argument(name, required=required, metavar="KEY",
                        help="FILE, env:NAME or credential:NAME")


def key_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE")


def set_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("store", metavar="STORE")
    parser.add_argument("--trunk", required=True, metavar="NAME")
    key_argument(parser)
    parser.add_argument("--password-file", metavar="FILE",
                        help="default: the one line of standard input")
    parser.add_argument("--who", metavar="NAME",
                        help="written beside it; default the user of this "
                             "system")


def rotate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("store", metavar="STORE")
    key_argument(parser)
    key_argument(parser, "--new-key")
    parser.add_argument("--who", metavar="NAME",
                        help="written beside it; default the user of this "
                             "system")


def remove_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("store", metavar="STORE")
    parser.add_argument("--trunk", required=True, metavar="NAME")


def secret_key(arguments: argparse.Namespace) -> int:
    try:
        fd = os.open(arguments.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL
                     | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise InvalidArgument(
            f"{arguments.file} is there already; a key is never "
            "overwritten", code="TW_EEXIST", field="FILE") from None
    except OSError as error:
        raise InvalidArgument(f"cannot make {arguments.file}: "
                              f"{error.strerror}", code="TW_EIO",
                              field="FILE") from None
    with open(fd, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_SIZE) + "\n")
        file.flush()
        os.fsync(file.fileno())
    if arguments.json:
        print_json({"file": arguments.file})
    else:
        print(say(arguments.lang, "secret_key_made", file=arguments.file))
    return 0


def _password(arguments: argparse.Namespace) -> bytes:
    if arguments.password_file:
        return passwords.read(Path(arguments.password_file),
                              "--password-file", True,
                              lang=arguments.lang)
    if sys.stdin.isatty():
        secret = getpass.getpass(
            say(arguments.lang, "secret_ask", trunk=arguments.trunk)).encode()
    else:
        # all of it: a second line is told, not left out
        text = sys.stdin.buffer.read(passwords.MAX + 3)
        secret = passwords.line_of(text, "standard input", "--password-file") \
            if text.strip(b"\r\n") else b""
    if not secret:
        raise InvalidArgument("no password came by standard input",
                              code="TW_EINVAL", field="--password-file")
    return secret


def secret_set(arguments: argparse.Namespace) -> int:
    key = key_of(arguments.key, "--key", lang=arguments.lang)
    with Store(arguments.store, actor=actor(arguments)) as store:
        store.set_secret(arguments.trunk, _password(arguments), key=key)
    if arguments.json:
        print_json({"trunk": arguments.trunk, "sealed": True})
    else:
        print(say(arguments.lang, "secret_sealed", trunk=arguments.trunk))
    return 0


def secret_list(arguments: argparse.Namespace) -> int:
    with Store(arguments.store, readonly=True) as store:
        zone = company_zone(store)
        rows = [{"trunk": r.key, "key": r.kind,
                 "at": local(r.at, zone).isoformat(timespec="seconds"),
                 "who": r.detail} for r in store.secrets()]
    if arguments.json:
        print_json({"secrets": rows})
        return 0
    for row in rows:
        print(plain("{trunk:<24} {key}  {at}  {who}".format(**row).rstrip()))
    if not rows:
        print(say(arguments.lang, "secrets_none"))
    return 0


def secret_rotate(arguments: argparse.Namespace) -> int:
    old = key_of(arguments.key, "--key", lang=arguments.lang)
    new = key_of(arguments.new_key, "--new-key", lang=arguments.lang)
    with Store(arguments.store, actor=actor(arguments)) as store:
        count = store.rotate_secrets(old_key=old, new_key=new)
    if arguments.json:
        print_json({"rotated": count})
    else:
        print(say(arguments.lang, "secrets_rotated", count=count))
    return 0


def secret_remove(arguments: argparse.Namespace) -> int:
    with Store(arguments.store) as store:
        store.remove_secret(arguments.trunk)
    if arguments.json:
        print_json({"trunk": arguments.trunk, "sealed": False})
    else:
        print(say(arguments.lang, "secret_removed", trunk=arguments.trunk))
    return 0
