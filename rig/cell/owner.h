/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who made something, so that others can find out later whether that process still lives: its pid, and
 * when it was started (proc(5), field 22 of stat), for pids are used again.
 */
#ifndef POOLRIG_RIG_CELL_OWNER_H
#define POOLRIG_RIG_CELL_OWNER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct owner {
	pid_t pid;
	unsigned long long started; /* in clock ticks since boot */
};

/* The calling process. */
int owner_self(struct owner *o, struct error *err);

/* Whether it lives. One that has ended and is not yet reaped does not; one that can't be looked at
 * is taken for alive. */
bool owner_alive(const struct owner *o);

#endif
