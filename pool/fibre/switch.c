/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who runs next on a core, and the way there. */
#include <stdlib.h>
#include <string.h>

#include "pool/fibre/scheduler.h"

static void set_local(struct scheduler *s, void *local)
{
	if (s->local_slot)
		memcpy(s->local_slot, &local, sizeof(local)); /* a pointer of another type, there */
}

/* Inline: what the sanitizers are told must stand in one function with the switch. */
__attribute__((always_inline)) static inline void switch_to(struct scheduler *s, struct fibre *from,
							    struct fibre *to)
{
	s->current = to;
	set_local(s, to->local);
	sanitize_leave(&from->sanitized, &to->sanitized, false);
	context_switch(&from->context.sp, to->context.sp);
	sanitize_arrive(&from->sanitized, &s->main.sanitized);
}

/* The stack of the one after this: its lines are in no near cache after some milliseconds. */
static void prefetch(const struct fibre *fibre)
{
	const char *sp;

	if (!fibre)
		return;
	sp = fibre->context.sp;
	for (int line = 0; line < 4; line++)
		__builtin_prefetch(sp + (size_t)line * 64, 1);
	__builtin_prefetch(fibre->next);
}

static struct fibre *pop_ready(struct scheduler *s)
{
	struct fibre *fibre = s->ready;

	s->ready = fibre->next;
	if (!s->ready)
		s->ready_end = &s->ready;
	prefetch(s->ready);
	return fibre;
}

/* The oldest item that waits for this core. */
static bool take_fresh(struct scheduler *s, void **item)
{
	enum deque_steal status;

	do
		status = deque_steal(&s->fresh, item);
	while (status == DEQUE_LOST);
	return status == DEQUE_STOLEN;
}

/* A fibre for an item, or NULL: as many are at work as may be, or no memory. */
static struct fibre *idle_fibre(struct scheduler *s)
{
	struct fibre *fibre;

	if (fibre_store_busy(&s->store) >= s->limit_seen)
		return NULL;
	fibre = fibre_store_get_warm(&s->store);
	if (fibre)
		return fibre;
	fibre = fibre_store_get_cold(&s->store, s);
	if (fibre)
		scheduler_prepare(s, fibre);
	return fibre;
}

static struct fibre *begin_fresh(struct scheduler *s)
{
	struct fibre *fibre;

	if (!deque_count(&s->fresh))
		return NULL;
	fibre = idle_fibre(s);
	if (!fibre)
		return NULL;
	if (!take_fresh(s, &fibre->item)) {
		fibre_store_put(&s->store, fibre);
		return NULL;
	}
	s->begun++;
	return fibre;
}

/* The main context, where there is none, or enough have run in this round. What is ready and what
 * is to begin take turns: fibres that wake each other, or yield, keep no item waiting for ever. */
static struct fibre *choose(struct scheduler *s)
{
	struct fibre *fibre = NULL;

	if (!s->budget)
		return &s->main;
	s->budget--;
	if (s->budget % 2 || !s->ready)
		fibre = begin_fresh(s);
	if (!fibre && s->ready)
		fibre = pop_ready(s);
	return fibre ? fibre : &s->main;
}

void scheduler_leave(struct scheduler *s, struct fibre *self)
{
	struct fibre *next = choose(s);

	if (next != self)
		switch_to(s, self, next);
}

void scheduler_to_main(struct scheduler *s, struct fibre *self)
{
	switch_to(s, self, &s->main);
}

/* An item for a fibre that has just ended one: no switch. */
static bool go_on(struct scheduler *s, struct fibre *self)
{
	if (!s->budget || s->ready || fibre_store_busy(&s->store) > s->limit_seen ||
	    !take_fresh(s, &self->item))
		return false;
	s->budget--;
	s->begun++;
	return true;
}

static void fibre_main(void *arg)
{
	struct fibre *self = arg;
	struct scheduler *s = self->home;
	const struct fibre_work *work = s->work;

	sanitize_arrive(&self->sanitized, &s->main.sanitized);
	if (self->unwound) {
		self->unwound = false;
		work->unwound(self->local);
		s->ended++;
		fibre_store_put(&s->store, self);
		scheduler_leave(s, self);
	}
	for (;;) {
		do {
			work->run(self->local, self->item);
			s->ended++;
		} while (go_on(s, self));
		fibre_store_put(&s->store, self);
		scheduler_leave(s, self);
	}
}

static size_t local_room(const struct scheduler *s)
{
	return (s->work->local_bytes + QUEUE_LINE - 1) / QUEUE_LINE * QUEUE_LINE;
}

static void make_context(struct scheduler *s, struct fibre *fibre)
{
	sanitize_make(&fibre->sanitized, stack_bottom(fibre->slab, fibre->index),
		      fibre->slab->usable);
	fibre->local = stack_top(fibre->slab, fibre->index) - local_room(s);
	context_make(&fibre->context, fibre->local, fibre_main, fibre);
}

void scheduler_prepare(struct scheduler *s, struct fibre *fibre)
{
	struct runtime *runtime = s->runtime;
	uint64_t made = atomic_fetch_add(&runtime->fibres_made, 1) + 1;
	uint64_t alive = made - atomic_load(&runtime->fibres_ended);
	uint64_t peak = atomic_load(&runtime->fibres_peak);

	while (alive > peak && !atomic_compare_exchange_weak(&runtime->fibres_peak, &peak, alive))
		;
	make_context(s, fibre);
	if (s->work->made)
		s->work->made(s->owner, fibre->local);
}

void scheduler_cooled(struct scheduler *s, size_t count)
{
	atomic_fetch_add(&s->runtime->fibres_ended, count);
}

/* One that has unwound: it begins again at its beginning, where it sees that it has. */
static void remake(struct scheduler *s)
{
	struct fibre *fibre = s->restart;

	s->restart = NULL;
	sanitize_destroy(&fibre->sanitized);
	make_context(s, fibre);
	scheduler_ready(s, fibre);
}

void scheduler_run_ready(struct scheduler *s)
{
	s->budget = ROUND_MOST;
	do {
		scheduler_leave(s, &s->main);
		if (s->restart)
			remake(s);
	} while (s->budget && s->ready);
}

_Noreturn void fibre_unwind(void)
{
	struct scheduler *s = scheduler_self();

	s->current->unwound = true;
	s->restart = s->current;
	scheduler_to_main(s, s->current);
	abort(); /* it begins again */
}
