/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolbench/report.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/own.h"

/* Which benches send a record. */
enum section { ALWAYS, SCALING, BREAKER, BORROWING, EXCHANGES, CONNECTIONS, OBJECTS };

enum type {
	COUNT,    /* uint64_t */
	UNSIGNED, /* unsigned */
	REAL,     /* double */
	SECONDS,  /* a count in each of policy.seconds; offset there */
	SERIES,   /* struct hdr, of the whole window */
};

/* A record of the window, and where its value is found in a struct bench. */
struct row {
	const char *name, *kind, *unit;
	enum section section;
	enum type type;
	size_t offset;
	enum bench_unknown unknown;
};

#define ROW(name, kind, unit, section, type, member, unknown)                                      \
	{                                                                                          \
		name, kind, unit, section, type, offsetof(struct bench, member), unknown           \
	}
#define COUNTER(name, unit, section, member) ROW(name, "counter", unit, section, COUNT, member, 0)
#define GAUGE(name, unit, section, member)   ROW(name, "gauge", unit, section, COUNT, member, 0)

/* Those of connections and objects are since their pool was opened, the warm-up included:
 * connections opened then are used later. The acquire times are not cut by the second, as that
 * would take time of the generator's core. */
/* clang-format off */
static const struct row rows[] = {
	COUNTER("offered_total", "tasks", ALWAYS, generator.offered),
	COUNTER("completed_total", "tasks", ALWAYS, totals.completed),
	COUNTER("rejected_total", "tasks", ALWAYS, totals.rejected),
	COUNTER("abandoned", "tasks", ALWAYS, totals.abandoned),
	COUNTER("unsubmitted", "tasks", ALWAYS, generator.unsubmitted),
	COUNTER("spawned", "tasks", ALWAYS, generator.spawned),
	COUNTER("caller_ran", "tasks", ALWAYS, generator.caller_ran),
	COUNTER("failed", "tasks", ALWAYS, totals.failed),
	COUNTER("degraded", "tasks", ALWAYS, generator.degraded),
	COUNTER("dropped", "tasks", ALWAYS, env.dropped),
	COUNTER("refused_no_thread", "tasks", ALWAYS, generator.refused_no_thread),
	COUNTER("threads_started", "threads", ALWAYS, totals.threads_started),
	GAUGE("workers_peak", "threads", ALWAYS, totals.workers_peak),
	GAUGE("queued_peak", "tasks", ALWAYS, totals.queued_peak),
	COUNTER("task_slab_growths", "growths", ALWAYS, slab.growths),
	ROW("allocator_calls", "counter", "calls", ALWAYS, COUNT, totals.allocator.calls,
	    BENCH_UNKNOWN_ALLOCATOR),
	ROW("allocator_bytes", "counter", "bytes", ALWAYS, COUNT, totals.allocator.bytes,
	    BENCH_UNKNOWN_ALLOCATOR),
	ROW("cpu_iterations_per_ns", "gauge", "iterations/ns", ALWAYS, REAL,
	    env.iterations_per_ns, BENCH_UNKNOWN_CPU_RATE),
	{"capacity", "gauge", "workers", SCALING, SECONDS,
	    offsetof(struct bench_policy_second, capacity), 0},
	{"breaker_state", "gauge", "state", BREAKER, SECONDS,
	    offsetof(struct bench_policy_second, breaker), 0},
	ROW("reaction_seconds", "gauge", "s", SCALING, REAL, totals.reaction_seconds,
	    BENCH_UNKNOWN_REACTION),
	ROW("over_scaling_percent", "gauge", "%", SCALING, REAL, totals.over_scaling_percent,
	    BENCH_UNKNOWN_OVER_SCALING),
	ROW("over_scaling_peak_percent", "gauge", "%", SCALING, REAL,
	    totals.over_scaling_peak_percent, BENCH_UNKNOWN_OVER_SCALING),
	ROW("capacity_peak", "gauge", "workers", SCALING, UNSIGNED,
	    policy.scaling.score.capacity_peak, BENCH_UNKNOWN_PEAKS),
	ROW("need_peak", "gauge", "workers", SCALING, UNSIGNED, policy.scaling.score.need_peak,
	    BENCH_UNKNOWN_PEAKS),
	COUNTER("capacity_changes", "changes", SCALING, totals.capacity_changes),
	COUNTER("tunings_refused", "ticks", SCALING, policy.scaling.refused),
	COUNTER("breaker_opened", "transitions", BREAKER,
	    totals.breaker.ways[POOL_BREAKER_TRIPPED]),
	COUNTER("breaker_half_opened", "transitions", BREAKER,
	    totals.breaker.ways[POOL_BREAKER_COOLED]),
	COUNTER("breaker_closed", "transitions", BREAKER,
	    totals.breaker.ways[POOL_BREAKER_RECOVERED]),
	COUNTER("breaker_reopened", "transitions", BREAKER,
	    totals.breaker.ways[POOL_BREAKER_PROBE_FAILED]),
	COUNTER("breaker_refused", "tasks", BREAKER, totals.breaker.refused),
	COUNTER("breaker_probes", "tasks", BREAKER, totals.breaker.probes),
	ROW("acquire", "histogram", "ns", BORROWING, SERIES, resource.acquire, 0),
	COUNTER("acquire_failed", "tasks", BORROWING, totals.acquire_failed),
	COUNTER("exchange_failed", "tasks", EXCHANGES, totals.exchange_failed),
	COUNTER("connections_opened", "connections", CONNECTIONS, resource.of_connections.opened),
	COUNTER("connections_reused", "borrowings", CONNECTIONS, resource.of_connections.reused),
	COUNTER("connections_unfit", "connections", CONNECTIONS, resource.of_connections.unfit),
	COUNTER("connections_broken", "connections", CONNECTIONS, resource.of_connections.broken),
	GAUGE("connections_peak", "connections", CONNECTIONS, resource.of_connections.peak),
	COUNTER("acquire_waited", "borrowings", CONNECTIONS, resource.of_connections.waited),
	GAUGE("acquire_waiting_peak", "borrowers", CONNECTIONS, resource.of_connections.waiters_peak),
	COUNTER("objects_created", "objects", OBJECTS, resource.of_objects.created),
	COUNTER("objects_destroyed", "objects", OBJECTS, resource.of_objects.destroyed),
	COUNTER("objects_reclaimed", "objects", OBJECTS, resource.of_objects.reclaimed),
	COUNTER("object_cache_hits", "gets and puts", OBJECTS, resource.of_objects.cache_hits),
	COUNTER("object_moves", "magazines", OBJECTS, resource.of_objects.moves),
	COUNTER("object_caches", "threads", OBJECTS, resource.of_objects.threads),
};
/* clang-format on */

