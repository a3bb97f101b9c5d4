/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The probe of what interferes with cores from below: steal, interrupts, soft interrupts (proc(5):
 * /proc/stat, /proc/interrupts, /proc/softirqs), as two snapshots and their difference. The parsers
 * are pure, and tested on texts. */
#ifndef POOLRIG_RIG_PROBE_CPU_NOISE_H
#define POOLRIG_RIG_PROBE_CPU_NOISE_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "rig/record/trial_record.h"

#define NOISE_ROWS_MAX 1024

struct noise_row {
	char name[16];  /* "LOC", "36" */
	char about[48]; /* "Local timer interrupts", "virtio1-req.0" */
	uint64_t count; /* on the watched CPUs */
};

struct noise_rows {
	bool known;
	int count;
	struct noise_row rows[NOISE_ROWS_MAX];
};

struct cpu_noise {
	bool steal_known;
	int64_t at_ns;        /* CLOCK_MONOTONIC */
	uint64_t steal_ticks; /* of the watched CPUs, in clock ticks (sysconf(_SC_CLK_TCK)) */
	uint64_t work_ticks;  /* of the work cores among them */
	struct noise_rows interrupts, softirqs;
};

/* Read all three for these CPUs, of which `work` are some. What can't be read is left unknown. */
void cpu_noise_read(struct cpu_noise *n, const cpu_set_t *cpus, const cpu_set_t *work);

/* Append the difference to the interference lines: `steal` (seconds), `steal_work_share` (of the
 * time of so many work cores), `device_interrupts`, `kernel_interrupts` and `softirqs` (counts,
 * with the busiest ones named). */
int cpu_noise_interference(const struct cpu_noise *before, const struct cpu_noise *after,
			   int work_cpus, struct trial_record *r, struct error *err);

/* Pure: a text of /proc/stat; of /proc/interrupts or /proc/softirqs (first line: the CPUs of the
 * columns; more than NOISE_ROWS_MAX rows are not known). */
bool cpu_noise_parse_steal(const char *text, const cpu_set_t *cpus, uint64_t *ticks);
void cpu_noise_parse_rows(char *text, const cpu_set_t *cpus, struct noise_rows *rows);

#endif
