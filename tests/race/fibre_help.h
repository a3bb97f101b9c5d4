/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For the tests of the fibres: a runtime with its threads, fed by a list of jobs. */
#ifndef POOLRIG_TESTS_FIBRE_HELP_H
#define POOLRIG_TESTS_FIBRE_HELP_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "pool/fibre/runtime.h"

#define MS INT64_C(1000000)

/* Wait for something that must come; a test that waits in vain is ended by the runner. */
#define await(condition)                                                                           \
	do {                                                                                       \
		while (!(condition))                                                               \
			nanosleep(&(struct timespec){0, 100000}, NULL);                            \
	} while (0)

static inline int64_t now_ns(void)
{
	return clock_now();
}

struct job {
	void (*run)(struct job *job);
	struct job *next;
	struct rig *rig;
	void *arg;
	atomic_int done; /* how often: 1 at the end, 100 where it was unwound */
	uint64_t core;   /* pthread_self() */
};

enum { RIG_CORES = 3 };

struct rig {
	struct pool_runtime runtime;
	pthread_t threads[RIG_CORES];
	unsigned cores;
	pthread_mutex_t lock;
	struct job *first, **last;
	atomic_size_t begun, ended, made;
};

struct rig_core {
	struct rig *rig;
	unsigned index;
};

struct rig_local {
	struct job *job; /* that runs */
	uint64_t mark;
};

#define RIG_MARK UINT64_C(0x5eed)

static inline void rig_made(void *owner, void *local)
{
	struct rig *rig = owner;
	struct rig_local *own = local;

	assert_null(own->job);
	own->mark = RIG_MARK;
	atomic_fetch_add(&rig->made, 1);
}

static inline void rig_run(void *local, void *item)
{
	struct rig_local *own = local;
	struct job *job = item;

	assert_true(own->mark == RIG_MARK);
	assert_ptr_equal(pool_fibre_local(pool_fibre_self()), local);
	own->job = job;
	job->core = (uint64_t)pthread_self();
	job->run(job);
	assert_ptr_equal(own->job, job);
	own->job = NULL;
	atomic_fetch_add(&job->done, 1);
}

static inline void rig_unwound(void *local)
{
	struct rig_local *own = local;
	struct job *job = own->job;

	assert_true(own->mark == RIG_MARK);
	own->job = NULL;
	atomic_fetch_add(&job->done, 100);
}

static inline size_t rig_take(void *owner, void **items, size_t most)
{
	struct rig *rig = owner;
	size_t count = 0;

	pthread_mutex_lock(&rig->lock);
	while (count < most && rig->first) {
		items[count++] = rig->first;
		rig->first = rig->first->next;
	}
	if (!rig->first)
		rig->last = &rig->first;
	pthread_mutex_unlock(&rig->lock);
	return count;
}

static inline void rig_passed(void *owner, size_t begun, size_t ended)
{
	struct rig *rig = owner;

	atomic_fetch_add(&rig->begun, begun);
	atomic_fetch_add(&rig->ended, ended);
}

static const struct pool_fibre_work rig_work = {
    .local_bytes = sizeof(struct rig_local),
    .made = rig_made,
    .run = rig_run,
    .unwound = rig_unwound,
    .take = rig_take,
    .passed = rig_passed,
};

static inline void *rig_core_main(void *arg)
{
	struct rig_core *core = arg;

	pool_runtime_run(&core->rig->runtime, core->index);
	free(core);
	return NULL;
}

static inline void rig_run_cores(struct rig *rig)
{
	for (unsigned i = 0; i < rig->cores; i++) {
		struct rig_core *core = malloc(sizeof(*core));

		*core = (struct rig_core){rig, i};
		pthread_create(&rig->threads[i], NULL, rig_core_main, core);
	}
}

/* options: but for schedulers, work and owner. */
static inline void rig_start(struct rig *rig, unsigned cores, struct pool_runtime_options options)
{
	memset(rig, 0, sizeof(*rig));
	pthread_mutex_init(&rig->lock, NULL);
	rig->last = &rig->first;
	rig->cores = options.schedulers = cores;
	options.work = &rig_work;
	options.owner = rig;
	assert_int_equal(pool_runtime_init(&rig->runtime, &options), 0);
	rig_run_cores(rig);
}

/* When it returns all jobs have ended. */
static inline void rig_stop(struct rig *rig)
{
	pool_runtime_dismiss(&rig->runtime);
	for (unsigned i = 0; i < rig->cores; i++)
		pthread_join(rig->threads[i], NULL);
}

static inline void rig_end(struct rig *rig)
{
	rig_stop(rig);
	assert_null(rig->first);
	assert_int_equal(rig->begun, rig->ended);
	assert_int_equal(pool_runtime_busy(&rig->runtime), 0);
	assert_int_equal(rig->runtime.fibres_made, rig->runtime.fibres_ended);
	pool_runtime_destroy(&rig->runtime);
	pthread_mutex_destroy(&rig->lock);
}

static inline void submit(struct rig *rig, struct job *job)
{
	job->rig = rig;
	job->next = NULL;
	pthread_mutex_lock(&rig->lock);
	*rig->last = job;
	rig->last = &job->next;
	pthread_mutex_unlock(&rig->lock);
	pool_runtime_notify(&rig->runtime);
}

#endif
