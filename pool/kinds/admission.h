/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The admission of a pool that starts and ends workers on demand: the number of workers, and of
 * tasks that are admitted and not finished, in one word, so that no lock is needed to decide on
 * both. */
#ifndef POOLRIG_POOL_KINDS_ADMISSION_H
#define POOLRIG_POOL_KINDS_ADMISSION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define POOL_ADMISSION_ONE_TASK   UINT64_C(1)
#define POOL_ADMISSION_ONE_WORKER (UINT64_C(1) << 32)

struct pool_admission {
	_Atomic uint64_t word;  /* workers << 32 | tasks */
	_Atomic uint32_t limit; /* workers, at most */
};

static inline uint32_t pool_admission_tasks(uint64_t word)
{
	return (uint32_t)word;
}

static inline uint32_t pool_admission_workers(uint64_t word)
{
	return (uint32_t)(word >> 32);
}

enum pool_admission_result {
	POOL_ADMISSION_TASK,            /* the task is admitted: there is a worker for it */
	POOL_ADMISSION_TASK_AND_WORKER, /* and a worker, which the caller starts */
	POOL_ADMISSION_FULL,   /* nothing is admitted: there is no worker, nor may there be */
	POOL_ADMISSION_QUEUED, /* the task is admitted, and waits for a worker */
};

/* Admit a task, and a new worker where it needs one. */
static inline enum pool_admission_result pool_admission_enter(struct pool_admission *admission,
							      bool queues)
{
	uint64_t old = atomic_load(&admission->word);
	enum pool_admission_result entry;

	do {
		if (pool_admission_tasks(old) < pool_admission_workers(old))
			entry = POOL_ADMISSION_TASK;
		else if (pool_admission_workers(old) < atomic_load(&admission->limit))
			entry = POOL_ADMISSION_TASK_AND_WORKER;
		else if (queues)
			entry = POOL_ADMISSION_QUEUED;
		else
			return POOL_ADMISSION_FULL;
	} while (!atomic_compare_exchange_weak(
	    &admission->word, &old,
	    old + POOL_ADMISSION_ONE_TASK +
		(entry == POOL_ADMISSION_TASK_AND_WORKER ? POOL_ADMISSION_ONE_WORKER : 0)));
	return entry;
}

/* Remove one worker, where there are more than tasks. */
static inline bool pool_admission_remove_idle(struct pool_admission *admission)
{
	uint64_t old = atomic_load(&admission->word);

	while (pool_admission_tasks(old) < pool_admission_workers(old))
		if (atomic_compare_exchange_weak(&admission->word, &old,
						 old - POOL_ADMISSION_ONE_WORKER))
			return true;
	return false;
}

/* Remove one worker, where there are more than the limit; `busy`: also where all have tasks. */
static inline bool pool_admission_remove_surplus(struct pool_admission *admission, bool busy)
{
	uint64_t old = atomic_load(&admission->word);

	while (pool_admission_workers(old) > atomic_load(&admission->limit) &&
	       (busy || pool_admission_tasks(old) < pool_admission_workers(old)))
		if (atomic_compare_exchange_weak(&admission->word, &old,
						 old - POOL_ADMISSION_ONE_WORKER))
			return true;
	return false;
}

/* Admit one worker more, where there are more tasks than workers, and the limit allows it. */
static inline bool pool_admission_add_worker(struct pool_admission *admission)
{
	uint64_t old = atomic_load(&admission->word);

	while (pool_admission_tasks(old) > pool_admission_workers(old) &&
	       pool_admission_workers(old) < atomic_load(&admission->limit))
		if (atomic_compare_exchange_weak(&admission->word, &old,
						 old + POOL_ADMISSION_ONE_WORKER))
			return true;
	return false;
}

#endif
