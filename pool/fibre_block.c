/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocking calls of fibres: helper threads make them, an elastic pool with a queue before it. */
#include "pool/fibre_pool.h"

#define HELPER_IDLE_NS INT64_C(1000000000)

struct blocking_call {
	struct pool_task task; /* must be first */
	void (*fn)(void *arg);
	void *arg;
	struct fibre_seat seat;
};

static void call(struct pool_task *task)
{
	struct blocking_call *blocking = (struct blocking_call *)task;

	blocking->fn(blocking->arg);
	fibre_seat_call(&blocking->seat); /* it may be gone from here on */
}

/* On the pool's CPUs; NULL: no memory. */
static struct pool *open_helpers(struct fibre_pool *fibres)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	cpu_set_t cpus;
	int error;

	pthread_attr_getaffinity_np(&fibres->pool.crew.attr, sizeof(cpus), &cpus);
	options.cpus = &cpus;
	options.capacity = FIBRE_HELPERS;
	options.idle_expiry_ns = HELPER_IDLE_NS;
	options.queue = "list"; /* unbounded: submitting never waits */
	return pool_open("elastic", &options, &error);
}

static struct pool *helpers(struct fibre_pool *fibres)
{
	struct pool *pool;

	pthread_mutex_lock(&fibres->lock);
	if (!fibres->helpers)
		fibres->helpers = open_helpers(fibres);
	pool = fibres->helpers;
	pthread_mutex_unlock(&fibres->lock);
	return pool;
}

/* Without a helper, for want of memory or threads, the core itself has to do it. */
void fibre_block(struct fibre_pool *fibres, void (*fn)(void *arg), void *arg)
{
	struct blocking_call blocking = {.task.run = call, .fn = fn, .arg = arg};
	struct pool *pool = helpers(fibres);

	fibre_seat_init(&blocking.seat);
	if (pool && pool_submit(pool, &blocking.task) == POOL_OK)
		fibre_seat_wait(&blocking.seat, INT64_MAX);
	else
		fn(arg);
}

void fibre_send_helpers_home(struct fibre_pool *fibres)
{
	struct pool *pool;

	pthread_mutex_lock(&fibres->lock);
	pool = fibres->helpers;
	fibres->helpers = NULL;
	pthread_mutex_unlock(&fibres->lock);
	if (pool)
		pool_close(pool, POOL_DRAIN);
}
