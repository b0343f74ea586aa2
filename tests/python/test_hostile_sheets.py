"""Price sheets as they should never come: what is read of each, and what is
said of the rest. Every row is in exactly one count."""

from __future__ import annotations

import datetime as dt
import random
from typing import NamedTuple

import pytest

from trunkwise import Error, Sheet, SheetMap

HEAD = "prefix,destination,rate,currency\n"
DATES = "prefix,rate,currency,effective_from,effective_to\n"


class Case(NamedTuple):
    """``bad`` are the rejects as (line, column, part of the reason)."""

    name: str
    data: str | bytes
    good: int
    bad: list[tuple[int, str, str]]
    mapping: dict | None = None
    rates: int | None = None
    currency: str | None = None


class Broken(NamedTuple):
    """No sheet at all: where, and a part of the message."""

    name: str
    data: str | bytes
    field: str
    message: str
    mapping: dict | None = None


def codes(*rows: str) -> str:
    return "prefix;rate;currency\n" + "".join(f"{r};1;RUB\n" for r in rows)


def prices(*cells: str) -> str:
    return "prefix;rate;currency\n" + "".join(
        f"{7000 + i};{cell};RUB\n" for i, cell in enumerate(cells))


def dates(*cells: str) -> str:
    return "prefix;rate;currency;effective_from\n" + "".join(
        f"{7000 + i};1;RUB;{cell}\n" for i, cell in enumerate(cells))


