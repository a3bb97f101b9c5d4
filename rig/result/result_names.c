/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rig/result/result.h"

ssize_t names_add(struct names *names, const char *name, struct error *err)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->list[i], name) == 0)
			return (ssize_t)i;
	if (names->count == names->size) {
		size_t size = names->size ? names->size * 2 : 16;
		const char **grown = reallocarray(names->list, size, sizeof(*grown));

		if (!grown)
			return error_host(err, ENOMEM, "no memory for %zu names", size);
		names->list = grown;
		names->size = size;
	}
	names->list[names->count] = name;
	return (ssize_t)names->count++;
}

void names_destroy(struct names *names)
{
	free(names->list);
	*names = (struct names){0};
}
