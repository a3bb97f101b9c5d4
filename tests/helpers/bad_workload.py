#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workload that speaks the protocol (docs/protocol.md) as its one argument says: mostly wrongly."""

import json
import os
import signal
import socket
import sys
import time


def send(message, **members):
    rig.send(json.dumps({"type": message, **members}).encode())


def receive():
    return json.loads(rig.recv(131072))


def counter(name, value, **members):
    send("record", **{"name": name, "kind": "counter", "unit": "tasks", "from_ns": begin, "to_ns": end, "value": value, **members})


def counts(offered, completed, rejected, abandoned):
    counter("offered", offered)
    counter("completed", completed)
    counter("rejected", rejected)
    counter("abandoned", abandoned)
    send("done")


def histogram(name, **members):
    send("record", **{"name": name, "kind": "histogram", "unit": "ns", "from_ns": begin, "to_ns": end, "hdr": ONE, **members})


# One value, 63.
ONE = "HISTFAAAACN4nJNpmSzMwMDAxAABzFCaEYjFPcpeMNh/gAjUMgEAVnYEuA=="
RECORDS = ["offered", "completed", "rejected", "abandoned", "generator_lateness", "start_latency", "retried", "psi", "psi.cpu",
           *(f"name-{i}" for i in range(100))]
mode = sys.argv[1]
rig = socket.socket(fileno=int(os.environ["POOLRIG_FD"]))
if mode == "panic":
    sys.exit("panic: no memory for 16 workers")
if mode == "silent":
    time.sleep(1000)
if mode == "junk":
    rig.send(b"hello, rig\0\xff")
if mode == "untyped":
    rig.send(b'{"name": "x"}')
if mode == "turn":
    send("ready")
if mode == "version":
    send("hello", protocol=99, name="x", version="1")
if mode == "huge":
    rig.send(b'{"type": "hello", "name": "' + b"x" * 150000 + b'"}')
if mode == "forges":
    send("error", text="out of \x1b[2Jmemory\r\nforged: \x9b1mall is well\u202e")
if mode == "gives-up":
    send("error", text='size "many": not a number; write it as 16')
if mode == "unnamed":
    send("hello", protocol=1, name=mode, version="1")
send("hello", protocol=1, name=mode, version="1", records=RECORDS)
if mode == "twice":
    send("hello", protocol=1, name=mode, version="1", records=RECORDS)
configured = receive()
if mode == "on-load":
    os.sched_setaffinity(0, {int(configured["roles"]["load"])})
if mode == "oom":
    hog = []
    while True:
        hog.append(bytearray(b"x" * 1048576))
send("ready")
go = receive()
begin, end = go["warmup_ns"], go["warmup_ns"] + go["window_ns"]
if mode == "early":
    counts(10, 10, 0, 0)
if mode == "exits":
    print("line one\nthe last line", file=sys.stderr)
    sys.exit(3)
if mode == "leaves":
    sys.exit(0)
if mode == "aborts":
    os.kill(os.getpid(), signal.SIGABRT)
if mode == "mute":
    time.sleep(1000)
if mode == "closes":
    rig.close()
    time.sleep(1000)
time.sleep(max(0, go["start_ns"] + end - time.monotonic_ns()) / 1e9)
if mode == "backwards":
    counter("offered", 1, from_ns=end, to_ns=begin)
if mode == "word":
    counter("offered", "many")
if mode == "names":
    for i in range(100):
        counter(f"name-{i}", i)
if mode == "lateness":
    histogram("generator_lateness", hdr="x")
if mode == "latency":
    histogram("start_latency", hdr="HISTFAAAA")
if mode == "one-value":
    histogram("start_latency")
if mode == "undeclared":
    counter("retries", 1)
if mode == "both":
    counter("retried", 1)
    counter("retried", 1, from_ns=(begin + end) // 2)
if mode == "negative":
    counter("retried", -2)
if mode == "fraction":
    counter("retried", 12.5)
if mode == "absolute":
    counter("retried", 1, from_ns=go["start_ns"] + begin, to_ns=go["start_ns"] + end)
if mode == "gauge":
    send("record", name="start_latency", kind="gauge", unit="ms", from_ns=begin, to_ns=end, value=3)
if mode == "warm":
    counts(14, 14, 0, 0)
    sys.exit()
if mode == "left-out":
    counter("offered", 10)
    counter("completed", 7)
    send("done")
    sys.exit()
if mode == "dotted":
    counter("psi.cpu", 1)
if mode == "taken":
    counter("psi", 1)
if mode == "lost":
    counts(10, 8, 1, 0)
if mode == "abandons":
    counts(10, 7, 1, 2)
if mode == "unknown":
    counter("offered", None, reason="it was not counted")
    send("done")
elif mode not in ("lost", "abandons"):
    counts(10, 9, 1, 0)
if mode == "speaks-on":
    counter("offered", 1)
if mode in ("lingers", "speaks-on"):
    time.sleep(1000)
