/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/text.h"
#include "rig/metric/metric.h"
#include "rig/result/result.h"
#include "rig/stats/summary.h"

/* Over the trials of a variant that are valid, or over the others. */
static struct result_value gather(const struct result *result, size_t variant, const char *metric,
				  bool valid)
{
	const struct run_view *view = result->view;
	struct result_value value = {0};
	size_t known = 0;

	for (size_t i = 0; i < view->trials_count; i++) {
		const struct metric *m;

		if ((view->trials[i].outcome == TRIAL_OK) != valid ||
		    strcmp(view->trials[i].variant, result->variants[variant].name) != 0 ||
		    !search_counts(result, variant, i))
			continue;
		value.trials++;
		m = summary_find(&result->trials[i].summary, metric);
		if (m && m->known) {
			result->scratch[known++] = m->value;
			value.word |= result_is_word(&result->trials[i].summary, metric);
		} else if (!value.reason)
			value.reason = summary_why_unknown(m);
	}
	value.spread = spread_of(result->scratch, known);
	return value;
}

struct result_value result_value(const struct result *result, size_t variant, const char *metric)
{
	struct result_value value;

	if (search_value(result, variant, metric, &value))
		return value;
	value = gather(result, variant, metric, true);
	if (value.trials == 0)
		value.reason = result->searched ? "no rate held" : "the variant has no valid trial";
	return value;
}

struct result_value result_shown_value(const struct result *result, size_t variant,
				       const char *metric)
{
	struct result_value value;

	if (result->variants[variant].compared || result->searched)
		return result_value(result, variant, metric);
	value = gather(result, variant, metric, false);
	if (value.trials == 0)
		value.reason = "the variant has no trial";
	return value;
}

bool result_value_in_block(const struct result *result, size_t variant, const char *metric,
			   int block, double *value)
{
	const struct run_view *view = result->view;

	for (size_t i = 0; i < view->trials_count; i++) {
		const struct trial_record *trial = &view->trials[i];
		const struct metric *m;

		if (trial->outcome != TRIAL_OK || trial->block != block ||
		    strcmp(trial->variant, result->variants[variant].name) != 0)
			continue;
		m = summary_find(&result->trials[i].summary, metric);
		if (m && m->known)
			*value = m->value;
		return m && m->known;
	}
	return false;
}

bool result_knows(const struct result *result, const char *metric)
{
	for (size_t v = 0; v < result->variants_count; v++)
		if (result_value(result, v, metric).spread.count)
			return true;
	return false;
}

/* The metrics of the table that have a place on the first screen; of one place, the first that is
 * known. */
static size_t usual_columns(const struct result *result, const char *names[RESULT_COLUMNS_MAX])
{
	size_t rows_count, count = 0;
	const struct metric_row *rows = metric_rows(&rows_count);

	for (int place = 1; place <= RESULT_COLUMNS_MAX; place++)
		for (size_t i = 0; i < rows_count; i++)
			if (rows[i].place == place && result_knows(result, rows[i].name)) {
				names[count++] = rows[i].name;
				break;
			}
	return count;
}

size_t result_columns(const struct result *result, const char *names[RESULT_COLUMNS_MAX])
{
	const json_t *named = json_object_get(json_object_get(result->plan, "report"), "metrics");
	size_t count = 0, i;
	json_t *name;

	json_array_foreach(named, i, name)
	{
		if (json_is_string(name) && count < RESULT_COLUMNS_MAX)
			names[count++] = json_string_value(name);
	}
	return count ? count : usual_columns(result, names);
}

/* Is a better than b, by the digits that are shown? */
static bool better(const char *metric, double a, double b)
{
	enum units_kind kind = metric_kind_of(metric);
	char x[UNITS_SHOW_SIZE], y[UNITS_SHOW_SIZE];

	if (strcmp(units_show(kind, a, false, x, sizeof(x)),
		   units_show(kind, b, false, y, sizeof(y))) == 0)
		return false;
	return metric_better(metric) == METRIC_LOWER ? a < b : a > b;
}

bool result_is_best(const struct result *result, size_t variant, const char *metric)
{
	struct result_value own = result_value(result, variant, metric);
	size_t worse = 0;

	if (metric_better(metric) == METRIC_NEUTRAL || !own.spread.count)
		return false;
	for (size_t v = 0; v < result->variants_count; v++) {
		struct spread other = result_value(result, v, metric).spread;

		if (other.count && better(metric, other.median, own.spread.median))
			return false;
		worse += other.count && better(metric, own.spread.median, other.median);
	}
	return worse > 0;
}

const char *result_metric(const struct result *result, const char *name, struct error *err)
{
	const struct metric_row *row = metric_by_label(name);
	const char *closest = NULL;

	name = row ? row->name : name;
	for (size_t i = 0; i < result->metrics.count; i++) {
		const char *other = result->metrics.list[i];

		if (strcmp(other, name) == 0)
			return other;
		if (!closest || closest_distance(other, name) < closest_distance(closest, name))
			closest = other;
	}
	if (row || metric_find(name))
		return row ? row->name : metric_find(name)->name;
	error_input(err, "\"%s\": no trial of this run has that metric; %s%s%s--json names all",
		    name, closest && closest_is_near(closest, name) ? "did you mean \"" : "",
		    closest && closest_is_near(closest, name) ? closest : "",
		    closest && closest_is_near(closest, name) ? "\"? " : "");
	return NULL;
}
