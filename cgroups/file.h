/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small files of a group that are read without an error's text. */
#ifndef POOLRIG_CGROUPS_FILE_H
#define POOLRIG_CGROUPS_FILE_H

#include <stddef.h>

#include "cgroups/value.h"

/* The whole of a small kernel file in one read, NUL-terminated. Returns 0 or -errno. */
int cg_read_text(int dirfd, const char *file, char *buf, size_t size);

/* A file with one number in it (or "max"), such as cpu.shares; a negative one is `max`. */
int cg_read_number(int dirfd, const char *file, struct cg_value *v);

#endif
