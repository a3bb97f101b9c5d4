/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The probe of tasks that are not the cell's and ran on its work cores: two walks through /proc,
 * before and after the window, and their difference. Each task's CPU time is the scheduler's own
 * sum (Documentation/scheduler/sched-stats.rst, /proc/PID/schedstat). A task that moved between
 * cores counts with all it ran, so the sum is an upper bound; one that was born and died between
 * the walks is not seen. */
#ifndef POOLRIG_RIG_PROBE_FOREIGN_H
#define POOLRIG_RIG_PROBE_FOREIGN_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "rig/record/trial_record.h"

struct foreign_task {
	pid_t tid;
	uint64_t started; /* in ticks since boot: tells a reused tid */
	uint64_t ran_ns;
	int cpu; /* where it ran last */
	char comm[20];
};

struct foreign_walk {
	bool known;
	int64_t at_ns;              /* CLOCK_MONOTONIC */
	struct foreign_task *tasks; /* owned, ascending by tid */
	size_t count, size;
};

/* Walk, leaving out the processes in `own` (those of the cell). */
int foreign_walk(struct foreign_walk *w, const pid_t *own, size_t own_count, struct error *err);
void foreign_walk_destroy(struct foreign_walk *w); /* takes a zeroed struct */

/* Append a line to the interference lines: `name` (seconds, upper bound), what foreign tasks ran on
 * these CPUs, with the largest named; and where `share` is not NULL, that one: of their time. */
int foreign_interference(const char *name, const char *share, const struct foreign_walk *before,
			 const struct foreign_walk *after, const cpu_set_t *cpus,
			 struct trial_record *r, struct error *err);

/* Pure: pid, comm, start time and CPU from a line of /proc/PID/stat. comm may hold blanks and
 * parentheses. */
bool foreign_parse_stat(const char *line, struct foreign_task *task);

#endif
