/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The simulator's workers and their queue: which are there, which start, which are busy until when.
 * Times are the simulator's; nothing here decides how many there should be.
 */
#ifndef POOLRIG_POOL_POLICY_SIMULATED_POOL_H
#define POOLRIG_POOL_POLICY_SIMULATED_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A task that a worker runs. */
struct pool_simulated_job {
	int64_t end_ns;
	uint64_t number; /* of begin: of two that end at one instant, the one that began first */
	size_t arrival;
};

/* Workers that will be there at one time. */
struct pool_simulated_start {
	int64_t at_ns;
	unsigned count;
};

struct pool_simulated_pool {
	struct pool_simulated_job *jobs; /* owned; a heap, the next to end first */
	size_t busy, jobs_room;
	uint64_t begun;
	struct pool_simulated_start *starts; /* owned; in order of time, from first_start on */
	size_t first_start, start_count, starts_room;
	unsigned ready,
	    starting;    /* workers that are there (busy ones too); that are on their way */
	unsigned target; /* wanted */
	size_t *queue;   /* owned; arrivals' indexes, from head to tail */
	size_t head, tail;
};

/* For up to that many arrivals, beginning with that many workers. 0 or ENOMEM. */
int pool_simulated_pool_init(struct pool_simulated_pool *w, size_t arrivals, unsigned workers);
void pool_simulated_pool_destroy(struct pool_simulated_pool *w); /* takes a zeroed struct, too */

static inline size_t pool_simulated_pool_queued(const struct pool_simulated_pool *w)
{
	return w->tail - w->head;
}

/* Change the number of workers; new ones at ready_ns, which is not before that of an earlier
 * call. 0 or ENOMEM. */
int pool_simulated_pool_resize(struct pool_simulated_pool *w, unsigned target, int64_t ready_ns);

/* When the next starting worker is there, or the next task ends; INT64_MAX: none. */
int64_t pool_simulated_pool_next_start(const struct pool_simulated_pool *w);
int64_t pool_simulated_pool_next_end(const struct pool_simulated_pool *w);

/* The workers of the next start are there. */
void pool_simulated_pool_arrive(struct pool_simulated_pool *w);

/* Is there a worker that could begin a task? */
static inline bool pool_simulated_pool_idle(const struct pool_simulated_pool *w)
{
	return w->busy < w->ready;
}

/* An idle worker begins. 0 or ENOMEM. */
int pool_simulated_pool_begin(struct pool_simulated_pool *w, size_t arrival, int64_t end_ns);

/* The next task ends: which. Its worker leaves where there are too many. */
struct pool_simulated_job pool_simulated_pool_end(struct pool_simulated_pool *w);

#endif
