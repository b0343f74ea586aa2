"""A budget over calls at once, and over kill -9 of the gateway program.

A second of talk costs a ruble, and there are 24. Four calls talk; the gateway
is killed; another one is started, and four more talk until there is no money:
the books hold all of it, the limit is kept, and what the carrier saw beyond
them is less than one increment for each call that the kill cut off.

usage: test_spend_killed.py GATEWAY MAKE_STORE RUN_DIRECTORY
"""

import contextlib
import pathlib
import shutil
import signal
import sqlite3
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "torture"))
import peers  # noqa: E402
from peers import Call, World, answers, wait  # noqa: E402

CALLS, HARD, INCREMENT = 4, 24, 2
BUDGET = f"""
budget[0].name text kazan
budget[0].department text kazan
budget[0].period text month
budget[0].hard text {HARD}
budget[0].increment_s integer {INCREMENT}
"""


class Spending(World):
    sheet = ("prefix,destination,rate,currency,effective_from,effective_to,"
             "first_inc,next_inc,connect_fee\n"
             "7,Russia,60.00,RUB,2026-01-01,,1,1,0\n")

    def deployment(self):
        return peers.deployment(self) + BUDGET

    def talks(self):
        """Answered ones in the order of their beginning: rubles, seconds."""
        with contextlib.closing(sqlite3.connect(
                f"file:{self.store}?mode=ro", uri=True)) as db:
            return db.execute(
                "SELECT cost_nanos / 1e9, duration_us / 1e6 FROM call WHERE "
                "status = 1 ORDER BY start_us").fetchall()


def talk(world):
    calls = [Call(world, world.anna, "anna", f"8495111220{i}")
             for i in range(CALLS)]
    for call in calls:
        call.send("INVITE")
    for call in calls:
        assert call.final() == 200, call.codes()
        call.acknowledge()
    return calls


def ended(peer):
    return len({m.header("Call-ID") for m in peer.requests("BYE")})


def run(world):
    world.scripts(a=answers)
    world.start()
    talk(world)
    since = time.monotonic()
    time.sleep(3)
    world.process.send_signal(signal.SIGKILL)
    world.process.wait()
    killed_s = time.monotonic() - since
    assert ended(world.a) == 0, "a talk ended before the kill"
    assert not world.talks()

    world.start()
    talk(world)
    for peer in (world.a, world.anna):
        wait(lambda: ended(peer) == CALLS, 20, "an end by want of money")
    last = Call(world, world.anna, "anna", "84951112299")
    last.send("INVITE")
    assert last.final() == 403, last.codes()
    warning = next(m.header("Warning") for m in world.anna.seen
                   if m.code == 403)
    assert "budget kazan: " in warning, warning
    assert "records: " not in world.text(), world.text()
    world.stop()

    talks = world.talks()
    assert len(talks) == 2 * CALLS, talks
    spent = sum(rubles for rubles, _ in talks)
    assert HARD - CALLS * INCREMENT <= spent <= HARD, talks
    lost = [killed_s - seconds for _, seconds in talks[:CALLS]]
    assert max(lost) <= INCREMENT + 1, (killed_s, talks)
    print(f"{spent} of {HARD} in the books, at most {max(lost):.1f} s of a "
          "talk lost by the kill")


def main():
    work = pathlib.Path(sys.argv[3]).resolve()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    world = Spending(sys.argv[1], sys.argv[2], work)
    try:
        run(world)
    finally:
        world.close()


if __name__ == "__main__":
    main()
