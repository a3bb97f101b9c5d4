/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one trial says of its rate. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rig/report/number.h"
#include "rig/report/search.h"

struct search_rules search_rules_of(const struct search_spec *spec, int retries)
{
	return (struct search_rules){spec->from, spec->to, spec->resolution, spec->confirm,
				     retries};
}

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

/* Why a metric is not known; one that was summed up as a whole to unknown answers for its parts. */
static const char *why_unknown(const struct trial_record *summary, const char *name)
{
	const struct metric *m = trial_find_metric(summary, name);
	char whole[64];

	if (!m) {
		snprintf(whole, sizeof(whole), "%.*s", (int)strcspn(name, "."), name);
		m = trial_find_metric(summary, whole);
	}
	return m && !m->known ? m->reason : "the workload does not record it";
}

/* Is the generator's own lateness, which is in these latencies, above the bound already? */
static const struct metric *late_generator(const struct trial_record *summary,
					   const struct search_spec *spec)
{
	const char *dot = strrchr(spec->metric, '.');
	const struct metric *late;
	char name[64];

	if (!dot || (strncmp(spec->metric, "start_latency_seconds.", 22) != 0 &&
		     strncmp(spec->metric, "sojourn_seconds.", 16) != 0))
		return NULL;
	snprintf(name, sizeof(name), "generator_lateness_seconds%s", dot);
	late = known(summary, name);
	return late && late->value > (double)spec->bound_ns / 1e9 ? late : NULL;
}

static enum search_answer judge_bound(const struct trial_record *summary,
				      const struct search_spec *spec, struct why *why)
{
	const struct metric *m = known(summary, spec->metric), *late;
	char value[48], bound[48], lateness[48];

	if (!m)
		return answer(why, SEARCH_FAILED, "%s is not known: %s", spec->metric,
			      why_unknown(summary, spec->metric));
	number_with_unit(NUMBER_SECONDS, m->value, false, value, sizeof(value));
	number_with_unit(NUMBER_SECONDS, (double)spec->bound_ns / 1e9, false, bound, sizeof(bound));
	if (m->value <= (double)spec->bound_ns / 1e9)
		return answer(why, SEARCH_HELD, "%s %s, at most %s", spec->metric, value, bound);
	late = late_generator(summary, spec);
	if (!late)
		return answer(why, SEARCH_BROKE, "%s %s, above %s", spec->metric, value, bound);
	number_with_unit(NUMBER_SECONDS, late->value, false, lateness, sizeof(lateness));
	return answer(why, SEARCH_VOID, "%s %s, above %s, but the generator itself was %s late",
		      spec->metric, value, bound, lateness);
}

/* A trial that is ok. */
static enum search_answer judge_ok(const struct trial_record *summary,
				   const struct search_spec *spec, struct why *why)
{
	const struct metric *offered = known(summary, "offered");
	const struct metric *completed = known(summary, "completed");

	if (!offered || !completed)
		return answer(why, SEARCH_FAILED, "%s is not known: %s",
			      offered ? "completed" : "offered",
			      why_unknown(summary, offered ? "completed" : "offered"));
	if (completed->value < offered->value)
		return answer(why, SEARCH_BROKE, "%.0f of %.0f tasks were not completed",
			      offered->value - completed->value, offered->value);
	return judge_bound(summary, spec, why);
}

enum search_answer search_judge(const struct trial_record *trial,
				const struct trial_record *summary, const struct search_spec *spec,
				char *text, size_t size)
{
	struct why why = {text, size};

	switch (trial->outcome) {
	case TRIAL_OK:
		return judge_ok(summary, spec, &why);
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
