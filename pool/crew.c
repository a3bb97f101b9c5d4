/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/crew.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

/* Without cpus the threads run where the opener may, whoever starts them later. A machine whose
 * CPUs a cpu_set_t can't hold fails to tell that: then they run where their starter may. */
static int set_cpus(struct crew *crew, const cpu_set_t *cpus)
{
	cpu_set_t own;

	crew->cpus = 1;
	if (!cpus && pthread_getaffinity_np(pthread_self(), sizeof(own), &own) != 0)
		return 0;
	if (!cpus)
		cpus = &own;
	crew->cpus = (uint32_t)CPU_COUNT(cpus);
	if (crew->cpus == 0)
		return EINVAL;
	return pthread_attr_setaffinity_np(&crew->attr, sizeof(*cpus), cpus);
}

static int set_attributes(struct crew *crew, const struct pool_options *options)
{
	size_t stack = options->stack_bytes ? options->stack_bytes : CREW_STACK_BYTES;
	sigset_t all;
	int error;

	sigfillset(&all);
	error = pthread_attr_setstacksize(&crew->attr, stack);
	if (!error)
		error = pthread_attr_setsigmask_np(&crew->attr, &all);
	if (!error)
		error = set_cpus(crew, options->cpus);
	return error;
}

int crew_init(struct crew *crew, const char *kind, const struct pool_options *options,
	      crew_create_fn create)
{
	int error = pthread_attr_init(&crew->attr);

	if (error)
		return error;
	error = set_attributes(crew, options);
	if (error) {
		pthread_attr_destroy(&crew->attr);
		return error;
	}
	snprintf(crew->name, sizeof(crew->name), "pool-%s", kind);
	crew->create = create;
	pthread_mutex_init(&crew->lock, NULL);
	pthread_cond_init(&crew->news, NULL);
	return 0;
}

void crew_destroy(struct crew *crew)
{
	pthread_cond_destroy(&crew->news);
	pthread_mutex_destroy(&crew->lock);
	pthread_attr_destroy(&crew->attr);
}

static void arrive(struct crew *crew)
{
	pthread_setname_np(pthread_self(), crew->name);
	pthread_mutex_lock(&crew->lock);
	if (++crew->arrived == crew->expected)
		pthread_cond_signal(&crew->news);
	pthread_mutex_unlock(&crew->lock);
}

/* Returns whether *before left before, and is to be joined. */
static bool leave(struct crew *crew, pthread_t *before)
{
	bool any;

	pthread_mutex_lock(&crew->lock);
	any = crew->has_left;
	*before = crew->last_to_leave;
	crew->last_to_leave = pthread_self();
	crew->has_left = true;
	crew->ended++;
	if (--crew->alive == 0)
		pthread_cond_signal(&crew->news);
	pthread_mutex_unlock(&crew->lock);
	return any;
}

static void *member_main(void *arg)
{
	struct crew_member *member = arg;
	struct crew *crew = member->crew;
	pthread_t before;
	bool any_before;

	arrive(crew);
	member->work(member);
	any_before = leave(crew, &before);
	member->gone(member);
	if (any_before)
		pthread_join(before, NULL);
	return NULL;
}

/* The thread is counted before it is made: it may have ended before its maker goes on. */
int crew_start(struct crew *crew, struct crew_member *member)
{
	pthread_t thread;
	uint64_t alive;
	int error;

	pthread_mutex_lock(&crew->lock);
	alive = ++crew->alive;
	pthread_mutex_unlock(&crew->lock);

	member->crew = crew;
	error = crew->create(&thread, &crew->attr, member_main, member);

	pthread_mutex_lock(&crew->lock);
	if (error)
		crew->alive--;
	else
		crew->started++;
	if (!error && alive > crew->peak)
		crew->peak = alive;
	pthread_mutex_unlock(&crew->lock);
	return error;
}

void crew_await(struct crew *crew)
{
	pthread_mutex_lock(&crew->lock);
	crew->expected = crew->started;
	while (crew->arrived < crew->expected)
		pthread_cond_wait(&crew->news, &crew->lock);
	crew->expected = 0;
	pthread_mutex_unlock(&crew->lock);
}

void crew_join(struct crew *crew)
{
	pthread_mutex_lock(&crew->lock);
	while (crew->alive > 0)
		pthread_cond_wait(&crew->news, &crew->lock);
	pthread_mutex_unlock(&crew->lock);
	if (crew->has_left)
		pthread_join(crew->last_to_leave, NULL);
	crew->has_left = false;
}
