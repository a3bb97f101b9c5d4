/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What runs in the new processes, between clone3(2) and execve(2). */
#ifndef POOLRIG_RIG_CELL_INSIDE_H
#define POOLRIG_RIG_CELL_INSIDE_H

#include "base/error.h"
#include "cgroups/tree.h"
#include "rig/cell/launch.h"
#include "rig/cell/person.h"

struct inside {
	const struct launch_spec *spec;
	struct launch_page *page;
	int control;                      /* the child's end of the barrier */
	int join_fds[CG_HIERARCHIES_MAX]; /* v1 cgroup.procs */
	int join_count;
};

/* Why the caller's scheduling policy, which a child inherits, is what is in the way of a failed
 * birth, in brackets; "": it is not. */
const char *inside_policy_hint(int errnum);

/* What the child sends when it stands at the barrier, or has failed on the way to it. */
struct inside_report {
	bool ready;
	struct error error;
};

/* Neither of the two returns. */
_Noreturn void inside_command(const struct inside *in);
/* For clone(2), with a struct launch_init. It shares memory with the supervisor and must not write
 * to anything but that and its own stack. */
int inside_init(void *init);

/*
 * The file systems that a cell has for itself, in its own mount namespace: cut off from the host's;
 * private tmpfs on /tmp and /dev/shm; a /proc of the cell's own pid namespace; every cgroup file
 * system and the host's settings in /sys and /proc/sys read-only. The working directory and the
 * directory of `program` (an absolute path) stay visible where they lie below /tmp or /dev/shm; of
 * a program right in /tmp, only itself. The working directory is entered again, so that it is the
 * visible one.
 */
int mounts_private(const struct cg_tree *tree, const char *program, struct error *err);

/* Last before exec: bound the capabilities to those that an ordinary root program needs (no
 * mounting, no raw I/O, no nice below 0), become the person, set no_new_privs. */
int privileges_drop(const struct person *person, struct error *err);

/*
 * Unmap every shared library but the C library and its loader: a child's copy of the supervisor is
 * taken down within execve(2), in the time that counts as the command's, and most of it is
 * libraries that the child does not need any more. From then on the caller may call nothing but the
 * C library. Does nothing where that is not safe: with preloaded libraries or sanitizers, which
 * stand between the caller and the C library, or with a C library that is not glibc's.
 */
void unmap_libraries(void);

#endif
