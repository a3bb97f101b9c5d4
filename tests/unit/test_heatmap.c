/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A heat map: what counts where, what is merged, what it says where there is nothing, and how it
 * looks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/hdr.h"
#include "base/own.h"
#include "rig/report/json/json.h"
#include "rig/report/text/text.h"
#include "rig/result/heatmap.h"

struct fixture {
	struct trial_record trial;
	struct heatmap map;
	char *out;
	size_t size;
	struct style style;
};

static void check(int done, const struct error *err)
{
	if (done < 0)
		fail_msg("%s", err->text);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	trial_record_init(&f->trial);
	f->trial.position = 3;
	snprintf(f->trial.variant, sizeof(f->trial.variant), "fixed");
	f->style = (struct style){.to = open_memstream(&f->out, &f->size), .width = 80};
	return f->style.to ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	heatmap_destroy(&f->map);
	trial_record_destroy(&f->trial);
	fclose(f->style.to);
	free(f->out);
	free(f);
	return 0;
}

/* How often a value was recorded; a row of them ends with times 0. */
struct values {
	int64_t value, times;
};

static void put(struct fixture *f, const char *name, int64_t from_ms, int64_t to_ms, int64_t lowest,
		const struct values *values)
{
	struct workload_record w = {.kind = "histogram",
				    .unit = "ns",
				    .known = true,
				    .from_ns = from_ms * NS_PER_MS,
				    .to_ns = to_ms * NS_PER_MS};
	struct error err = ERROR_INIT;
	struct hdr h;

	snprintf(w.name, sizeof(w.name), "%s", name);
	check(hdr_init(&h, lowest, HDR_LATENCY_HIGHEST_NS, 3, &err), &err);
	for (; values->times; values++)
		hdr_record_n(&h, values->value, values->times);
	check(hdr_encode(&h, &w.hdr, &err), &err);
	hdr_destroy(&h);
	check(trial_workload_record(&f->trial, &w, &err), &err);
}

#define second(f, at, ...)                                                                         \
	put(f, "lat", (at)*1000, (at)*1000 + 1000, 1, (const struct values[]){__VA_ARGS__, {0, 0}})

static void make(struct fixture *f, int columns)
{
	struct error err = ERROR_INIT;

	check(heatmap_init(&f->map, &f->trial, "lat", columns, &err), &err);
}

static int64_t at(const struct fixture *f, int column, int band)
{
	return f->map.cells[column * HEATMAP_BANDS + band];
}

static const char *show(struct fixture *f)
{
	struct run_view view = {.trials = &f->trial, .trials_count = 1};
	struct error err = ERROR_INIT;

	check(heatmap_of_trial(&view, 4, "lat", &f->style, &err), &err);
	fflush(f->style.to);
	return f->out;
}

static void edges_go_up_three_a_decade(void **state)
{
	static const int64_t first[] = {0, 1, 2, 5, 10, 20, 50, 100};

	(void)state;
	for (int i = 0; i < (int)ARRAY_SIZE(first); i++)
		assert_int_equal(heatmap_edge(i), first[i]);
	assert_int_equal(heatmap_edge(HEATMAP_BANDS - 1), INT64_C(5000000000000000000));
	assert_int_equal(heatmap_edge(HEATMAP_BANDS), INT64_MAX);
}

static void a_band_begins_at_its_edge(void **state)
{
	struct fixture *f = *state;

	second(f, 0, {0, 1}, {1, 2}, {2, 4}, {4, 8}, {5, 16}, {9, 32}, {10, 64}, {999, 128},
	       {1000, 256});
	make(f, 10);
	assert_int_equal(at(f, 0, 0), 1);
	assert_int_equal(at(f, 0, 1), 2);
	assert_int_equal(at(f, 0, 2), 4 + 8);
	assert_int_equal(at(f, 0, 3), 16 + 32);
	assert_int_equal(at(f, 0, 4), 64);
	assert_int_equal(at(f, 0, 9), 128);
	assert_int_equal(at(f, 0, 10), 256);
	assert_int_equal(f->map.lowest, 0);
	assert_int_equal(f->map.highest, 10);
	assert_int_equal(f->map.total, 511);
	assert_int_equal(f->map.most, 256);
}

