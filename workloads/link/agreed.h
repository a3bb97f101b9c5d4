/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every workload agrees on with the rig: the window, where its threads run, and the start. */
#ifndef POOLRIG_WORKLOADS_AGREED_H
#define POOLRIG_WORKLOADS_AGREED_H

#include <jansson.h>
#include <sched.h>
#include <stdint.h>

#include "base/error.h"
#include "workloads/link/link.h"

struct agreed {
	int64_t warmup_ns, window_ns;
	cpu_set_t work, load; /* core roles */
};

/* From the message `configure`. Errors name the member, the value and the way out. */
int agreed_read(struct agreed *a, const json_t *configure, struct error *err);

/* The member `params` of it, an object: borrowed. NULL: there is none. */
const json_t *agreed_params(const json_t *configure, struct error *err);

/* *drain_ns, a workload's default or what its param `drain` says, within what the rig lets tasks
 * run after the window: a default is lowered to that, a param above it is an error. */
int agreed_limit_drain(const json_t *configure, int64_t *drain_ns, struct error *err);

/* Wait for `go`, which must repeat the lengths: memory was measured out by them. *start is an
 * instant of CLOCK_MONOTONIC in ns. Returns BENCH_LINK_MESSAGE, BENCH_LINK_CLOSED, or -1. */
int agreed_wait_for_go(const struct agreed *a, struct bench_link *link, int64_t *start,
		       struct error *err);

/* The rig's end has become readable while the window was open: BENCH_LINK_CLOSED, or -1 where
 * there is a message, which there must not be. */
int agreed_interrupted(struct bench_link *link, struct error *err);

#endif
