/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file systems that a cell has for itself. Called in the child, in its own mount namespace. */
#ifndef POOLRIG_RIG_CELL_MOUNTS_H
#define POOLRIG_RIG_CELL_MOUNTS_H

#include "base/error.h"
#include "cgroups/tree.h"

/*
 * Cut the mount namespace off from the host's; private tmpfs on /tmp and /dev/shm; a /proc of the
 * cell's own pid namespace; every cgroup file system and the host's settings in /sys and /proc/sys
 * read-only. The working directory and the directory of `program` (an absolute path) stay visible
 * where they lie below /tmp or /dev/shm; of a program right in /tmp, only itself. The working
 * directory is entered again, so that it is the visible one.
 */
int mounts_private(const struct cg_tree *tree, const char *program, struct error *err);

#endif
