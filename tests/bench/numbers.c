/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/numbers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"

void series_add(struct series *s, double value)
{
	if (s->count < SERIES_MAX)
		s->values[s->count++] = value;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double series_quantile(const struct series *s, double q)
{
	double sorted[SERIES_MAX];
	size_t at;

	if (!s->count)
		return NAN;
	memcpy(sorted, s->values, s->count * sizeof(*sorted));
	qsort(sorted, s->count, sizeof(*sorted), by_value);
	at = (size_t)ceil(q * (double)s->count);
	return sorted[at ? at - 1 : 0];
}

static int64_t spent_ns(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return ((int64_t)u.ru_utime.tv_sec + u.ru_stime.tv_sec) * NS_PER_S +
	       ((int64_t)u.ru_utime.tv_usec + u.ru_stime.tv_usec) * NS_PER_US;
}

int64_t cpu_time_ns(void)
{
	return spent_ns(RUSAGE_SELF) + spent_ns(RUSAGE_CHILDREN);
}

void goal_at_most(const char *name, double value, const char *unit, double bound, const char *aim)
{
	printf("%s %.3g %s (goal <= %g, aim %s) %s\n", name, value, unit, bound, aim,
	       value <= bound ? "met" : "missed");
}

void goal_at_least(const char *name, double value, const char *unit, double bound)
{
	printf("%s %.3g %s (goal >= %g) %s\n", name, value, unit, bound,
	       value >= bound ? "met" : "missed");
}

void goal_not_measured(const char *name, const char *reason)
{
	printf("%s n/a %s\n", name, reason);
}

int could_not_measure(const struct error *err)
{
	fprintf(stderr, "could not measure: %s\n", err->text);
	return 1;
}
