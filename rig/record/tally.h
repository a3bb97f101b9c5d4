/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a workload's counters and gauges to one number a name; the one place that does so
 * (docs/result.md). Kept while records arrive, because long trials hand their records on to the
 * store.
 *
 * Counters are added up: their intervals do not overlap (claims.h). A gauge is its last value;
 * where "peak" is in its name, its highest. A value that is not known makes the number unknown: of
 * a counter and a peak any; of any other gauge the last. What is of the warm-up does not count.
 */
#ifndef POOLRIG_RIG_RECORD_TALLY_H
#define POOLRIG_RIG_RECORD_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "rig/record/trial_record.h"

#define TALLY_ROWS_MAX 64

struct tally_row {
	char name[48];   /* of the records */
	char metric[64]; /* in base units: the name with _seconds where it is a time */
	double scale;    /* from the records' unit to the metric's */
	bool adds, peak; /* a counter; a gauge whose highest value counts */
	bool any;        /* one of the window has come */
	bool known;
	int64_t to_ns;    /* the end of the last one's interval */
	double value;     /* in the metric's unit */
	char reason[160]; /* where not known */
};

struct tally {
	int64_t warmup_ns;
	size_t count;
	struct tally_row rows[TALLY_ROWS_MAX];
};

void tally_init(struct tally *t, int64_t warmup_ns);
/* Errors (ERROR_WORKLOAD): more names than TALLY_ROWS_MAX. Histograms are passed over. */
int tally_add(struct tally *t, const struct workload_record *record, struct error *err);
/* By the records' name. NULL where no such record came. */
const struct tally_row *tally_find(const struct tally *t, const char *name);
/* The same, NULL also where its value is not known. */
const struct tally_row *tally_known(const struct tally *t, const char *name);

#endif