/* A histogram of 64 ns at least can't tell 20 from 50: both are below 100. */
static void what_cant_be_told_from_zero_is_one_band(void **state)
{
	struct fixture *f = *state;

	put(f, "lat", 0, 1000, 64, (const struct values[]){{0, 1}, {70, 2}, {300, 4}, {0, 0}});
	make(f, 10);
	assert_int_equal(heatmap_edge(f->map.floor), 50);
	assert_int_equal(at(f, 0, f->map.floor), 3);
	assert_int_equal(f->map.lowest, f->map.floor);
	assert_int_equal(f->map.highest, f->map.floor + 2);
	assert_non_null(strstr(show(f), "<100 ns |"));
}

static void seconds_are_merged_into_columns(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 10; i++)
		second(f, 2 + i, {1000, 1 << i});
	make(f, 4);
	assert_int_equal(f->map.columns, 4);
	assert_int_equal(f->map.column_ns, 3 * NS_PER_S);
	assert_int_equal(f->map.from_ns, 2 * NS_PER_S);
	assert_int_equal(at(f, 0, 10), 1 + 2 + 4);
	assert_int_equal(at(f, 1, 10), 8 + 16 + 32);
	assert_int_equal(at(f, 2, 10), 64 + 128 + 256);
	assert_int_equal(at(f, 3, 10), 512);
}

static void as_many_columns_as_fit_are_not_merged(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 4; i++)
		second(f, i, {1000, 1});
	put(f, "lat", 4000, 4300, 1, (const struct values[]){{1000, 5}, {0, 0}});
	put(f, "other", 0, 9000, 1, (const struct values[]){{7, 7}, {0, 0}});
	make(f, 5);
	assert_int_equal(f->map.columns, 5);
	assert_int_equal(f->map.column_ns, NS_PER_S);
	assert_int_equal(at(f, 4, 10), 5);
	assert_int_equal(f->map.total, 9);
}

static void one_value_is_one_full_cell(void **state)
{
	struct fixture *f = *state;

	second(f, 0, {1500, 1});
	make(f, 10);
	assert_int_equal(f->map.columns, 1);
	assert_int_equal(f->map.lowest, f->map.highest);
	assert_int_equal(heatmap_shade(&f->map, 1), HEATMAP_SHADES);
	assert_int_equal(heatmap_shade(&f->map, 0), 0);
	assert_string_equal(show(f),
			    "trial 4, fixed, attempt 1, ok: lat, recorded in ns\n"
			    "1 value in 1 interval, 0 s to 1 s after the start; a column is 1 s\n"
			    "1 us |@@@@\n"
			    "     ++---\n"
			    "      0 s\n"
			    "values from (log scale):  @ 1\n");
}

static void shades_are_steps_of_the_logarithm(void **state)
{
	struct fixture *f = *state;
	int64_t tens = 1;

	second(f, 0, {1500, 10000000});
	make(f, 10);
	for (int i = 0; i < HEATMAP_SHADES; i++, tens *= 10) {
		assert_int_equal(f->map.least[i], tens);
		assert_int_equal(heatmap_shade(&f->map, tens), i + 1);
		assert_int_equal(heatmap_shade(&f->map, tens - 1), i);
	}
}

static void an_empty_one_says_so(void **state)
{
	struct fixture *f = *state;

	second(f, 0, {0, 0});
	second(f, 1, {0, 0});
	assert_string_equal(show(f),
			    "trial 4, fixed, attempt 1, ok: lat, recorded in ns\n"
			    "0 values in 2 intervals, 0 s to 2 s after the start; a column is 1 s\n"
			    "nothing to draw: it is empty\n");
}

static void what_was_not_recorded_is_no_zero(void **state)
{
	struct fixture *f = *state;
	struct workload_record w = {.name = "lat",
				    .kind = "histogram",
				    .unit = "ns",
				    .from_ns = NS_PER_S,
				    .to_ns = 2 * NS_PER_S,
				    .reason = "the clock stood still"};
	struct error err = ERROR_INIT;

	second(f, 0, {1500, 1});
	check(trial_workload_record(&f->trial, &w, &err), &err);
	second(f, 3, {1500, 1});
	assert_string_equal(show(f),
			    "trial 4, fixed, attempt 1, ok: lat, recorded in ns\n"
			    "2 values in 3 intervals, 0 s to 4 s after the start; a column is 1 s\n"
			    "1 us |@@@@????????@@@@\n"
			    "     ++-------+-------\n"
			    "      0 s     2 s\n"
			    "values from (log scale):  @ 1\n"
			    "?: nothing was recorded there\n"
			    "1 of 3 intervals are unknown: the clock stood still\n");
}

