/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All that is libcgroup's: finding the hierarchies, and making the run's group. The library keeps
 * its mount table in globals, so only one thread (the supervisor) may be in here at a time. It
 * logs to stdout by default; here its last message goes into the error instead.
 */
#ifndef POOLRIG_CGROUPS_LIB_H
#define POOLRIG_CGROUPS_LIB_H

#include "base/error.h"
#include "cgroups/ops.h"
#include "cgroups/tree.h"

/* A mounted hierarchy, as found. */
struct cg_mount {
	char path[256];
	bool v2;
	uint32_t controllers; /* bit set of 1u << enum cg_controller; of v2: build reads them */
};

/* Find the hierarchies that have a controller of ours, and the v2 tree, whatever it has. Returns
 * how many there are (0: none), or -1. `note` gets what did not go as wished. */
int cg_lib_discover(struct cg_mount mounts[CG_HIERARCHIES_MAX], char *note, size_t note_size,
		    struct error *err);

/* What libcgroup says, without the text of errno 0 at its end: it does not always set errno before
 * it asks for that. "it gives no reason" where nothing else is left. Changes the text. */
const char *cg_lib_reason(char *text);

/* The cg_ops.make_run of the kernel. */
int cg_lib_make_run(const struct cg_ops *ops, const struct cg_tree *tree, const char *name,
		    struct error *err);

#endif
