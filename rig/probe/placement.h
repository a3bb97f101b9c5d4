/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The probe of where the threads of a cell may run, and were seen to run: asked of the kernel from
 * outside, thread by thread (sched_getaffinity(2), /proc/TID/stat), not of the workload. */
#ifndef POOLRIG_RIG_PROBE_PLACEMENT_H
#define POOLRIG_RIG_PROBE_PLACEMENT_H

#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/cpulist.h"
#include "cgroups/cell.h"
#include "rig/probe/probes.h"

struct placement {
	int threads_fd;       /* owned: the cell's cgroup.threads (v1: tasks) */
	cpu_set_t work, load; /* as asked */
	bool roles;     /* work and load are told apart; else all of `work` is where it may run */
	cpu_set_t seen; /* CPUs on which a thread was found, by /proc/TID/stat */
	int passes;     /* complete passes made */
	/* The most in any complete pass: threads come and go, and a generator may have ended
	 * before the last look. */
	int threads;
	int on_work, on_load;                /* whose mask lies within work, within load */
	int astray;                          /* whose mask lies within neither */
	char astray_mask[CPULIST_SHOW_SIZE]; /* the mask of one of them */
	unsigned next;                       /* where the rotation stands */
	char missing[120];                   /* why it is not known; "" otherwise */
};

/* With all_masks, look at the mask of every thread (0.3 us each); and at where `look` of them, in
 * rotation, ran last (10 us each). Without it the rotation is over the beginning of the list, the
 * first 680 threads or so: no more than one call in the midst of a window. */
void placement_pass(struct placement *p, bool all_masks, int look);

/* Those of a trial. */
const struct placement *placement_of(const struct probes *p);

/* The processes in the cell; returns how many were filled in. */
size_t placement_processes(const struct cg_cell *cell, pid_t *pids, size_t max);

#endif
