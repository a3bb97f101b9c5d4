/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heat maps of a run, each under its title. */
#ifndef POOLRIG_RIG_REPORT_TEXT_HEATMAP_H
#define POOLRIG_RIG_REPORT_TEXT_HEATMAP_H

#include "base/error.h"
#include "rig/report/text/style.h"
#include "rig/result/result.h"

/* Draw that of each attempt at the trial of that number. Errors as heatmap_check(). */
int heatmap_of_trial(const struct run_view *view, int number, const char *name,
		     const struct style *style, struct error *err);

/* Those that the experiment asks for (report.heatmap), of the first valid trial of each variant;
 * nothing where it asks for none. Of a variant without one, that is said. */
void heatmap_section(const struct result *result, const struct style *style);

#endif
