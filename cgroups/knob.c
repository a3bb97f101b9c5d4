/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/knob.h"

#include "base/own.h"

/* clang-format off */
static const struct cg_knob_row rows[CG_KNOBS] = {
    [CG_KNOB_CPUS] = {
	CG_KNOB_CPUS, "cpuset.cpus", CG_CPUSET, "cpuset.cpus", "cpuset.cpus", CG_UNIT_CPULIST,
	"the cell's processes may run on any core of the host", "cpu"},
    [CG_KNOB_MEMS] = {
	CG_KNOB_MEMS, "cpuset.mems", CG_CPUSET, "cpuset.mems", "cpuset.mems", CG_UNIT_CPULIST,
	"the cell's memory may come from any NUMA node", "memory"},
    [CG_KNOB_PARTITION] = {
	CG_KNOB_PARTITION, "cpuset.cpus.partition", CG_CPUSET, "cpuset.cpus.partition", NULL,
	CG_UNIT_WORD, "other processes may be scheduled on the cell's cores", "cpu"},
    [CG_KNOB_MEMORY_MAX] = {
	CG_KNOB_MEMORY_MAX, "memory.max", CG_MEMORY, "memory.max", "memory.limit_in_bytes",
	CG_UNIT_BYTES, "the cell may take all of the host's memory", "memory"},
    [CG_KNOB_MEMORY_HIGH] = {
	CG_KNOB_MEMORY_HIGH, "memory.high", CG_MEMORY, "memory.high", NULL, CG_UNIT_BYTES,
	"the cell is not slowed down before it reaches its limit", "memory"},
    [CG_KNOB_SWAP_MAX] = {
	CG_KNOB_SWAP_MAX, "memory.swap.max", CG_MEMORY, "memory.swap.max",
	"memory.memsw.limit_in_bytes", CG_UNIT_BYTES,
	"the cell may swap, which hides how much memory it needs", "memory"},
    [CG_KNOB_PIDS_MAX] = {
	CG_KNOB_PIDS_MAX, "pids.max", CG_PIDS, "pids.max", "pids.max", CG_UNIT_COUNT,
	"a fork bomb in the cell reaches the whole host", "cpu"},
    [CG_KNOB_CPU_MAX] = {
	CG_KNOB_CPU_MAX, "cpu.max", CG_CPU, "cpu.max", "cpu.cfs_quota_us", CG_UNIT_QUOTA,
	"the cell may use its cores all of the time", "cpu"},
    [CG_KNOB_CPU_WEIGHT] = {
	CG_KNOB_CPU_WEIGHT, "cpu.weight", CG_CPU, "cpu.weight", "cpu.shares", CG_UNIT_COUNT,
	"the cell gets the same share of a contended core as any other group", "cpu"},
};
/* clang-format on */

const struct cg_knob_row *cg_knob_row(enum cg_knob knob)
{
	return (unsigned)knob < CG_KNOBS ? &rows[knob] : NULL;
}

const char *cg_held_name(enum cg_held held)
{
	static const char *const names[] = {
	    [CG_HELD_UNSET] = "unset",     [CG_HELD_AS_ASKED] = "held",
	    [CG_HELD_CHANGED] = "changed", [CG_HELD_REFUSED] = "refused",
	    [CG_HELD_ABSENT] = "absent",
	};

	return (unsigned)held < ARRAY_SIZE(names) ? names[held] : "?";
}
