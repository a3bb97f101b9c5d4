/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two threads on two CPUs, and how long they take together: what benchmarks of queues have in
 * common. */
#ifndef POOLRIG_TESTS_BENCH_DUEL_H
#define POOLRIG_TESTS_BENCH_DUEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* The two CPUs; the same one twice where the process may use only one. */
struct duel_cpus {
	int first, second;
	bool apart;
};
int duel_cpus(struct duel_cpus *cpus, struct error *err);

/* What one thread does; returns false where a value was wrong. It calls duel_ready() when all is
 * set up: both threads go on from there at once, and their time begins. */
struct duel_side {
	bool (*run)(struct duel_side *side);
	void *queue;
	size_t items;
	uint64_t taken; /* the side's own: a sum */
	/* the duel's: */
	struct duel *duel;
	int cpu;
	int64_t from_ns, to_ns;
	bool right;
};
void duel_ready(struct duel_side *side);

/* Run both. Returns the time in ns from the first start to the last end, or -1 and *err. */
int64_t duel_run(const struct duel_cpus *cpus, struct duel_side sides[2], struct error *err);

/* How long a line takes from one CPU to the other and back, in ns: says how near they are, which a
 * host of virtual machines may change at any time. -1: *err. */
double duel_round_trip_ns(const struct duel_cpus *cpus, struct error *err);

#endif
