/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting for a child's end: never without a limit, and the error names what did not end. */
#ifndef POOLRIG_RIG_CELL_REAP_H
#define POOLRIG_RIG_CELL_REAP_H

#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>

#include "base/error.h"

#define REAP_LIMIT_NS (10 * NS_PER_S)

/* Wait for the end of the child of a pidfd and take its status; info and usage may be NULL. `what`
 * is its name in the error: "the cell's init". */
int reap(int pidfd, int64_t limit_ns, siginfo_t *info, struct rusage *usage, const char *what,
	 struct error *err);
/* The same after a SIGKILL, which also ends a child that is stopped, within REAP_LIMIT_NS. */
int reap_killed(int pidfd, const char *what, struct error *err);

#endif
