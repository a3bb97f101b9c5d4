/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/plan/search.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/own.h"
#include "base/units.h"

/* Of a histogram; its count is no time. */
static bool is_part(const char *part)
{
	static const char *const parts[] = {"mean", "p50", "p90", "p99", "p999", "max"};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (strcmp(parts[i], part) == 0)
			return true;
	return false;
}

int search_metric_check(const char *metric, struct error *err)
{
	const char *dot = strrchr(metric, '.');
	size_t len = dot ? (size_t)(dot - metric) : strlen(metric);
	const size_t suffix = strlen("_seconds");

	if (strlen(metric) >= sizeof(((struct search_spec *)0)->metric))
		return error_input(err, "\"%.60s...\": no metric has so long a name", metric);
	if (len <= suffix || strncmp(metric + len - suffix, "_seconds", suffix) != 0)
		return error_input(err, "\"%s\": not a time; write NAME_seconds.PART, such as %s",
				   metric, SEARCH_METRIC);
	if (dot && !is_part(dot + 1))
		return error_input(err,
				   "\"%s\": no such part of a histogram; there are mean, p50, p90, "
				   "p99, p999 and max",
				   metric);
	return 0;
}

int search_spec_read(const struct search_texts *t, struct search_spec *spec)
{
	const char *metric = t->metric ? t->metric : SEARCH_METRIC;
	uint64_t confirm = 0;

	*spec = (struct search_spec){0};
	if (!t->bound || !t->from || !t->to || search_metric_check(metric, NULL) < 0 ||
	    units_duration(t->bound, &spec->bound_ns, NULL) < 0 ||
	    units_rate(t->from, &spec->from, NULL) < 0 || units_rate(t->to, &spec->to, NULL) < 0 ||
	    units_share(t->resolution ? t->resolution : SEARCH_RESOLUTION, &spec->resolution,
			NULL) < 0 ||
	    units_count(t->confirm ? t->confirm : SEARCH_CONFIRM, &confirm, NULL) < 0)
		return -1;
	if (!(spec->from > 0 && spec->from < spec->to && spec->resolution > 0) || confirm < 1 ||
	    confirm > INT32_MAX)
		return -1;
	spec->confirm = (int)confirm;
	snprintf(spec->metric, sizeof(spec->metric), "%s", metric);
	return 0;
}
