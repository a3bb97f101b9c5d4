/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Removing a group in every hierarchy. */
#ifndef POOLRIG_CGROUPS_ERASE_H
#define POOLRIG_CGROUPS_ERASE_H

#include <stdint.h>

#include "base/error.h"
#include "cgroups/tree.h"

/* Remove the group `name` below parents[i], in every hierarchy in which parents[i] >= 0, with
 * everything that is in it and below it. One that is not there, or only in some hierarchies, is no
 * error. The error names what is left. */
int cg_group_erase(const struct cg_tree *tree, const int *parents, const char *name,
		   const char *label, int64_t deadline, struct error *err);

#endif
