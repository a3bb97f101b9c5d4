/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who made something, so that others can find out later whether that process still lives: its pid, the
 * namespace in which that is its pid, and when it was started (proc(5), field 22 of stat), for pids
 * are used again.
 */
#ifndef POOLRIG_RIG_CELL_OWNER_H
#define POOLRIG_RIG_CELL_OWNER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct owner {
	pid_t pid;
	unsigned long long started; /* in clock ticks since boot */
	unsigned long long pid_ns;  /* the namespace's inode number (namespaces(7)) */
};

/* The calling process. */
int owner_self(struct owner *o, struct error *err);

/* Whether it lives. One that has ended and is not yet reaped does not. One that can't be looked at,
 * such as a process of another pid namespace, is UNKNOWN. */
enum owner_life { OWNER_UNKNOWN = 0, OWNER_ALIVE, OWNER_DEAD };
enum owner_life owner_life(const struct owner *o);

#endif
