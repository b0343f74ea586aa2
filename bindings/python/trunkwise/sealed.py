"""Passwords of trunks, sealed in the store by a key that is not in it."""

from __future__ import annotations

from . import raw
from .results import Listing, listing_of

KEY_SIZE = 32


def parse_key(data: bytes) -> bytes:
    """The key that a key file's bytes (64 hexadecimal digits) stand for."""
    return raw.secret_key_parse(data)


def put(store: raw.tw_store, trunk: str, secret: bytes, key: bytes) -> None:
    if isinstance(secret, str):
        raise TypeError("a password is bytes; encode it")
    raw.secret_set(store, trunk, secret, key)


def get(store: raw.tw_store, trunk: str, key: bytes) -> bytes:
    return raw.secret_get(store, trunk, key)


def rotate(store: raw.tw_store, old_key: bytes, new_key: bytes) -> int:
    return raw.secret_rotate(store, old_key, new_key)


def secrets(store: raw.tw_store) -> list[Listing]:
    return listing_of(raw.tw_secret_list(store))
