/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/fibre/runtime.h"

#include <errno.h>
#include <stdlib.h>

#include "pool/fibre/scheduler.h"

/* Each scheduler's share; together they are exactly that many. */
static size_t share(unsigned fibres, unsigned schedulers, unsigned index)
{
	if (!fibres)
		return SIZE_MAX;
	return fibres / schedulers + (index < fibres % schedulers);
}

static void set_limits(struct pool_runtime *runtime, unsigned fibres)
{
	unsigned count = runtime->options.schedulers;

	for (unsigned i = 0; i < count; i++)
		atomic_store(&runtime->schedulers[i]->limit, share(fibres, count, i));
}

int pool_runtime_init(struct pool_runtime *runtime, const struct pool_runtime_options *options)
{
	int error = 0;

	*runtime = (struct pool_runtime){.options = *options};
	runtime->options.stack_bytes = pool_stack_size(options->stack_bytes);
	runtime->options.schedulers = 0; /* as many as there are so far */
	if (!runtime->options.stack_bytes || !options->schedulers)
		return EINVAL;
	runtime->schedulers = calloc(options->schedulers, sizeof(struct pool_scheduler *));
	if (!runtime->schedulers)
		return ENOMEM;
	while (!error && runtime->options.schedulers < options->schedulers) {
		unsigned i = runtime->options.schedulers;

		runtime->schedulers[i] = pool_scheduler_make(runtime, i, &error);
		runtime->options.schedulers += !error;
	}
	if (error) {
		pool_runtime_destroy(runtime);
		return error;
	}
	set_limits(runtime, options->fibres);
	return 0;
}

void pool_runtime_destroy(struct pool_runtime *runtime)
{
	for (unsigned i = 0; i < runtime->options.schedulers; i++)
		pool_scheduler_destroy(runtime->schedulers[i]);
	free(runtime->schedulers);
	*runtime = (struct pool_runtime){0};
}

int pool_runtime_prewarm(struct pool_runtime *runtime, unsigned fibres)
{
	unsigned count = runtime->options.schedulers;
	int error = 0;

	for (unsigned i = 0; i < count && fibres && !error; i++)
		error = pool_scheduler_prewarm(runtime->schedulers[i], share(fibres, count, i));
	return error;
}

static void rouse_all(struct pool_runtime *runtime)
{
	for (unsigned i = 0; i < runtime->options.schedulers; i++)
		pool_scheduler_unpark(runtime->schedulers[i]);
}

void pool_runtime_dismiss(struct pool_runtime *runtime)
{
	atomic_store(&runtime->dismissed, true);
	rouse_all(runtime);
}

void pool_runtime_recall(struct pool_runtime *runtime)
{
	atomic_store(&runtime->dismissed, false);
}

void pool_runtime_limit(struct pool_runtime *runtime, unsigned fibres)
{
	set_limits(runtime, fibres);
	rouse_all(runtime);
}

void pool_runtime_purge(struct pool_runtime *runtime)
{
	for (unsigned i = 0; i < runtime->options.schedulers; i++)
		atomic_store(&runtime->schedulers[i]->purge, 1);
	rouse_all(runtime);
}

uint64_t pool_runtime_busy(const struct pool_runtime *runtime)
{
	uint64_t busy = 0;

	for (unsigned i = 0; i < runtime->options.schedulers; i++)
		busy += atomic_load_explicit(&runtime->schedulers[i]->busy, memory_order_acquire);
	return busy;
}
