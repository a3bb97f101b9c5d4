/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One cell by system calls alone, as the measure of what the rig adds: the same groups in the same
 * hierarchies with the same values, a command born by clone3 into the same namespaces with the same
 * mounts, the same counter files read at its barrier and at its end, and all of it removed. No
 * error objects, no reading back, no init process, no output kept, no interference lines: an error
 * ends the program.
 */
#ifndef POOLRIG_TESTS_BENCH_RAW_CELL_H
#define POOLRIG_TESTS_BENCH_RAW_CELL_H

#include <sched.h>

#include "cgroups/cell.h"
#include "cgroups/counters.h"
#include "rig/trial/trial.h"

#define RAW_WRITES_MAX 16

/* Of hierarchy `at` (index of cg_run.fds), the file of a cell's group; its text where written. */
struct raw_file {
	int at;
	const char *name, *text;
};

struct raw_cell {
	const struct cg_run *run; /* borrowed: below its groups the cells are made */
	struct raw_file writes[RAW_WRITES_MAX];
	int writes_count;
	struct raw_file reads[CG_COUNTER_FILES_MAX];
	int reads_count;
	cpu_set_t cpus;
	void (*stage)(enum trial_stage ended, int64_t at_ns, void *arg);
	void *arg;
};

/* Take over what the rig's own cell has: the files that its counters hold open, and what its
 * settings came to in the files of this host. `cell` is not kept. */
void raw_cell_like(struct raw_cell *raw, const struct cg_cell *cell, const struct cg_counters *c);

/* Make it, run /bin/true in it, measure, remove it. */
void raw_cell_run(const struct raw_cell *raw);

#endif
