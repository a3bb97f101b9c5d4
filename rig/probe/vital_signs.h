/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The round trip of a cache line between two cores. */
#ifndef POOLRIG_RIG_PROBE_VITAL_SIGNS_H
#define POOLRIG_RIG_PROBE_VITAL_SIGNS_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Measure it between the first CPU of each set. False: `why` says why there is no value. A thread
 * that gets no time on its core is waited for no longer than limit_ns, and ends by itself once it
 * does. */
bool vital_signs_round_trip(const cpu_set_t *work, const cpu_set_t *load, int64_t limit_ns,
			    double *seconds, char *why, size_t size);

#endif
