"""Exceptions: one class per kind of failure, each also a built-in one.

``except LookupError`` works for people who never heard of trunkwise.
"""

from __future__ import annotations

from . import raw


class Error(Exception):
    """Any refusal of the library.

    ``code`` is the TW_ status name, ``field`` the key path or column and
    ``line`` the physical line the error is about ("" and 0 when none).
    ``file`` is known where a file was read by its name, ``problems`` are
    all that a deployment's values were refused for, this one first.
    """

    file = ""
    problems: list = []
    usual = ""      # the code where nobody gave one

    def __init__(self, message: str, *, code: str = "", field: str = "",
                 line: int = 0, sip_code: int = 0, store_code: int = 0):
        super().__init__(message)
        self.message = message
        self.code = code or self.usual
        self.field = field
        self.line = line
        self.sip_code = sip_code
        self.store_code = store_code

    def __str__(self) -> str:
        place = f"{self.file}: " if self.file else ""
        if self.line:
            place += f"line {self.line}: "
        if self.field:
            place += f"{self.field}: "
        return place + self.message


class InvalidArgument(Error, ValueError):
    """The call itself was wrong."""

    usual = "TW_EINVAL"


class ParseError(Error, ValueError):
    """Input text or bytes are malformed."""

    usual = "TW_EPARSE"


class OutOfRange(InvalidArgument, OverflowError):
    """A value does not fit; nothing was wrapped or clamped."""

    usual = "TW_ERANGE"


class NotFound(Error, LookupError):
    """The named thing does not exist."""

    usual = "TW_ENOTFOUND"


class Exists(Error):
    """The named thing is there already."""

    usual = "TW_EEXIST"


class Conflict(Error):
    """Same key, other content; or rules that disagree."""

    usual = "TW_ECONFLICT"


class Refused(Error, PermissionError):
    """A policy or the far end said no."""

    usual = "TW_EREFUSED"


class NoPrice(Error, LookupError):
    """No price in force: never a silent 0."""

    usual = "TW_ENOPRICE"


class IOFailure(Error, OSError):
    """The operating system refused a read or write."""

    usual = "TW_EIO"


class StoreError(Error):
    """The store refused; see ``store_code``."""

    usual = "TW_ESTORE"


class Busy(Error, TimeoutError):
    """A lock or limit was reached: try again."""

    usual = "TW_EBUSY"


class Unsupported(Error, NotImplementedError):
    """Known, but not served here."""

    usual = "TW_EUNSUPPORTED"


class Cancelled(Error):
    """A progress callback said stop; nothing was changed."""

    usual = "TW_ECANCELLED"


_CLASSES = {
    "TW_EINVAL": InvalidArgument, "TW_EPARSE": ParseError,
    "TW_ERANGE": OutOfRange, "TW_ENOTFOUND": NotFound,
    "TW_EEXIST": Exists, "TW_ECONFLICT": Conflict, "TW_EREFUSED": Refused,
    "TW_ENOPRICE": NoPrice, "TW_EIO": IOFailure, "TW_ESTORE": StoreError,
    "TW_EBUSY": Busy, "TW_EVERSION": StoreError,
    "TW_EUNSUPPORTED": Unsupported, "TW_ECANCELLED": Cancelled,
}


def raise_(status: int, message: str, field: str, line: int, sip_code: int,
           store_code: int) -> None:
    """Turns a status of the C library into its exception."""
    code = raw.tw_status_name(status)
    if code == "TW_ENOMEM":
        raise MemoryError(message)
    raise _CLASSES.get(code, Error)(
        message or code, code=code, field=field, line=line,
        sip_code=sip_code, store_code=store_code)


raw.set_raise_hook(raise_)
