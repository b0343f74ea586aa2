"""Two sources of one call, from a shell: what waits, and who decides it."""

from __future__ import annotations

import pytest

import trunkwise

HEAD = "call_id,start,duration,caller,callee,extension,number,direction\n"
PBX = HEAD + """\
p-1,2026-10-05T10:00:00+03:00,61,101,84951234567,101,78432000001,outbound
p-4,2026-10-05T13:00:00+03:00,60,101,79161234568,101,78432000001,outbound
p-5,2026-10-05T13:00:01+03:00,60,201,79161234568,201,78432000001,outbound
"""
CARRIER = HEAD + """\
c-1,2026-10-05T10:00:31+03:00,61,78432000001,84951234567,,78432000001,outbound
c-4,2026-10-05T13:00:30+03:00,60,78432000001,79161234568,,78432000001,outbound
c-5,2026-10-05T13:00:31+03:00,60,78432000001,79161234568,,78432000001,outbound
"""
COMPANY = """
[company]
name = "Factory"
zone = "Europe/Moscow"
currency = "RUB"

[[department]]
name = "Kazan"

[[department]]
name = "Ufa"

[[carrier]]
name = "north"

[[number]]
number = "78432000001"
carrier = "north"
department = "Kazan"

[[match]]
kind = "extension"
match = "100-199"
department = "Kazan"

[[match]]
kind = "extension"
match = "200-299"
department = "Ufa"
"""
TARIFF = ("prefix,destination,rate,currency,effective_from,effective_to,"
          "first_inc,next_inc,connect_fee\n7,Russia,1.50,RUB,,,1,1,0\n")


@pytest.fixture
def store(tmp_path, command):
    (tmp_path / "d.toml").write_text(COMPANY)
    (tmp_path / "t.csv").write_text(TARIFF)
    path = tmp_path / "office.db"
    command("apply", tmp_path / "d.toml", path, "--at", "2026-09-01",
            check=0)
    command("tariff", "import", path, tmp_path / "t.csv", "--tariff", "t",
            "--carrier", "north", check=0)
    for source, text in (("pbx", PBX), ("carrier", CARRIER)):
        (tmp_path / f"{source}.csv").write_text(text)
        command("cdr", "import", path, tmp_path / f"{source}.csv",
                "--preset", "native", "--source", source, check=0)
    return path


def join(command, path, *words):
    return command("cdr", "join", path, "--month", "2026-10", "--first",
                   "pbx", "--second", "carrier", *words)


def test_what_is_ambiguous_waits(store, command):
    for words in ((), (), ("--dry-run",), ()):
        done = join(command, store, *words, "--json")
        assert done.status == 1
        assert (done.json["ambiguous_first"],
                done.json["ambiguous_second"]) == (2, 2)
        assert [r["call"] for r in done.json["rows"]] == [
            "p-4", "p-5", "c-4", "c-5"]
    assert "--accept" in join(command, store).out
    assert "ждут решения" in join(command, store, "--lang", "ru").out


def test_somebody_decides(store, command):
    join(command, store)
    done = join(command, store, "--accept", "p-5", "c-4", "--who", "Anna",
                "--json")
    assert done.status == 0, done.err
    assert done.json["joined"] == 2 and done.json["rows"] == []
    with trunkwise.Store(store) as office:
        cost = {r.department: r.total for r in office.expenses("2026-10").rows}
        calls = {r.department: r.calls for r in office.expenses("2026-10").rows}
        assert calls == {"Kazan": 2, "Ufa": 1}
        assert str(cost["Ufa"]) in ("1.5", "1.50", "1.500000000")
        assert all(v.holds for v in office.verify())
        with pytest.raises(trunkwise.NotFound) as caught:
            office.join("2026-10", first="pbx", second="carrier",
                        accept=("p-5", "c-4"))
        assert caught.value.field == "accept_first"
    assert command("verify", store).status == 0


def test_two_that_are_not_one_are_refused(store, command):
    join(command, store)
    done = join(command, store, "--accept", "p-4", "c-1")
    assert done.status == 2 and "c-1" in done.err
    assert "--accept: no record" in done.err
    done = join(command, store, "--accept", "p-4")
    assert done.status == 2
    for option in ("--window", "--offset-max"):
        done = join(command, store, option, "99999")
        assert done.status == 2 and f"{option}: a window has" in done.err
    done = join(command, store, "--json")
    assert done.json["ambiguous_first"] == 2


def test_a_record_that_is_nobodys_twin(store, command):
    done = join(command, store, "--alone", "nobody", "p-4")
    assert done.status == 2 and "alone" in done.err
    done = join(command, store, "--alone", "pbx", "p-4", "--dry-run",
                "--json")
    assert done.json["only_first"] == 1 and done.json["ambiguous_first"] == 1
    assert join(command, store, "--json").json["ambiguous_first"] == 2
    # one of each side, and nothing is left to guess
    join(command, store, "--alone", "pbx", "p-4", "--who", "Anna")
    done = join(command, store, "--alone", "carrier", "c-5", "--json")
    assert done.status == 0 and done.json["joined"] == 1
    assert [(r["kind"], r["call"]) for r in done.json["rows"]] == [
        ("only_first", "p-4"), ("only_second", "c-5")]
    with trunkwise.Store(store) as office:
        assert sum(r.calls for r in office.expenses("2026-10").rows) == 4
    assert command("verify", store).status == 0
    done = join(command, store, "--alone", "pbx", "p-1")
    assert done.status == 2 and "joined already" in done.err
