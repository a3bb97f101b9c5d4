/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parameters of a variant that choose policies before its pool. */
#ifndef POOLRIG_POOLBENCH_POLICY_PARAMS_H
#define POOLRIG_POOLBENCH_POLICY_PARAMS_H

#include <stdbool.h>
#include <stdint.h>

struct bench_policy_params {
	int autoscale; /* 0: off; else 1 + the number in pool_autoscale_names() */
	uint64_t scale_min, scale_max;
	int64_t scale_cool_down_ns;
	int64_t scale_past_ns; /* length of a past that is assumed for it */
	bool breaker;
	int64_t breaker_cool_down_ns;
	double fail_rate;                /* share of the tasks that fail */
	int64_t fail_at_ns, fail_for_ns; /* the storm, from the start; for_ns 0: for ever */
	int64_t degrade_at_ns,
	    degrade_for_ns; /* the switch is on, from the start; for_ns 0: for ever */
	uint64_t waiting;   /* overload: drop_oldest: tasks that may wait */
};

#endif
