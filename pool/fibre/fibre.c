/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a fibre asks of its scheduler. */
#include "pool/fibre/fibre.h"

#include "pool/fibre/parking.h"
#include "pool/fibre/scheduler.h"
#include "pool/queue/futex.h"

struct pool_fibre *pool_fibre_self(void)
{
	struct pool_scheduler *s = pool_scheduler_self();

	return s && s->current != &s->main ? s->current : NULL;
}

void *pool_fibre_local(const struct pool_fibre *fibre)
{
	return fibre->local;
}

void pool_fibre_wait_until(int64_t deadline_ns)
{
	struct pool_scheduler *s = pool_scheduler_self();
	struct pool_fibre *self = s->current;

	if (deadline_ns <= s->now)
		return;
	if (deadline_ns != INT64_MAX)
		pool_wheel_add(&s->wheel, &self->timer, deadline_ns);
	pool_scheduler_leave(s, self);
}

void pool_fibre_yield(void)
{
	struct pool_scheduler *s = pool_scheduler_self();

	pool_scheduler_ready(s, s->current);
	pool_scheduler_leave(s, s->current);
}

void pool_fibre_parker_init(struct pool_fibre_parker *parker)
{
	parker->fibre = pool_fibre_self();
	atomic_init(&parker->state, POOL_PARKING_EMPTY);
}

/* Unparking does not resume the fibre before it has stopped: only this core's thread resumes it,
 * and it is running this. */
static void park_fibre(struct pool_scheduler *s, struct pool_fibre_parker *parker,
		       int64_t deadline_ns)
{
	struct pool_fibre *self = s->current;

	if (deadline_ns != INT64_MAX) {
		self->parker = parker;
		pool_wheel_add(&s->wheel, &self->timer, deadline_ns);
	}
	pool_scheduler_leave(s, self);
	self->parker = NULL;
}

static void park_thread(struct pool_fibre_parker *parker, int64_t deadline_ns)
{
	uint32_t state;

	do
		state = POOL_PARKING_WAITING;
	while (pool_futex_wait_until(&parker->state, POOL_PARKING_WAITING, deadline_ns) &&
	       atomic_load(&parker->state) == POOL_PARKING_WAITING);
	atomic_compare_exchange_strong(&parker->state, &state, POOL_PARKING_TIMED_OUT);
}

bool pool_fibre_parker_park(struct pool_fibre_parker *parker, int64_t deadline_ns)
{
	uint32_t state = POOL_PARKING_EMPTY;

	if (atomic_compare_exchange_strong(&parker->state, &state, POOL_PARKING_WAITING)) {
		if (parker->fibre)
			park_fibre(pool_scheduler_self(), parker, deadline_ns);
		else
			park_thread(parker, deadline_ns);
	}
	state = POOL_PARKING_TIMED_OUT;
	if (atomic_compare_exchange_strong(&parker->state, &state, POOL_PARKING_EMPTY))
		return false;
	atomic_store(&parker->state, POOL_PARKING_EMPTY); /* it was unparked */
	return true;
}

static void post(struct pool_fibre *fibre)
{
	struct pool_scheduler *home = fibre->home;
	struct pool_fibre *newest = atomic_load_explicit(&home->inbox, memory_order_relaxed);

	do
		fibre->next = newest;
	while (!atomic_compare_exchange_weak(&home->inbox, &newest, fibre));
	pool_scheduler_unpark(home);
}

/* Woken, and on its own core. */
static void go_on(struct pool_scheduler *s, struct pool_fibre *fibre)
{
	if (pool_timer_set(&fibre->timer))
		pool_wheel_remove(&s->wheel, &fibre->timer);
	pool_scheduler_ready(s, fibre);
}

void pool_fibre_parker_unpark(struct pool_fibre_parker *parker)
{
	struct pool_fibre *fibre = parker->fibre;

	/* The parker may be gone after this; its fibre is not. */
	if (atomic_exchange(&parker->state, POOL_PARKING_UNPARKED) != POOL_PARKING_WAITING)
		return;
	if (!fibre)
		pool_futex_wake(&parker->state); /* an address only */
	else if (fibre->home == pool_scheduler_self())
		go_on(fibre->home, fibre);
	else
		post(fibre);
}

void pool_scheduler_read_inbox(struct pool_scheduler *s)
{
	struct pool_fibre *fibre = NULL, *oldest = NULL;

	if (atomic_load_explicit(&s->inbox, memory_order_relaxed))
		fibre = atomic_exchange(&s->inbox, NULL);
	while (fibre) { /* turn it round */
		struct pool_fibre *older = fibre->next;

		fibre->next = oldest;
		oldest = fibre;
		fibre = older;
	}
	while (oldest) {
		struct pool_fibre *next = oldest->next;

		go_on(s, oldest);
		oldest = next;
	}
}

bool pool_fibre_push(void *item)
{
	struct pool_scheduler *s = pool_scheduler_self();

	if (!pool_deque_push(&s->fresh, item))
		return false;
	if (s->runtime->options.schedulers > 1)
		pool_runtime_notify(s->runtime);
	return true;
}
