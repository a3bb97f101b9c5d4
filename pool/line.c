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
		waiter->in_line = true;
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
		waiter->in_line = false;
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

void line_reopen(struct line *line)
{
	pthread_mutex_lock(&line->lock);
	line->shut = false;
	pthread_mutex_unlock(&line->lock);
}

void line_end(struct waiter *waiter, enum waiter_end end)
{
	waiter->end = end;
	seat_call(&waiter->seat);
}

/* Returns whether it was still there. */
static bool quit(struct line *line, struct waiter *waiter)
{
	struct waiter **link = &line->first;
	bool there;

	pthread_mutex_lock(&line->lock);
	there = waiter->in_line;
	while (there && *link != waiter)
		link = &(*link)->next;
	if (there) {
		*link = waiter->next;
		if (!waiter->next)
			line->tail = link;
		atomic_fetch_sub(line->count, 1);
	}
	pthread_mutex_unlock(&line->lock);
	return there;
}

/* One who was taken out has an end that is about to come. */
enum waiter_end line_wait(struct line *line, struct waiter *waiter, int64_t deadline_ns)
{
	if (!seat_wait_until(&waiter->seat, deadline_ns)) {
		if (quit(line, waiter))
			return WAITER_TIMED_OUT;
		seat_wait_until(&waiter->seat, INT64_MAX);
	}
	return waiter->end;
}
