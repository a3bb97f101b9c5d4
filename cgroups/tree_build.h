/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making a tree of what was found: apart from the finding, so that a test can bring its own. */
#ifndef POOLRIG_CGROUPS_TREE_BUILD_H
#define POOLRIG_CGROUPS_TREE_BUILD_H

#include "base/error.h"
#include "cgroups/lib.h"
#include "cgroups/tree.h"

/* Open `parent` (NULL: "/") in each mount and fill *tree; the v2 tree comes first. On an error the
 * tree is as destroyed. */
int cg_tree_build(struct cg_tree *tree, const struct cg_ops *ops, const struct cg_mount *mounts,
		  int count, const char *parent, struct error *err);

/* The bit set of the controllers of ours that a list such as "cpuset cpu io memory" names. */
uint32_t cg_controllers_parse(const char *list);

/* Append a sentence to notes; where it does not fit, notes end with "...". */
void cg_note(char *notes, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
