"""Call records of any layout: built-in presets and mappings, end to end."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal

import pytest

import trunkwise
from conftest import SOURCE
from trunkwise import CdrMap, Store, records

FIXTURES = SOURCE / "tests" / "fixtures" / "records"
PAGE = (SOURCE / "docs" / "call-records.md").read_text()
MAPPING = re.search(r"^```toml\n(.*?)^```", PAGE, re.S | re.M).group(1)
CALLS = (
    "ID;Begin;Picked up;Joined;Talk;From;To;Result;Price\n"
    "1;05.10.2026 10:00:00;05.10.2026 10:00:05;;61500;101;84951234567;OK;"
    "1 234,50\n"
    "2;05.10.2026 11:00:00;;;0;101;84951234567;busy here;\n"
    "3;05.10.2026 11:00:00;soon;;5;101;84951234567;OK;\n"
    "Total;;;;66500;;;;\n")


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "s.db", create=True) as store:
        yield store


def counts(result):
    c = result.counts
    assert c.rows_read == (c.rows_stored + c.rows_rejected + c.duplicates +
                           c.conflicts)
    return c.rows_stored, c.rows_rejected, c.duplicates, c.conflicts


def test_mapping_of_the_page(store):
    mapping = CdrMap(tomllib.loads(MAPPING, parse_float=Decimal))
    result = store.import_calls(CALLS.encode("cp1251"), mapping=mapping)
    assert counts(result) == (2, 2, 0, 0)
    assert [(r.line, r.column) for r in result.rejects] == [
        (4, "Picked up"), (5, "Begin")]
    again = store.import_calls(CALLS.encode("cp1251"), mapping=mapping)
    assert counts(again) == (0, 2, 2, 0)
    # another mapping is another reading of the same bytes
    other = CdrMap({**tomllib.loads(MAPPING), "zone": "UTC"})
    with pytest.raises(trunkwise.Conflict):
        store.import_calls(CALLS.encode("cp1251"), mapping=other)


@pytest.mark.parametrize("text,field,words", [
    ("start = 'x'\nstat = 'y'", "stat", "no key"),
    ("format = 'xlsx'", "format", "csv, json, xml"),
    ("preset = 'excel'", "preset", "excel"),
    ("[statuses]\nOK = 'fine'", "statuses.OK", "answered"),
    ("[default]\ncolour = 'x'", "default.colour", "no key"),
    ("start = ['a, b', 'c']", "start", "comma"),
    ("[statuses.x]\ny = 'busy'", "statuses.x", "table"),
    ("start = \"a\\u0000b\"", "start", "NUL"),
])
def test_bad_mappings_name_the_key(tmp_path, text, field, words):
    (tmp_path / "m.toml").write_text(text)
    with pytest.raises(trunkwise.ParseError) as caught:
        CdrMap.load(tmp_path / "m.toml")
    assert caught.value.field == field
    assert words in str(caught.value)


def test_preset_goes_first_in_a_mapping(store):
    mapping = CdrMap({"zone": "UTC", "preset": "freeswitch_csv"})
    data = (FIXTURES / "freeswitch_csv.csv").read_bytes()
    assert counts(store.import_calls(data, mapping=mapping)) == (5, 0, 0, 0)
    with pytest.raises(trunkwise.InvalidArgument):
        store.import_calls(data, mapping=mapping, preset="native")
    with pytest.raises(trunkwise.InvalidArgument):
        store.import_calls(data)


def fixtures():
    for path in sorted(FIXTURES.iterdir()):
        yield pytest.param(path, id=path.name)


@pytest.mark.parametrize("path", fixtures())
def test_every_fixture_is_stored_once(store, path):
    preset = path.name.partition(".")[0].partition("-")[0]
    assert preset in records.PRESETS
    data = path.read_bytes()
    first = counts(store.import_calls(data, preset=preset,
                                      zone="Europe/Moscow"))
    assert first[0] > 0 and first[2:] == (0, 0)
    again = counts(store.import_calls(data, preset=preset,
                                      zone="Europe/Moscow"))
    assert again == (0, first[1], first[0], 0)
    assert all(v.holds for v in store.verify())


def test_every_preset_has_a_fixture_and_a_row_in_the_page():
    with_file = {path.name.partition(".")[0].partition("-")[0]
                 for path in FIXTURES.iterdir()}
    for preset in records.PRESETS:
        if preset not in ("native", "asterisk"):
            assert preset in with_file
            assert re.search(rf"^\| [^|]*`{preset}`", PAGE, re.M), preset
