/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a fibre costs, and what a pool of them holds.
 *   bench_fibre_cost cost [TASKS]       CPU time, and instructions where the host counts them, of a
 *                                       task that starts, waits and ends: on a fibre, on a thread
 * of a fixed pool, and of a plain call of its function; in turns, of one run, so that the ratios
 * mean something on a busy host bench_fibre_cost rate [PER_SECOND [SECONDS [WAIT]]] an open loop
 * from one CPU into a fibre pool on another: tasks that wait 5 ms; start latency and the rate held.
 *                                       WAIT: own (default), spin, spin_futex, eventcount
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hdr.h"
#include "base/own.h"
#include "pool/pool.h"
#include "pool/queue/relax.h"
#include "tests/bench/numbers.h"

#define SERVICE_NS (5 * NS_PER_MS)

/* -- cost ------------------------------------------------------------------------------------ */

struct cost_task {
	struct pool_task task;
	int64_t wait_ns; /* 0: none */
	uint64_t *sum;
};

static void cost_run(struct pool_task *task)
{
	struct cost_task *cost = (struct cost_task *)task;

	if (cost->wait_ns)
		pool_wait_until(clock_now() + cost->wait_ns);
	__atomic_store_n(cost->sum, *cost->sum + 1, __ATOMIC_RELAXED);
}

/* Instructions of this process, all its threads; -1: this host does not count them. */
static int open_instructions(void)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_HARDWARE,
				       .size = sizeof(attr),
				       .config = PERF_COUNT_HW_INSTRUCTIONS,
				       .inherit = 1,
				       .exclude_kernel = 1,
				       .exclude_hv = 1};

	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

struct spent {
	int64_t cpu_ns;
	int64_t instructions; /* -1: not counted */
};

static struct spent spent_now(int instructions)
{
	struct spent spent = {.cpu_ns = cpu_time_ns(), .instructions = -1};

	if (instructions >= 0 && read(instructions, &spent.instructions,
				      sizeof(spent.instructions)) != sizeof(spent.instructions))
		spent.instructions = -1;
	return spent;
}

static struct pool *open_pool(const char *kind, unsigned capacity, struct error *err)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	struct pool *pool;
	int error = 0;

	options.capacity = capacity;
	options.prewarm = capacity;
	pool = pool_open(kind, &options, &error);
	if (!pool)
		error_host(err, error, "cannot open a pool of kind %s with %u workers", kind,
			   capacity);
	return pool;
}

/* All of the tasks through a pool; kind NULL: by plain calls. */
static int run_all(const char *kind, unsigned capacity, struct cost_task *tasks, size_t count,
		   struct error *err)
{
	struct pool *pool = kind ? open_pool(kind, capacity, err) : NULL;

	if (kind && !pool)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (!pool)
			tasks[i].task.run(&tasks[i].task);
		else if (pool_submit(pool, &tasks[i].task) != POOL_OK)
			abort(); /* it waits where there is no room */
	}
	if (pool)
		pool_close(pool, POOL_DRAIN);
	return 0;
}

struct way {
	const char *name, *kind;
	unsigned capacity;
	int64_t wait_ns;
	double cpu_ns, instructions; /* a task; the least of the turns */
};

static int measure_way(struct way *way, size_t count, int instructions, struct error *err)
{
	struct cost_task *tasks = calloc(count, sizeof(*tasks));
	struct spent before, after;
	uint64_t sum = 0;
	double cpu;

	if (!tasks)
		return error_host(err, ENOMEM, "memory for %zu tasks", count);
	for (size_t i = 0; i < count; i++)
		tasks[i] = (struct cost_task){{.run = cost_run}, way->wait_ns, &sum};
	before = spent_now(instructions);
	if (run_all(way->kind, way->capacity, tasks, count, err) < 0) {
		free(tasks);
		return -1;
	}
	after = spent_now(instructions);
	free(tasks);
	cpu = (double)(after.cpu_ns - before.cpu_ns) / (double)count;
	if (way->cpu_ns == 0 || cpu < way->cpu_ns)
		way->cpu_ns = cpu;
	way->instructions = -1;
	if (after.instructions >= 0)
		way->instructions =
		    (double)(after.instructions - before.instructions) / (double)count;
	return 0;
}

static void print_way(const struct way *way, const struct way *plain)
{
	printf("  %-28s %8.1f ns of CPU time, %6.1f times a plain call", way->name, way->cpu_ns,
	       way->cpu_ns / plain->cpu_ns);
	if (way->instructions >= 0)
		printf(", %.0f instructions\n", way->instructions);
	else
		printf("\n");
}

