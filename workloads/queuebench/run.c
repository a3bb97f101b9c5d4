/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/queuebench/run.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"
#include "pool/queue/futex.h"

#define ROUND   64 /* items between two looks at the clock */
#define NO_TIME 1  /* what an item is that bears no instant */

const char *const counting_names[COUNTING_EVENTS] = {"instructions", "cycles"};

static const uint64_t configs[COUNTING_EVENTS] = {PERF_COUNT_HW_INSTRUCTIONS,
						  PERF_COUNT_HW_CPU_CYCLES};

/* Of the calling thread, in user space, from now on. */
static void counting_init(struct counting *c)
{
	for (int i = 0; i < COUNTING_EVENTS; i++) {
		struct perf_event_attr attr = {
		    .type = PERF_TYPE_HARDWARE,
		    .size = sizeof(attr),
		    .config = configs[i],
		    .exclude_kernel = 1,
		    .exclude_hv = 1,
		};

		c->fds[i] =
		    (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
		c->errors[i] = c->fds[i] < 0 ? errno : 0;
	}
}

static void counting_destroy(struct counting *c)
{
	for (int i = 0; i < COUNTING_EVENTS; i++)
		own_close(&c->fds[i]);
}

/* How many so far; 0 and a reason in errors[event] where that is not known. */
static uint64_t counting_read(struct counting *c, int event)
{
	uint64_t value = 0;

	if (!c->errors[event] && read(c->fds[event], &value, sizeof(value)) != sizeof(value))
		c->errors[event] = errno ? errno : EIO;
	return value;
}

/* Where a thread is; it looks once a round. */
struct window {
	bool inside, over;
};

/* The first time: what was spent before; the second: what has been spent since. */
static void read_spent(struct queuebench_thread *t)
{
	for (int i = 0; i < COUNTING_EVENTS; i++)
		t->spent[i] = counting_read(&t->counting, i) - t->spent[i];
}

static void look(struct window *w, struct queuebench_thread *t, int64_t now)
{
	if (!w->inside && !w->over && now >= atomic_load(&t->run->begin_ns)) {
		w->inside = true;
		read_spent(t);
	}
	if (w->inside && now >= atomic_load(&t->run->end_ns)) {
		w->inside = false;
		w->over = true;
		read_spent(t);
	}
}

static bool wait_for_start(struct queuebench_run *r)
{
	while (!atomic_load(&r->started))
		pool_futex_wait(&r->started, 0, 0);
	return !atomic_load(&r->stop);
}

/* An unbounded queue takes all; memory does not. */
static void pause_where_full(struct queuebench_run *r, bool unbounded)
{
	while (unbounded && pool_queue_count(r->queue) > r->params.backlog &&
	       !atomic_load(&r->stop))
		sched_yield();
}

static void *produce(void *arg)
{
	struct queuebench_thread *t = arg;
	struct queuebench_run *r = t->run;
	bool unbounded = pool_queue_capacity(r->queue) == SIZE_MAX;
	struct window w = {.inside = false};
	uint64_t put = 0;

	if (!wait_for_start(r))
		return NULL;
	counting_init(&t->counting);
	while (!w.over && !atomic_load_explicit(&r->stop, memory_order_relaxed)) {
		int64_t now = clock_now(), end = atomic_load(&r->end_ns);
		uint64_t before = put;

		look(&w, t, now);
		pause_where_full(r, unbounded);
		for (int i = 0; i < ROUND; i++) {
			void *item = (void *)(uintptr_t)(i ? NO_TIME : now);

			/* A deadline: a producer must end although no consumer is left. */
			if (pool_queue_put(r->queue, item, end) != POOL_QUEUE_OK)
				break;
			put++;
		}
		if (w.inside)
			t->items += put - before;
	}
	counting_destroy(&t->counting);
	atomic_fetch_add(&r->all_put, put);
	return NULL;
}

static void *consume(void *arg)
{
	struct queuebench_thread *t = arg;
	struct queuebench_run *r = t->run;
	struct window w = {.inside = false};
	uint64_t got = 0;
	void *item;

	if (!wait_for_start(r))
		return NULL;
	counting_init(&t->counting);
	for (bool more = true; more;) {
		uint64_t before = got;

		look(&w, t, clock_now());
		for (int i = 0; i < ROUND && more; i++) {
			more =
			    pool_queue_get(r->queue, &item, POOL_QUEUE_FOR_EVER) == POOL_QUEUE_OK;
			if (!more)
				break;
			got++;
			if (w.inside && (uintptr_t)item != NO_TIME)
				hdr_record(&t->hand_over, clock_now() - (int64_t)(uintptr_t)item);
		}
		if (w.inside)
			t->items += got - before;
	}
	counting_destroy(&t->counting);
	atomic_fetch_add(&r->all_got, got);
	return NULL;
}

static int start_thread(struct queuebench_run *r, uint64_t i, struct error *err)
{
	bool producer = i < r->params.producers;
	struct queuebench_thread *t = &r->threads[i];
	pthread_attr_t attr;
	int status;

	if (!producer && hdr_init(&t->hand_over, HDR_LATENCY_LOWEST_NS, HDR_LATENCY_HIGHEST_NS,
				  HDR_LATENCY_DIGITS, err) < 0)
		return -1;
	status = pthread_attr_init(&attr);
	if (status)
		return error_host(err, status, "cannot make thread attributes");
	status = pthread_attr_setaffinity_np(&attr, sizeof(cpu_set_t),
					     producer ? &r->agreed.load : &r->agreed.work);
	if (!status)
		status = pthread_create(&t->thread, &attr, producer ? produce : consume, t);
	pthread_attr_destroy(&attr);
	if (status)
		return error_host(err, status, "%s: cannot make thread %" PRIu64,
				  producer ? "producers" : "consumers", i + 1);
	r->made++;
	return 0;
}

int queuebench_run_init(void *run, const struct agreed *agreed, struct error *err)
{
	struct queuebench_run *r = run;
	struct pool_queue_options options = POOL_QUEUE_OPTIONS_INIT;
	uint64_t threads = r->params.producers + r->params.consumers;
	int status = 0;

	r->agreed = *agreed;
	if (hdr_init(&r->totals.hand_over, HDR_LATENCY_LOWEST_NS, HDR_LATENCY_HIGHEST_NS,
		     HDR_LATENCY_DIGITS, err) < 0)
		return -1;
	/* This thread only waits; it does so where the rig expects a workload's threads. */
	if (sched_setaffinity(0, sizeof(agreed->work), &agreed->work) < 0)
		return error_host(err, errno,
				  "roles.work: cannot run there; is it in this cell's cpuset?");
	options.capacity = r->params.capacity;
	options.wait = r->params.wait;
	r->queue = pool_queue_open(r->params.queue, &options, &status);
	if (!r->queue)
		return error_host(err, status, "queue \"%s\" of capacity %" PRIu64 ": cannot open",
				  r->params.queue, r->params.capacity);
	r->threads =
	    aligned_alloc(_Alignof(struct queuebench_thread), threads * sizeof(*r->threads));
	if (!r->threads)
		return error_host(err, ENOMEM, "%" PRIu64 " threads", threads);
	for (uint64_t i = 0; i < threads; i++)
		r->threads[i] = (struct queuebench_thread){.run = r};
	for (uint64_t i = 0; i < threads; i++)
		if (start_thread(r, i, err) < 0)
			return -1;
	return 0;
}

static void begin(struct queuebench_run *r)
{
	atomic_store(&r->started, 1);
	for (uint64_t i = 0; i < r->made; i++)
		pool_futex_wake(&r->started);
}

void queuebench_run_start(struct queuebench_run *r, int64_t start_ns)
{
	int64_t begin_ns = start_ns + r->agreed.warmup_ns;

	atomic_store(&r->end_ns, begin_ns + r->agreed.window_ns);
	atomic_store(&r->begin_ns, begin_ns);
	begin(r);
}

static void join_up_to(struct queuebench_run *r, uint64_t count)
{
	for (; r->joined < count && r->joined < r->made; r->joined++)
		pthread_join(r->threads[r->joined].thread, NULL);
}

/* Producers end by the clock; consumers when the queue is closed and empty. */
static void join_all(struct queuebench_run *r)
{
	join_up_to(r, r->params.producers);
	if (r->queue)
		pool_queue_close(r->queue);
	join_up_to(r, r->made);
}

int queuebench_run_finish(struct queuebench_run *r, struct error *err)
{
	struct queuebench_totals *totals = &r->totals;
	uint64_t put, got;

	join_all(r);
	for (uint64_t i = 0; i < r->made; i++) {
		struct queuebench_thread *t = &r->threads[i];

		for (int e = 0; e < COUNTING_EVENTS; e++) {
			totals->spent[e] += t->spent[e];
			if (t->counting.errors[e])
				totals->reasons[e] = t->counting.errors[e];
		}
		if (i < r->params.producers)
			continue;
		totals->items += t->items;
		if (hdr_add(&totals->hand_over, &t->hand_over, err) < 0)
			return -1;
	}
	put = atomic_load(&r->all_put);
	got = atomic_load(&r->all_got);
	if (put == got)
		return 0;
	return error_host(err, 0,
			  "accounting: %" PRIu64 " items were put and %" PRIu64
			  " got; the queue lost one, or gave one twice",
			  put, got);
}

void queuebench_run_destroy(void *run)
{
	struct queuebench_run *r = run;

	atomic_store(&r->stop, true);
	begin(r);
	join_all(r);
	for (uint64_t i = 0; r->threads && i < r->params.producers + r->params.consumers; i++)
		hdr_destroy(&r->threads[i].hand_over);
	hdr_destroy(&r->totals.hand_over);
	free(r->threads);
	pool_queue_destroy(r->queue);
	*r = (struct queuebench_run){.made = 0};
}
