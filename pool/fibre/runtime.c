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

static void set_limits(struct runtime *runtime, unsigned fibres)
{
	unsigned count = runtime->options.schedulers;

	for (unsigned i = 0; i < count; i++)
		atomic_store(&runtime->schedulers[i]->limit, share(fibres, count, i));
}

int runtime_init(struct runtime *runtime, const struct runtime_options *options)
{
	int error = 0;

	*runtime = (struct runtime){.options = *options};
	runtime->options.stack_bytes = stack_size(options->stack_bytes);
	runtime->options.schedulers = 0; /* as many as there are so far */
	if (!runtime->options.stack_bytes || !options->schedulers)
		return EINVAL;
	runtime->schedulers = calloc(options->schedulers, sizeof(struct scheduler *));
	if (!runtime->schedulers)
		return ENOMEM;
	while (!error && runtime->options.schedulers < options->schedulers) {
		unsigned i = runtime->options.schedulers;

		runtime->schedulers[i] = scheduler_make(runtime, i, &error);
		runtime->options.schedulers += !error;
	}
	if (error) {
		runtime_destroy(runtime);
		return error;
	}
	set_limits(runtime, options->fibres);
	return 0;
}

void runtime_destroy(struct runtime *runtime)
{
	for (unsigned i = 0; i < runtime->options.schedulers; i++)
		scheduler_destroy(runtime->schedulers[i]);
	free(runtime->schedulers);
	*runtime = (struct runtime){0};
}

int runtime_prewarm(struct runtime *runtime, unsigned fibres)
{
	unsigned count = runtime->options.schedulers;
	int error = 0;

	for (unsigned i = 0; i < count && fibres && !error; i++)
		error = scheduler_prewarm(runtime->schedulers[i], share(fibres, count, i));
	return error;
}

static void rouse_all(struct runtime *runtime)
{
	for (unsigned i = 0; i < runtime->options.schedulers; i++)
		scheduler_rouse(runtime->schedulers[i]);
}

void runtime_dismiss(struct runtime *runtime)
{
	atomic_store(&runtime->dismissed, true);
	rouse_all(runtime);
}

void runtime_recall(struct runtime *runtime)
{
	atomic_store(&runtime->dismissed, false);
}

void runtime_limit(struct runtime *runtime, unsigned fibres)
{
	set_limits(runtime, fibres);
	rouse_all(runtime);
}

void runtime_purge(struct runtime *runtime)
{
	for (unsigned i = 0; i < runtime->options.schedulers; i++)
		atomic_store(&runtime->schedulers[i]->purge, 1);
	rouse_all(runtime);
}

uint64_t runtime_busy(const struct runtime *runtime)
{
	uint64_t busy = 0;

	for (unsigned i = 0; i < runtime->options.schedulers; i++)
		busy += atomic_load_explicit(&runtime->schedulers[i]->busy, memory_order_acquire);
	return busy;
}