CASES = [
    # ---- codes ----
    Case("scientific codes", codes("7.495E+10", "7,495E+10", "7495e3"), 0,
         [(2, "prefix", "spreadsheet"), (3, "prefix", "spreadsheet"),
          (4, "prefix", "spreadsheet")]),
    Case("codes with decimals are repaired only when whole",
         codes("7495.0", "7496.5", "7497.00", "7498."), 2,
         [(3, "prefix", "column as text"), (5, "prefix", "column as text")]),
    Case("a plus eaten or not is one code", codes("+7495", "7495"), 1,
         [(3, "prefix", "lines 2 and 3")]),
    Case("text marks of spreadsheets", codes("'7495", '="07496"'), 2, []),
    Case("thousands in codes", codes('"7,495"', '"7,495,123"', "7 495"), 0,
         [(2, "prefix", "thousands"), (3, "prefix", "thousands"),
          (4, "prefix", "one code or several")]),
    Case("a code that became a fraction", codes('"7495,0"', '"7495,5"'), 0,
         [(2, "prefix", "a fraction"), (3, "prefix", "a fraction")]),
    Case("no-break blanks", codes("7\u00a0495", "7495\u00a0"), 0,
         [(2, "prefix", "column as text"), (3, "prefix", "column as text")]),
    Case("codes of letters", codes("Москва", "n/a", "-", "١٢٣"), 0,
         [(2, "prefix", "not a code"), (3, "prefix", "not a code"),
          (4, "prefix", "not a code"), (5, "prefix", "not a code")]),
    Case("brackets and dashes of telephone books",
         codes("7 (495)", "7-495", "8-800-555"), 0,
         [(2, "prefix", "not a code"), (3, "prefix", "as many digits"),
          (4, "prefix", "as many digits")]),
    Case("a code too long", codes("1234567890123456", "123456789012345"), 1,
         [(2, "prefix", "longer than 15")]),
    Case("no code", codes("", "+", "++7"), 0,
         [(2, "prefix", "missing"), (3, "prefix", "1 to 15 digits"),
          (4, "prefix", "1 to 15 digits")]),
    Case("ranges", codes("7495-7499", "7600–7602", "7700 - 7701"), 3, [],
         rates=10),
    Case("ranges that are none",
         codes("7495-9", "7499-7495", "7495-", "-7495", "7495--7499",
               "7495-7496-7497"), 0,
         [(2, "prefix", "as many digits"), (3, "prefix", "ends before"),
          (4, "prefix", "ends where"), (5, "prefix", "not a code"),
          (6, "prefix", "not a code"), (7, "prefix", "not a code")]),
    Case("a range of half the world",
         codes("00000-99999", "7000000000-7999999999"), 0,
         [(2, "prefix", "10000"), (3, "prefix", "10000")]),
    Case("lists", codes('"7495;7499"', "7600,7601", "7700 7701",
                        '"7800\n7801"', '"7900, 79"'), 5, [], rates=10),
    Case("lists that end in nothing", codes("7495,", '";7495"', "7495,,76"),
         0, [(2, "prefix", "ends where"), (3, "prefix", "not a code"),
             (4, "prefix", "not a code")]),
    Case("a list with a code twice", codes('"7495,7495"', "7600-7602,7601"),
         0, [(2, "prefix", "7495 twice"), (3, "prefix", "7601 twice")]),
    Case("wildcards", codes("8800XXXXXXX", "8804xxx", "8801ХХХ"), 3, [],
         rates=3),
    Case("wildcards within", codes("88X0", "XXX", "8800*", "88.."), 0,
         [(2, "prefix", "at the end"), (3, "prefix", "not a code"),
          (4, "prefix", "not a code"), (5, "prefix", "not a code")]),
    Case("a wildcard and the code behind it are one",
         codes("8800XXXXXXX", "8800"), 1, [(3, "prefix", "lines 2 and 3")]),
    Case("ranges that overlap", codes("7495-7499", "7499-7502"), 1,
         [(3, "prefix", "7499 has two rows")], rates=5),
    Case("a date that was a code", codes("2026-01-02", "янв.25"), 0,
         [(2, "prefix", ""), (3, "prefix", "not a code")]),
    # ---- countries and areas ----
    Case("country and area",
         'country_code,area_code,rate,currency\n7,"495,499",1,RUB\n'
         "7,,2,RUB\n44,20-22,1,RUB\n", 3, [], rates=6),
    Case("areas that are none",
         "country_code,area_code,rate,currency\n,495,1,RUB\n"
         '7,+495,1,RUB\n7;8,495,1,RUB\n7,"7,495",1,RUB\n', 0,
         [(2, "country_code", "missing"), (3, "area_code", "has a +"),
          (4, "country_code", "not one code"),
          (5, "area_code", "thousands")]),
    Case("national codes by a mapping", codes("495", "+44", "495,499"), 2,
         [(4, "prefix", "lines 2 and 4")], mapping={"country": "7"}),
    # ---- prices ----
    Case("no price is no free price", prices("", "0"), 1,
         [(2, "rate", "write 0 if")]),
    Case("words for prices", prices("n/a", "по запросу", "-", "free", "#N/A"),
         0, [(2, "rate", "no amount"), (3, "rate", "no amount"),
             (4, "rate", ""), (5, "rate", "no amount"),
             (6, "rate", "no amount")]),
    Case("currency signs", prices("$1.50", "1,50 руб.", "1.50₽", "RUB 1"), 0,
         [(line, "rate", "its own column") for line in (2, 3, 4, 5)]),
    Case("thousands in prices", prices("1 000,5", "1\u00a0000,5", "1.000,50",
                                       "1,000.50", "1'000"), 0,
         [(2, "rate", "blank inside"), (3, "rate", "blank inside"),
          (4, "rate", "decimal comma"), (5, "rate", "decimal comma"),
          (6, "rate", "its own column")]),
    Case("a decimal comma between commas",
         HEAD + "7495,x,1,50,RUB\n7496,x,\"1,50\",RUB\n", 0,
         [(2, "5", "decimal comma"), (3, "rate", "write 1.50")]),
    Case("prices beyond all", prices("-1", "1E3", "9223372036.854775808",
                                     "0.0000000001", "1" * 60, "nan"), 0,
         [(2, "rate", "negative"), (3, "rate", "spreadsheet"),
          (4, "rate", "beyond"), (5, "rate", "nine decimals"),
          (6, "rate", "no amount"), (7, "rate", "no amount")]),
    Case("a decimal comma that the mapping denies", prices("1,5", "1.5"), 1,
         [(2, "rate", "decimal point")], mapping={"decimal": "point"}),
    Case("a decimal point that the mapping denies", prices("1,5", "1.5"), 1,
         [(3, "rate", "decimal comma")], mapping={"decimal": "comma"}),
    Case("a price per second beyond a minute",
         prices("0,025", "153722867,280912931"), 1,
         [(3, "rate", "a minute")], mapping={"price_per": "second"}),
    Case("a fee of letters",
         "prefix,rate,currency,connect_fee\n7,1,RUB,none\n8,1,RUB,\n", 1,
         [(2, "connect_fee", "no amount")]),
    # ---- currencies ----
    Case("two currencies", HEAD + "7,a,1,RUB\n8,a,1,USD\n9,a,1,\n", 1,
         [(3, "currency", "in RUB"), (4, "currency", "missing")]),
    Case("currencies of people", HEAD + "7,a,1,руб\n8,a,1,rub\n9,a,1,$\n", 0,
         [(2, "currency", "RUB"), (3, "currency", "RUB"),
          (4, "currency", "RUB")]),
    Case("another currency than told", HEAD + "7,a,1,RUB\n", 0,
         [(2, "currency", "in USD")], currency="USD"),
    # ---- dates ----
    Case("dates that could be two",
         dates("03.04.2026", "04/03/2026", "25.12.2026", "3-4-2026"), 0,
         [(line, "effective_from", "dmy or mdy") for line in (2, 3, 4, 5)]),
    Case("dates as numbers", dates("46300", "46300.0"), 0,
         [(2, "effective_from", "dates = excel"),
          (3, "effective_from", "dates = excel")]),
    Case("dates that are none",
         dates("2026-02-30", "now", "05.10.26", "2026-13-01", "1E5"), 0,
         [(line, "effective_from", "no date") for line in (2, 3, 4, 5, 6)]),
    Case("dates day first", dates("03.04.2026", "13/4/2026 0:00",
                                  "04/13/2026", "2026-04-03"), 3,
         [(4, "effective_from", "day first")], mapping={"dates": "dmy"}),
    Case("dates month first", dates("04/03/2026", "25.12.2026"), 1,
         [(3, "effective_from", "month first")], mapping={"dates": "mdy"}),
    Case("dates by number", dates("46300", "46300.5", "60", "2026-10-05"), 2,
         [(3, "effective_from", "no date"), (4, "effective_from", "no date")],
         mapping={"dates": "excel"}),
    Case("an end before its start",
         DATES + "7,1,RUB,2026-02-01,2026-02-01\n"
         "8,1,RUB,2026-02-01,2026-01-01\n", 0,
         [(2, "effective_to", "first day"), (3, "effective_to",
                                             "first day")]),
    # ---- several dates of one code ----
    Case("one price after another",
         DATES + "7,1,RUB,2026-01-01,\n7,2,RUB,2026-07-01,\n"
         "7,3,RUB,2027-01-01,\n", 3, []),
    Case("two prices from one day on",
         DATES + "7,1,RUB,2026-01-01,\n7,2,RUB,2026-01-01,\n7,3,RUB,,\n", 2,
         [(3, "prefix", "lines 2 and 3")]),
    Case("an end behind the next start",
         DATES + "7,1,RUB,2026-01-01,2026-07-02\n7,2,RUB,2026-07-01,\n", 1,
         [(3, "prefix", "lines 2 and 3")]),
    Case("one price twice", HEAD + "7495,a,1,RUB\n7843,a,1,RUB\n"
         "+7495,b,1,RUB\n", 2, [(4, "prefix", "lines 2 and 4")]),
    # ---- statuses, markers, parts ----
    Case("rows that end or block",
         "prefix,rate,currency,status\n7,,RUB,ended\n8,,RUB,blocked\n"
         "9,,RUB,priced\n1,1,RUB,gone\n", 2,
         [(4, "rate", "missing"), (5, "status", "blocked")]),
    Case("markers are read and not believed",
         "prefix,rate,currency,change\n7,1,RUB,increase\n8,,RUB,deleted\n"
         "9,,RUB,decrease\n1,1,RUB,cheaper\n", 2,
         [(4, "rate", "missing"), (5, "change", "no change of a price")]),
    Case("a marker against the status",
         "prefix,rate,currency,status,change\n7,,RUB,blocked,deleted\n", 0,
         [(2, "change", "contradicts")]),
    Case("parts of prices",
         "prefix,rate,currency,band,from_s,relation\n7,1,RUB,night,,\n"
         "7,1,RUB,,60,\n7,1,RUB,,,same_city\n7,1,RUB,,65536,\n"
         f"7,1,RUB,{'n' * 32},,\n7,1,RUB,,,near\n", 3,
         [(5, "from_s", "65535"), (6, "band", "31 bytes"),
          (7, "relation", "same_city")]),
    Case("a night that ends by itself",
         "prefix,rate,currency,band,status\n7,,RUB,night,ended\n", 0,
         [(2, "band", "all bands")]),
    Case("directions", "prefix,rate,currency,direction\n7,1,RUB,up\n"
         "7,1,RUB,internal\n7,1,RUB,INBOUND\n", 1,
         [(2, "direction", "outbound"), (3, "direction", "cost nothing")]),
    Case("callers", "prefix,rate,currency,caller_prefix\n7,1,RUB,+49\n"
         "7,1,RUB,49;43\n7,1,RUB,4X\n7,1,RUB,4.9E1\n", 1,
         [(3, "caller_prefix", "not one code"),
          (4, "caller_prefix", "not one code"),
          (5, "caller_prefix", "spreadsheet")]),
    Case("increments",
         "prefix,rate,currency,first_inc,next_inc\n7,1,RUB,0,1\n"
         "8,1,RUB,1,3601\n9,1,RUB,1.5,1\n1,1,RUB,60,1\n", 1,
         [(2, "first_inc", "1 to 3600"), (3, "next_inc", "1 to 3600"),
          (4, "first_inc", "1 to 3600")]),
    Case("increments in one",
         "prefix,rate,currency,increments\n7,1,RUB,60/1\n8,1,RUB,60\n"
         "9,1,RUB,60/\n1,1,RUB,60/1/1\n", 1,
         [(3, "increments", "60/1"), (4, "increments", "1 to 3600"),
          (5, "increments", "1 to 3600")]),
    # ---- the table ----
    Case("titles, blank rows and a total",
         "Прайс-лист, в RUB;;\n\n;;\nКод;Цена;Валюта\n7495;1,5;RUB\n;;\n"
         "7496;2;RUB\n\nИтого;3,5;\n", 2,
         [(9, "Код", "not a code")]),
    Case("a table that ends at a blank row",
         "prefix;rate;currency\n7;1;RUB\n\nnotes; of; all\n", 1, [],
         mapping={"until_blank": True}),
    Case("a header that comes again",
         codes("7", "prefix", "8").replace("prefix;1;RUB",
                                           "prefix;rate;currency"), 2,
         [(3, "prefix", "not a code")]),
    Case("rows too short or too long",
         HEAD + "7495,x,1\n7496,x,1,RUB,,\n7497,x,1,RUB,more\n7498\n", 1,
         [(2, "4", "fewer cells"), (4, "5", "names none"),
          (5, "2", "fewer cells")]),
    Case("a destination of two lines, and a long one",
         HEAD + f'7,"a\nb",1,RUB\n8,{"d" * 96},1,RUB\n', 0,
         [(2, "destination", "one line"), (4, "destination", "95 bytes")]),
    Case("lines within quotes count",
         'prefix,rate,currency,comment\n7,1,RUB,"a\nb\nc"\n8,x,RUB,\n', 1,
         [(5, "rate", "no amount")]),
    Case("a quote never closed", HEAD + '7,"x,1,RUB\n8,y,1,RUB\n', 1,
         [(2, "2", "quote")]),
    Case("a NUL in a cell", b"prefix,rate,currency\n7\x0095,1,RUB\n8,1,RUB\n",
         1, [(2, "4", "NUL")]),
    Case("CRLF, CR and a BOM",
         b"\xef\xbb\xbfprefix,rate,currency\r\n7,1,RUB\r8,1,RUB\r\n", 2, []),
    Case("cp1251", "Код;Направление;Цена;Валюта\r\n7;Уфа;1,5;RUB\r\n".encode(
        "cp1251"), 1, []),
    Case("UTF-16", "Код\tЦена\tВалюта\n7\t1.5\tRUB\n8\t1,5\tRUB\n".encode(
        "utf-16"), 1, [(3, "Цена", "has a comma")]),
    Case("UTF-16 without a BOM", "prefix,rate,currency\n7,1,RUB\n".encode(
        "utf-16-le"), 1, [], mapping={"encoding": "utf-16"}),
    Case("Russian headers in any case",
         "КОД НАПРАВЛЕНИЯ;Цена за мин.;ВАЛЮТА;действует с\n"
         "7;1;RUB;2026-01-01\n", 1, []),
    Case("columns by place",
         "title\nx;7495;1,5\ny;7496;oops\n", 1, [(3, "3", "no amount")],
         mapping={"columns": ["-", "prefix", "rate"], "skip": 1,
                  "default": {"currency": "RUB"}}),
    Case("columns by new names",
         'Zone,"Tariff, net",Kod\nx,1,7\ny,2,8\n', 2, [],
         mapping={"columns": {"Zone": "-", "Tariff, net": "rate",
                              "Kod": "prefix"},
                  "default": {"currency": "RUB", "first_inc": 1}}),
    Case("only a header", HEAD, 0, []),
]

