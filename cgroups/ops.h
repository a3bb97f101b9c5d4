/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The few operations on a cgroup tree that a directory with plain files in it can't do: mkdir fills
 * a group with files, rmdir takes them away, a write replaces the content, a kill ends a process.
 * Everything else (openat, pread) works on a fake tree as it stands, so this struct is all that a
 * test has to bring to inject a fault.
 *
 * Each call gets the struct itself, so that a test can put it into a larger one with its own state.
 */
#ifndef POOLRIG_CGROUPS_OPS_H
#define POOLRIG_CGROUPS_OPS_H

#include <sys/types.h>

#include "base/error.h"

struct cg_tree;

struct cg_ops {
	/* Make the group tree->parent/name in every hierarchy; one that is there is no error. */
	int (*make_run)(const struct cg_ops *ops, const struct cg_tree *tree, const char *name,
			struct error *err);
	/* These return 0 or -errno. */
	int (*make)(const struct cg_ops *ops, int dirfd, const char *name);
	int (*remove)(const struct cg_ops *ops, int dirfd, const char *name);
	int (*write)(const struct cg_ops *ops, int dirfd, const char *file, const char *text);
	int (*kill)(const struct cg_ops *ops, pid_t pid); /* SIGKILL */
};

/* What the kernel does; make_run is libcgroup's. No state: any thread. */
extern const struct cg_ops cg_kernel_ops;

#endif
