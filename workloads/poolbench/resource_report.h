/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports the pools that tasks borrow from: records for the rig, and lines for people.
 * Nothing where tasks are of other kinds. */
#ifndef POOLRIG_POOLBENCH_RESOURCE_REPORT_H
#define POOLRIG_POOLBENCH_RESOURCE_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "workloads/link/link.h"
#include "workloads/poolbench/bench.h"

/* Add the names of the records that there may be. */
void bench_resource_report_names(json_t *names);

/* Returns as bench_link_send(). The bench has finished, and is not closed. */
int bench_resource_report_send(struct bench_link *link, const struct bench *b, struct error *err);

void bench_resource_report_print(const struct bench *b, FILE *to);

#endif
