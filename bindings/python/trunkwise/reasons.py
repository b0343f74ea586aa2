"""Why a row was refused, in Russian. The library says it in English; here
stands each of its sentences with ``{}`` for what differs, and what it is in
Russian. A sentence that nobody has translated stays as it is: a reason in
English is better than none. ``--json`` is never translated.
"""

from __future__ import annotations

import re

from .deployment_words import DEPLOYMENT_REASONS
from .preview_words import PREVIEW_REASONS
from .route_words import ROUTE_REASONS
from .trunk_words import TRUNK_REASONS

# English, Russian; holes are filled in their order
_RU = {
    # price sheets: codes
    "is not a code; write 1 to 15 digits, a range 7495-7499, a list "
    "7495;7499, or X at the end":
        "не код; напишите от 1 до 15 цифр, диапазон 7495-7499, список "
        "7495;7499 или X в конце",
    "is not a code; format the column as text, 1 to 15 digits":
        "не код; задайте столбцу формат «текст», от 1 до 15 цифр",
    "is a code that a spreadsheet rewrote; format the column as text and "
    "write all digits":
        "код, переписанный таблицей; задайте столбцу формат «текст» и "
        "впишите все цифры",
    "ends where a code should stand; write 1 to 15 digits":
        "обрывается там, где нужен код; напишите от 1 до 15 цифр",
    "is not one code; write 1 to 15 digits":
        "не один код; напишите от 1 до 15 цифр",
    "is not 1 to 15 digits; write them without blanks, points and +":
        "не 1–15 цифр; напишите их без пробелов, точек и +",
    "has X before digits; X only stands at the end":
        "X стоит перед цифрами; X бывает только в конце",
    "is no range; both ends have as many digits: write 7495-7499":
        "не диапазон; в обоих концах поровну цифр: напишите 7495-7499",
    "is a range that ends before it starts":
        "диапазон, который кончается раньше, чем начался",
    "is more than {} codes; write the shorter code that they share, or "
    "several rows":
        "больше {} кодов; напишите их общее начало или несколько строк",
    "may be one code or several; write {} without blanks, or a list as "
    "7495;7499":
        "может быть одним кодом или несколькими; напишите {} без пробелов "
        "или список 7495;7499",
    "may be a list or a number with its thousands apart; format the column "
    "as text, or write a list as 7495;7499":
        "может быть списком или числом с разделёнными тысячами; задайте "
        "столбцу формат «текст» или напишите список 7495;7499",
    "may be a list or a code that became a fraction; format the column as "
    "text, or write a list as 7495;7499":
        "может быть списком или кодом, ставшим дробью; задайте столбцу "
        "формат «текст» или напишите список 7495;7499",
    "begins with 0; write the country code first":
        "начинается с 0; сначала напишите код страны",
    "is longer than 15 digits": "длиннее 15 цифр",
    "and its code have more than 15 digits together; write from and to "
    "without the code":
        "вместе с кодом больше 15 цифр; напишите начало и конец без кода",
    "has a +; write the area's digits alone, the country's stand in their "
    "own column":
        "содержит +; напишите только цифры зоны, у страны свой столбец",
    "the code is missing; write 1 to 15 digits":
        "нет кода; напишите от 1 до 15 цифр",
    "the country's code is missing; write it in each row":
        "нет кода страны; напишите его в каждой строке",
    "the row names {} twice; write each code once":
        "{} назван в строке дважды; напишите каждый код один раз",
    "lines {} and {}: {} has two rows in force at once; end the first with "
    "effective_to or delete one":
        "строки {} и {}: у кода {} две действующие цены сразу; закройте "
        "первую через effective_to или удалите одну",
    # price sheets: amounts
    "is no amount; write the number alone, such as 1.50, and the currency "
    "in its own column":
        "не сумма; напишите только число, например 1.50, а валюту в своём "
        "столбце",
    "is no amount; write 1.50, with at most nine decimals":
        "не сумма; напишите 1.50, не больше девяти знаков после точки",
    "is no amount; write 1.50": "не сумма; напишите 1.50",
    "is negative; write 0 or more": "меньше нуля; напишите 0 или больше",
    "has a blank inside; write 1234.50 without thousands separators":
        "содержит пробел; напишите 1234.50, не разделяя тысячи",
    "has a comma; write 1.50, or separate the cells by ; and use one "
    "decimal comma, or a mapping with decimal = \"comma\"":
        "содержит запятую; напишите 1.50, или разделяйте ячейки знаком ; и "
        "пишите одну десятичную запятую, или укажите decimal = \"comma\" в "
        "файле соответствия",
    "has a comma, and the mapping says decimal point; write 1234.50":
        "содержит запятую, а в файле соответствия указана точка; напишите "
        "1234.50",
    "is not written with one decimal comma, as the mapping says; write "
    "1234,50":
        "без одной десятичной запятой, как указано в файле соответствия; "
        "напишите 1234,50",
    "was rewritten by a spreadsheet; format the column as a number and "
    "write 0.0012":
        "переписано таблицей; задайте столбцу числовой формат и напишите "
        "0.0012",
    "is a number as a spreadsheet writes it; make the column text and "
    "export the file anew":
        "число в записи таблицы; задайте столбцу формат «текст» и выгрузите "
        "файл заново",
    "is beyond {}": "больше {}",
    "a second is beyond {} a minute":
        "в секунду: за минуту больше {}",
    "the price is missing; write 0 if it is free, or status=blocked if it "
    "is not served":
        "нет цены; напишите 0, если бесплатно, или status=blocked, если не "
        "обслуживается",
    "is no currency; write three capital letters such as RUB":
        "не валюта; напишите три заглавные буквы, например RUB",
    "is another currency; this tariff is in {}":
        "другая валюта; этот тариф в {}",
    "the currency is missing; write its code in each row":
        "нет валюты; напишите её код в каждой строке",
    # price sheets: dates, increments, words
    "is no date; write 2026-10-05": "не дата; напишите 2026-10-05",
    "is no date, day first; write 2026-10-05":
        "не дата (сначала день); напишите 2026-10-05",
    "is no date, month first; write 2026-10-05":
        "не дата (сначала месяц); напишите 2026-10-05",
    "is no date that is read in one way only; write 2026-10-05, or map "
    "dates = dmy or mdy":
        "дата, которую можно прочесть по-разному; напишите 2026-10-05 или "
        "укажите dates = dmy или mdy",
    "is a date that a spreadsheet wrote as a number; format the column as "
    "2026-10-05, or map dates = excel":
        "дата, записанная таблицей как число; задайте столбцу формат "
        "2026-10-05 или укажите dates = excel",
    "is not after effective_from; effective_to is the first day the price "
    "is no longer in force":
        "не позже effective_from; effective_to: первый день, когда цена уже "
        "не действует",
    "is no increment; write 1 to 3600 seconds":
        "не шаг; напишите от 1 до 3600 секунд",
    "is no pair of increments; write 60/1": "не пара шагов; напишите 60/1",
    "is no second of a call; write 0 to 65535":
        "не секунда разговора; напишите от 0 до 65535",
    "is no change of a price; write new, increase, decrease, unchanged, "
    "deleted, blocked or nothing":
        "не изменение цены; напишите new, increase, decrease, unchanged, "
        "deleted, blocked или ничего",
    "contradicts the column status; keep one of them":
        "противоречит столбцу status; оставьте что-то одно",
    "is no status; write blocked, ended or nothing":
        "не статус; напишите blocked, ended или ничего",
    "is no direction; write outbound, inbound, forward or nothing":
        "не направление; напишите outbound, inbound, forward или ничего",
    "is no relation of regions; write same_city, same_region, other or "
    "nothing":
        "не соотношение регионов; напишите same_city, same_region, other или "
        "ничего",
    "calls cost nothing and have no rows; delete the row":
        "звонки бесплатны, строк у них нет; удалите строку",
    "stands in a row that blocks or ends the code; such a row is for all "
    "bands and seconds":
        "стоит в строке, которая закрывает код; такая строка для всех полос "
        "и секунд",
    # numbering ranges
    "lies before the start of the range; swap the two":
        "раньше начала диапазона; поменяйте их местами",
    "has not as many digits as from; a spreadsheet may have eaten zeros: "
    "write both in full":
        "цифр не столько, сколько в начале; таблица могла съесть нули: "
        "напишите оба полностью",
    "has more than seven digits; write it without the code":
        "больше семи цифр; напишите без кода",
    "is no code of three digits; write it without 7 or 8 in front":
        "не код из трёх цифр; напишите без 7 или 8 впереди",
    "is not the {} numbers from start to end; correct one of the three":
        "не {} номеров от начала до конца; исправьте одно из трёх",
    "{} overlaps line {}; a number stands in one range only: correct one of "
    "the two":
        "{} пересекается со строкой {}; номер бывает только в одном "
        "диапазоне: исправьте одну из них",
    # cells and rows of any file
    "is too long; write at most {} bytes":
        "слишком длинно; не больше {} байт",
    "is longer than {} bytes; shorten it":
        "длиннее {} байт; сократите",
    "longer than {} bytes; shorten it": "длиннее {} байт; сократите",
    "has a line break or control character; write it in one line":
        "перевод строки или управляющий знак; напишите одной строкой",
    "holds a line break or a control character; is a quote not closed?":
        "перевод строки или управляющий знак; не забыта ли закрывающая "
        "кавычка?",
    "holds a control character; remove it":
        "управляющий знак; уберите его",
    "is not UTF-8; convert it": "не UTF-8; перекодируйте",
    "a cell stands where the header names none; perhaps a decimal comma "
    "split a price: write 1.50":
        "ячейка без столбца в заголовке; возможно, цену разбила десятичная "
        "запятая: напишите 1.50",
    "a cell stands where the header names none; put a text that holds the "
    "separator in quotes":
        "ячейка без столбца в заголовке; возьмите текст с разделителем в "
        "кавычки",
    "a quote is opened and not closed within 1 MiB":
        "кавычка открыта и не закрыта на протяжении 1 МиБ",
    "row has a NUL byte; is the file text?":
        "в строке нулевой байт; текстовый ли это файл?",
    "row is longer than 1 MiB": "строка длиннее 1 МиБ",
    "the row has fewer cells than the header; write the empty ones too":
        "ячеек меньше, чем в заголовке; напишите и пустые",
    "has {} fields, the header {}; quote what holds the delimiter":
        "полей {}, в заголовке {}; возьмите в кавычки то, что содержит "
        "разделитель",
    # call records
    "has {} fields; Master.csv has 16 to 21":
        "полей {}; в Master.csv их от 16 до 21",
    "is empty; every record needs one":
        "пусто; нужно в каждой записи",
    "is missing": "нет",
    "lies outside of 1970-2099": "вне 1970–2099 годов",
    "says that nobody answered, answer and duration that somebody did; mend "
    "those that are wrong":
        "говорит, что никто не ответил, а ответ и длительность — что ответили; "
        "исправьте то, что неверно",
    "says that nobody answered, the times of answer and duration that "
    "somebody did; mend those that are wrong, or what the word means in "
    "[statuses]":
        "говорит, что никто не ответил, а времена ответа и длительности — что "
        "ответили; исправьте то, что неверно, или значение слова в "
        "[statuses]",
    "lies before answer; check both and their zone":
        "раньше ответа; проверьте оба времени и их пояс",
    "'{}': the zone's clock skips this time; check the zone of the source's "
    "clock":
        "'{}': часы пояса такого времени не показывали, их перевели вперёд; "
        "проверьте пояс часов источника",
    "lies in the year {}; calls are stored up to 2099: check the clock of "
    "the source, or the unit of its times":
        "в {} году, а звонки хранятся по 2099 год: проверьте часы источника "
        "или единицу его времени",
    "lies before start; check both and their zone":
        "раньше начала; проверьте оба времени и их пояс",
    "lies more than a year after start; check both":
        "позже начала больше чем на год; проверьте оба времени",
    "lies before start or answer; check them and their zone":
        "раньше начала или ответа; проверьте их и пояс",
    "is negative or longer than a year; write answered seconds":
        "меньше нуля или больше года; напишите секунды разговора",
    "is set though the call was not answered; write 0, or the answer time":
        "указано, хотя ответа не было; напишите 0 или время ответа",
    "is empty beside a cost; write its ISO 4217 code":
        "пусто рядом с суммой; напишите код ISO 4217",
    "'{}': no such date or time of day": "'{}': нет такой даты или времени",
    "'{}' is not a time; write 2026-10-05T09:30:00+03:00":
        "'{}' не время; напишите 2026-10-05T09:30:00+03:00",
    "'{}': no clock is more than 14 hours from UTC; check the offset":
        "'{}': ни одни часы не отстоят от UTC больше чем на 14 часов; "
        "проверьте смещение",
    "'{}' is not a time; write 2026-10-05T09:30:00+03:00 or 2026-10-05":
        "'{}' не время; напишите 2026-10-05T09:30:00+03:00 или 2026-10-05",
    "'{}' has no offset and no zone is set; append Z or +03:00, or name a "
    "zone":
        "'{}' без смещения, и пояс не задан; допишите Z или +03:00 или "
        "укажите пояс",
    # exchange rates
    "'{}' is no date; write it like 2026-10-05":
        "'{}' не дата; напишите как 2026-10-05",
    "'{}' is no currency; write its ISO 4217 code, like USD":
        "'{}' не валюта; напишите код ISO 4217, например USD",
    "is the currency itself; name the one it is turned into":
        "та же валюта; назовите ту, в которую она переводится",
    "{} to {} is {} on that day already; a rate is never changed, correct "
    "this row or leave it out":
        "{} к {} в этот день уже {}; курс не меняют, исправьте или уберите "
        "строку",
}


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile("(.*?)".join(map(re.escape, english.split("{}"))),
                      re.S)


