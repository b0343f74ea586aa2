"""The command in rough hands: bad arguments, closed outputs, Ctrl-C, kills,
full disks. It ends with words and a documented status, never a traceback."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

import trunkwise
from conftest import BUILD, SOURCE

DAY_ONE = SOURCE / "examples" / "day-one"
ASTERISK = ("--preset", "asterisk", "--zone", "Europe/Moscow",
            "--trunk", "PJSIP/main-*")
SCRIPT = [sys.executable, str(BUILD / "bin" / "trunkwise")]


@pytest.fixture
def books(tmp_path, command):
    """The day-one files and a store made of them."""
    for path in DAY_ONE.glob("*.csv"):
        shutil.copy(path, tmp_path)
    command("directory", "import", "s.db", "departments.csv", cwd=tmp_path,
            check=0)
    command("tariff", "import", "s.db", "tariff.csv", "--tariff", "annex",
            "--carrier", "north", cwd=tmp_path, check=0)
    command("cdr", "import", "s.db", "Master.csv", *ASTERISK, cwd=tmp_path,
            check=0)
    return tmp_path


def plain_end(result, status):
    """One refusal, said in a line, with its status."""
    assert result.status == status, result.out + result.err
    assert "Traceback" not in result.err
    assert "Sanitizer" not in result.err


# ---- what people type ----

@pytest.mark.parametrize("number", ["+78432000002", "88432000002",
                                    "8 (843) 200-00-02", "78432000002"])
def test_a_number_as_people_dial_it(books, command, number):
    row = command("rating", "explain", "s.db", number, "--seconds", "61",
                  "--at", "2026-10-05T12:00:00+03:00", "--json", cwd=books,
                  check=0).json["candidates"][0]
    assert (row["prefix"], row["cost"]) == ("7843", "0.92")


@pytest.mark.parametrize("number", ["", "abc", "\u0668\u0668", "12x",
                                    "9" * 40, "+"])
def test_what_is_no_number(books, command, number):
    result = command("rating", "explain", "s.db", number, cwd=books)
    plain_end(result, 2)
    assert result.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [
    ("--seconds", "99999999999999999999"), ("--seconds", "-1"),
    ("--at", "0001-01-01"), ("--at", ""), ("--at", "2026-02-30"),
    ("--at", "1969-12-31"), ("--at", "10000-01-01")])
def test_numbers_and_times_out_of_range(books, command, arguments):
    result = command("rating", "explain", "s.db", "79170000000", *arguments,
                     cwd=books)
    plain_end(result, 2)
    assert arguments[0] in result.err


@pytest.mark.parametrize("batch", ["0", "-1", "99999999999999999999", "7"])
def test_undo_of_what_is_no_batch(books, command, batch):
    result = command("import", "undo", "s.db", "--", batch, cwd=books)
    plain_end(result, 2)
    assert "import list" in result.err


def test_argument_that_is_no_utf8(books):
    done = subprocess.run(
        [*map(os.fsencode, SCRIPT), b"verify", b"\xff.db"], cwd=books,
        capture_output=True)
    assert done.returncode == 2
    assert b"store: is not UTF-8" in done.stderr


def test_one_of_several_arguments_that_is_no_utf8(books):
    done = subprocess.run(
        [*map(os.fsencode, SCRIPT), b"call", b"preview", b"s.db", b"1",
         b"--busy", b"anna", b"--busy", b"\xff"], cwd=books,
        capture_output=True)
    assert done.returncode == 2
    assert done.stderr.startswith(b"trunkwise: busy: is not UTF-8")


def test_output_ending_decides_or_is_refused(books, command):
    report = ("report", "expenses", "s.db", "--month", "2026-10")
    refused = command(*report, "-o", "r.pdf", cwd=books)
    plain_end(refused, 2)
    assert ".pdf" in refused.err and not (books / "r.pdf").exists()
    command(*report, "-o", "r.XLSX", cwd=books, check=0)
    assert (books / "r.XLSX").read_bytes()[:2] == b"PK"
    plain_end(command(*report, "--json", "--format", "csv", cwd=books), 2)


# ---- outputs that fail ----

@pytest.mark.parametrize("extra", [(), ("--json",), ("--format", "xlsx")])
def test_full_standard_output(books, extra):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*SCRIPT, "report", "expenses", "s.db", "--month", "2026-10",
             *extra], cwd=books, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1
    assert b"standard output: No space left" in done.stderr
    assert b"Traceback" not in done.stderr


def test_closed_standard_output(books):
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *SCRIPT, "verify", "s.db"],
        cwd=books, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert b"closed" in done.stderr and b"Traceback" not in done.stderr


def test_failed_report_keeps_the_old_file(books, command):
    (books / "r.html").write_text("old")
    (books / "r.html").chmod(0o640)
    report = ("report", "expenses", "s.db", "--month", "2026-10", "-o")
    command(*report, "r.html", cwd=books, check=0)
    assert (books / "r.html").stat().st_mode & 0o777 == 0o640
    assert "<html" in (books / "r.html").read_text()
    plain_end(command(*report, "none/r.html", cwd=books), 2)
    plain_end(command(*report, "/dev/full", cwd=books), 2)
    assert not list(books.glob(".trunkwise-*"))


def test_report_in_cyrillic_under_the_c_locale(books):
    done = subprocess.run(
        [*SCRIPT, "verify", "s.db", "--lang", "ru"], cwd=books,
        env={**os.environ, "LC_ALL": "en_US.ISO-8859-1",
             "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        capture_output=True)
    assert done.returncode == 0
    assert "Все проверки" in done.stdout.decode()


def test_csv_for_a_russian_excel(books, command):
    report = ("report", "expenses", "s.db", "--month", "2026-10", "-o")
    command(*report, "ru.csv", "--lang", "ru", cwd=books, check=0)
    raw = (books / "ru.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") and b"\r\n" in raw
    sales = [line.split(";") for line in raw.decode("utf-8-sig").splitlines()
             if line.startswith("Sales;")][0]
    assert "33,84" in sales
    command(*report, "en.csv", cwd=books, check=0)
    raw = (books / "en.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf") and b",33.84," in raw


# ---- input that is no such file ----

def _commands(file):
    return [("cdr", "import", "z.db", file, "--preset", "native"),
            ("cdr", "import", "z.db", file, *ASTERISK),
            ("directory", "import", "z.db", file),
            ("tariff", "import", "z.db", file, "--tariff", "t",
             "--carrier", "c"),
            ("tariff", "check", file), ("apply", file, "z.db"),
            ("apply", file, "z.db", "--json")]


@pytest.mark.parametrize("name", [".", "none.csv", "empty", "garbage"])
def test_unreadable_input_changes_nothing(tmp_path, command, name):
    (tmp_path / "empty").touch()
    (tmp_path / "garbage").write_bytes(
        bytes((i * 7919 >> 3) & 255 for i in range(70000)))
    for arguments in _commands(name):
        result = command(*arguments, cwd=tmp_path)
        plain_end(result, 2)
        assert name in result.err, (arguments, result.err)
        assert not list(tmp_path.glob("z.db*")), arguments


@pytest.mark.parametrize("text", [
    "x = " + "[" * 5000, "x = " + "9" * 5000, "x = 0x" + "f" * 9000,
    '"\\u0000" = 1', "tariff = 3", "[[tariff]]\nsheet = 5",
    "company = [[1]]", "\ufeff\ufeff", "[company]\nname = '"
    + "x" * 10**6 + "'", "[company]\nzone = '../../etc/passwd'", "a = nan"],
    ids=range(11))
def test_toml_that_is_no_deployment(tmp_path, command, text):
    (tmp_path / "d.toml").write_text(text)
    for extra in (), ("--json",):
        result = command("apply", "d.toml", "s.db", *extra, cwd=tmp_path)
        plain_end(result, 2)
        assert len(result.err) < 4000
    assert "message" in result.out and not (tmp_path / "s.db").exists()


# ---- stores that are none ----

def test_stores_that_are_none(books, command):
    (books / "text.db").write_text("not a store " * 1000)
    whole = (books / "s.db").read_bytes()
    (books / "cut.db").write_bytes(whole[:len(whole) // 3])
    subprocess.run([sys.executable, "-c", "import sqlite3\n"
                    "c = sqlite3.connect('other.db')\n"
                    "c.execute('CREATE TABLE t (x)'); c.commit()"],
                   cwd=books, check=True)
    (books / "folder.db").mkdir()
    os.mkfifo(books / "pipe.db")
    for name in ("text.db", "cut.db", "other.db", "folder.db", "pipe.db",
                 "/dev/null", "none/s.db"):
        before = ((books / name).read_bytes()
                  if (books / name).is_file() else b"")
        for arguments in (("verify", name),
                          ("cdr", "import", name, "Master.csv", *ASTERISK),
                          ("report", "expenses", name, "--month",
                           "2026-10")):
            result = command(*arguments, cwd=books)
            plain_end(result, 2)
            assert name in result.err, result.err
        if before:
            assert (books / name).read_bytes() == before


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"),
                    reason="needs setpriv to become nobody")
def test_a_user_without_rights_is_told_which(books):
    if os.geteuid() == 0:
        nobody = ["setpriv", "--reuid", "65534", "--regid", "65534",
                  "--clear-groups"]
        for path in (books, *books.parents):
            if path != path.parent and not path.stat().st_mode & 1:
                path.chmod(path.stat().st_mode | 0o111)
    else:
        nobody = []
        (books / "s.db").chmod(0)
    done = subprocess.run([*nobody, *SCRIPT, "verify", "s.db"], cwd=books,
                          capture_output=True, text=True)
    if nobody and not done.stderr.startswith("trunkwise: "):
        pytest.skip("nobody cannot run the build")
    assert done.returncode == 2
    assert "s.db" in done.stderr and "access" in done.stderr


# ---- being cut off ----

@pytest.fixture
def long_file(books):
    """Calls enough for an import of some seconds."""
    with open(books / "long.csv", "w") as file:
        for i in range(150_000):
            day, second = 1 + i % 28, i % 60
            at = f"2026-10-{day:02d} {10 + i % 8}:{i // 60 % 60:02d}"
            file.write(
                f'"","{100 + i % 50}","8495{i:07d}","i","x","PJSIP/1-{i}",'
                f'"PJSIP/main-{i}","Dial","x","{at}:{second:02d}",'
                f'"{at}:{second:02d}","{at}:{second:02d}",0,0,"ANSWERED",'
                f'"DOCUMENTATION","{i}.1",""\n')
    return books


def wait_for_writer(path, running):
    """Until somebody else holds the lock: then the import is under way."""
    with trunkwise.Store(path, lock_wait_ms=0) as store:
        while running.poll() is None:
            try:
                with store.transaction():
                    pass
            except trunkwise.Error as error:
                assert error.code == "TW_EBUSY"
                return
            time.sleep(0.01)


@pytest.mark.parametrize("number, wait", [
    (signal.SIGINT, 0), (signal.SIGINT, 0.3), (signal.SIGKILL, 0),
    (signal.SIGKILL, 0.5)])
def test_cut_off_import_leaves_nothing(long_file, command, number, wait):
    running = subprocess.Popen(
        [*SCRIPT, "cdr", "import", "s.db", "long.csv", *ASTERISK],
        cwd=long_file, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT,
                                         signal.default_int_handler))
    wait_for_writer(long_file / "s.db", running)
    time.sleep(wait)
    running.send_signal(number)
    sent = time.monotonic()
    out, err = running.communicate(timeout=60)
    assert "Traceback" not in err
    if running.returncode == 0:
        pytest.skip("this machine had finished before the signal")
    if number == signal.SIGINT:
        assert running.returncode == 130
        assert time.monotonic() - sent < 10
    batches = command("import", "list", "s.db", "--json", cwd=long_file,
                      check=0).json["batches"]
    assert len(batches) == 1
    command("verify", "s.db", cwd=long_file, check=0)
    again = command("cdr", "import", "s.db", "Master.csv", *ASTERISK,
                    "--json", cwd=long_file, check=0).json
    assert again["duplicates"] == again["rows_read"]


@pytest.mark.parametrize("name", ["s.db", "s.db.lock"])
@pytest.mark.parametrize("replaced", [False, True])
def test_store_that_is_taken_away_while_open(tmp_path, name, replaced):
    """What would be written into a deleted file is refused instead."""
    sheet = (DAY_ONE / "tariff.csv").read_bytes()
    with trunkwise.Store(tmp_path / "s.db", create=True) as store:
        store.import_tariff(sheet, tariff="t", carrier="c")
        os.rename(tmp_path / name, tmp_path / "away")
        if replaced:
            shutil.copy(tmp_path / "away", tmp_path / name)
        with pytest.raises(trunkwise.Error) as caught:
            store.import_tariff(sheet, tariff="u", carrier="c")
        assert caught.value.code == "TW_EIO"
        assert "replaced" in caught.value.message
        if replaced:
            os.unlink(tmp_path / name)
        os.rename(tmp_path / "away", tmp_path / name)
        store.import_tariff(sheet, tariff="u", carrier="c")
        assert all(verdict.holds for verdict in store.verify())


def test_two_first_imports_at_once(books, command):
    lines = (books / "Master.csv").read_text().splitlines(keepends=True)
    (books / "a.csv").write_text("".join(lines[:40]))
    (books / "b.csv").write_text("".join(lines[40:]))
    (books / "c.csv").write_text("no,such,header\n")
    runs = [subprocess.Popen(
        [*SCRIPT, *arguments], cwd=books, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True) for arguments in (
            ("cdr", "import", "n.db", "c.csv", "--preset", "native"),
            ("cdr", "import", "n.db", "a.csv", *ASTERISK),
            ("directory", "import", "n.db", "c.csv"),
            ("cdr", "import", "n.db", "b.csv", *ASTERISK))]
    errors = [run.communicate(timeout=60)[1] for run in runs]
    for error in errors:
        assert "Traceback" not in error
    # Whoever was told "done" finds its rows.
    stored = sum(b["rows_stored"] for b in command(
        "import", "list", "n.db", "--json", cwd=books).json.get(
            "batches", []))
    told = sum(n for run, n in ((runs[1], 40), (runs[3], len(lines) - 40))
               if run.returncode == 0)
    assert stored == told


def test_a_carrier_asked_for_by_name_is_there_or_not(books, command):
    """Not a verdict beside others, which would hide a slip of the pen."""
    result = command("rating", "explain", "s.db", "74951234567",
                     "--carrier", "nope", cwd=books)
    plain_end(result, 2)
    assert "'nope' is not in the directory" in result.err


def test_a_refused_sheet_tells_no_new_prices(books, command):
    """Its counts would read as if they were in force."""
    (books / "bad.csv").write_text("prefix,rate,currency\n7,1,RUB\n7,x,RUB\n")
    result = command("tariff", "import", "s.db", "bad.csv", "--tariff",
                     "annex", "--carrier", "north", cwd=books)
    assert result.status == 1
    assert "prices:" not in result.out and "rules of" not in result.out
    assert "Nothing in force was changed" in result.err
