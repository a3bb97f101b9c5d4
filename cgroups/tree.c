/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/own.h"
#include "base/text.h"
#include "cgroups/lib.h"
#include "cgroups/ops.h"

const char *cg_mode_name(enum cg_mode mode)
{
	static const char *const names[] = {
	    [CG_MODE_NONE] = "none",
	    [CG_MODE_V1] = "v1",
	    [CG_MODE_HYBRID] = "hybrid",
	    [CG_MODE_V2] = "v2",
	};

	return (unsigned)mode < ARRAY_SIZE(names) ? names[mode] : "?";
}

void cg_note(char *notes, size_t size, const char *fmt, ...)
{
	size_t used = strlen(notes);
	va_list ap;
	int n;

	if (used && used + 2 < size) {
		memcpy(notes + used, " ", 2);
		used++;
	}
	va_start(ap, fmt);
	n = vsnprintf(notes + used, size - used, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n >= size - used && size >= 4)
		memcpy(notes + size - 4, "...", 4);
}

/* A v2 group can only hand down what its own cgroup.controllers lists, so it is the parent's list
 * that counts, not that of the mount's root. */
static int read_controllers(struct cg_hierarchy *h, struct error *err)
{
	char list[512];

	if (!h->v2)
		return 0;
	if (io_read_at(h->rootfd, "cgroup.controllers", list, sizeof(list), err) < 0)
		return error_wrap(err, "%s", h->mount);
	h->controllers = cg_controllers_parse(list);
	return 0;
}

#define SHOW_SIZE 200

static int add(struct cg_tree *tree, const struct cg_mount *mount, struct error *err)
{
	struct cg_hierarchy *h = &tree->hierarchies[tree->count];
	char path[sizeof(mount->path) + sizeof(tree->parent) + 1];
	char shown[2][SHOW_SIZE]; /* or a long path would leave no room for the reason */
	struct stat root;

	if (tree->count == CG_HIERARCHIES_MAX)
		return error_host(err, 0, "%s: more than %d cgroup hierarchies", mount->path,
				  CG_HIERARCHIES_MAX);
	snprintf(path, sizeof(path), "%s%s", mount->path, tree->parent);
	*h = (struct cg_hierarchy){.v2 = mount->v2, .controllers = mount->controllers};
	snprintf(h->mount, sizeof(h->mount), "%s", mount->path);
	if (stat(mount->path, &root) < 0)
		return error_host(err, errno, "%s: cannot look at it", mount->path);
	h->root_inode = root.st_ino;
	h->rootfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (h->rootfd < 0 && tree->parent[1] && (errno == ENOENT || errno == ENOTDIR))
		return error_set(err, ERROR_INPUT, errno,
				 "%s: the parent group \"%s\" must be there in every hierarchy; "
				 "make it or choose another",
				 text_shorten(path, shown[0], sizeof(shown[0])),
				 text_shorten(tree->parent, shown[1], sizeof(shown[1])));
	if (h->rootfd < 0)
		return error_host(err, errno, "%s: cannot open",
				  text_shorten(path, shown[0], sizeof(shown[0])));
	tree->count++;
	return read_controllers(h, err);
}

/* The controllers are given out in the order of the hierarchies; each can be in one only. */
static void assign(struct cg_tree *tree)
{
	bool v1 = false;

	for (int c = 0; c < CG_CONTROLLERS; c++)
		tree->of_controller[c] = -1;
	for (int i = 0; i < tree->count; i++) {
		v1 |= !tree->hierarchies[i].v2;
		for (int c = 0; c < CG_CONTROLLERS; c++)
			if (tree->hierarchies[i].controllers & (1u << c))
				tree->of_controller[c] = i;
	}
	if (!tree->count)
		tree->mode = CG_MODE_NONE;
	else if (!tree->hierarchies[0].v2)
		tree->mode = CG_MODE_V1;
	else
		tree->mode = v1 ? CG_MODE_HYBRID : CG_MODE_V2;
}

static void note_missing(struct cg_tree *tree)
{
	static const enum cg_controller wanted[] = {CG_CPUSET, CG_CPU, CG_MEMORY, CG_PIDS};

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		if (tree->of_controller[wanted[i]] < 0)
			cg_note(tree->notes, sizeof(tree->notes),
				"The %s controller is in no hierarchy below \"%s\".",
				cg_controller_name(wanted[i]), tree->parent);
	if (tree->count && !tree->hierarchies[0].v2)
		cg_note(tree->notes, sizeof(tree->notes),
			"No v2 tree is mounted: no PSI, no cgroup.kill, no birth inside the cell.");
}

/* "/a/b" without a "/" at its end, and "" for the root, so that it can be put behind a mount. */
static int set_parent(struct cg_tree *tree, const char *parent, struct error *err)
{
	size_t len;

	if (!parent)
		parent = "/";
	len = strlen(parent);
	if (parent[0] != '/' || strstr(parent, ".."))
		return error_input(err,
				   "\"%s\": not a group's path; write it from the hierarchy's "
				   "root, such as /poolrig",
				   parent);
	if (len >= sizeof(tree->parent))
		return error_input(err, "\"%.60s...\": a group's path has at most %zu characters",
				   parent, sizeof(tree->parent) - 1);
	while (len > 1 && parent[len - 1] == '/')
		len--;
	memcpy(tree->parent, parent, len);
	tree->parent[len] = '\0';
	return 0;
}

int cg_tree_build(struct cg_tree *tree, const struct cg_ops *ops, const struct cg_mount *mounts,
		  int count, const char *parent, struct error *err)
{
	*tree = (struct cg_tree){.ops = ops};
	if (set_parent(tree, parent, err) < 0)
		return -1;
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < count; i++)
			if (mounts[i].v2 == (pass == 0) && add(tree, &mounts[i], err) < 0) {
				cg_tree_destroy(tree);
				return -1;
			}
	assign(tree);
	note_missing(tree);
	return 0;
}

int cg_tree_init(struct cg_tree *tree, const char *parent, struct error *err)
{
	struct cg_mount mounts[CG_HIERARCHIES_MAX];
	char note[256] = "";
	int count;

	*tree = (struct cg_tree){.mode = CG_MODE_NONE};
	count = cg_lib_discover(mounts, note, sizeof(note), err);
	if (count < 0)
		return -1;
	if (count == 0)
		return error_host(err, 0,
				  "no cgroup file system is mounted; mount one (mount -t cgroup2 "
				  "none /sys/fs/cgroup) or use the VM%s%s",
				  *note ? ": " : "", note);
	if (cg_tree_build(tree, &cg_kernel_ops, mounts, count, parent, err) < 0)
		return -1;
	if (*note)
		cg_note(tree->notes, sizeof(tree->notes), "%s", note);
	return 0;
}

void cg_tree_destroy(struct cg_tree *tree)
{
	for (int i = 0; i < tree->count; i++)
		own_close(&tree->hierarchies[i].rootfd);
	*tree = (struct cg_tree){.mode = CG_MODE_NONE};
}
