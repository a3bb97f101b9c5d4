/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arrivals of a load, as base/protocol.h lays them out, mapped and checked once; then walked.
 */
#ifndef POOLRIG_POOLBENCH_SCHEDULE_H
#define POOLRIG_POOLBENCH_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/protocol.h"

struct bench_schedule {
	const struct poolrig_schedule_arrival *arrivals;
	uint64_t count, period_ns, seed;
	void *mapping; /* owned */
	size_t mapping_size;
};

/* The longest round and service time that are taken: 1 hour. */
#define BENCH_SCHEDULE_MAX_NS UINT64_C(3600000000000)

/* Map a sealed memfd, with all pages present, and check every arrival. fd stays the caller's.
 * Errors (ERROR_INPUT) name the field or the arrival. */
int bench_schedule_map(struct bench_schedule *s, int fd, struct error *err);

/* One of our own: `rate` arrivals a second, evenly spaced, all of the same service time. */
int bench_schedule_constant(struct bench_schedule *s, uint64_t rate, uint64_t service_ns,
			    struct error *err);

void bench_schedule_destroy(struct bench_schedule *s); /* takes a zeroed struct, too */

/* Tasks under way at a time, on average and without queueing: rate times service (Little). */
uint64_t bench_schedule_concurrency(const struct bench_schedule *s);

/* A place in the endless repetition. Begin with {0}. */
struct bench_arrivals {
	uint64_t index;   /* within the round */
	int64_t round_ns; /* the round's beginning, from the start */
};

/* The intended start, in ns from the start; *service_ns its service time. Moves on. */
static inline int64_t bench_schedule_next(const struct bench_schedule *s, struct bench_arrivals *at,
					  int64_t *service_ns)
{
	const struct poolrig_schedule_arrival *a = &s->arrivals[at->index];
	int64_t intended = at->round_ns + (int64_t)a->start_ns;

	*service_ns = (int64_t)a->service_ns;
	if (++at->index == s->count) {
		at->index = 0;
		at->round_ns += (int64_t)s->period_ns;
	}
	return intended;
}

#endif
