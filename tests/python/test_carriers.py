"""Every block of docs/carriers.md is a trunk that a deployment takes and that
a set of trunks can be made of."""

from __future__ import annotations

import re
import tomllib

import pytest

import trunkwise
from conftest import OFFICE, SOURCE

PAGE = (SOURCE / "docs" / "carriers.md").read_text()
BLOCKS = re.findall(r"^```toml\n(.*?)^```", PAGE, re.S | re.M)


def test_page_has_them():
    names = [tomllib.loads(block)["trunk"][0]["name"] for block in BLOCKS]
    assert len(names) == len(set(names)) == PAGE.count("\n## ")


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_block_is_taken(block, tmp_path):
    path = tmp_path / "deployment.toml"
    path.write_text(OFFICE.replace('sheet = "north.csv"\n', "") + "\n" + block)
    deployment = trunkwise.Deployment.load(path)
    deployment.check()
    with trunkwise.Store(tmp_path / "office.db", create=True) as store:
        store.apply(deployment)
        trunk, = store.directory().rows("trunk")
        assert trunk.name == tomllib.loads(block)["trunk"][0]["name"]
