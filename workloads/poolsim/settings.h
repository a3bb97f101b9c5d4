/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poolsim's parameters: traffic, pool, policies. */
#ifndef POOLRIG_POOLSIM_SETTINGS_H
#define POOLRIG_POOLSIM_SETTINGS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/field.h"
#include "pool/policy/simulate.h"

#define POOLSIM_RULES_MAX 16

struct poolsim_rules {
	const char *names[POOLSIM_RULES_MAX]; /* of pool_autoscale_names() */
	size_t count;
};

#define POOLSIM_LENGTH_AUTO  INT64_C(-1)
#define POOLSIM_INITIAL_AUTO UINT_MAX

struct poolsim_settings {
	struct pool_traffic_shape shape; /* length_ns may be POOLSIM_LENGTH_AUTO */
	const char *schedule, *trace;    /* files, or NULL: traffic is made */
	struct poolsim_rules rules;
	/* without traffic, rule and breaker; scale.initial may be POOLSIM_INITIAL_AUTO */
	struct pool_simulate_options simulation;
	bool breaker;
	struct pool_breaker_options breaker_options;
};

extern const struct field poolsim_settings[];

void poolsim_settings_init(struct poolsim_settings *s);

/* What can only be judged when all are known. */
int poolsim_settings_check(const struct poolsim_settings *s, struct error *err);

#endif
