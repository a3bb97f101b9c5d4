/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `exec` says of its one trial. */
#ifndef POOLRIG_RIG_EXEC_REPORT_H
#define POOLRIG_RIG_EXEC_REPORT_H

#include <stdio.h>

#include "base/error.h"
#include "rig/cell/person.h"
#include "rig/record/trial_record.h"

/* A dozen lines for people: how it ended, time, memory, pressure, events, grade. */
void exec_report(const struct trial_record *r, FILE *to);

/* Can a file be made there? Errors (ERROR_INPUT): no such directory, not writable. */
int exec_report_json_check(const char *path, struct error *err);

/* The trial as JSON (docs/result.md, the same object as in `show --json`), written to a new file
 * beside `path` and renamed, so that no reader sees half of it; it belongs to the person. */
int exec_report_json(const struct trial_record *r, const char *path, const struct person *person,
		     struct error *err);

#endif
