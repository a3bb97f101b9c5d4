/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bench without the rig, for debugging and teaching: a constant load, a short summary. */
#ifndef POOLRIG_POOLBENCH_STANDALONE_H
#define POOLRIG_POOLBENCH_STANDALONE_H

#include "base/error.h"
#include "base/field.h"
#include "workloads/poolbench/malloc_count.h"

/* `settings` are KEY=VALUE: parameters, and rate, service, warmup, measure, work, load. The summary
 * is printed. */
int bench_standalone(int count, char **settings, const struct bench_malloc *allocator,
		     struct error *err);

/* The keys of the load. */
extern const struct field bench_load[];

#endif
