"""A file that is read and written at once comes to what it comes to alone."""

import contextlib
import datetime as dt
import os
import sqlite3

import pytest

from trunkwise.store import Store

HEAD = ("call_id,start,duration,caller,callee,trunk,department,direction,"
        "cost,currency,campaign\n")
ROWS = 9000


def row(month: int, i: int, seconds: object) -> str:
    at = dt.datetime(2026, month, 1, tzinfo=dt.timezone.utc) \
        + dt.timedelta(seconds=i * 250)
    number = 79160000000 + i * 7919 % (40 if i % 3 else 4000)
    return (f"{month:02}000000-aaaa-4bbb-8ccc-{i:012x},"
            f"{at:%Y-%m-%dT%H:%M:%SZ},{seconds},7843200{i % 50:04},"
            f"{number},main,sales {i % 7},outbound,1.5{i % 9},RUB,"
            f"{'a campaign of autumn' if i % 2 else ''}\n")


def month_of(month: int, *, sick: bool) -> bytes:
    """More than 1 MiB; with rows that come twice, differ or cannot be read."""
    rows = [HEAD]
    for i in range(ROWS):
        if sick and i % 97 == 5:
            rows.append(row(month, i - 3, (i - 3) % 300 + i % 2))
        elif sick and i % 211 == 7:
            rows.append(row(month, i, "many"))
        else:
            rows.append(row(month, i, i % 300))
    return "".join(rows).encode()


def everything(path: os.PathLike[str]) -> dict[str, list[tuple[object, ...]]]:
    """Of all tables, but for when it was done."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        names = [name for name, in db.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' "
            "AND name NOT LIKE 'sqlite_%' ORDER BY name")]
        return {name: [tuple(row) for row in db.execute(
            "SELECT " + ", ".join(
                f'"{column[1]}"' for column in
                db.execute(f'PRAGMA table_info("{name}")')
                if column[1] not in ("made_us", "posted_us", "at_us"))
            + f' FROM "{name}"')] for name in names}


@pytest.mark.parametrize("sick", [False, True])
def test_same_books(tmp_path, sick):
    for name, alone in (("alone.db", True), ("beside.db", False)):
        with Store(tmp_path / name, create=True) as store:
            counts = [store.import_calls(
                month_of(month, sick=sick), preset="native",
                file_name=f"{month}.csv", one_thread=alone).counts
                for month in (9, 10)]
            assert all(c.rows_read == ROWS for c in counts)
            assert all(bool(c.conflicts and c.duplicates and c.rows_rejected)
                       == sick for c in counts)
            again = store.import_calls(month_of(9, sick=sick),
                                       preset="native", one_thread=alone)
            assert again.counts.rows_stored == 0
            assert all(check.holds for check in store.verify())
    alone, beside = (everything(tmp_path / name)
                     for name in ("alone.db", "beside.db"))
    assert len(alone["call_row"]) > 2 * ROWS - 500
    assert alone.keys() == beside.keys()
    for table in alone:
        assert alone[table] == beside[table], table


def test_command(tmp_path, command):
    (tmp_path / "calls.csv").write_bytes(month_of(9, sick=True))
    said = [command("cdr", "import", tmp_path / name, tmp_path / "calls.csv",
                    "--preset", "native", "--json", *more, check=1).json
            for name, more in (("a.db", []), ("b.db", ["--one-thread"]))]
    assert said[0] == said[1]
    assert said[0]["rows_rejected"] > 0
