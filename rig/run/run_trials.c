/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The trials of an experiment in the order of its plan; a void one is run again, as often as may
 * be. */
#include "rig/run/attempt.h"
#include "rig/run/run.h"

int run_trials(struct run *run, struct error *err)
{
	for (size_t position = 0; position < run->plan.count; position++) {
		const struct plan_trial *planned = &run->plan.trials[position];
		struct attempt a = {.position = (int)position,
				    .block = planned->block,
				    .variant = planned->variant,
				    .schedule_fd = run->schedule_fd};
		struct attempt_end end = {0};

		for (;; a.attempt++) {
			if (attempt_run(run, &a, &end, err) < 0)
				return -1;
			progress_done(&run->progress, trial_outcome_name(end.outcome), end.reason);
			if (run->stopped)
				return error_host(
				    err, 0, "interrupted: %zu of %zu trials are stored as run %s",
				    position, run->plan.count, run->site.run_id);
			if (end.outcome != TRIAL_VOID || run->retries_left == 0)
				break;
			run->retries_left--;
		}
		attempt_count(run, end.outcome);
	}
	return 0;
}
