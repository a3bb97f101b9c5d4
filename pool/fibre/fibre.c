/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a fibre may ask of its scheduler. */
#include "pool/fibre/fibre.h"

#include "pool/fibre/park.h"
#include "pool/fibre/scheduler.h"

struct fibre *fibre_self(void)
{
	struct scheduler *s = scheduler_self();

	return s && s->current != &s->main ? s->current : NULL;
}

struct runtime *fibre_runtime(const struct fibre *fibre)
{
	return fibre->home->runtime;
}

void *fibre_local(const struct fibre *fibre)
{
	return fibre->local;
}

void fibre_wait_until(int64_t deadline_ns)
{
	struct scheduler *s = scheduler_self();
	struct fibre *self = s->current;

	if (deadline_ns <= s->now)
		return;
	if (deadline_ns != INT64_MAX)
		wheel_add(&s->wheel, &self->timer, deadline_ns);
	scheduler_leave(s, self);
}

void fibre_yield(void)
{
	struct scheduler *s = scheduler_self();

	scheduler_ready(s, s->current);
	scheduler_leave(s, s->current);
}

bool fibre_park(int64_t deadline_ns)
{
	struct scheduler *s = scheduler_self();
	struct fibre *self = s->current;
	uint32_t state = PARKING_EMPTY;

	/* Only this core's thread hands the fibre on, and it is here: nothing happens between this
	 * and the switch. */
	if (atomic_compare_exchange_strong(&self->parking, &state, PARKING_PARKED)) {
		if (deadline_ns != INT64_MAX) {
			self->parked = true;
			wheel_add(&s->wheel, &self->timer, deadline_ns);
		}
		scheduler_leave(s, self);
		self->parked = false;
	}
	state = PARKING_TIMED_OUT;
	if (atomic_compare_exchange_strong(&self->parking, &state, PARKING_EMPTY))
		return false;
	/* Acquire: what the waker did before. */
	return atomic_exchange(&self->parking, PARKING_EMPTY) == PARKING_CALLED;
}

static void post(struct fibre *fibre)
{
	struct scheduler *home = fibre->home;
	struct fibre *newest = atomic_load_explicit(&home->inbox, memory_order_relaxed);

	do
		fibre->next = newest;
	while (!atomic_compare_exchange_weak(&home->inbox, &newest, fibre));
	scheduler_rouse(home);
}

/* Woken, and on its own core. */
static void go_on(struct scheduler *s, struct fibre *fibre)
{
	if (timer_set(&fibre->timer))
		wheel_remove(&s->wheel, &fibre->timer);
	scheduler_ready(s, fibre);
}

void fibre_wake(struct fibre *fibre)
{
	struct scheduler *home = fibre->home; /* it may go on, and be gone, from here on */

	if (atomic_exchange(&fibre->parking, PARKING_CALLED) != PARKING_PARKED)
		return;
	if (home == scheduler_self())
		go_on(home, fibre);
	else
		post(fibre);
}

void scheduler_read_inbox(struct scheduler *s)
{
	struct fibre *fibre = NULL, *oldest = NULL;

	if (atomic_load_explicit(&s->inbox, memory_order_relaxed))
		fibre = atomic_exchange(&s->inbox, NULL);
	while (fibre) { /* turn it round */
		struct fibre *older = fibre->next;

		fibre->next = oldest;
		oldest = fibre;
		fibre = older;
	}
	while (oldest) {
		struct fibre *next = oldest->next;

		go_on(s, oldest);
		oldest = next;
	}
}

bool fibre_push(void *item)
{
	struct scheduler *s = scheduler_self();

	if (!deque_push(&s->fresh, item))
		return false;
	if (s->runtime->options.schedulers > 1)
		runtime_notify(s->runtime);
	return true;
}