/* And a second at a time, of a struct bench_interval. */
static const struct row counters[] = {
    {"offered", "counter", "tasks", ALWAYS, COUNT, offsetof(struct bench_interval, offered), 0},
    {"completed", "counter", "tasks", ALWAYS, COUNT,
     offsetof(struct bench_interval, series[BENCH_SOJOURN].total), 0},
    {"rejected", "counter", "tasks", ALWAYS, COUNT, offsetof(struct bench_interval, rejected), 0},
};

json_t *bench_report_names(void)
{
	json_t *names = json_array();

	for (int i = 0; i < BENCH_SERIES; i++)
		json_array_append_new(names, json_string(bench_series_names[i]));
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		json_array_append_new(names, json_string(counters[i].name));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		json_array_append_new(names, json_string(rows[i].name));
	return names;
}

static bool applies(const struct bench *b, enum section section)
{
	const struct bench_resource *r = &b->resource;
	const bool there[] = {
	    [ALWAYS] = true,
	    [SCALING] = b->policy.scaling.pool,
	    [BREAKER] = b->policy.guard.breaker,
	    [BORROWING] = bench_resource_made(r),
	    [EXCHANGES] = r->connections,
	    [CONNECTIONS] = r->connections,
	    [OBJECTS] = r->objects,
	};

	return there[section];
}

static uint64_t count_at(const void *object, const struct row *row)
{
	return *(const uint64_t *)((const char *)object + row->offset);
}

