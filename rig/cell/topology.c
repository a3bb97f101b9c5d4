/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/cell/topology.h"

#include <errno.h>
#include <fcntl.h>
#include <hwloc.h>
#include <hwloc/glibc-sched.h>
#include <stdio.h>
#include <string.h>

#include "base/own.h"

static void read_model(hwloc_topology_t hw, struct topology *t)
{
	hwloc_obj_t package = hwloc_get_obj_by_type(hw, HWLOC_OBJ_PACKAGE, 0);
	const char *model = package ? hwloc_obj_get_info_by_name(package, "CPUModel") : NULL;

	snprintf(t->cpu_model, sizeof(t->cpu_model), "%s", model ? model : "unknown");
}

static void read_cores(hwloc_topology_t hw, struct topology *t)
{
	CPU_ZERO(&t->first);
	t->cores = hwloc_get_nbobjs_by_type(hw, HWLOC_OBJ_CORE);
	for (int i = 0; i < t->cores; i++) {
		hwloc_obj_t core = hwloc_get_obj_by_type(hw, HWLOC_OBJ_CORE, (unsigned)i);
		int cpu = hwloc_bitmap_first(core->cpuset);

		if (cpu >= 0 && cpu < CPU_SETSIZE && CPU_ISSET(cpu, &t->online))
			CPU_SET(cpu, &t->first);
	}
	/* Some virtual machines show no cores: every CPU counts as one. */
	if (CPU_COUNT(&t->first) == 0)
		t->first = t->online;
}

/* hwloc calls it no error where it could open nothing of what it reads: it says so by a machine
 * without memory. */
static int nothing_read(struct error *err)
{
	cleanup_fd int fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);

	return error_host(err, fd < 0 ? errno : 0,
			  "hwloc: cannot read the machine's topology from /sys and /proc");
}

int topology_init(struct topology *t, struct error *err)
{
	hwloc_topology_t hw;
	hwloc_obj_t root;

	*t = (struct topology){0};
	if (hwloc_topology_init(&hw) < 0)
		return error_host(err, 0, "hwloc: cannot start");
	if (hwloc_topology_load(hw) < 0) {
		hwloc_topology_destroy(hw);
		return error_host(err, errno, "hwloc: cannot read the machine's topology");
	}
	root = hwloc_get_root_obj(hw);
	if (!root->total_memory) {
		hwloc_topology_destroy(hw);
		return nothing_read(err);
	}
	hwloc_cpuset_to_glibc_sched_affinity(hw, root->cpuset, &t->online, sizeof(t->online));
	t->memory_bytes = root->total_memory;
	t->numa_nodes = hwloc_get_nbobjs_by_type(hw, HWLOC_OBJ_NUMANODE);
	read_model(hw, t);
	read_cores(hw, t);
	hwloc_topology_destroy(hw);
	return 0;
}

bool topology_is_emulated(const struct topology *t)
{
	return strstr(t->cpu_model, "QEMU TCG CPU") != NULL;
}
