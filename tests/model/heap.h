/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The heap of the code under test: its addresses are the same in each execution (each thread has a
 * part of its own), nothing is used twice, so an access to what was freed is found, as is one
 * beyond the end.
 */
#ifndef POOLRIG_TESTS_MODEL_HEAP_H
#define POOLRIG_TESTS_MODEL_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/model/view.h"

enum { HEAP_UNIT = 16, HEAP_UNITS = 2048 }; /* of each thread */

enum heap_state { HEAP_NEVER, HEAP_LIVE, HEAP_FREED };

struct heap {
	_Alignas(4096) unsigned char bytes[MODEL_THREADS][HEAP_UNITS * HEAP_UNIT];
	uint8_t states[MODEL_THREADS][HEAP_UNITS]; /* enum heap_state */
	uint16_t sizes[MODEL_THREADS][HEAP_UNITS]; /* of the block that begins here, in units */
	int used[MODEL_THREADS];
	int live; /* blocks */
};

void heap_reset(struct heap *heap);

/* NULL where it is full. What is in it is noise. */
void *heap_take(struct heap *heap, int thread, size_t alignment, size_t size);

/* The size of the block that begins here, in bytes; 0: none does. */
size_t heap_size(const struct heap *heap, const void *block);

void heap_give(struct heap *heap, void *block);

/* Whether this may be accessed: it is no part of the heap, or in a block that lives. */
bool heap_valid(const struct heap *heap, uintptr_t address, size_t size);

#endif
