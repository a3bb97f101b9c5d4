/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a fibre may ask of its scheduler. */
#include "pool/fibre/fibre.h"

#include "pool/fibre/seating.h"
#include "pool/fibre/scheduler.h"
#include "pool/queue/futex.h"

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

void fibre_seat_init(struct fibre_seat *seat)
{
	seat->fibre = fibre_self();
	atomic_init(&seat->state, SEATING_EMPTY);
}

/* A call does not hand the fibre over before it has stopped: only this core's thread goes on with
 * it, and it is here. */
static void sit(struct scheduler *s, struct fibre_seat *seat, int64_t deadline_ns)
{
	struct fibre *self = s->current;

	if (deadline_ns != INT64_MAX) {
		self->seat = seat;
		wheel_add(&s->wheel, &self->timer, deadline_ns);
	}
	scheduler_leave(s, self);
	self->seat = NULL;
}

static void sleep_in(struct fibre_seat *seat, int64_t deadline_ns)
{
	uint32_t state;

	do
		state = SEATING_WAITING;
	while (futex_wait_until(&seat->state, SEATING_WAITING, deadline_ns) &&
	       atomic_load(&seat->state) == SEATING_WAITING);
	atomic_compare_exchange_strong(&seat->state, &state, SEATING_TIMED_OUT);
}

bool fibre_seat_wait(struct fibre_seat *seat, int64_t deadline_ns)
{
	uint32_t state = SEATING_EMPTY;

	if (atomic_compare_exchange_strong(&seat->state, &state, SEATING_WAITING)) {
		if (seat->fibre)
			sit(scheduler_self(), seat, deadline_ns);
		else
			sleep_in(seat, deadline_ns);
	}
	state = SEATING_TIMED_OUT;
	if (atomic_compare_exchange_strong(&seat->state, &state, SEATING_EMPTY))
		return false;
	atomic_store(&seat->state, SEATING_EMPTY); /* it was called */
	return true;
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

void fibre_seat_call(struct fibre_seat *seat)
{
	struct fibre *fibre = seat->fibre;

	/* The seat may be gone after this; its fibre, which is handed over, is not. */
	if (atomic_exchange(&seat->state, SEATING_CALLED) != SEATING_WAITING)
		return;
	if (!fibre)
		futex_wake(&seat->state); /* an address only */
	else if (fibre->home == scheduler_self())
		go_on(fibre->home, fibre);
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
