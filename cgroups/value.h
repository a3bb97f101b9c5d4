/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The value of a knob: from text, to text, compared. Pure functions. */
#ifndef POOLRIG_CGROUPS_VALUE_H
#define POOLRIG_CGROUPS_VALUE_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cpulist.h"
#include "base/error.h"
#include "cgroups/knob.h"

/* In the order of the kernel's file. */
enum cg_io_limit { CG_IO_RBPS = 0, CG_IO_WBPS, CG_IO_RIOPS, CG_IO_WIOPS, CG_IO_LIMITS };

struct cg_value {
	bool max;                      /* BYTES, COUNT, QUOTA: no limit */
	uint64_t number;               /* BYTES; COUNT; QUOTA: the quota in us */
	uint64_t period;               /* QUOTA: in us; 0: not given */
	cpu_set_t set;                 /* CPULIST */
	unsigned device[2];            /* IO: major and minor number */
	uint64_t limits[CG_IO_LIMITS]; /* IO: UINT64_MAX: no limit; 0: not given */
	char word[128]; /* WORD; CPULIST: the text that the set came from, "" where longer */
};

/* What is asked for. Errors (ERROR_INPUT): `"VALUE": reason; way out`, to be given a name by the
 * caller. */
int cg_value_ask(const struct cg_knob_row *row, const char *text, struct cg_value *v,
		 struct error *err);

/* What a v2 file of the knob holds; a trailing newline is allowed. -1: not of that form. */
int cg_value_read(const struct cg_knob_row *row, const char *text, struct cg_value *v);

/* The text that a v2 file takes, and that output shows. Returns buf. */
const char *cg_value_text(const struct cg_knob_row *row, const struct cg_value *v,
			  char buf[static CPULIST_SIZE]);

/* Does the kernel hold what was asked? The kernel keeps memory limits in whole pages, rounded down
 * (kernel: mm/page_counter.c, page_counter_memparse), so that counts as the same. */
bool cg_value_held(const struct cg_knob_row *row, const struct cg_value *asked,
		   const struct cg_value *got, uint64_t page);

/* The parts of these for CG_UNIT_IO, of one device. What io.max does not list has no limit. */
int cg_value_ask_io(const char *text, struct cg_value *v, struct error *err);
int cg_value_read_io(const char *text, struct cg_value *v);
const char *cg_value_text_io(const struct cg_value *v, char *buf, size_t size);
bool cg_value_held_io(const struct cg_value *asked, const struct cg_value *got);

/* v1 memory files show "no limit" as the largest page-aligned long (kernel: PAGE_COUNTER_MAX). */
bool cg_v1_unlimited(uint64_t bytes, uint64_t page);

/* cpu.weight 1..10000 (default 100) to v1 cpu.shares (default 1024) and back, in the way of
 * systemd: shares = weight * 1024 / 100, within 2..262144. It keeps the default the default and
 * every ratio a ratio. (runc's formula goes from shares to weight only, and maps 1024 to 39.) */
uint64_t cg_shares_of_weight(uint64_t weight);
uint64_t cg_weight_of_shares(uint64_t shares);

#endif
