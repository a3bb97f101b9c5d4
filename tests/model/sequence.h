/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order S of sequentially consistent accesses and fences, kept as RC11 has it: not one total
 * order, which would rule out more than C11 does, but a graph that must stay without a cycle. An
 * event comes before another one
 * - that it happens before,
 * - of the same location, that stores later in modification order than it has stored, or than what
 * it has read, or that has read what it stored;
 * - a fence comes behind all that were executed before it, and before all that are executed later
 * (the views in memory.h make of that what fences order).
 */
#ifndef POOLRIG_TESTS_MODEL_SEQUENCE_H
#define POOLRIG_TESTS_MODEL_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/model/view.h"

enum { SEQUENCE_EVENTS = 64 }; /* in one execution, a bit each */

struct sequence_event {
	int thread, location;  /* -1: a fence */
	uint32_t clock;        /* the thread's */
	uint32_t read, stored; /* timestamps of the messages, 0: none */
};

struct sequence {
	int count;
	struct sequence_event events[SEQUENCE_EVENTS];
	uint64_t after[SEQUENCE_EVENTS]; /* the ones behind this one */
};

/* Whether the event may be, where the thread is aware of `now`. */
bool sequence_fits(const struct sequence *sequence, const struct view *now,
		   const struct sequence_event *event);

/* Add one that fits. Returns false where there are too many. */
bool sequence_add(struct sequence *sequence, const struct view *now,
		  const struct sequence_event *event);

#endif
