/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a schedule (base/protocol.h) makes due in a trial: the rig made it, so it knows what a
 * workload that keeps it has to account for. */
#ifndef POOLRIG_RIG_RECORD_DUE_H
#define POOLRIG_RIG_RECORD_DUE_H

#include <stdint.h>

#include "base/error.h"
#include "base/protocol.h"

struct due {
	uint64_t tasks;  /* whose intended start is in the window: its beginning included, its end
			    excluded */
	int64_t last_ns; /* the last intended start before the window's end, since the start
			    instant; -1: there is none */
};

/* Of a schedule with at least one arrival and a period above 0. Pure. */
struct due due_of(const struct poolrig_schedule_header *schedule,
		  const struct poolrig_schedule_arrival *arrivals, int64_t warmup_ns,
		  int64_t window_ns);

/* The same of the rig's own memfd. Errors (ERROR_HOST): it can't be read. */
int due_read(struct due *due, int fd, int64_t warmup_ns, int64_t window_ns, struct error *err);

#endif