BROKEN = [
    Broken("nothing", "", "prefix", "empty"),
    Broken("blank lines only", "\n\r\n\n", "prefix", "empty"),
    Broken("no header", "7495,Moscow,1.5\n", "prefix", "no header"),
    Broken("a header without a price", "prefix,price per second\n7,1\n",
           "rate", "price per second"),
    Broken("a column that nobody knows",
           "prefix,rate,currency,peak_rate\n7,1,RUB,2\n", "peak_rate",
           "rename"),
    Broken("a last day in force",
           "код;цена;валюта;действует по\n7;1;RUB;2026-12-31\n",
           "действует по", "no column"),
    Broken("one meaning twice", "prefix,code,rate,currency\n7,8,1,RUB\n",
           "code", "twice"),
    Broken("a currency only in the title",
           "All prices in RUB\nprefix,rate\n7,1\n", "currency",
           "--currency"),
    Broken("areas without a country", "area_code,rate,currency\n495,1,RUB\n",
           "area_code", "country"),
    Broken("codes and areas",
           "prefix,country_code,area_code,rate,currency\n7,7,495,1,RUB\n",
           "area_code", "keep one way"),
    Broken("increments twice",
           "prefix,rate,currency,increments,first_inc\n7,1,RUB,1/1,1\n",
           "increments", "keep one way"),
    Broken("a header deeper than 30 rows",
           "title\n" * 30 + "prefix,rate,currency\n7,1,RUB\n", "prefix",
           "no header"),
    Broken("half a character of UTF-16", b"\xff\xfep", "", "UTF-16"),
    Broken("UTF-16 without its mark",
           "prefix,rate,currency\n7,1,RUB\n".encode("utf-16-le"), "",
           "UTF-16 without"),
    Broken("UTF-32", b"\xff\xfe\x00\x00p\x00\x00\x00", "", "UTF-32"),
    Broken("bytes of no text", b"prefix,rate,currency\n\x98,1,RUB\n", "",
           "save the file as UTF-8"),
    Broken("not the encoding that was told", b"prefix\xff\n", "",
           "not UTF-8", {"encoding": "utf-8"}),
    Broken("a header line that is not there", "prefix,rate\n7,1\n", "prefix",
           "no such line", {"header": 9}),
    Broken("no header and no places", "7,1\n", "columns", "by place",
           {"header": 0}),
]


