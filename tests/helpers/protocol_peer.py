# SPDX-License-Identifier: GPL-3.0-or-later
"""The rig's side of the workload protocol (docs/protocol.md), for tests of workloads.

    with Peer(["build/release/poolbench"]) as peer:
        peer.expect("hello")
        peer.configure({"pool": "naive"}, constant(rate=1000, service_ns=1_000_000))
        ...
"""
import base64
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import time
import zlib

MESSAGE_MAX = 128 * 1024
NS = 1_000_000_000


class Closed(Exception):
    """The workload has closed its end."""


def constant(rate, service_ns, period_ns=NS):
    """(period, arrivals) of a constant load."""
    count = rate * period_ns // NS
    return period_ns, [(i * period_ns // count, service_ns) for i in range(count)]


def schedule_bytes(period_ns, arrivals, magic=b"PRSCHED1", count=None, seed=1):
    count = len(arrivals) if count is None else count
    data = struct.pack("<8sQQQ", magic, count, period_ns, seed)
    return data + b"".join(struct.pack("<QQ", *a) for a in arrivals)


def memfd(data, seals=fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE):
    fd = os.memfd_create("schedule", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(fd, data)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, seals)
    return fd


def hdr_counts(text):
    """The counts of an HdrHistogram V2 compressed, independent of base/hdr: {index: count}."""
    packed = base64.b64decode(text, validate=True)
    cookie, length = struct.unpack_from(">II", packed)
    assert cookie == 0x1C849314 and length == len(packed) - 8, (hex(cookie), length)
    plain = zlib.decompress(packed[8:])
    cookie, size, offset, digits, low, high, ratio = struct.unpack_from(">IIIIQQd", plain)
    assert (cookie, offset, ratio) == (0x1C849313, 0, 1.0), hex(cookie)
    assert (digits, low, high) == (3, 1, 100 * NS), (digits, low, high)
    assert size == len(plain) - 40
    counts, index, at = {}, 0, 40
    while at < len(plain):
        word, shift = 0, 0
        while True:
            byte = plain[at]
            at += 1
            word |= (byte if shift == 56 else byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 or shift == 63:
                break
        word = (word >> 1) ^ -(word & 1)
        if word < 0:
            index -= word
            continue
        if word:
            counts[index] = word
        index += 1
    return counts


class Peer:
    def __init__(self, command):
        self.rig, workload = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.rig.settimeout(60)
        self.artefacts, self.events = {}, []  # name: (message, bytes); messages
        with workload:
            self.process = subprocess.Popen(
                command, pass_fds=[workload.fileno()], stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True,
                env={**os.environ, "POOLRIG_FD": str(workload.fileno())})

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.rig.close()
        if self.process.poll() is None and exc[0]:
            self.process.kill()
        _, err = self.process.communicate(timeout=60)
        if exc[0] and err:
            print(err, file=sys.stderr)

    def send(self, message, fds=()):
        data = message if isinstance(message, bytes) else json.dumps(message).encode()
        socket.send_fds(self.rig, [data], list(fds))

    def receive(self):
        try:
            data, fds, _, _ = socket.recv_fds(self.rig, MESSAGE_MAX + 1, 4)
        except ConnectionResetError as reset:
            raise Closed() from reset
        if not data:
            raise Closed()
        assert len(data) <= MESSAGE_MAX
        message = json.loads(data)
        assert len(fds) == (message["type"] == "artefact"), (message, fds)
        for fd in fds:
            self.take_artefact(message, fd)
        return message

    def take_artefact(self, message, fd):
        """As the rig does: sealed, of the size that was said, once."""
        wanted = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
        assert fcntl.fcntl(fd, fcntl.F_GET_SEALS) & wanted == wanted, message
        assert message["name"] not in self.artefacts and os.fstat(fd).st_size == message["bytes"], message
        self.artefacts[message["name"]] = message, os.pread(fd, message["bytes"], 0)
        os.close(fd)

    def expect(self, kind):
        message = self.receive()
        assert message["type"] == kind, f"{kind} expected: {message}"
        return message

    def configure(self, params, schedule, warmup_ns=0, window_ns=NS, roles=None, **more):
        """schedule: a descriptor, or (period, arrivals)."""
        fd = schedule if isinstance(schedule, int) else memfd(schedule_bytes(*schedule))
        self.lengths = {"warmup_ns": warmup_ns, "window_ns": window_ns}
        cpus = sorted(os.sched_getaffinity(0))
        self.send({"type": "configure", "params": params, **self.lengths,
                   "roles": roles or {"work": str(cpus[0]), "load": str(cpus[-1]),
                                      "housekeeping": str(cpus[-1])}, **more}, [fd])
        os.close(fd)

    def go(self, in_ns=20_000_000, **changes):
        self.send({"type": "go", "start_ns": time.clock_gettime_ns(time.CLOCK_MONOTONIC) + in_ns,
                   **self.lengths, **changes})

    def records(self):
        """All records until `done`."""
        got = []
        while True:
            message = self.receive()
            if message["type"] == "done":
                return got
            if message["type"] in ("progress", "artefact"):
                continue
            if message["type"] == "event":
                self.events.append(message)
                continue
            assert message["type"] == "record", message
            got.append(message)

    def end(self):
        """Close, and the exit code with what was written to standard error."""
        self.rig.close()
        _, err = self.process.communicate(timeout=60)
        return self.process.returncode, err

    def exit(self):
        """Wait for the exit without closing."""
        _, err = self.process.communicate(timeout=60)
        return self.process.returncode, err


def total(records, name):
    return sum(r["value"] for r in records if r["name"] == name)


def histogram_total(records, name):
    return sum(sum(hdr_counts(r["hdr"]).values()) for r in records if r["name"] == name)
