/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/counter_files.h"

#include <assert.h>
#include <string.h>

#include "base/own.h"

#define MEM CG_MEMORY
#define V2C CG_IN_V2_CONTROLLER
#define V1C CG_IN_V1_CONTROLLER

/* clang-format off */
static const struct cg_file_row rows[] = {
    /* v2: usage is in cpu.stat of every group, throttling only with the cpu controller. On a hybrid
     * host v1's cpuacct is finer (ns) and is what is used. */
    {"cpu.stat", CG_IN_V2_NO_CPUACCT, CG_CPU, CG_FORMAT_FLAT, "Linux 4.15", 5,
     {CG_FIELD("usage_usec", CG_CPU_USAGE_NS, 1000),
      CG_FIELD("user_usec", CG_CPU_USER_NS, 1000),
      CG_FIELD("system_usec", CG_CPU_SYSTEM_NS, 1000),
      CG_FIELD("nr_throttled", CG_CPU_THROTTLED_PERIODS, 1),
      CG_FIELD("throttled_usec", CG_CPU_THROTTLED_NS, 1000)}},
    /* Its user and system times are parts of what the scheduler measured; cpuacct's are counted in
     * clock ticks, may even add up to more than the usage, and serve where there is nothing else. */
    {"cpu.stat", CG_IN_V2_BESIDE_V1, CG_CPUACCT, CG_FORMAT_FLAT, "Linux 4.15", 2,
     {CG_FIELD("user_usec", CG_CPU_USER_NS, 1000),
      CG_FIELD("system_usec", CG_CPU_SYSTEM_NS, 1000)}},
    {"memory.current", V2C, MEM, CG_FORMAT_SINGLE, "Linux 4.5", 1,
     {{NULL, 0, CG_MEMORY_CURRENT_BYTES, 1}}},
    {"memory.peak", V2C, MEM, CG_FORMAT_SINGLE, "Linux 5.19", 1,
     {{NULL, 0, CG_MEMORY_PEAK_BYTES, 1}}},
    {"memory.stat", V2C, MEM, CG_FORMAT_FLAT, "Linux 4.5; kernel: Linux 5.18", 3,
     {CG_FIELD("anon", CG_MEMORY_ANON_BYTES, 1),
      CG_FIELD("file", CG_MEMORY_FILE_BYTES, 1),
      CG_FIELD("kernel", CG_MEMORY_KERNEL_BYTES, 1)}},
    {"memory.swap.current", V2C, MEM, CG_FORMAT_SINGLE, "CONFIG_SWAP", 1,
     {{NULL, 0, CG_MEMORY_SWAP_BYTES, 1}}},
    /* Of the cell and all below it: a kill in a group that the workload made is the cell's. */
    {"memory.events", V2C, MEM, CG_FORMAT_FLAT, "Linux 4.5", 4,
     {CG_FIELD("low", CG_MEMORY_EVENT_LOW, 1),
      CG_FIELD("high", CG_MEMORY_EVENT_HIGH, 1),
      CG_FIELD("max", CG_MEMORY_EVENT_MAX, 1),
      CG_FIELD("oom_kill", CG_MEMORY_EVENT_OOM_KILL, 1)}},
    {"memory.events.local", V2C, MEM, CG_FORMAT_FLAT, "Linux 5.3", 1,
     {CG_FIELD("oom", CG_MEMORY_EVENT_OOM, 1)}},
    {"pids.current", V2C, CG_PIDS, CG_FORMAT_SINGLE, "Linux 4.5", 1,
     {{NULL, 0, CG_PIDS_CURRENT, 1}}},
    {"pids.peak", V2C, CG_PIDS, CG_FORMAT_SINGLE, "Linux 6.1", 1,
     {{NULL, 0, CG_PIDS_PEAK, 1}}},
    {"pids.events", V2C, CG_PIDS, CG_FORMAT_FLAT, "Linux 4.8", 1,
     {CG_FIELD("max", CG_PIDS_EVENT_MAX, 1)}},

    {"cpuacct.usage", V1C, CG_CPUACCT, CG_FORMAT_SINGLE, "CONFIG_CGROUP_CPUACCT", 1,
     {{NULL, 0, CG_CPU_USAGE_NS, 1}}},
    {"cpuacct.usage_user", CG_IN_V1_ALONE, CG_CPUACCT, CG_FORMAT_SINGLE, "Linux 4.8", 1,
     {{NULL, 0, CG_CPU_USER_NS, 1}}},
    {"cpuacct.usage_sys", CG_IN_V1_ALONE, CG_CPUACCT, CG_FORMAT_SINGLE, "Linux 4.8", 1,
     {{NULL, 0, CG_CPU_SYSTEM_NS, 1}}},
    {"cpu.stat", V1C, CG_CPU, CG_FORMAT_FLAT, "CONFIG_CFS_BANDWIDTH", 2,
     {CG_FIELD("nr_throttled", CG_CPU_THROTTLED_PERIODS, 1),
      CG_FIELD("throttled_time", CG_CPU_THROTTLED_NS, 1)}},
    {"memory.usage_in_bytes", V1C, MEM, CG_FORMAT_SINGLE, "CONFIG_MEMCG_V1", 1,
     {{NULL, 0, CG_MEMORY_CURRENT_BYTES, 1}}},
    {"memory.max_usage_in_bytes", V1C, MEM, CG_FORMAT_SINGLE, "CONFIG_MEMCG_V1", 1,
     {{NULL, 0, CG_MEMORY_PEAK_BYTES, 1}}},
    {"memory.stat", V1C, MEM, CG_FORMAT_FLAT, "swap: swapaccount=1", 3,
     {CG_FIELD("total_rss", CG_MEMORY_ANON_BYTES, 1),
      CG_FIELD("total_cache", CG_MEMORY_FILE_BYTES, 1),
      CG_FIELD("total_swap", CG_MEMORY_SWAP_BYTES, 1)}},
    {"memory.kmem.usage_in_bytes", V1C, MEM, CG_FORMAT_SINGLE, "CONFIG_MEMCG_KMEM", 1,
     {{NULL, 0, CG_MEMORY_KERNEL_BYTES, 1}}},
    /* A charge is tried against memory + swap first, and fails there where both limits are the
     * same (no swap allowed), so that limits reached are the sum of both. */
    {"memory.failcnt", V1C, MEM, CG_FORMAT_SINGLE, "CONFIG_MEMCG_V1", 1,
     {{NULL, 0, CG_MEMORY_EVENT_MAX, 1}}},
    {"memory.memsw.failcnt", V1C, MEM, CG_FORMAT_SINGLE, "swapaccount=1", 1,
     {{NULL, 0, CG_MEMORY_EVENT_MAX, 1}}},
    {"memory.oom_control", V1C, MEM, CG_FORMAT_FLAT, "Linux 4.13", 1,
     {CG_FIELD("oom_kill", CG_MEMORY_EVENT_OOM_KILL, 1)}},
    {"pids.current", V1C, CG_PIDS, CG_FORMAT_SINGLE, "Linux 4.3", 1,
     {{NULL, 0, CG_PIDS_CURRENT, 1}}},
    {"pids.peak", V1C, CG_PIDS, CG_FORMAT_SINGLE, "Linux 6.1", 1,
     {{NULL, 0, CG_PIDS_PEAK, 1}}},
    {"pids.events", V1C, CG_PIDS, CG_FORMAT_FLAT, "Linux 4.8", 1,
     {CG_FIELD("max", CG_PIDS_EVENT_MAX, 1)}},

    /* PSI is v2 only, and needs no controller. */
    {"cpu.pressure", CG_IN_V2_TREE, CG_CPU, CG_FORMAT_PSI, "psi=1", 2,
     {CG_FIELD("some", CG_PSI_CPU_SOME_NS, 1000), CG_FIELD("full", CG_PSI_CPU_FULL_NS, 1000)}},
    {"memory.pressure", CG_IN_V2_TREE, CG_MEMORY, CG_FORMAT_PSI, "psi=1", 2,
     {CG_FIELD("some", CG_PSI_MEMORY_SOME_NS, 1000),
      CG_FIELD("full", CG_PSI_MEMORY_FULL_NS, 1000)}},
    {"io.pressure", CG_IN_V2_TREE, CG_MEMORY, CG_FORMAT_PSI, "psi=1", 2,
     {CG_FIELD("some", CG_PSI_IO_SOME_NS, 1000), CG_FIELD("full", CG_PSI_IO_FULL_NS, 1000)}},
};
/* clang-format on */

