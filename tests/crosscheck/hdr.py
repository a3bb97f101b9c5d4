#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare base/hdr with an independent implementation: the Python package hdrhistogram.

usage: hdr.py HDR_TOOL [SEED]   (PYTHONPATH must have the package `hdrh`)

Both directions: they decode what we encode, we decode what they encode; counts at every index,
totals, extremes and quantiles must be the same. The seed is printed, so a failure can be repeated.
"""
import math
import random
import subprocess
import sys

from hdrh.histogram import HdrHistogram

LATENCY = (64, 100_000_000_000, 3)
QUANTILES = (0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1)


class Tool:
    def __init__(self, path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().rstrip("\n")
        if answer.startswith("error:") or not answer:
            raise SystemExit(f"hdr_tool {words[0]}: {answer or 'no answer'}")
        return answer


def shapes(rng):
    """Yield (name, range, [(value, count)])."""
    high = LATENCY[1]
    yield "empty", LATENCY, []
    yield "one zero", LATENCY, [(0, 1)]
    yield "one value", LATENCY, [(5_000_000, 1)]
    yield "highest", LATENCY, [(high, 1)]
    yield "single huge count", LATENCY, [(1_000_000, 1 << 40)]
    # Their package (0.10.8) does not read its own encoding of 1 << 62.
    yield "largest count", LATENCY, [(1_000_000, 1 << 61)]
    yield "neighbours", LATENCY, [(64 * i, i + 1) for i in range(300)]
    yield "dense", LATENCY, [(rng.randrange(200_000), 1) for _ in range(50_000)]
    for n in range(20):
        yield f"sparse {n}", LATENCY, [(int(10 ** rng.uniform(0, 11)), rng.randrange(1, 1000))
                                       for _ in range(rng.randrange(1, 60))]
    for n in range(5):
        yield f"lognormal {n}", LATENCY, [(min(int(rng.lognormvariate(15, 1.5)), high), 1)
                                          for _ in range(20_000)]
    for low, top, digits in ((1, 3_600_000_000, 3), (1, 2, 1), (1000, 10 ** 12, 2),
                             (1, 10 ** 9, 4), (7, 1 << 50, 1)):
        yield f"range {low}..{top}/{digits}", (low, top, digits), [
            (rng.randrange(top + 1), rng.randrange(1, 5)) for _ in range(2000)]


def counts(hist):
    return {i: hist.get_count_at_index(i) for i in range(hist.counts_len)
            if hist.get_count_at_index(i)}


def ours_decoded(tool, text):
    total, low, high, length, *pairs = tool.ask("decode", text).split()
    return int(total), int(low), int(high), int(length), {
        int(k): int(v) for k, v in (p.split(":") for p in pairs)}


def check(what, got, want):
    if got != want:
        raise SystemExit(f"FAIL {what}: ours {str(got)[:300]}, theirs {str(want)[:300]}")


def theirs_at(hist, q):
    """Their value at the rank that we look for: ceil(q * total), at least 1."""
    total = hist.get_total_count()
    rank = max(1, math.ceil(math.nextafter(q, 0) * total))
    seen = 0
    for index in range(hist.counts_len):
        seen += hist.get_count_at_index(index)
        if seen >= rank:
            return hist.get_highest_equivalent_value(hist.get_value_from_index(index))
    return 0


def one(tool, name, limits, pairs):
    theirs = HdrHistogram(*limits)
    for value, count in pairs:
        if not theirs.record_value(value, count):
            raise SystemExit(f"FAIL {name}: their library does not take {value}")
    text = tool.ask("encode", *limits, *(f"{v}:{c}" for v, c in pairs))
    decoded = HdrHistogram.decode(text)
    check(f"{name}: they decode ours", counts(decoded), counts(theirs))
    check(f"{name}: their total of ours", decoded.get_total_count(), theirs.get_total_count())
    text = theirs.encode().decode()
    total, low, high, length, ours = ours_decoded(tool, text)
    check(f"{name}: we decode theirs", ours, counts(theirs))
    check(f"{name}: length", length, theirs.counts_len)
    check(f"{name}: total", total, theirs.get_total_count())
    if pairs:
        check(f"{name}: max", high, theirs.get_highest_equivalent_value(max(v for v, _ in pairs)))
        check(f"{name}: min", low, theirs.get_lowest_equivalent_value(min(v for v, _ in pairs)))
        got = [int(v) for v in tool.ask("quantile", text, *QUANTILES).split()]
        check(f"{name}: quantiles", got, [theirs_at(theirs, q) for q in QUANTILES])
        # Their own quantile, where rounding to a rank can't differ: at the middle of a rank.
        for q in (0.5, 0.99):
            rank = max(1, math.ceil(math.nextafter(q, 0) * total))
            if total < 1 << 40:
                check(f"{name}: rank {rank}", int(tool.ask("quantile", text, q)),
                      theirs.get_value_at_percentile((rank - 0.25) / total * 100))


def main():
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    tool = Tool(sys.argv[1])
    done = 0
    for name, limits, pairs in shapes(random.Random(seed)):
        one(tool, name, limits, pairs)
        done += 1
    print(f"{done} histograms agree in both directions")


if __name__ == "__main__":
    main()
