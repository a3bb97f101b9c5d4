/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/json/heatmap.h"

#include "base/clock.h"
#include "rig/report/json/value.h"
#include "rig/result/heatmap.h"

/* More intervals than these share columns. */
#define COLUMNS_MAX 100000

/* By column: how many values fell into each band from the lowest that holds any to the highest;
 * null where nothing was recorded. */
static json_t *cells_json(const struct heatmap *map)
{
	json_t *columns = json_array();

	for (int c = 0; c < map->columns; c++) {
		json_t *column = map->recorded[c] ? json_array() : json_null();

		for (int b = map->lowest; map->recorded[c] && b <= map->highest; b++)
			column =
			    json_added(column, json_integer(map->cells[c * HEATMAP_BANDS + b]));
		columns = json_added(columns, column);
	}
	return columns;
}

static json_t *edges_json(const struct heatmap *map)
{
	json_t *edges = json_array();

	for (int b = map->lowest; b <= map->highest; b++)
		edges = json_added(edges, json_integer(heatmap_edge(b)));
	return edges;
}

json_t *json_heatmap(const struct trial_record *trial, const char *name, struct error *err)
{
	struct heatmap map;
	json_t *json;

	if (!heatmap_has(trial, name))
		return json_null();
	if (heatmap_init(&map, trial, name, COLUMNS_MAX, err) < 0)
		return NULL;
	json =
	    json_pack("{s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:i}", "trial",
		      result_trial_number(trial), "attempt", trial->attempt + 1, "name",
		      json_text(map.name), "unit", json_text(map.unit), "from_seconds",
		      json_number((double)map.from_ns / NS_PER_S), "column_seconds",
		      json_number((double)map.column_ns / NS_PER_S), "bands_from", edges_json(&map),
		      "columns", cells_json(&map), "total", json_integer(map.total), "intervals",
		      map.intervals, "unknown", map.unknown);
	heatmap_destroy(&map);
	return json;
}

json_t *json_heatmaps(const struct run_view *view, int number, const char *name, struct error *err)
{
	json_t *array;

	if (heatmap_check(view, number, name, err) < 0)
		return NULL;
	array = json_array();
	for (size_t i = 0; i < view->trials_count && array; i++)
		if (result_trial_number(&view->trials[i]) == number)
			array = json_added(array, json_heatmap(&view->trials[i], name, err));
	return array;
}
