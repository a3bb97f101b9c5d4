/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fibre pool's life: its cores, its queue, its size. */
#include "pool/kinds/fibre_pool.h"
#include "pool/kinds/kinds.h"

#include <errno.h>
#include <stdlib.h>

static void core_work(struct pool_thread *member)
{
	struct pool_fibre_core *core = (struct pool_fibre_core *)member;
	struct pool_fibre_pool *fibres = core->fibres;
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET((size_t)core->cpu, &cpu);
	/* Where this fails, the thread runs on any CPU of the pool. */
	pthread_setaffinity_np(pthread_self(), sizeof(cpu), &cpu);
	pool_runtime_run(&fibres->runtime, core->index);
	pool_context_now = NULL;
	if (atomic_fetch_sub(&fibres->running, 1) == 1)
		pool_fibre_stop_helpers(fibres);
}

static void core_gone(struct pool_thread *member)
{
	(void)member;
}

static int start_cores(struct pool_fibre_pool *fibres)
{
	int error = pool_runtime_prewarm(&fibres->runtime, fibres->prewarm);

	atomic_store(&fibres->running, 1);
	for (unsigned i = 0; i < fibres->core_count && !error; i++) {
		atomic_fetch_add(&fibres->running, 1);
		error = pool_thread_group_start(&fibres->pool.threads, &fibres->cores[i].member);
		if (error)
			atomic_fetch_sub(&fibres->running, 1);
	}
	atomic_fetch_sub(&fibres->running, 1);
	return error;
}

/* One for each CPU that the threads may run on, however few fibres: the pool may be tuned up. */
static int choose_cores(struct pool_fibre_pool *fibres)
{
	cpu_set_t cpus;
	int error = pthread_attr_getaffinity_np(&fibres->pool.threads.attr, sizeof(cpus), &cpus);

	if (error)
		return error;
	fibres->cores = calloc(POOL_FIBRE_CORES, sizeof(struct pool_fibre_core));
	if (!fibres->cores)
		return ENOMEM;
	for (int cpu = 0; cpu < CPU_SETSIZE && fibres->core_count < POOL_FIBRE_CORES; cpu++) {
		unsigned i = fibres->core_count;

		if (!CPU_ISSET((size_t)cpu, &cpus))
			continue;
		fibres->cores[i] =
		    (struct pool_fibre_core){.member = {.work = core_work, .gone = core_gone},
					     .fibres = fibres,
					     .index = i,
					     .cpu = cpu};
		fibres->core_count++;
	}
	return fibres->core_count ? 0 : EINVAL;
}

static enum pool_runtime_wait wait_of(enum pool_wait wait)
{
	switch (wait) {
	case POOL_WAIT_SPIN:
		return POOL_RUNTIME_SPIN;
	case POOL_WAIT_EVENTCOUNT:
		return POOL_RUNTIME_SLEEP;
	case POOL_WAIT_OWN:
	case POOL_WAIT_SPIN_FUTEX:
		break;
	}
	return POOL_RUNTIME_SPIN_THEN_SLEEP;
}

static int open_runtime(struct pool_fibre_pool *fibres, const struct pool_options *options)
{
	struct pool_runtime_options runtime = {
	    .schedulers = fibres->core_count,
	    .fibres = options->capacity,
	    .stack_bytes = options->stack_bytes,
	    .idle_expiry_ns = options->idle_expiry_ns,
	    .wait = wait_of(options->wait),
	    .work = &pool_fibre_pool_work,
	    .owner = fibres,
	};

	return pool_runtime_init(&fibres->runtime, &runtime);
}

/* The kind's own queue has room for all that may be taken and not begun. */
static int open_queue(struct pool_fibre_pool *fibres, const struct pool_options *options)
{
	size_t room = options->queue_capacity ? options->queue_capacity : POOL_FIBRE_QUEUE_ROOM;
	int error;

	fibres->queue_room = UINT64_MAX;
	if (pool_task_queue_asked(options))
		return pool_task_queue_open(&fibres->task_queue, options);
	error = pool_ring_mpmc_init(&fibres->ring, room, 0);
	fibres->queue_room = room;
	return error;
}

