/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one table of what can be set on a cell: name, v2 file, v1 file, unit, cost of absence. */
#ifndef POOLRIG_CGROUPS_KNOB_H
#define POOLRIG_CGROUPS_KNOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "cgroups/tree.h"

/*
 * The table: a knob's row here is all that there is to add for it. Columns: its name in enum
 * cg_knob, its name in output and errors, controller, v2 file, v1 file (NULL: v1 has no such
 * thing), unit, what it costs where it can't be had (one clause), and the dimension of the grade
 * that is lowered then.
 *
 * PARTITION is the run's, see cell.h. On v1, SWAP_MAX is memsw (memory + swap), CPU_MAX has the two
 * files cfs_quota_us and cfs_period_us, CPU_WEIGHT is converted to shares as systemd does it.
 */
/* clang-format off */
#define CG_KNOB_TABLE(KNOB) \
	KNOB(CPUS, "cpuset.cpus", CPUSET, "cpuset.cpus", "cpuset.cpus", CPULIST, \
	     "the cell's processes may run on any core of the host", "cpu") \
	KNOB(MEMS, "cpuset.mems", CPUSET, "cpuset.mems", "cpuset.mems", CPULIST, \
	     "the cell's memory may come from any NUMA node", "memory") \
	KNOB(PARTITION, "cpuset.cpus.partition", CPUSET, "cpuset.cpus.partition", NULL, WORD, \
	     "other processes may be scheduled on the cell's cores", "cpu") \
	KNOB(MEMORY_MAX, "memory.max", MEMORY, "memory.max", "memory.limit_in_bytes", BYTES, \
	     "the cell may take all of the host's memory", "memory") \
	KNOB(MEMORY_HIGH, "memory.high", MEMORY, "memory.high", NULL, BYTES, \
	     "the cell is not slowed down before it reaches its limit", "memory") \
	KNOB(SWAP_MAX, "memory.swap.max", MEMORY, "memory.swap.max", \
	     "memory.memsw.limit_in_bytes", BYTES, \
	     "the cell may swap, which hides how much memory it needs", "memory") \
	KNOB(PIDS_MAX, "pids.max", PIDS, "pids.max", "pids.max", COUNT, \
	     "a fork bomb in the cell reaches the whole host", "cpu") \
	KNOB(CPU_MAX, "cpu.max", CPU, "cpu.max", "cpu.cfs_quota_us", QUOTA, \
	     "the cell may use its cores all of the time", "cpu") \
	KNOB(CPU_WEIGHT, "cpu.weight", CPU, "cpu.weight", "cpu.shares", COUNT, \
	     "the cell gets the same share of a contended core as any other group", "cpu") \
	KNOB(IO_MAX, "io.max", IO, "io.max", NULL, IO, \
	     "the cell may use the disk as much as it wants", "memory")
/* clang-format on */

#define CG_KNOB_ENUM(id, ...) CG_KNOB_##id,
enum cg_knob { CG_KNOB_TABLE(CG_KNOB_ENUM) CG_KNOBS };
#undef CG_KNOB_ENUM

/* How a value is written: "0-3,7"; bytes, or "max"; a count, or "max" (CPU_WEIGHT: 1 to 10000);
 * "QUOTA_US PERIOD_US", "50%" of a CPU, or "max"; "MAJOR:MINOR" of a device and one or more of
 * rbps=BYTES, wbps=BYTES, riops=COUNT and wiops=COUNT; "member", "root" or "isolated". */
enum cg_knob_unit {
	CG_UNIT_CPULIST,
	CG_UNIT_BYTES,
	CG_UNIT_COUNT,
	CG_UNIT_QUOTA,
	CG_UNIT_IO,
	CG_UNIT_WORD,
};

struct cg_knob_row {
	enum cg_knob knob;
	const char *name; /* "memory.max": how output and errors call it */
	enum cg_controller controller;
	const char *v2_file;
	const char *v1_file; /* NULL: v1 has no such thing */
	enum cg_knob_unit unit;
	const char *absence; /* what it costs where it can't be had: one clause */
	const char *grade;   /* the dimension that is lowered then: "cpu", "memory" */
};

/* The row of a knob, or NULL. */
const struct cg_knob_row *cg_knob_row(enum cg_knob knob);

enum cg_held {
	CG_HELD_UNSET = 0, /* not asked for */
	CG_HELD_AS_ASKED,  /* read back as asked (rounding to a page is as asked) */
	CG_HELD_CHANGED,   /* the kernel holds another value */
	CG_HELD_REFUSED,   /* the write failed */
	CG_HELD_ABSENT,    /* no such knob on this host */
};

/* What was asked and what the kernel holds. */
struct cg_setting {
	enum cg_held held;
	char *asked; /* owned; NULL where UNSET */
	char *got;   /* owned: read back; NULL where it could not be */
	/* for CHANGED, REFUSED and ABSENT: a sentence, with the cost of absence; a value with more
	 * than CG_SHOW_SIZE characters is shortened */
	char reason[512];
};

/* Each field of `to` anew, as `from` has it. -1: no memory (ERROR_HOST). */
int cg_setting_copy(struct cg_setting *to, const struct cg_setting *from, struct error *err);
/* Free what they own, and zero them. */
void cg_settings_destroy(struct cg_setting *settings, size_t count);

/* A value as a sentence has it: of one that is too long the beginning, and "...". Returns buf. */
#define CG_SHOW_SIZE 96
const char *cg_setting_show(const struct cg_knob_row *row, const char *value,
			    char buf[static CG_SHOW_SIZE]);

const char *cg_held_name(enum cg_held held); /* "unset", "held", "changed", "refused", "absent" */

#endif
