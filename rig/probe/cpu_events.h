/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel counts of a few CPUs by its own events (perf_event_open(2)): one counter a CPU
 * and none a task, which would cost every context switch of the workload. It is the state of a
 * probe, and its begin(), end() and close() are the probe's. */
#ifndef POOLRIG_RIG_PROBE_CPU_EVENTS_H
#define POOLRIG_RIG_PROBE_CPU_EVENTS_H

#include <sched.h>
#include <stdint.h>

#include "rig/probe/probes.h"

#define CPU_EVENTS_MAX 64

struct cpu_events {
	int count;
	int fds[CPU_EVENTS_MAX]; /* owned */
	char missing[120];       /* why it can't be counted; "" otherwise */
	int64_t begin, end;      /* the sums; -1: could not be read */
};

/* Count a software event (PERF_COUNT_SW_*) on the CPUs: with PERF_FLAG_PID_CGROUP of the group
 * that cgroup_fd is, with no flags (cgroup_fd -1) of all tasks. `role` is the CPUs', for the
 * reason.
 */
void cpu_events_open(struct cpu_events *e, uint64_t event, int cgroup_fd, unsigned long flags,
		     const cpu_set_t *cpus, const char *role);
void cpu_events_begin(struct probe *p);
void cpu_events_end(struct probe *p);
/* What it has counted. Returns why it is not known, or NULL. */
const char *cpu_events_grown(const struct cpu_events *e, uint64_t *by);
void cpu_events_close(struct probe *p);

#endif
