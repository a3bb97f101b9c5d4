/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The states that have been seen, as hashes of 64 bits: of a million states two have the same one
 * with a probability of 3e-8, and then the futures of one of them are not explored. */
#ifndef POOLRIG_TESTS_MODEL_STATES_H
#define POOLRIG_TESTS_MODEL_STATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct states {
	uint64_t *table;
	size_t size, count;
};

/* Returns false where there is no memory. */
bool states_init(struct states *states);
void states_destroy(struct states *states);

/* Returns 1: it is new; 0: it has been seen; -1: no memory. */
int states_add(struct states *states, uint64_t hash);

#endif
