/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolbench/bench.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cpulist.h"

/* Tasks that are got ready: what is under way by Little's law, four times over, and enough for the
 * jitter of a busy machine. */
#define SLAB_MARGIN 4
#define SLAB_LEAST  4096

#define SPAWN_STACK (64 * 1024) /* the pool's default, too */

static int pin(const cpu_set_t *cpus, const char *role, struct error *err)
{
	char list[CPULIST_SHOW_SIZE];

	if (sched_setaffinity(0, sizeof(*cpus), cpus) == 0)
		return 0;
	return error_host(err, errno,
			  "roles.%s \"%s\": cannot run there; is it in this cell's "
			  "cpuset?",
			  role, cpulist_show(cpus, list));
}

static void *run_generator(void *arg)
{
	struct bench *b = arg;

	while (sem_wait(&b->go) < 0 && errno == EINTR)
		;
	if (atomic_load(&b->generator.stop))
		; /* nothing was begun */
	else if (b->closed.submitters)
		bench_closed_run(&b->closed);
	else
		bench_generator_run(&b->generator);
	eventfd_write(b->ended_fd, 1);
	return NULL;
}

/* Made while this thread sits on the load core, so that the generator is born there. */
static int make_generator(struct bench *b, struct error *err)
{
	int status;

	if (pin(&b->setup.agreed.load, "load", err) < 0)
		return -1;
	status = pthread_create(&b->thread, NULL, run_generator, b);
	if (status)
		return error_host(err, status, "cannot make the generator's thread");
	b->thread_made = true;
	return 0;
}

static int make_spawn_attributes(struct bench *b, struct error *err)
{
	const struct bench_params *p = &b->setup.params;
	size_t stack = p->stack_bytes ? p->stack_bytes : SPAWN_STACK;
	int status = pthread_attr_init(&b->spawn);

	if (status)
		return error_host(err, status, "cannot make thread attributes");
	b->spawn_made = true;
	status = pthread_attr_setstacksize(&b->spawn, stack);
	if (status)
		return error_host(err, status, "stack \"%zu\": not a size for a thread", stack);
	pthread_attr_setdetachstate(&b->spawn, PTHREAD_CREATE_DETACHED);
	status = pthread_attr_setaffinity_np(&b->spawn, sizeof(b->setup.agreed.work),
					     &b->setup.agreed.work);
	if (status)
		return error_host(err, status, "cannot set the cores of spawned threads");
	return 0;
}

static int open_pool(struct bench *b, struct error *err)
{
	const struct bench_params *p = &b->setup.params;
	struct pool_options options = POOL_OPTIONS_INIT;
	int status = 0;

	options.capacity = (unsigned)p->size;
	options.prewarm = bench_params_prewarm(p);
	options.nonblocking = p->nonblocking;
	options.max_waiters = (unsigned)p->max_waiters;
	options.idle_expiry_ns = p->idle_expiry_ns;
	options.stack_bytes = (size_t)p->stack_bytes;
	options.cpus = &b->setup.agreed.work;
	options.queue = p->queue;
	options.queue_capacity = (size_t)p->queue_capacity;
	options.wait = p->wait;
	b->pool = pool_open(p->pool, &options, &status);
	if (!b->pool)
		return error_host(err, status,
				  "pool \"%s\" of size %" PRIu64 ", prewarm %u, queue \"%s\" of "
				  "capacity %" PRIu64 ": cannot open",
				  p->pool, p->size, options.prewarm, p->queue ? p->queue : "own",
				  p->queue_capacity);
	return 0;
}

static void connect_parts(struct bench *b)
{
	const struct bench_setup *s = &b->setup;

	b->env.recorder = &b->recorder;
	b->env.slab = &b->slab;
	b->env.kind = s->params.task;
	b->env.alloc_bytes = (size_t)s->params.alloc_bytes;
	b->env.resource = &b->resource;
	b->generator.schedule = &s->schedule;
	b->generator.pool = b->pool;
	b->generator.env = &b->env;
	b->generator.allocator = s->allocator;
	b->generator.policy = &b->policy;
	b->env.policy = bench_policy_follows(&b->policy) ? &b->policy : NULL;
	b->generator.wake = &b->go;
}

static int open_parts(struct bench *b, struct error *err)
{
	const struct bench_setup *s = &b->setup;
	uint64_t tasks = bench_schedule_concurrency(&s->schedule) * SLAB_MARGIN + SLAB_LEAST;

	b->ended_fd = eventfd(0, EFD_CLOEXEC);
	if (b->ended_fd < 0)
		return error_host(err, errno, "cannot make an eventfd");
	if (bench_slab_init(&b->slab, tasks, &b->env, err) < 0 ||
	    bench_recorder_init(&b->recorder, s->agreed.warmup_ns, s->agreed.window_ns, err) < 0 ||
	    make_spawn_attributes(b, err) < 0 || make_generator(b, err) < 0 ||
	    pin(&s->agreed.work, "work", err) < 0)
		return -1;
	if (s->params.task == BENCH_TASK_CPU)
		b->env.iterations_per_ns = bench_calibrate();
	if ((s->params.task == BENCH_TASK_CONNECTION || s->params.task == BENCH_TASK_OBJECT) &&
	    bench_resource_init(&b->resource, &s->params.resource,
				s->params.task == BENCH_TASK_CONNECTION, err) < 0)
		return -1;
	if (open_pool(b, err) < 0 || bench_policy_init(&b->policy, s, b->pool, &b->spawn, err) < 0)
		return -1;
	connect_parts(b);
	return s->params.submitters ? bench_closed_init(&b->closed, (unsigned)s->params.submitters,
							&b->generator, &s->agreed.load, err)
				    : 0;
}

