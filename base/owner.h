/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who made something, so that others can find out later whether that process still lives: its pid,
 * when it was started (proc(5), field 22 of stat), for pids are used again, the namespace in which
 * that is its pid, and the boot.
 */
#ifndef POOLRIG_BASE_OWNER_H
#define POOLRIG_BASE_OWNER_H

#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

struct owner {
	pid_t pid;
	unsigned long long started; /* in clock ticks since boot */
	unsigned long long pid_ns;  /* the namespace's inode number (namespaces(7)) */
	char boot[40];              /* random(4), boot_id */
};

/* The calling process. */
int owner_self(struct owner *o, struct error *err);

/* One line of text, without its end, and back; -1: it is not one. Returns buf. */
#define OWNER_TEXT_SIZE 120
const char *owner_text(const struct owner *o, char buf[OWNER_TEXT_SIZE]);
int owner_parse(const char *text, struct owner *o);

/* Whether it lives. One that has ended and is not yet reaped does not, nor does one of another
 * boot. One that can't be looked at, such as a process of another pid namespace, is UNKNOWN. */
enum owner_life { OWNER_UNKNOWN = 0, OWNER_ALIVE, OWNER_DEAD };
enum owner_life owner_life(const struct owner *o);

#endif
