#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workload that does nothing and says what is asked for: each param is a rate, above which it breaks, rejects,
abandons or crashes, or its generator is late; its own rate is that of the schedule."""

import json
import mmap
import os
import socket
import struct
import sys
import time

rig = socket.socket(fileno=int(os.environ["POOLRIG_FD"]))


def send(type_, **members):
    rig.send(json.dumps({"type": type_, **members}).encode())


def record(name, kind, unit, **members):
    send("record", **{"name": name, "kind": kind, "unit": unit, "from_ns": begin, "to_ns": end, **members})


def above(key):
    return rate > float(params.get(key, "inf")) * 1.0001


send("hello", protocol=1, name="made", version="1",
     records=["offered", "completed", "rejected", "abandoned", "made", "generator_lateness"])
data, (fd,), _, _ = socket.recv_fds(rig, 131072, 1)
params = json.loads(data)["params"]
(_, count), (period, _), *arrivals = struct.iter_unpack("<QQ", mmap.mmap(fd, 0, prot=mmap.PROT_READ))
rate = count / period * 1e9
if "fails" in params:
    sys.exit("cannot even begin")
send("ready")
go = json.loads(rig.recv(131072))
begin, end = go["warmup_ns"], go["warmup_ns"] + go["window_ns"]
time.sleep(max(0, go["start_ns"] + end - time.monotonic_ns()) / 1e9)
if above("crashes"):
    os.abort()
rounds = range(end // period + 1)
due = sum(begin <= r * period + at < end for r in rounds for at, _ in arrivals)
tasks = {"offered": due, "completed": due, "rejected": 0, "abandoned": 0}
if above("rejects"):
    tasks.update(completed=due - 1, rejected=1)
if above("abandons"):
    tasks.update(completed=due - 2, abandoned=2)
for name, value in tasks.items():
    record(name, "counter", "tasks", value=value)
record("made", "gauge", "s", value=0.5 if above("breaks") else 0.001)
for i in range(due if above("late") else 0):
    record("generator_lateness", "histogram", "ns", from_ns=begin + i, to_ns=begin + i + 1, hdr=params["hdr"])
send("done")
