/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One run of an experiment: its trials in the order of the plan, void ones again, or those that its
 * search needs; each stored as it ends. */
#ifndef POOLRIG_RIG_RUN_RUN_H
#define POOLRIG_RIG_RUN_RUN_H

#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"
#include "rig/cell/roles.h"
#include "rig/cell/site.h"
#include "rig/plan/experiment.h"
#include "rig/plan/plan.h"
#include "rig/record/trial_record.h"
#include "rig/store/store.h"

/* What somebody who waits sees: a live line on a terminal, plain lines elsewhere (progress.c). */
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
/* elapsed_ns of total_ns of this trial; rate < 0: not known yet. Draws at most four times a second,
 * and never waits; the other two wait for a reader, until one of TRIAL_STOP_SIGNALS is pending. */
void progress_tick(struct progress *p, int64_t elapsed_ns, int64_t total_ns, double rate);
/* One line that stays: how the trial ended. */
void progress_done(struct progress *p, const char *outcome, const char *reason);

struct run {
	const struct experiment *experiment; /* borrowed, as the store */
	struct store *store;
	struct topology topology; /* of the host, before anything was made */
	struct roles roles;
	struct site site;
	struct plan plan; /* empty where there is a search: what comes next is only known then */
	struct progress progress;
	int schedule_fd;  /* owned; -1: all variants are plain, or each trial has one of its own */
	int retries_left; /* without a search */
	int failed, voided, broken; /* trials that ended so, and were not run again */
	bool stopped;               /* by a signal */
};

/* Are cells pinned to their roles' cores? */
bool run_pins(const struct experiment *e);

/* What a trial of a variant that speaks the protocol takes, about; 0: there is no load. */
int64_t run_trial_ns(const struct experiment *e);

/* Check the experiment against this host: cores, memory. Nothing is made. */
int run_check(struct run *run, const struct experiment *e, struct error *err);
/* Make the run's place on the host and write the run into the store. Progress is written to
 * `progress`. */
int run_init(struct run *run, struct store *store, const char *cgroup_parent, FILE *progress,
	     struct error *err);
/* Run all trials. Returns 0 also where trials failed (see the counters above); -1:
 * the rig can't go on. */
int run_trials(struct run *run, struct error *err);
/* The same for an experiment with a search (run_search.c). */
int run_search(struct run *run, struct error *err);
/* Remove the run's place and write its end: exit_code, or failed_code where this fails. Takes what
 * run_init() left, also where run_trials() failed. */
int run_finish(struct run *run, int exit_code, int failed_code, struct error *err);

/* One attempt at a trial. */
struct attempt {
	int position, block, attempt; /* as in struct trial_record */
	int variant;                  /* index into the experiment's variants */
	int schedule_fd;              /* borrowed; -1: all variants are plain */
	double rate;                  /* of a search: the trial's own, kept with it; else 0 */
};

/* How it ended. */
struct attempt_end {
	enum trial_outcome outcome;
	char reason[512];
};

/* Set it up as the experiment says, run it, store it (attempt.c). Returns 0 where it is in the
 * store, or was interrupted (run->stopped) and is not; -1: the rig can't go on. */
int attempt_run(struct run *run, const struct attempt *a, struct attempt_end *end,
		struct error *err);
/* Count how the last attempt at a trial ended, for the exit code. */
void attempt_count(struct run *run, enum trial_outcome outcome);

/* Print what a run would do: the resolved plan, the cores (roles are those that run_check() has
 * chosen), the trials in their order, the time that they take (dry_run.c). Nothing is started. */
int dry_run_print(const struct experiment *e, const struct roles *roles, const struct style *style,
		  struct error *err);
/* Its first part alone: the resolved plan as YAML, with "# default" behind what was not given. */
int dry_run_print_plan(const struct experiment *e, const struct style *style, struct error *err);

#endif
