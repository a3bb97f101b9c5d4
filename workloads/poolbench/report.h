/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a finished bench tells the rig: records, as docs/protocol.md has them. */
#ifndef POOLRIG_POOLBENCH_REPORT_H
#define POOLRIG_POOLBENCH_REPORT_H

#include <jansson.h>

#include "workloads/poolbench/bench.h"
#include "workloads/link/link.h"

/* The names of all records, for `hello`; NULL where there is no memory. The caller's to release. */
json_t *bench_report_names(void);

/* What a record is about, relative to the start. */
struct bench_span {
	int64_t from_ns, to_ns;
};

/* A record without its value; NULL: no memory. */
json_t *bench_report_record(const char *name, const char *kind, const char *unit,
			    struct bench_span span);

/* Send a record with its value, or (NULL) as unknown for a reason. Takes both references. Returns
 * as bench_link_send(). */
int bench_report_value(struct bench_link *link, json_t *message, json_t *value, const char *reason,
		       struct error *err);

/* Send them all. Returns as bench_link_send(). */
int bench_report_send(struct bench_link *link, const struct bench *b, struct error *err);

#endif
