/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clean environment of a command in a cell: what a program needs, and nothing of the caller's
 * that two runs could differ by. */
#ifndef POOLRIG_RIG_CELL_ENVIRONMENT_H
#define POOLRIG_RIG_CELL_ENVIRONMENT_H

#include <stddef.h>

#include "base/error.h"
#include "rig/cell/person.h"

#define ENVIRONMENT_MAX 4096

struct environment {
	char **entries; /* owned, NULL-terminated, each owned */
	size_t count;
};

/* PATH, HOME, USER, LANG=C.UTF-8, TMPDIR=/tmp; with `keep`, all of the caller's instead, be it none. */
int environment_init(struct environment *e, const struct person *person, char *const *keep,
		     struct error *err);
/* Add "KEY=VALUE", in place of one of that key. Errors (ERROR_INPUT): no "=", an empty key. */
int environment_set(struct environment *e, const char *entry, struct error *err);
/* The value of a key; NULL: it is not set. */
const char *environment_get(const struct environment *e, const char *key);
void environment_destroy(struct environment *e); /* takes a zeroed struct */

#endif
