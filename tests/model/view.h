/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A view: what of the memory somebody has become aware of. For each location the timestamp of a
 * message, older ones than which it can no longer read; and a vector clock, which says what happens
 * before it (it decides on data races). Plain data, no ownership. */
#ifndef POOLRIG_TESTS_MODEL_VIEW_H
#define POOLRIG_TESTS_MODEL_VIEW_H

#include <stdint.h>

enum {
	MODEL_THREADS = 5,    /* the one that prepares and finishes, and four that run */
	MODEL_LOCATIONS = 32, /* atomic objects touched in one execution */
};

struct view {
	uint32_t seen[MODEL_LOCATIONS];
	uint32_t clock[MODEL_THREADS];
};

/* Only what can be read: sequentially consistent fences order, but do not synchronise. */
static inline void view_join_seen(struct view *view, const struct view *other)
{
	for (int i = 0; i < MODEL_LOCATIONS; i++)
		if (view->seen[i] < other->seen[i])
			view->seen[i] = other->seen[i];
}

static inline void view_join(struct view *view, const struct view *other)
{
	view_join_seen(view, other);
	for (int i = 0; i < MODEL_THREADS; i++)
		if (view->clock[i] < other->clock[i])
			view->clock[i] = other->clock[i];
}

#endif
