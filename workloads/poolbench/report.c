/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolbench/report.h"

#include <inttypes.h>

#include "base/own.h"
#include "workloads/link/record.h"
#include "workloads/poolbench/policy_report.h"
#include "workloads/poolbench/resource_report.h"

/* A total, and where it is found: most are rows of this table. */
struct total {
	const char *name, *kind, *unit;
	size_t offset;
};

#define TOTAL(name, kind, unit, field)                                                             \
	{                                                                                          \
		name, kind, unit, offsetof(struct bench_totals, field)                             \
	}

static const struct total totals[] = {
    TOTAL("offered_total", "counter", "tasks", offered),
    TOTAL("completed_total", "counter", "tasks", completed),
    TOTAL("rejected_total", "counter", "tasks", rejected),
    TOTAL("abandoned", "counter", "tasks", abandoned),
    TOTAL("unsubmitted", "counter", "tasks", unsubmitted),
    TOTAL("spawned", "counter", "tasks", spawned),
    TOTAL("caller_ran", "counter", "tasks", caller_ran),
    TOTAL("failed", "counter", "tasks", failed),
    TOTAL("degraded", "counter", "tasks", degraded),
    TOTAL("dropped", "counter", "tasks", dropped),
    TOTAL("refused_no_thread", "counter", "tasks", refused_no_thread),
    TOTAL("threads_started", "counter", "threads", threads_started),
    TOTAL("workers_peak", "gauge", "threads", workers_peak),
    TOTAL("queued_peak", "gauge", "tasks", queued_peak),
    TOTAL("task_slab_growths", "counter", "growths", task_slab_growths),
};

/* Those that may be unknown. */
static const struct total allocator[] = {
    TOTAL("allocator_calls", "counter", "calls", allocator.calls),
    TOTAL("allocator_bytes", "counter", "bytes", allocator.bytes),
};
static const char cpu_rate[] = "cpu_iterations_per_ns";

/* And a second at a time. */
static const char *const counters[] = {"offered", "completed", "rejected"};

json_t *bench_report_names(void)
{
	json_t *names = json_array();

	for (int i = 0; i < BENCH_SERIES; i++)
		json_array_append_new(names, json_string(bench_series_names[i]));
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		json_array_append_new(names, json_string(counters[i]));
	for (size_t i = 0; i < ARRAY_SIZE(totals); i++)
		json_array_append_new(names, json_string(totals[i].name));
	for (size_t i = 0; i < ARRAY_SIZE(allocator); i++)
		json_array_append_new(names, json_string(allocator[i].name));
	json_array_append_new(names, json_string(cpu_rate));
	bench_policy_report_names(names);
	bench_resource_report_names(names);
	return names;
}

static int send_count(struct bench_link *link, const struct total *row, uint64_t count,
		      struct bench_span span, struct error *err)
{
	return bench_record_value(link, bench_record(row->name, row->kind, row->unit, span),
				  json_integer((json_int_t)count), NULL, err);
}

static int send_series(struct bench_link *link, const struct bench_recorder *r, size_t interval,
		       struct hdr *scratch, struct error *err)
{
	struct bench_span span = {r->intervals[interval].from_ns, r->intervals[interval].to_ns};
	int status = BENCH_LINK_MESSAGE;

	for (int i = 0; i < BENCH_SERIES && status == BENCH_LINK_MESSAGE; i++) {
		hdr_reset(scratch);
		bench_recorder_add(r, interval, (enum bench_series)i, scratch);
		status = bench_record_histogram(link, bench_series_names[i], span, scratch, err);
	}
	return status;
}

static int send_interval(struct bench_link *link, const struct bench_recorder *r, size_t interval,
			 struct hdr *scratch, struct error *err)
{
	const struct bench_interval *at = &r->intervals[interval];
	struct bench_span span = {at->from_ns, at->to_ns};
	const uint64_t values[] = {at->offered, (uint64_t)at->series[BENCH_SOJOURN].total,
				   at->rejected};
	int status = BENCH_LINK_MESSAGE;

	_Static_assert(ARRAY_SIZE(values) == ARRAY_SIZE(counters), "a value a counter");
	for (size_t i = 0; i < ARRAY_SIZE(counters) && status == BENCH_LINK_MESSAGE; i++) {
		struct total row = {counters[i], "counter", "tasks", 0};

		status = send_count(link, &row, values[i], span, err);
	}
	if (status != BENCH_LINK_MESSAGE)
		return status;
	return send_series(link, r, interval, scratch, err);
}

static uint64_t field(const struct bench *b, const struct total *row)
{
	return *(const uint64_t *)((const char *)&b->totals + row->offset);
}

static int send_totals(struct bench_link *link, const struct bench *b, struct error *err)
{
	struct bench_span window = {b->recorder.begin_ns, b->recorder.end_ns};
	int status = BENCH_LINK_MESSAGE;

	for (size_t i = 0; i < ARRAY_SIZE(totals) && status == BENCH_LINK_MESSAGE; i++)
		status = send_count(link, &totals[i], field(b, &totals[i]), window, err);
	return status;
}

static int send_allocator(struct bench_link *link, const struct bench *b, struct error *err)
{
	const struct bench_malloc *by = b->setup->allocator;
	const char *reason = by ? by->reason : "the allocator is not watched in this program";
	struct bench_span window = {b->recorder.begin_ns, b->recorder.end_ns};
	int status = BENCH_LINK_MESSAGE;

	for (size_t i = 0; i < ARRAY_SIZE(allocator) && status == BENCH_LINK_MESSAGE; i++) {
		const struct total *row = &allocator[i];
		json_t *value = reason ? NULL : json_integer((json_int_t)field(b, row));

		status =
		    bench_record_value(link, bench_record(row->name, row->kind, row->unit, window),
				       value, reason, err);
	}
	return status;
}

static int send_cpu_rate(struct bench_link *link, const struct bench *b, struct error *err)
{
	struct bench_span window = {b->recorder.begin_ns, b->recorder.end_ns};
	bool known = b->setup->params.task == BENCH_TASK_CPU;

	return bench_record_value(link, bench_record(cpu_rate, "gauge", "iterations/ns", window),
				  known ? json_real(b->totals.iterations_per_ns) : NULL,
				  "only cpu tasks are calibrated", err);
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
	if (status == BENCH_LINK_MESSAGE)
		status = send_totals(link, b, err);
	if (status == BENCH_LINK_MESSAGE)
		status = send_allocator(link, b, err);
	if (status == BENCH_LINK_MESSAGE)
		status = send_cpu_rate(link, b, err);
	if (status == BENCH_LINK_MESSAGE)
		status = bench_policy_report_send(link, b, err);
	if (status == BENCH_LINK_MESSAGE)
		status = bench_resource_report_send(link, b, err);
	return status;
}
