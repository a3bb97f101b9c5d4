/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A cpuset partition is the run's: the kernel (Documentation/admin-guide/cgroup-v2.rst, "Cpuset")
 * makes one only of a group whose parent is the root or a partition itself, and what is below it
 * are its members. */
#include "cgroups/cell.h"

#include <string.h>

#include "cgroups/ops.h"

/* A group that can't be a partition is left as it was made, or its cpus would bind its cells. */
static void take_back(const struct cg_run *run)
{
	const struct cg_tree *tree = run->tree;
	int dirfd = run->fds[tree->of_controller[CG_CPUSET]];

	tree->ops->write(tree->ops, dirfd, "cpuset.cpus.partition", "member");
	tree->ops->write(tree->ops, dirfd, "cpuset.cpus.exclusive", "");
	tree->ops->write(tree->ops, dirfd, "cpuset.cpus", "");
}

/* The run's own group, as if it were a cell: it is set and read back as one is. */
static int make(struct cg_cell *group, const cpu_set_t *cpus, const char *kind, struct error *err)
{
	struct cg_setting *partition = &group->settings[CG_KNOB_PARTITION];
	struct cg_run *run = group->run;
	const struct cg_tree *tree = run->tree;
	int at = tree->of_controller[CG_CPUSET];
	bool v2 = at >= 0 && tree->hierarchies[at].v2;

	if (v2) {
		if (cg_cell_set_cpus(group, cpus, err) < 0)
			return -1;
		/* Linux 6.7 and later: with it, the parent need not be a partition itself. Where it
		 * is refused, the kernel says why when the partition is read back. */
		tree->ops->write(tree->ops, run->fds[at], "cpuset.cpus.exclusive",
				 group->settings[CG_KNOB_CPUS].asked);
	}
	if (cg_cell_set(group, CG_KNOB_PARTITION, kind, err) < 0)
		return -1;
	if (v2 && partition->held != CG_HELD_AS_ASKED) {
		take_back(run);
		/* There is nothing left to be read again later. */
		if (partition->held == CG_HELD_CHANGED)
			partition->held = CG_HELD_REFUSED;
	}
	return cg_setting_copy(&run->partition, partition, err);
}

int cg_run_partition(struct cg_run *run, const cpu_set_t *cpus, const char *kind, struct error *err)
{
	struct cg_cell group = {.run = run};
	int ret;

	memcpy(group.fds, run->fds, sizeof(group.fds));
	memcpy(group.name, run->name, sizeof(group.name));
	ret = make(&group, cpus, kind, err);
	cg_settings_destroy(group.settings, CG_KNOBS);
	return ret;
}
