/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/stats/steady.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "rig/stats/changepoint.h"
#include "rig/stats/finite.h"
#include "rig/stats/spread.h"

/* Of the distance of two normal values, by their standard deviation: sqrt(2) times the normal
 * distribution's quantile at 3/4, and 2 / sqrt(pi). */
#define MEDIAN_DISTANCE 0.95387255240893575
#define MEAN_DISTANCE   1.1283791670955126

#define OUTLIER 5.0 /* times the noise */
enum { WINDOW = 5 };

const char *steady_class_text(enum steady_class class)
{
	static const char *const text[] = {"unknown", "flat", "warm-up", "slow-down",
					   "no steady state"};

	return text[class];
}

/* The values that are no outliers. */
struct kept {
	size_t count;
	double *values;
	size_t *places; /* in the series */
};

static void kept_destroy(struct kept *k)
{
	free(k->values);
	free(k->places);
}
#define cleanup_kept __attribute__((cleanup(kept_destroy)))

static double noise_of(const double *values, size_t count, double *distances)
{
	double mean = 0, median;

	for (size_t i = 0; i + 1 < count; i++) {
		distances[i] = fabs(values[i + 1] - values[i]);
		mean += distances[i] / (double)(count - 1);
	}
	qsort(distances, count - 1, sizeof(*distances), spread_compare);
	median = spread_quantile(distances, count - 1, 0.5);
	return median > 0 ? median / MEDIAN_DISTANCE : mean / MEAN_DISTANCE;
}

/* The median of the values about place i. count >= WINDOW. */
static double about(const double *values, size_t count, size_t i)
{
	double window[WINDOW];
	size_t half = i < WINDOW / 2 ? i : WINDOW / 2;
	size_t from = i + half < count ? i - half : count - WINDOW;

	memcpy(window, values + from, (2 * half + 1) * sizeof(*window));
	qsort(window, 2 * half + 1, sizeof(*window), spread_compare);
	return window[half];
}

static void keep(struct kept *k, const double *values, size_t count, double noise)
{
	for (size_t i = 0; i < count; i++)
		if (fabs(values[i] - about(values, count, i)) <= OUTLIER * noise) {
			k->values[k->count] = values[i];
			k->places[k->count++] = i;
		}
}

static double mean_of(const double *values, size_t from, size_t to)
{
	double mean = 0;

	for (size_t i = from; i < to; i++)
		mean += values[i] / (double)(to - from);
	return mean;
}

static size_t end_of(const struct kept *k, const size_t *starts, size_t segments, size_t i)
{
	return i + 1 < segments ? starts[i + 1] : k->count;
}

/* From `starts` in what was kept; `count` is of the series. */
static void classify(const struct kept *k, const size_t *starts, size_t count,
		     const struct steady_rules *rules, struct steady *out)
{
	double last = mean_of(k->values, starts[out->segments - 1], k->count);
	double equivalent = fmax(out->noise, rules->tolerance * fabs(last));
	size_t steady = 0; /* the first segment of the steady state */
	bool better = false;

	for (size_t i = 0; i < out->segments; i++) {
		double off =
		    mean_of(k->values, starts[i], end_of(k, starts, out->segments, i)) - last;

		if (fabs(off) <= equivalent)
			continue;
		steady = i + 1;
		better |= rules->lower_is_better ? off < 0 : off > 0;
	}
	out->from = steady ? k->places[starts[steady]] : 0;
	out->level = mean_of(k->values, starts[steady], k->count);
	out->class = !steady                               ? STEADY_FLAT
		     : out->from > count - (count + 3) / 4 ? STEADY_NONE
		     : better                              ? STEADY_SLOWDOWN
							   : STEADY_WARMUP;
}

int steady_of(const double *values, size_t count, const struct steady_rules *rules, size_t *starts,
	      struct steady *out, struct error *err)
{
	cleanup_kept struct kept kept = {0};
	long segments = 1;

	*out = (struct steady){.class = STEADY_UNKNOWN};
	if (finite_all(values, count, "series", err) < 0)
		return -1;
	if (count < STEADY_LEAST)
		return 0;
	kept.values = malloc(count * sizeof(*kept.values));
	kept.places = malloc(count * sizeof(*kept.places));
	if (!kept.values || !kept.places)
		return error_host(err, ENOMEM, "no memory for a series of %zu values", count);
	out->noise = noise_of(values, count, kept.values);
	keep(&kept, values, count, out->noise);
	out->outliers = count - kept.count;
	starts[0] = 0;
	if (out->noise > 0)
		segments = changepoint_find(kept.values, kept.count, out->noise,
					    STEADY_PENALTY * log((double)count), starts, err);
	if (segments < 0)
		return -1;
	out->segments = (size_t)segments;
	classify(&kept, starts, count, rules, out);
	for (size_t i = 0; i < out->segments; i++)
		starts[i] = kept.places[starts[i]];
	return 0;
}