static int fibre_open(struct pool *pool, const struct pool_options *options)
{
	struct pool_fibre_pool *fibres = (struct pool_fibre_pool *)pool;
	int error = choose_cores(fibres);

	pool_wait_queue_init(&fibres->wait_queue, &pool->waiters);
	pthread_mutex_init(&fibres->lock, NULL);
	atomic_store(&fibres->capacity, options->capacity);
	fibres->prewarm = options->prewarm;
	if (options->capacity && fibres->prewarm > options->capacity)
		fibres->prewarm = options->capacity;
	if (!error)
		error = open_runtime(fibres, options);
	if (!error)
		error = open_queue(fibres, options);
	return error ? error : start_cores(fibres);
}

static void fibre_release_waiters(struct pool *pool)
{
	struct pool_fibre_pool *fibres = (struct pool_fibre_pool *)pool;

	pool_wait_queue_close(&fibres->wait_queue);
	pool_task_queue_release_putters(&fibres->task_queue);
}

static void fibre_dismiss(struct pool *pool)
{
	struct pool_fibre_pool *fibres = (struct pool_fibre_pool *)pool;

	pool_task_queue_close(&fibres->task_queue);
	pool_runtime_dismiss(&fibres->runtime);
}

static int fibre_reboot(struct pool *pool)
{
	struct pool_fibre_pool *fibres = (struct pool_fibre_pool *)pool;
	int error = fibres->task_queue.name ? pool_task_queue_reopen(&fibres->task_queue) : 0;

	if (error)
		return error;
	pool_wait_queue_reopen(&fibres->wait_queue);
	pool_runtime_recall(&fibres->runtime);
	return start_cores(fibres);
}

static int fibre_tune(struct pool *pool, unsigned capacity)
{
	struct pool_fibre_pool *fibres = (struct pool_fibre_pool *)pool;

	atomic_store(&fibres->capacity, capacity);
	atomic_store(&pool->capacity, capacity);
	pool_runtime_limit(&fibres->runtime, capacity);
	pool_fibre_serve_waiters(fibres);
	return 0;
}

static int fibre_purge(struct pool *pool)
{
	pool_runtime_purge(&((struct pool_fibre_pool *)pool)->runtime);
	return 0;
}

/* Its workers are fibres. */
static void fibre_stats(const struct pool *pool, struct pool_stats *out)
{
	const struct pool_runtime *runtime = &((const struct pool_fibre_pool *)pool)->runtime;
	uint64_t busy = pool_runtime_busy(runtime);

	out->workers_ended = atomic_load(&runtime->fibres_ended);
	out->workers_started = atomic_load(&runtime->fibres_made);
	out->workers = out->workers_started - out->workers_ended;
	out->workers_peak = atomic_load(&runtime->fibres_peak);
	out->idle = out->workers > busy ? out->workers - busy : 0;
}

static void fibre_destroy(struct pool *pool)
{
	struct pool_fibre_pool *fibres = (struct pool_fibre_pool *)pool;

	pool_ring_mpmc_destroy(&fibres->ring);
	pool_task_queue_destroy(&fibres->task_queue);
	pool_runtime_destroy(&fibres->runtime);
	free(fibres->cores);
	pthread_mutex_destroy(&fibres->lock);
	pool_wait_queue_destroy(&fibres->wait_queue);
}

const struct pool_ops pool_fibre = {
    .kind = "fibre",
    .size = sizeof(struct pool_fibre_pool),
    .takes_queue = pool_task_queue_fits,
    .open = fibre_open,
    .submit = pool_fibre_submit,
    .release_waiters = fibre_release_waiters,
    .dismiss = fibre_dismiss,
    .reboot = fibre_reboot,
    .destroy = fibre_destroy,
    .tune = fibre_tune,
    .purge = fibre_purge,
    .stats = fibre_stats,
};
