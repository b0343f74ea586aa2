"""trunkwise: numbers and carrier trunks apart from the PBX.

The package is a thin, typed floor over libtrunkwise: context managers,
keyword-only options, ``Decimal`` money, aware ``datetime``, exceptions that
also inherit the built-in ones. One thread at a time per object.
"""

from typing import TYPE_CHECKING

from . import errors
from .budgets import (Authorization, Budgets, BudgetState, Candidate,
                      Held)
from .columns import ChargeColumns
from .deployment import Change, Deployment, Problem
from .directory import Directory, Row
from .distribution import Decision, Engine, OfferEvent
from .errors import (Busy, Cancelled, Conflict, Error, Exists,
                     InvalidArgument, IOFailure, NoPrice, NotFound,
                     OutOfRange, ParseError, Refused, StoreError,
                     Unsupported)
from .numbering import Numbering, Place
from .preview import Hours, PassedOver, Preview, PreviewStep, Ring, Who
from .prices import PriceChange, PriceChanges
from .rating import CallTerms, Charge, Deck, Rate, Sheet, Span
from .recorder import (Recorder, RecorderStats, Spooled, spool_names,
                       spooled)
from .records import CdrMap
from .report import Accrual, ExpenseReport, ExpenseRow
from .results import (Counts, ImportResult, Listing, Reject, TariffVersion,
                      Verdict)
from .routes import (NamedContract, Origin, Route, RouteCandidate, RouteRule,
                     RouteWay)
from .sheets import SheetMap
from .store import Store
from .store_file import StoreInfo, check_store, restore_store
from .tariffs import Band, Document, Tier
from .usage import Bundles, Pot, TariffMonth, Use
from .values import Money
from . import raw as _raw

if TYPE_CHECKING:
    from .trunks import Trunk, Trunks, TrunkEvent, TrunkStatus

__version__ = _raw.tw_version()

# Loaded on first use: they need libre, the rest does not.
_LAZY = ("Trunk", "TrunkEvent", "Trunks", "TrunkStatus")


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import trunks
    return getattr(trunks, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})


__all__ = [
    "Accrual", "Band", "Bundles", "Busy", "CallTerms", "Cancelled", "CdrMap",
    "Change", "Charge", "ChargeColumns", "Conflict", "Counts", "Decision", "Deck",
    "Deployment", "Directory", "Document", "Engine", "Error", "Exists",
    "ExpenseReport", "ExpenseRow", "Hours", "ImportResult", "InvalidArgument",
    "IOFailure", "Listing", "Money", "NoPrice", "NotFound", "Numbering",
    "OfferEvent", "Origin", "OutOfRange", "ParseError", "PassedOver", "Place",
    "Pot", "Preview", "PreviewStep", "PriceChange", "PriceChanges", "Problem",
    "Rate", "Recorder", "RecorderStats", "Refused", "Reject", "Ring", "Route",
    "NamedContract", "RouteCandidate", "RouteRule", "RouteWay", "Row", "Sheet", "SheetMap", "Span", "Spooled", "Store",
    "StoreError", "StoreInfo", "TariffMonth", "TariffVersion", "Tier",
    "Unsupported", "Use", "Verdict", "Who", "check_store", "errors",
    "restore_store", "spool_names", "spooled",
]
