"""Batches: columns in over buffers and Arrow, columns out the same two ways,
and the same charges as one call at a time."""

from __future__ import annotations

import ctypes
import datetime as dt
import gc
import os
import random
import sys
import threading
import time
from array import array
from decimal import Decimal

import pytest

import arrow_abi
import trunkwise
from arrow_abi import MadeStream, made_int64, made_texts
from trunkwise import ChargeColumns, Deck, InvalidArgument, Money, Sheet

SHEET = b"""\
prefix,destination,rate,currency,first_inc,next_inc,connect_fee,caller_prefix
7,Russia,3.00,RUB,60,60,0.10,
7495,Moscow,1.50,RUB,1,1,,
7495,Moscow from Kazan,1.25,RUB,60,60,,7843
49,Germany,0.0123,RUB,30,6,,
"""
ANSWER = dt.datetime(2026, 10, 5, 9, 0, tzinfo=dt.timezone.utc)
US = 1_000_000
AT = int(ANSWER.timestamp()) * US
NONE = -2 ** 63

NUMBERS = ["74951234567", "78432000001", "8800", "+7495", "", "4930123456"]
STATUSES = [0, 0, -10, -2, -2, 0]
COSTS = [1_530_000_000, 6_100_000_000, NONE, NONE, NONE, 10_000_000]


@pytest.fixture(scope="module")
def deck():
    return Deck.of(Sheet(SHEET, zone="UTC"), zone="UTC", vat_percent="20")


def answers(count=len(NUMBERS)):
    return array("q", [AT] * count)


def durations(count=len(NUMBERS)):
    return array("q", [61 * US] * count)


def check(charges):
    assert isinstance(charges, ChargeColumns)
    assert list(charges.statuses) == STATUSES
    assert list(charges.costs) == COSTS
    assert charges.priced == 3


# ---- columns in ----

def test_a_list_of_texts(deck):
    check(deck.rate_columns(NUMBERS, answers(), durations()))
    check(deck.rate_columns(tuple(NUMBERS), answers(), durations()))
    rows = [number or None for number in NUMBERS]
    check(deck.rate_columns(rows, answers(), durations()))


def packed(rows):
    offsets = array("i", [0])
    for row in rows:
        offsets.append(offsets[-1] + len(row))
    return offsets, "".join(rows).encode()


def test_offsets_and_bytes(deck):
    offsets, data = packed(NUMBERS)
    check(deck.rate_columns((offsets, data), answers(), durations()))
    check(deck.rate_columns((memoryview(offsets), bytearray(data)),
                            memoryview(answers()), memoryview(durations())))


def test_a_table_of_bytes(deck):
    width = max(map(len, NUMBERS))
    table = b"".join(n.encode().ljust(width, b"\0") for n in NUMBERS)
    view = memoryview(table).cast("B", [len(NUMBERS), width])
    check(deck.rate_columns(view, answers(), durations()))


def test_numpy(deck):
    numpy = pytest.importorskip("numpy")
    charges = deck.rate_columns(numpy.array(NUMBERS, dtype="S"),
                                numpy.array(answers()),
                                numpy.array(durations()))
    check(charges)
    costs = numpy.asarray(charges.costs)
    assert costs.dtype == numpy.int64 and not costs.flags.writeable
    assert int(costs[0]) == COSTS[0]
    when = numpy.array([ANSWER.replace(tzinfo=None)] * len(NUMBERS),
                       dtype="datetime64[us]")
    check(deck.rate_columns(numpy.array(NUMBERS, dtype="S31"),
                            when.view("int64"), numpy.array(durations())))


def test_arrow_by_hand(deck):
    numbers = made_texts(NUMBERS, before=3)
    when, talk = made_int64([AT] * 6, before=1), made_int64([61 * US] * 6)
    check(deck.rate_columns(numbers, when, talk))
    gc.collect()
    assert (numbers.released, when.released, talk.released) == (1, 1, 1)


def test_arrow_that_knows_its_unit(deck):
    check(deck.rate_columns(
        made_texts(NUMBERS), made_int64([AT] * 6, format="tsu:Europe/Moscow"),
        made_int64([61 * US] * 6, format="tDu")))


def test_arrow_nulls_are_no_calls(deck):
    numbers = made_texts(["7495", None, "7495", "7495", "7495"], before=6)
    when = made_int64([AT, AT, None, AT, AT], before=9)
    talk = made_int64([US, US, US, None, US])
    callers = made_texts([None, None, None, None, "7843"], before=2)
    charges = deck.rate_columns(numbers, when, talk, callers=callers)
    assert list(charges.statuses) == [0, -2, -2, -2, 0]
    assert list(charges.costs) == [30_000_000, NONE, NONE, NONE,
                                   1_250_000_000]
    assert list(charges.rate_indexes) == [1, NONE, NONE, NONE, 2]
    assert charges.priced == 2


