"""One catalogue for all that people read, in Russian and English.

Machine output (JSON keys, CSV of ``--json``) is never translated.
"""

from __future__ import annotations

from decimal import Decimal

LANGUAGES = ("en", "ru")

_WORDS = {
    "expenses": ("Expenses by {by}, {month}", "Расходы: {by}, {month}"),
    "department": ("Department", "Отдел"),
    "city": ("City", "Город"),
    "carrier": ("Carrier", "Оператор"),
    "number": ("Number", "Номер"),
    "destination": ("Destination", "Направление"),
    "calls": ("Calls", "Звонки"),
    "answered": ("Answered", "Отвечено"),
    "missed": ("Missed", "Пропущено"),
    "minutes": ("Minutes", "Минуты"),
    "rent": ("Number rent", "Аренда номеров"),
    "call_cost": ("Call cost", "Звонки, сумма"),
    "forwarded_cost": ("Forwarded", "Переадресация"),
    "cost": ("Total", "Итого"),
    "currency": ("Currency", "Валюта"),
    "grand_total": ("Grand total", "Всего"),
    "unallocated": ("(unallocated)", "(не распределено)"),
    "none": ("(none)", "(нет)"),
    "unrated_note": (
        "{count} calls have no price and are in no sum; "
        "see: trunkwise unrated list STORE",
        "Звонков без цены: {count}, они не входят в суммы; "
        "смотрите: trunkwise unrated list STORE"),
    "unrated": ("Unrated", "Без цены"),
    "zone_note": ("Month in zone {zone}", "Месяц по времени {zone}"),
    "no_calls": ("No calls and no rents in this month.",
                 "В этом месяце нет звонков и аренды."),
    "share": ("What each {by} cost", "Сколько стоит: {by}"),
    "generated": ("Amounts are exact; every row adds up to the total.",
                  "Суммы точные; строки складываются в итог."),
    "new": ("new", "новое"),
    "changed": ("changed", "изменено"),
    "ended": ("ended", "закрыто"),
    "renamed": ("renamed", "переименовано"),
    "no_change": ("Nothing differs: the store already says so.",
                  "Изменений нет: в хранилище всё уже так."),
    "applied": ("Applied: {count} changes, valid from {at}.",
                "Применено изменений: {count}, действуют с {at}."),
    "would_apply": ("Dry run: {count} changes, nothing was written.",
                    "Проверка: изменений {count}, ничего не записано."),
    "warning": ("warning", "предупреждение"),
    "counts": (
        "{rows_read} rows read: {rows_stored} stored, {rows_rejected} "
        "rejected, {duplicates} duplicates, {conflicts} conflicts, "
        "{rows_held} held",
        "Прочитано строк: {rows_read}; записано {rows_stored}, отклонено "
        "{rows_rejected}, повторов {duplicates}, конфликтов {conflicts}, "
        "задержано {rows_held}"),
    "would_pass": ("stored means: would pass; nothing was written",
                   "«записано» значит «прошло бы»; ничего не записано"),
    "nothing_in_force": (
        "Nothing in force was changed; mend the rows above and try again.",
        "Действующее не изменено; исправьте строки выше и повторите."),
    "reject": ("line {line}, {column}: {reason}",
               "строка {line}, {column}: {reason}"),
    "tariff_diff": (
        "prices: {new} new, {increase} up, {decrease} down, {ended} ended, "
        "{unchanged} unchanged",
        "цены: новых {new}, выше {increase}, ниже {decrease}, закрыто "
        "{ended}, без изменений {unchanged}"),
    "tariff_rules": ("rules of {tariff}: {rules}",
                     "правила {tariff}: {rules}"),
    "sheet": ("sheet {path} for tariff {tariff}",
              "прайс {path} для тарифа {tariff}"),
    "suggest_none": ("Every call has a department.",
                     "У каждого звонка есть отдел."),
    "suggest_head": (
        "Who these belong to is not known yet. Fill in department and city, "
        "then: trunkwise directory import STORE FILE",
        "Кому они принадлежат, пока неизвестно. Впишите отдел и город, "
        "затем: trunkwise directory import STORE FILE"),
    "unrated_none": ("Every billable call has a price.",
                     "У каждого платного звонка есть цена."),
    "imports_none": ("No imports yet.", "Импортов ещё не было."),
    "undone": ("Batch {batch} is undone: its charges are reversed.",
               "Пакет {batch} отменён: его начисления сторнированы."),
    "accrued": ("{count} postings for {month}.",
                "Проводок за {month}: {count}."),
    "holds": ("holds", "верно"),
    "broken": ("BROKEN", "НАРУШЕНО"),
    "verified": ("All {count} invariants hold.",
                 "Все проверки ({count}) пройдены."),
    "not_verified": ("{count} invariants are broken.",
                     "Нарушено проверок: {count}."),
    "written": ("Written: {path}", "Записано: {path}"),
    "seconds": ("seconds", "секунд"),
    "money": ("money", "сумма"),
    "reason": ("Reason", "Причина"),
    "detail": ("Detail", "Подробно"),
    "carrier_line": ("Carrier {carrier}: {result}",
                     "Оператор {carrier}: {result}"),
    "company_zone": (
        "The store has no company yet: months are counted in {zone}.",
        "В хранилище нет компании: месяцы считаются по {zone}."),
}

_MONTHS = {
    "ru": ("январь", "февраль", "март", "апрель", "май", "июнь", "июль",
           "август", "сентябрь", "октябрь", "ноябрь", "декабрь"),
    "en": ("January", "February", "March", "April", "May", "June", "July",
           "August", "September", "October", "November", "December"),
}


def say(lang: str, key: str, **values: object) -> str:
    """A sentence or heading; unknown keys are our bug."""
    text = _WORDS[key][LANGUAGES.index(lang)]
    return text.format(**values) if values else text


def month_name(lang: str, month: str) -> str:
    """"2026-10" in words."""
    year, number = month.split("-")
    return f"{_MONTHS[lang][int(number) - 1]} {year}"


def amount(lang: str, value: Decimal, decimals: int = 2) -> str:
    """Digits in groups, none lost: 1 234,50 or 1,234.50."""
    exponent = value.normalize().as_tuple().exponent
    places = max(decimals, -exponent)
    plain = f"{value:,.{places}f}"
    if lang == "ru":
        return plain.replace(",", "\u00a0").replace(".", ",")
    return plain
