/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/result/heatmap.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hdr.h"
#include "base/text.h"
#include "rig/record/metric_of.h"
#include "rig/result/result.h"

int64_t heatmap_edge(int band)
{
	static const int64_t steps[] = {1, 2, 5};
	int64_t edge;

	if (band <= 0)
		return 0;
	if (band >= HEATMAP_BANDS)
		return INT64_MAX;
	edge = steps[(band - 1) % 3];
	for (int decade = (band - 1) / 3; decade > 0; decade--)
		edge *= 10;
	return edge;
}

int heatmap_shade(const struct heatmap *map, int64_t values)
{
	int shade = HEATMAP_SHADES;

	if (values <= 0)
		return 0;
	while (shade > 1 && values < map->least[shade - 1])
		shade--;
	return shade;
}

static bool is_of(const struct workload_record *w, const char *name)
{
	return strcmp(w->kind, "histogram") == 0 && strcmp(w->name, name) == 0;
}

/* From when to when, and the longest interval. */
static int measure(struct heatmap *map, const struct trial_record *trial, const char *name,
		   int64_t *longest_ns, struct error *err)
{
	*longest_ns = 1;
	for (size_t i = 0; i < trial->records_count; i++) {
		const struct workload_record *w = &trial->records[i];
		int64_t span;

		if (!is_of(w, name))
			continue;
		if (map->intervals == 0) {
			map->from_ns = w->from_ns;
			map->to_ns = w->to_ns;
			snprintf(map->name, sizeof(map->name), "%s", w->name);
			snprintf(map->unit, sizeof(map->unit), "%s", w->unit);
		}
		if (w->to_ns < w->from_ns)
			return error_input(err, "an interval of %s ends before it begins", name);
		map->intervals++;
		map->from_ns = w->from_ns < map->from_ns ? w->from_ns : map->from_ns;
		map->to_ns = w->to_ns > map->to_ns ? w->to_ns : map->to_ns;
		if (__builtin_sub_overflow(map->to_ns, map->from_ns, &span))
			return error_input(err, "the intervals of %s span more than 292 years",
					   name);
		span = w->to_ns - w->from_ns;
		*longest_ns = span > *longest_ns ? span : *longest_ns;
	}
	if (map->intervals == 0)
		return error_input(err, "trial %d has no histogram \"%s\"",
				   result_trial_number(trial), name);
	return 0;
}

/* Whole intervals a column, as few as will do. */
static int lay_out(struct heatmap *map, int64_t longest_ns, int columns_max, struct error *err)
{
	int64_t span = map->to_ns - map->from_ns;
	int64_t needed = span > 0 ? (span - 1) / longest_ns + 1 : 1;
	int64_t merged = (needed - 1) / columns_max + 1;

	map->column_ns = longest_ns * merged;
	map->columns = (int)((needed - 1) / merged + 1);
	map->cells = calloc((size_t)map->columns * HEATMAP_BANDS, sizeof(*map->cells));
	map->recorded = calloc((size_t)map->columns, sizeof(*map->recorded));
	if (!map->cells || !map->recorded)
		return error_host(err, ENOMEM, "heat map of %d columns", map->columns);
	return 0;
}

static int column_of(const struct heatmap *map, const struct workload_record *w)
{
	int64_t column = (metric_middle_ns(w) - map->from_ns) / map->column_ns;

	return column < map->columns ? (int)column : map->columns - 1;
}

static int count(struct heatmap *map, int column, const struct hdr *h, struct error *err)
{
	int64_t *cells = &map->cells[(size_t)column * HEATMAP_BANDS];
	int64_t total = hdr_total(h), seen = 0;

	if (__builtin_add_overflow(map->total, total, &map->total))
		return error_input(err, "more values than can be counted");
	for (int band = 0; band < HEATMAP_BANDS && seen < total; band++) {
		int64_t up_to = hdr_count_up_to(h, heatmap_edge(band + 1) - 1);

		cells[band] += up_to - seen;
		seen = up_to;
	}
	while (map->floor + 1 < HEATMAP_BANDS &&
	       heatmap_edge(map->floor + 1) < INT64_C(1) << h->unit_magnitude)
		map->floor++;
	map->recorded[column]++;
	return 0;
}

