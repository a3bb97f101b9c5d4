/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/resource/connection_line_inside.h"

void connection_idle_push(struct connection_idle *list, struct connection *c)
{
	c->newer = NULL;
	c->older = list->newest;
	if (list->newest)
		list->newest->newer = c;
	else
		list->oldest = c;
	list->newest = c;
	list->count++;
}

struct connection *connection_idle_pop_newest(struct connection_idle *list)
{
	struct connection *c = list->newest;

	if (!c)
		return NULL;
	list->newest = c->older;
	if (list->newest)
		list->newest->newer = NULL;
	else
		list->oldest = NULL;
	list->count--;
	return c;
}

struct connection *connection_idle_pop_oldest(struct connection_idle *list)
{
	struct connection *c = list->oldest;

	if (!c)
		return NULL;
	list->oldest = c->newer;
	if (list->oldest)
		list->oldest->older = NULL;
	else
		list->newest = NULL;
	list->count--;
	return c;
}

void connection_line_join(struct connection_line *line, struct connection_waiter *w)
{
	w->next = NULL;
	w->before = line->last;
	if (line->last)
		line->last->next = w;
	else
		line->first = w;
	line->last = w;
	line->count++;
}

void connection_line_leave(struct connection_line *line, struct connection_waiter *w)
{
	if (w->before)
		w->before->next = w->next;
	else
		line->first = w->next;
	if (w->next)
		w->next->before = w->before;
	else
		line->last = w->before;
	line->count--;
}

bool connection_line_serve(struct connection_line *line, struct connection *c)
{
	struct connection_waiter *w = line->first;

	if (!w)
		return false;
	connection_line_leave(line, w);
	w->served = true;
	w->connection = c;
	/* Under the lock: once it is given up, the waiter's stack may be gone. */
	pthread_cond_signal(&w->called);
	return true;
}
