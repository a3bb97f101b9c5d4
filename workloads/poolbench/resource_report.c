/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolbench/resource_report.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/own.h"
#include "base/units.h"
#include "workloads/link/record.h"

/* A counter of one of the two pools, and where it is found. */
struct row {
	const char *name, *kind, *unit;
	size_t offset;
};

#define OF_CONNECTIONS(name, kind, unit, field)                                                    \
	{                                                                                          \
		name, kind, unit, offsetof(struct pool_connection_stats, field)                    \
	}
#define OF_OBJECTS(name, kind, unit, field)                                                        \
	{                                                                                          \
		name, kind, unit, offsetof(struct pool_object_stats, field)                        \
	}

/* All since the pool was opened, the warm-up included: connections opened then are used later. */
static const struct row of_connections[] = {
    OF_CONNECTIONS("connections_opened", "counter", "connections", opened),
    OF_CONNECTIONS("connections_reused", "counter", "borrowings", reused),
    OF_CONNECTIONS("connections_unfit", "counter", "connections", unfit),
    OF_CONNECTIONS("connections_broken", "counter", "connections", broken),
    OF_CONNECTIONS("connections_peak", "gauge", "connections", peak),
    OF_CONNECTIONS("acquire_waited", "counter", "borrowings", waited),
    OF_CONNECTIONS("acquire_waiting_peak", "gauge", "borrowers", waiters_peak),
};

static const struct row of_objects[] = {
    OF_OBJECTS("objects_created", "counter", "objects", created),
    OF_OBJECTS("objects_destroyed", "counter", "objects", destroyed),
    OF_OBJECTS("objects_reclaimed", "counter", "objects", reclaimed),
    OF_OBJECTS("object_cache_hits", "counter", "gets and puts", cache_hits),
    OF_OBJECTS("object_moves", "counter", "magazines", moves),
    OF_OBJECTS("object_caches", "counter", "threads", threads),
};

static const char acquire[] = "acquire", acquire_failed[] = "acquire_failed",
		  exchange_failed[] = "exchange_failed";

void bench_resource_report_names(json_t *names)
{
	json_array_append_new(names, json_string(acquire));
	json_array_append_new(names, json_string(acquire_failed));
	json_array_append_new(names, json_string(exchange_failed));
	for (size_t i = 0; i < ARRAY_SIZE(of_connections); i++)
		json_array_append_new(names, json_string(of_connections[i].name));
	for (size_t i = 0; i < ARRAY_SIZE(of_objects); i++)
		json_array_append_new(names, json_string(of_objects[i].name));
}

static uint64_t value_of(const void *stats, const struct row *row)
{
	return *(const uint64_t *)((const char *)stats + row->offset);
}

static int send_count(struct bench_link *link, const struct row *row, uint64_t count,
		      struct bench_span span, struct error *err)
{
	return bench_record_value(link, bench_record(row->name, row->kind, row->unit, span),
				  json_integer((json_int_t)count), NULL, err);
}

static int send_rows(struct bench_link *link, const struct row *rows, size_t count,
		     const void *stats, struct bench_span span, struct error *err)
{
	int status = BENCH_LINK_MESSAGE;

	for (size_t i = 0; i < count && status == BENCH_LINK_MESSAGE; i++)
		status = send_count(link, &rows[i], value_of(stats, &rows[i]), span, err);
	return status;
}

/* One for the whole window: it is not cut by the second, as that would take time of the
 * generator's core. */
static int send_acquire(struct bench_link *link, const struct bench_resource *r,
			struct bench_span span, struct error *err)
{
	return bench_record_histogram(link, acquire, span, &r->acquire, err);
}

static int send_failures(struct bench_link *link, const struct bench_resource *r,
			 struct bench_span span, struct error *err)
{
	const struct row rows[] = {{acquire_failed, "counter", "tasks", 0},
				   {exchange_failed, "counter", "tasks", 0}};
	int status = send_count(link, &rows[0], atomic_load(&r->acquire_failed), span, err);

	if (status != BENCH_LINK_MESSAGE || !r->connections)
		return status;
	return send_count(link, &rows[1], atomic_load(&r->exchange_failed), span, err);
}

int bench_resource_report_send(struct bench_link *link, const struct bench *b, struct error *err)
{
	struct bench_span window = {b->recorder.begin_ns, b->recorder.end_ns};
	const struct bench_resource *r = &b->resource;
	struct pool_connection_stats connections;
	struct pool_object_stats objects;
	int status;

	if (!bench_resource_made(r))
		return BENCH_LINK_MESSAGE;
	status = send_acquire(link, r, window, err);
	if (status == BENCH_LINK_MESSAGE)
		status = send_failures(link, r, window, err);
	if (status != BENCH_LINK_MESSAGE)
		return status;
	if (r->connections) {
		pool_connection_pool_stats(r->connections, &connections);
		return send_rows(link, of_connections, ARRAY_SIZE(of_connections), &connections,
				 window, err);
	}
	pool_object_pool_stats(r->objects, &objects);
	return send_rows(link, of_objects, ARRAY_SIZE(of_objects), &objects, window, err);
}

static void print_rows(const struct row *rows, size_t count, const void *stats, FILE *to)
{
	for (size_t i = 0; i < count; i++)
		fprintf(to, "%s%s %" PRIu64, i ? ", " : "", rows[i].name,
			value_of(stats, &rows[i]));
	fputc('\n', to);
}

void bench_resource_report_print(const struct bench *b, FILE *to)
{
	const struct bench_resource *r = &b->resource;
	struct pool_connection_stats connections;
	struct pool_object_stats objects;
	char p50[32], p99[32], max[32];

	if (!bench_resource_made(r))
		return;
	if (hdr_total(&r->acquire))
		fprintf(to, "acquire p50 %s, p99 %s, max %s; ",
			units_show_ns(hdr_quantile(&r->acquire, 0.5), p50, sizeof(p50)),
			units_show_ns(hdr_quantile(&r->acquire, 0.99), p99, sizeof(p99)),
			units_show_ns(hdr_max(&r->acquire), max, sizeof(max)));
	fprintf(to, "acquire failed %" PRIu64 ", exchange failed %" PRIu64 "\n",
		atomic_load(&r->acquire_failed), atomic_load(&r->exchange_failed));
	if (r->connections) {
		pool_connection_pool_stats(r->connections, &connections);
		print_rows(of_connections, ARRAY_SIZE(of_connections), &connections, to);
	} else {
		pool_object_pool_stats(r->objects, &objects);
		print_rows(of_objects, ARRAY_SIZE(of_objects), &objects, to);
	}
}
