/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/record/metric_of.h"

#include <stdio.h>
#include <string.h>

#include "base/own.h"

static bool ends_with(const char *name, const char *end)
{
	size_t a = strlen(name), b = strlen(end);

	return a >= b && strcmp(name + a - b, end) == 0;
}

/* Units of time, and what makes seconds of them. */
static const struct time_unit {
	const char *name;
	double seconds;
} time_units[] = {
    {"ns", 1e-9}, {"nanoseconds", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"seconds", 1},
};

double metric_seconds_of(const char *unit)
{
	for (size_t i = 0; i < ARRAY_SIZE(time_units); i++)
		if (strcmp(time_units[i].name, unit) == 0)
			return time_units[i].seconds;
	return 0;
}

double metric_of(const struct workload_record *w, char name[64])
{
	double seconds = metric_seconds_of(w->unit);

	snprintf(name, 64, "%s%s", w->name,
		 seconds > 0 && !ends_with(w->name, "_seconds") ? "_seconds" : "");
	return seconds > 0 ? seconds : 1;
}

int64_t metric_middle_ns(const struct workload_record *w)
{
	return w->from_ns / 2 + w->to_ns / 2 + (w->from_ns % 2 + w->to_ns % 2) / 2;
}

bool metric_in_window(const struct workload_record *w, int64_t warmup_ns)
{
	return metric_middle_ns(w) >= warmup_ns;
}