def test_arrow_texts_of_other_layouts(deck):
    for made in arrow_abi.made_large(NUMBERS), arrow_abi.made_views(NUMBERS):
        check(deck.rate_columns(made, answers(), durations()))
        gc.collect()
        assert made.released == 1
    long = ["7495" + "1" * 20, "7495" + "2" * 30, None, "7495"]
    for made in arrow_abi.made_large(long), arrow_abi.made_views(long):
        charges = deck.rate_columns(made, answers(4), durations(4))
        assert list(charges.statuses) == [0, -2, -2, 0]


def test_arrow_in_chunks(deck):
    texts = [made_texts(NUMBERS[:2], before=1), made_texts([]),
             made_texts(NUMBERS[2:4]), made_texts(NUMBERS[4:])]
    times = [made_int64([AT]), made_int64([AT] * 5, before=3)]
    talks = [made_int64([61 * US] * 6)]
    numbers = MadeStream(texts)
    check(deck.rate_columns(numbers, MadeStream(times, format="l"),
                            MadeStream(talks, format="tDu")))
    gc.collect()
    assert [made.released for made in texts + times + talks] == [1] * 7
    assert numbers.released == 0          # its capsule owns it


def test_nulls_in_chunks(deck):
    charges = deck.rate_columns(
        MadeStream([made_texts(["7495", None]), made_texts(["7495"] * 8)]),
        MadeStream([made_int64([AT, AT, None]), made_int64([AT] * 7)],
                   format="l"),
        MadeStream([made_int64([US] * 9), made_int64([None])], format="l"),
        callers=MadeStream([made_texts([None] * 4 + ["7843"]),
                            made_texts([None] * 5)]))
    assert list(charges.statuses) == [0, -2, -2, 0, 0, 0, 0, 0, 0, -2]
    assert charges.rate_indexes[4] == 2 and charges.rate_indexes[5] == 1
    nothing = deck.rate_columns(MadeStream([]), MadeStream([], format="l"),
                                MadeStream([], format="l"))
    assert len(nothing) == 0


def test_a_stream_that_breaks_off(deck):
    texts = [made_texts(["7495"]), made_texts(["7495"]),
             made_texts(["7495"])]
    for count in range(4):
        stream = MadeStream(texts[:count], fails=True)
        with pytest.raises(InvalidArgument, match="the disk is gone"):
            deck.rate_columns(stream, answers(), durations())
        texts = [made_texts(["7495"]) for _ in range(3)]
    with pytest.raises(InvalidArgument, match="no column of numbers"):
        deck.rate_columns(MadeStream([], format="l"), answers(), durations())
    with pytest.raises(InvalidArgument, match="no text"):
        deck.rate_columns(arrow_abi.made_views(["7" * 20], buffer=7),
                          answers(1), durations(1))


@pytest.mark.parametrize("column, released", [
    (lambda: made_int64([1] * 6), 0),     # left to its capsule
    (lambda: arrow_abi.Made("c", [None, (ctypes.c_int8 * 6)()], length=6,
                            dictionary=True), 0),
    (lambda: arrow_abi.Made("u", [None, (ctypes.c_int32 * 3)(0, 2, 1),
                                  ctypes.create_string_buffer(b"77")],
                            length=2), 1),
    (lambda: arrow_abi.Made("u", [None, (ctypes.c_int32 * 2)(-1, 1),
                                  ctypes.create_string_buffer(b"77")],
                            length=1), 1),
    (lambda: arrow_abi.Made("u", [None], length=1), 1),
])
def test_refused_arrow_numbers(deck, column, released):
    made = column()
    with pytest.raises(InvalidArgument) as caught:
        deck.rate_columns(made, answers(), durations())
    assert caught.value.field == "numbers"
    del caught
    gc.collect()
    assert made.released == released


@pytest.mark.parametrize("format", ["i", "tsu:", "tsn:UTC", "tDm", "g"])
def test_refused_arrow_times(deck, format):
    with pytest.raises(InvalidArgument) as caught:
        deck.rate_columns(NUMBERS, made_int64([AT] * 6, format=format),
                          durations())
    assert caught.value.field == "answers"
    with pytest.raises(InvalidArgument) as caught:
        deck.rate_columns(NUMBERS, answers(),
                          made_int64([AT] * 6, format=format))
    assert caught.value.field == "durations_us"


