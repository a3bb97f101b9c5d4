/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/kinds/kinds.h"

#include <stddef.h>
#include <string.h>

/* In one order. */
static const char *const names[] = {"naive", "fixed", "elastic", "stealing", "fibre", NULL};
static const struct pool_ops *const rows[] = {&pool_naive,    &pool_fixed, &pool_elastic,
					      &pool_stealing, &pool_fibre, NULL};
_Static_assert(sizeof(names) / sizeof(*names) == sizeof(rows) / sizeof(*rows), "a row a name");

const char *const *pool_kinds(void)
{
	return names;
}

const struct pool_ops *pool_find_kind(const char *kind)
{
	for (size_t i = 0; names[i]; i++)
		if (strcmp(kind, names[i]) == 0)
			return rows[i];
	return NULL;
}

bool pool_takes_queue(const char *kind, const char *queue)
{
	const struct pool_ops *ops = pool_find_kind(kind);

	return ops && ops->takes_queue && ops->takes_queue(queue);
}
