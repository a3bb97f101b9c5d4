/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one table of what can be set on a cell: name, v2 file, v1 file, unit, cost of absence. */
#ifndef POOLRIG_CGROUPS_KNOB_H
#define POOLRIG_CGROUPS_KNOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "cgroups/tree.h"

enum cg_knob {
	CG_KNOB_CPUS = 0,    /* cpuset cpus, a list */
	CG_KNOB_MEMS,        /* cpuset mems, a list */
	CG_KNOB_PARTITION,   /* "member", "root", "isolated"; v2 only; the run's, see cell.h */
	CG_KNOB_MEMORY_MAX,  /* bytes or "max" */
	CG_KNOB_MEMORY_HIGH, /* bytes or "max"; v1: none */
	CG_KNOB_SWAP_MAX,    /* bytes or "max"; v1: memsw = memory + swap */
	CG_KNOB_PIDS_MAX,    /* count or "max" */
	CG_KNOB_CPU_MAX,     /* "QUOTA_US PERIOD_US" or "max"; v1: cfs_quota_us, cfs_period_us */
	CG_KNOB_CPU_WEIGHT,  /* 1..10000; v1: cpu.shares, converted as systemd does */
	CG_KNOBS,
};

enum cg_knob_unit { CG_UNIT_CPULIST, CG_UNIT_BYTES, CG_UNIT_COUNT, CG_UNIT_QUOTA, CG_UNIT_WORD };

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
	char asked[128];
	char got[128]; /* read back; "" where it could not be */
	char
	    reason[256]; /* for CHANGED, REFUSED and ABSENT: a sentence, with the cost of absence */
};

const char *cg_held_name(enum cg_held held); /* "unset", "held", "changed", "refused", "absent" */

#endif
