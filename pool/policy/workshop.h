/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The simulator's workers and their queue: who is there, who starts, who is busy until when. Times
 * are the simulator's; nothing here decides how many there should be.
 */
#ifndef POOLRIG_POOL_POLICY_WORKSHOP_H
#define POOLRIG_POOL_POLICY_WORKSHOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A task in a worker's hands. */
struct workshop_job {
	int64_t end_ns;
	uint64_t number; /* of begin: of two that end at one instant, the one that began first */
	size_t arrival;
};

/* Workers that will be there at one time. */
struct workshop_start {
	int64_t at_ns;
	unsigned count;
};

struct workshop {
	struct workshop_job *jobs; /* owned; a heap, the next to end first */
	size_t busy, jobs_room;
	uint64_t begun;
	struct workshop_start *starts; /* owned; in order of time, from first_start on */
	size_t first_start, start_count, starts_room;
	unsigned ready,
	    starting;    /* workers that are there (busy ones too); that are on their way */
	unsigned target; /* wanted */
	size_t *queue;   /* owned; arrivals' indexes, from head to tail */
	size_t head, tail;
};

/* For so many arrivals at most, with so many workers at once. 0 or ENOMEM. */
int workshop_init(struct workshop *w, size_t arrivals, unsigned workers);
void workshop_destroy(struct workshop *w); /* takes a zeroed struct, too */

static inline size_t workshop_queued(const struct workshop *w)
{
	return w->tail - w->head;
}

/* There shall be so many workers; new ones at ready_ns, which is not before that of an earlier
 * call. 0 or ENOMEM. */
int workshop_resize(struct workshop *w, unsigned target, int64_t ready_ns);

/* When the next starting worker is there, or the next task ends; INT64_MAX: none. */
int64_t workshop_next_start(const struct workshop *w);
int64_t workshop_next_end(const struct workshop *w);

/* The workers of the next start are there. */
void workshop_arrive(struct workshop *w);

/* Is there a worker that could begin a task? */
static inline bool workshop_idle(const struct workshop *w)
{
	return w->busy < w->ready;
}

/* An idle worker begins. 0 or ENOMEM. */
int workshop_begin(struct workshop *w, size_t arrival, int64_t end_ns);

/* The next task ends: which. Its worker leaves where there are too many. */
struct workshop_job workshop_end(struct workshop *w);

#endif
