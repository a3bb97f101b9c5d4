/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolbench/closed.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"

/* They do nothing but submit and wait. */
#define STACK_BYTES (64 * 1024)

/* How often the recorder is looked after: the load core is the submitters'. */
#define LOOK_NS NS_PER_MS

/* What one that is refused waits for, so that it does not only ask again and again. */
#define REFUSED_NS NS_PER_MS

struct bench_submitter {
	struct pool_task task; /* first: the pool hands this back */
	struct bench_closed *closed;
	struct bench_arrivals at;
	sem_t ended; /* the task has */
	pthread_t thread;
	int64_t begin_ns, service_ns;
	bool counted; /* submitted within the window */
};

static void wait_for(sem_t *sem)
{
	while (sem_wait(sem) < 0 && errno == EINTR)
		;
}

static void add(_Atomic uint64_t *count, bool really)
{
	if (really)
		atomic_fetch_add(count, 1);
}

/* -- a task ----------------------------------------------------------------------------------- */

static void end(struct bench_submitter *s)
{
	struct bench_closed *c = s->closed;

	/* Its thread goes on by the first, and the bench by the second. */
	sem_post(&s->ended);
	atomic_fetch_add(&c->finished, 1);
}

static void run(struct pool_task *task)
{
	struct bench_submitter *s = (struct bench_submitter *)task;
	struct bench_env *env = s->closed->generator->env;
	int64_t start = clock_now(), begin = s->begin_ns;
	bool counted = s->counted, works;

	works = bench_task_work(env, counted, start, s->service_ns);
	if (counted) {
		bench_recorder_latency(env->recorder, BENCH_START_LATENCY, start - begin);
		bench_recorder_latency(env->recorder, BENCH_SOJOURN, clock_now() - begin);
		add(&env->failed, !works);
	}
	end(s);
}

static void abandoned(struct pool_task *task)
{
	struct bench_submitter *s = (struct bench_submitter *)task;

	add(&s->closed->generator->env->abandoned, s->counted);
	end(s);
}

/* -- a submitter ------------------------------------------------------------------------------ */

static bool is_over(struct bench_generator *g, int64_t now)
{
	return now >= g->end_ns || atomic_load_explicit(&g->stop, memory_order_relaxed);
}

/* Returns what the pool said; POOL_CLOSED at the end, when it is not asked any more. */
static enum pool_status submit(struct bench_submitter *s)
{
	struct bench_closed *c = s->closed;
	struct bench_generator *g = c->generator;
	enum pool_status status = POOL_CLOSED;
	bool counted;

	atomic_fetch_add(&c->submitting, 1);
	s->begin_ns = clock_now();
	s->counted = counted = s->begin_ns >= g->window_ns;
	if (!is_over(g, s->begin_ns)) {
		int64_t begin = s->begin_ns;

		bench_schedule_next(g->schedule, &s->at, &s->service_ns);
		s->task = (struct pool_task){.run = run, .abandoned = abandoned};
		status = pool_submit(g->pool, &s->task);
		if (counted)
			bench_recorder_latency(g->env->recorder, BENCH_SUBMIT, clock_now() - begin);
		add(&c->offered, counted);
		add(&c->dispatched, status == POOL_OK);
		add(&c->rejected, counted && status != POOL_OK);
		add(&c->refused_no_thread, counted && status == POOL_NO_THREAD);
	}
	atomic_fetch_sub(&c->submitting, 1);
	return status;
}

static void *run_submitter(void *arg)
{
	struct bench_submitter *s = arg;
	struct bench_generator *g = s->closed->generator;

	wait_for(&s->closed->go);
	if (atomic_load(&g->stop))
		return NULL; /* nothing was begun */
	pool_wait_until(g->start_ns);
	while (!is_over(g, clock_now())) {
		enum pool_status status = submit(s);

		if (status == POOL_OK)
			wait_for(&s->ended);
		else if (status != POOL_CLOSED)
			pool_wait_until(clock_now() + REFUSED_NS);
	}
	return NULL;
}

static int make_thread(struct bench_closed *c, const pthread_attr_t *attr, struct error *err)
{
	struct bench_submitter *s = &c->submitters[c->made];
	int status;

	s->closed = c;
	sem_init(&s->ended, 0, 0);
	status = pthread_create(&s->thread, attr, run_submitter, s);
	if (status) {
		sem_destroy(&s->ended);
		return error_host(err, status, "submitters \"%u\": only %u threads could be made",
				  c->count, c->made);
	}
	c->made++;
	return 0;
}

int bench_closed_init(struct bench_closed *c, unsigned count, struct bench_generator *g,
		      const cpu_set_t *cpus, struct error *err)
{
	pthread_attr_t attr;
	int status = 0;

	*c = (struct bench_closed){.generator = g, .count = count};
	c->submitters = calloc(count, sizeof(*c->submitters));
	if (c->submitters)
		sem_init(&c->go, 0, 0);
	if (!c->submitters || pthread_attr_init(&attr) != 0)
		return error_host(err, ENOMEM, "submitters \"%u\": no memory", count);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	pthread_attr_setaffinity_np(&attr, sizeof(*cpus), cpus);
	while (status == 0 && c->made < count)
		status = make_thread(c, &attr, err);
	pthread_attr_destroy(&attr);
	return status;
}

/* -- all of them ------------------------------------------------------------------------------ */

static void let_go(struct bench_closed *c)
{
	for (unsigned i = 0; i < c->made; i++)
		sem_post(&c->go);
}

/* The recorder counts by the second, and only this thread may call it. */
static void look_after(struct bench_closed *c, int64_t now)
{
	struct bench_generator *g = c->generator;
	struct bench_recorder *r = g->env->recorder;
	uint64_t offered = atomic_load(&c->offered), rejected = atomic_load(&c->rejected);

	if (now >= g->window_ns && !g->in_window)
		bench_generator_enter_window(g);
	r->offered += offered - g->offered;
	r->rejected += rejected - g->rejected;
	g->offered = offered;
	g->rejected = rejected;
	bench_recorder_tick(r, now - g->start_ns);
	while (bench_recorder_busy(r))
		bench_recorder_step(r);
}

void bench_closed_run(struct bench_closed *c)
{
	struct bench_generator *g = c->generator;
	int64_t now = clock_now();

	let_go(c);
	for (; !is_over(g, now); now = clock_now()) {
		look_after(c, now);
		pool_wait_until(now + LOOK_NS);
	}
	/* Bounded: a submit that waits does so for a task that runs. */
	while (atomic_load(&c->submitting))
		pool_wait_until(clock_now() + LOOK_NS);
	look_after(c, clock_now());
	g->dispatched = atomic_load(&c->dispatched);
	g->refused_no_thread = atomic_load(&c->refused_no_thread);
}

bool bench_closed_finished(const struct bench_closed *c)
{
	return atomic_load(&c->finished) == atomic_load(&c->dispatched);
}

void bench_closed_destroy(struct bench_closed *c)
{
	if (!c->submitters)
		return;
	atomic_store(&c->generator->stop, true);
	let_go(c);
	for (unsigned i = 0; i < c->made; i++) {
		pthread_join(c->submitters[i].thread, NULL);
		sem_destroy(&c->submitters[i].ended);
	}
	sem_destroy(&c->go);
	free(c->submitters);
	*c = (struct bench_closed){0};
}
