/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one trial says of its rate: of a trial that has just been run and, by the same function, of
 * a stored one. docs/experiment.md is the contract. Pure functions. */
#ifndef POOLRIG_RIG_STATS_SEARCH_JUDGE_H
#define POOLRIG_RIG_STATS_SEARCH_JUDGE_H

#include <stddef.h>

#include "rig/record/trial_record.h"
#include "rig/stats/search.h"

/* It held where the metric is not above. */
struct search_bound {
	const char *metric; /* borrowed */
	double seconds;
};

/* "held", "broke", "void", "failed". */
const char *search_answer_name(enum search_answer answer);

/*
 * A rate held where every task that was offered was completed and the metric is not above the
 * bound; rejected and abandoned tasks break it, and so does a workload that fails under the load
 * (killed at a limit, crashed). Void: the generator was late, by the trial's own bound, or by the
 * search's: where the metric is above it and the generator's own lateness is, too. Failed: it never
 * reached its start instant, does not record what is asked for, or the rig failed. `why` becomes
 * one sentence. `summary` is summary_init()'s of it.
 */
enum search_answer search_judge(const struct trial_record *trial,
				const struct trial_record *summary,
				const struct search_bound *bound, char *why, size_t size);

#endif
