/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A view: what of the memory somebody has become aware of. For each location the timestamp of a
 * message, older ones than which it can no longer read; and a vector clock, which says what happens
 * before it (it decides on data races). Plain data, no ownership. */
#ifndef POOLRIG_TESTS_MODEL_VIEW_H
#define POOLRIG_TESTS_MODEL_VIEW_H

#include <stdint.h>

enum {
	MODEL_THREADS = 5,    /* the one that prepares and finishes, and four that run */
	MODEL_LOCATIONS = 48, /* atomic objects touched in one execution */
};

struct view {
	uint32_t seen[MODEL_LOCATIONS];
	uint32_t clock[MODEL_THREADS];
};

static inline uint32_t view_later(uint32_t one, uint32_t other)
{
	return one > other ? one : other;
}

/* Only what can be read: sequentially consistent fences order, but do not synchronise. */
static inline void view_join_seen(struct view *restrict view, const struct view *restrict other)
{
	for (int i = 0; i < MODEL_LOCATIONS; i++)
		view->seen[i] = view_later(view->seen[i], other->seen[i]);
}

static inline void view_join(struct view *restrict view, const struct view *restrict other)
{
	view_join_seen(view, other);
	for (int i = 0; i < MODEL_THREADS; i++)
		view->clock[i] = view_later(view->clock[i], other->clock[i]);
}

#endif
