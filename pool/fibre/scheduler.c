/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/fibre/scheduler.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/clock.h"
#include "pool/fibre/parking.h"

#define FRESH_ITEMS 256 /* room to begin with */

static _Thread_local struct pool_scheduler *this_scheduler;

__attribute__((noinline)) struct pool_scheduler *pool_scheduler_self(void)
{
	return this_scheduler;
}

struct pool_scheduler *pool_scheduler_make(struct pool_runtime *runtime, unsigned index, int *error)
{
	struct pool_scheduler *s = aligned_alloc(POOL_QUEUE_LINE, sizeof(*s));

	*error = ENOMEM;
	if (!s)
		return NULL;
	memset(s, 0, sizeof(*s));
	s->runtime = runtime;
	s->index = index;
	s->work = runtime->options.work;
	s->owner = runtime->options.owner;
	s->ready_end = &s->ready;
	s->current = &s->main;
	*error = pool_fibre_store_init(&s->store, runtime->options.stack_bytes, s);
	if (!*error)
		*error = pool_deque_init(&s->fresh, FRESH_ITEMS, 0);
	if (!*error)
		return s;
	pool_scheduler_destroy(s);
	return NULL;
}

void pool_scheduler_destroy(struct pool_scheduler *s)
{
	if (!s)
		return;
	pool_deque_destroy(&s->fresh);
	pool_fibre_store_destroy(&s->store);
	free(s);
}

int pool_scheduler_prewarm(struct pool_scheduler *s, size_t fibres)
{
	struct pool_fibre **made;
	size_t count = 0;

	if (fibres <= s->store.warm)
		return 0;
	fibres -= s->store.warm;
	made = malloc(fibres * sizeof(struct pool_fibre *));
	if (!made)
		return ENOMEM;
	/* Idle ones, cold at the bottom: those that get warm are put on top when all are out. */
	while (count < fibres && (made[count] = pool_fibre_store_get_cold(&s->store, s)))
		pool_scheduler_prepare(s, made[count++]);
	for (size_t i = count; i-- > 0;)
		pool_fibre_store_put(&s->store, made[i]);
	free(made);
	return count == fibres ? 0 : ENOMEM;
}

static struct pool_fibre *of_timer(struct pool_timer *timer)
{
	return (struct pool_fibre *)((char *)timer - offsetof(struct pool_fibre, timer));
}

static void expire(struct pool_scheduler *s)
{
	struct pool_timer *timer = pool_wheel_expire(&s->wheel, s->now);

	while (timer) {
		struct pool_fibre *fibre = of_timer(timer);

		timer = timer->next;
		if (timer)
			__builtin_prefetch(of_timer(timer)->context.sp, 1);
		if (pool_parking_expired(fibre))
			pool_scheduler_ready(s, fibre);
	}
}

/* How many items this core may take. Few where there are other cores, which might begin them
 * sooner; and never more than the deque has room for: its growth could fail. */
static size_t room(const struct pool_scheduler *s)
{
	size_t most =
	    s->runtime->options.schedulers > 1 ? POOL_SCHEDULER_TAKE / 8 : POOL_SCHEDULER_TAKE;
	size_t held = pool_deque_count(&s->fresh);
	size_t taken = pool_fibre_store_busy(&s->store) + held;

	if (taken >= s->limit_seen || held > FRESH_ITEMS - POOL_SCHEDULER_TAKE)
		return 0;
	return s->limit_seen - taken < most ? s->limit_seen - taken : most;
}

static void hold(struct pool_scheduler *s, void *item)
{
	if (!pool_deque_push(&s->fresh, item))
		abort(); /* there is room */
}

static bool steal(struct pool_scheduler *s)
{
	struct pool_runtime *runtime = s->runtime;
	unsigned count = runtime->options.schedulers;

	for (unsigned i = 1; i < count; i++) {
		struct pool_scheduler *victim = runtime->schedulers[(s->index + i) % count];
		void *item;

		/* Where another one was quicker, the next round comes here again. */
		if (pool_deque_count(&victim->fresh) &&
		    pool_deque_steal(&victim->fresh, &item) == POOL_DEQUE_STOLEN) {
			hold(s, item);
			return true;
		}
	}
	return false;
}

