"""Problems and warnings of `apply` in Russian, and reasons of trunks: every
sentence that the library's sources have for them is held against the tables,
and the command says them."""

from __future__ import annotations

import re

import pytest

from conftest import OFFICE, SOURCE
from trunkwise.deployment_words import DEPLOYMENT_REASONS
from trunkwise.reasons import deployment_reason_in, trunk_reason_in
from trunkwise.trunk_words import TRUNK_REASONS

CYRILLIC = re.compile("[а-яё]", re.I)
LITERALS = re.compile(r'((?:"(?:[^"\\\n]|\\.)*"\s*(?:PRI\w+\s*)?)+)')
PIECES = re.compile(r'"((?:[^"\\\n]|\\.)*)"|(PRI\w+)')
HOLE = re.compile(r"%[-+ #0]*[\d.*]*(?:hh|h|ll|l|z|j)?[a-zA-Z]")

# Said of wrong calls in C, which no file causes, or no sentence at all.
NOT_OF_A_FILE = re.compile(
    "NULL|_INIT|no place for|no deployment|are needed|is needed|needs an "
    "instant|unknown flags|buffer of|decimals must|round first|no direction "
    "to|no relation to|are wanted|no known value|no such rule|list of terms|"
    "in one list|not in SQL|cannot be read|amount is beyond|unknown rounding|"
    "name is derived|FROM |INSERT |UPDATE |VALUES|^, parent|"
    "0[0-9]:00$|value type|is told beside flows or TW_|TW_TRUNK_GIN|"
    "no zone|no day to|^declared are $|holds a password.$|a static trunk has none|within 1..{}$|no memory$")


def calls_of(path, names):
    """What stands between the brackets of each call."""
    text = re.sub(r"/\*.*?\*/", "", (SOURCE / path).read_text(), flags=re.S)
    for call in re.finditer(rf"\b(?:{'|'.join(names)})\(", text):
        at, depth, quoted = call.end(), 1, False
        while depth:
            if quoted and text[at] == "\\":
                at += 1
            elif text[at] == '"':
                quoted = not quoted
            elif not quoted:
                depth += {"(": 1, ")": -1}.get(text[at], 0)
            at += 1
        yield text[call.end():at - 1]


def sentences(path, names):
    """Each text of these calls, {} for what differs."""
    for inside in calls_of(path, names):
        for group in LITERALS.findall(inside):
            text = "".join("d" if macro else piece for piece, macro
                           in PIECES.findall(group)).replace('\\"', '"')
            text = HOLE.sub("{}", text.replace("%%", "\0")).replace(
                "\0", "%")
            if " " in text and re.search("[a-z]{3}", text):
                yield text


FAIL = ("tw__problem", "tw__fail", "tw__fail_at", "refuse", "problem",
        "printf", "tw__buf_printf", "tw__buf_text", "fail", "warn")
OF_FILES = [
    *(f"src/accounts/{p.name}" for p in
      sorted((SOURCE / "src/accounts").glob("deployment*.c"))
      if p.name != "deployment_write.c"),
    "src/accounts/match.c", "src/accounts/kinds_names.c",
    "src/accounts/tariff_terms.c", "src/base/e164.c", "src/base/decimal.c",
    "src/registration/hop.c", "src/registration/codes.c",
    "src/registration/prefix.c", "src/rating/rules.c", "src/rating/terms.c",
    "src/rating/band.c",
]
REASON = ("tw__registration_reason", "set_reason", "tw__qualify_silent",
          "tw__reason_write", "snprintf", "tw__config_hide")
OF_TRUNKS = [(f"src/registration/{name}.c", REASON) for name in (
    "resolve", "reach", "qualify", "qualify_door", "attempt", "loss",
    "machine", "flows", "doubt", "update")] + [
    ("src/registration/challenge.c", ("tw__fail", "tw__fail_at")),
    ("src/sip/tls_why.c", ("why",)), ("src/sip/dns.c", ("fail",)),
    ("src/sip/knock.c", ("tw__flow_lose",)),
    ("src/sip/flow.c", ("tw__flow_lose",))]


def test_every_problem_of_a_deployment_is_translated():
    known = {s for path in OF_FILES for s in sentences(path, FAIL)
             if not NOT_OF_A_FILE.search(s)}
    assert len(known) > 140
    assert sorted(known - set(DEPLOYMENT_REASONS)) == []


def test_no_sentence_is_made_of_holes_alone():
    """A name before somebody else's sentence is one that no table has."""
    for path in OF_FILES:
        for inside in calls_of(path, ("tw__problem", "tw__fail",
                                      "tw__fail_at")):
            for text in LITERALS.findall(inside):
                assert not re.fullmatch(r'"%s %s"\s*', text), (path, inside)


