/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/record/bound.h"

#include <math.h>
#include <string.h>

const struct bound bounds[BOUNDS] = {
    {"foreign_work_share", 0.05, "foreign tasks took",
     "of tasks outside the cell, from `ready` to the window's end. An upper limit: all CPU time of "
     "a "
     "task counts if the task was seen on a work core. A task that both began and ended in between "
     "is not seen"},
    {"steal_work_share", 0.05, "the hypervisor took",
     "of the hypervisor (steal), from `ready` to the window's end"},
};

const struct interference_line *bound_exceeded(const struct bound *bound,
					       const struct trial_record *trial)
{
	for (size_t i = 0; i < trial->interference_count; i++) {
		const struct interference_line *line = &trial->interference[i];

		if (strcmp(line->name, bound->line) == 0 && line->known &&
		    line->value > bound->share)
			return line;
	}
	return NULL;
}

int bound_share(struct trial_record *r, const char *line, const double *seconds, int64_t elapsed_ns,
		int cpus, const char *why, struct error *err)
{
	if (!seconds)
		return trial_interference_unknown(r, line, BOUND_UNIT, err, "%s", why);
	if (elapsed_ns <= 0 || cpus <= 0)
		return trial_interference_unknown(r, line, BOUND_UNIT, err, "no time has passed");
	/* An upper limit may exceed all the time that there is: tasks are read one after the other.
	 */
	return trial_interference(r, line, BOUND_UNIT,
				  fmin(1, *seconds / ((double)elapsed_ns / 1e9 * cpus)), err,
				  "of the time of %d work core%s", cpus, cpus > 1 ? "s" : "");
}
