/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON into a file that root makes for somebody. */
#ifndef POOLRIG_RIG_REPORT_JSON_FILE_H
#define POOLRIG_RIG_REPORT_JSON_FILE_H

#include <jansson.h>
#include <sys/types.h>

#include "base/error.h"

/* Can a file be made there? Errors (ERROR_INPUT): no such directory, not writable. */
int json_file_check(const char *path, struct error *err);

/* Written to a new file beside `path` and renamed, so that no reader sees half of it; it belongs to
 * uid:gid. Takes over the value (NULL: no memory). */
int json_file_write(json_t *value, const char *path, uid_t uid, gid_t gid, struct error *err);

#endif
