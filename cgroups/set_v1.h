/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing a knob and reading it back on v1. The value read is in v2's unit, whatever the file
 * holds. */
#ifndef POOLRIG_CGROUPS_SET_V1_H
#define POOLRIG_CGROUPS_SET_V1_H

#include "cgroups/cell.h"
#include "cgroups/value.h"

/* One knob of one cell: the group's directory in the hierarchy that has the controller. */
struct cg_slot {
	const struct cg_ops *ops;
	struct cg_cell *cell;
	const struct cg_knob_row *row;
	int dirfd;
	bool v2;
	uint64_t page;
};

/* 0, or -errno; `why` (size bytes) may get a sentence that says more than the errno. */
int cg_v1_write(const struct cg_slot *slot, const struct cg_value *asked, char *why, size_t size);
int cg_v1_read(const struct cg_slot *slot, struct cg_value *got);

#endif
