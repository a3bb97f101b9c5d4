/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names in the order of their first appearance, each once. */
#ifndef POOLRIG_RIG_RESULT_NAMES_H
#define POOLRIG_RIG_RESULT_NAMES_H

#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

struct names {
	size_t count, size;
	const char **list; /* owned; the names are borrowed */
};

/* The place of a name, which is added where it is new; -1: no memory. */
ssize_t names_add(struct names *names, const char *name, struct error *err);
void names_destroy(struct names *names); /* takes a zeroed struct */

#endif
