/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The host's description, stored with every run: what a reader years later must know to judge its
 * numbers. */
#ifndef POOLRIG_RIG_CELL_HOST_H
#define POOLRIG_RIG_CELL_HOST_H

#include "cgroups/tree.h"
#include "rig/cell/topology.h"
#include "rig/record/run_record.h"

/* Facts that can't be read are left out, never guessed. notes: the site's. -1: no memory; the
 * caller destroys the record all the same. */
int host_describe(struct host_record *host, const struct topology *topology,
		  const struct cg_tree *tree, const char *notes, struct error *err);

#endif
