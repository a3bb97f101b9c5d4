/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handing over to the rig what the policies did, and telling it to people. */
#ifndef POOLRIG_POOLBENCH_POLICY_REPORT_H
#define POOLRIG_POOLBENCH_POLICY_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "workloads/poolbench/bench.h"
#include "workloads/link/link.h"

/* Add the names of the records that may be sent. */
void bench_policy_report_names(json_t *names);

/* Send those of the policies that there are. Returns as bench_link_send(). */
int bench_policy_report_send(struct bench_link *link, const struct bench *b, struct error *err);

/* A line for each policy that there is. */
void bench_policy_report_print(const struct bench *b, FILE *to);

#endif
