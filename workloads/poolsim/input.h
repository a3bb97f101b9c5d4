/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The traffic of a simulation: made as the settings say, or read from a file. */
#ifndef POOLRIG_POOLSIM_INPUT_H
#define POOLRIG_POOLSIM_INPUT_H

#include "base/error.h"
#include "pool/policy/traffic.h"
#include "workloads/poolsim/settings.h"

/* Errors (ERROR_INPUT) name setting or file, and line or arrival. Owned by the caller:
 * pool_traffic_destroy(). */
int poolsim_input(const struct poolsim_settings *s, struct pool_traffic *traffic,
		  struct error *err);

#endif
