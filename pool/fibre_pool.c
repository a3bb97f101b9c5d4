/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fibre pool's life: its cores, its queue, its size. */
#include "pool/fibre_pool.h"

#include <errno.h>
#include <stdlib.h>

static void core_work(struct crew_member *member)
{
	struct fibre_core *core = (struct fibre_core *)member;
	struct fibre_pool *fibres = core->fibres;
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET((size_t)core->cpu, &cpu);
	/* Where it fails, the thread runs where the pool's may. */
	pthread_setaffinity_np(pthread_self(), sizeof(cpu), &cpu);
	runtime_run(&fibres->runtime, core->index);
	pool_context_now = NULL;
	if (atomic_fetch_sub(&fibres->running, 1) == 1)
		fibre_send_helpers_home(fibres);
}

static void core_gone(struct crew_member *member)
{
	(void)member;
}

static int start_cores(struct fibre_pool *fibres)
{
	int error = runtime_prewarm(&fibres->runtime, fibres->prewarm);

	atomic_store(&fibres->running, 1);
	for (unsigned i = 0; i < fibres->core_count && !error; i++) {
		atomic_fetch_add(&fibres->running, 1);
		error = crew_start(&fibres->pool.crew, &fibres->cores[i].member);
		if (error)
			atomic_fetch_sub(&fibres->running, 1);
	}
	atomic_fetch_sub(&fibres->running, 1);
	return error;
}

/* One for each CPU that the threads may run on, however few fibres: the pool may be tuned up. */
static int choose_cores(struct fibre_pool *fibres)
{
	cpu_set_t cpus;
	int error = pthread_attr_getaffinity_np(&fibres->pool.crew.attr, sizeof(cpus), &cpus);

	if (error)
		return error;
	fibres->cores = calloc(FIBRE_CORES, sizeof(struct fibre_core));
	if (!fibres->cores)
		return ENOMEM;
	for (int cpu = 0; cpu < CPU_SETSIZE && fibres->core_count < FIBRE_CORES; cpu++) {
		unsigned i = fibres->core_count;

		if (!CPU_ISSET((size_t)cpu, &cpus))
			continue;
		fibres->cores[i] =
		    (struct fibre_core){.member = {.work = core_work, .gone = core_gone},
					.fibres = fibres,
					.index = i,
					.cpu = cpu};
		fibres->core_count++;
	}
	return fibres->core_count ? 0 : EINVAL;
}

static enum runtime_wait wait_of(enum pool_wait wait)
{
	switch (wait) {
	case POOL_WAIT_SPIN:
		return RUNTIME_SPIN;
	case POOL_WAIT_EVENTCOUNT:
		return RUNTIME_SLEEP;
	case POOL_WAIT_OWN:
	case POOL_WAIT_SPIN_FUTEX:
		break;
	}
	return RUNTIME_SPIN_THEN_SLEEP;
}

static int open_runtime(struct fibre_pool *fibres, const struct pool_options *options)
{
	struct runtime_options runtime = {
	    .schedulers = fibres->core_count,
	    .fibres = options->capacity,
	    .stack_bytes = options->stack_bytes,
	    .idle_expiry_ns = options->idle_expiry_ns,
	    .wait = wait_of(options->wait),
	    .work = &fibre_pool_work,
	    .owner = fibres,
	};

	return runtime_init(&fibres->runtime, &runtime);
}

/* The kind's own queue has room for all that may be taken and not begun. */
static int open_queue(struct fibre_pool *fibres, const struct pool_options *options)
{
	size_t room = options->queue_capacity ? options->queue_capacity : FIBRE_QUEUE_ROOM;
	int error;

	fibres->queue_room = UINT64_MAX;
	if (options->queue)
		return supply_open(&fibres->supply, options);
	error = ring_mpmc_init(&fibres->ring, room, 0);
	fibres->queue_room = room;
	return error;
}

static int fibre_open(struct pool *pool, const struct pool_options *options)
{
	struct fibre_pool *fibres = (struct fibre_pool *)pool;
	int error = choose_cores(fibres);

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

static void fibre_pool_turn_away(struct pool *pool)
{
	struct fibre_pool *fibres = (struct fibre_pool *)pool;

	fibre_turn_away(fibres);
	supply_turn_away(&fibres->supply);
}

static void fibre_dismiss(struct pool *pool)
{
	struct fibre_pool *fibres = (struct fibre_pool *)pool;

	supply_close(&fibres->supply);
	runtime_dismiss(&fibres->runtime);
}

static int fibre_reboot(struct pool *pool)
{
	struct fibre_pool *fibres = (struct fibre_pool *)pool;
	int error = fibres->supply.name ? supply_reopen(&fibres->supply) : 0;

	if (error)
		return error;
	pthread_mutex_lock(&fibres->lock);
	fibres->shut = false;
	pthread_mutex_unlock(&fibres->lock);
	runtime_recall(&fibres->runtime);
	return start_cores(fibres);
}

static int fibre_tune(struct pool *pool, unsigned capacity)
{
	struct fibre_pool *fibres = (struct fibre_pool *)pool;

	atomic_store(&fibres->capacity, capacity);
	atomic_store(&pool->capacity, capacity);
	runtime_limit(&fibres->runtime, capacity);
	fibre_serve_line(fibres);
	return 0;
}

static int fibre_purge(struct pool *pool)
{
	runtime_purge(&((struct fibre_pool *)pool)->runtime);
	return 0;
}

/* Its workers are fibres. */
static void fibre_stats(const struct pool *pool, struct pool_stats *out)
{
	const struct runtime *runtime = &((const struct fibre_pool *)pool)->runtime;
	uint64_t busy = runtime_busy(runtime);

	out->workers_ended = atomic_load(&runtime->fibres_ended);
	out->workers_started = atomic_load(&runtime->fibres_made);
	out->workers = out->workers_started - out->workers_ended;
	out->workers_peak = atomic_load(&runtime->fibres_peak);
	out->idle = out->workers > busy ? out->workers - busy : 0;
}

static void fibre_destroy(struct pool *pool)
{
	struct fibre_pool *fibres = (struct fibre_pool *)pool;

	ring_mpmc_destroy(&fibres->ring);
	supply_destroy(&fibres->supply);
	runtime_destroy(&fibres->runtime);
	free(fibres->cores);
	pthread_mutex_destroy(&fibres->lock);
}

const struct pool_ops pool_fibre = {
    .kind = "fibre",
    .size = sizeof(struct fibre_pool),
    .takes_queue = supply_fits,
    .open = fibre_open,
    .submit = fibre_submit,
    .turn_away = fibre_pool_turn_away,
    .dismiss = fibre_dismiss,
    .reboot = fibre_reboot,
    .destroy = fibre_destroy,
    .tune = fibre_tune,
    .purge = fibre_purge,
    .stats = fibre_stats,
};
