#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workload that hands over artefacts and events (docs/protocol.md) as its one argument says: mostly wrongly."""

import fcntl
import json
import os
import random
import socket
import sys
import time

SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE


def send(message, fds=(), **members):
    socket.send_fds(rig, [json.dumps({"type": message, **members}).encode()], list(fds))


def memfd(data, seals=SEALS, size=None):
    fd = os.memfd_create("artefact", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(fd, data)
    if size:
        os.ftruncate(fd, size)  # a hole, which takes no memory
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, seals)
    return fd


def artefact(name, data, fds=None, size=None, media="application/octet-stream", **members):
    """Hand one over, and let go of it."""
    fds = [memfd(data, size=size)] if fds is None else fds
    send("artefact", fds, **{"name": name, "media": media, "bytes": size or len(data), "intrusive": False, **members})
    for fd in fds:
        os.close(fd)


mode = sys.argv[1]
rig = socket.socket(fileno=int(os.environ["POOLRIG_FD"]))
send("hello", protocol=1, name=mode, version="1", records=["offered", "completed", "rejected", "abandoned"])
rig.recv(131072)
send("ready")
go = json.loads(rig.recv(131072))
begin, end = go["warmup_ns"], go["warmup_ns"] + go["window_ns"]
if mode == "early":
    artefact("early", b"too soon")
time.sleep(max(0, go["start_ns"] + end - time.monotonic_ns()) / 1e9)

if mode in ("good", "intrusive"):
    artefact("notes.txt", "längs\n".encode(), media="text/plain")
    artefact("random.bin", random.Random(5).randbytes(3 << 20), intrusive=mode == "intrusive")
    artefact("hole.bin", b"", size=20 << 20)
    artefact("empty", b"")
    send("event", at_ns=begin + 1_000_000, kind="stop", text="31.5 ms: \x1b[31mfinalizers\x1b[m: goroutine 5")
if mode == "unsealed":
    artefact("a", b"hello", [memfd(b"hello", seals=0)])
if mode == "wrong-size":
    artefact("a", b"hello", [memfd(b"hello, you")])
if mode == "no-descriptor":
    artefact("a", b"", [])
if mode == "two":
    artefact("a", b"hello", [memfd(b"hello"), memfd(b"hello")])
if mode == "path":
    artefact("a", b"hello", [os.open(sys.argv[0], os.O_RDONLY)])
if mode == "pipe":
    artefact("a", b"hello", list(os.pipe())[:1])
if mode == "name":
    artefact("../a", b"hello")
if mode == "twice":
    artefact("a", b"hello")
    artefact("a", b"hello")
if mode == "large":
    artefact("a", b"h\x1b[2Jallo\0\n\tbye", media="text/plain")
    artefact("b", b"", size=256 << 20)
if mode == "many":
    for i in range(17):
        artefact(f"a{i}", b"hello")
if mode == "chatty":
    for i in range(1001):
        send("event", at_ns=i, kind="word", text="another")
if mode == "stowaway":
    send("event", [memfd(b"hello")], at_ns=0, kind="word", text="with a descriptor")
for name, value in ("offered", 10), ("completed", 10), ("rejected", 0), ("abandoned", 0):
    send("record", name=name, kind="counter", unit="tasks", from_ns=begin, to_ns=end, value=value)
send("done")
