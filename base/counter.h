/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Differences of counters that only grow. The kernel's can go back all the same: one of 32 bits
 * that wraps, a CPU that went offline, steal on some hosts (proc(5), /proc/stat). */
#ifndef POOLRIG_BASE_COUNTER_H
#define POOLRIG_BASE_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

#define COUNTER_WENT_BACK "the kernel's counter went back"

/* *by: what a counter has grown by. False: it went back, and *by is not known (0). */
static inline bool counter_grown(uint64_t before, uint64_t after, uint64_t *by)
{
	*by = after < before ? 0 : after - before;
	return after >= before;
}

#endif