def test_every_fault_of_a_staple_is_translated():
    source = (SOURCE / "src/sip/tls_staple.c").read_text()
    faults = re.findall(r'(?:return|MALFORMED|[?:])\s+"([a-zA-Z ]+)"', source)
    assert len(faults) > 6 and "not valid yet" in faults
    assert sorted(set(faults) - set(TRUNK_REASONS)) == []


def test_every_reason_of_a_trunk_is_translated():
    known = {s for path, names in OF_TRUNKS for s in sentences(path, names)}
    assert len(known) > 60
    assert sorted(known - set(TRUNK_REASONS)) == []


@pytest.mark.parametrize("table", [DEPLOYMENT_REASONS, TRUNK_REASONS])
def test_holes_agree(table):
    for english, russian in table.items():
        assert english.count("{}") == russian.count("{}"), english
        assert CYRILLIC.search(russian) or english in russian or \
            english == "true or false", english


@pytest.mark.parametrize("english, russian", [
    ("there is no department 'Kazn' in this deployment; did you mean "
     "'Kazan'?", "в описании нет department 'Kazn'; может быть, 'Kazan'?"),
    ("rent is a whole number here; write money as a text, \"450.00\"",
     "rent: здесь это целое число; напишите деньги текстом, \"450.00\""),
    ("is purple", "is purple"),
])
def test_holes_hold_sentences(english, russian):
    assert deployment_reason_in("ru", english) == russian
    assert deployment_reason_in("en", english) == english


@pytest.mark.parametrize("english, russian", [
    ("carrier.test: there is no address of that name in DNS",
     "carrier.test: такого имени нет в DNS"),
    ("carrier.test: DNS: no answer", "carrier.test: DNS: нет ответа"),
    ("OPTIONS: no answer within 3000 ms, 3 times in a row",
     "OPTIONS: нет ответа за 3000 мс, 3 раз подряд"),
    ("OPTIONS: 404 Not Found, 1 times in a row",
     "OPTIONS: 404 Not Found, 1 раз подряд"),
    ("403: Forbidden", "403: Forbidden"),
])
def test_reasons_of_trunks(english, russian):
    assert trunk_reason_in("ru", english) == russian


BAD = OFFICE.replace('department = "Kazan"', 'department = "Kazn"') \
    .replace('rent = "310.00"', "rent = 310") + """
[[pool]]
name = "empty"
colour = "red"
"""


def test_values_and_references_are_said_at_once(put):
    said = put(BAD, check=2).err
    for words in ("number[0].rent: ", "number[0].department: ",
                  "pool[0].colour: "):
        assert words in said
    document = put(BAD, "--json", check=2).json
    assert [p["field"] for p in document["problems"]].count(
        "number[0].rent") == 1


@pytest.mark.parametrize("extra", [
    'registrar = "sips:a"', 'registrar = "sip:a:99999"',
    'registrar = "http://a"', 'registrar = "sip:a;x=y"',
    'backup = "sip:u@a"', 'password_file = "../main.secret"',
    'backup = "sip:10.0.0.7"\noutbound_proxy = "sip:10.0.0.8"',
    'registrar = "sip:a;transport=tls"\nbackup = "sip:10.0.0.7"',
])
def test_faults_of_a_trunk_are_said_in_russian(extra, put):
    """Each is refused by `trunk check`, too."""
    own = "" if "registrar" in extra else 'registrar = "sip:a"\n'
    done = put(OFFICE + f"""
[[trunk]]
name = "main"
carrier = "north"
user = "u"
{own}{extra}
""", "--lang", "ru", check=2)
    lines = done.err.splitlines()
    assert len(lines) == 1 and "trunk[0]." in lines[0], lines
    assert len(CYRILLIC.findall(lines[0])) > 8, lines


@pytest.mark.parametrize("system", [
    "Connection refused", "No route to host", "Network is unreachable"])
def test_what_the_system_says_of_connections(system):
    said = trunk_reason_in("ru", f"TCP connection: {system}")
    assert system not in said and CYRILLIC.search(said)


def test_the_command_says_it_in_russian(put):
    done = put(BAD, "--lang", "ru", check=2)
    for line in done.err.splitlines():
        assert len(CYRILLIC.findall(line)) > 8, line
    assert "может быть, 'Kazan'?" in done.err
    document = put(BAD, "--lang", "ru", "--json", check=2).json
    assert not any(CYRILLIC.search(p["message"])
                   for p in document["problems"])
    warned = put(OFFICE + '\n[[pool]]\nname = "empty"\n', "--lang", "ru")
    assert "её вызовы никому не звонят" in warned.err
