/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The host's cgroup tree behind one face: cgroup v2, hybrid (v1 controllers beside a v2 tree
 * without them) and pure v1. Discovery is libcgroup's.
 */
#ifndef POOLRIG_CGROUPS_TREE_H
#define POOLRIG_CGROUPS_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cgroups/controller.h"

enum cg_mode {
	CG_MODE_NONE = 0, /* no cgroup file system is mounted */
	CG_MODE_V1,       /* controllers on v1, no v2 tree */
	CG_MODE_HYBRID,   /* controllers on v1, a v2 tree for PSI, freeze, kill and clone3 */
	CG_MODE_V2,       /* one v2 tree with the controllers */
};

struct cg_ops;   /* cgroups/ops.h: the few calls that a fake tree can't do */
struct cg_mount; /* cgroups/lib.h: a hierarchy as it was found */

#define CG_PATH_MAX        1024 /* bytes of a group's path, with its end */
#define CG_HIERARCHIES_MAX 8    /* the v2 tree and each v1 hierarchy in use */

struct cg_hierarchy {
	bool v2;
	char mount[256];      /* where it is mounted */
	uint32_t controllers; /* bit set of 1u << enum cg_controller */
	uint64_t root_inode;  /* of the directory that is mounted: cgroups/hierarchy.h */
	int rootfd;           /* the parent directory below which our groups are made; owned */
};

struct cg_tree {
	const struct cg_ops *ops; /* borrowed; the kernel's, but in tests */
	enum cg_mode mode;
	int count; /* hierarchies in use; [0] is v2 where there is one */
	struct cg_hierarchy hierarchies[CG_HIERARCHIES_MAX];
	int of_controller[CG_CONTROLLERS]; /* index of the hierarchy that has it, or -1 */
	char parent[CG_PATH_MAX];          /* below which group: "/" by default */
	char notes[512];                   /* what was not as wished, a sentence each */
};

/* Discover. `parent` is the group (a path from the hierarchy's root, the same in every hierarchy)
 * below which the project's groups go; NULL means the root. Nothing is made or changed.
 * Errors: nothing mounted; ERROR_INPUT: a parent that does not exist in a hierarchy, or is no path.
 */
int cg_tree_init(struct cg_tree *tree, const char *parent, struct error *err);
/* The second half of cg_tree_init(), for a test that brings its own mounts: open `parent` (NULL:
 * "/") in each mount and fill *tree; the v2 tree comes first. On an error the tree is as destroyed.
 */
int cg_tree_build(struct cg_tree *tree, const struct cg_ops *ops, const struct cg_mount *mounts,
		  int count, const char *parent, struct error *err);
void cg_tree_destroy(struct cg_tree *tree);

/* Has this host a v2 tree? It is hierarchies[0] then. */
static inline bool cg_tree_has_v2(const struct cg_tree *tree)
{
	return tree->count && tree->hierarchies[0].v2;
}

const char *cg_mode_name(enum cg_mode mode); /* "v2", "hybrid", "v1", "none" */

/* Append a sentence to notes; where it does not fit, notes end with "...". */
void cg_note(char *notes, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
