/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all queues hold, and how their parts are kept apart in memory. */
#ifndef POOLRIG_POOL_QUEUE_ITEM_H
#define POOLRIG_POOL_QUEUE_ITEM_H

#include <stddef.h>
#include <stdint.h>

/* An item is the caller's pointer, NULL among them: no queue looks at what it points to. One value
 * is no item for a ring_spsc; it is no address of an object, either. */
typedef void *pool_queue_item;

#define POOL_QUEUE_NO_ITEM ((pool_queue_item)UINTPTR_MAX)

/* Bytes that go from one CPU's cache to another's at once. Words that different threads write stand
 * at least this far apart, or each write of the one would take the line from the other ("false
 * sharing"). */
#define POOL_QUEUE_LINE 64

/* Most items of a queue of fixed size: more than memory holds, and far from where indices wrap. */
#define POOL_QUEUE_CAPACITY_MAX (SIZE_MAX / 64)

/* The least power of two that is not less than n (1 to POOL_QUEUE_CAPACITY_MAX). */
static inline size_t pool_queue_power_of_two(size_t n)
{
	size_t power = 1;

	while (power < n)
		power <<= 1;
	return power;
}

#endif
