/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/hierarchy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define V2 "v2"

const char *cg_hierarchy_name(const struct cg_hierarchy *h, char *buf, size_t size)
{
	char list[100];

	snprintf(buf, size, "%s:%" PRIu64,
		 h->v2 ? V2 : cg_controllers_text(h->controllers, list, sizeof(list)),
		 h->root_inode);
	return buf;
}

/* A v1 controller is in one hierarchy at a time, so that any of them names it. */
static bool is_named(const struct cg_hierarchy *h, const char *list, uint64_t inode)
{
	if (h->root_inode != inode || h->v2 != (strcmp(list, V2) == 0))
		return false;
	return h->v2 || (h->controllers & cg_controllers_parse(list));
}

bool cg_tree_sees(const struct cg_tree *tree, const char *name)
{
	const char *colon = strrchr(name, ':');
	char list[100];

	if (!colon)
		return false;
	snprintf(list, sizeof(list), "%.*s", (int)(colon - name), name);
	for (int i = 0; i < tree->count; i++)
		if (is_named(&tree->hierarchies[i], list, strtoull(colon + 1, NULL, 10)))
			return true;
	return false;
}
