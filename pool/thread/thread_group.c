/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/thread/thread_group.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

/* Without cpus the threads run where the opener may, also those that another thread starts later.
 * Where a cpu_set_t cannot hold the machine's CPUs, they run where the thread that starts them may.
 */
static int set_cpus(struct pool_thread_group *threads, const cpu_set_t *cpus)
{
	cpu_set_t own;

	threads->cpus = 1;
	if (!cpus && pthread_getaffinity_np(pthread_self(), sizeof(own), &own) != 0)
		return 0;
	if (!cpus)
		cpus = &own;
	threads->cpus = (uint32_t)CPU_COUNT(cpus);
	if (threads->cpus == 0)
		return EINVAL;
	return pthread_attr_setaffinity_np(&threads->attr, sizeof(*cpus), cpus);
}

static int set_attributes(struct pool_thread_group *threads, const struct pool_options *options)
{
	size_t stack = options->stack_bytes ? options->stack_bytes : POOL_THREAD_GROUP_STACK_BYTES;
	sigset_t all;
	int error;

	sigfillset(&all);
	error = pthread_attr_setstacksize(&threads->attr, stack);
	if (!error)
		error = pthread_attr_setsigmask_np(&threads->attr, &all);
	if (!error)
		error = set_cpus(threads, options->cpus);
	return error;
}

int pool_thread_group_init(struct pool_thread_group *threads, const char *kind,
			   const struct pool_options *options, pool_thread_create_fn create)
{
	int error = pthread_attr_init(&threads->attr);

	if (error)
		return error;
	error = set_attributes(threads, options);
	if (error) {
		pthread_attr_destroy(&threads->attr);
		return error;
	}
	snprintf(threads->name, sizeof(threads->name), "pool-%s", kind);
	threads->create = create;
	pthread_mutex_init(&threads->lock, NULL);
	pthread_cond_init(&threads->changed, NULL);
	return 0;
}

void pool_thread_group_destroy(struct pool_thread_group *threads)
{
	pthread_cond_destroy(&threads->changed);
	pthread_mutex_destroy(&threads->lock);
	pthread_attr_destroy(&threads->attr);
}

static void arrive(struct pool_thread_group *threads)
{
	pthread_setname_np(pthread_self(), threads->name);
	pthread_mutex_lock(&threads->lock);
	if (++threads->arrived == threads->expected)
		pthread_cond_signal(&threads->changed);
	pthread_mutex_unlock(&threads->lock);
}

/* Returns whether *before left before, and is to be joined. */
static bool leave(struct pool_thread_group *threads, pthread_t *before)
{
	bool any;

	pthread_mutex_lock(&threads->lock);
	any = threads->has_left;
	*before = threads->last_to_leave;
	threads->last_to_leave = pthread_self();
	threads->has_left = true;
	threads->ended++;
	if (--threads->alive == 0)
		pthread_cond_signal(&threads->changed);
	pthread_mutex_unlock(&threads->lock);
	return any;
}

static void *member_main(void *arg)
{
	struct pool_thread *member = arg;
	struct pool_thread_group *threads = member->threads;
	pthread_t before;
	bool any_before;

	arrive(threads);
	member->work(member);
	any_before = leave(threads, &before);
	member->gone(member);
	if (any_before)
		pthread_join(before, NULL);
	return NULL;
}

/* The thread is counted before it is made: it may have ended before its maker goes on. */
int pool_thread_group_start(struct pool_thread_group *threads, struct pool_thread *member)
{
	pthread_t thread;
	uint64_t alive;
	int error;

	pthread_mutex_lock(&threads->lock);
	alive = ++threads->alive;
	pthread_mutex_unlock(&threads->lock);

	member->threads = threads;
	error = threads->create(&thread, &threads->attr, member_main, member);

	pthread_mutex_lock(&threads->lock);
	if (error)
		threads->alive--;
	else
		threads->started++;
	if (!error && alive > threads->peak)
		threads->peak = alive;
	pthread_mutex_unlock(&threads->lock);
	return error;
}

void pool_thread_group_await(struct pool_thread_group *threads)
{
	pthread_mutex_lock(&threads->lock);
	threads->expected = threads->started;
	while (threads->arrived < threads->expected)
		pthread_cond_wait(&threads->changed, &threads->lock);
	threads->expected = 0;
	pthread_mutex_unlock(&threads->lock);
}

void pool_thread_group_join(struct pool_thread_group *threads)
{
	pthread_mutex_lock(&threads->lock);
	while (threads->alive > 0)
		pthread_cond_wait(&threads->changed, &threads->lock);
	pthread_mutex_unlock(&threads->lock);
	if (threads->has_left)
		pthread_join(threads->last_to_leave, NULL);
	threads->has_left = false;
}
