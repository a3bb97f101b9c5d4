/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How far apart the work and the load core are: two threads of the rig, one on each, pass a cache
 * line to and fro for 1 ms before the command starts and after everything in the cell has ended. On
 * shared hosts the same two virtual cores are near or far from one minute to the next, and so is
 * every latency that is measured between them.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/cpulist.h"
#include "rig/probe/probes.h"
#include "rig/probe/vital_signs.h"

#define MEASURE_NS    NS_PER_MS
#define LIMIT_NS      (20 * NS_PER_MS) /* a core that others have does not answer sooner */
#define WAIT_LIMIT_NS NS_PER_S         /* its threads are done by then, or get no time at all */
#define BATCH         16               /* round trips, or reading the clock would count */
#define BATCHES_MAX   4096
#define SPINS_A_LOOK  1024

static const char *const names[] = {"vital.round_trip_before_seconds",
				    "vital.round_trip_after_seconds", NULL};

/* A thread that gets no time on its core, because a real-time task has all of it, can't be waited
 * for. It is left, and the line is freed by the last one that has it. */
struct shared_line {
	_Alignas(128) atomic_uint turn; /* odd: the load core's */
	_Alignas(128) atomic_bool over;
	atomic_int holders; /* the threads, and who waits for them */
	sem_t measured, answered;
	int batches;
	int64_t took_ns[BATCHES_MAX];
};

static void let_go(struct shared_line *l)
{
	if (atomic_fetch_sub(&l->holders, 1) != 1)
		return;
	sem_destroy(&l->measured);
	sem_destroy(&l->answered);
	free(l);
}

struct vital_signs {
	double seconds[2]; /* before, after */
	char why[2][120];  /* not measured; "" otherwise */
};

static void *answer(void *arg)
{
	struct shared_line *l = arg;

	while (!atomic_load_explicit(&l->over, memory_order_relaxed)) {
		unsigned turn = atomic_load_explicit(&l->turn, memory_order_acquire);

		if (turn & 1)
			atomic_store_explicit(&l->turn, turn + 1, memory_order_release);
	}
	sem_post(&l->answered);
	let_go(l);
	return NULL;
}

/* False: it has not come back until the limit. */
static bool round_trip(struct shared_line *l, unsigned turn, int64_t limit_ns)
{
	atomic_store_explicit(&l->turn, turn + 1, memory_order_release);
	for (unsigned spins = 1; atomic_load_explicit(&l->turn, memory_order_acquire) != turn + 2;
	     spins++)
		if (spins % SPINS_A_LOOK == 0 && clock_now() > limit_ns)
			return false;
	return true;
}

static bool batch(struct shared_line *l, unsigned *turn, int64_t limit_ns)
{
	for (int i = 0; i < BATCH; i++, *turn += 2)
		if (!round_trip(l, *turn, limit_ns))
			return false;
	return true;
}

static void *time_round_trips(void *arg)
{
	struct shared_line *l = arg;
	int64_t limit_ns = clock_now() + LIMIT_NS, before, end_ns, now;
	unsigned turn = 0;
	/* The first batch waits until the other thread is there, and does not count. */
	bool back = !atomic_load(&l->over) && batch(l, &turn, limit_ns);

	before = clock_now();
	end_ns = before + MEASURE_NS;
	while (back && before < end_ns && l->batches < BATCHES_MAX) {
		back = batch(l, &turn, limit_ns);
		now = clock_now();
		if (back)
			l->took_ns[l->batches++] = now - before;
		before = now;
	}
	atomic_store(&l->over, true);
	sem_post(&l->measured);
	let_go(l);
	return NULL;
}

static int start(const cpu_set_t *cpus, void *(*run)(void *), struct shared_line *l)
{
	pthread_t thread;
	pthread_attr_t attr;
	cpu_set_t one;
	int ret;

	CPU_ZERO(&one);
	CPU_SET(cpulist_first(cpus), &one);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setaffinity_np(&attr, sizeof(one), &one);
	atomic_fetch_add(&l->holders, 1);
	ret = pthread_create(&thread, &attr, run, l);
	if (ret)
		atomic_fetch_sub(&l->holders, 1);
	pthread_attr_destroy(&attr);
	return ret;
}