def _comma(hole: str) -> str:
    return hole.replace(".", ",") if _FRACTION.fullmatch(hole) else hole


_FRACTION = re.compile(r"-?\d+\.\d+")
# What fills a hole of a refused row was written by somebody, and is quoted;
# of calls it is a figure of ours, or a name.
_PATTERNS = [(_pattern(english), russian, fill)
             for texts, fill in ((_RU, str), (ROUTE_REASONS, _comma),
                                 (PREVIEW_REASONS, _comma))
             for english, russian in texts.items()]


def _said(reason: str) -> str | None:
    for pattern, russian, fill in _PATTERNS:
        match = pattern.fullmatch(reason)
        if match:
            return russian.format(*map(fill, match.groups()))
    return None


def translated(reason: str) -> str | None:
    """The reason in Russian, None where nobody has translated it. The cell
    that it quotes stays as it is."""
    said = _said(reason)
    if said is not None:
        return said
    # a cell may hold quotes itself: every end of it is tried
    for end in (m.start() for m in re.finditer(r'" ', reason)):
        said = _said(reason[end + 2:]) if reason[0] == '"' else None
        if said is not None:
            return f"«{reason[1:end]}» {said}"
    return None


def _by_length(texts: dict[str, str]) -> list[tuple[re.Pattern[str], str]]:
    """The sentence that says most itself goes before those that it fits,
    too, by their holes."""
    return [(_pattern(english), texts[english]) for english in
            sorted(texts, key=lambda e: -len(re.sub(r"{}|\s", "", e)))]


