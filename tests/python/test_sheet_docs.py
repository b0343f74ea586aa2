"""docs/sheets.md: every example of it, and its commands."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from conftest import BUILD, SOURCE
from trunkwise import Sheet, SheetMap

TEXT = (SOURCE / "docs" / "sheets.md").read_text()
EXAMPLES = re.findall(r"^```toml\n# example: ([^\n]*)\n(.*?)^```", TEXT,
                      re.S | re.M)
MOSCOW = ZoneInfo("Europe/Moscow")


def plain(price: Decimal) -> str:
    text = format(price, "f").rstrip("0")
    return text.rstrip(".") or "0"


def said(rate) -> str:
    text = "ended" if rate.ended else plain(rate.price)
    if rate.effective_to:
        day = rate.effective_to.astimezone(MOSCOW).date()
        text += f" until {day.isoformat()}"
    return f"{rate.prefix} {text}"


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 8


@pytest.mark.parametrize("name, text", EXAMPLES, ids=[e[0] for e in EXAMPLES])
def test_example(name: str, text: str) -> None:
    example = tomllib.loads(text)
    mapping = example.get("mapping")
    sheet = Sheet(example["sheet"].encode(), zone="Europe/Moscow",
                  mapping=SheetMap(mapping) if mapping else None)
    gives = example["gives"]
    assert sheet.rows_read == gives["rows"]
    assert sheet.rows_good == gives["good"]
    assert [said(rate) for rate in sheet] == gives["prices"]
    wanted = gives.get("rejects", [])
    assert len(sheet.rejects) == len(wanted)
    for reject, words in zip(sheet.rejects, wanted):
        place, _, reason = words.partition(": ")
        assert f"{reject.line} {reject.column}" == place
        assert reason in reject.reason


def test_commands(tmp_path) -> None:
    example = next(text for name, text in EXAMPLES if "national" in name)
    sheet = tomllib.loads(example)["sheet"]
    mapping = example[example.index("[mapping]"):example.index("[gives]")]
    (tmp_path / "prices.csv").write_text(sheet)
    (tmp_path / "carrier.toml").write_text(
        mapping.replace("[mapping]\n", "").replace("[mapping.", "["))
    path = f"{BUILD / 'bin'}{os.pathsep}{os.environ['PATH']}"
    block = re.search(r"^```sh\n(.*?)^```", TEXT, re.S | re.M).group(1)
    for line in block.splitlines():
        done = subprocess.run(["sh", "-c", line], cwd=tmp_path,
                              capture_output=True, text=True, timeout=60,
                              env={**os.environ, "PATH": path})
        assert done.returncode == 0, line + done.stderr
        assert "1 stored" in done.stdout


def test_columns_of_the_table() -> None:
    """Each alias of the table is one, as the library reads it."""
    rows = re.findall(r"^\| (`[^|]*) \| ([^|]*) \|", TEXT, re.M)
    names = [name for native, also in rows[:18]
             for name in re.findall(r"`([a-z_]+)`", native)
             + re.split(r"[,;] ", also)
             if re.fullmatch(r"[\w/()]+", name)]
    assert len(names) > 60
    for name in names:
        for one in (re.sub(r"\(.\)", "", name), re.sub(r"[()]", "", name)):
            mapping = SheetMap({"columns": [one]})
            assert mapping.settings == [("columns", one)]
