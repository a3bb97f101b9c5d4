/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The decisions of one execution, and how to go on to the next one: depth first, the last decision
 * that has an alternative left takes it, those after it are forgotten. */
#ifndef POOLRIG_TESTS_MODEL_CHOICES_H
#define POOLRIG_TESTS_MODEL_CHOICES_H

#include <stdbool.h>

enum { CHOICES_MAX = 4096 };

struct choices {
	struct {
		unsigned char taken, of;
	} list[CHOICES_MAX];
	int count; /* made, in this execution or to be made again in it */
	int next;  /* of them the next one */
};

/* One of 0 to of - 1; -1: the list is full. Where there is nothing to choose nothing is noted. */
static inline int choices_next(struct choices *choices, int of)
{
	if (of == 1)
		return 0;
	if (choices->next == choices->count) {
		if (choices->count == CHOICES_MAX)
			return -1;
		choices->list[choices->count].taken = 0;
		choices->list[choices->count++].of = (unsigned char)of;
	}
	return choices->list[choices->next++].taken;
}

/* Whether this execution has left the path of the one before it. */
static inline bool choices_fresh(const struct choices *choices)
{
	return choices->next == choices->count;
}

/* Prepare the next execution. Returns false where there is none. */
static inline bool choices_advance(struct choices *choices)
{
	choices->next = 0;
	while (choices->count) {
		int last = choices->count - 1;

		if (++choices->list[last].taken < choices->list[last].of)
			return true;
		choices->count--;
	}
	return false;
}

#endif
