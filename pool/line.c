/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/line.h"

void line_init(struct line *line, _Atomic uint64_t *count)
{
	pthread_mutex_init(&line->lock, NULL);
	line->first = NULL;
	line->tail = &line->first;
	line->shut = false;
	line->count = count;
}

void line_destroy(struct line *line)
{
	pthread_mutex_destroy(&line->lock);
}

enum pool_status line_join(struct line *line, struct waiter *waiter, unsigned max)
{
	enum pool_status status = POOL_OK;

	seat_init(&waiter->seat);
	waiter->next = NULL;
	pthread_mutex_lock(&line->lock);
	if (line->shut) {
		status = POOL_CLOSED;
	} else if (max && atomic_load(line->count) >= max) {
		status = POOL_OVERLOAD;
	} else {
		*line->tail = waiter;
		line->tail = &waiter->next;
		atomic_fetch_add(line->count, 1);
	}
	pthread_mutex_unlock(&line->lock);
	return status;
}

struct waiter *line_pop(struct line *line)
{
	struct waiter *waiter = line->first;

	if (waiter) {
		line->first = waiter->next;
		if (!line->first)
			line->tail = &line->first;
		atomic_fetch_sub(line->count, 1);
	}
	return waiter;
}

void line_shut(struct line *line)
{
	struct waiter *waiter;

	do {
		pthread_mutex_lock(&line->lock);
		line->shut = true;
		waiter = line_pop(line);
		pthread_mutex_unlock(&line->lock);
		if (waiter)
			line_end(waiter, WAITER_TURNED_AWAY);
	} while (waiter);
}

void line_end(struct waiter *waiter, enum waiter_end end)
{
	waiter->end = end;
	seat_call(&waiter->seat);
}

enum waiter_end line_wait(struct waiter *waiter)
{
	seat_wait(&waiter->seat, 0);
	return waiter->end;
}
