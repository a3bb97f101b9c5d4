/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Findings held against trials: verdicts, ranges that overlap, what is unknown. The runs are made
 * here, a number a trial; tests/golden/findings.* have whole outputs. */
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
#include "rig/result/result.h"

#define BLOCKS 3

/* A run of variants a and b in three blocks. */
struct fixture {
	struct run_view view;
	struct trial_record trials[2 * BLOCKS];
	struct result result;
	json_t *json;
	char *out;
	size_t size;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	f->view.trials = f->trials;
	f->view.trials_count = 2 * BLOCKS;
	f->view.summary.planned = 2 * BLOCKS;
	f->view.yaml = strdup("");
	f->view.yaml_path = strdup("made.yaml");
	for (int i = 0; i < 2 * BLOCKS; i++) {
		struct trial_record *r = &f->trials[i];

		trial_record_init(r);
		r->position = i;
		r->block = i / 2;
		/* the order changes from block to block, as it does when shuffled */
		snprintf(r->variant, sizeof(r->variant), "%s", (i + r->block) % 2 ? "b" : "a");
	}
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	json_decref(f->json);
	result_destroy(&f->result);
	for (int i = 0; i < 2 * BLOCKS; i++)
		trial_record_destroy(&f->trials[i]);
	free(f->view.plan);
	free(f->view.yaml);
	free(f->view.yaml_path);
	free(f->out);
	free(f);
	return 0;
}

static struct trial_record *trial(struct fixture *f, const char *variant, int block)
{
	struct trial_record *r = &f->trials[2 * block];

	return strcmp(r->variant, variant) == 0 ? r : r + 1;
}

static void put(struct fixture *f, const char *variant, const char *metric, double x, double y,
		double z)
{
	const double values[BLOCKS] = {x, y, z};

	for (int block = 0; block < BLOCKS; block++)
		assert_int_equal(
		    trial_metric(trial(f, variant, block), metric, values[block], NULL), 0);
}

