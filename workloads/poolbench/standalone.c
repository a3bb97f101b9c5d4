/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolbench/standalone.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/params.h"
#include "base/units.h"
#include "workloads/poolbench/bench.h"
#include "workloads/poolbench/report.h"

#define START_IN_NS (10 * NS_PER_MS)

#define ROW(key, kind, member)                                                                     \
	.name = key, .type = FIELD_##kind, .offset = offsetof(struct load, member)

struct load {
	uint64_t rate;
	int64_t service_ns;
	struct agreed agreed;
};

/* clang-format off */
const struct field bench_load[] = {
	{ROW("rate", COUNT, rate), .low = "1", .high = "10M", .fallback = "1000",
	 .help = "tasks/s, at equal distances"},
	{ROW("service", DURATION, service_ns), .low = "0", .high = "1h", .fallback = "5ms",
	 .help = "service time of each"},
	{ROW("warmup", DURATION, agreed.warmup_ns), .low = "0", .high = "1h", .fallback = "0",
	 .help = "time before the window, not recorded"},
	{ROW("measure", DURATION, agreed.window_ns), .low = "1ms", .high = "1h", .fallback = "5s",
	 .help = "length of the window"},
	{ROW("work", CPUS, agreed.work), .special = "auto", .fallback = "auto",
	 .help = "where the pool runs; auto: on the CPUs besides load"},
	{ROW("load", CPUS, agreed.load), .special = "auto", .fallback = "auto",
	 .help = "where the generator runs; auto: on the last CPU"},
	{0},
};
/* clang-format on */

/* A parameter of the load, or of the pool. */
static int set(const char *argument, struct bench_params *params, struct load *load,
	       struct error *err)
{
	if (field_find(bench_load, argument, strcspn(argument, "=")))
		return params_set_argument(bench_load, load, argument, err);
	return params_set_argument(bench_params, params, argument, err);
}

/* Where nothing is said: the generator on the last CPU that we may use, the pool on the others. */
static int default_cpus(struct bench_setup *s, struct error *err)
{
	cpu_set_t all;
	int last = -1;

	if (sched_getaffinity(0, sizeof(all), &all) < 0)
		return error_host(err, errno, "cannot read this thread's CPUs");
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &all))
			last = cpu;
	if (CPU_COUNT(&s->agreed.load) == 0)
		CPU_SET(last, &s->agreed.load);
	if (CPU_COUNT(&s->agreed.work) > 0)
		return 0;
	if (CPU_COUNT(&all) > 1)
		CPU_CLR(last, &all);
	s->agreed.work = all;
	return 0;
}

static void print_series(const struct bench_recorder *r, enum bench_series series, struct hdr *sum)
{
	static const double quantiles[] = {0.5, 0.9, 0.99, 0.999, 1};
	char buf[32];

	hdr_reset(sum);
	for (size_t i = 0; i < r->count; i++)
		bench_recorder_add(r, i, series, sum);
	printf("%-19s", bench_series_names[series]);
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++)
		printf(" %11s", hdr_total(sum) ? units_show_ns(hdr_quantile(sum, quantiles[i]), buf,
							       sizeof(buf))
					       : "-");
	putchar('\n');
}

static void print_totals(const struct bench *b)
{
	const struct bench_totals *t = &b->totals;
	const struct bench_generator *g = &b->generator;

	printf("offered %" PRIu64 " = completed %" PRIu64 " + rejected %" PRIu64
	       " + abandoned %" PRIu64 "\n",
	       g->offered, t->completed, t->rejected, t->abandoned);
	printf("spawned %" PRIu64 ", caller ran %" PRIu64 "\n", g->spawned, g->caller_ran);
	printf("threads started %" PRIu64 ", workers' peak %" PRIu64 ", queue's peak %" PRIu64
	       ", task memory grown %" PRIu64 " times\n",
	       t->threads_started, t->workers_peak, t->queued_peak, b->slab.growths);
	if (!b->setup.allocator->reason)
		printf("allocator calls %" PRIu64 ", bytes %" PRIu64 "\n", t->allocator.calls,
		       t->allocator.bytes);
	else
		printf("allocator calls unknown: %s\n", b->setup.allocator->reason);
	if (b->env.kind == BENCH_TASK_CPU)
		printf("cpu iterations %.3f a ns\n", b->env.iterations_per_ns);
	printf("failed %" PRIu64 ", degraded %" PRIu64 ", dropped %" PRIu64 "\n", t->failed,
	       g->degraded, b->env.dropped);
}

