/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The probe of the cell's own counters: its cgroup's at the barrier, at the borders of the window,
 * in samples between and when all is over; the peak RSS of its command; its resource usage. */
#ifndef POOLRIG_RIG_PROBE_COUNTERS_H
#define POOLRIG_RIG_PROBE_COUNTERS_H

#include "cgroups/counters.h"
#include "cgroups/oom.h"
#include "rig/probe/probes.h"

#define COUNTERS_CPUS_MAX 1024

struct counters {
	struct cg_counters files;
	struct cg_oom_watch oom;
	struct cg_reading birth;      /* at the barrier */
	struct cg_reading begin, end; /* of the window */
	struct cg_reading highest; /* of a plain command: each counter's highest of its samples */
	struct cg_reading death;   /* after all is over: what came after the window counts, too */
	int status_fd;             /* owned: /proc/PID/status of the command */
	int64_t peak_rss_bytes;    /* VmHWM as last seen; -1: never seen */
	int64_t late_max_ns;       /* how late the latest sample was */
	bool percpu_known;         /* CPU time on each CPU, at the borders of the window */
	int64_t percpu_begin[COUNTERS_CPUS_MAX], percpu_end[COUNTERS_CPUS_MAX];
	int percpu_count;
};

/* Those of a trial. */
struct counters *counters_of(const struct probes *p);

/* Read VmHWM once more; after the command's exit this finds nothing, and the last value stays. */
void counters_read_rss(struct counters *c);

#endif
