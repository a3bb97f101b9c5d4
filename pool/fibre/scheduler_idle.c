/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A core without work, and how it comes to know of some. */
#include "pool/fibre/scheduler.h"
#include "pool/queue/futex.h"
#include "pool/queue/relax.h"

#include <sched.h>

/* When the thread has something to do by itself. */
static int64_t next_instant(const struct pool_scheduler *s)
{
	int64_t next = pool_wheel_next(&s->wheel);

	if (s->store.idle_count > s->store.cold && s->next_sweep < next)
		next = s->next_sweep;
	return next;
}

static bool must_look(struct pool_scheduler *s)
{
	struct pool_runtime *runtime = s->runtime;

	return atomic_load(&s->inbox) || atomic_load(&s->purge) ||
	       (atomic_load(&runtime->dismissed) && pool_fibre_store_busy(&s->store) == 0) ||
	       atomic_load(&s->limit) != s->limit_seen || pool_scheduler_take(s);
}

/* First it announces that it sleeps, then it looks a last time; a thread that brings something does
 * it the other way round. Both are sequentially consistent, so one sees the other. */
static void fall_asleep(struct pool_scheduler *s, int64_t until)
{
	struct pool_runtime *runtime = s->runtime;
	uint32_t state = s->standing ? POOL_SCHEDULER_ASLEEP : POOL_SCHEDULER_ASLEEP_FULL;

	atomic_store(&s->sleep, state);
	atomic_fetch_add(&runtime->sleepers, 1);
	atomic_thread_fence(memory_order_seq_cst);
	if (!must_look(s))
		pool_futex_wait_until(&s->sleep, state, until);
	atomic_store(&s->sleep, POOL_SCHEDULER_AWAKE);
	atomic_fetch_sub(&runtime->sleepers, 1);
}

void pool_scheduler_idle(struct pool_scheduler *s)
{
	const struct pool_runtime_options *options = &s->runtime->options;
	int64_t spin_ns = options->wait == POOL_RUNTIME_SLEEP ? 0 : POOL_RUNTIME_SPIN_NS;
	int64_t next = next_instant(s);

	if (!s->idle_since)
		s->idle_since = s->now;
	if (atomic_load_explicit(&s->runtime->dismissed, memory_order_relaxed) &&
	    pool_fibre_store_busy(&s->store) == 0)
		return;
	if (s->standing && s->work->expecting && s->work->expecting(s->owner)) {
		/* Whom it expects may need this very CPU. */
		sched_yield();
	} else if (options->wait == POOL_RUNTIME_SPIN || s->now - s->idle_since < spin_ns ||
		   next - s->now < spin_ns) {
		pool_cpu_relax();
	} else {
		fall_asleep(s, next);
	}
}

/* Returns whether it slept. */
static bool wake_from(struct pool_scheduler *s, uint32_t state)
{
	if (atomic_load(&s->sleep) != state ||
	    !atomic_compare_exchange_strong(&s->sleep, &state, POOL_SCHEDULER_AWAKE))
		return false;
	pool_futex_wake(&s->sleep);
	return true;
}

void pool_scheduler_unpark(struct pool_scheduler *s)
{
	atomic_thread_fence(memory_order_seq_cst);
	if (!wake_from(s, POOL_SCHEDULER_ASLEEP))
		wake_from(s, POOL_SCHEDULER_ASLEEP_FULL);
}

void pool_runtime_notify(struct pool_runtime *runtime)
{
	atomic_thread_fence(memory_order_seq_cst);
	if (!atomic_load_explicit(&runtime->sleepers, memory_order_relaxed))
		return;
	for (unsigned i = 0; i < runtime->options.schedulers; i++)
		if (wake_from(runtime->schedulers[i], POOL_SCHEDULER_ASLEEP))
			return;
}