static int bench_cost(size_t count, struct error *err)
{
	struct way ways[] = {
	    {.name = "plain call, no wait"},
	    {.name = "fibre, no wait", .kind = "fibre", .capacity = 10000},
	    {.name = "fibre, waits 1 ms", .kind = "fibre", .capacity = 10000, .wait_ns = NS_PER_MS},
	    {.name = "thread, no wait", .kind = "fixed", .capacity = 200},
	    {.name = "thread, waits 1 ms", .kind = "fixed", .capacity = 200, .wait_ns = NS_PER_MS},
	};
	int instructions = open_instructions();
	cpu_set_t first;

	/* All on one CPU: what they cost, not how they wait for each other. */
	CPU_ZERO(&first);
	CPU_SET((size_t)sched_getcpu(), &first);
	sched_setaffinity(0, sizeof(first), &first);
	for (int turn = 0; turn < 3; turn++)
		for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
			if (measure_way(&ways[i], count, instructions, err) < 0)
				return -1;
	printf("a task, submitting included, the least of three turns of %zu tasks:\n", count);
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		print_way(&ways[i], &ways[0]);
	if (instructions < 0)
		printf("  instructions: n/a (%s)\n", strerror(errno));
	else
		close(instructions);
	printf("  a thread that waits costs %.1f times a fibre that does\n",
	       ways[4].cpu_ns / ways[2].cpu_ns);
	return 0;
}

/* -- rate ------------------------------------------------------------------------------------ */

#define RATE_TASKS 65536 /* used in turn: 32 ms at 2,000,000 a second */

struct rate_task {
	struct pool_task task;
	struct rate *rate;
	int64_t intended_ns;
	_Atomic bool busy;
};

struct rate {
	struct hdr latencies;
	struct rate_task *tasks;
	_Atomic uint64_t done;
};

static void rate_run(struct pool_task *task)
{
	struct rate_task *rate_task = (struct rate_task *)task;
	struct rate *rate = rate_task->rate;
	int64_t start = clock_now();

	pool_wait_until(start + SERVICE_NS);
	hdr_record_atomic(&rate->latencies, start - rate_task->intended_ns);
	atomic_store_explicit(&rate_task->busy, false, memory_order_release);
}

struct generated {
	uint64_t submitted, stalled; /* stalled: had to wait for a task to be free again */
	int64_t took_ns;
	int64_t work_cpu_ns; /* of all threads but this one */
};

/* CPU time of this process without the calling thread. */
static int64_t others_cpu_ns(void)
{
	struct timespec process, thread;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &process);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &thread);
	return timespec_ns(process) - timespec_ns(thread);
}

static struct generated generate(struct rate *rate, struct pool *pool, double per_second,
				 int64_t span_ns)
{
	struct generated out = {.work_cpu_ns = -others_cpu_ns()};
	double gap = 1e9 / per_second;
	int64_t begin = clock_now();
	uint64_t count = (uint64_t)(per_second * (double)span_ns / 1e9);

	for (; out.submitted < count; out.submitted++) {
		struct rate_task *task = &rate->tasks[out.submitted % RATE_TASKS];
		int64_t intended = begin + (int64_t)(gap * (double)out.submitted);

		while (clock_now() < intended)
			pool_cpu_relax();
		out.stalled += atomic_load_explicit(&task->busy, memory_order_acquire);
		while (atomic_load_explicit(&task->busy, memory_order_acquire))
			pool_cpu_relax();
		task->intended_ns = intended;
		atomic_store_explicit(&task->busy, true, memory_order_relaxed);
		if (pool_submit(pool, &task->task) != POOL_OK)
			abort(); /* it waits where there is no room */
	}
	out.took_ns = clock_now() - begin;
	out.work_cpu_ns += others_cpu_ns();
	return out;
}

static int choose_cpus(cpu_set_t *load, cpu_set_t *work, struct error *err)
{
	cpu_set_t own;

	CPU_ZERO(load);
	CPU_ZERO(work);
	if (sched_getaffinity(0, sizeof(own), &own) < 0)
		return error_host(err, errno, "sched_getaffinity");
	for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &own))
			continue;
		if (!CPU_COUNT(work)) {
			CPU_SET(cpu, work);
		} else {
			CPU_SET(cpu, load);
			return 0;
		}
	}
	return error_host(err, 0, "one CPU only: it takes one for the load and one for the work");
}

