#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drive poolbench over a real socket pair, as the rig does. usage: poolbench_cases.py POOLBENCH

Nothing here asserts on speed: on a busy machine tasks are late, but none may be lost."""
import os
import re
import sys

from protocol_peer import (NS, Closed, Peer, constant, hdr_counts, histogram_total, memfd,
                           schedule_bytes, total)

POOLBENCH = sys.argv[1]
GOLDEN = os.path.join(os.path.dirname(__file__), "../golden/poolbench-records.txt")
HISTOGRAMS = ("start_latency", "sojourn", "generator_lateness", "submit")
LOAD = constant(rate=500, service_ns=1_000_000)
# Announced in any case, and sent where the parameter asks for it.
POLICY_RECORDS = {
    "autoscale": ["capacity", "reaction_seconds", "over_scaling_percent", "over_scaling_peak_percent",
                  "capacity_peak", "need_peak", "capacity_changes", "tunings_refused"],
    "breaker": ["breaker_state", "breaker_opened", "breaker_half_opened", "breaker_closed",
                "breaker_reopened", "breaker_refused", "breaker_probes"],
}
POLICIES = {"pool": "fixed", "size": 5, "autoscale": "none", "breaker": True}


def equal(what, got, want):
    assert got == want, f"{what}: got {got}, wanted {want}"


def run(params, schedule=LOAD, **lengths):
    """One whole conversation: its records."""
    with Peer([POOLBENCH]) as peer:
        hello = peer.expect("hello")
        equal("protocol", hello["protocol"], 1)
        equal("name", hello["name"], "poolbench")
        peer.configure(params, schedule, **lengths)
        peer.expect("ready")
        peer.go()
        records = peer.records()
        code, err = peer.exit()
        equal("exit", (code, err), (0, ""))
    sent, announced = {r["name"] for r in records}, set(hello["records"])
    others = {name for key, names in POLICY_RECORDS.items() if key not in params for name in names}
    # A task that borrows sends those of what it borrows.
    others.update(name for name in announced if re.match("acquire|exchange|connections?_|objects?_", name))
    equal("not announced", sorted(sent - announced), [])
    equal("announced, not sent", sorted(announced - sent - others), [])
    check_intervals(records, **lengths)
    check_sums(records, isinstance(params, dict) and "submitters" in params)
    return records


def check_intervals(records, warmup_ns=0, window_ns=NS, **_):
    """The intervals of a name follow each other and cover the window."""
    for name in {r["name"] for r in records}:
        at = warmup_ns
        for r in (r for r in records if r["name"] == name):
            equal(f"{name} begins", r["from_ns"], at)
            assert r["to_ns"] > at, r
            at = r["to_ns"]
        equal(f"{name} ends", at, warmup_ns + window_ns)


def check_sums(records, closed=False):
    offered, completed, rejected, abandoned = (
        total(records, name) for name in ("offered", "completed", "rejected", "abandoned"))
    equal("offered", offered, completed + rejected + abandoned)
    for name in ("offered", "completed", "rejected"):
        equal(f"{name}_total", total(records, f"{name}_total"), total(records, name))
    for name in ("start_latency", "sojourn"):
        equal(name, histogram_total(records, name), completed)
    equal("lateness", histogram_total(records, "generator_lateness"),
          0 if closed else offered - total(records, "unsubmitted"))
    equal("submit", histogram_total(records, "submit"), offered - total(records, "unsubmitted"))


def refused(params, *words, schedule=LOAD, **more):
    """configure must be answered with an error that has all the words, and exit 1."""
    with Peer([POOLBENCH]) as peer:
        peer.expect("hello")
        peer.configure(params, schedule, **more)
        text = peer.expect("error")["text"]
        for word in words:
            assert word in text, f"{params}: \"{text}\" does not say \"{word}\""
        assert "; " in text, f"\"{text}\" does not tell the way out"
        code, err = peer.exit()
        equal("exit", code, 1)
        assert text in err, err


def each_pool():
    for params in ({"pool": "naive"},
                   {"pool": "naive", "prewarm": 5},
                   {"pool": "fixed", "size": 20},
                   {"pool": "fixed", "size": "20", "stack": "128K", "task": "cpu"},
                   {"pool": "elastic", "size": 20, "nonblocking": True, "prewarm": "all"},
                   {"pool": "elastic", "size": "20", "nonblocking": "false", "max_waiters": "1",
                    "idle_expiry": "100ms", "task": "alloc", "alloc_bytes": "16K"},
                   {"pool": "elastic", "size": 0}):
        records = run(params)
        equal(f"{params}: offered", total(records, "offered"), 500)
        equal(f"{params}: abandoned", total(records, "abandoned"), 0)


def borrowing():
    """Each task that completes came by a connection or an object, and gave it back."""
    for transport in "unix", "tcp":
        records = run({"pool": "fixed", "size": 20, "task": "connection", "connections": 8, "transport": transport})
        equal("acquire", histogram_total(records, "acquire"), total(records, "completed"))
        equal("failed", total(records, "acquire_failed") + total(records, "exchange_failed"), 0)
        equal("broken", total(records, "connections_broken"), 0)
        assert 0 < total(records, "connections_peak") <= 8
        assert total(records, "connections_reused") > 0
    records = run({"pool": "fixed", "size": 20, "task": "object", "objects": 20, "object_bytes": "64K"})
    equal("acquire", histogram_total(records, "acquire"), total(records, "completed"))
    equal("failed", total(records, "acquire_failed"), 0)
    assert 0 < total(records, "objects_created") <= 20
    assert "acquire" not in {r["name"] for r in run({"pool": "naive"})}


def closed_loop():
    """As many tasks are under way as there are submitters, and no more."""
    records = run({"pool": "fixed", "size": 4, "submitters": 30}, warmup_ns=NS // 4)
    assert total(records, "completed") > 0
    equal("rejected", total(records, "rejected"), 0)
    assert 0 < total(records, "queued_peak") <= 30
    # Refused ones count, and come again.
    records = run({"pool": "elastic", "size": 2, "nonblocking": True, "submitters": 10}, window_ns=NS * 3 // 2)
    assert total(records, "completed") > 0 and total(records, "rejected") > 0
    # A submit that waits: for a worker of a pool that is full.
    records = run({"pool": "elastic", "size": 2, "submitters": 10})
    equal("rejected", total(records, "rejected"), 0)
    # Tasks that do not end in time are given up, and their submitters go.
    records = run({"pool": "fixed", "size": 1, "submitters": 20, "drain": 0}, (NS, [(0, 300_000_000)]), window_ns=NS // 2)
    assert total(records, "abandoned") > 0


def record_set():
    """Names, kinds and units are a contract."""
    records = run({"pool": "naive"}) + run(POLICIES)
    lines = sorted({f"{r['name']} {r['kind']} {r['unit']}" for r in records})
    with open(GOLDEN, encoding="utf-8") as golden:
        equal("records", lines, golden.read().splitlines())


def null_has_a_reason():
    for r in run({"pool": "naive"}) + run(POLICIES):
        if r["kind"] == "histogram":
            assert "hdr" in r and "value" not in r, r
        elif r["value"] is None:
            assert r["reason"], r
        else:
            assert r["value"] >= 0 and "reason" not in r, r


def intervals_and_warmup():
    records = run({"pool": "fixed", "size": 20}, warmup_ns=NS // 2, window_ns=NS * 5 // 2)
    equal("offered", total(records, "offered"), 1250)
    equal("intervals", [r["to_ns"] for r in records if r["name"] == "sojourn"],
          [NS * 3 // 2, NS * 5 // 2, NS * 3])
    # Every interval has its own, not all the last one.
    for r in records:
        if r["name"] == "offered":
            assert r["value"] > 0, r


def latency_is_from_the_intended_start():
    """One worker, 20 tasks of 10 ms intended at once: the last starts 190 ms late or later."""
    records = run({"pool": "fixed", "size": 1}, (NS, [(0, 10_000_000)] * 20))
    counts = {}
    for r in records:
        if r["name"] == "start_latency":
            counts.update(hdr_counts(r["hdr"]))
    # Above 131,072 ns a bucket of 1024 counts is a power of two: 2^27 ns = 134 ms begins at
    # (27 - 6 - 10) * 1024 + 1024.
    assert max(counts) >= 12 * 1024, max(counts)
    equal("tasks", sum(counts.values()), 20)


def overload():
    """A pool of one worker, non-blocking: ten tasks at once are too many."""
    burst = (NS // 10, [(0, 20_000_000)] * 10)
    base = {"pool": "elastic", "size": 1, "nonblocking": True, "prewarm": "all"}
    records = run({**base, "overload": "reject"}, burst)
    equal("offered", total(records, "offered"), 100)
    assert total(records, "rejected") > 0
    records = run({**base, "overload": "spawn"}, burst)
    equal("completed", total(records, "completed"), 100)
    assert total(records, "spawned") > 0
    assert total(records, "threads_started") >= total(records, "spawned")
    records = run({**base, "overload": "caller_runs"}, burst)
    equal("completed", total(records, "completed"), 100)
    assert total(records, "caller_ran") > 0


def policies():
    """All fail, so the breaker opens; the fall-back answers what it refuses, and none is lost."""
    records = run({**POLICIES, "fail_rate": 1, "breaker_cool_down": "1h"}, window_ns=NS * 5 // 2)
    equal("offered", total(records, "offered"), 1250)
    equal("opened", total(records, "breaker_opened"), 1)
    equal("closed", total(records, "breaker_closed"), 0)
    refused = total(records, "breaker_refused")
    assert refused > 0
    equal("degraded", total(records, "degraded"), refused)
    equal("rejected", total(records, "rejected"), refused)
    equal("failed", total(records, "failed"), total(records, "completed"))
    for name in ("capacity", "breaker_state"):
        equal(f"{name}'s seconds", len([r for r in records if r["name"] == name]), 3)
    records = run({"pool": "naive", "degrade_at": "0"})
    for name in ("offered", "rejected", "degraded"):
        equal(f"switched off: {name}", total(records, name), 500)


def drain_limit():
    """50 tasks of 100 ms for one worker: most are given up 200 ms after the window."""
    burst = (NS, [(0, 100_000_000)] * 50)
    records = run({"pool": "fixed", "size": 1, "drain": "200ms"}, burst)
    assert total(records, "abandoned") > 0
    assert total(records, "completed") > 0
    # A blocking submit keeps the generator: what it can't submit any more is abandoned, too.
    records = run({"pool": "elastic", "size": 1, "drain": "0"}, burst)
    assert total(records, "unsubmitted") > 0
    assert total(records, "abandoned") >= total(records, "unsubmitted")
    # The default is no more than the rig lets.
    records = run({"pool": "fixed", "size": 1}, burst, drain_ns=NS // 5)
    assert total(records, "abandoned") > 0


def sparse():
    """No arrival at all in the window: zeros, not silence."""
    records = run({"pool": "naive", "prewarm": 5}, (10 * NS, [(9 * NS, 0)]), window_ns=NS // 2)
    equal("offered", total(records, "offered"), 0)
    equal("workers_peak", total(records, "workers_peak"), 5)
    equal("threads_started", total(records, "threads_started"), 0)


def bad_parameters():
    refused({}, "pool", "missing")
    refused({"pool": "best"}, "pool", '"best"')
    refused({"pool": None}, "pool", "null")
    refused({"pool": ["naive"]}, "pool", "[...]")
    refused({"pool": "naive", "colour": "red"}, "colour", '"red"', "overload")
    refused({"pool": "fixed"}, "size")
    refused({"pool": "fixed", "size": -1}, "size", '"-1"')
    refused({"pool": "fixed", "size": "1.5k3"}, "size", '"1.5k3"')
    refused({"pool": "fixed", "size": True}, "size", '"true"')
    refused({"pool": "fixed", "size": 10, "prewarm": 11}, "prewarm", '"11"')
    refused({"pool": "naive", "nonblocking": True}, "nonblocking", '"naive"')
    refused({"pool": "naive", "nonblocking": "maybe"}, "nonblocking", '"maybe"')
    refused({"pool": "naive", "prewarm": "all"}, "prewarm", '"all"')
    refused({"pool": "naive", "stack": "1K"}, "stack", '"1K"')
    refused({"pool": "naive", "drain": 5}, "drain", '"5"', "unit")
    refused({"pool": "naive", "task": "nap"}, "task", '"nap"', "wait, cpu, alloc, connection or object")
    refused({"pool": "naive", "task": "connection", "transport": "ip"}, "transport", '"ip"', "unix or tcp")
    refused({"pool": "naive", "task": "connection", "connections": 0}, "connections", '"0"')
    refused({"pool": "elastic", "task": "object", "overload": "spawn"}, "overload", '"spawn"', "object")
    refused({"pool": "elastic", "submitters": 9, "overload": "caller_runs"}, "submitters", '"9"', "overload")
    refused({"pool": "elastic", "submitters": 9, "breaker": True}, "submitters", '"9"', "breaker")
    refused({"pool": "elastic", "submitters": 10001}, "submitters", '"10001"', "10000")


def bad_configure():
    refused([], "params")
    refused({"pool": "naive"}, "window_ns", window_ns=0)
    refused({"pool": "naive"}, "drain_ns", drain_ns=-1)
    refused({"pool": "naive", "drain": "56s"}, "drain", '"56s"', "lets tasks run for 55s", drain_ns=55 * NS)
    refused({"pool": "naive"}, "window_ns", window_ns="1s")
    refused({"pool": "naive"}, "warmup_ns", warmup_ns=-1)
    refused({"pool": "naive"}, "roles.work", roles={"load": "0"})
    refused({"pool": "naive"}, "roles.load", '"x"', roles={"work": "0", "load": "x"})
    refused({"pool": "naive"}, "roles.work", '"1000"', roles={"work": "1000", "load": "0"})


def bad_schedules():
    good = [(0, 1000), (10, 1000)]
    for words, fd in ((("PRSCHED1",), memfd(schedule_bytes(100, good, magic=b"PRSCHED2"))),
                      (("count 0",), memfd(schedule_bytes(100, []))),
                      (("count 3",), memfd(schedule_bytes(100, good, count=3))),
                      (("count",), memfd(schedule_bytes(100, good, count=1 << 60))),
                      (("period_ns 0",), memfd(schedule_bytes(0, good))),
                      (("arrival 1", "start_ns 10"), memfd(schedule_bytes(10, good))),
                      (("arrival 1", "start_ns 5"), memfd(schedule_bytes(100, [(6, 0), (5, 0)]))),
                      (("service_ns",), memfd(schedule_bytes(100, [(0, 1 << 63)]))),
                      (("header",), memfd(b"PRSCHED1")),
                      (("seals",), memfd(schedule_bytes(100, good), seals=0)),
                      (("not a memfd",), os.open("/dev/null", os.O_RDONLY))):
        refused({"pool": "naive"}, "schedule", *words, schedule=fd)


def out_of_turn():
    for message, words in ((b"{", ("not JSON",)), (b"[]", ("missing",)),
                           ({"type": "go"}, ("configure", '"go"')),
                           (b'{"type":"configure","type":"go"}', ("not JSON",)),
                           (b" " * 131073, ("longer",)),
                           ({"type": "configure", "params": {"pool": "naive"}, "warmup_ns": 0,
                             "window_ns": NS, "roles": {"work": "0", "load": "0"}},
                            ("schedule", "SCM_RIGHTS"))):
        with Peer([POOLBENCH]) as peer:
            peer.expect("hello")
            peer.send(message)
            text = peer.expect("error")["text"]
            for word in words:
                assert word in text, f"\"{text}\" does not say \"{word}\""
            equal("exit", peer.exit()[0], 1)


def bad_go():
    for changes, word in (({"start_ns": 1}, "start_ns"), ({"start_ns": "now"}, "start_ns"),
                          ({"window_ns": 5}, "window_ns"), ({"warmup_ns": 5}, "warmup_ns")):
        with Peer([POOLBENCH]) as peer:
            peer.expect("hello")
            peer.configure({"pool": "naive"}, LOAD)
            peer.expect("ready")
            peer.go(**changes)
            text = peer.expect("error")["text"]
            assert word in text, text
            equal("exit", peer.exit()[0], 1)


def closed_in_the_middle():
    """Quietly: nothing is printed, no crash, exit 1."""
    with Peer([POOLBENCH]) as peer:
        peer.expect("hello")
        equal("before configure", peer.end(), (1, ""))
    with Peer([POOLBENCH]) as peer:
        peer.expect("hello")
        peer.configure({"pool": "fixed", "size": 20}, LOAD)
        peer.expect("ready")
        equal("before go", peer.end(), (1, ""))
    for params in ({"pool": "naive"}, {"pool": "elastic", "size": 1},
                   {"pool": "fixed", "size": 1, "overload": "spawn"}):
        with Peer([POOLBENCH]) as peer:
            peer.expect("hello")
            peer.configure(params, LOAD, window_ns=600 * NS)
            peer.expect("ready")
            peer.go(in_ns=0)
            equal("in the window", peer.end(), (1, ""))
    with Peer([POOLBENCH]) as peer:
        peer.expect("hello")
        peer.configure({"pool": "fixed", "size": 20}, LOAD, window_ns=600 * NS)
        peer.expect("ready")
        peer.go(in_ns=300 * NS)
        equal("before the start", peer.end(), (1, ""))


def message_in_the_window():
    with Peer([POOLBENCH]) as peer:
        peer.expect("hello")
        peer.configure({"pool": "naive"}, LOAD, window_ns=600 * NS)
        peer.expect("ready")
        peer.go(in_ns=0)
        peer.send({"type": "go"})
        assert "nothing" in peer.expect("error")["text"]
        try:
            peer.receive()
            raise AssertionError("something follows the error")
        except Closed:
            pass
        equal("exit", peer.exit()[0], 1)


def main():
    for case in (each_pool, borrowing, closed_loop, record_set, null_has_a_reason, intervals_and_warmup,
                 latency_is_from_the_intended_start, overload, policies, drain_limit, sparse,
                 bad_parameters, bad_configure, bad_schedules, out_of_turn, bad_go,
                 closed_in_the_middle, message_in_the_window):
        print(case.__name__, flush=True)
        case()


if __name__ == "__main__":
    main()