def test_an_arrow_array_is_used_once(deck):
    made = made_texts(NUMBERS)
    check(deck.rate_columns(made, answers(), durations()))
    with pytest.raises(InvalidArgument, match="released"):
        deck.rate_columns(made, answers(), durations())


def test_empty_columns(deck):
    nothing = array("q")
    for numbers in [], (array("i", [0]), b""), made_texts([]):
        charges = deck.rate_columns(numbers, nothing, nothing)
        assert len(charges) == charges.priced == 0
        assert charges.counts == {}
        assert charges.total == Money(Decimal(0), "RUB")
        assert list(charges.costs) == []


@pytest.mark.parametrize("numbers, says", [
    ("7495", "str has no contiguous buffer"),
    (b"7495", "no column of texts"),
    ([7495] * 6, "row 0 is a int"),
    (array("d", [1.0]), "no column of texts"),
    (object(), "object has no contiguous buffer"),
    ((array("i", [0, 2, 1]), b"77"), "offset 2 is below"),
    ((array("i", [-1, 2]), b"77"), "below 0"),
    ((array("i", [0, 3]), b"77"), "the last offset is 3"),
    ((array("q", [0, 1]), b"7"), "offsets are int32"),
    ((array("i"), b"7"), "offsets are int32"),
    ((array("i", [0, 1]), array("i", [7])), "is bytes"),
    (memoryview(bytes(12)).cast("B", [3, 4]), "3"),
    (memoryview(bytes(24)).cast("B", [6, 4])[::2], "contiguous"),
])
def test_refused_numbers(deck, numbers, says):
    with pytest.raises(InvalidArgument) as caught:
        deck.rate_columns(numbers, answers(), durations())
    assert says in str(caught.value)


@pytest.mark.parametrize("column", [
    [1, 2], array("i", [1] * 6), array("Q", [1] * 6), array("d", [1] * 6),
    array("q", [1] * 5), array("q", [1] * 7), None, bytes(48),
    memoryview(array("q", [1] * 12))[::2]])
def test_refused_durations(deck, column):
    with pytest.raises(InvalidArgument) as caught:
        deck.rate_columns(NUMBERS, answers(), column)
    assert caught.value.field == "durations_us"


def test_directions_and_relations(deck):
    rows = ["7495", "7495", "7495"]
    charges = deck.rate_columns(rows, answers(3), durations(3),
                                directions=["outbound", "internal",
                                            "inbound"],
                                relations=[None, "other", "same_city"])
    assert list(charges.statuses) == [0, 0, -10]
    assert list(charges.rate_indexes)[:2] == [1, -1]
    assert list(charges.costs)[1] == 0
    again = deck.rate_columns(rows, answers(3), durations(3),
                              directions=bytes([1, 4, 2]))
    assert list(again.costs) == list(charges.costs)
    inbound = deck.rate_columns(rows, answers(3), durations(3),
                                direction="inbound")
    assert inbound.counts == {"TW_ENOPRICE": 3}
    with pytest.raises(InvalidArgument, match="row 1 says 'sideways'"):
        deck.rate_columns(rows, answers(3), durations(3),
                          directions=["outbound", "sideways", "inbound"])
    with pytest.raises(InvalidArgument, match="uint8"):
        deck.rate_columns(rows, answers(3), durations(3),
                          relations=array("i", [1, 2, 3]))


# ---- columns out ----

def test_columns_hold_no_zero_for_a_missing_price(deck):
    charges = deck.rate_columns(NUMBERS, answers(), durations())
    for name in "costs", "nets", "vats", "charged_s", "rate_indexes":
        column = getattr(charges, name)
        assert column.format == "q" and column.readonly
        assert [v == NONE for v in column] == [s != 0 for s in STATUSES]
    assert charges.statuses.format == "i"
    assert list(charges.vats)[:2] == [310_000_000, 1_220_000_000]
    assert charges.counts == {"TW_OK": 3, "TW_EINVAL": 2, "TW_ENOPRICE": 1}
    assert charges.total == Money(Decimal("7.64"), "RUB")
    assert charges.cost(0) == Decimal("1.53") and charges.cost(2) is None
    with pytest.raises(TypeError):
        charges.costs[0] = 0


def test_columns_outlive_their_batch(deck):
    costs = deck.rate_columns(NUMBERS, answers(), durations()).costs
    gc.collect()
    assert list(costs) == COSTS


