/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/priority.h"

int pool_priority_init(struct pool_priority *priority)
{
	int error;

	atomic_init(&priority->turn, 0);
	error = pool_seglist_init(&priority->levels[POOL_PRIORITY_LOW], 0);
	if (error)
		return error;
	error = pool_seglist_init(&priority->levels[POOL_PRIORITY_HIGH], 0);
	if (error)
		pool_seglist_destroy(&priority->levels[POOL_PRIORITY_LOW]);
	return error;
}

void pool_priority_destroy(struct pool_priority *priority)
{
	for (int level = 0; level < POOL_PRIORITY_LEVELS; level++)
		pool_seglist_destroy(&priority->levels[level]);
}

enum pool_queue_status pool_priority_put(struct pool_priority *priority, pool_queue_item item,
					 enum pool_priority_level level)
{
	return pool_seglist_put(&priority->levels[level], item);
}

enum pool_queue_status pool_priority_get(struct pool_priority *priority, pool_queue_item *item)
{
	/* Relaxed: it only counts. */
	size_t turn = atomic_fetch_add_explicit(&priority->turn, 1, memory_order_relaxed);
	enum pool_priority_level first = turn % (POOL_PRIORITY_RUN + 1) == POOL_PRIORITY_RUN
					     ? POOL_PRIORITY_LOW
					     : POOL_PRIORITY_HIGH;
	enum pool_queue_status status = pool_seglist_get(&priority->levels[first], item), other;

	if (status == POOL_QUEUE_OK)
		return POOL_QUEUE_OK;
	other = pool_seglist_get(&priority->levels[POOL_PRIORITY_HIGH - first], item);
	if (other == POOL_QUEUE_OK)
		return POOL_QUEUE_OK;
	return status == POOL_QUEUE_CLOSED && other == POOL_QUEUE_CLOSED ? POOL_QUEUE_CLOSED
									 : POOL_QUEUE_EMPTY;
}

void pool_priority_close(struct pool_priority *priority)
{
	for (int level = 0; level < POOL_PRIORITY_LEVELS; level++)
		pool_seglist_close(&priority->levels[level]);
}

size_t pool_priority_count(const struct pool_priority *priority, enum pool_priority_level level)
{
	return pool_seglist_count(&priority->levels[level]);
}
