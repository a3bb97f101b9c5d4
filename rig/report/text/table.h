/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All of a run on a terminal: a row a metric and a column a variant, what interfered, reasons for
 * grades, findings, heat maps. */
#ifndef POOLRIG_RIG_REPORT_TEXT_TABLE_H
#define POOLRIG_RIG_REPORT_TEXT_TABLE_H

#include "base/error.h"
#include "rig/report/text/style.h"
#include "rig/result/result.h"

int table_print(const struct result *result, const struct style *style, struct error *err);

#endif
