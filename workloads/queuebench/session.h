/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The conversation with the rig, from `hello` to `done`. */
#ifndef POOLRIG_QUEUEBENCH_SESSION_H
#define POOLRIG_QUEUEBENCH_SESSION_H

#include "base/error.h"
#include "workloads/queuebench/run.h"

enum { QUEUEBENCH_SESSION_DONE = 0, QUEUEBENCH_SESSION_CLOSED = 1 };

/* Returns QUEUEBENCH_SESSION_DONE; QUEUEBENCH_SESSION_CLOSED where the rig went away; or -1, and
 * then the rig has been sent an `error` with the text. fd stays the caller's. */
int queuebench_session(int fd, struct error *err);

#endif
