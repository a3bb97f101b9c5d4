/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a hierarchy is named, so that another process can tell later whether it sees the same one. */
#ifndef POOLRIG_CGROUPS_HIERARCHY_H
#define POOLRIG_CGROUPS_HIERARCHY_H

#include <stdbool.h>
#include <stddef.h>

#include "cgroups/tree.h"

/* "v2:1" or "cpu,cpuacct:1": the version or the v1 controllers, and the inode number of the group
 * that its mount shows as the root. In a cgroup namespace, or where a part of a hierarchy is bound
 * somewhere, that is another group. Returns buf. */
const char *cg_hierarchy_name(const struct cg_hierarchy *h, char *buf, size_t size);

/* Has the tree the hierarchy of that name, with the same root? */
bool cg_tree_sees(const struct cg_tree *tree, const char *name);

#endif
