/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Instructions and cycles of a thread, where the host counts them (perf_event_open(2)). */
#ifndef POOLRIG_QUEUEBENCH_COUNTING_H
#define POOLRIG_QUEUEBENCH_COUNTING_H

#include <stdint.h>

enum counting_event { COUNTING_INSTRUCTIONS, COUNTING_CYCLES, COUNTING_EVENTS };
extern const char *const counting_names[COUNTING_EVENTS];

struct counting {
	int fds[COUNTING_EVENTS];    /* owned; -1: not to be had */
	int errors[COUNTING_EVENTS]; /* the errno, then */
};

/* Of the calling thread, in user space, from now on. */
void counting_init(struct counting *c);
void counting_destroy(struct counting *c);

/* How many so far; 0 and a reason in errors[event] where that is not known. */
uint64_t counting_read(struct counting *c, enum counting_event event);

#endif
