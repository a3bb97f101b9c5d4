/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `exec` says of its one trial, for programs. */
#ifndef POOLRIG_RIG_REPORT_EXEC_JSON_H
#define POOLRIG_RIG_REPORT_EXEC_JSON_H

#include <sys/types.h>

#include "base/error.h"
#include "rig/record/trial_record.h"

/* Can a file be made there? Errors (ERROR_INPUT): no such directory, not writable. */
int exec_json_check(const char *path, struct error *err);

/* The trial as JSON (docs/result.md, the same object as in `show --json`), written to a new file
 * beside `path` and renamed, so that no reader sees half of it; it belongs to uid:gid. */
int exec_json_write(const struct trial_record *r, const char *path, uid_t uid, gid_t gid,
		    struct error *err);

#endif
