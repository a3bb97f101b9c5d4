/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What poolsim is told: traffic, pool, policies. One table gives parsing, errors and --help. */
#ifndef POOLRIG_POOLSIM_SETTINGS_H
#define POOLRIG_POOLSIM_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "pool/policy/simulate.h"

#define POOLSIM_RULES_MAX 16

struct poolsim_settings {
	struct pool_traffic_shape shape;
	const char *schedule, *trace; /* files, or NULL: traffic is made */
	bool length_given, initial_given;
	const char *rules[POOLSIM_RULES_MAX]; /* of pool_autoscale_names() */
	size_t rule_count;
	struct pool_simulate_options simulation; /* without traffic, rule and breaker */
	bool breaker;
	struct pool_breaker_options breaker_options;
};

void poolsim_settings_init(struct poolsim_settings *s);

/* Set one from "KEY=VALUE"; the text must stay. Errors (ERROR_INPUT) name key, value, way out. */
int poolsim_settings_set(struct poolsim_settings *s, const char *setting, struct error *err);

/* What can only be judged when all are known. */
int poolsim_settings_check(const struct poolsim_settings *s, struct error *err);

void poolsim_settings_help(FILE *to);

#endif