_TRUNK_PATTERNS = _by_length(TRUNK_REASONS)
_DEPLOYMENT_PATTERNS = _by_length(DEPLOYMENT_REASONS)


def _filled(reason: str,
            patterns: list[tuple[re.Pattern[str], str]]) -> str | None:
    """Holes may hold sentences themselves."""
    for pattern, russian in patterns:
        match = pattern.fullmatch(reason)
        if match:
            return russian.format(*(_filled(hole, patterns) or hole
                                    for hole in match.groups()))
    return None


def trunk_reason_in(lang: str, reason: str) -> str:
    """What a person reads of a registration; kept apart from rows, since what
    a peer said is no sentence of ours."""
    if lang != "ru":
        return reason
    said = _filled(reason, _TRUNK_PATTERNS)
    if said is None and ": " in reason:
        # "401: ...", "carrier.test: DNS: ..."
        whose, _, rest = reason.partition(": ")
        return f"{whose}: {trunk_reason_in(lang, rest)}"
    return reason if said is None else said


def deployment_reason_in(lang: str, reason: str) -> str:
    """What a person reads of a problem or warning of ``apply``."""
    return reason if lang != "ru" else \
        _filled(reason, _DEPLOYMENT_PATTERNS) or reason


def reason_in(lang: str, reason: str) -> str:
    """What a person reads."""
    return (translated(reason) or reason) if lang == "ru" else reason
