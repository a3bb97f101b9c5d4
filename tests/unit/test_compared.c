/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variants held against each other: which trials are pairs, what is left out, what is refused; as
 * text, JSON and Markdown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/own.h"
#include "rig/report/json/json.h"
#include "rig/report/text/text.h"
#include "rig/result/compared.h"

enum { BLOCKS = 10, ATTEMPTS = 2 * BLOCKS + 1 };

/* Variants a and b in ten blocks, b first in every second one; in block 3, b was void and run
 * again. */
struct fixture {
	struct run_view view;
	struct trial_record trials[ATTEMPTS];
	struct result result;
	struct compared compared;
};

static void add(struct fixture *f, int block, bool of_b, enum trial_outcome outcome, double value)
{
	struct trial_record *r = &f->trials[f->view.trials_count++];

	trial_record_init(r);
	r->position = 2 * block + of_b;
	r->block = block;
	r->outcome = outcome;
	strcpy(r->variant, of_b ? "b" : "a");
	assert_int_equal(trial_metric(r, "wall_seconds", value, NULL), 0);
	assert_int_equal(trial_metric(r, "throughput_tasks_per_second", 1 / value, NULL), 0);
	assert_int_equal(trial_metric(r, "cpu_seconds", 1, NULL), 0);
	assert_int_equal(trial_metric(r, "offered", 7, NULL), 0);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	f->view.trials = f->trials;
	f->view.summary.planned = 2 * BLOCKS;
	f->view.yaml = strdup("");
	f->view.yaml_path = strdup("made.yaml");
	f->view.plan = strdup("{\"variants\": [{\"name\": \"a\"}, {\"name\": \"b\"}]}");
	for (int block = 0; block < BLOCKS; block++) {
		double a = 1 + block % 3, b = a * (1.10 + 0.01 * (block % 5));
		bool swapped = block % 2;

		if (block == 3)
			add(f, block, true, TRIAL_VOID, 1000);
		add(f, block, swapped, TRIAL_OK, swapped ? b : a);
		add(f, block, !swapped, TRIAL_OK, swapped ? a : b);
	}
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	compared_destroy(&f->compared);
	result_destroy(&f->result);
	for (size_t i = 0; i < f->view.trials_count; i++)
		trial_record_destroy(&f->trials[i]);
	free(f->view.plan);
	free(f->view.yaml);
	free(f->view.yaml_path);
	free(f);
	return 0;
}

/* Returns 0, or -1 with *err. */
static int compare(struct fixture *f, struct compared_wish wish, const char *metric,
		   struct error *err)
{
	if (!f->result.view && result_init(&f->result, &f->view, err) < 0)
		fail_msg("%s", err->text);
	wish.level = COMPARISON_LEVEL;
	wish.metrics = &metric;
	wish.metrics_count = metric != NULL;
	compared_destroy(&f->compared);
	return compared_init(&f->compared, &f->result, &wish, err);
}