int bench_open(struct bench *b, struct error *err)
{
	b->begun = true;
	b->ended_fd = -1;
	sem_init(&b->go, 0, 0);
	return open_parts(b, err);
}

void bench_start(struct bench *b, int64_t start_ns)
{
	struct bench_generator *g = &b->generator;

	g->start_ns = start_ns;
	g->window_ns = start_ns + b->setup.agreed.warmup_ns;
	g->end_ns = g->window_ns + b->setup.agreed.window_ns;
	g->limit_ns = g->end_ns + b->setup.params.drain_ns;
	bench_policy_start(&b->policy, &b->setup.agreed, start_ns);
	sem_post(&b->go);
}

/* End the generator: at once if it has not ended. Bounded, for a submit that waits does so for a
 * task that runs. */
static void join_generator(struct bench *b)
{
	if (!b->thread_made)
		return;
	atomic_store(&b->generator.stop, true);
	sem_post(&b->go);
	pthread_join(b->thread, NULL);
	b->thread_made = false;
}

#define PROGRESS_NS NS_PER_S

/* From the start, the warm-up included. */
static void report_progress(struct bench *b, struct bench_link *link)
{
	bench_link_progress(link, clock_now() - b->generator.start_ns,
			    b->closed.submitters ? atomic_load(&b->closed.finished)
						 : bench_slab_ended(&b->slab));
}

/* When this thread has to wake next, for the link or for the policies; poll()'s timeout. */
static int wake_in_ms(const struct bench *b, const struct bench_link *link, int64_t reported_ns)
{
	int64_t due = b->policy.due_ns, now = clock_now();

	if (link && reported_ns + PROGRESS_NS < due)
		due = reported_ns + PROGRESS_NS;
	if (due == INT64_MAX)
		return -1;
	return due <= now ? 0 : (int)((due - now - 1) / NS_PER_MS + 1);
}

/* Sleep until the generator has ended (0) or the rig is gone (1). With a link this wakes once a
 * second, where a policy wants its ticks more often, on a work core, for some microseconds. */
static int wait_generator(struct bench *b, struct bench_link *link, struct error *err)
{
	struct pollfd fds[2] = {{.fd = b->ended_fd, .events = POLLIN},
				{.fd = link ? link->fd : -1, .events = POLLIN}};
	int64_t reported = clock_now();
	int ready;

	while ((ready = poll(fds, 2, wake_in_ms(b, link, reported))) <= 0) {
		if (ready < 0 && errno != EINTR)
			return error_host(err, errno, "cannot wait for the generator");
		bench_policy_tick(&b->policy, clock_now());
		if (link && clock_now() >= reported + PROGRESS_NS) {
			report_progress(b, link);
			reported = clock_now();
		}
	}
	bench_policy_finish(&b->policy);
	return fds[1].revents ? 1 : 0;
}

static bool all_finished(struct bench *b)
{
	if (b->closed.submitters)
		return bench_closed_finished(&b->closed);
	return bench_slab_ended(&b->slab) == b->generator.dispatched;
}

/* Wait for what is under way. Returns 1 where the rig is gone. */
static int drain(struct bench *b, const struct bench_link *link)
{
	struct pollfd fd = {.fd = link ? link->fd : -1, .events = POLLIN};

	while (!all_finished(b) && clock_now() < b->generator.limit_ns)
		if (poll(&fd, 1, 1) > 0)
			return 1;
	return 0;
}

/* What the pool has not begun is given up; what runs, runs to its end, in spawned threads too. */
static void close_pool(struct bench *b)
{
	if (!b->pool)
		return;
	atomic_store(&b->env.closing, true);
	if (b->policy.guard.overload)
		pool_overload_empty(&b->policy.overload);
	pool_close(b->pool, POOL_ABANDON);
	b->pool = NULL;
	while (!all_finished(b))
		pool_wait_until(clock_now() + NS_PER_MS);
}

int bench_finish(struct bench *b, struct bench_link *link, struct error *err)
{
	struct pool_stats after;
	int status = wait_generator(b, link, err);

	if (status)
		return status;
	join_generator(b);
	if (b->generator.no_memory)
		return error_host(err, ENOMEM,
				  "tasks: %" PRIu64 " pieces of memory were not "
				  "enough for the backlog",
				  b->slab.growths + 1);
	if (drain(b, link))
		return 1;
	pool_stats(b->pool, &after);
	if (!b->setup.allocator->reason)
		b->totals.allocator = b->setup.allocator->stop();
	close_pool(b);
	bench_recorder_finish(&b->recorder);
	bench_resource_finish(&b->resource);
	return bench_totals_count(b, &after, err);
}

static void close_parts(struct bench *b)
{
	join_generator(b);
	close_pool(b);
	bench_closed_destroy(&b->closed);
	bench_policy_destroy(&b->policy);
	bench_resource_destroy(&b->resource);
	if (b->spawn_made)
		pthread_attr_destroy(&b->spawn);
	if (b->ended_fd >= 0)
		close(b->ended_fd);
	bench_recorder_destroy(&b->recorder);
	bench_slab_destroy(&b->slab);
	sem_destroy(&b->go);
}

void bench_close(struct bench *b)
{
	if (b->begun)
		close_parts(b);
	bench_schedule_destroy(&b->setup.schedule);
	*b = (struct bench){0};
}
