/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/policy/overload.h"

#include <errno.h>
#include <string.h>

#include "pool/policy/drop_oldest.h"

#define SPAWN_STACK (64 * 1024)

static void count(_Atomic uint64_t *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static enum pool_overload_outcome rejected(struct pool_overload *o)
{
	count(&o->rejected);
	return POOL_OVERLOAD_REJECTED;
}

static enum pool_overload_outcome refused_reject(struct pool_overload *o, struct pool_task *task)
{
	(void)task;
	return rejected(o);
}

static enum pool_overload_outcome refused_caller_runs(struct pool_overload *o,
						      struct pool_task *task)
{
	count(&o->caller_ran);
	task->run(task);
	return POOL_OVERLOAD_CALLER_RAN;
}

static enum pool_overload_outcome refused_fall_back(struct pool_overload *o, struct pool_task *task)
{
	count(&o->fell_back);
	o->options.fallback.answer(o->options.fallback.arg, task, POOL_REFUSED_BY_POOL);
	return POOL_OVERLOAD_FELL_BACK;
}

static int check_fall_back(const struct pool_overload_options *options)
{
	return options->fallback.answer ? 0 : EINVAL;
}

static void thread_ends(struct pool_overload *o)
{
	pthread_mutex_lock(&o->lock);
	if (--o->threads == 0)
		pthread_cond_signal(&o->quiet);
	pthread_mutex_unlock(&o->lock);
}

static void *spawned_main(void *arg)
{
	struct pool_task *task = arg;
	struct pool_overload *o = (struct pool_overload *)(void *)task->next;

	task->run(task);
	thread_ends(o);
	return NULL;
}

static enum pool_overload_outcome refused_spawn(struct pool_overload *o, struct pool_task *task)
{
	const pthread_attr_t *attr = o->options.spawn ? o->options.spawn : &o->attr;
	pthread_t thread;

	/* The thread has to know two things, and is handed one: the other lies in the task, in what
	 * is the pool's, so that nothing is allocated. */
	task->next = (struct pool_task *)(void *)o;
	pthread_mutex_lock(&o->lock);
	o->threads++;
	pthread_mutex_unlock(&o->lock);
	if (pthread_create(&thread, attr, spawned_main, task) != 0) {
		thread_ends(o);
		return rejected(o);
	}
	count(&o->spawned);
	return POOL_OVERLOAD_SPAWNED;
}

static const struct pool_overload_ops all_ops[] = {
    {"reject", NULL, refused_reject, NULL},
    {"spawn", NULL, refused_spawn, NULL},
    {"caller_runs", NULL, refused_caller_runs, NULL},
    {"drop_oldest", pool_drop_oldest_check, NULL, pool_drop_oldest_submit},
    {"fall_back", check_fall_back, refused_fall_back, NULL},
};

#define POLICIES (sizeof(all_ops) / sizeof(all_ops[0]))

const char *const *pool_overload_names(void)
{
	static const char *const names[POLICIES + 1] = {"reject",      "spawn",     "caller_runs",
							"drop_oldest", "fall_back", NULL};

	return names;
}

static const struct pool_overload_ops *find(const char *name)
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

int pool_overload_init(struct pool_overload *o, const char *name, struct pool *pool,
		       const struct pool_overload_options *options)
{
	const struct pool_overload_ops *ops = find(name);

	if (!ops || (ops->check && ops->check(options)))
		return EINVAL;
	*o = (struct pool_overload){.ops = ops, .pool = pool, .options = *options};
	pthread_mutex_init(&o->lock, NULL);
	pthread_cond_init(&o->quiet, NULL);
	return init_attr(&o->attr);
}

void pool_overload_destroy(struct pool_overload *o)
{
	pthread_mutex_lock(&o->lock);
	while (o->threads > 0)
		pthread_cond_wait(&o->quiet, &o->lock);
	pthread_mutex_unlock(&o->lock);
	pthread_attr_destroy(&o->attr);
	pthread_cond_destroy(&o->quiet);
	pthread_mutex_destroy(&o->lock);
}

enum pool_overload_outcome pool_overload_submit(struct pool_overload *o, struct pool_task *task,
						enum pool_status *status)
{
	if (o->ops->submit)
		return o->ops->submit(o, task, status);
	*status = pool_submit(o->pool, task);
	return *status == POOL_OK ? POOL_OVERLOAD_TAKEN : pool_overload_refused(o, task, *status);
}

enum pool_overload_outcome pool_overload_refused(struct pool_overload *o, struct pool_task *task,
						 enum pool_status status)
{
	return status == POOL_CLOSED ? rejected(o) : o->ops->refused(o, task);
}

void pool_overload_stats(struct pool_overload *o, struct pool_overload_stats *out)
{
	*out = (struct pool_overload_stats){
	    .rejected = atomic_load(&o->rejected),
	    .spawned = atomic_load(&o->spawned),
	    .caller_ran = atomic_load(&o->caller_ran),
	    .fell_back = atomic_load(&o->fell_back),
	    .waited = atomic_load(&o->waited),
	    .dropped = atomic_load(&o->dropped),
	    .carried = atomic_load(&o->carried),
	};
	pthread_mutex_lock(&o->lock);
	out->waiting = o->waiting;
	pthread_mutex_unlock(&o->lock);
}

void pool_overload_correct(struct pool_overload *o, struct pool_stats *stats)
{
	struct pool_overload_stats own;

	if (!o->ops->submit)
		return;
	pool_overload_stats(o, &own);
	/* The pool was asked more than once for some, and for some never. */
	stats->submitted = atomic_load(&o->offered);
	stats->rejected = 0;
	stats->completed += own.carried;
	stats->queued += own.waiting;
}
