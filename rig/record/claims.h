/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a workload claims, held against what the rig knows: its records one by one (kind, unit,
 * interval, value), and at the end the counts against the schedule, and the histograms against the
 * counts. docs/protocol.md ("What the rig checks") is its contract. What does not fit is an error
 * (ERROR_WORKLOAD) that names the record and both numbers. Pure, but for memory.
 */
#ifndef POOLRIG_RIG_RECORD_CLAIMS_H
#define POOLRIG_RIG_RECORD_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hdr.h"
#include "rig/record/due.h"
#include "rig/record/spans.h"
#include "rig/record/tally.h"
#include "rig/record/trial_record.h"

#define CLAIMS_MAX 256 /* names of records of a trial */

/* What is known of the records of one name. */
struct claim {
	char name[48], kind[12], unit[24];
	char metric[64];    /* that they become: no two names may become the same */
	struct spans spans; /* of counters and histograms */
	int64_t seen_ns;    /* when the last one was received, since the start instant */
	int64_t values;     /* of histograms: how many of the window */
};

struct claims {
	int64_t warmup_ns, window_ns;
	struct due due;
	bool closed;        /* the workload keeps no schedule, and has said so */
	struct claim *list; /* owned */
	size_t count;
};

void claims_init(struct claims *c, const struct due *due, int64_t warmup_ns, int64_t window_ns);
void claims_destroy(struct claims *c); /* takes a zeroed struct */

/* A record that was received at now_ns, since the start instant. */
int claims_add(struct claims *c, const struct workload_record *record, int64_t now_ns,
	       struct error *err);
/* The histogram of a record that was added; decoded, which is dear, when nothing is measured. */
int claims_values(struct claims *c, const struct workload_record *record, const struct hdr *h,
		  struct error *err);
/* An event, and `done`, at now_ns. */
int claims_event(const struct claims *c, const struct trial_event *event, int64_t now_ns,
		 struct error *err);
int claims_done(const struct claims *c, int64_t now_ns, struct error *err);
/* All were added. `tally` has the sums of the counters. */
int claims_conclude(const struct claims *c, const struct tally *tally, struct error *err);

#endif
