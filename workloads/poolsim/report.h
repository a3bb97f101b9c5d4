/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came of a simulation, as a table for people or as JSON. */
#ifndef POOLRIG_POOLSIM_REPORT_H
#define POOLRIG_POOLSIM_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "pool/policy/simulate.h"

/* The table's head, and a row. */
void poolsim_report_head(FILE *to);
void poolsim_report_row(FILE *to, const char *rule, const struct pool_simulate_result *r);

/* What the breaker did; nothing where there was none. */
void poolsim_report_breaker(FILE *to, const char *rule, const struct pool_simulate_result *r);

/* The same as an object (durations in seconds, as the rig's metrics have them; what is not known is
 * null, with NAME_reason beside it). NULL: no memory. */
json_t *poolsim_report_json(const char *rule, const struct pool_simulate_result *r, bool breaker);

#endif
