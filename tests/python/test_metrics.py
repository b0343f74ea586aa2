"""Metrics and snapshots of trunk sets, read by other people's readers."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import threading

import pytest

try:
    import trunkwise.trunks
except NotImplementedError as absent:
    pytest.skip(f"no SIP part: {absent}", allow_module_level=True)

from carriers import Registrar


@pytest.fixture(scope="module")
def trunks():
    """One registered, one refused, one idle, two registrars."""
    with Registrar() as one, Registrar() as two, \
            trunkwise.trunks.Trunks() as made:
        made.add(name="main", registrar=one.uri, user="trunk1",
                 password=b"s3cret", qualify_s=5).start()
        made.add(name="bад", registrar=two.uri, user="trunk1",
                 password=b"wrong", refused_tries=1).start()
        made.add(name="idle", registrar=two.uri, user="x")
        waiting = {"main", "bад"}
        for event in made.events(15):
            if event.state == "refused" or event.health == "up":
                waiting.discard(event.trunk)
            if not waiting:
                break
        assert not waiting
        made.uris = (one.uri, two.uri)
        yield made


def promtool():
    return shutil.which("promtool")


@pytest.mark.skipif(not promtool(), reason="promtool is not installed; it is "
                    "in the package prometheus")
def test_promtool_has_nothing_to_say(trunks):
    done = subprocess.run([promtool(), "check", "metrics"],
                          input=trunks.metrics(), text=True,
                          capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    # it does look
    bad = re.sub(r"# HELP trunkwise_trunks .*\n", "", trunks.metrics())
    assert subprocess.run([promtool(), "check", "metrics"], input=bad,
                          text=True, capture_output=True,
                          timeout=60).returncode != 0


def families(trunks):
    parser = pytest.importorskip(
        "prometheus_client.openmetrics.parser",
        reason="install python3-prometheus-client")
    text = trunks.metrics(openmetrics=True)
    return {f.name: f for f in parser.text_string_to_metric_families(text)}


def value(family, sample=None, **labels):
    found = [s.value for s in family.samples
             if labels.items() <= s.labels.items()
             and s.name == (sample or family.name)]
    assert len(found) == 1, (labels, family.samples)
    return found[0]


def test_openmetrics_reader(trunks):
    found = families(trunks)
    assert all(name.startswith("trunkwise_") for name in found)
    states = found["trunkwise_trunks"]
    assert states.type == "gauge"
    assert value(states, state="registered") == 1
    assert value(states, state="refused") == 1
    assert value(states, state="idle") == 1
    assert sum(s.value for s in states.samples) == len(trunks)

    requests = found["trunkwise_register_requests"]
    assert requests.type == "counter"
    one, two = trunks.uris
    total = "trunkwise_register_requests_total"
    assert value(requests, total, registrar=one) == 2
    assert value(requests, total, registrar=two) == 2
    answers = found["trunkwise_register_answers"]
    total = "trunkwise_register_answers_total"
    assert value(answers, total, registrar=one, code="200") == 1
    assert value(answers, total, registrar=one, code="401") == 1
    assert value(answers, total, registrar=two, code="403") == 1
    attempts = found["trunkwise_register_attempts"]
    total = "trunkwise_register_attempts_total"
    assert value(attempts, total, registrar=one, verdict="registered") == 1
    assert value(attempts, total, registrar=two, verdict="refused") == 1

    times = found["trunkwise_register_answer_seconds"]
    assert times.type == "histogram" and times.unit == "seconds"
    assert value(times, times.name + "_count", registrar=one) == 2
    assert 0 < value(times, times.name + "_sum", registrar=one) < 5
    assert value(times, times.name + "_bucket", registrar=one,
                 le="+Inf") == 2
    took = found["trunkwise_registration_seconds"]
    assert value(took, took.name + "_count", registrar=two) == 0

    usable = found["trunkwise_trunk_usable"]
    assert value(usable, trunk="main") == 1
    assert value(usable, trunk="bад") == 0
    assert 0 < value(found["trunkwise_trunk_rtt_seconds"], trunk="main") < 5
    assert value(found["trunkwise_trunk_loss_ratio"], trunk="main") == 0
    assert found["trunkwise_trunk_loss_ratio"].unit == "ratio"
    asked = found["trunkwise_trunk_options"]
    assert asked.type == "counter"
    assert value(asked, asked.name + "_total", trunk="main") >= 1
    answered = found["trunkwise_trunk_options_answers"]
    assert value(answered, answered.name + "_total", trunk="main") >= 1
    assert value(found["trunkwise_trunks_without_series"]) == 0


def test_both_forms_say_the_same(trunks):
    """Samples alike; only names in comments and the end differ."""
    def samples(text):
        return [line for line in text.splitlines() if line[0] != "#"]

    assert samples(trunks.metrics()) == \
        samples(trunks.metrics(openmetrics=True))
    assert trunks.metrics(openmetrics=True).endswith("\n# EOF\n")


def test_no_secret_in_it(trunks):
    assert "s3cret" not in trunks.metrics()
    assert "s3cret" not in repr(trunks.snapshot())


def test_snapshot(trunks):
    views = trunks.snapshot()
    assert [v.name for v in views] == ["bад", "idle", "main"]
    refused, idle, main = views
    assert main.state == "registered" and main.usable and main.code == 200
    assert main.health == "up" and main.loss_percent == 0
    assert dt.timedelta(0) < main.rtt < dt.timedelta(seconds=5)
    assert main.target == trunks.uris[0].replace("sip:", "udp:")
    assert dt.timedelta(seconds=280) < main.expires_in
    assert main.registrations == 1 and main.requests == 2
    assert refused.state == "refused" and not refused.usable
    assert refused.loss_percent is None and refused.rtt is None
    assert idle.state == "idle" and idle.next_try_in is None
    assert idle.certificate_until is None


def test_many_readers(trunks):
    failed = []

    def read():
        try:
            for _ in range(50):
                assert "trunkwise_trunks{" in trunks.metrics()
                assert len(trunks.snapshot()) == 3
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not failed


def test_more_trunks_than_series():
    count = 1003
    with Registrar() as r, trunkwise.trunks.Trunks() as made:
        for n in range(count):
            made.add(name=f"t{n:04}", registrar=r.uri, user="x")
        text = made.metrics()
        assert f'trunkwise_trunks{{state="idle"}} {count}\n' in text
        assert "trunkwise_trunks_without_series 3\n" in text
        # the oldest have them, so that a new trunk moves nobody's line
        names = re.findall(r'trunk_usable\{trunk="(\w+)"', text)
        assert sorted(names) == [f"t{n:04}" for n in range(1000)]
        assert len(made.snapshot()) == count
        made["t0001"].close()
        assert [v.name for v in made.snapshot()][:2] == ["t0000", "t0002"]
