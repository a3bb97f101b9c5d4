/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What went wrong and what got in the way: the sections below a run's table. */
#ifndef POOLRIG_RIG_REPORT_DISTURBANCE_H
#define POOLRIG_RIG_REPORT_DISTURBANCE_H

#include "base/error.h"
#include "rig/report/report.h"
#include "rig/report/text.h"

/* Every trial that is not ok, those that ended alike in one line, and how many planned ones have no
 * record. In not_ok.c. */
int disturbance_not_ok(const struct report *report, const struct style *style, struct error *err);

/* The interference over all trials: each line's median, its worst trial and what it says of it. */
int disturbance_interference(const struct report *report, const struct style *style,
			     struct error *err);

#endif
