/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The conversation with the rig, from `hello` to `done`. */
#ifndef POOLRIG_POOLBENCH_SESSION_H
#define POOLRIG_POOLBENCH_SESSION_H

#include "base/error.h"
#include "workloads/poolbench/malloc_count.h"

enum { BENCH_SESSION_DONE = 0, BENCH_SESSION_CLOSED = 1 };

/* Returns BENCH_SESSION_DONE; BENCH_SESSION_CLOSED where the rig went away; or -1, and then the
 * rig has been sent an `error` with the text. fd stays the caller's. */
int bench_session(int fd, const struct bench_malloc *allocator, struct error *err);

#endif
