/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What runs in the new processes, between clone3(2) and execve(2). Neither function returns. */
#ifndef POOLRIG_RIG_CELL_INSIDE_H
#define POOLRIG_RIG_CELL_INSIDE_H

#include "rig/cell/launch.h"

struct inside {
	const struct launch_spec *spec;
	struct launch_page *page;
	int control;                      /* the child's end of the barrier */
	int join_fds[CG_HIERARCHIES_MAX]; /* v1 cgroup.procs */
	int join_count;
};

/* What the child sends when it stands at the barrier, or has failed on the way to it. */
struct inside_report {
	bool ready;
	struct error error;
};

_Noreturn void inside_command(const struct inside *in);
/* For clone(2), with the reading end of the init's pipe (int *). It shares memory with the
 * supervisor and must not write to anything but its own stack. Does not return. */
int inside_init(void *read_end);

#endif
