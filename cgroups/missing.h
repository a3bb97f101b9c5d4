/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a counter can't be had. */
#ifndef POOLRIG_CGROUPS_MISSING_H
#define POOLRIG_CGROUPS_MISSING_H

#include "cgroups/counters.h"

/* Fill c->missing for each counter that is not in `known`; errnums[i] says why row i of
 * cgroups/counter_files.h could not be opened or read (0: it could). What is there but lies on this
 * kernel is closed, and said to be missing. */
void cg_counters_explain(struct cg_counters *c, uint64_t known, const int *errnums);

#endif
