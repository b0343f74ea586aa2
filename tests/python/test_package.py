"""The package as a Python developer meets it."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

import trunkwise
from conftest import OFFICE, SHEET


def test_errors_are_also_built_in_ones(tmp_path):
    with pytest.raises(LookupError):
        trunkwise.Store(tmp_path / "none.db")
    with pytest.raises(ValueError):
        trunkwise.Deployment("[[nonsense]]\nx = 1\n")
    with pytest.raises(trunkwise.Error) as caught:
        trunkwise.Deployment("[company]\ncolour = 1\n")
    assert caught.value.field == "company.colour"
    assert caught.value.code == "TW_EINVAL"


def test_store_that_was_not_closed_warns(tmp_path):
    store = trunkwise.Store(tmp_path / "s.db", create=True)
    with pytest.warns(ResourceWarning):
        del store
        gc.collect()


def test_transaction_is_all_or_nothing(tmp_path):
    with trunkwise.Store(tmp_path / "s.db", create=True) as store:
        with pytest.raises(RuntimeError):
            with store.transaction():
                store.apply(trunkwise.Deployment(
                    OFFICE.replace('sheet = "north.csv"', "")))
                raise RuntimeError("changed my mind")
        assert list(store.directory().rows("department")) == []


def test_directory_rows(tmp_path):
    with trunkwise.Store(tmp_path / "s.db", create=True) as store:
        store.apply(trunkwise.Deployment(
            OFFICE.replace('sheet = "north.csv"', "")))
        directory = store.directory()
        number = directory.find("number", "78432000001")
        assert number["department"] == "Kazan"
        assert number["rent"] == "310"
        assert {r.name for r in directory.rows("department")} == {
            "Kazan", "Ufa"}
        with pytest.raises(KeyError):
            number["colour"]


def test_handles_may_die_in_any_order(tmp_path):
    store = trunkwise.Store(tmp_path / "s.db", create=True)
    store.import_tariff(SHEET.encode(), tariff="t", carrier="c")
    deck = store.deck("c")
    directory = store.directory()
    store.close()
    del store
    gc.collect()
    assert len(deck) == 3
    assert list(directory.rows("carrier"))[0].name == "c"


def test_two_stores_in_one_process(tmp_path):
    with trunkwise.Store(tmp_path / "a.db", create=True) as a, \
            trunkwise.Store(tmp_path / "b.db", create=True) as b:
        a.import_tariff(SHEET.encode(), tariff="t", carrier="c")
        assert [r.name for r in a.directory().rows("carrier")] == ["c"]
        assert list(b.directory().rows("carrier")) == []


def test_command_finds_its_package_without_environment():
    import os
    from conftest import BUILD
    done = subprocess.run(
        [sys.executable, BUILD / "bin" / "trunkwise", "--python-path"],
        capture_output=True, text=True,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"})
    assert done.returncode == 0, done.stderr
    assert os.path.isfile(os.path.join(done.stdout.strip(), "trunkwise",
                                       "cli.py"))
