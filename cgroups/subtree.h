/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * v2: what a group hands down is in its cgroup.subtree_control. That of the tree's parent is not
 * ours, so a change to it is a change to the host: the caller asks first what would be enabled, so
 * that it can write it down, and disables that when it is done.
 *
 * No state; two processes that do this at a time need a lock of their own around it.
 */
#ifndef POOLRIG_CGROUPS_SUBTREE_H
#define POOLRIG_CGROUPS_SUBTREE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "cgroups/tree.h"

/* Bit set (1u << enum cg_controller) of what cg_run_init() would enable in the tree's parent: what
 * a cell needs, the parent has and does not hand down. 0 where the controllers are v1. */
uint32_t cg_subtree_missing(const struct cg_tree *tree);

/* Enable below a group (dirfd, called `group` in the notes) what a cell needs. What is refused is
 * appended to notes. */
void cg_subtree_enable(const struct cg_tree *tree, int dirfd, const char *group, char *notes,
		       size_t notes_size);

/* Disable them again in the tree's parent; those that are disabled already are passed over. Returns
 * 0; 1 where a group below hands one of them down itself, so that the kernel keeps it (EBUSY);
 * -1. */
int cg_subtree_disable(const struct cg_tree *tree, uint32_t controllers, struct error *err);

#endif