static json_t *value_of(const void *object, const struct row *row)
{
	const char *at = (const char *)object + row->offset;

	if (row->type == REAL)
		return json_real(*(const double *)at);
	if (row->type == UNSIGNED)
		return json_integer(*(const unsigned *)at);
	return json_integer((json_int_t)count_at(object, row));
}

static int send_value(struct bench_link *link, const struct row *row, struct bench_span span,
		      json_t *value, const char *reason, struct error *err)
{
	return bench_record_value(link, bench_record(row->name, row->kind, row->unit, span), value,
				  reason, err);
}

static int send_interval(struct bench_link *link, const struct bench_recorder *r, size_t interval,
			 struct hdr *scratch, struct error *err)
{
	const struct bench_interval *at = &r->intervals[interval];
	struct bench_span span = {at->from_ns, at->to_ns};
	int status = BENCH_LINK_MESSAGE;

	for (size_t i = 0; i < ARRAY_SIZE(counters) && status == BENCH_LINK_MESSAGE; i++)
		status =
		    send_value(link, &counters[i], span, value_of(at, &counters[i]), NULL, err);
	for (int i = 0; i < BENCH_SERIES && status == BENCH_LINK_MESSAGE; i++) {
		hdr_reset(scratch);
		bench_recorder_add(r, interval, (enum bench_series)i, scratch);
		status = bench_record_histogram(link, bench_series_names[i], span, scratch, err);
	}
	return status;
}

/* What was there at the end of each second; of those without a tick nothing is known. */
static int send_seconds(struct bench_link *link, const struct bench *b, const struct row *row,
			struct bench_span window, struct error *err)
{
	const struct bench_policy *p = &b->policy;
	int status = BENCH_LINK_MESSAGE;

	for (uint64_t i = 0; i < p->second_count && status == BENCH_LINK_MESSAGE; i++) {
		int64_t from = window.from_ns + (int64_t)i * NS_PER_S, to = from + NS_PER_S;
		struct bench_span span = {from, to < window.to_ns ? to : window.to_ns};
		bool seen = i < p->seconds_seen;

		status = send_value(link, row, span, seen ? value_of(&p->seconds[i], row) : NULL,
				    "no tick fell into this second", err);
	}
	return status;
}

static int send_row(struct bench_link *link, const struct bench *b, const struct row *row,
		    struct error *err)
{
	struct bench_span window = {b->recorder.begin_ns, b->recorder.end_ns};
	const char *unknown = b->totals.unknown[row->unknown];

	if (!applies(b, row->section))
		return BENCH_LINK_MESSAGE;
	if (row->type == SECONDS)
		return send_seconds(link, b, row, window, err);
	if (row->type == SERIES)
		return bench_record_histogram(link, row->name, window, &b->resource.acquire, err);
	return send_value(link, row, window, unknown ? NULL : value_of(b, row), unknown, err);
}

int bench_report_send(struct bench_link *link, const struct bench *b, struct error *err)
{
	int status = BENCH_LINK_MESSAGE;
	struct hdr scratch;

	if (hdr_init(&scratch, HDR_LATENCY_LOWEST_NS, HDR_LATENCY_HIGHEST_NS, HDR_LATENCY_DIGITS,
		     err) < 0)
		return -1;
	for (size_t i = 0; i < b->recorder.count && status == BENCH_LINK_MESSAGE; i++)
		status = send_interval(link, &b->recorder, i, &scratch, err);
	hdr_destroy(&scratch);
	for (size_t i = 0; i < ARRAY_SIZE(rows) && status == BENCH_LINK_MESSAGE; i++)
		status = send_row(link, b, &rows[i], err);
	return status;
}

void bench_report_print_pool(const struct bench *b)
{
	const char *between = "";

	for (const struct row *row = rows; row < rows + ARRAY_SIZE(rows); row++) {
		if (row->section < CONNECTIONS || !applies(b, row->section))
			continue;
		printf("%s%s %" PRIu64, between, row->name, count_at(b, row));
		between = ", ";
	}
	putchar('\n');
}
