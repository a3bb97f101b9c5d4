/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Instants and spans are int64_t nanoseconds everywhere; instants are of CLOCK_MONOTONIC. */
#ifndef POOLRIG_BASE_CLOCK_H
#define POOLRIG_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

static inline int64_t timespec_ns(struct timespec ts)
{
	return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static inline struct timespec ns_timespec(int64_t ns)
{
	return (struct timespec){.tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S};
}

/* Instants and spans that come from elsewhere (a workload, a store) lie within this, 146 years: the
 * sum or the difference of two of them is an int64_t. */
#define NS_LIMIT (INT64_C(1) << 62)

static inline bool ns_in_limit(int64_t ns)
{
	return ns > -NS_LIMIT && ns < NS_LIMIT;
}

/* Now on CLOCK_MONOTONIC, in nanoseconds. */
static inline int64_t clock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return timespec_ns(ts);
}

/* Now on CLOCK_REALTIME, in nanoseconds since 1970: for people, never for spans. */
static inline int64_t clock_wall(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return timespec_ns(ts);
}

#endif
