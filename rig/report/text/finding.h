/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Findings for people: the section below a table, and a list. */
#ifndef POOLRIG_RIG_REPORT_TEXT_FINDING_H
#define POOLRIG_RIG_REPORT_TEXT_FINDING_H

#include "rig/report/text/style.h"
#include "rig/result/result.h"

/* The section below a table; nothing where the run has none. */
void finding_section(const struct result *result, const struct style *style);
/* All of a run, each with its grades, below a line that says which run it is. `further`: another
 * run stands above. */
void finding_list(const struct result *result, const struct style *style, bool further);

#endif
