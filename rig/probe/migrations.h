/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The probe of tasks that moved to a work core, counted by the kernel (perf_event_open(2),
 * PERF_COUNT_SW_CPU_MIGRATIONS, one counter a CPU and none a task: a per-task counter would cost
 * every context switch of the workload). */
#ifndef POOLRIG_RIG_PROBE_MIGRATIONS_H
#define POOLRIG_RIG_PROBE_MIGRATIONS_H

#include <sched.h>
#include <stdint.h>

#define MIGRATIONS_CPUS_MAX 64

struct migrations {
	int count;
	int fds[MIGRATIONS_CPUS_MAX]; /* owned */
	char missing[120];            /* why it can't be counted; "" otherwise */
};

void migrations_init(struct migrations *m, const cpu_set_t *cpus);
/* Sum so far, or -1. */
int64_t migrations_read(const struct migrations *m);
void migrations_destroy(struct migrations *m);

#endif