static int by_length(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Wait until a thread is done, or until an instant of CLOCK_MONOTONIC. False: it still holds the
 * line. */
static bool done_until(sem_t *done, int64_t until_ns)
{
	struct timespec until = ns_timespec(until_ns);
	int ret;

	while ((ret = sem_clockwait(done, CLOCK_MONOTONIC, &until)) < 0 && errno == EINTR)
		;
	return ret == 0;
}

/* Both threads, and the wait for their end. Returns NULL, or why nothing was measured. */
static const char *run_threads(struct shared_line *l, const cpu_set_t *work_cpus,
			       const cpu_set_t *load_cpus, int64_t limit_ns, int *errnum)
{
	static const char on_work[] = "a thread on the work core got no time on it",
			  on_load[] = "a thread on the load core got no time on it",
			  not_started[] = "a thread on each core could not be started";
	int64_t until = clock_now() + limit_ns;
	const char *why = NULL;

	*errnum = start(load_cpus, answer, l);
	if (*errnum)
		return not_started;
	*errnum = start(work_cpus, time_round_trips, l);
	if (*errnum)
		why = not_started;
	else if (!done_until(&l->measured, until) || !atomic_load(&l->over)) /* sees its batches */
		why = on_work;
	atomic_store(&l->over, true);
	if (!done_until(&l->answered, clock_now() + limit_ns) && !why)
		why = on_load;
	if (!why && l->batches == 0)
		why = "the cores did not answer each other in time";
	return why;
}

bool vital_signs_round_trip(const cpu_set_t *work, const cpu_set_t *load, int64_t limit_ns,
			    double *seconds, char *why, size_t size)
{
	struct shared_line *l = aligned_alloc(_Alignof(struct shared_line), sizeof(*l));
	const char *reason;
	int errnum;

	if (!l) {
		snprintf(why, size, "a cache line: %s", strerror(ENOMEM));
		return false;
	}
	memset(l, 0, sizeof(*l));
	atomic_store(&l->holders, 1);
	sem_init(&l->measured, 0, 0);
	sem_init(&l->answered, 0, 0);
	reason = run_threads(l, work, load, limit_ns, &errnum);
	if (reason) {
		snprintf(why, size, "%s%s%s", reason, errnum ? ": " : "",
			 errnum ? strerror(errnum) : "");
	} else {
		qsort(l->took_ns, (size_t)l->batches, sizeof(l->took_ns[0]), by_length);
		*seconds = (double)l->took_ns[l->batches / 2] / BATCH / 1e9;
	}
	let_go(l);
	return !reason;
}

static void measure(struct vital_signs *v, int which, const struct probe_subject *s)
{
	vital_signs_round_trip(&s->work, &s->load, WAIT_LIMIT_NS, &v->seconds[which], v->why[which],
			       sizeof(v->why[0]));
}

static bool vital_signs_available(const struct probe_subject *s, char *why, size_t size)
{
	cpu_set_t both;

	CPU_AND(&both, &s->work, &s->load);
	if (CPU_COUNT(&s->load) && !CPU_COUNT(&both))
		return true;
	snprintf(why, size, "%s",
		 CPU_COUNT(&both) ? "work and load share a core"
				  : "a plain command has no load core");
	return false;
}

static int vital_signs_open(struct probe *p, struct error *err)
{
	(void)err;
	measure(p->state, 0, &p->of->subject);
	return 0;
}

static void vital_signs_conclude(struct probe *p)
{
	measure(p->state, 1, &p->of->subject);
}

static int vital_signs_report(const struct probe *p, struct trial_record *r, struct error *err)
{
	const struct vital_signs *v = p->state;
	int ret = 0;

	for (int i = 0; i < 2 && ret == 0; i++)
		ret = v->why[i][0] ? trial_metric_unknown(r, names[i], err, "%s", v->why[i])
				   : trial_metric(r, names[i], v->seconds[i], err);
	return ret;
}

const struct probe_ops probe_vital_signs = {
    .name = "vital_signs",
    .help = "the round trip of a cache line between the work and the load core, for 1 ms before "
	    "and after each trial",
    .cost = PROBE_READS,
    .state_size = sizeof(struct vital_signs),
    .metrics = names,
    .available = vital_signs_available,
    .open = vital_signs_open,
    .conclude = vital_signs_conclude,
    .report = vital_signs_report,
    .self_test = {.sees = "vital.round_trip_after_seconds"},
};
