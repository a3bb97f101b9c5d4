/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All runs of a store, a line each. */
#ifndef POOLRIG_RIG_REPORT_TEXT_LIST_H
#define POOLRIG_RIG_REPORT_TEXT_LIST_H

#include "rig/report/text/style.h"
#include "rig/result/result.h"

void list_print(const struct run_summary *runs, size_t count, const struct style *style);

#endif
