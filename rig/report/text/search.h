/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a search looked for, and the rates that were tried; the table has what it found. */
#ifndef POOLRIG_RIG_REPORT_TEXT_SEARCH_H
#define POOLRIG_RIG_REPORT_TEXT_SEARCH_H

#include "rig/report/text/style.h"
#include "rig/result/result.h"

/* Nothing where the run has no search. */
void search_print(const struct result *result, const struct style *style);

#endif
