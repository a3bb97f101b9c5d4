#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drive gopool over a real socket pair, as the rig does. usage: gopool_cases.py GOPOOL

Nothing here asserts on speed: on a busy machine tasks are late, but none may be lost."""
import json
import os
import subprocess
import sys
import tempfile

from protocol_peer import NS, Peer, constant, histogram_total, memfd, schedule_bytes, total

GOPOOL = sys.argv[1]
LOAD = constant(rate=500, service_ns=1_000_000)
# Not every pool can tell these.
SOME = {"workers", "queued"}
STOPS = {f"stops_{cause}" for cause in ("mark_termination", "sweep_termination", "safe_point", "finalizers", "other")}


def equal(what, got, want):
    assert got == want, f"{what}: got {got}, wanted {want}"


def run(params, schedule=LOAD, window_ns=NS // 2, evidence=None, **lengths):
    """One whole conversation: its records. evidence: what else came is put there."""
    with Peer([GOPOOL]) as peer:
        hello = peer.expect("hello")
        equal("hello", (hello["protocol"], hello["name"]), (1, "gopool"))
        peer.configure(params, schedule, window_ns=window_ns, **lengths)
        peer.expect("ready")
        peer.go()
        records = peer.records()
        code, err = peer.exit()
        equal("exit", (code, err if params.get("gc_trace") is None else ""), (0, ""))
        if evidence is not None:
            evidence.update(artefacts=peer.artefacts, events=peer.events)
        else:
            equal("artefacts and events", (peer.artefacts, peer.events), ({}, []))
    names = {r["name"] for r in records}
    some = SOME if params.get("execution_trace") else SOME | STOPS
    assert names <= set(hello["records"]) and set(hello["records"]) - names <= some, set(hello["records"]) ^ names
    for name in names:
        at = lengths.get("warmup_ns", 0)
        for r in (r for r in records if r["name"] == name):
            equal(f"{name} begins", r["from_ns"], at)
            at = r["to_ns"]
            assert at > r["from_ns"] and (r.get("value", 0) is not None or r["reason"]), r
        equal(f"{name} ends", at, lengths.get("warmup_ns", 0) + window_ns)
    offered, completed, rejected, abandoned = (
        total(records, name) for name in ("offered", "completed", "rejected", "abandoned"))
    equal("offered", offered, completed + rejected + abandoned)
    for name in ("offered", "completed", "rejected"):
        equal(f"{name}_total", total(records, f"{name}_total"), total(records, name))
    for name in ("start_latency", "sojourn"):
        equal(name, histogram_total(records, name), completed)
    if params.get("close") != "stop":  # then some may never come back from it
        equal("submit", histogram_total(records, "submit"), offered - total(records, "unsubmitted"))
    return records, err


def value(records, name):
    return [r["value"] for r in records if r["name"] == name]


def pools():
    for submit in "relay", "direct":
        for params in ({"pool": "naive"}, {"pool": "raw"}, {"pool": "workerpool", "size": 20, "prewarm": "all"},
                       {"pool": "ants", "size": 100, "prealloc": True}, {"pool": "errgroup", "size": 100},
                       {"pool": "fixed", "size": 100}):
            records, _ = run({**params, "submit": submit})
            equal(f"{params}: completed", total(records, "completed"), 250)
            equal(f"{params}: leaked", value(records, "goroutines_leaked"), [0])
            assert all(v > 0 for v in value(records, "heap_alloc_bytes")), params
    for kind in "cpu", "alloc":
        records, _ = run({"pool": "ants", "size": 50, "task": kind, "closures": "reused"},
                         constant(rate=100, service_ns=100_000), warmup_ns=NS // 10)
        equal(f"{kind}: completed", total(records, "completed"), 50)


def overload():
    load = constant(rate=200, service_ns=NS)
    few = {"pool": "ants", "size": 2, "nonblocking": "yes"}
    records, _ = run(few, load)
    equal("rejected", (total(records, "completed"), total(records, "rejected")), (2, 98))
    records, _ = run({**few, "pool": "errgroup", "overload": "spawn"}, load)
    equal("spawned", (total(records, "completed"), total(records, "spawned")), (100, 98))
    records, _ = run({"pool": "workerpool", "size": 1, "drain": "0"}, load)
    assert total(records, "abandoned") >= 90, value(records, "abandoned")
    equal("leaked", value(records, "goroutines_leaked"), [0])
    records, _ = run({"pool": "workerpool", "size": 1}, load, drain_ns=0)
    assert total(records, "abandoned") >= 90, value(records, "abandoned")


def closing():
    """Twenty workers can do 100 of the 250 tasks while the load lasts: the others wait in the pool, or for it."""
    load = constant(rate=500, service_ns=NS // 10)

    def left(records):
        return [value(records, f"{what}_{when}_close")[0] for what in ("unfinished", "goroutines") for when in ("at", "after")] \
            + value(records, "goroutines_leaked")

    def closed(how, **params):
        records, _ = run({"size": 20, "close": how, **params}, load)
        equal("offered", total(records, "offered"), 250)
        equal("abandoned", total(records, "abandoned"), 0)
        equal("discarded", total(records, "discarded"), total(records, "rejected"))
        assert left(records)[0] > 20, (params, left(records))
        return records, left(records)[1:]

    waiting = {"pool": "fixed", "submit": "goroutine"}  # for a worker, each in a goroutine of its own
    queued = {"pool": "workerpool", "submit": "errgroup"}  # whose Wait has returned
    for params in waiting, queued:
        records, (unfinished, _, after, leaked) = closed("none", **params)
        equal("completed", (total(records, "completed"), unfinished), (250, 0))
        assert after >= 20 and leaked >= 20, (params, after, leaked)
        records, (unfinished, at, after, leaked) = closed("stopwait", **params)
        equal("completed", (total(records, "completed"), unfinished, leaked), (250, 0, 0))
        assert at >= 20, (params, at)
    records, (unfinished, _, after, leaked) = closed("stop", **waiting)
    equal("left", (unfinished, leaked), (total(records, "discarded"), total(records, "discarded")))
    assert leaked > 0 and after >= leaked, (after, leaked)
    records, (unfinished, _, _, leaked) = closed("stop", **queued)
    equal("dropped", (unfinished, leaked), (total(records, "discarded"), 0))
    assert unfinished > 0

    many = {"pool": "ants", "size": 200, "submit": "errgroup", "expiry": "1h"}
    records, (unfinished, _, after, leaked) = closed("stop", **many)
    equal("release", (total(records, "completed"), leaked), (250, 0))
    assert unfinished > 0 and after > 0, (unfinished, after)
    records, (unfinished, _, _, leaked) = closed("stopwait", **many)
    equal("release, with a time", (total(records, "completed"), unfinished, leaked), (250, 0, 0))
    records, (unfinished, _, after, leaked) = closed("none", **many)
    assert total(records, "completed") == 250 and leaked > 20, leaked

    # Where Submit waits, an errgroup around it waits, too: nothing but what runs is left when it has returned.
    records, _ = run({"pool": "fixed", "size": 20, "submit": "errgroup"}, load)
    assert value(records, "unfinished_at_close")[0] <= 20, value(records, "unfinished_at_close")

    # Where the wait is over before the tasks are, they are abandoned, which fails a trial.
    with Peer([GOPOOL]) as peer:
        peer.expect("hello")
        peer.configure({**many, "close": "stopwait", "drain": "0"}, constant(rate=10, service_ns=60 * NS), window_ns=NS // 2)
        peer.expect("ready")
        peer.go()
        records = peer.records()
        equal("abandoned", total(records, "abandoned"), 5)
        equal("leaked", value(records, "goroutines_leaked"), [None])


def runtime():
    _, err = run({"pool": "raw", "task": "alloc", "alloc_bytes": "100K", "gogc": 10, "gc_trace": "yes"})
    assert "gc 1 @" in err, err
    records, _ = run({"pool": "raw", "task": "alloc", "alloc_bytes": "100K", "gogc": "off"})
    equal("cycles", total(records, "gc_cycles"), 0)
    assert total(records, "allocator_bytes") >= 250 * 100 * 1024, value(records, "allocator_bytes")


def evidence():
    got = {}
    records, _ = run({"pool": "raw", "task": "alloc", "gogc": 10, "heap_profile": "yes"}, evidence=got)
    message, profile = got["artefacts"].pop("heap.pprof")
    assert profile[:2] == b"\x1f\x8b" and not message["intrusive"], message
    equal("no more", (got["artefacts"], got["events"]), ({}, []))
    params = {"pool": "raw", "execution_trace": True, "stop_bound": "2ms", "provoke": "safe-point"}
    records, _ = run(params, evidence=got, warmup_ns=NS // 10)
    equal("leaked", value(records, "goroutines_leaked"), [0])
    stops = json.loads(got["artefacts"]["stops.json"][1])["stops"]
    message, trace = got["artefacts"]["trace"]
    assert message["intrusive"] and trace.startswith(b"go 1."), message
    late = [e for e in got["events"] if "late to safe point" in e["text"] and "holdUpCollection" in e["text"]]
    assert late and all(e["kind"] == "stop" and NS // 10 <= e["at_ns"] for e in late), got["events"]
    equal("all are told", len(got["events"]), len(stops))
    equal("counted", sum(total(records, name) for name in STOPS), len(stops))
    # The same trace, diagnosed again, says the same.
    with tempfile.NamedTemporaryFile() as file:
        file.write(trace)
        file.flush()
        again = subprocess.run([GOPOOL, "--diagnose", file.name, "--bound", "2ms", "--json"],
                               capture_output=True, text=True, check=True)
        text = subprocess.run([GOPOOL, "--diagnose", file.name, "--bound", "2ms"],
                              capture_output=True, text=True, check=True)
    equal("again", json.loads(again.stdout)["stops"], stops)
    assert all(s["evidence"] in text.stdout for s in stops), text.stdout
    # A limit that is reached is said; what was written until then is a trace.
    run({"pool": "raw", "execution_trace": True, "trace_limit": "1M", "stop_bound": "1h"},
        constant(rate=50000, service_ns=1000), evidence=got, window_ns=3 * NS // 2)
    equal("limit", [e["text"][:33] for e in got["events"]], ["the trace reached trace_limit aft"])


def refused(params, words, schedule=LOAD, **configure):
    with Peer([GOPOOL]) as peer:
        peer.expect("hello")
        peer.configure(params, schedule, **configure)
        text = peer.expect("error")["text"]
        assert words in text, f"{params}: {text}"
        code, err = peer.exit()
        equal("exit", (code, err), (1, f"gopool: {text}\n"))


def bad_input():
    refused({"pool": "static"}, 'configure: params: pool "static": unknown; use naive')
    refused({"pool": "naive", "size": 5}, 'size: the pool "naive" has no such option')
    refused({"pool": "raw"}, "window_ns", window_ns=1)
    refused({"pool": "raw", "drain": "56s"}, 'params: drain "56s": the rig lets tasks run for 55s', drain_ns=55 * NS)
    refused({"pool": "raw"}, "drain_ns", drain_ns=-1)
    refused({"pool": "raw"}, "roles.load", roles={"work": "0"})
    refused({"pool": "raw"}, 'roles.work "1000": cannot run there', roles={"work": "1000", "load": "0"})
    refused({"pool": "raw"}, "count 7", schedule=memfd(schedule_bytes(NS, [(0, 1)], count=7)))
    with Peer([GOPOOL]) as peer:
        peer.expect("hello")
        peer.send({"type": "go"})
        assert "send `configure` first" in peer.expect("error")["text"]
    with Peer([GOPOOL]) as peer:
        peer.expect("hello")
        peer.send(b"hello?")
        assert "not JSON" in peer.expect("error")["text"]
    with Peer([GOPOOL]) as peer:
        peer.expect("hello")
        peer.configure({"pool": "raw"}, LOAD)
        peer.expect("ready")
        peer.go(window_ns=5)
        assert "configure said" in peer.expect("error")["text"]


def the_rig_goes_away():
    with Peer([GOPOOL]) as peer:
        peer.expect("hello")
        equal("before configure", peer.end(), (1, ""))
    for after in "ready", "go":
        with Peer([GOPOOL]) as peer:
            peer.expect("hello")
            peer.configure({"pool": "raw"}, LOAD, window_ns=600 * NS)
            peer.expect("ready")
            if after == "go":
                peer.go()
                peer.expect("progress")
            equal(f"after {after}", peer.end(), (1, ""))


for case in pools, overload, closing, runtime, evidence, bad_input, the_rig_goes_away:
    if case == evidence and os.path.basename(GOPOOL) == "gopool-published":
        continue  # no library has a part in it
    case()
    print(f"{os.path.basename(GOPOOL)}: {case.__name__}: good")
