/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a workload's records to one number a name: a counter whose interval is the whole window is
 * the total; parts of the window are added up where no total was sent; of gauges the highest
 * counts. Kept while records arrive, because long trials hand their records on to the store. */
#ifndef POOLRIG_RIG_TRIAL_TALLY_H
#define POOLRIG_RIG_TRIAL_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "rig/record/trial_record.h"

#define TALLY_ROWS_MAX 64

struct tally_row {
	char name[48];
	bool gauge;
	bool total_seen, known;
	double value;
	char reason[160]; /* where not known */
};

struct tally {
	int64_t window_from_ns, window_to_ns;
	size_t count;
	struct tally_row rows[TALLY_ROWS_MAX];
};

void tally_init(struct tally *t, int64_t warmup_ns, int64_t window_ns);
/* Errors (ERROR_WORKLOAD): more names than TALLY_ROWS_MAX. Histograms are passed over. */
int tally_add(struct tally *t, const struct workload_record *record, struct error *err);
/* NULL where no such record came. */
const struct tally_row *tally_find(const struct tally *t, const char *name);
/* The same, NULL also where its value is not known. */
const struct tally_row *tally_known(const struct tally *t, const char *name);

#endif
