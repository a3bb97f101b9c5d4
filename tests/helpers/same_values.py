#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare JSON and CSV of format 1 with today's, under the map of what was renamed.

usage: same_values.py OLD NEW    each with .json, .csv and .samples.csv behind it
"""

import csv
import json
import re
import sys

VERDICTS = {"holds": "confirmed", "fails": "refuted", "can't be told": "inconclusive"}
# What counts from 1 now.
COUNTED = {"position": "trial", "block": "block", "attempt": "attempt"}
# Sentences: their words may change, their numbers not (but that three digits may be shown of a count).
SENTENCES = {"reason", "found", "held_tasks_per_second_reason", "broke_tasks_per_second_reason"}
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?:e-?\d+)?")

failures = []


def differ(path, old, new):
    failures.append(f"{path}: {old!r} is {new!r}")


def numbers(text):
    return [float(n.replace(",", "")) for n in NUMBER.findall(text or "")]


def same_sentence(path, old, new):
    a, b = numbers(old), numbers(new)
    # 99,998 tasks may be "100k tasks/s", 0.25 s another unit: the digits are compared.
    digits = [sorted(f"{n:.2e}".split("e")[0] for n in ns) for ns in (a, b)]
    if (old is None) != (new is None) or digits[0] != digits[1]:
        differ(path, old, new)


def compare(path, old, new):
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in old.items():
            at = f"{path}.{key}"
            if key == "format":
                if (value, new.get(key)) != (1, 2):
                    differ(at, value, new.get(key))
            elif path == "" and key == "findings":
                compare_findings(value, new[key])
            elif re.fullmatch(r"\.trials\[\d+\]", path) and key in COUNTED:
                if new.get(COUNTED[key]) != value + 1:
                    differ(at, value, new.get(COUNTED[key]))
            elif key == "ledger":
                compare(at, value, new.get("interference"))
            elif key in SENTENCES and ".search" in path:
                same_sentence(at, value, new.get(key))
            elif key not in new:
                differ(at, value, None)
            else:
                compare(at, value, new[key])
    elif isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            differ(path, f"{len(old)} items", f"{len(new)} items")
        for i, (a, b) in enumerate(zip(old, new)):
            compare(f"{path}[{i}]", a, b)
    elif type(old) is not type(new) or old != new:
        differ(path, old, new)


def compare_findings(old, new):
    if len(old) != len(new):
        differ("findings", len(old), len(new))
    for i, (a, b) in enumerate(zip(old, new)):
        for key in ("claim", "source"):
            if a[key] != b[key]:
                differ(f"findings[{i}].{key}", a[key], b[key])
        if VERDICTS[a["verdict"]] != b["verdict"]:
            differ(f"findings[{i}].verdict", a["verdict"], b["verdict"])
        for key in ("found", "reason"):
            same_sentence(f"findings[{i}].{key}", a[key], b[key])


def compare_csv(old, new):
    with open(old, newline="") as f, open(new, newline="") as g:
        a, b = list(csv.DictReader(f)), list(csv.DictReader(g))
    if len(a) != len(b):
        differ(old, f"{len(a)} rows", f"{len(b)} rows")
    for i, (x, y) in enumerate(zip(a, b)):
        for key, value in x.items():
            if key in COUNTED:
                value = str(int(value) + 1)
            if y.get(COUNTED.get(key, key)) != value:
                differ(f"row {i}, {key}", value, y.get(COUNTED.get(key, key)))


def main():
    old, new = sys.argv[1:]
    with open(old + ".json") as f, open(new + ".json") as g:
        compare("", json.load(f), json.load(g))
    for kind in (".csv", ".samples.csv"):
        compare_csv(old + kind, new + kind)
    for failure in failures[:40]:
        print(failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
