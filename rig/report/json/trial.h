/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One trial as JSON, as it stands in trials[]. */
#ifndef POOLRIG_RIG_REPORT_JSON_TRIAL_H
#define POOLRIG_RIG_REPORT_JSON_TRIAL_H

#include <jansson.h>

#include "rig/result/result.h"

/* The caller decrefs. NULL: no memory. */
json_t *json_trial(const struct result_trial *trial);

#endif
