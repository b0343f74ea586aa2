"""A month's entries as files: CSV for any program, and a simple XML of
manual operations for a loading rule in 1C. Amounts are never rounded."""

from __future__ import annotations

import calendar
import csv
import io
from decimal import Decimal
from xml.etree import ElementTree as xml

from ..errors import InvalidArgument, OutOfRange
from ..journal import JournalLine
from ..values import text
from ..words import LANGUAGES
from .csv import encoded
from .safe import as_text
from .style import Style

_WORDS = {
    "date": ("date", "дата"), "debit": ("debit", "счёт дебета"),
    "department": ("department", "отдел"),
    "cost_center": ("cost center", "центр затрат"),
    "credit": ("credit", "счёт кредита"), "payee": ("payee", "контрагент"),
    "inn": ("INN", "ИНН"), "amount": ("amount", "сумма"),
    "currency": ("currency", "валюта"), "part": ("part", "часть"),
    "correction": ("correction", "исправление"),
    "of_month": ("of month", "за месяц"), "kind": ("kind", "вид"),
    "content": ("content", "содержание"),
    "net": ("net", "без НДС"), "vat": ("VAT", "НДС"),
    "calls": ("calls", "звонки"),
    "forwarded": ("forwarded calls", "переадресация"),
    "rents": ("number rents", "аренда номеров"),
    "one_off": ("one-off fees", "разовые платежи"),
    "recurring": ("recurring items", "регулярные платежи"),
    "commitment": ("commitment", "гарантированный объём"),
    "tier": ("volume tier", "объёмная скидка"),
    "unallocated": ("unallocated", "не распределено"),
}
_COLUMNS = ("date", "debit", "department", "cost_center", "credit", "payee",
            "inn", "amount", "currency", "part", "kind", "correction",
            "of_month", "content")


def _say(lang: str, key: str) -> str:
    return _WORDS[key][LANGUAGES.index(lang)]


def _kind(lang: str, kind: str) -> str:
    return _say(lang, kind) if kind in _WORDS else kind


def last_day(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{month}-{calendar.monthrange(year, number)[1]}"


def content(line: JournalLine, month: str, lang: str) -> str:
    """What a line is for, in words."""
    row = line.row
    words = [_kind(lang, row.kind), row.department or _say(lang, "unallocated"), month]
    if line.part == "vat":
        words.insert(0, _say(lang, "vat"))
    if row.correction:
        words.append(f"{_say(lang, 'correction')} {row.of_month}".rstrip())
    return ", ".join(words)


def render_csv(lines: list[JournalLine], month: str, style: Style) -> bytes:
    russian = style.lang == "ru"
    point = style.decimal or ("," if russian else ".")
    encoding = style.encoding or ("utf-8-sig" if russian else "utf-8")
    cells = [[_say(style.lang, c) for c in _COLUMNS]]
    for line in lines:
        row = line.row
        cells.append([
            last_day(month), as_text(line.debit), as_text(row.department),
            as_text(row.cost_center), as_text(line.credit),
            as_text(row.payee), as_text(row.inn),
            text(line.amount).replace(".", point), row.currency,
            _say(style.lang, line.part), _kind(style.lang, row.kind),
            str(int(row.correction)), row.of_month,
            as_text(content(line, month, style.lang))])
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";" if point == "," else ",").writerows(cells)
    return encoded(out.getvalue(), encoding, cells)


def _kopecks(amount: Decimal, what: str) -> str:
    written = text(amount)
    if len(written.partition(".")[2]) > 2:
        raise OutOfRange(f"{what}: {written} is finer than two decimals; "
                         "--format csv keeps them all", code="TW_ERANGE",
                         field="--format")
    return written


def _checked(value: str) -> str:
    """XML has no place for controls, not even escaped."""
    for c in value:
        if c < " " or "\x7f" <= c <= "\x9f" or c in "\ufffe\uffff":
            raise InvalidArgument(f"{value!r} holds {c!r}, which XML cannot "
                                  "carry; write --format csv",
                                  code="TW_EINVAL", field="--format")
    return value


def _put(parent: xml.Element, name: str, value: str = "",
         **attributes: str) -> xml.Element:
    made = xml.SubElement(parent, name, {
        k: _checked(v) for k, v in attributes.items() if v})
    made.text = _checked(value) or None
    return made


def _entry(operation: xml.Element, number: int, line: JournalLine,
           month: str) -> None:
    row = line.row
    said = content(line, month, "ru")
    entry = _put(operation, "Проводка", Номер=str(number))
    _put(entry, "Дата", last_day(month))
    _put(entry, "СчетДт", line.debit)
    debit = _put(entry, "СубконтоДт")
    if line.part == "net":
        _put(debit, "Подразделение", row.department, Код=row.cost_center)
    else:
        _put(debit, "Контрагент", row.payee, ИНН=row.inn)
    _put(entry, "СчетКт", line.credit)
    _put(_put(entry, "СубконтоКт"), "Контрагент", row.payee, ИНН=row.inn)
    _put(entry, "Сумма", _kopecks(line.amount, said))
    _put(entry, "Содержание", said)
    if row.correction:
        _put(entry, "Исправление", row.of_month)


def render_1c(lines: list[JournalLine], month: str) -> bytes:
    """An operation for each currency: 1C keeps one to an operation."""
    top = xml.Element("Операции", {"Месяц": month})
    for currency in dict.fromkeys(line.row.currency for line in lines):
        of = [line for line in lines if line.row.currency == currency]
        operation = _put(top, "ОперацияБух", Дата=last_day(month),
                         Валюта=currency,
                         Сумма=text(sum((line.amount for line in of),
                                        Decimal(0))),
                         Содержание=f"Связь за {month}")
        for number, line in enumerate(of, 1):
            _entry(operation, number, line, month)
    xml.indent(top)
    return xml.tostring(top, "UTF-8", xml_declaration=True) + b"\n"