static int add(struct heatmap *map, const struct workload_record *w, struct error *err)
{
	struct hdr h = {0};
	int failed;

	if (!w->hdr) {
		if (map->unknown++ == 0)
			snprintf(map->reason, sizeof(map->reason), "%s", w->reason);
		return 0;
	}
	if (hdr_decode(w->hdr, &h, err) < 0)
		return -1;
	failed = count(map, column_of(map, w), &h, err);
	hdr_destroy(&h);
	return failed;
}

static int add_all(struct heatmap *map, const struct trial_record *trial, struct error *err)
{
	for (size_t i = 0; i < trial->records_count; i++) {
		const struct workload_record *w = &trial->records[i];

		if (is_of(w, map->name) && add(map, w, err) < 0)
			return error_wrap(err, "the %s histogram of %.3f s to %.3f s", map->name,
					  (double)w->from_ns * 1e-9, (double)w->to_ns * 1e-9);
	}
	return 0;
}

/* What is told apart below the histogram's resolution is not what was measured. */
static void fold_below_floor(struct heatmap *map)
{
	for (int column = 0; column < map->columns; column++) {
		int64_t *cells = &map->cells[(size_t)column * HEATMAP_BANDS];

		for (int band = 0; band < map->floor; band++) {
			cells[map->floor] += cells[band];
			cells[band] = 0;
		}
	}
}

static void find_occupied(struct heatmap *map)
{
	map->lowest = HEATMAP_BANDS;
	map->highest = -1;
	for (int i = 0; i < map->columns * HEATMAP_BANDS; i++) {
		int band = i % HEATMAP_BANDS;

		if (map->cells[i] == 0)
			continue;
		map->lowest = band < map->lowest ? band : map->lowest;
		map->highest = band > map->highest ? band : map->highest;
		map->most = map->cells[i] > map->most ? map->cells[i] : map->most;
	}
}

/* Shades in equal steps of the logarithm, from 1 to the fullest cell. A power that is a whole
 * number but for its last bits must not be rounded up to the next one. */
static void scale(struct heatmap *map)
{
	double most = map->most ? (double)map->most : 1;

	for (int i = 0; i < HEATMAP_SHADES - 1; i++) {
		double least = pow(most, (double)i / (HEATMAP_SHADES - 1));

		map->least[i] = (int64_t)ceil(least * (1 - 1e-12));
	}
	map->least[HEATMAP_SHADES - 1] = map->most ? map->most : 1;
}

int heatmap_init(struct heatmap *map, const struct trial_record *trial, const char *name,
		 int columns_max, struct error *err)
{
	int64_t longest_ns;

	*map = (struct heatmap){0};
	if (measure(map, trial, name, &longest_ns, err) < 0 ||
	    lay_out(map, longest_ns, columns_max, err) < 0 || add_all(map, trial, err) < 0) {
		heatmap_destroy(map);
		return -1;
	}
	fold_below_floor(map);
	find_occupied(map);
	scale(map);
	return 0;
}

void heatmap_destroy(struct heatmap *map)
{
	free(map->cells);
	free(map->recorded);
	*map = (struct heatmap){0};
}

bool heatmap_has(const struct trial_record *trial, const char *name)
{
	for (size_t i = 0; i < trial->records_count; i++)
		if (is_of(&trial->records[i], name))
			return true;
	return false;
}

int heatmap_check(const struct run_view *view, int number, const char *name, struct error *err)
{
	char list[sizeof(err->text)] = ""; /* where it is cut, so is the error */
	struct names names = {0};
	int failed = 0;

	for (size_t i = 0; i < view->trials_count; i++) {
		const struct trial_record *trial = &view->trials[i];

		for (size_t k = 0; k < trial->records_count && !failed; k++)
			if (result_trial_number(trial) == number &&
			    strcmp(trial->records[k].kind, "histogram") == 0)
				failed = names_add(&names, trial->records[k].name, err) < 0;
	}
	for (size_t i = 0; i < names.count && !failed; i++) {
		if (strcmp(names.list[i], name) == 0)
			break;
		text_add(list, sizeof(list), "%s%s", i ? ", " : "", names.list[i]);
		if (i + 1 == names.count)
			failed = result_no_such(view, number, "histogram", name, list, err);
	}
	if (!failed && !names.count)
		failed = result_no_such(view, number, "histogram", name, "", err);
	names_destroy(&names);
	return failed ? -1 : 0;
}
