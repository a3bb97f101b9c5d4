/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One trial for people. */
#ifndef POOLRIG_RIG_REPORT_TEXT_TRIAL_H
#define POOLRIG_RIG_REPORT_TEXT_TRIAL_H

#include "base/error.h"
#include "rig/report/text/style.h"
#include "rig/result/result.h"

/* All that is stored but samples, of every attempt at the trial of that number. ERROR_INPUT where
 * there is none. */
int trial_print(const struct result *result, int number, const struct style *style,
		struct error *err);

/* A few lines on one that was not stored: how it ended, its metrics by groups, its grades. */
void trial_print_brief(const struct trial_record *trial, const struct style *style);

#endif