/* Judge one finding. */
static const struct finding *judged(struct fixture *f, const char *found, const char *holds)
{
	struct error err = ERROR_INIT;
	json_t *plan =
	    json_pack("{s:[{s:s}, {s:s}], s:[{s:s, s:s, s:s}]}", "variants", "name", "a", "name",
		      "b", "findings", "claim", "it is said", "found", found, "holds", holds);

	f->view.plan = json_dumps(plan, 0);
	json_decref(plan);
	if (result_init(&f->result, &f->view, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(f->result.findings_count, 1);
	assert_string_equal(f->result.findings->claim, "it is said");
	assert_null(f->result.findings->source);
	return f->result.findings;
}

static void is(const struct finding *f, enum finding_verdict verdict, const char *found,
	       const char *reason)
{
	assert_string_equal(finding_verdict_text(f->verdict), finding_verdict_text(verdict));
	assert_string_equal(f->found, found);
	if (reason)
		assert_string_equal(f->reason ? f->reason : "none", reason);
	else
		assert_null(f->reason);
}

static void numbers_have_the_units_of_their_metrics(void **state)
{
	struct fixture *f = *state;

	put(f, "a", "peak_rss_bytes", 3 << 20, 3 << 20, 3 << 20);
	put(f, "a", "start_latency_seconds.p99", 0.0031, 0.0031, 0.0031);
	put(f, "a", "offered", 200000, 200000, 200000);
	put(f, "b", "offered", 80000, 80000, 80000);
	put(f, "b", "gc_cycles_per_minute", 186.7, 186.7, 186.7);
	is(judged(f,
		  "{a.peak_rss_bytes}, {a.start_latency_seconds.p99}, {a.offered}, "
		  "{b.gc_cycles_per_minute}, {a.offered/b.offered} times",
		  "a.offered > b.offered"),
	   FINDING_CONFIRMED, "3.00 MiB, 3.10 ms, 200,000, 187, 2.50 times", NULL);
}

static void all_comparisons_must_hold(void **state)
{
	struct fixture *f = *state;

	put(f, "a", "x", 1, 2, 3);
	put(f, "b", "x", 4, 5, 6);
	is(judged(f, "{a.x}", "a.x < b.x and 2 * a.x > b.x and a.x <= 1.5"), FINDING_REFUTED, "2",
	   "2 * a.x (4) > b.x (5) is false; a.x (2) <= 1.5 is false");
}

/* By the medians it holds; in one block it would not. */
static void blocks_that_disagree_are_counted(void **state)
{
	struct fixture *f = *state;

	put(f, "a", "x", 1, 5, 9);
	put(f, "b", "x", 2, 4, 8);
	is(judged(f, "{a.x} to {b.x}", "a.x > b.x"), FINDING_CONFIRMED, "5 to 4",
	   "true in 2 of 3 blocks of trials; the medians decide");
}

/* The ranges overlap, but within each block it is the same: the machine was slow in the last. */
static void a_block_is_compared_within_itself(void **state)
{
	struct fixture *f = *state;

	put(f, "a", "x", 10, 20, 30);
	put(f, "b", "x", 9, 19, 29);
	is(judged(f, "{a.x}", "a.x > b.x"), FINDING_CONFIRMED, "20", NULL);
}

static void one_variant_has_trials(void **state)
{
	struct fixture *f = *state;

	put(f, "a", "rejected", 0, 0, 7);
	is(judged(f, "{a.rejected}", "a.rejected > 0"), FINDING_REFUTED, "0",
	   "a.rejected (0) > 0 is false; true in 1 of 3 trials; the medians decide");
}

static void an_unknown_metric_is_inconclusive(void **state)
{
	struct fixture *f = *state;

	put(f, "a", "x", 1, 1, 1);
	for (int block = 0; block < BLOCKS; block++)
		trial_metric_unknown(trial(f, "b", block), "x", NULL, "nobody looked");
	is(judged(f, "{a.x} and {b.x}, {a.x/b.x}", "a.x > b.x"), FINDING_INCONCLUSIVE,
	   "1 and n/a, n/a", "b.x: nobody looked");
}

static void a_missing_metric_is_inconclusive(void **state)
{
	struct fixture *f = *state;

	put(f, "a", "x", 1, 1, 1);
	is(judged(f, "{a.x}", "a.x > 0 and a.y > 0"), FINDING_INCONCLUSIVE, "1",
	   "a.y: the workload does not record it");
}

static void a_variant_without_valid_trials_is_inconclusive(void **state)
{
	struct fixture *f = *state;

	put(f, "a", "x", 1, 1, 1);
	put(f, "b", "x", 1, 1, 1);
	for (int block = 0; block < BLOCKS; block++) {
		struct trial_record *r = trial(f, "b", block);

		r->outcome = TRIAL_WORKLOAD_FAILED;
		snprintf(r->reason, sizeof(r->reason), "killed in block %d", block);
	}
	is(judged(f, "{a.x}", "a.x == b.x"), FINDING_INCONCLUSIVE, "1",
	   "b.x: the variant has no valid trial: killed in block 0");
}

static void trials_that_lack_it_are_counted(void **state)
{
	struct fixture *f = *state;

	put(f, "a", "x", 3, 3, 3);
	put(f, "b", "x", 1, 2, 1);
	trial(f, "b", 1)->outcome = TRIAL_VOID;
	is(judged(f, "{b.x}", "a.x > b.x"), FINDING_CONFIRMED, "1",
	   "measured in 2 of 3 blocks of trials");
}

static void nothing_is_divided_by_zero(void **state)
{
	struct fixture *f = *state;

	put(f, "a", "x", 1, 1, 1);
	put(f, "b", "x", 0, 0, 0);
	is(judged(f, "{a.x/b.x} times", "a.x > b.x"), FINDING_INCONCLUSIVE, "n/a times",
	   "a.x/b.x: the divisor is 0");
}

/* Numbers that are there, of which what is asked is none. */
static void what_no_number_holds_is_inconclusive(void **state)
{
	struct fixture *f = *state;

	put(f, "a", "x", 1e200, 1e200, 1e200);
	put(f, "b", "x", 1e-200, 1e-200, 1e-200);
	is(judged(f, "{a.x/b.x} times, {b.x/a.x}", "a.x > b.x"), FINDING_INCONCLUSIVE,
	   "n/a times, 0", "a.x/b.x: the quotient is more than a number can be");
}

static void a_product_that_no_number_holds_is_inconclusive(void **state)
{
	struct fixture *f = *state;
	char holds[400];

	put(f, "a", "x", 1e200, 1e200, 1e200);
	put(f, "b", "x", 5, 5, 5);
	snprintf(holds, sizeof(holds), "1%0150d * a.x > b.x", 0);
	is(judged(f, "{a.x}", holds), FINDING_INCONCLUSIVE, "1.000e+200",
	   "1e+150 * a.x: the product is more than a number can be");
}

static void a_factor_is_a_number(void **state)
{
	struct fixture *f = *state;
	char holds[500];

	put(f, "a", "x", 1, 1, 1);
	snprintf(holds, sizeof(holds), "1%0400d > a.x", 0);
	assert_int_equal(judged(f, "{a.x}", holds)->verdict, FINDING_INCONCLUSIVE);
	assert_non_null(strstr(f->result.findings->reason, "too large; use less"));
}

/* A block is a number, of which none needs to be below it: there are as many as are stored. */
static void blocks_are_those_that_are_stored(void **state)
{
	struct fixture *f = *state;

	put(f, "a", "x", 1, 2, 3);
	put(f, "b", "x", 2, 1, 2);
	for (int i = 0; i < 2 * BLOCKS; i++)
		f->trials[i].block = i < 2 ? -7 : i < 4 ? 0 : INT32_MAX - 1;
	is(judged(f, "{a.x}", "a.x >= b.x"), FINDING_CONFIRMED, "2",
	   "true in 2 of 3 blocks of trials; the medians decide");
}

/* A store may hold what no experiment of this version can say. */
static void what_is_not_understood_is_inconclusive(void **state)
{
	struct fixture *f = *state;

	put(f, "a", "x", 1, 1, 1);
	is(judged(f, "{a.x} {a", "a.x ~ 1"), FINDING_INCONCLUSIVE, "1 ",
	   "found: \"{a\": this { has no }; write {VARIANT.METRIC}; "
	   "holds: \"~\": unknown operator; use <, <=, >, >=, == or !=");
}

static void grades_are_the_worst_of_those_named(void **state)
{
	struct fixture *f = *state;
	char text[128];

	put(f, "a", "x", 1, 1, 1);
	for (int i = 0; i < 2 * BLOCKS; i++) {
		struct grade_line line = {"cpu", 'A', strdup(""), strdup(""), ""};
		struct grade_line network = {"network", '-', strdup(""), strdup(""), ""};

		line.level = f->trials[i].variant[0] == 'b' ? 'C' : i == 3 ? 'B' : 'A';
		trial_grade(&f->trials[i], &line, NULL);
		trial_grade(&f->trials[i], &network, NULL);
	}
	judged(f, "{a.x}", "a.x > 0");
	assert_string_equal(f->trials[3].variant, "a");
	assert_string_equal(
	    describe_grades(&f->result, f->result.findings->grades, text, sizeof(text)),
	    "cpu B, network -");
}

static void json_has_them(void **state)
{
	struct fixture *f = *state;
	struct error err = ERROR_INIT;
	const json_t *all, *one;

	put(f, "a", "x", 1, 1, 1);
	judged(f, "it is {a.x}", "a.x > 0");
	f->json = json_result(&f->result, &err);
	all = json_object_get(f->json, "findings");
	assert_int_equal(json_array_size(all), 1);
	one = json_array_get(all, 0);
	assert_int_equal(json_object_size(one), 6);
	assert_string_equal(json_string_value(json_object_get(one, "claim")), "it is said");
	assert_string_equal(json_string_value(json_object_get(one, "found")), "it is 1");
	assert_string_equal(json_string_value(json_object_get(one, "verdict")), "confirmed");
	assert_true(json_is_null(json_object_get(one, "source")));
	assert_true(json_is_null(json_object_get(one, "reason")));
	assert_true(json_is_object(json_object_get(one, "grade")));
}

/* What a claim or a reason holds can't break the table it stands in. */
static void markdown_is_escaped(void **state)
{
	struct fixture *f = *state;
	FILE *to = open_memstream(&f->out, &f->size);

	put(f, "a", "x_y", 1, 1, 1);
	judged(f, "{a.x_y} | *no* `code`", "a.x_y < 1");
	markdown_findings(&f->result, to);
	fclose(to);
	assert_non_null(strstr(f->out, "| it is said | 1 \\| \\*no\\* \\`code\\` |  | **refuted**: "
				       "a.x\\_y (1) \\< 1 is false |\n"));
}

static void without_findings_nothing_is_said(void **state)
{
	struct fixture *f = *state;
	struct error err = ERROR_INIT;
	struct style style = {.to = open_memstream(&f->out, &f->size), .width = 80};

	f->view.plan = strdup("{\"variants\": [{\"name\": \"a\"}, {\"name\": \"b\"}]}");
	assert_int_equal(result_init(&f->result, &f->view, &err), 0);
	section_findings(&f->result, &style);
	fclose(style.to);
	assert_string_equal(f->out, "");
	f->json = json_result(&f->result, &err);
	assert_true(json_is_array(json_object_get(f->json, "findings")));
	assert_int_equal(json_array_size(json_object_get(f->json, "findings")), 0);
}

#define with_run(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    with_run(numbers_have_the_units_of_their_metrics),
	    with_run(all_comparisons_must_hold),
	    with_run(blocks_that_disagree_are_counted),
	    with_run(a_block_is_compared_within_itself),
	    with_run(one_variant_has_trials),
	    with_run(an_unknown_metric_is_inconclusive),
	    with_run(a_missing_metric_is_inconclusive),
	    with_run(a_variant_without_valid_trials_is_inconclusive),
	    with_run(trials_that_lack_it_are_counted),
	    with_run(nothing_is_divided_by_zero),
	    with_run(what_no_number_holds_is_inconclusive),
	    with_run(a_product_that_no_number_holds_is_inconclusive),
	    with_run(a_factor_is_a_number),
	    with_run(blocks_are_those_that_are_stored),
	    with_run(what_is_not_understood_is_inconclusive),
	    with_run(grades_are_the_worst_of_those_named),
	    with_run(json_has_them),
	    with_run(markdown_is_escaped),
	    with_run(without_findings_nothing_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
