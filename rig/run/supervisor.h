/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the supervisor does to itself before it supervises. */
#ifndef POOLRIG_RIG_RUN_SUPERVISOR_H
#define POOLRIG_RIG_RUN_SUPERVISOR_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Sit on the housekeeping core, and block the signals that the loops take up: TRIAL_STOP_SIGNALS
 * but for those that the caller ignores, which stay ignored. */
int supervisor_settle(const cpu_set_t *housekeeping, struct error *err);

/* All is cleaned up: from here on these signals end the rig itself, which may wait for a reader of
 * its output. Where one of them has already asked for the end, the rig has 5 s for its last words.
 */
void supervisor_release(bool interrupted);

/* Where the workloads that come with this command stand: its own directory, or libexec/poolrig
 * beside the bin/ it was installed in. */
int supervisor_program_dir(char **dir, struct error *err); /* the caller frees */

/* Where docs/ and experiments/ stand, of which help speaks: share/poolrig beside the bin/ it was
 * installed in, or the tree it was built in. */
int supervisor_files_dir(char *dir, size_t size, struct error *err);

#endif
