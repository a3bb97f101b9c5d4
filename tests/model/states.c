/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/model/states.h"

#include <stdlib.h>

enum { FIRST_SIZE = 1 << 16 };

bool states_init(struct states *states)
{
	states->count = 0;
	states->size = FIRST_SIZE;
	states->table = calloc(states->size, sizeof(*states->table));
	return states->table != NULL;
}

void states_destroy(struct states *states)
{
	free(states->table);
	states->table = NULL;
}

static uint64_t *place(uint64_t *table, size_t size, uint64_t hash)
{
	size_t i = hash & (size - 1);

	while (table[i] && table[i] != hash)
		i = (i + 1) & (size - 1);
	return &table[i];
}

static bool grow(struct states *states)
{
	size_t size = states->size * 2;
	uint64_t *table = calloc(size, sizeof(*table));

	if (!table)
		return false;
	for (size_t i = 0; i < states->size; i++)
		if (states->table[i])
			*place(table, size, states->table[i]) = states->table[i];
	free(states->table);
	states->table = table;
	states->size = size;
	return true;
}

int states_add(struct states *states, uint64_t hash)
{
	uint64_t *at;

	hash += !hash; /* 0 is an empty place */
	at = place(states->table, states->size, hash);
	if (*at)
		return 0;
	*at = hash;
	if (++states->count > states->size / 2 && !grow(states))
		return -1;
	return 1;
}