bool pool_scheduler_take(struct pool_scheduler *s)
{
	void *items[POOL_SCHEDULER_TAKE];
	size_t most = room(s), count;

	if (!most)
		return false;
	count = s->work->take(s->owner, items, most);
	for (size_t i = 0; i < count; i++) {
		__builtin_prefetch(items[i], 1);
		hold(s, items[i]);
	}
	if (count > 1 && s->runtime->options.schedulers > 1)
		pool_runtime_notify(s->runtime);
	return count || steal(s);
}

/* After a round: what the owner and others want to know of it. */
static void report(struct pool_scheduler *s)
{
	if (s->begun || s->ended) {
		if (s->work->passed)
			s->work->passed(s->owner, s->begun, s->ended);
		atomic_store_explicit(&s->busy, pool_fibre_store_busy(&s->store),
				      memory_order_release);
		s->begun = 0;
		s->ended = 0;
	}
}

/* Memory of idle fibres that is not needed. */
static void tidy(struct pool_scheduler *s)
{
	size_t cooled = 0;

	if (s->store.warm > s->limit_seen)
		cooled = pool_fibre_store_cool(&s->store, s->store.warm - s->limit_seen);
	if (atomic_load_explicit(&s->purge, memory_order_relaxed) && atomic_exchange(&s->purge, 0))
		cooled += pool_fibre_store_cool(&s->store, SIZE_MAX);
	if (s->now >= s->next_sweep) {
		int64_t every = s->runtime->options.idle_expiry_ns;

		if (every)
			cooled += pool_fibre_store_sweep(&s->store);
		s->next_sweep = every && every < INT64_MAX - s->now ? s->now + every : INT64_MAX;
	}
	if (cooled)
		pool_scheduler_cooled(s, cooled);
}

static void stand(struct pool_scheduler *s, bool standing)
{
	if (s->standing == standing)
		return;
	s->standing = standing;
	if (standing)
		atomic_fetch_add(&s->runtime->standing, 1);
	else
		atomic_fetch_sub(&s->runtime->standing, 1);
}

static void go_round(struct pool_scheduler *s)
{
	s->now = clock_now();
	s->limit_seen = atomic_load_explicit(&s->limit, memory_order_relaxed);
	expire(s);
	pool_scheduler_read_inbox(s);
	pool_scheduler_take(s);
	if (s->ready ||
	    (pool_deque_count(&s->fresh) && pool_fibre_store_busy(&s->store) < s->limit_seen)) {
		stand(s, false);
		s->idle_since = 0;
		pool_scheduler_run_ready(s);
		report(s);
		tidy(s);
	} else {
		tidy(s);
		stand(s, room(s) > 0);
		pool_scheduler_idle(s);
	}
}

/* Nothing in hand, and nothing to be had. */
static bool done(struct pool_scheduler *s)
{
	return pool_fibre_store_busy(&s->store) == 0 && !s->ready && !pool_deque_count(&s->fresh) &&
	       !pool_scheduler_take(s);
}

void pool_runtime_run(struct pool_runtime *runtime, unsigned index)
{
	struct pool_scheduler *s = runtime->schedulers[index];

	this_scheduler = s;
	/* The kernel may wake a sleeper 50 us late otherwise. */
	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	pool_sanitize_adopt(&s->main.sanitized);
	s->local_slot = s->work->attach ? s->work->attach(s->owner) : NULL;
	s->now = clock_now();
	s->next_sweep = s->now;
	s->store.idle_low = 0;
	pool_wheel_init(&s->wheel, s->now);
	do
		go_round(s);
	while (!atomic_load(&runtime->dismissed) || !done(s));
	stand(s, false);
	pool_scheduler_cooled(s, pool_fibre_store_cool(&s->store, SIZE_MAX));
	this_scheduler = NULL;
}
