/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/priority.h"

int priority_init(struct priority *priority)
{
	int error;

	atomic_init(&priority->turn, 0);
	error = seglist_init(&priority->levels[PRIORITY_LOW], 0);
	if (error)
		return error;
	error = seglist_init(&priority->levels[PRIORITY_HIGH], 0);
	if (error)
		seglist_destroy(&priority->levels[PRIORITY_LOW]);
	return error;
}

void priority_destroy(struct priority *priority)
{
	for (int level = 0; level < PRIORITY_LEVELS; level++)
		seglist_destroy(&priority->levels[level]);
}

enum queue_status priority_put(struct priority *priority, queue_item item,
			       enum priority_level level)
{
	return seglist_put(&priority->levels[level], item);
}

enum queue_status priority_get(struct priority *priority, queue_item *item)
{
	/* Relaxed: it only counts. */
	size_t turn = atomic_fetch_add_explicit(&priority->turn, 1, memory_order_relaxed);
	enum priority_level first =
	    turn % (PRIORITY_RUN + 1) == PRIORITY_RUN ? PRIORITY_LOW : PRIORITY_HIGH;
	enum queue_status status = seglist_get(&priority->levels[first], item), other;

	if (status == QUEUE_OK)
		return QUEUE_OK;
	other = seglist_get(&priority->levels[PRIORITY_HIGH - first], item);
	if (other == QUEUE_OK)
		return QUEUE_OK;
	return status == QUEUE_CLOSED && other == QUEUE_CLOSED ? QUEUE_CLOSED : QUEUE_EMPTY;
}

void priority_close(struct priority *priority)
{
	for (int level = 0; level < PRIORITY_LEVELS; level++)
		seglist_close(&priority->levels[level]);
}

size_t priority_count(const struct priority *priority, enum priority_level level)
{
	return seglist_count(&priority->levels[level]);
}
