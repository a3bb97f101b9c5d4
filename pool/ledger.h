/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ledger of a pool whose workers come and go: how many workers there are, and how many tasks in
 * hand, in one word, so that no lock is needed to decide on both. */
#ifndef POOLRIG_POOL_LEDGER_H
#define POOLRIG_POOL_LEDGER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define ONE_TASK   UINT64_C(1)
#define ONE_WORKER (UINT64_C(1) << 32)

struct ledger {
	_Atomic uint64_t word;  /* workers << 32 | tasks in hand */
	_Atomic uint32_t limit; /* workers, at most */
};

static inline uint32_t tasks_in(uint64_t word)
{
	return (uint32_t)word;
}

static inline uint32_t workers_in(uint64_t word)
{
	return (uint32_t)(word >> 32);
}

enum entry {
	ENTRY_TASK,            /* the task is entered: there is a worker for it */
	ENTRY_TASK_AND_WORKER, /* and a worker, that has to be started */
	ENTRY_FULL,            /* nothing is entered: there is no worker, nor may there be */
	ENTRY_QUEUED,          /* the task is entered: it is more than there are workers */
};

/* Enter a task, and the worker that has to be started for it, if so. */
static inline enum entry ledger_enter(struct ledger *ledger, bool queues)
{
	uint64_t old = atomic_load(&ledger->word);
	enum entry entry;

	do {
		if (tasks_in(old) < workers_in(old))
			entry = ENTRY_TASK;
		else if (workers_in(old) < atomic_load(&ledger->limit))
			entry = ENTRY_TASK_AND_WORKER;
		else if (queues)
			entry = ENTRY_QUEUED;
		else
			return ENTRY_FULL;
	} while (!atomic_compare_exchange_weak(
	    &ledger->word, &old,
	    old + ONE_TASK + (entry == ENTRY_TASK_AND_WORKER ? ONE_WORKER : 0)));
	return entry;
}

/* Strike one worker off, where there are more than tasks. */
static inline bool ledger_strike_idle(struct ledger *ledger)
{
	uint64_t old = atomic_load(&ledger->word);

	while (tasks_in(old) < workers_in(old))
		if (atomic_compare_exchange_weak(&ledger->word, &old, old - ONE_WORKER))
			return true;
	return false;
}

/* Strike one worker off, where there are more than the limit; `busy`: one that has a task, too. */
static inline bool ledger_strike_surplus(struct ledger *ledger, bool busy)
{
	uint64_t old = atomic_load(&ledger->word);

	while (workers_in(old) > atomic_load(&ledger->limit) &&
	       (busy || tasks_in(old) < workers_in(old)))
		if (atomic_compare_exchange_weak(&ledger->word, &old, old - ONE_WORKER))
			return true;
	return false;
}

/* Enter one worker more, where there are more tasks than workers, and the limit allows it. */
static inline bool ledger_add_worker(struct ledger *ledger)
{
	uint64_t old = atomic_load(&ledger->word);

	while (tasks_in(old) > workers_in(old) && workers_in(old) < atomic_load(&ledger->limit))
		if (atomic_compare_exchange_weak(&ledger->word, &old, old + ONE_WORKER))
			return true;
	return false;
}

#endif
