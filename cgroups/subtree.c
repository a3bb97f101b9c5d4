/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/subtree.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "base/own.h"
#include "cgroups/ops.h"

#define CONTROL "cgroup.subtree_control"

/* What a cell needs of its ancestors. */
static const enum cg_controller wanted[] = {CG_CPUSET, CG_CPU, CG_MEMORY, CG_PIDS};

static uint32_t read_set(int dirfd, const char *file)
{
	char text[512];

	return io_read_at(dirfd, file, text, sizeof(text), NULL) < 0 ? 0
								     : cg_controllers_parse(text);
}

static uint32_t missing(int dirfd)
{
	uint32_t needed = 0;

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		needed |= 1u << wanted[i];
	return needed & read_set(dirfd, "cgroup.controllers") & ~read_set(dirfd, CONTROL);
}

uint32_t cg_subtree_missing(const struct cg_tree *tree)
{
	return cg_tree_has_v2(tree) ? missing(tree->hierarchies[0].rootfd) : 0;
}

static int change(const struct cg_tree *tree, int dirfd, char sign, enum cg_controller c)
{
	char text[32];

	snprintf(text, sizeof(text), "%c%s", sign, cg_controller_name(c));
	return tree->ops->write(tree->ops, dirfd, CONTROL, text);
}

/* One write a controller, so that one that is refused does not take the others with it. */
void cg_subtree_enable(const struct cg_tree *tree, int dirfd, const char *group, char *notes,
		       size_t notes_size)
{
	uint32_t set = missing(dirfd);

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		int rc = set & (1u << wanted[i]) ? change(tree, dirfd, '+', wanted[i]) : 0;

		if (rc == 0)
			continue;
		cg_note(notes, notes_size,
			"The %s controller cannot be enabled below \"%s\": %s%s.",
			cg_controller_name(wanted[i]), group, strerror(-rc),
			rc == -EBUSY ? " (there are processes in that group; they must go into a "
				       "group below it first)"
				     : "");
	}
}

int cg_subtree_disable(const struct cg_tree *tree, uint32_t controllers, struct error *err)
{
	uint32_t on = cg_tree_has_v2(tree) ? read_set(tree->hierarchies[0].rootfd, CONTROL) : 0;
	bool busy = false;

	for (int c = 0; c < CG_CONTROLLERS; c++) {
		int rc;

		if (!(controllers & on & (1u << c)))
			continue;
		rc = change(tree, tree->hierarchies[0].rootfd, '-', (enum cg_controller)c);
		if (rc < 0 && rc != -EBUSY)
			return error_host(err, -rc,
					  "%s: the %s controller, enabled below \"%s\" by this "
					  "program, cannot be disabled",
					  tree->hierarchies[0].mount,
					  cg_controller_name((enum cg_controller)c), tree->parent);
		busy |= rc == -EBUSY;
	}
	return busy;
}
