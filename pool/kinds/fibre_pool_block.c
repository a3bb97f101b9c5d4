/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocking calls of fibres: helper threads make them, an elastic pool with a queue before it. */
#include "pool/kinds/fibre_pool.h"

#define HELPER_IDLE_NS INT64_C(1000000000)

struct blocking_call {
	struct pool_task task; /* must be first */
	void (*fn)(void *arg);
	void *arg;
	struct pool_fibre_parker parker;
};

static void call(struct pool_task *task)
{
	struct blocking_call *blocking = (struct blocking_call *)task;

	blocking->fn(blocking->arg);
	pool_fibre_parker_unpark(&blocking->parker); /* it may be gone from here on */
}

/* On the pool's CPUs; NULL: no memory. */
static struct pool *open_helpers(struct pool_fibre_pool *fibres)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	cpu_set_t cpus;
	int error;

	pthread_attr_getaffinity_np(&fibres->pool.threads.attr, sizeof(cpus), &cpus);
	options.cpus = &cpus;
	options.capacity = POOL_FIBRE_HELPERS;
	options.idle_expiry_ns = HELPER_IDLE_NS;
	options.queue = "list"; /* unbounded: submitting never waits */
	return pool_open("elastic", &options, &error);
}

static struct pool *helpers(struct pool_fibre_pool *fibres)
{
	struct pool *pool;

	pthread_mutex_lock(&fibres->lock);
	if (!fibres->helpers)
		fibres->helpers = open_helpers(fibres);
	pool = fibres->helpers;
	pthread_mutex_unlock(&fibres->lock);
	return pool;
}

/* Without a helper, because there is no memory or thread for it, the core itself calls fn(). */
void pool_fibre_block(struct pool_fibre_pool *fibres, void (*fn)(void *arg), void *arg)
{
	struct blocking_call blocking = {.task.run = call, .fn = fn, .arg = arg};
	struct pool *pool = helpers(fibres);

	pool_fibre_parker_init(&blocking.parker);
	if (pool && pool_submit(pool, &blocking.task) == POOL_OK)
		pool_fibre_parker_park(&blocking.parker, INT64_MAX);
	else
		fn(arg);
}

void pool_fibre_stop_helpers(struct pool_fibre_pool *fibres)
{
	struct pool *pool;

	pthread_mutex_lock(&fibres->lock);
	pool = fibres->helpers;
	fibres->helpers = NULL;
	pthread_mutex_unlock(&fibres->lock);
	if (pool)
		pool_close(pool, POOL_DRAIN);
}
