/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/policy/simulated_pool.h"

#include <errno.h>
#include <stdlib.h>

int pool_simulated_pool_init(struct pool_simulated_pool *w, size_t arrivals, unsigned workers)
{
	*w = (struct pool_simulated_pool){.ready = workers, .target = workers};
	w->queue = calloc(arrivals ? arrivals : 1, sizeof(*w->queue));
	return w->queue ? 0 : ENOMEM;
}

void pool_simulated_pool_destroy(struct pool_simulated_pool *w)
{
	free(w->jobs);
	free(w->starts);
	free(w->queue);
	*w = (struct pool_simulated_pool){0};
}

/* Room for one more; returns the array, grown where it had to be. NULL: no memory. */
static void *grown(void *array, size_t used, size_t *room, size_t size)
{
	size_t more = *room ? 2 * *room : 64;
	void *larger;

	if (used < *room)
		return array;
	larger = realloc(array, more * size);
	if (larger)
		*room = more;
	return larger;
}

static int start(struct pool_simulated_pool *w, unsigned count, int64_t ready_ns)
{
	struct pool_simulated_start *starts =
	    grown(w->starts, w->first_start + w->start_count, &w->starts_room, sizeof(*starts));

	if (!starts)
		return ENOMEM;
	w->starts = starts;
	starts[w->first_start + w->start_count++] = (struct pool_simulated_start){ready_ns, count};
	w->starting += count;
	return 0;
}

/* Remove up to that many workers that start, the latest first. Returns how many are left to take.
 */
static unsigned take_back(struct pool_simulated_pool *w, unsigned surplus)
{
	while (surplus > 0 && w->start_count > 0) {
		struct pool_simulated_start *last = &w->starts[w->first_start + w->start_count - 1];
		unsigned some = last->count < surplus ? last->count : surplus;

		last->count -= some;
		surplus -= some;
		w->starting -= some;
		if (last->count == 0)
			w->start_count--;
	}
	return surplus;
}

int pool_simulated_pool_resize(struct pool_simulated_pool *w, unsigned target, int64_t ready_ns)
{
	unsigned have = w->ready + w->starting, surplus, idle;

	w->target = target;
	if (target > have)
		return start(w, target - have, ready_ns);
	surplus = take_back(w, have - target);
	idle = w->ready - (unsigned)w->busy;
	w->ready -= surplus < idle ? surplus : idle;
	return 0;
}

int64_t pool_simulated_pool_next_start(const struct pool_simulated_pool *w)
{
	return w->start_count > 0 ? w->starts[w->first_start].at_ns : INT64_MAX;
}

int64_t pool_simulated_pool_next_end(const struct pool_simulated_pool *w)
{
	return w->busy > 0 ? w->jobs[0].end_ns : INT64_MAX;
}

void pool_simulated_pool_arrive(struct pool_simulated_pool *w)
{
	unsigned count = w->starts[w->first_start++].count;

	w->start_count--;
	if (w->start_count == 0)
		w->first_start = 0;
	w->starting -= count;
	w->ready += count;
}

static bool before(const struct pool_simulated_job *a, const struct pool_simulated_job *b)
{
	return a->end_ns < b->end_ns || (a->end_ns == b->end_ns && a->number < b->number);
}

static void swap(struct pool_simulated_job *a, struct pool_simulated_job *b)
{
	struct pool_simulated_job c = *a;

	*a = *b;
	*b = c;
}

int pool_simulated_pool_begin(struct pool_simulated_pool *w, size_t arrival, int64_t end_ns)
{
	struct pool_simulated_job *jobs = grown(w->jobs, w->busy, &w->jobs_room, sizeof(*jobs));
	size_t i = w->busy;

	if (!jobs)
		return ENOMEM;
	w->jobs = jobs;
	jobs[i] = (struct pool_simulated_job){end_ns, w->begun++, arrival};
	w->busy++;
	for (; i > 0 && before(&jobs[i], &jobs[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&jobs[i], &jobs[(i - 1) / 2]);
	return 0;
}

static void sink(struct pool_simulated_pool *w)
{
	size_t i = 0;

	for (;;) {
		size_t least = i;

		for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < w->busy; child++)
			if (before(&w->jobs[child], &w->jobs[least]))
				least = child;
		if (least == i)
			return;
		swap(&w->jobs[i], &w->jobs[least]);
		i = least;
	}
}

struct pool_simulated_job pool_simulated_pool_end(struct pool_simulated_pool *w)
{
	struct pool_simulated_job job = w->jobs[0];

	w->jobs[0] = w->jobs[--w->busy];
	sink(w);
	if (w->ready > w->target)
		w->ready--;
	return job;
}
