/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What somebody who waits sees: a live line on a terminal, plain lines elsewhere. */
#ifndef POOLRIG_RIG_RUN_PROGRESS_H
#define POOLRIG_RIG_RUN_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
	FILE *to;          /* borrowed: stderr, as the table goes to stdout */
	bool live;         /* a terminal */
	int trial, trials; /* k of n, k from 1; n 0: not known */
	char what[128];    /* the variant, and in a search at which rate */
	int64_t trial_ns;  /* how long one takes, about; 0: not known */
	int64_t begun_ns;  /* when the first began */
	int64_t shown_ns;  /* when the live line was last drawn */
};

void progress_init(struct progress *p, FILE *to, int trials, int64_t trial_ns);
/* rate: the trial's own in a search, tasks a second; else 0. */
void progress_trial(struct progress *p, int trial, const char *variant, double rate, int attempt);
/* elapsed_ns of total_ns of this trial; rate < 0: not known yet. Draws at most four times a second.
 */
void progress_tick(struct progress *p, int64_t elapsed_ns, int64_t total_ns, double rate);
/* One line that stays: how the trial ended. */
void progress_done(struct progress *p, const char *outcome, const char *reason);

#endif