def test_memory_is_given_back(deck):
    if "asan" in os.environ.get("LD_PRELOAD", ""):
        pytest.skip("the address sanitizer keeps what was freed")
    resource = pytest.importorskip("resource")

    def peak():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    count = 20_000
    numbers = packed(["74951234567"] * count)
    when, talk = answers(count), durations(count)

    def rounds(n):
        for _ in range(n):
            charges = deck.rate_columns(numbers, when, talk)
            charges.__arrow_c_stream__()
            charges.__arrow_c_array__()
    rounds(20)
    before = peak()
    rounds(200)
    assert peak() - before < 20_000       # KiB; a leak would be 180,000


# ---- Arrow out ----

def walk(charges):
    stream = charges.__arrow_c_stream__()
    s = arrow_abi.inside(stream, arrow_abi.Stream)
    schema, batch, end = (arrow_abi.Schema(), arrow_abi.Array(),
                          arrow_abi.Array())
    assert s.get_schema(ctypes.byref(s), ctypes.byref(schema)) == 0
    assert s.get_next(ctypes.byref(s), ctypes.byref(batch)) == 0
    assert s.get_next(ctypes.byref(s), ctypes.byref(end)) == 0
    assert not end.release and batch.release
    assert s.get_last_error(ctypes.byref(s)) is None
    return stream, schema, batch


def test_arrow_stream_by_ctypes(deck):
    charges = deck.rate_columns(NUMBERS, answers(), durations())
    stream, schema, batch = walk(charges)
    assert schema.format == b"+s"
    fields = [schema.children[i].contents for i in range(schema.n_children)]
    assert [(f.name, f.format, f.flags) for f in fields] == [
        (b"status", b"c", 0), (b"cost", b"d:19,9", 2), (b"net", b"d:19,9", 2),
        (b"vat", b"d:19,9", 2), (b"charged_s", b"l", 2),
        (b"rate_index", b"l", 2)]
    assert fields[0].dictionary.contents.format == b"u"
    assert arrow_abi.metadata(schema) == {"currency": "RUB"}
    assert arrow_abi.metadata(fields[1]) == {"currency": "RUB"}
    assert arrow_abi.metadata(fields[4]) == {}

    columns = [batch.children[i].contents for i in range(batch.n_children)]
    assert batch.length == 6 and all(c.length == 6 for c in columns)
    names = arrow_abi.texts(columns[0].dictionary.contents)
    assert [names[i] for i in arrow_abi.values(columns[0], ctypes.c_int8)] \
        == ["TW_OK", "TW_OK", "TW_ENOPRICE", "TW_EINVAL", "TW_EINVAL",
            "TW_OK"]
    assert arrow_abi.decimals(columns[1]) == [
        None if cost == NONE else cost for cost in COSTS]
    assert [c.null_count for c in columns] == [0, 3, 3, 3, 3, 3]
    assert [arrow_abi.is_valid(columns[4], i) for i in range(6)] == [
        status == 0 for status in STATUSES]

    del charges, stream
    gc.collect()
    assert arrow_abi.values(columns[4], ctypes.c_int64)[0] == 61
    schema.release(ctypes.byref(schema))
    batch.release(ctypes.byref(batch))
    assert not schema.release and not batch.release


def test_a_moved_child_outlives_its_parent(deck):
    charges = deck.rate_columns(NUMBERS, answers(), durations())
    stream, schema, batch = walk(charges)
    child = arrow_abi.Array()
    ctypes.pointer(child)[0] = batch.children[4].contents
    batch.children[4].contents.release = arrow_abi.FREE_ARRAY()
    batch.release(ctypes.byref(batch))
    schema.release(ctypes.byref(schema))
    del charges, stream
    gc.collect()
    assert arrow_abi.values(child, ctypes.c_int64)[:2] == [61, 120]
    child.release(ctypes.byref(child))


def test_negative_and_internal_rows_in_arrow(deck):
    charges = deck.rate_columns(["7495"], answers(1), durations(1),
                                direction="internal")
    stream, schema, batch = walk(charges)
    assert arrow_abi.decimals(batch.children[1].contents) == [0]
    assert not arrow_abi.is_valid(batch.children[5].contents, 0)
    batch.release(ctypes.byref(batch))
    schema.release(ctypes.byref(schema))