def ident(case: Case | Broken) -> str:
    return case.name.replace(" ", "-")


def encoded(data: str | bytes) -> bytes:
    return data if isinstance(data, bytes) else data.encode()


def mapping_of(case: Case | Broken) -> SheetMap | None:
    return SheetMap(case.mapping) if case.mapping else None


def test_there_are_enough() -> None:
    assert len(CASES) + len(BROKEN) >= 60
    names = [case.name for case in (*CASES, *BROKEN)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", CASES, ids=ident)
def test_hostile(case: Case) -> None:
    sheet = Sheet(encoded(case.data), currency=case.currency,
                  zone="Europe/Moscow", mapping=mapping_of(case))
    rejects = sheet.rejects
    assert sheet.rows_good == case.good, rejects
    assert sheet.rows_read == sheet.rows_good + len(rejects)
    assert [(r.line, r.column) for r in rejects] == [
        (line, column) for line, column, _ in case.bad], rejects
    for reject, (_, _, reason) in zip(rejects, case.bad):
        assert reason in reject.reason
    rates = list(sheet)
    assert len(rates) == len(sheet)
    if case.rates is not None:
        assert len(rates) == case.rates
    assert len({rate.line for rate in rates}) == case.good
    assert not {rate.line for rate in rates} & {r.line for r in rejects}


@pytest.mark.parametrize("case", BROKEN, ids=ident)
def test_broken(case: Broken) -> None:
    with pytest.raises(Error) as error:
        Sheet(encoded(case.data), mapping=mapping_of(case))
    assert error.value.field == case.field
    assert case.message in error.value.message


def test_counts_of_the_command(command, tmp_path) -> None:
    """What the command says of a bad sheet, row by row."""
    path = tmp_path / "bad.csv"
    path.write_bytes(encoded(next(
        c.data for c in CASES if c.name.startswith("titles"))))
    answer = command("tariff", "check", path, "--json", check=1).json
    assert answer["rows_read"] == sum(answer[key] for key in (
        "rows_stored", "rows_rejected", "rows_held", "duplicates",
        "conflicts"))
    assert answer["rejects"][0]["line"] == 9


# ---- codes written in any form, beside sets that know what they are ----

def spelled(chance: random.Random, codes: set[str]) -> list[str]:
    """Rows that come to these codes, as different hands write them."""
    rows, left = [], sorted(codes)
    while left:
        code = left.pop(0)
        last = code
        while left and len(left[0]) == len(code) and \
                int(left[0]) == int(last) + 1 and chance.random() < 0.8:
            last = left.pop(0)
        plus = chance.choice(["", "+"])
        if last != code:
            rows.append(plus + code + chance.choice(["-", " - ", "–"])
                        + plus + last)
        else:
            rows.append(plus + code + chance.choice(
                ["", "", "X" * chance.randint(1, 7)]))
    chance.shuffle(rows)
    lists = []
    while rows:
        few = [rows.pop() for _ in range(min(len(rows),
                                             chance.randint(1, 4)))]
        lists.append(chance.choice([";", ", ", " ; "]).join(few))
    return lists


@pytest.mark.parametrize("seed", range(50))
def test_codes_in_any_form(seed: int) -> None:
    chance = random.Random(seed)
    codes = {str(chance.randint(1, 10 ** chance.randint(1, 9)))
             for _ in range(chance.randint(1, 60))}
    start = chance.randint(1000, 90000)
    codes |= {str(start + i) for i in range(chance.randint(0, 300))}
    rows = spelled(chance, codes)
    text = "prefix\trate\tcurrency\n" + "".join(
        f'"{row}"\t{line}\tRUB\n' for line, row in enumerate(rows, 2))
    sheet = Sheet(text.encode())
    assert not sheet.rejects
    assert sheet.rows_good == len(rows)
    found = [rate.prefix for rate in sheet]
    assert sorted(found) == sorted(codes)
    assert all(rate.line == rate.price for rate in sheet)


@pytest.mark.parametrize("seed", range(50))
def test_days_in_any_order(seed: int) -> None:
    """What is in force on each day, beside a list of days."""
    chance = random.Random(seed)
    rows, owner = [], {}
    days = sorted(chance.sample(range(1, 29), chance.randint(1, 10)))
    for i, day in enumerate(days):
        after = days[i + 1] if i + 1 < len(days) else 29
        end = chance.choice([None, None, chance.randint(day + 1, after)])
        rows.append((day, end))
        owner.update({d: day for d in range(day, end or after)})
    chance.shuffle(rows)
    sheet = Sheet((DATES + "".join(
        f"7,{day},RUB,2026-02-{day:02},"
        + (f"2026-02-{end:02}" if end and end < 29 else
           "2026-03-01" if end else "") + "\n"
        for day, end in rows)).encode())
    assert not sheet.rejects
    found: dict[int, int] = {}
    for rate in sheet:
        for day in range(1, 29):
            noon = dt.datetime(2026, 2, day, 12, tzinfo=dt.timezone.utc)
            if rate.effective_from <= noon and (
                    rate.effective_to is None or noon < rate.effective_to):
                assert day not in found
                found[day] = int(rate.price)
    assert found == owner
