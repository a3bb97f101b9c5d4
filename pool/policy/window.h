/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many of the last calls failed: a sliding window in POOL_WINDOW_BUCKETS buckets of equal
 * length, as Hystrix has it ("rolling stats"; Netflix, Hystrix wiki, "How it Works").
 *
 * Bucket k holds the outcomes of [origin + k·w, origin + (k+1)·w), w being a bucket's length, and
 * at time t with k(t) = floor((t - origin) / w) the window is the buckets k(t) -
 * POOL_WINDOW_BUCKETS + 1 to k(t). So an outcome of bucket k is in the window until just before
 * origin + (k + POOL_WINDOW_BUCKETS)·w, and out of it from that instant on. One that falls on a
 * bucket's beginning stays for exactly the window's length, [t, t + length); any other for less
 * than a bucket less.
 *
 * Threads: any may add and read at any time. An outcome is counted once; a reading is not of one
 * instant where others add meanwhile. A bucket is one word, so that starting it anew and counting
 * in it can't come between each other.
 */
#ifndef POOLRIG_POOL_POLICY_WINDOW_H
#define POOLRIG_POOL_POLICY_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "pool/language.h"

POOL_C_BEGIN

#define POOL_WINDOW_BUCKETS 50

struct pool_outcome_window {
	int64_t origin_ns, bucket_ns;
	/* The round in which it is used (24 bits, from 1 on, 0: never; it comes back after 2^24 - 1
	 * windows, 2.6 years for one of 5 s), failures (20 bits), calls (20 bits). Where calls
	 * would not fit, 2^20 in a bucket, both are halved, so that their ratio stays. */
	POOL_ATOMIC(uint64_t) buckets[POOL_WINDOW_BUCKETS];
};

struct pool_outcome_counts {
	uint64_t calls, failures; /* failures are calls, too */
};

/* length_ns: a multiple of POOL_WINDOW_BUCKETS ns, above 0. Returns 0 or EINVAL. */
int pool_outcome_window_init(struct pool_outcome_window *w, int64_t origin_ns, int64_t length_ns);

/* Count an outcome of the time now_ns. One that would be out of the window for threads that have
 * counted later ones is dropped. A time before the origin counts as the origin. */
void pool_outcome_window_add(struct pool_outcome_window *w, int64_t now_ns, bool failed);

/* What is in the window at the time now_ns. */
void pool_outcome_window_read(const struct pool_outcome_window *w, int64_t now_ns,
			      struct pool_outcome_counts *counts);

/* Forget all. What others add in this very moment may stay. */
void pool_outcome_window_clear(struct pool_outcome_window *w);

POOL_C_END

#endif