static const struct compared_row *only_row(struct fixture *f, struct compared_wish wish,
					   const char *metric)
{
	struct error err = ERROR_INIT;

	if (compare(f, wish, metric, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(f->compared.count, 1);
	return f->compared.rows;
}

static void trials_of_a_block_are_a_pair(void **state)
{
	struct fixture *f = *state;
	const struct compared_row *row = only_row(f, (struct compared_wish){0}, "wall_seconds");

	assert_int_equal(row->comparison.pairs, BLOCKS); /* block 3 by the attempt that is valid */
	assert_true(row->comparison.ratio > 1.10 && row->comparison.ratio < 1.14);
	assert_true(row->comparison.low >= 1.10 && row->comparison.high <= 1.14);
	assert_int_equal(row->comparison.verdict, COMPARISON_WORSE);
	assert_false(f->compared.exploratory);

	row = only_row(f, (struct compared_wish){.baseline = "b"}, "wall_seconds");
	assert_string_equal(f->result.variants[row->variant].name, "a");
	assert_true(row->comparison.ratio < 1 / 1.10);
	assert_int_equal(row->comparison.verdict, COMPARISON_BETTER);

	row = only_row(f, (struct compared_wish){0}, "throughput");
	assert_string_equal(row->metric, "throughput_tasks_per_second");
	assert_int_equal(row->comparison.verdict, COMPARISON_WORSE);

	row = only_row(f, (struct compared_wish){.margin = 0.2}, "wall_seconds");
	assert_int_equal(row->comparison.verdict, COMPARISON_EQUIVALENT);
}

static void what_has_no_ratio_is_left_out(void **state)
{
	struct fixture *f = *state;
	const struct compared_row *row;

	f->trials[0].metrics[0].value = 0;
	f->trials[2].metrics[0].known = false;
	row = only_row(f, (struct compared_wish){0}, "wall_seconds");
	assert_int_equal(row->comparison.pairs, BLOCKS - 2);
	assert_int_equal(row->unknown, 2);
	assert_null(row->reason);
}

static void different_grades_are_not_compared(void **state)
{
	struct fixture *f = *state;
	const struct compared_row *row;

	for (size_t i = 0; i < f->view.trials_count; i++) {
		struct grade_line line = {
		    .dimension = "cpu", .asked = strdup("cpus 1"), .granted = strdup("")};

		line.level = i == 4 || f->trials[i].block == 8 ? 'C' : 'B';
		assert_int_equal(trial_grade(&f->trials[i], &line, NULL), 0);
	}
	row = only_row(f, (struct compared_wish){0}, "wall_seconds");
	assert_int_equal(row->mixed, 1); /* in block 8 they have the same */
	assert_int_equal(row->comparison.pairs, BLOCKS - 1);
	row = only_row(f, (struct compared_wish){.mixed_grades = true}, "wall_seconds");
	assert_int_equal(row->comparison.pairs, BLOCKS);
}

static void blocks_without_both_have_no_pair(void **state)
{
	struct fixture *f = *state;
	const struct compared_row *row;

	for (size_t i = 0; i < f->view.trials_count; i++)
		if (f->trials[i].variant[0] == 'b')
			f->trials[i].block += BLOCKS;
	row = only_row(f, (struct compared_wish){0}, "wall_seconds");
	assert_int_equal(row->comparison.pairs, 0);
	assert_string_equal(row->reason, "no block has a valid trial of both");
}

static void what_can_not_be_decided_is_refused(void **state)
{
	struct fixture *f = *state;
	struct error err = ERROR_INIT;

	assert_int_equal(compare(f, (struct compared_wish){.baseline = "c"}, NULL, &err), -1);
	assert_non_null(strstr(err.text, "no such variant"));
	assert_int_equal(compare(f, (struct compared_wish){0}, "offered", &err), -1);
	assert_non_null(strstr(err.text, "neither more nor less"));
	assert_int_equal(compare(f, (struct compared_wish){0}, "wall_secons", &err), -1);
	assert_non_null(strstr(err.text, "did you mean \"wall_seconds\""));
	f->result.variants_count = 1;
	assert_int_equal(compare(f, (struct compared_wish){0}, NULL, &err), -1);
	f->result.variants_count = 2;
	assert_int_equal(err.kind, ERROR_INPUT);
	f->result.searched = true;
	assert_int_equal(compare(f, (struct compared_wish){0}, NULL, &err), -1);
	f->result.searched = false;
	assert_non_null(strstr(err.text, "search"));
}

/* Declared in the experiment: decided, and adjusted for each other. Otherwise: exploratory. */
static void the_experiment_declares_what_is_decided(void **state)
{
	struct fixture *f = *state;
	struct error err = ERROR_INIT;
	double alone = only_row(f, (struct compared_wish){0}, "wall_seconds")->comparison.p;

	assert_int_equal(compare(f, (struct compared_wish){0}, NULL, &err), 0);
	assert_true(f->compared.exploratory);
	assert_int_equal(
	    json_object_set_new(f->result.plan, "compare",
				json_pack("[s, s]", "wall_seconds", "throughput_tasks_per_second")),
	    0);
	assert_int_equal(compare(f, (struct compared_wish){0}, NULL, &err), 0);
	assert_false(f->compared.exploratory);
	assert_int_equal(f->compared.count, 2);
	assert_true(f->compared.rows[0].comparison.p > 1.9 * alone);
}

static void every_output_has_the_same(void **state)
{
	struct fixture *f = *state;
	const struct compared_row *row = only_row(f, (struct compared_wish){0}, "wall_seconds");
	json_t *json = json_compared(&f->compared);
	json_t *first = json_array_get(json_object_get(json, "comparisons"), 0);
	cleanup_free char *text = NULL;
	size_t size = 0;
	struct style style = {.to = open_memstream(&text, &size), .width = 80};

	assert_true(json_number_value(json_object_get(first, "ratio")) == row->comparison.ratio);
	assert_true(json_number_value(json_object_get(first, "high")) == row->comparison.high);
	assert_string_equal(json_string_value(json_object_get(first, "verdict")), "worse");
	assert_int_equal(json_integer_value(json_object_get(first, "pairs")), BLOCKS);
	assert_true(json_is_null(json_object_get(first, "needed")));
	json_decref(json);

	compare_print(&f->compared, &style);
	markdown_compare(&f->compared, style.to);
	fclose(style.to);
	assert_non_null(strstr(text,
			       "wall time (lower is better)\n  b            +12.0 % [+11.0 %, "
			       "+13.0 %], worse (10 blocks)\n"));
	assert_non_null(strstr(text, "| b | +12.0 % [+11.0 %, +13.0 %] | **worse** | 10 blocks |"));
}

static void what_is_declared_is_on_the_first_screen(void **state)
{
	struct fixture *f = *state;
	struct error err = ERROR_INIT;
	cleanup_free char *text = NULL;
	size_t size = 0;
	struct style style = {.to = open_memstream(&text, &size), .width = 80};
	json_t *json;

	only_row(f, (struct compared_wish){0}, "wall_seconds");
	assert_int_equal(section_verdicts(&f->result, 4, &style, &err), 0);
	assert_int_equal(ftell(style.to), 0); /* nothing is declared */
	json = json_comparisons(&f->result, &err);
	assert_int_equal(json_array_size(json), 0);
	json_decref(json);

	json_object_set_new(f->result.plan, "compare",
			    json_pack("[s, s, s, s, s]", "wall_seconds",
				      "throughput_tasks_per_second", "cpu_seconds", "wall_seconds",
				      "wall_seconds"));
	assert_int_equal(section_verdicts(&f->result, 4, &style, &err), 0);
	fclose(style.to);
	assert_non_null(strstr(text, "b/a, wall time: +12.0 % [+11.0 %, +13.0 %], worse\n"));
	assert_non_null(strstr(text, "\nand 2 more verdicts: poolrig compare"));
	json = json_comparisons(&f->result, &err);
	assert_int_equal(json_array_size(json), 5);
	json_decref(json);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(trials_of_a_block_are_a_pair),       TEST(what_has_no_ratio_is_left_out),
	    TEST(different_grades_are_not_compared),  TEST(blocks_without_both_have_no_pair),
	    TEST(what_can_not_be_decided_is_refused), TEST(the_experiment_declares_what_is_decided),
	    TEST(every_output_has_the_same),          TEST(what_is_declared_is_on_the_first_screen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
