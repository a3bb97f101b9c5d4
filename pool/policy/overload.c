/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/policy/overload.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "pool/policy/waiting.h"

#define SPAWN_STACK (64 * 1024)

static void count(_Atomic uint64_t *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static enum overload_outcome rejected(struct overload *o)
{
	count(&o->rejected);
	return OVERLOAD_REJECTED;
}

/* Is a refusal one that a policy can do something about? */
static bool refused(struct overload *o, struct pool_task *task, enum pool_status *status)
{
	*status = pool_submit(o->pool, task);
	return *status != POOL_OK;
}

static enum overload_outcome submit_reject(struct overload *o, struct pool_task *task,
					   enum pool_status *status)
{
	return refused(o, task, status) ? rejected(o) : OVERLOAD_TAKEN;
}

static enum overload_outcome submit_caller_runs(struct overload *o, struct pool_task *task,
						enum pool_status *status)
{
	if (!refused(o, task, status))
		return OVERLOAD_TAKEN;
	if (*status == POOL_CLOSED)
		return rejected(o);
	count(&o->caller_ran);
	task->run(task);
	return OVERLOAD_CALLER_RAN;
}

static enum overload_outcome submit_fall_back(struct overload *o, struct pool_task *task,
					      enum pool_status *status)
{
	if (!refused(o, task, status))
		return OVERLOAD_TAKEN;
	if (*status == POOL_CLOSED)
		return rejected(o);
	count(&o->fell_back);
	o->options.fallback.answer(o->options.fallback.arg, task, REFUSED_BY_POOL);
	return OVERLOAD_FELL_BACK;
}

static int check_fall_back(const struct overload_options *options)
{
	return options->fallback.answer ? 0 : EINVAL;
}

struct spawned {
	struct overload *overload;
	struct pool_task *task;
};

static void thread_ends(struct overload *o)
{
	pthread_mutex_lock(&o->lock);
	if (--o->threads == 0)
		pthread_cond_signal(&o->quiet);
	pthread_mutex_unlock(&o->lock);
}

static void *spawned_main(void *arg)
{
	struct spawned spawned = *(struct spawned *)arg;

	free(arg);
	spawned.task->run(spawned.task);
	thread_ends(spawned.overload);
	return NULL;
}

static bool spawn(struct overload *o, struct pool_task *task)
{
	struct spawned *spawned = malloc(sizeof(*spawned));
	pthread_t thread;

	if (!spawned)
		return false;
	*spawned = (struct spawned){o, task};
	pthread_mutex_lock(&o->lock);
	o->threads++;
	pthread_mutex_unlock(&o->lock);
	if (pthread_create(&thread, o->options.spawn ? o->options.spawn : &o->attr, spawned_main,
			   spawned) == 0)
		return true;
	free(spawned);
	thread_ends(o);
	return false;
}

static enum overload_outcome submit_spawn(struct overload *o, struct pool_task *task,
					  enum pool_status *status)
{
	if (!refused(o, task, status))
		return OVERLOAD_TAKEN;
	if (*status == POOL_CLOSED || !spawn(o, task))
		return rejected(o);
	count(&o->spawned);
	return OVERLOAD_SPAWNED;
}

static const struct overload_ops all_ops[] = {
    {"reject", NULL, submit_reject},
    {"spawn", NULL, submit_spawn},
    {"caller_runs", NULL, submit_caller_runs},
    {"drop_oldest", waiting_check, waiting_submit},
    {"fall_back", check_fall_back, submit_fall_back},
};

#define POLICIES (sizeof(all_ops) / sizeof(all_ops[0]))

const char *const *overload_names(void)
{
	static const char *const names[POLICIES + 1] = {"reject",      "spawn",     "caller_runs",
							"drop_oldest", "fall_back", NULL};

	return names;
}

static const struct overload_ops *find(const char *name)
{
	for (size_t i = 0; i < POLICIES; i++)
		if (strcmp(name, all_ops[i].name) == 0)
			return &all_ops[i];
	return NULL;
}

static int init_attr(pthread_attr_t *attr)
{
	int error = pthread_attr_init(attr);

	if (error)
		return error;
	pthread_attr_setstacksize(attr, SPAWN_STACK);
	pthread_attr_setdetachstate(attr, PTHREAD_CREATE_DETACHED);
	return 0;
}

int overload_init(struct overload *o, const char *name, struct pool *pool,
		  const struct overload_options *options)
{
	const struct overload_ops *ops = find(name);

	if (!ops || (ops->check && ops->check(options)))
		return EINVAL;
	*o = (struct overload){.ops = ops, .pool = pool, .options = *options};
	pthread_mutex_init(&o->lock, NULL);
	pthread_cond_init(&o->quiet, NULL);
	return init_attr(&o->attr);
}

void overload_destroy(struct overload *o)
{
	pthread_mutex_lock(&o->lock);
	while (o->threads > 0)
		pthread_cond_wait(&o->quiet, &o->lock);
	pthread_mutex_unlock(&o->lock);
	pthread_attr_destroy(&o->attr);
	pthread_cond_destroy(&o->quiet);
	pthread_mutex_destroy(&o->lock);
}

enum overload_outcome overload_submit(struct overload *o, struct pool_task *task,
				      enum pool_status *status)
{
	return o->ops->submit(o, task, status);
}

void overload_stats(struct overload *o, struct overload_stats *out)
{
	*out = (struct overload_stats){
	    .rejected = atomic_load(&o->rejected),
	    .spawned = atomic_load(&o->spawned),
	    .caller_ran = atomic_load(&o->caller_ran),
	    .fell_back = atomic_load(&o->fell_back),
	    .waited = atomic_load(&o->waited),
	    .dropped = atomic_load(&o->dropped),
	};
	pthread_mutex_lock(&o->lock);
	out->waiting = o->waiting;
	pthread_mutex_unlock(&o->lock);
}
