/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/set_v1.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/own.h"
#include "cgroups/file.h"
#include "cgroups/ops.h"

#define MEMORY_FILE "memory.limit_in_bytes"
#define SWAP_FILE   "memory.memsw.limit_in_bytes"

static int read_limit(const struct cg_slot *slot, const char *file, struct cg_value *v)
{
	int rc = cg_read_number(slot->dirfd, file, v);

	if (rc == 0 && cg_v1_unlimited(v->number, slot->page))
		v->max = true;
	return rc;
}

static int write_number(const struct cg_slot *slot, const char *file, bool max, uint64_t n)
{
	char text[32];

	snprintf(text, sizeof(text), max ? "-1" : "%" PRIu64, n);
	return slot->ops->write(slot->ops, slot->dirfd, file, text);
}

/* The swap limit that was asked for, or "max" where none was. */
static struct cg_value swap_asked(const struct cg_slot *slot)
{
	const struct cg_setting *s = &slot->cell->settings[CG_KNOB_SWAP_MAX];
	struct cg_value v = {.max = true};

	if (s->held == CG_HELD_AS_ASKED || s->held == CG_HELD_CHANGED)
		cg_value_ask(cg_knob_row(CG_KNOB_SWAP_MAX), s->asked, &v, NULL);
	return v;
}

/* v1 keeps memory <= memory + swap at every instant (kernel: mm/memcontrol-v1.c,
 * mem_cgroup_resize_max), so a limit that grows past memsw must let memsw grow first; one that
 * shrinks goes first itself. Afterwards memsw follows, so that the swap limit asked for stays what
 * it was. */
static int write_memory(const struct cg_slot *slot, const struct cg_value *asked)
{
	struct cg_value memsw, swap = swap_asked(slot);
	bool swapped = read_limit(slot, SWAP_FILE, &memsw) == 0 && !memsw.max;
	int rc;

	if (swapped && (asked->max || asked->number > memsw.number)) {
		rc = write_number(slot, SWAP_FILE, true, 0);
		if (rc < 0)
			return rc;
	}
	rc = write_number(slot, MEMORY_FILE, asked->max, asked->number);
	if (rc == 0 && swapped && !asked->max && !swap.max)
		rc = write_number(slot, SWAP_FILE, false, asked->number + swap.number);
	return rc;
}

static int write_swap(const struct cg_slot *slot, const struct cg_value *asked, char *why,
		      size_t size)
{
	struct cg_value memory;
	int rc;

	if (asked->max)
		return write_number(slot, SWAP_FILE, true, 0);
	rc = read_limit(slot, MEMORY_FILE, &memory);
	if (rc < 0)
		return rc;
	if (memory.max) {
		snprintf(why, size, "v1 limits memory and swap together: set memory.max first");
		return -EINVAL;
	}
	rc = write_number(slot, SWAP_FILE, false, memory.number + asked->number);
	if (rc == -ENOENT)
		snprintf(why, size, "this kernel does not account swap (swapaccount=1)");
	return rc;
}

/* The kernel refuses a period with which the quota in force would be out of bounds, so the quota is
 * lifted first. */
static int write_quota(const struct cg_slot *slot, const struct cg_value *asked)
{
	int rc = write_number(slot, "cpu.cfs_quota_us", true, 0);

	if (rc == 0 && asked->period)
		rc = write_number(slot, "cpu.cfs_period_us", false, asked->period);
	if (rc == 0 && !asked->max)
		rc = write_number(slot, "cpu.cfs_quota_us", false, asked->number);
	return rc;
}

int cg_v1_write(const struct cg_slot *slot, const struct cg_value *asked, char *why, size_t size)
{
	char text[CPULIST_SIZE];

	switch (slot->row->knob) {
	case CG_KNOB_MEMORY_MAX:
		return write_memory(slot, asked);
	case CG_KNOB_SWAP_MAX:
		return write_swap(slot, asked, why, size);
	case CG_KNOB_CPU_MAX:
		return write_quota(slot, asked);
	case CG_KNOB_CPU_WEIGHT:
		return write_number(slot, slot->row->v1_file, false,
				    cg_shares_of_weight(asked->number));
	default:
		cg_value_text(slot->row, asked, text);
		return slot->ops->write(slot->ops, slot->dirfd, slot->row->v1_file, text);
	}
}

static int read_swap(const struct cg_slot *slot, struct cg_value *got)
{
	struct cg_value memory;
	int rc = read_limit(slot, SWAP_FILE, got);

	if (rc < 0 || got->max)
		return rc;
	rc = read_limit(slot, MEMORY_FILE, &memory);
	if (rc == 0)
		got->number = got->number > memory.number ? got->number - memory.number : 0;
	return rc;
}

static int read_quota(const struct cg_slot *slot, struct cg_value *got)
{
	struct cg_value period;
	int rc = cg_read_number(slot->dirfd, "cpu.cfs_period_us", &period);

	if (rc == 0)
		rc = cg_read_number(slot->dirfd, "cpu.cfs_quota_us", got);
	got->period = period.number;
	return rc;
}

static int read_same(const struct cg_slot *slot, struct cg_value *got)
{
	char text[4096];
	int rc = cg_read_text(slot->dirfd, slot->row->v1_file, text, sizeof(text));

	if (rc < 0)
		return rc;
	return cg_value_read(slot->row, text, got) < 0 ? -EBADMSG : 0;
}

int cg_v1_read(const struct cg_slot *slot, struct cg_value *got)
{
	int rc;

	switch (slot->row->knob) {
	case CG_KNOB_MEMORY_MAX:
		return read_limit(slot, MEMORY_FILE, got);
	case CG_KNOB_SWAP_MAX:
		return read_swap(slot, got);
	case CG_KNOB_CPU_MAX:
		return read_quota(slot, got);
	case CG_KNOB_CPU_WEIGHT:
		rc = cg_read_number(slot->dirfd, slot->row->v1_file, got);
		got->number = cg_weight_of_shares(got->number);
		return rc;
	default:
		return read_same(slot, got);
	}
}