def test_pyarrow(deck):
    pyarrow = pytest.importorskip("pyarrow")
    charges = deck.rate_columns(
        pyarrow.array(NUMBERS, pyarrow.large_string()),
        pyarrow.array(answers()).cast(pyarrow.timestamp("us", "UTC")),
        pyarrow.array(durations()).cast(pyarrow.duration("us")))
    check(charges)
    table = pyarrow.table(charges)
    table.validate(full=True)
    assert table["cost"].to_pylist() == [
        None if c == NONE else Decimal(c).scaleb(-9) for c in COSTS]
    assert table["status"].to_pylist()[2] == "TW_ENOPRICE"
    assert table.schema.metadata == {b"currency": b"RUB"}
    assert pyarrow.record_batch(charges).num_rows == 6
    assert pyarrow.schema(charges) == table.schema
    nothing = deck.rate_columns([], array("q"), array("q"))
    assert pyarrow.table(nothing).num_rows == 0
    calls = pyarrow.concat_tables([pyarrow.table({
        "number": pyarrow.array(part).dictionary_encode(),
        "answer": pyarrow.array([ANSWER] * 3, pyarrow.timestamp("us", "UTC")),
        "talk": pyarrow.array([61 * US] * 3)})
        for part in (NUMBERS[:3], NUMBERS[3:])])
    assert calls["number"].num_chunks == 2
    check(deck.rate_columns(calls["number"], calls["answer"], calls["talk"]))


def test_polars(deck):
    polars = pytest.importorskip("polars")
    calls = polars.DataFrame({"number": NUMBERS, "answer": [ANSWER] * 6,
                              "talk": [dt.timedelta(seconds=61)] * 6})
    charges = deck.rate_columns(calls["number"], calls["answer"],
                                calls["talk"])
    check(charges)
    frame = polars.DataFrame(charges)
    assert frame["cost"][0] == Decimal("1.53") and frame["cost"][2] is None


# ---- the same as one by one ----

def test_a_batch_is_a_loop(deck):
    draw = random.Random(3)
    numbers, callers, when, talk = [], [], array("q"), array("q")
    for _ in range(3000):
        numbers.append(draw.choice(["7495", "7", "49", "8", "+"]) + "".join(
            draw.choices("0123456789", k=draw.randrange(12))))
        callers.append(draw.choice([None, "7843", "78430000001", "49"]))
        when.append(AT + draw.randrange(10 ** 12))
        talk.append(draw.randrange(-2, 300 * US))
    charges = deck.rate_columns(numbers, when, talk, callers=callers)
    threaded = deck.rate_columns(numbers, when, talk, callers=callers,
                                 threads=3)
    assert list(charges.costs) == list(threaded.costs)
    assert charges.priced == threaded.priced == charges.counts["TW_OK"]
    for row, (number, caller) in enumerate(zip(numbers, callers)):
        try:
            one = deck.rate(
                number, caller=caller, seconds=Decimal(talk[row]) / US,
                answer=ANSWER + dt.timedelta(microseconds=when[row] - AT))
        except trunkwise.Error as error:
            assert charges.cost(row) is None
            status = charges.statuses[row]
            assert trunkwise.raw.tw_status_name(status) == error.code
        else:
            assert charges.cost(row) == one.cost.amount
            assert charges.charged_s[row] == one.charged_s


# ---- threads ----

ROWS = 400_000


@pytest.fixture
def long_switch():
    """Nobody is asked to let go of the GIL: who does, does it himself."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(100)
    yield
    sys.setswitchinterval(before)


def big():
    return packed(["74951234567"] * ROWS), answers(ROWS), durations(ROWS)


# Each looks again when a busy machine did not let it see: who holds the GIL
# is never seen at all.
ROUNDS = range(10)


def test_others_run_while_it_rates(deck, long_switch):
    columns = big()

    def rate(span):
        span.append(time.monotonic())
        deck.rate_columns(*columns)
        span.append(time.monotonic())

    def others_ran():
        ticks, span = [], []
        worker = threading.Thread(target=rate, args=(span,))
        worker.start()
        while worker.is_alive():
            ticks.append(time.monotonic())
            time.sleep(0.001)
        return any(span[0] < tick < span[1] for tick in ticks)

    assert any(others_ran() for _ in ROUNDS)


def test_two_threads_rate_one_deck_at_once(deck, long_switch):
    columns = big()

    def rate(spans):
        start = time.monotonic()
        assert deck.rate_columns(*columns).priced == ROWS
        spans.append((start, time.monotonic()))

    def overlap():
        spans = []
        workers = [threading.Thread(target=rate, args=(spans,))
                   for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return max(s for s, _ in spans) < min(e for _, e in spans)

    assert any(overlap() for _ in ROUNDS)


def test_threads_of_its_own(deck):
    columns = big()
    one = deck.rate_columns(*columns)
    two = deck.rate_columns(*columns, threads=2)
    assert one.costs == two.costs and one.statuses == two.statuses
    assert two.priced == ROWS
    few = deck.rate_columns(NUMBERS, answers(), durations(), threads=16)
    check(few)
    with pytest.raises(ValueError):
        deck.rate_columns(*columns, threads=0)
