/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which numbers of a trial are the workload's word: sent by it, and held against nothing that the
 * rig knows. */
#include <stdio.h>
#include <string.h>

#include "base/own.h"
#include "rig/metric/metric.h"
#include "rig/result/result.h"

static double known(const struct trial_record *summary, const char *name)
{
	const struct metric *m = trial_find_metric(summary, name);

	return m && m->known ? m->value : 0;
}

/* Does every task of the schedule have an end? What is not known counts as none, as it does for the
 * rig's own check. */
static bool is_accounted(const struct trial_record *summary, const struct metric *scheduled)
{
	return scheduled->known && scheduled->value == known(summary, "completed") +
							   known(summary, "rejected") +
							   known(summary, "abandoned");
}

/* A histogram's part is as its whole: "sojourn_seconds.p99". */
static bool is_of(const char *metric, const char *whole)
{
	size_t len = strlen(whole);

	return strncmp(metric, whole, len) == 0 && (!metric[len] || metric[len] == '.');
}

static bool is_of_any(const char *metric, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_of(metric, names[i]))
			return true;
	return false;
}

bool result_is_word(const struct trial_record *summary, const char *metric)
{
	static const char *const of_schedule[] = {"offered", "generator_lateness_seconds"};
	static const char *const of_tasks[] = {"completed",
					       "rejected",
					       "abandoned",
					       "throughput_tasks_per_second",
					       "start_latency_seconds",
					       "sojourn_seconds"};
	const struct metric *scheduled = trial_find_metric(summary, RESULT_SCHEDULED);
	const struct metric_row *row = metric_find(metric);

	if (!scheduled || is_of(metric, "neighbour") ||
	    (row && row->source != METRIC_RECORD && row->source != METRIC_DERIVED))
		return false;
	if (is_of_any(metric, of_schedule, ARRAY_SIZE(of_schedule)))
		return !scheduled->known;
	if (is_of_any(metric, of_tasks, ARRAY_SIZE(of_tasks)))
		return !is_accounted(summary, scheduled);
	return true;
}
