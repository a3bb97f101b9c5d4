/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which file a command means. */
#ifndef POOLRIG_RIG_PLAN_PROGRAM_H
#define POOLRIG_RIG_PLAN_PROGRAM_H

#include <stddef.h>

#include "base/error.h"

/* Find the program of a command: a name with a slash is a path from the current directory; any
 * other is looked for in `dir` (may be NULL), then in PATH. Writes its absolute path (symbolic
 * links are kept: some programs look at the name they were called by). Errors (ERROR_INPUT) are
 * `"NAME": reason; way out`. */
int program_find(const char *name, const char *dir, char *out, size_t size, struct error *err);

#endif