static void report_rate(const struct rate *rate, const struct generated *g, double per_second,
			const struct pool_stats *stats)
{
	struct rusage usage = {0};
	double held = (double)g->submitted * 1e9 / (double)g->took_ns;

	getrusage(RUSAGE_SELF, &usage);
	printf("asked %.0f a second, held %.0f (%.1f %%), %" PRIu64 " times no task was free\n",
	       per_second, held, 100 * held / per_second, g->stalled);
	printf("start latency: P50 %.1f us, P99 %.1f us, P99.9 %.1f us, most %.1f us\n",
	       (double)hdr_quantile(&rate->latencies, 0.5) / 1e3,
	       (double)hdr_quantile(&rate->latencies, 0.99) / 1e3,
	       (double)hdr_quantile(&rate->latencies, 0.999) / 1e3,
	       (double)hdr_max(&rate->latencies) / 1e3);
	printf("the work core: %.0f ns of CPU time a task, spinning included\n",
	       (double)g->work_cpu_ns / (double)g->submitted);
	printf("fibres at most %" PRIu64 ", queued at most %" PRIu64
	       ", largest resident set %ld KiB\n",
	       stats->workers_peak, stats->queued_peak, usage.ru_maxrss);
}

static struct pool *open_rate_pool(const cpu_set_t *work, const char *wait, struct error *err)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	struct pool *pool;
	int error = 0;

	options.cpus = work;
	for (int i = 0; wait && pool_waits()[i]; i++)
		if (strcmp(wait, pool_waits()[i]) == 0)
			options.wait = (enum pool_wait)i;
	pool = pool_open("fibre", &options, &error);
	if (!pool)
		error_host(err, error, "cannot open a fibre pool");
	return pool;
}

static int rate_init(struct rate *rate, struct error *err)
{
	if (hdr_init(&rate->latencies, HDR_LATENCY_LOWEST_NS, HDR_LATENCY_HIGHEST_NS,
		     HDR_LATENCY_DIGITS, err) < 0)
		return -1;
	rate->tasks = aligned_alloc(64, RATE_TASKS * sizeof(struct rate_task));
	if (!rate->tasks)
		return error_host(err, ENOMEM, "memory for tasks");
	for (size_t i = 0; i < RATE_TASKS; i++)
		rate->tasks[i] = (struct rate_task){.task = {.run = rate_run}, .rate = rate};
	return 0;
}

static int bench_rate(double per_second, int64_t span_ns, const char *wait, struct error *err)
{
	struct rate rate = {0};
	struct pool_stats stats;
	struct generated g;
	struct hdr taken;
	struct pool *pool;
	cpu_set_t load, work;

	if (choose_cpus(&load, &work, err) < 0 || rate_init(&rate, err) < 0)
		return -1;
	pool = open_rate_pool(&work, wait, err);
	if (!pool)
		return -1;
	sched_setaffinity(0, sizeof(load), &load);
	generate(&rate, pool, per_second, span_ns / 10); /* to warm up */
	if (hdr_init(&taken, HDR_LATENCY_LOWEST_NS, HDR_LATENCY_HIGHEST_NS, HDR_LATENCY_DIGITS,
		     err) < 0)
		return -1;
	hdr_take(&taken, &rate.latencies);
	g = generate(&rate, pool, per_second, span_ns);
	pool_stats(pool, &stats);
	pool_close(pool, POOL_DRAIN);
	hdr_take(&taken, &rate.latencies);
	rate.latencies.total = taken.total;
	hdr_destroy(&rate.latencies);
	rate.latencies = taken;
	report_rate(&rate, &g, per_second, &stats);
	goal_at_most("fibre_start_latency_p99_us",
		     (double)hdr_quantile(&rate.latencies, 0.99) / 1e3, "us", 100, "12");
	hdr_destroy(&rate.latencies);
	free(rate.tasks);
	return 0;
}

static double number(int argc, char **argv, int at, double otherwise)
{
	return argc > at ? strtod(argv[at], NULL) : otherwise;
}

int main(int argc, char **argv)
{
	struct error err = ERROR_INIT;

	if (argc > 1 && strcmp(argv[1], "cost") == 0)
		bench_cost((size_t)number(argc, argv, 2, 200000), &err);
	else if (argc > 1 && strcmp(argv[1], "rate") == 0)
		bench_rate(number(argc, argv, 2, 2e6), (int64_t)(number(argc, argv, 3, 3) * 1e9),
			   argc > 4 ? argv[4] : NULL, &err);
	else
		error_host(&err, 0,
			   "usage: bench_fibre_cost cost [TASKS] | rate [PER_SECOND "
			   "[SECONDS [WAIT]]]");
	return err.kind ? could_not_measure(&err) : 0;
}
