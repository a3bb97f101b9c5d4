/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What runs next on a core, and the switch to it. */
#include <stdlib.h>
#include <string.h>

#include "pool/fibre/scheduler.h"

static void set_local(struct pool_scheduler *s, void *local)
{
	if (s->local_slot)
		memcpy(s->local_slot, &local, sizeof(local)); /* a pointer of another type, there */
}

/* Inline: the announcement to the sanitizers must stand in one function with the switch. */
__attribute__((always_inline)) static inline void
switch_to(struct pool_scheduler *s, struct pool_fibre *from, struct pool_fibre *to)
{
	s->current = to;
	set_local(s, to->local);
	pool_sanitize_leave(&from->sanitized, &to->sanitized, false);
	pool_fibre_context_switch(&from->context.sp, to->context.sp);
	pool_sanitize_arrive(&from->sanitized, &s->main.sanitized);
}

/* The stack of the one after this: its lines are in no near cache after some milliseconds. */
static void prefetch(const struct pool_fibre *fibre)
{
	const char *sp;

	if (!fibre)
		return;
	sp = fibre->context.sp;
	for (int line = 0; line < 4; line++)
		__builtin_prefetch(sp + (size_t)line * 64, 1);
	__builtin_prefetch(fibre->next);
}

static struct pool_fibre *pop_ready(struct pool_scheduler *s)
{
	struct pool_fibre *fibre = s->ready;

	s->ready = fibre->next;
	if (!s->ready)
		s->ready_end = &s->ready;
	prefetch(s->ready);
	return fibre;
}

/* The oldest item that waits for this core. */
static bool take_fresh(struct pool_scheduler *s, void **item)
{
	enum pool_deque_steal status;

	do
		status = pool_deque_steal(&s->fresh, item);
	while (status == POOL_DEQUE_LOST);
	return status == POOL_DEQUE_STOLEN;
}

/* A fibre for an item, or NULL: as many are at work as may be, or no memory. */
static struct pool_fibre *idle_fibre(struct pool_scheduler *s)
{
	struct pool_fibre *fibre;

	if (pool_fibre_store_busy(&s->store) >= s->limit_seen)
		return NULL;
	fibre = pool_fibre_store_get_warm(&s->store);
	if (fibre)
		return fibre;
	fibre = pool_fibre_store_get_cold(&s->store, s);
	if (fibre)
		pool_scheduler_prepare(s, fibre);
	return fibre;
}

static struct pool_fibre *begin_fresh(struct pool_scheduler *s)
{
	struct pool_fibre *fibre;

	if (!pool_deque_count(&s->fresh))
		return NULL;
	fibre = idle_fibre(s);
	if (!fibre)
		return NULL;
	if (!take_fresh(s, &fibre->item)) {
		pool_fibre_store_put(&s->store, fibre);
		return NULL;
	}
	s->begun++;
	return fibre;
}

/* The main context, where there is none, or enough have run in this round. What is ready and what
 * is to begin take turns: fibres that wake each other, or yield, do not keep an item waiting without end. */
static struct pool_fibre *choose(struct pool_scheduler *s)
{
	struct pool_fibre *fibre = NULL;

	if (!s->budget)
		return &s->main;
	s->budget--;
	if (s->budget % 2 || !s->ready)
		fibre = begin_fresh(s);
	if (!fibre && s->ready)
		fibre = pop_ready(s);
	return fibre ? fibre : &s->main;
}

void pool_scheduler_leave(struct pool_scheduler *s, struct pool_fibre *self)
{
	struct pool_fibre *next = choose(s);

	if (next != self)
		switch_to(s, self, next);
}

void pool_scheduler_to_main(struct pool_scheduler *s, struct pool_fibre *self)
{
	switch_to(s, self, &s->main);
}

/* An item for a fibre that has just ended one: no switch. */
static bool go_on(struct pool_scheduler *s, struct pool_fibre *self)
{
	if (!s->budget || s->ready || pool_fibre_store_busy(&s->store) > s->limit_seen ||
	    !take_fresh(s, &self->item))
		return false;
	s->budget--;
	s->begun++;
	return true;
}

static void fibre_main(void *arg)
{
	struct pool_fibre *self = arg;
	struct pool_scheduler *s = self->home;
	const struct pool_fibre_work *work = s->work;

	pool_sanitize_arrive(&self->sanitized, &s->main.sanitized);
	if (self->unwound) {
		self->unwound = false;
		work->unwound(self->local);
		s->ended++;
		pool_fibre_store_put(&s->store, self);
		pool_scheduler_leave(s, self);
	}
	for (;;) {
		do {
			work->run(self->local, self->item);
			s->ended++;
		} while (go_on(s, self));
		pool_fibre_store_put(&s->store, self);
		pool_scheduler_leave(s, self);
	}
}

static size_t local_room(const struct pool_scheduler *s)
{
	return (s->work->local_bytes + POOL_QUEUE_LINE - 1) / POOL_QUEUE_LINE * POOL_QUEUE_LINE;
}

static void make_context(struct pool_scheduler *s, struct pool_fibre *fibre)
{
	pool_sanitize_make(&fibre->sanitized, pool_stack_bottom(fibre->slab, fibre->index),
			   fibre->slab->usable);
	fibre->local = pool_stack_top(fibre->slab, fibre->index) - local_room(s);
	pool_fibre_context_make(&fibre->context, fibre->local, fibre_main, fibre);
}

void pool_scheduler_prepare(struct pool_scheduler *s, struct pool_fibre *fibre)
{
	struct pool_runtime *runtime = s->runtime;
	uint64_t made = atomic_fetch_add(&runtime->fibres_made, 1) + 1;
	uint64_t alive = made - atomic_load(&runtime->fibres_ended);
	uint64_t peak = atomic_load(&runtime->fibres_peak);

	while (alive > peak && !atomic_compare_exchange_weak(&runtime->fibres_peak, &peak, alive))
		;
	make_context(s, fibre);
	if (s->work->made)
		s->work->made(s->owner, fibre->local);
}

void pool_scheduler_cooled(struct pool_scheduler *s, size_t count)
{
	atomic_fetch_add(&s->runtime->fibres_ended, count);
}

/* One that has unwound: it begins again at its beginning, where it sees that it has. */
static void remake(struct pool_scheduler *s)
{
	struct pool_fibre *fibre = s->restart;

	s->restart = NULL;
	pool_sanitize_destroy(&fibre->sanitized);
	make_context(s, fibre);
	pool_scheduler_ready(s, fibre);
}

void pool_scheduler_run_ready(struct pool_scheduler *s)
{
	s->budget = POOL_SCHEDULER_ROUND;
	do {
		pool_scheduler_leave(s, &s->main);
		if (s->restart)
			remake(s);
	} while (s->budget && s->ready);
}

_Noreturn void pool_fibre_unwind(void)
{
	struct pool_scheduler *s = pool_scheduler_self();

	s->current->unwound = true;
	s->restart = s->current;
	pool_scheduler_to_main(s, s->current);
	abort(); /* it begins again */
}
