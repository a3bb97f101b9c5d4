/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file systems that a cell has for itself. Called in the child, in its own mount namespace. */
#ifndef POOLRIG_RIG_CELL_MOUNTS_H
#define POOLRIG_RIG_CELL_MOUNTS_H

#include <stddef.h>

#include "base/error.h"
#include "cgroups/tree.h"

/*
 * Cut the mount namespace off from the host's; private tmpfs on /tmp and /dev/shm; a /proc of the
 * cell's own pid namespace; every cgroup file system read-only. Directories in `keep` that would be
 * hidden by the private /tmp or /dev/shm (the program's own, the working directory) stay visible
 * where they were; `cwd`, if not NULL, is entered again so that it is the visible one.
 */
int mounts_private(const struct cg_tree *tree, const char *const *keep, size_t keep_count,
		   struct error *err);

#endif
