/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first screen of a run: at most 24 lines that give the answer before any detail. */
#ifndef POOLRIG_RIG_REPORT_TEXT_SCREEN_H
#define POOLRIG_RIG_REPORT_TEXT_SCREEN_H

#include "base/error.h"
#include "rig/report/text/style.h"
#include "rig/result/result.h"

/* With the cursor's line below it. */
#define SCREEN_LINES 23

/* `metrics`: names of the columns, as many as `count`; those that do not fit beside each other
 * stand in a further table. 0: result_columns(). */
int screen_print(const struct result *result, const char *const *metrics, size_t count,
		 const struct style *style, struct error *err);

#endif
