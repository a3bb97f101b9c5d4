/* SPDX-License-Identifier: GPL-3.0-or-later */
/* v1 makes a cpuset group without CPUs and memory nodes, and no process can join it like that
 * (ENOSPC). */
#ifndef POOLRIG_CGROUPS_CPUSET_V1_H
#define POOLRIG_CGROUPS_CPUSET_V1_H

#include "base/error.h"
#include "cgroups/ops.h"
#include "cgroups/tree.h"

/* Give the group those of its parent, where it has none. */
int cg_cpuset_inherit(const struct cg_ops *ops, int parentfd, int dirfd, struct error *err);

/* Can processes run below the tree's parent, as far as a v1 cpuset is concerned? ERROR_INPUT where
 * the parent has no CPUs or no memory nodes; it names the file. */
int cg_cpuset_check(const struct cg_tree *tree, struct error *err);

#endif
