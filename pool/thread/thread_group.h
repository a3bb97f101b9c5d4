/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A group of threads: those of one pool, without what they do. Every thread is joined without a
 * list of them: a thread that leaves joins the one that left before, and pool_thread_group_join()
 * joins the last. So a group whose threads start and end for a year holds one ended thread at most.
 */
#ifndef POOLRIG_POOL_THREAD_THREAD_GROUP_H
#define POOLRIG_POOL_THREAD_THREAD_GROUP_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool/pool.h"

#define POOL_THREAD_GROUP_STACK_BYTES (64 * 1024)

/* pthread_create(), or what a test puts in its place. */
typedef int (*pool_thread_create_fn)(pthread_t *thread, const pthread_attr_t *attr,
				     void *(*start)(void *), void *arg);

struct pool_thread_group {
	pthread_attr_t attr; /* stack, CPUs, signals blocked */
	pool_thread_create_fn create;
	char name[16]; /* of each thread, as the kernel shows it */
	uint32_t cpus; /* how many CPUs they may run on */

	pthread_mutex_t lock;   /* for what follows; the counters may be read without it */
	pthread_cond_t changed; /* all have arrived, or all have left */
	uint64_t arrived;
	uint64_t expected;       /* pool_thread_group_await() waits for this many; 0: no wait */
	pthread_t last_to_leave; /* not yet joined; valid where has_left */
	bool has_left;
	_Atomic uint64_t started, ended, alive, peak;
};

/* A thread of the group, embedded in a struct of its owner. */
struct pool_thread {
	struct pool_thread_group *threads;
	void (*work)(struct pool_thread *member);
	void (*gone)(struct pool_thread *member); /* it counts as ended; this may free it */
};

/* Takes stack_bytes and cpus of the options. Returns 0, or an errno: EINVAL (stack too small for a
 * thread, no CPU), ENOMEM. */
int pool_thread_group_init(struct pool_thread_group *threads, const char *kind,
			   const struct pool_options *options, pool_thread_create_fn create);
/* after pool_thread_group_join() */
void pool_thread_group_destroy(struct pool_thread_group *threads);

/* Start a thread that does member->work(member), then member->gone(member). Returns 0, or
 * pthread_create()'s errno, and has called neither then. */
int pool_thread_group_start(struct pool_thread_group *threads, struct pool_thread *member);

/* Wait until all the threads started so far run. Called by the opener, while no other thread starts
 * any. */
void pool_thread_group_await(struct pool_thread_group *threads);

/* Wait until all have left, and join them. No thread may be started meanwhile. */
void pool_thread_group_join(struct pool_thread_group *threads);

#endif
