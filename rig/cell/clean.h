/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Undo what killed runs left: the groups that their journals name, with every process in them, and
 * the host settings that they changed. */
#ifndef POOLRIG_RIG_CELL_CLEAN_H
#define POOLRIG_RIG_CELL_CLEAN_H

#include <stdint.h>

#include "base/error.h"
#include "cgroups/tree.h"

/* Returns how many dead runs were cleaned up after (0: there was nothing), or -1 with the first
 * thing that could not be undone. Needs root. Live runs are not touched. */
int clean_leftovers(struct error *err);

/* Disable controllers that a run has enabled below the tree's parent. Returns 0; 1: another run
 * uses them, and must disable them later; -1. Where somebody else has come to use them meanwhile,
 * they stay enabled (0): they are no longer ours to disable. */
int clean_subtree(const struct cg_tree *tree, uint32_t controllers, struct error *err);

#endif
