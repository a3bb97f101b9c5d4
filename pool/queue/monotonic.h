/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clock that deadlines are of. */
#ifndef POOLRIG_POOL_QUEUE_MONOTONIC_H
#define POOLRIG_POOL_QUEUE_MONOTONIC_H

#include <stdint.h>
#include <time.h>

/* Now on CLOCK_MONOTONIC, in ns. */
static inline int64_t monotonic_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

#endif
