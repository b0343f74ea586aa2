"""Call records of a file that comes by and by: the same as of all its bytes
at once, in a memory that does not grow with it."""

import gzip
import io
import os
import subprocess
import sys
import threading

import pytest

from conftest import BUILD
from test_import_thread import everything, month_of
from trunkwise import errors
from trunkwise.store import Store

SMALL = (b"call_id,start,duration,caller,callee\n"
         b"a,2026-10-05T10:00:00Z,60,101,79161234567\n")


def pieces(data: bytes, size: int):
    return (data[i:i + size] for i in range(0, len(data), size))


def books(path, data, **options):
    with Store(path, create=True) as store:
        result = store.import_calls(data, preset="native", **options)
        assert all(check.holds for check in store.verify())
    return result.counts, everything(path)


def test_every_source(tmp_path):
    data = month_of(9, sick=True)
    plain = tmp_path / "calls.csv"
    plain.write_bytes(b"before\n" + data)
    packed = tmp_path / "calls.csv.gz"
    packed.write_bytes(gzip.compress(data))
    wanted = books(tmp_path / "bytes.db", data)
    assert wanted[0].conflicts and wanted[0].rows_rejected
    with open(plain, "rb") as buffered, \
            open(plain, "rb", buffering=0) as bare, \
            gzip.open(packed) as unpacked:
        assert buffered.readline() == b"before\n"    # read on from there
        bare.seek(7)
        sources = {"buffered": buffered, "bare": bare, "gzip": unpacked,
                   "memory": io.BytesIO(data), "array": bytearray(data),
                   "pieces": pieces(data, 70001),
                   "list": [memoryview(p) for p in pieces(data, 1 << 20)]}
        for name, source in sources.items():
            assert books(tmp_path / f"{name}.db", source) == wanted, name


def run(*arguments, stdin=None):
    return subprocess.run(
        [sys.executable, str(BUILD / "bin" / "trunkwise"),
         *map(str, arguments)], stdin=stdin, capture_output=True, timeout=120)


def test_command(tmp_path):
    data = month_of(9, sick=True)
    (tmp_path / "calls.csv").write_bytes(data)
    said = run("cdr", "import", tmp_path / "a.db", tmp_path / "calls.csv",
               "--preset", "native", "--json")
    assert said.returncode == 1    # rows were put aside
    with open(tmp_path / "calls.csv", "rb") as file:
        again = run("cdr", "import", tmp_path / "b.db", "-", "--preset",
                    "native", "--json", stdin=file)
    assert again.stdout == said.stdout
    with subprocess.Popen(["cat", tmp_path / "calls.csv"],
                          stdout=subprocess.PIPE) as cat:
        piped = run("cdr", "import", tmp_path / "c.db", "-", "--preset",
                    "native", "--json", stdin=cat.stdout)
    assert piped.stdout == said.stdout
    tables = [everything(tmp_path / f"{name}.db") for name in "abc"]
    batches = [t.pop("batch") for t in tables]
    assert tables[0] == tables[1] == tables[2]
    # a pipe has no name, so that two of them are never taken for one file
    assert "calls.csv" in batches[0][0] and "" in batches[1][0]
    # the same bytes, however they came
    assert b'"rows_stored": 0' in run(
        "cdr", "import", tmp_path / "c.db", tmp_path / "calls.csv",
        "--preset", "native", "--json").stdout
    with Store(tmp_path / "c.db") as store:
        assert len(store.imports()) == 1
    # nothing is left beside the stores
    assert {p.name.split(".")[0] for p in tmp_path.iterdir()} == {
        "a", "b", "c", "calls"}


def test_breaks_off(tmp_path):
    def half():
        yield month_of(9, sick=False)
        raise RuntimeError("the other end is gone")

    with Store(tmp_path / "s.db", create=True) as store:
        with pytest.raises(RuntimeError, match="gone"):
            store.import_calls(half(), preset="native")
        assert store.imports() == []
        # and nothing is locked
        assert store.import_calls([SMALL], preset="native"
                                  ).counts.rows_stored == 1
        with pytest.raises(TypeError):
            store.import_calls(["text"], preset="native")
        with open(__file__) as text, pytest.raises(TypeError, match="bytes"):
            store.import_calls(text, preset="native")