static void print_scaling(const struct bench *b)
{
	const struct pool_scaling_score *s = &b->policy.scaling.score;
	const char *reason = b->totals.unknown[BENCH_UNKNOWN_REACTION];
	char shown[32];

	if (!b->policy.scaling.pool)
		return;
	printf("autoscale %s: ", b->policy.scaling.scaler.ops->name);
	if (reason)
		printf("reaction time n/a (%s)", reason);
	else
		printf("reaction time %s", units_show_ns(s->reaction_ns, shown, sizeof(shown)));
	if (!b->totals.unknown[BENCH_UNKNOWN_OVER_SCALING])
		printf(", %.1f %% above the need, capacity's peak %u, need's %u",
		       b->totals.over_scaling_percent, s->capacity_peak, s->need_peak);
	putchar('\n');
}

static void print_breaker(const struct bench *b)
{
	const struct pool_breaker_stats *breaker = &b->totals.breaker;

	if (!b->policy.guard.breaker)
		return;
	fputs("breaker:", stdout);
	for (int i = 0; i < POOL_BREAKER_WAYS; i++)
		printf(" %s %" PRIu64 ",", pool_breaker_way_text((enum pool_breaker_way)i),
		       breaker->ways[i]);
	printf(" refused %" PRIu64 ", probes %" PRIu64 ", at the end %s\n", breaker->refused,
	       breaker->probes, pool_breaker_state_text(breaker->state));
}

static void print_resource(const struct bench *b)
{
	const struct bench_resource *r = &b->resource;
	char p50[32], p99[32], max[32];

	if (!bench_resource_made(r))
		return;
	if (hdr_total(&r->acquire))
		printf("acquire p50 %s, p99 %s, max %s; ",
		       units_show_ns(hdr_quantile(&r->acquire, 0.5), p50, sizeof(p50)),
		       units_show_ns(hdr_quantile(&r->acquire, 0.99), p99, sizeof(p99)),
		       units_show_ns(hdr_max(&r->acquire), max, sizeof(max)));
	printf("acquire failed %" PRIu64 ", exchange failed %" PRIu64 "\n",
	       b->totals.acquire_failed, b->totals.exchange_failed);
	bench_report_print_pool(b);
}

static int summarise(const struct bench *b, struct error *err)
{
	struct hdr sum;

	if (hdr_init(&sum, HDR_LATENCY_LOWEST_NS, HDR_LATENCY_HIGHEST_NS, HDR_LATENCY_DIGITS, err) <
	    0)
		return -1;
	print_totals(b);
	print_scaling(b);
	print_breaker(b);
	print_resource(b);
	printf("%-19s %11s %11s %11s %11s %11s\n", "", "p50", "p90", "p99", "p99.9", "max");
	for (int i = 0; i < BENCH_SERIES; i++)
		print_series(&b->recorder, (enum bench_series)i, &sum);
	hdr_destroy(&sum);
	return 0;
}

static int run(struct bench *b, struct error *err)
{
	if (bench_open(b, err) < 0)
		return -1;
	bench_start(b, clock_now() + START_IN_NS);
	if (bench_finish(b, NULL, err) < 0)
		return -1;
	return summarise(b, err);
}

int bench_standalone(int count, char **settings, const struct bench_malloc *allocator,
		     struct error *err)
{
	struct bench bench = {.setup = {.allocator = allocator}};
	struct bench_setup *setup = &bench.setup;
	struct load load;
	int status;

	bench_params_init(&setup->params);
	field_defaults(bench_load, &load);
	for (int i = 0; i < count; i++)
		if (set(settings[i], &setup->params, &load, err) < 0)
			return -1;
	setup->agreed = load.agreed;
	if (bench_params_check(&setup->params, err) < 0 || default_cpus(setup, err) < 0 ||
	    bench_schedule_constant(&setup->schedule, load.rate, (uint64_t)load.service_ns, err) <
		0)
		return -1;
	status = run(&bench, err);
	bench_close(&bench);
	return status;
}
