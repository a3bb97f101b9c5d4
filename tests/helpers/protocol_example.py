#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the example of docs/protocol.md as a workload. usage: protocol_example.py PROTOCOL.md"""
import re
import sys

from protocol_peer import NS, Peer, constant, total

with open(sys.argv[1], encoding="utf-8") as document:
    blocks = re.findall(r"^```python\n(.*?)^```$", document.read(), re.S | re.M)
assert len(blocks) == 1, f"{len(blocks)} examples in Python"
lines = len(blocks[0].splitlines())
assert lines <= 40, f"the example has {lines} lines: it should fit a screen"
command = [sys.executable, "-c", blocks[0]]

with Peer(command) as peer:
    hello = peer.expect("hello")
    peer.configure({}, constant(rate=100, service_ns=100_000), warmup_ns=NS // 5, window_ns=NS // 2)
    peer.expect("ready")
    peer.go()
    records = peer.records()
    assert peer.exit() == (0, ""), "it did not end well"
assert sorted(hello["records"]) == sorted(r["name"] for r in records), records
assert total(records, "offered") == total(records, "completed") == 50, records
assert all((r["from_ns"], r["to_ns"]) == (NS // 5, NS * 7 // 10) for r in records), records

with Peer(command) as peer:
    peer.expect("hello")
    peer.send({"type": "go"})
    assert "configure" in peer.expect("error")["text"]
    assert peer.exit()[0] == 1
with Peer(command) as peer:
    peer.expect("hello")
    assert peer.end() == (1, "")
print("the example keeps to its contract")
