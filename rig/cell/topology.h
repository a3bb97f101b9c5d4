/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The host's cores and memory (hwloc), as far as the choice of roles needs them. */
#ifndef POOLRIG_RIG_CELL_TOPOLOGY_H
#define POOLRIG_RIG_CELL_TOPOLOGY_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct topology {
	cpu_set_t online; /* CPUs that this process may use */
	cpu_set_t first;  /* of these, the first hardware thread of each core */
	int cores, numa_nodes;
	uint64_t memory_bytes; /* of the machine */
	char cpu_model[128];
};

/* Errors: hwloc can't read the machine. */
int topology_init(struct topology *t, struct error *err);

/* Is its CPU one that QEMU emulates in software? What runs there proves function, never speed. */
bool topology_is_emulated(const struct topology *t);

#endif
