#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Python's own thread pool as a workload of the rig (docs/protocol.md): param `workers`."""
import concurrent.futures, json, mmap, os, socket, struct, time

rig = socket.socket(fileno=int(os.environ["POOLRIG_FD"]))


def send(type_, **members):
    rig.send(json.dumps({"type": type_, **members}).encode())


def receive():
    data, fds, _, _ = socket.recv_fds(rig, 131072, 1)
    if not data:
        raise SystemExit(1)  # the rig is gone
    return json.loads(data), fds


send("hello", protocol=1, name="client.py", version="1", records=["offered", "completed", "rejected"])
configured, (fd,) = receive()
workers = configured["params"].pop("workers", "4")
if configured["params"] or not workers.isdigit() or workers == "0":
    send("error", text=f"params {configured['params']}, workers {workers!r}: give workers alone, 1 or more")
    raise SystemExit(1)
os.sched_setaffinity(0, {int(configured["roles"]["work"].split(",")[0].split("-")[0])})
(_, count), (period, _), *arrivals = struct.iter_unpack("<QQ", mmap.mmap(fd, 0, prot=mmap.PROT_READ))
pool = concurrent.futures.ThreadPoolExecutor(int(workers))
send("ready")
go = receive()[0]
first, end, tasks, i = go["warmup_ns"], go["warmup_ns"] + go["window_ns"], [], 0
while (at := i // count * period + arrivals[i % count][0]) < end:
    time.sleep(max(0, go["start_ns"] + at - time.monotonic_ns()) / 1e9)
    tasks.append((at, pool.submit(time.sleep, arrivals[i % count][1] / 1e9)))
    i += 1
offered = [task.result() for at, task in tasks if at >= first]  # raises where a task did
for name, value in ("offered", len(offered)), ("completed", len(offered)), ("rejected", 0):
    send("record", name=name, kind="counter", unit="tasks", from_ns=first, to_ns=end, value=value)
send("done")
