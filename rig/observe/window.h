/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Observation of one cell: a baseline at the barrier, one at each border of the window, samples in
 * between. It reads, and puts what it read into the trial's record; what the numbers are worth is
 * the grade's business.
 */
#ifndef POOLRIG_RIG_OBSERVE_WINDOW_H
#define POOLRIG_RIG_OBSERVE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/error.h"
#include "cgroups/cell.h"
#include "cgroups/counters.h"
#include "rig/observe/cpu_noise.h"
#include "rig/observe/foreign.h"
#include "rig/observe/migrations.h"
#include "rig/observe/placement.h"
#include "rig/record/trial_record.h"

#define WINDOW_CPUS_MAX 1024

struct window {
	const struct cg_cell *cell; /* borrowed */
	struct cg_counters counters;
	struct cg_oom_watch oom;
	struct placement placement;
	struct migrations migrations;
	cpu_set_t noise_cpus; /* work and load: whose noise is noted */
	cpu_set_t work, load;
	struct cg_reading birth;      /* at the barrier */
	struct cg_reading begin, end; /* of the window */
	struct cg_reading death; /* after all is over: what came after the window counts, too */
	bool begun, ended;
	bool looked; /* around: its baseline was taken */
	struct cpu_noise noise_begin, noise_end;
	struct foreign_walk foreign_begin, foreign_end;
	int64_t migrations_begin, migrations_end;
	int status_fd;                /* owned: /proc/PID/status of the command */
	int64_t peak_rss_bytes;       /* VmHWM as last seen; -1: never seen */
	int64_t samples, late_max_ns; /* how many, and how late the latest was */
	int64_t samples_skipped;      /* instants that had passed altogether */
	bool percpu_known;
	int64_t percpu_begin[WINDOW_CPUS_MAX], percpu_end[WINDOW_CPUS_MAX];
	int percpu_count;
};

/* Open all that is held open. Takes a zeroed struct: it is large, most of it is touched only by
 * trials that last, and zeroing it here would touch it all. `pid`: the command, standing at its
 * barrier. With `roles`, work and load are told apart. */
int window_init(struct window *w, const struct cg_cell *cell, pid_t pid, const cpu_set_t *work,
		const cpu_set_t *load, bool roles, struct error *err);
void window_destroy(struct window *w); /* takes a zeroed struct */

/* Take the baseline of interference: who else runs, interrupts, steal, migrations. It takes some
 * milliseconds, for it walks through all of the host's tasks. A workload that says when it is ready
 * has this done before its window begins; a plain command only when it has lasted a while, or it
 * would often take longer than the command itself. */
void window_look_around(struct window *w);

/* The borders. What takes long is done before the window begins or after it has ended. */
void window_prepare(struct window *w); /* before the start instant: its threads */
void window_begin(struct window *w);   /* at its begin: counters only */
/* The same where the window is the command's whole life: it begins with the reading at the barrier.
 */
void window_begin_at_birth(struct window *w);
void window_end(struct window *w); /* at its end: counters first, then the walks */
/* When nothing runs in the cell any more: the end, if it has not been, and the last counters. */
void window_conclude(struct window *w);

/* One sample: planned for due_ns, taken now. */
int window_sample(struct window *w, int64_t due_ns, struct trial_record *r, struct error *err);

/* Read VmHWM once more; after the command's exit this finds nothing, and the last value stays. */
void window_look_at_rss(struct window *w);

/* Put the metrics and the interference into the record. usage: of the reaped command;
 * maxrss_before: what its image had before exec, in KiB. */
int window_report(const struct window *w, const struct rusage *usage, int64_t maxrss_before_kib,
		  struct trial_record *r, struct error *err);

#endif
