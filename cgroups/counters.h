/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counters of one cell, read on descriptors that are held open (open once, pread each time: no path
 * is looked up while a trial runs).
 */
#ifndef POOLRIG_CGROUPS_COUNTERS_H
#define POOLRIG_CGROUPS_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cgroups/cell.h"

/* Every counter of a reading; the order is that of cg_counter_row(). */
enum cg_counter {
	CG_CPU_USAGE_NS = 0,
	CG_CPU_USER_NS,
	CG_CPU_SYSTEM_NS,
	CG_CPU_THROTTLED_NS,
	CG_CPU_THROTTLED_PERIODS,
	CG_MEMORY_CURRENT_BYTES,
	CG_MEMORY_PEAK_BYTES,
	CG_MEMORY_ANON_BYTES,
	CG_MEMORY_FILE_BYTES,
	CG_MEMORY_KERNEL_BYTES,
	CG_MEMORY_SWAP_BYTES,
	CG_MEMORY_EVENT_LOW,
	CG_MEMORY_EVENT_HIGH,
	CG_MEMORY_EVENT_MAX,      /* v1: failcnt and memsw.failcnt */
	CG_MEMORY_EVENT_OOM,      /* limit of this very group reached and reclaim failed
				     (memory.events.local) */
	CG_MEMORY_EVENT_OOM_KILL, /* processes of this group killed by any OOM killer */
	CG_PIDS_CURRENT,
	CG_PIDS_PEAK,
	CG_PIDS_EVENT_MAX, /* forks refused by pids.max */
	CG_PSI_CPU_SOME_NS,
	CG_PSI_CPU_FULL_NS,
	CG_PSI_MEMORY_SOME_NS,
	CG_PSI_MEMORY_FULL_NS,
	CG_PSI_IO_SOME_NS,
	CG_PSI_IO_FULL_NS,
	CG_COUNTERS,
};

struct cg_counter_row {
	enum cg_counter counter;
	const char *name; /* "cpu_usage_ns": column name in the store */
	bool monotonic;   /* grows only: a baseline is taken off; otherwise it is a level */
	bool timed;       /* read at every sample; the others only at baseline and at the end */
};
const struct cg_counter_row *cg_counter_row(enum cg_counter c);

struct cg_reading {
	int64_t at_ns;              /* CLOCK_MONOTONIC, when the reading began */
	uint64_t known;             /* bit 1 << enum cg_counter: was read */
	int64_t value[CG_COUNTERS]; /* valid only where known */
};

#define CG_COUNTER_FILES_MAX 32
struct cg_counters {
	const struct cg_cell *cell;    /* borrowed */
	int fds[CG_COUNTER_FILES_MAX]; /* owned, one a row of cgroups/counter_files.h; -1: not here
					*/
	char missing[CG_COUNTERS]
		    [96]; /* for each counter that can't be had: why ("" = can be had) */
	int percpu_fd;    /* v1 cpuacct.usage_percpu, or -1 */
};

/* Open everything that this host has for the cell, whose knobs have been set before. A missing
 * file is no error: the reason is in `missing`. */
int cg_counters_init(struct cg_counters *c, const struct cg_cell *cell, struct error *err);
void cg_counters_destroy(struct cg_counters *c);

/* Read. `all` reads also those whose row says !timed (memory.stat and the like). Unreadable ones
 * are left unknown. No allocation. Values are as the kernel gives them, converted to the counter's
 * unit. */
void cg_counters_read(struct cg_counters *c, bool all, struct cg_reading *out);

/* Read the files that one counter comes from, and no other. */
void cg_counters_read_one(struct cg_counters *c, enum cg_counter counter, struct cg_reading *out);

/* Reset the peaks that the kernel lets us reset (v2 memory.peak and pids.peak by writing to the
 * held descriptor, v1 memory.max_usage_in_bytes); where it does not, the peak is that since
 * creation. Returns a bit set of the counters that were reset. */
uint64_t cg_counters_reset_peaks(struct cg_counters *c);

/* CPU time of the cell on each CPU, in ns (v1 only). Returns the number of CPUs filled, or -1 where
 * this host has no such counter. */
int cg_counters_percpu(struct cg_counters *c, int64_t *ns, int max);

#endif