static_assert(ARRAY_SIZE(rows) <= CG_COUNTER_FILES_MAX, "a descriptor for each row");

size_t cg_file_rows(const struct cg_file_row **out)
{
	*out = rows;
	return ARRAY_SIZE(rows);
}

int cg_file_dirfd(const struct cg_cell *cell, const struct cg_file_row *row)
{
	const struct cg_tree *tree = cell->run->tree;
	int at = tree->of_controller[row->controller];

	switch (row->where) {
	case CG_IN_V2_NO_CPUACCT:
		return tree->of_controller[CG_CPUACCT] < 0 ? cg_cell_v2_fd(cell) : -1;
	case CG_IN_V2_BESIDE_V1:
		return tree->of_controller[CG_CPUACCT] < 0 ? -1 : cg_cell_v2_fd(cell);
	case CG_IN_V2_TREE:
		return cg_cell_v2_fd(cell);
	case CG_IN_V2_CONTROLLER:
		return at >= 0 && tree->hierarchies[at].v2 ? cell->fds[at] : -1;
	case CG_IN_V1_ALONE:
		if (cg_cell_v2_fd(cell) >= 0)
			return -1;
		/* fall through */
	case CG_IN_V1_CONTROLLER:
		return at >= 0 && !tree->hierarchies[at].v2 ? cell->fds[at] : -1;
	}
	return -1;
}

int cg_file_fd(const struct cg_counters *c, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (c->fds[i] >= 0 && strcmp(rows[i].name, name) == 0)
			return c->fds[i];
	return -1;
}

void cg_file_parse(const struct cg_file_row *row, const char *text, struct cg_reading *out)
{
	switch (row->format) {
	case CG_FORMAT_SINGLE:
		cg_parse_single(text, row->fields, out);
		break;
	case CG_FORMAT_FLAT:
		cg_parse_flat(text, row->fields, row->count, out);
		break;
	case CG_FORMAT_PSI:
		cg_parse_psi(text, row->fields, row->count, out);
		break;
	}
}
