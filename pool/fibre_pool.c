/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/fibre_pool.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "pool/queue/relax.h"

#define MEET_NS INT64_C(1000000) /* a core that stands idle comes to a queue within so long */

/* -- a task on its fibre ------------------------------------------------------------------------
 */

static struct fibre_pool *fibres_of(struct pool_context *context)
{
	return (struct fibre_pool *)context->pool;
}

static void context_wait_until(struct pool_context *context, int64_t deadline_ns)
{
	(void)context;
	fibre_wait_until(deadline_ns);
}

static void context_yield(struct pool_context *context)
{
	(void)context;
	fibre_yield();
}

static void context_block(struct pool_context *context, void (*fn)(void *arg), void *arg)
{
	fibre_block(fibres_of(context), fn, arg);
}

static void context_unwind(struct pool_context *context)
{
	(void)context;
	fibre_unwind();
}

static const struct pool_context_ops context_ops = {
    .wait_until = context_wait_until,
    .yield = context_yield,
    .block = context_block,
    .unwind = context_unwind,
};

static void fibre_made(void *owner, void *local)
{
	struct pool_context *context = local;

	*context = (struct pool_context){.ops = &context_ops, .pool = owner};
}

static void fibre_run(void *local, void *item)
{
	struct pool_context *context = local;
	struct pool_task *task = item;

	if (pool_begin(context, task)) {
		task->run(task);
		pool_finish(context, POOL_COMPLETED, 0);
	}
}

static void fibre_unwound(void *local)
{
	struct pool_context *context = local;

	pool_finish(context, context->end, context->code);
}

/* -- the cores' side ----------------------------------------------------------------------------
 */

static void note_peak(struct pool *pool, uint64_t queued)
{
	uint64_t peak = atomic_load_explicit(&pool->queued_peak, memory_order_relaxed);

	while (queued > peak && !atomic_compare_exchange_weak(&pool->queued_peak, &peak, queued))
		;
}

static size_t take(void *owner, void **items, size_t most)
{
	struct fibre_pool *fibres = owner;
	struct queue *queue = fibres->supply.queue;
	uint64_t left = 0;
	size_t count;

	count = queue ? queue_get_many(queue, items, most, NULL)
		      : ring_mpmc_get_many(&fibres->ring, items, most);
	if (count == most)
		left = queue ? queue_count(queue) : ring_mpmc_count(&fibres->ring);
	if (count)
		note_peak(&fibres->pool, count + left);
	return count;
}

static bool expecting(void *owner)
{
	struct fibre_pool *fibres = owner;

	return atomic_load(&fibres->meeting) > 0;
}

static void passed(void *owner, size_t begun, size_t ended)
{
	struct fibre_pool *fibres = owner;

	if (begun)
		atomic_fetch_add(&fibres->begun, begun);
	if (ended)
		atomic_fetch_add(&fibres->ended, ended);
	fibre_serve_line(fibres);
}

static void *attach(void *owner)
{
	(void)owner;
	return &pool_context_now;
}

static const struct fibre_work work = {
    .local_bytes = sizeof(struct pool_context),
    .made = fibre_made,
    .run = fibre_run,
    .unwound = fibre_unwound,
    .take = take,
    .expecting = expecting,
    .passed = passed,
    .attach = attach,
};

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

/* -- submitting ---------------------------------------------------------------------------------
 */

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static enum pool_status status_of(enum queue_status status)
{
	switch (status) {
	case QUEUE_OK:
		return POOL_OK;
	case QUEUE_CLOSED:
		return POOL_CLOSED;
	case QUEUE_TIMEOUT:
		return POOL_TIMEOUT;
	default:
		return POOL_OVERLOAD;
	}
}

static enum queue_status put_beside_core(struct fibre_pool *fibres, struct pool_task *task,
					 int64_t deadline_ns)
{
	enum queue_status status;

	atomic_fetch_add(&fibres->meeting, 1);
	runtime_notify(&fibres->runtime);
	status = queue_put(fibres->supply.queue, task, deadline_ns);
	atomic_fetch_sub(&fibres->meeting, 1);
	return status;
}

/* Put it into a queue that keeps nothing: a core has to come there meanwhile. Who does not want to
 * wait leaves it where no core stands idle. */
static enum pool_status meet(struct fibre_pool *fibres, struct pool_task *task, int64_t deadline_ns)
{
	enum pool_status status;

	if (fibres->pool.nonblocking) {
		if (!atomic_load(&fibres->runtime.standing))
			return POOL_OVERLOAD;
		status = status_of(put_beside_core(fibres, task, now_ns() + MEET_NS));
		return status == POOL_TIMEOUT ? POOL_OVERLOAD : status;
	}
	if (!pool_may_wait(&fibres->pool))
		return POOL_OVERLOAD;
	status = status_of(put_beside_core(fibres, task, deadline_ns));
	pool_stop_waiting(&fibres->pool);
	return status;
}

static enum pool_status inject(struct fibre_pool *fibres, struct pool_task *task,
			       int64_t deadline_ns)
{
	enum pool_status status = POOL_OK;

	if (!fibres->supply.queue) {
		/* It has room for all that are admitted; a core may be about to free the place. */
		while (!ring_mpmc_put(&fibres->ring, task))
			cpu_relax();
	} else if (fibres->supply.meets) {
		return meet(fibres, task, deadline_ns);
	} else {
		status = supply_put(&fibres->supply, &fibres->pool, task, deadline_ns);
	}
	if (status == POOL_OK)
		runtime_notify(&fibres->runtime);
	return status;
}

static bool on_own_fibre(const struct pool *pool)
{
	const struct pool_context *context = pool_context();

	return context && context->pool == pool;
}

/* A queue that was asked for by name lets in whom it has room for, whatever the capacity is. */
static enum pool_status fibre_submit(struct pool *pool, struct pool_task *task, int64_t deadline_ns)
{
	struct fibre_pool *fibres = (struct fibre_pool *)pool;
	bool admitted = !fibres->supply.queue;
	enum pool_status status = admitted ? fibre_admit(fibres, deadline_ns) : POOL_OK;

	if (status != POOL_OK)
		return status;
	if (on_own_fibre(pool))
		status = fibre_push(task) ? POOL_OK : POOL_NO_MEMORY;
	else
		status = inject(fibres, task, deadline_ns);
	if (status != POOL_OK && admitted)
		fibre_admit_undo(fibres);
	return status;
}

/* -- the pool's life ----------------------------------------------------------------------------
 */

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
	    .work = &work,
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