static void three_seconds(struct fixture *f)
{
	second(f, 1, {1500, 10}, {700, 1});
	second(f, 2, {1500, 1000});
	second(f, 3, {25000, 3});
}

static void golden_ascii(void **state)
{
	struct fixture *f = *state;

	three_seconds(f);
	assert_string_equal(
	    show(f),
	    "trial 4, fixed, attempt 1, ok: lat, recorded in ns\n"
	    "1,014 values in 3 intervals, 1 s to 4 s after the start; a column is 1 s\n"
	    " 20 us |        ::::\n"
	    " 10 us |\n"
	    "  5 us |\n"
	    "  2 us |\n"
	    "  1 us |----@@@@\n"
	    "500 ns |....\n"
	    "       ++-------+---\n"
	    "        1 s     3 s\n"
	    "values from (log scale):  . 1  : 3  - 8  = 20  + 52  * 139  # 373  @ 1,000\n");
}

static void golden_utf8(void **state)
{
	struct fixture *f = *state;

	f->style.utf8 = true;
	three_seconds(f);
	assert_string_equal(
	    show(f),
	    "trial 4, fixed, attempt 1, ok: lat, recorded in ns\n"
	    "1,014 values in 3 intervals, 1 s to 4 s after the start; a column is 1 s\n"
	    " 20 µs │        ▂▂▂▂\n"
	    " 10 µs │\n"
	    "  5 µs │\n"
	    "  2 µs │\n"
	    "  1 µs │▃▃▃▃████\n"
	    "500 ns │▁▁▁▁\n"
	    "       └┬───────┬───\n"
	    "        1 s     3 s\n"
	    "values from (log scale):  ▁ 1  ▂ 3  ▃ 8  ▄ 20  ▅ 52  ▆ 139  ▇ 373  █ 1,000\n");
}

static void what_is_no_time_has_no_seconds(void **state)
{
	struct fixture *f = *state;

	second(f, 0, {6000, 1}, {700, 1});
	snprintf(f->trial.records[0].unit, sizeof(f->trial.records[0].unit), "bytes");
	show(f);
	assert_non_null(strstr(f->out, "lat, recorded in bytes\n"));
	assert_non_null(strstr(f->out, "\n5 k |"));
	assert_non_null(strstr(f->out, "\n500 |"));
}

/* However long it took and however much there was. */
static void it_fits_the_width(void **state)
{
	struct fixture *f = *state;
	int lines = 0;

	for (int i = 0; i < 300; i++)
		second(f, i, {1500 + i * 100000, 100000000}, {90000000000, 1});
	show(f);
	for (char *line = strtok(f->out, "\n"); line; line = strtok(NULL, "\n"), lines++)
		if (text_width(line) > f->style.width)
			fail_msg("%d columns: %s", text_width(line), line);
	assert_true(lines > 20);
}