def test_waits_without_a_lock(tmp_path):
    """A pipe that takes its time keeps nobody from writing."""
    path, come, go = tmp_path / "s.db", threading.Event(), threading.Event()

    def slow():
        yield SMALL[:40]
        come.set()
        assert go.wait(60)
        yield SMALL[40:] + b"\n"

    def take():
        with Store(path) as store:
            store.import_calls(slow(), preset="native", source="slow")

    Store(path, create=True).close()
    thread = threading.Thread(target=take)
    thread.start()
    assert come.wait(60)
    with Store(path, lock_wait_ms=0) as store:
        store.import_calls(SMALL, preset="native", source="quick")
        go.set()
        thread.join()
        assert len(store.imports()) == 2


@pytest.mark.parametrize("data", [b"", b"\n\n\n", b"\0\0\0\0"])
def test_nothing(tmp_path, data):
    with Store(tmp_path / "s.db", create=True) as store:
        for source in (data, io.BytesIO(data)):
            with pytest.raises(errors.ParseError):
                store.import_calls(source, preset="native")
        assert store.imports() == []
    result = subprocess.run(
        [sys.executable, str(BUILD / "bin" / "trunkwise"), "cdr", "import",
         str(tmp_path / "n.db"), "-", "--preset", "native"], input=data,
        capture_output=True, timeout=60)
    assert result.returncode and not (tmp_path / "n.db").exists()


def peak(tmp_path, make, name) -> tuple[int, bytes]:
    """MiB that the command takes for a pipe, and what it says."""
    read, write = os.pipe()
    process = subprocess.Popen(
        [sys.executable, str(BUILD / "bin" / "trunkwise"), "cdr", "import",
         str(tmp_path / name), "-", "--preset", "native", "--json"],
        stdin=read, stdout=subprocess.PIPE)
    os.close(read)
    with open(write, "wb") as pipe:
        for piece in make():
            pipe.write(piece)
    said = process.stdout.read()
    process.stdout.close()
    usage = os.wait4(process.pid, 0)[2]
    process.returncode = 0
    return usage.ru_maxrss >> 10, said


@pytest.mark.skipif("asan" in os.environ.get("LD_PRELOAD", ""),
                    reason="the sanitizer holds what was freed")
def test_memory(tmp_path):
    head = SMALL.split(b"\n")[0] + b",other\n"

    def wide(rows):
        yield head
        for i in range(rows):
            yield (b"c%d,2026-10-05T10:00:00Z,60,101,79161234567," % i
                   + b"x" * 4000 + b"\n")

    def endless(first):
        yield head + first
        for _ in range(100):
            yield b"x" * (1 << 20)

    least, _ = peak(tmp_path, lambda: wide(10), "small.db")
    most, said = peak(tmp_path, lambda: wide(30000), "wide.db")    # 115 MiB
    assert b'"rows_stored": 30000' in said
    assert most < least + 60, (least, most)
    for name, first in (("line.db", b"c,"), ("quote.db", b'c,"')):
        most, said = peak(tmp_path, lambda: endless(first), name)
        assert b'1 MiB' in said
        assert most < least + 60, (least, most)


def test_a_pipe_that_finds_no_room(tmp_path):
    """Named are the directory that is full and the mend."""
    done = subprocess.run(
        ["sh", "-c", 'ulimit -f 64; head -c 1000000 /dev/zero | '
         '"$0" "$@"', sys.executable, str(BUILD / "bin" / "trunkwise"),
         "cdr", "import", str(tmp_path / "s.db"), "-", "--preset", "native"],
        capture_output=True, text=True, timeout=120)
    assert done.returncode == 2, done.stderr
    assert f"{tmp_path}: " in done.stderr and "free some" in done.stderr
    assert "-: " not in done.stderr
    assert os.listdir(tmp_path) == []
