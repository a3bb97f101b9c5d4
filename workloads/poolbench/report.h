/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a finished bench sends to the rig: records, as docs/protocol.md has them. */
#ifndef POOLRIG_POOLBENCH_REPORT_H
#define POOLRIG_POOLBENCH_REPORT_H

#include <jansson.h>

#include "workloads/poolbench/bench.h"
#include "workloads/link/link.h"

/* The names of all records, for `hello`; NULL where there is no memory. The caller's to release. */
json_t *bench_report_names(void);

/* Send them all. Returns as bench_link_send(). */
int bench_report_send(struct bench_link *link, const struct bench *b, struct error *err);

/* A line of what the pool that tasks borrow from has counted. */
void bench_report_print_pool(const struct bench *b);

#endif