static void an_unknown_name_lists_those_there_are(void **state)
{
	struct fixture *f = *state;
	struct run_view view = {.trials = &f->trial, .trials_count = 1};
	struct error err = ERROR_INIT;
	struct workload_record counter = {.name = "lot", .kind = "counter", .known = true};

	assert_int_equal(heatmap_of_trial(&view, 4, "lot", &f->style, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_non_null(strstr(err.text, "trial 4 has none at all"));
	second(f, 0, {1, 1});
	second(f, 1, {1, 1});
	put(f, "gc_pause", 0, 1, 1, (const struct values[]){{0, 0}});
	check(trial_workload_record(&f->trial, &counter, &err), &err);
	error_clear(&err);
	assert_int_equal(heatmap_of_trial(&view, 4, "lot", &f->style, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_string_equal(err.text, "histogram \"lot\": trial 4 has no such; it has lat, gc_pause");
	assert_int_equal(heatmap_of_trial(&view, 5, "lat", &f->style, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_non_null(strstr(err.text, "trial 5: not stored"));
	fflush(f->style.to);
	assert_int_equal(f->size, 0);
}

static void every_attempt_is_shown(void **state)
{
	struct fixture *f = *state;
	struct trial_record trials[2];
	struct run_view view = {.trials = trials, .trials_count = 2};
	struct error err = ERROR_INIT;

	second(f, 0, {1500, 1});
	trials[0] = f->trial;
	trials[1] = (struct trial_record){.position = 3, .attempt = 1, .outcome = TRIAL_VOID};
	check(heatmap_of_trial(&view, 4, "lat", &f->style, &err), &err);
	fflush(f->style.to);
	assert_non_null(strstr(f->out, "1 us |@@@@\n"));
	assert_non_null(strstr(f->out, "\n\ntrial 4, , attempt 2, void: no histogram lat\n"));
}

/* Of the first valid trial of each variant; what can't be drawn is said, and the rest goes on. */
static void what_the_experiment_asks_for(void **state)
{
	struct fixture *f = *state;
	struct trial_record trials[3] = {{.variant = "fixed", .outcome = TRIAL_VOID},
					 {.variant = "naive", .outcome = TRIAL_VOID}};
	struct run_view view = {.trials = trials, .trials_count = 3};
	struct result_variant variants[] = {{.name = "naive"}, {.name = "fixed"}};
	struct result result = {.view = &view, .variants = variants, .variants_count = 2};

	second(f, 0, {1500, 1});
	trials[2] = f->trial;
	section_heatmaps(&result, &f->style); /* no plan */
	result.plan = json_pack("{s:{s:s}}", "report", "heat", "lat");
	section_heatmaps(&result, &f->style);
	json_decref(result.plan);
	fflush(f->style.to);
	assert_int_equal(f->size, 0);
	result.plan = json_pack("{s:{s:s}}", "report", "heatmap", "lat");
	section_heatmaps(&result, &f->style);
	f->trial.records[0].hdr[8] = '*';
	section_heatmaps(&result, &f->style);
	json_decref(result.plan);
	fflush(f->style.to);
	assert_ptr_equal(f->out, strstr(f->out, "\nHeat maps\nnaive: no trial of it is valid\n\n"
						"trial 4, fixed, attempt 1, ok: lat, recorded"));
	assert_non_null(strstr(f->out, "1 us |@@@@\n"));
	assert_non_null(strstr(f->out, "fixed: trial 4, attempt 1: the lat histogram of 0.000 s"));
}

static void the_json_has_each_cell(void **state)
{
	struct fixture *f = *state;
	struct run_view view = {.trials = &f->trial, .trials_count = 1};
	struct error err = ERROR_INIT;
	json_t *all, *map, *column;

	three_seconds(f);
	all = json_heatmaps(&view, 4, "lat", &err);
	map = json_array_get(all, 0);
	assert_int_equal(json_integer_value(json_object_get(map, "trial")), 4);
	assert_int_equal(json_integer_value(json_object_get(map, "total")), 1014);
	assert_int_equal(json_array_size(json_object_get(map, "columns")), 3);
	assert_int_equal(json_integer_value(json_array_get(json_object_get(map, "bands_from"), 0)),
			 500);
	column = json_array_get(json_object_get(map, "columns"), 0);
	assert_int_equal(json_integer_value(json_array_get(column, 0)), 1);
	assert_int_equal(json_integer_value(json_array_get(column, 1)), 10);
	json_decref(all);
	assert_null(json_heatmaps(&view, 4, "lot", &err));
	assert_int_equal(err.kind, ERROR_INPUT);
}

static void a_damaged_one_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct error err = ERROR_INIT;

	second(f, 1, {1500, 1});
	f->trial.records[0].hdr[8] = '*';
	assert_int_equal(heatmap_init(&f->map, &f->trial, "lat", 10, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_non_null(strstr(err.text, "the lat histogram of 1.000 s to 2.000 s: "));
	f->trial.records[0].to_ns = 0;
	assert_int_equal(heatmap_init(&f->map, &f->trial, "lat", 10, &err), -1);
	assert_non_null(strstr(err.text, "ends before it begins"));
	assert_null(f->map.cells);
}

#define with_trial(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(edges_go_up_three_a_decade),
	    with_trial(a_band_begins_at_its_edge),
	    with_trial(what_cant_be_told_from_zero_is_one_band),
	    with_trial(seconds_are_merged_into_columns),
	    with_trial(as_many_columns_as_fit_are_not_merged),
	    with_trial(one_value_is_one_full_cell),
	    with_trial(shades_are_steps_of_the_logarithm),
	    with_trial(an_empty_one_says_so),
	    with_trial(what_was_not_recorded_is_no_zero),
	    with_trial(golden_ascii),
	    with_trial(golden_utf8),
	    with_trial(what_is_no_time_has_no_seconds),
	    with_trial(it_fits_the_width),
	    with_trial(an_unknown_name_lists_those_there_are),
	    with_trial(every_attempt_is_shown),
	    with_trial(what_the_experiment_asks_for),
	    with_trial(the_json_has_each_cell),
	    with_trial(a_damaged_one_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
