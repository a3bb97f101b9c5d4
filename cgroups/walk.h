/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every group below a group, the deepest first. */
#ifndef POOLRIG_CGROUPS_WALK_H
#define POOLRIG_CGROUPS_WALK_H

/* Called for each group below: its own directory (open only during the call), that of its parent,
 * and its name there. Returns 0, or a value that ends the walk. */
typedef int (*cg_visit)(void *context, int dirfd, int parentfd, const char *name);

/* Walk what is below dirfd (not dirfd itself), children before their parents. A group that vanishes
 * meanwhile is passed over. Returns 0, -errno, or what a visit ended it with. However deep a
 * workload nests its groups, no more than three descriptors are open at a time. */
int cg_walk(int dirfd, cg_visit visit, void *context);

#endif
