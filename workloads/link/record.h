/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The message `record`: what was measured, of which interval. */
#ifndef POOLRIG_WORKLOADS_RECORD_H
#define POOLRIG_WORKLOADS_RECORD_H

#include <jansson.h>
#include <stdint.h>

#include "base/hdr.h"
#include "workloads/link/link.h"

/* What a record is about, relative to the start. */
struct bench_span {
	int64_t from_ns, to_ns;
};

/* A record without its value; NULL: no memory. */
json_t *bench_record(const char *name, const char *kind, const char *unit, struct bench_span span);

/* Send a record with its value, or (NULL) as unknown for a reason. Takes both references. Returns
 * as bench_link_send(). */
int bench_record_value(struct bench_link *link, json_t *record, json_t *value, const char *reason,
		       struct error *err);

/* Send a histogram of values in ns. Returns as bench_link_send(). */
int bench_record_histogram(struct bench_link *link, const char *name, struct bench_span span,
			   const struct hdr *hdr, struct error *err);

#endif
