/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A core without work, and how it comes to know of some. */
#include "pool/fibre/scheduler.h"
#include "pool/queue/futex.h"
#include "pool/queue/relax.h"

#include <sched.h>

/* When the thread has something to do by itself. */
static int64_t next_instant(const struct scheduler *s)
{
	int64_t next = wheel_next(&s->wheel);

	if (s->store.idle_count > s->store.cold && s->next_sweep < next)
		next = s->next_sweep;
	return next;
}

static bool must_look(struct scheduler *s)
{
	struct runtime *runtime = s->runtime;

	return atomic_load(&s->inbox) || atomic_load(&s->purge) ||
	       (atomic_load(&runtime->dismissed) && fibre_store_busy(&s->store) == 0) ||
	       atomic_load(&s->limit) != s->limit_seen || scheduler_take(s);
}

/* First it says that it sleeps, then it looks a last time; who brings something does it the other
 * way round. Both are sequentially consistent, so one sees the other. */
static void fall_asleep(struct scheduler *s, int64_t until)
{
	struct runtime *runtime = s->runtime;
	uint32_t state = s->standing ? SCHEDULER_ASLEEP : SCHEDULER_ASLEEP_FULL;

	atomic_store(&s->sleep, state);
	atomic_fetch_add(&runtime->sleepers, 1);
	atomic_thread_fence(memory_order_seq_cst);
	if (!must_look(s))
		futex_wait_until(&s->sleep, state, until);
	atomic_store(&s->sleep, SCHEDULER_AWAKE);
	atomic_fetch_sub(&runtime->sleepers, 1);
}

void scheduler_idle(struct scheduler *s)
{
	const struct runtime_options *options = &s->runtime->options;
	int64_t spin_ns = options->wait == RUNTIME_SLEEP ? 0 : RUNTIME_SPIN_NS;
	int64_t next = next_instant(s);

	if (!s->idle_since)
		s->idle_since = s->now;
	if (atomic_load_explicit(&s->runtime->dismissed, memory_order_relaxed) &&
	    fibre_store_busy(&s->store) == 0)
		return;
	if (s->standing && s->work->expecting && s->work->expecting(s->owner)) {
		/* Whom it expects may need this very CPU. */
		sched_yield();
	} else if (options->wait == RUNTIME_SPIN || s->now - s->idle_since < spin_ns ||
		   next - s->now < spin_ns) {
		cpu_relax();
	} else {
		fall_asleep(s, next);
	}
}

/* Returns whether it slept. */
static bool wake_from(struct scheduler *s, uint32_t state)
{
	if (atomic_load(&s->sleep) != state ||
	    !atomic_compare_exchange_strong(&s->sleep, &state, SCHEDULER_AWAKE))
		return false;
	futex_wake(&s->sleep);
	return true;
}

void scheduler_rouse(struct scheduler *s)
{
	atomic_thread_fence(memory_order_seq_cst);
	if (!wake_from(s, SCHEDULER_ASLEEP))
		wake_from(s, SCHEDULER_ASLEEP_FULL);
}

void runtime_notify(struct runtime *runtime)
{
	atomic_thread_fence(memory_order_seq_cst);
	if (!atomic_load_explicit(&runtime->sleepers, memory_order_relaxed))
		return;
	for (unsigned i = 0; i < runtime->options.schedulers; i++)
		if (wake_from(runtime->schedulers[i], SCHEDULER_ASLEEP))
			return;
}
