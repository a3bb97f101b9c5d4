/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/kinds/kinds.h"

#include <stddef.h>
#include <string.h>

/* The two lists have one order. */
static const struct pool_ops *const all_ops[] = {&pool_naive,    &pool_fixed, &pool_elastic,
						 &pool_stealing, &pool_fibre, NULL};
static const char *const all_kinds[] = {"naive", "fixed", "elastic", "stealing", "fibre", NULL};

const char *const *pool_kinds(void)
{
	return all_kinds;
}

const struct pool_ops *const *pool_all_ops(void)
{
	return all_ops;
}

const struct pool_ops *pool_find_kind(const char *kind)
{
	for (size_t i = 0; all_ops[i]; i++)
		if (strcmp(kind, all_ops[i]->kind) == 0)
			return all_ops[i];
	return NULL;
}

bool pool_takes_queue(const char *kind, const char *queue)
{
	const struct pool_ops *ops = pool_find_kind(kind);

	return ops && ops->takes_queue && ops->takes_queue(queue);
}
