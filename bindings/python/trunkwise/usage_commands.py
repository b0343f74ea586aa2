"""``trunkwise exchange import`` and ``trunkwise tariff total``. No rule of
the library lives here."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from decimal import Decimal
from typing import Any

from . import files
from .commands import say_import
from .store import Store
from .usage import Pot, TariffMonth
from .values import Money, local, text
from .words import plain, say


def exchange_import(arguments: argparse.Namespace) -> int:
    data = files.read(arguments.file)
    with Store(arguments.store) as store, files.named(arguments.file):
        result = store.import_exchange(data)
    return say_import(result, arguments)


def _minutes(seconds: int) -> str:
    """For people; documents carry the seconds."""
    return text((Decimal(seconds) / 60).quantize(Decimal("0.01")), 0)


def _amount(money: Money) -> str:
    return text(money.amount)


def _time(when: dt.datetime, zone: str) -> str:
    return local(when, zone).isoformat(timespec="seconds")


def _pot(pot: Pot, zone: str) -> dict[str, Any]:
    return {"bundle": pot.bundle, "period": pot.period,
            "from": _time(pot.start, zone), "to": _time(pot.end, zone),
            "seconds": pot.seconds, "used_s": pot.used_s,
            "left_s": pot.left_s}


def _document(m: TariffMonth, zone: str) -> dict[str, Any]:
    document: dict[str, Any] = {
        "from": _time(m.start, zone), "to": _time(m.end, zone),
        "calls": m.calls, "attempts": m.attempts, "charged_s": m.charged_s,
        "bundle_s": m.bundle_s, "paid_s": m.paid_s,
        "currency": m.total.currency, "invoice_total": m.invoice_total}
    for key in ("sum_of_rounded", "rounded_sum", "difference"):
        document[key] = _amount(getattr(m, key))
    document["tier"] = {"mode": m.tier_mode, "from_s": m.tier_from_s,
                        "percent": text(m.tier_percent, 0),
                        "difference": _amount(m.tier_difference)}
    for key in ("commitment", "shortfall", "total"):
        document[key] = _amount(getattr(m, key))
    document["converted"] = None if m.converted is None else {
        "cost": _amount(m.converted), "currency": m.converted.currency}
    document["bundles"] = [_pot(p, zone) for p in m.bundles]
    return document


def _lines(m: TariffMonth, lang: str) -> list[tuple[str, str]]:
    def amount(money: Money) -> str:
        return str(money)

    meant = say(lang, "total_meant")
    lines = [("total_calls", str(m.calls)),
             ("total_attempts", str(m.attempts)),
             ("total_paid", say(lang, "total_minutes",
                                minutes=_minutes(m.paid_s)))]
    for key in ("sum_of_rounded", "rounded_sum"):
        note = f"  {meant}" if m.invoice_total == key else ""
        lines.append(("total_" + key, amount(getattr(m, key)) + note))
    lines.append(("total_difference", amount(m.difference)))
    if m.tier_from_s:
        lines.append(("total_tier", say(
            lang, "total_tier_from", percent=text(m.tier_percent, 0),
            minutes=_minutes(m.tier_from_s))))
    if m.tier_difference.amount:
        lines.append(("total_tier_difference", amount(m.tier_difference)))
    if m.commitment.amount:
        lines.append(("total_commitment", amount(m.commitment)))
        lines.append(("total_shortfall", amount(m.shortfall)))
    lines.append(("total_total", amount(m.total)))
    if m.converted is not None:
        lines.append(("total_converted", amount(m.converted)))
    return lines


def tariff_total(arguments: argparse.Namespace) -> int:
    lang = arguments.lang
    with Store(arguments.store, readonly=True) as store:
        m = store.tariff_total(arguments.tariff, month=arguments.month)
    zone = m.zone
    if arguments.json:
        print(json.dumps({"tariff": arguments.tariff,
                          "month": arguments.month, "zone": zone,
                          **_document(m, zone)},
                         ensure_ascii=False, indent=2))
        return 0
    print(plain(say(lang, "total_head", tariff=arguments.tariff,
                    month=arguments.month, zone=zone)))
    lines = [(say(lang, key), value) for key, value in _lines(m, lang)]
    width = max(len(name) for name, _ in lines)
    for name, value in lines:
        print(plain(f"  {name:<{width}}  {value}"))
    for pot in m.bundles:
        print(plain("  " + say(
            lang, "total_bundle", bundle=pot.bundle,
            date=_time(pot.start, zone)[:10], of=_minutes(pot.seconds),
            used=_minutes(pot.used_s), left=_minutes(pot.left_s))))
    return 0
