/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/supply.h"

#include <string.h>

/* What is put to make somebody look up: no task. */
static const char knock;

static const struct queue_traits *find_traits(const char *name)
{
	for (const struct queue_traits *const *kind = queue_kinds(); *kind; kind++)
		if (strcmp((*kind)->name, name) == 0)
			return *kind;
	return NULL;
}

bool supply_fits(const char *queue)
{
	const struct queue_traits *traits = find_traits(queue);

	return traits && traits->many_producers && traits->many_consumers && !traits->same_thread;
}

static enum queue_wait wait_of(enum pool_wait wait)
{
	switch (wait) {
	case POOL_WAIT_SPIN:
		return QUEUE_SPIN;
	case POOL_WAIT_SPIN_FUTEX:
		return QUEUE_SPIN_FUTEX;
	case POOL_WAIT_OWN:
	case POOL_WAIT_EVENTCOUNT:
		break;
	}
	return QUEUE_EVENTCOUNT;
}

int supply_open(struct supply *supply, const struct pool_options *options)
{
	const struct queue_traits *traits = find_traits(options->queue);

	*supply =
	    (struct supply){.name = traits->name, .meets = strcmp(traits->name, "rendezvous") == 0};
	supply->closes_early = traits->bounded || supply->meets;
	supply->options = (struct queue_options)QUEUE_OPTIONS_INIT;
	supply->options.wait = wait_of(options->wait);
	supply->options.capacity = options->queue_capacity;
	if (!supply->options.capacity && traits->bounded && !supply->meets)
		supply->options.capacity = SUPPLY_CAPACITY;
	return supply_reopen(supply);
}

int supply_reopen(struct supply *supply)
{
	int error = 0;

	queue_destroy(supply->queue);
	supply->queue = queue_open(supply->name, &supply->options, &error);
	return supply->queue ? 0 : error;
}

void supply_destroy(struct supply *supply)
{
	queue_destroy(supply->queue);
	*supply = (struct supply){0};
}

static enum queue_status put(struct supply *supply, struct pool_task *task, int64_t deadline_ns)
{
	if (task->urgent)
		return queue_put_high(supply->queue, task, deadline_ns);
	return queue_put(supply->queue, task, deadline_ns);
}

static enum pool_status status_of(enum queue_status status)
{
	switch (status) {
	case QUEUE_OK:
		return POOL_OK;
	case QUEUE_CLOSED:
		return POOL_CLOSED;
	case QUEUE_NO_MEMORY:
		return POOL_NO_MEMORY;
	case QUEUE_TIMEOUT:
		return POOL_TIMEOUT;
	case QUEUE_FULL:
	case QUEUE_EMPTY:
	case QUEUE_REFUSED: /* of one value that is no address of a task */
		break;
	}
	return POOL_OVERLOAD;
}

enum pool_status supply_put(struct supply *supply, struct pool *pool, struct pool_task *task,
			    int64_t deadline_ns)
{
	enum queue_status status = put(supply, task, 0);

	if (status != QUEUE_TIMEOUT && status != QUEUE_FULL)
		return status_of(status);
	if (pool->nonblocking || !pool_may_wait(pool))
		return POOL_OVERLOAD;
	status = put(supply, task, deadline_ns);
	pool_stop_waiting(pool);
	return status_of(status);
}

enum pool_status supply_put_patiently(struct supply *supply, struct pool_task *task)
{
	return status_of(put(supply, task, QUEUE_FOR_EVER));
}

static enum queue_status look_at(enum queue_status status, void *item, struct pool_task **task)
{
	*task = status == QUEUE_OK && item != (const void *)&knock ? item : NULL;
	return status;
}

enum queue_status supply_get(struct supply *supply, struct pool_task **task, int64_t deadline_ns)
{
	void *item = NULL;
	enum queue_status status = queue_get(supply->queue, &item, deadline_ns);

	return look_at(status, item, task);
}

enum queue_status supply_try_get(struct supply *supply, struct pool_task **task)
{
	void *item = NULL;
	enum queue_status status = queue_try_get(supply->queue, &item);

	return look_at(status, item, task);
}

bool supply_knock(struct supply *supply, int64_t deadline_ns)
{
	return queue_put(supply->queue, (void *)&knock, deadline_ns) == QUEUE_OK;
}

/* Who waits for room is sent away now. A queue without bound has nobody who waits, and may lose
 * what is put beside its close: it is closed when the gate is empty. */
void supply_turn_away(struct supply *supply)
{
	if (supply->queue && supply->closes_early)
		queue_close(supply->queue);
}

void supply_close(struct supply *supply)
{
	if (supply->queue)
		queue_close(supply->queue);
}
