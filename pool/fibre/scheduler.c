/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/fibre/scheduler.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "pool/fibre/seating.h"
#include "pool/queue/monotonic.h"

#define FRESH_ITEMS 256 /* room to begin with */

static _Thread_local struct scheduler *this_scheduler;

__attribute__((noinline)) struct scheduler *scheduler_self(void)
{
	return this_scheduler;
}

struct scheduler *scheduler_make(struct runtime *runtime, unsigned index, int *error)
{
	struct scheduler *s = aligned_alloc(QUEUE_LINE, sizeof(*s));

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
	*error = fibre_store_init(&s->store, runtime->options.stack_bytes, s);
	if (!*error)
		*error = deque_init(&s->fresh, FRESH_ITEMS, 0);
	if (!*error)
		return s;
	scheduler_destroy(s);
	return NULL;
}

void scheduler_destroy(struct scheduler *s)
{
	if (!s)
		return;
	deque_destroy(&s->fresh);
	fibre_store_destroy(&s->store);
	free(s);
}

int scheduler_prewarm(struct scheduler *s, size_t fibres)
{
	struct fibre **made;
	size_t count = 0;

	if (fibres <= s->store.warm)
		return 0;
	fibres -= s->store.warm;
	made = malloc(fibres * sizeof(struct fibre *));
	if (!made)
		return ENOMEM;
	/* Idle ones, cold at the bottom: those that get warm are put on top when all are out. */
	while (count < fibres && (made[count] = fibre_store_get_cold(&s->store, s)))
		scheduler_prepare(s, made[count++]);
	for (size_t i = count; i-- > 0;)
		fibre_store_put(&s->store, made[i]);
	free(made);
	return count == fibres ? 0 : ENOMEM;
}

static struct fibre *of_timer(struct timer *timer)
{
	return (struct fibre *)((char *)timer - offsetof(struct fibre, timer));
}

static void expire(struct scheduler *s)
{
	struct timer *timer = wheel_expire(&s->wheel, s->now);

	while (timer) {
		struct fibre *fibre = of_timer(timer);

		timer = timer->next;
		if (timer)
			__builtin_prefetch(of_timer(timer)->context.sp, 1);
		if (seating_expired(fibre))
			scheduler_ready(s, fibre);
	}
}

/* How many items this core may take. Few where there are other cores, which might begin them
 * sooner; and never so many that the deque would have to grow for them: that could fail. */
static size_t room(const struct scheduler *s)
{
	size_t most = s->runtime->options.schedulers > 1 ? TAKE_MOST / 8 : TAKE_MOST;
	size_t held = deque_count(&s->fresh);
	size_t taken = fibre_store_busy(&s->store) + held;

	if (taken >= s->limit_seen || held > FRESH_ITEMS - TAKE_MOST)
		return 0;
	return s->limit_seen - taken < most ? s->limit_seen - taken : most;
}

static void hold(struct scheduler *s, void *item)
{
	if (!deque_push(&s->fresh, item))
		abort(); /* there is room */
}

static bool steal(struct scheduler *s)
{
	struct runtime *runtime = s->runtime;
	unsigned count = runtime->options.schedulers;

	for (unsigned i = 1; i < count; i++) {
		struct scheduler *victim = runtime->schedulers[(s->index + i) % count];
		void *item;

		/* Where another one was quicker, the next round comes here again. */
		if (deque_count(&victim->fresh) &&
		    deque_steal(&victim->fresh, &item) == DEQUE_STOLEN) {
			hold(s, item);
			return true;
		}
	}
	return false;
}

bool scheduler_take(struct scheduler *s)
{
	void *items[TAKE_MOST];
	size_t most = room(s), count;

	if (!most)
		return false;
	count = s->work->take(s->owner, items, most);
	for (size_t i = 0; i < count; i++) {
		__builtin_prefetch(items[i], 1);
		hold(s, items[i]);
	}
	if (count > 1 && s->runtime->options.schedulers > 1)
		runtime_notify(s->runtime);
	return count || steal(s);
}

/* After a round: what the owner and others want to know of it. */
static void report(struct scheduler *s)
{
	if (s->begun || s->ended) {
		if (s->work->passed)
			s->work->passed(s->owner, s->begun, s->ended);
		atomic_store_explicit(&s->busy, fibre_store_busy(&s->store), memory_order_release);
		s->begun = 0;
		s->ended = 0;
	}
}

/* Memory of idle fibres that nobody needs. */
static void tidy(struct scheduler *s)
{
	size_t cooled = 0;

	if (s->store.warm > s->limit_seen)
		cooled = fibre_store_cool(&s->store, s->store.warm - s->limit_seen);
	if (atomic_load_explicit(&s->purge, memory_order_relaxed) && atomic_exchange(&s->purge, 0))
		cooled += fibre_store_cool(&s->store, SIZE_MAX);
	if (s->now >= s->next_sweep) {
		int64_t every = s->runtime->options.idle_expiry_ns;

		if (every)
			cooled += fibre_store_sweep(&s->store);
		s->next_sweep = every && every < INT64_MAX - s->now ? s->now + every : INT64_MAX;
	}
	if (cooled)
		scheduler_cooled(s, cooled);
}

static void stand(struct scheduler *s, bool standing)
{
	if (s->standing == standing)
		return;
	s->standing = standing;
	if (standing)
		atomic_fetch_add(&s->runtime->standing, 1);
	else
		atomic_fetch_sub(&s->runtime->standing, 1);
}

static void go_round(struct scheduler *s)
{
	s->now = monotonic_now();
	s->limit_seen = atomic_load_explicit(&s->limit, memory_order_relaxed);
	expire(s);
	scheduler_read_inbox(s);
	scheduler_take(s);
	if (s->ready || (deque_count(&s->fresh) && fibre_store_busy(&s->store) < s->limit_seen)) {
		stand(s, false);
		s->idle_since = 0;
		scheduler_run_ready(s);
		report(s);
		tidy(s);
	} else {
		tidy(s);
		stand(s, room(s) > 0);
		scheduler_idle(s);
	}
}

/* Nothing in hand, and nothing to be had. */
static bool done(struct scheduler *s)
{
	return fibre_store_busy(&s->store) == 0 && !s->ready && !deque_count(&s->fresh) &&
	       !scheduler_take(s);
}

void runtime_run(struct runtime *runtime, unsigned index)
{
	struct scheduler *s = runtime->schedulers[index];

	this_scheduler = s;
	/* The kernel may wake a sleeper 50 us late otherwise. */
	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	sanitize_adopt(&s->main.sanitized);
	s->local_slot = s->work->attach ? s->work->attach(s->owner) : NULL;
	s->now = monotonic_now();
	s->next_sweep = s->now;
	s->store.idle_low = 0;
	wheel_init(&s->wheel, s->now);
	do
		go_round(s);
	while (!atomic_load(&runtime->dismissed) || !done(s));
	stand(s, false);
	scheduler_cooled(s, fibre_store_cool(&s->store, SIZE_MAX));
	this_scheduler = NULL;
}
