/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many of the last calls failed: a sliding window in WINDOW_BUCKETS buckets of equal length, as
 * Hystrix has it ("rolling stats"; Netflix, Hystrix wiki, "How it Works").
 *
 * Bucket k holds the outcomes of [origin + k·w, origin + (k+1)·w), w being a bucket's length, and
 * at time t with k(t) = floor((t - origin) / w) the window is the buckets k(t) - WINDOW_BUCKETS + 1
 * to k(t). So an outcome of bucket k is in the window until just before origin + (k +
 * WINDOW_BUCKETS)·w, and out of it from that instant on. One that falls on a bucket's beginning
 * stays for exactly the window's length, [t, t + length); any other for less than a bucket less.
 *
 * Threads: any may add and read at any time. An outcome is counted once; a reading is not of one
 * instant where others add meanwhile. A bucket is one word, so that starting it anew and counting
 * in it can't come between each other.
 */
#ifndef POOLRIG_POOL_POLICY_WINDOW_H
#define POOLRIG_POOL_POLICY_WINDOW_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define WINDOW_BUCKETS 50

struct outcome_window {
	int64_t origin_ns, bucket_ns;
	/* The round in which it is used (24 bits, from 1 on, 0: never; it comes back after 2^24 - 1
	 * windows, 2.6 years for one of 5 s), failures (20 bits), calls (20 bits). Where calls
	 * would not fit, 2^20 in a bucket, both are halved, so that their ratio stays. */
	_Atomic uint64_t buckets[WINDOW_BUCKETS];
};

struct outcome_counts {
	uint64_t calls, failures; /* failures are calls, too */
};

/* length_ns: a multiple of WINDOW_BUCKETS ns, above 0. Returns 0 or EINVAL. */
int outcome_window_init(struct outcome_window *w, int64_t origin_ns, int64_t length_ns);

/* Count an outcome of the time now_ns. One that would be out of the window for those who have
 * counted later ones is dropped. A time before the origin counts as the origin. */
void outcome_window_add(struct outcome_window *w, int64_t now_ns, bool failed);

/* What is in the window at the time now_ns. */
void outcome_window_read(const struct outcome_window *w, int64_t now_ns,
			 struct outcome_counts *counts);

/* Forget all. What others add in this very moment may stay. */
void outcome_window_clear(struct outcome_window *w);

#endif
