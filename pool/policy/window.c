/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/policy/window.h"

#include <errno.h>

#define COUNT_BITS 20
#define COUNT_MAX  ((UINT64_C(1) << COUNT_BITS) - 1)
#define ROUNDS     ((UINT64_C(1) << 24) - 1) /* 1 .. ROUNDS */

static uint64_t calls_of(uint64_t word)
{
	return word & COUNT_MAX;
}

static uint64_t failures_of(uint64_t word)
{
	return word >> COUNT_BITS & COUNT_MAX;
}

static uint64_t round_of(uint64_t word)
{
	return word >> 2 * COUNT_BITS;
}

static uint64_t word_of(uint64_t round, uint64_t failures, uint64_t calls)
{
	return round << 2 * COUNT_BITS | failures << COUNT_BITS | calls;
}

static uint64_t bucket_at(const struct pool_outcome_window *w, int64_t now_ns)
{
	return now_ns > w->origin_ns ? (uint64_t)((now_ns - w->origin_ns) / w->bucket_ns) : 0;
}

static uint64_t round_at(uint64_t bucket)
{
	return bucket / POOL_WINDOW_BUCKETS % ROUNDS + 1;
}

/* Is a round later than another one? They go round themselves, so half of them is. */
static bool later(uint64_t round, uint64_t than)
{
	return than != 0 && round != than && (round + ROUNDS - than) % ROUNDS < ROUNDS / 2;
}

int pool_outcome_window_init(struct pool_outcome_window *w, int64_t origin_ns, int64_t length_ns)
{
	if (length_ns <= 0 || length_ns % POOL_WINDOW_BUCKETS)
		return EINVAL;
	w->origin_ns = origin_ns;
	w->bucket_ns = length_ns / POOL_WINDOW_BUCKETS;
	for (int i = 0; i < POOL_WINDOW_BUCKETS; i++)
		atomic_init(&w->buckets[i], 0);
	return 0;
}

static uint64_t with_one_more(uint64_t word, uint64_t round, bool failed)
{
	uint64_t calls = 0, failures = 0;

	if (round_of(word) == round) {
		calls = calls_of(word);
		failures = failures_of(word);
	}
	if (calls == COUNT_MAX) {
		calls /= 2;
		failures /= 2;
	}
	return word_of(round, failures + failed, calls + 1);
}

void pool_outcome_window_add(struct pool_outcome_window *w, int64_t now_ns, bool failed)
{
	uint64_t k = bucket_at(w, now_ns);
	uint64_t round = round_at(k);
	_Atomic uint64_t *bucket = &w->buckets[k % POOL_WINDOW_BUCKETS];
	uint64_t word = atomic_load_explicit(bucket, memory_order_relaxed);

	do {
		if (later(round_of(word), round))
			return;
	} while (!atomic_compare_exchange_weak_explicit(
	    bucket, &word, with_one_more(word, round, failed), memory_order_acq_rel,
	    memory_order_relaxed));
}

void pool_outcome_window_read(const struct pool_outcome_window *w, int64_t now_ns,
			      struct pool_outcome_counts *counts)
{
	uint64_t last = bucket_at(w, now_ns);
	uint64_t first = last < POOL_WINDOW_BUCKETS - 1 ? 0 : last - (POOL_WINDOW_BUCKETS - 1);

	*counts = (struct pool_outcome_counts){0};
	for (uint64_t k = first; k <= last; k++) {
		uint64_t word = atomic_load_explicit(&w->buckets[k % POOL_WINDOW_BUCKETS],
						     memory_order_acquire);

		if (round_of(word) != round_at(k))
			continue;
		counts->calls += calls_of(word);
		counts->failures += failures_of(word);
	}
}

void pool_outcome_window_clear(struct pool_outcome_window *w)
{
	for (int i = 0; i < POOL_WINDOW_BUCKETS; i++)
		atomic_store_explicit(&w->buckets[i], 0, memory_order_relaxed);
}
