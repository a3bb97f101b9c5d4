/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/model/heap.h"

#include <string.h>

enum { NOISE = 0xa5 };

void heap_reset(struct heap *heap)
{
	for (int i = 0; i < MODEL_THREADS; i++) {
		memset(heap->states[i], HEAP_NEVER, heap->used[i]);
		memset(heap->sizes[i], 0, heap->used[i] * sizeof(heap->sizes[i][0]));
		heap->used[i] = 0;
	}
	heap->live = 0;
}

void *heap_take(struct heap *heap, int thread, size_t alignment, size_t size)
{
	size_t step = alignment > HEAP_UNIT ? alignment / HEAP_UNIT : 1;
	/* One unit stays free before each block, and nothing is taken for granted of an empty one.
	 */
	size_t begin = (heap->used[thread] + 1 + step - 1) / step * step;
	size_t units = size ? (size + HEAP_UNIT - 1) / HEAP_UNIT : 1;
	void *block = &heap->bytes[thread][begin * HEAP_UNIT];

	if (size > sizeof(heap->bytes[thread]) || begin + units > HEAP_UNITS)
		return NULL;
	memset(&heap->states[thread][begin], HEAP_LIVE, units);
	memset(block, NOISE, units * HEAP_UNIT);
	heap->sizes[thread][begin] = (uint16_t)units;
	heap->used[thread] = (int)(begin + units);
	heap->live++;
	return block;
}

/* Which unit an address is in, counted through all parts; -1: it is none of the heap. */
static long unit_of(const struct heap *heap, uintptr_t address)
{
	uintptr_t begin = (uintptr_t)heap->bytes;

	return address < begin || address >= begin + sizeof(heap->bytes)
		   ? -1
		   : (long)((address - begin) / HEAP_UNIT);
}

size_t heap_size(const struct heap *heap, const void *block)
{
	long unit = unit_of(heap, (uintptr_t)block);

	if (unit < 0 || (uintptr_t)block % HEAP_UNIT ||
	    heap->states[unit / HEAP_UNITS][unit % HEAP_UNITS] != HEAP_LIVE)
		return 0;
	return heap->sizes[unit / HEAP_UNITS][unit % HEAP_UNITS] * (size_t)HEAP_UNIT;
}

void heap_give(struct heap *heap, void *block)
{
	long unit = unit_of(heap, (uintptr_t)block);

	memset(&heap->states[unit / HEAP_UNITS][unit % HEAP_UNITS], HEAP_FREED,
	       heap_size(heap, block) / HEAP_UNIT);
	heap->live--;
}

bool heap_valid(const struct heap *heap, uintptr_t address, size_t size)
{
	long first = unit_of(heap, address), last = unit_of(heap, address + size - 1);

	if (first < 0)
		return true;
	for (long i = first; i <= last; i++)
		if (heap->states[i / HEAP_UNITS][i % HEAP_UNITS] != HEAP_LIVE)
			return false;
	return last >= 0;
}
