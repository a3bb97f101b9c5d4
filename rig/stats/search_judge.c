/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/stats/search_judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "rig/stats/summary.h"

const char *search_answer_name(enum search_answer answer)
{
	static const char *const names[] = {
	    [SEARCH_HELD] = "held",
	    [SEARCH_BROKE] = "broke",
	    [SEARCH_VOID] = "void",
	    [SEARCH_FAILED] = "failed",
	};

	return names[answer];
}

/* The sentence under construction. */
struct why {
	char *text;
	size_t size;
};

static enum search_answer answer(struct why *why, enum search_answer answer, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static enum search_answer answer(struct why *why, enum search_answer answer, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->text, why->size, fmt, ap);
	va_end(ap);
	return answer;
}

static const struct metric *known(const struct trial_record *summary, const char *name)
{
	const struct metric *m = trial_find_metric(summary, name);

	return m && m->known ? m : NULL;
}

/* Is the generator's own lateness, which is in these latencies, above the bound already? */
static const struct metric *late_generator(const struct trial_record *summary,
					   const struct search_bound *bound)
{
	const char *dot = strrchr(bound->metric, '.');
	const struct metric *late;
	char name[64];

	if (!dot || (strncmp(bound->metric, "start_latency_seconds.", 22) != 0 &&
		     strncmp(bound->metric, "sojourn_seconds.", 16) != 0))
		return NULL;
	snprintf(name, sizeof(name), "generator_lateness_seconds%s", dot);
	late = known(summary, name);
	return late && late->value > bound->seconds ? late : NULL;
}

static enum search_answer judge_bound(const struct trial_record *summary,
				      const struct search_bound *bound, struct why *why)
{
	const struct metric *m = known(summary, bound->metric), *late;
	char value[UNITS_SHOW_SIZE], limit[UNITS_SHOW_SIZE], lateness[UNITS_SHOW_SIZE];

	if (!m)
		return answer(why, SEARCH_FAILED, "%s is not known: %s", bound->metric,
			      summary_why_unknown(summary_find(summary, bound->metric)));
	units_show(UNITS_SECONDS, m->value, false, value, sizeof(value));
	units_show(UNITS_SECONDS, bound->seconds, false, limit, sizeof(limit));
	if (m->value <= bound->seconds)
		return answer(why, SEARCH_HELD, "%s %s, at most %s", bound->metric, value, limit);
	late = late_generator(summary, bound);
	if (!late)
		return answer(why, SEARCH_BROKE, "%s %s, above %s", bound->metric, value, limit);
	units_show(UNITS_SECONDS, late->value, false, lateness, sizeof(lateness));
	return answer(why, SEARCH_VOID, "%s %s, above %s, but the generator itself was %s late",
		      bound->metric, value, limit, lateness);
}

/* A trial that is ok. */
static enum search_answer judge_ok(const struct trial_record *summary,
				   const struct search_bound *bound, struct why *why)
{
	const struct metric *offered = known(summary, "offered");
	const struct metric *completed = known(summary, "completed");

	if (!offered || !completed)
		return answer(
		    why, SEARCH_FAILED, "%s is not known: %s", offered ? "completed" : "offered",
		    summary_why_unknown(summary_find(summary, offered ? "completed" : "offered")));
	if (completed->value < offered->value)
		return answer(why, SEARCH_BROKE, "%.0f of %.0f tasks were not completed",
			      offered->value - completed->value, offered->value);
	return judge_bound(summary, bound, why);
}

enum search_answer search_judge(const struct trial_record *trial,
				const struct trial_record *summary,
				const struct search_bound *bound, char *text, size_t size)
{
	struct why why = {text, size};

	switch (trial->outcome) {
	case TRIAL_OK:
		return judge_ok(summary, bound, &why);
	case TRIAL_VOID:
		return answer(&why, SEARCH_VOID, "%s", trial->reason);
	case TRIAL_WORKLOAD_FAILED:
		return answer(&why, trial->start_ns ? SEARCH_BROKE : SEARCH_FAILED, "%s",
			      trial->reason);
	case TRIAL_RIG_FAILED:
		break;
	}
	return answer(&why, SEARCH_FAILED, "the rig failed: %s", trial->reason);
}
