/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Simulates each rule of the settings, and prints what came of it. */
#ifndef POOLRIG_POOLSIM_REPORT_H
#define POOLRIG_POOLSIM_REPORT_H

#include "workloads/poolsim/settings.h"

/* In JSON durations are in seconds, as the rig's metrics have them; what is not known is null, with
 * NAME_reason beside it. Ticks are of one rule. */
enum poolsim_format { POOLSIM_TABLE, POOLSIM_JSON, POOLSIM_TICKS };

/* On stdout. Errors: no memory. */
int poolsim_report(const struct poolsim_settings *s, const struct pool_traffic *traffic,
		   enum poolsim_format format, struct error *err);

#endif
