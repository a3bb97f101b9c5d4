/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tails of the variants of a run: what of which trials they are made of, what is refused; as
 * text and JSON. */
#include <math.h>
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
#include "base/random.h"
#include "rig/report/json/json.h"
#include "rig/report/text/text.h"
#include "rig/result/tails.h"

enum { TRIALS = 6 };

/* Two trials of `many` (and a void one, far off) with 20,000 values each in the window of which the
 * largest tenth has the published tail; one of `few` with 100; two of `none`: one without a
 * histogram, one with an empty one. */
struct fixture {
	struct run_view view;
	struct trial_record trials[TRIALS];
	struct result result;
	struct tails tails;
};

static void add_histogram(struct trial_record *r, int second, int count, double by)
{
	const struct gpd tail = {0.42, 8.3e6};
	struct workload_record w = {.name = "start_latency",
				    .kind = "histogram",
				    .unit = "ns",
				    .known = true,
				    .from_ns = second * NS_PER_S,
				    .to_ns = (second + 1) * NS_PER_S};
	struct random random;
	struct hdr h;

	random_init(&random, 40 + (uint64_t)r->position, (uint64_t)second);
	assert_int_equal(hdr_init(&h, 1, HDR_LATENCY_HIGHEST_NS, 3, NULL), 0);
	for (int i = 0; i < count; i++) {
		double x = i % 10 ? 15e6 * random_unit(&random)
				  : 15e6 + gpd_level(&tail, random_unit(&random));

		hdr_record(&h, (int64_t)(by * x));
	}
	assert_int_equal(hdr_encode(&h, &w.hdr, NULL), 0);
	hdr_destroy(&h);
	assert_int_equal(trial_workload_record(r, &w, NULL), 0);
}

static struct trial_record *add(struct fixture *f, const char *variant, enum trial_outcome outcome)
{
	struct trial_record *r = &f->trials[f->view.trials_count];

	trial_record_init(r);
	r->position = (int)f->view.trials_count++;
	r->outcome = outcome;
	strcpy(r->variant, variant);
	return r;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct trial_record *r;
	struct error err = ERROR_INIT;

	*state = f;
	f->view.trials = f->trials;
	f->view.summary.planned = TRIALS;
	strcpy(f->view.summary.id, "20261128-010203-abcdef");
	f->view.yaml = strdup("");
	f->view.yaml_path = strdup("made.yaml");
	f->view.plan =
	    strdup("{\"load\": {\"warmup\": \"1s\"}, \"variants\": [{\"name\": \"many\"}, "
		   "{\"name\": \"few\"}, {\"name\": \"none\"}]}");
	for (int i = 0; i < 2; i++) {
		r = add(f, "many", TRIAL_OK);
		add_histogram(r, 0, 500, 1000); /* warm-up */
		add_histogram(r, 1, 10000, 1);
		add_histogram(r, 2, 10000, 1);
	}
	add_histogram(add(f, "many", TRIAL_VOID), 1, 10000, 1000);
	add_histogram(add(f, "few", TRIAL_OK), 1, 100, 1);
	add(f, "none", TRIAL_OK);
	add_histogram(add(f, "none", TRIAL_OK), 1, 0, 1);
	if (result_init(&f->result, &f->view, &err) < 0)
		fail_msg("%s", err.text);
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	tails_destroy(&f->tails);
	result_destroy(&f->result);
	for (size_t i = 0; i < f->view.trials_count; i++)
		trial_record_destroy(&f->trials[i]);
	free(f->view.plan);
	free(f->view.yaml);
	free(f->view.yaml_path);
	free(f);
	return 0;
}

static void make(struct fixture *f)
{
	struct error err = ERROR_INIT;

	if (tails_init(&f->tails, &f->result, "start_latency", &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(f->tails.count, 3);
	assert_string_equal(f->tails.metric, "start_latency_seconds");
}

static void tails_are_of_the_window_of_valid_trials(void **state)
{
	const struct gpd published = {0.42, 8.3e-3};
	struct fixture *f = *state;
	const struct tails_row *row;

	make(f);
	row = &f->tails.rows[0];
	assert_int_equal(row->trials, 2);
	assert_int_equal(row->values, 40000);
	assert_true(row->has_tail);
	assert_true(row->tail.threshold > 14e-3 && row->tail.threshold < 60e-3);
	assert_true(row->tail.shape.low < 0.42 && row->tail.shape.high > 0.42);
	for (int i = 0; i < TAILS_QUANTILES; i++) {
		double above = (1 - tails_quantiles[i]) / 0.1;
		double truth = 15e-3 + gpd_level(&published, above);

		assert_int_equal(row->quantiles[i].source, TAIL_RANKS); /* 36,887 are enough */
		assert_true(row->quantiles[i].low <= truth && truth <= row->quantiles[i].high);
	}
}

static void few_values_can_not_tell(void **state)
{
	struct fixture *f = *state;
	const struct tails_row *row;

	make(f);
	row = &f->tails.rows[1];
	assert_int_equal(row->values, 100);
	assert_false(row->has_tail);
	assert_non_null(strstr(row->reason, "100 values are too few"));
	for (int i = 0; i < TAILS_QUANTILES; i++)
		assert_int_equal(row->quantiles[i].source, TAIL_UNKNOWN);

	row = &f->tails.rows[2];
	assert_int_equal(row->values, 0);
	assert_int_equal(row->without, 2);
	assert_non_null(strstr(row->reason, "start_latency"));
}

static void what_has_no_histogram_is_refused(void **state)
{
	struct fixture *f = *state;
	struct error err = ERROR_INIT;

	assert_int_equal(tails_init(&f->tails, &f->result, "start_latencies", &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_non_null(strstr(err.text, "there are: start_latency"));
	tails_destroy(&f->tails);
	error_clear(&err);
	f->result.searched = true;
	assert_int_equal(tails_init(&f->tails, &f->result, "start_latency", &err), -1);
	f->result.searched = false;
	assert_non_null(strstr(err.text, "search"));
}

static void text_says_what_can_be_told(void **state)
{
	struct fixture *f = *state;
	cleanup_free char *text = NULL;
	size_t size = 0;
	struct style style = {.to = open_memstream(&text, &size), .width = 400};

	make(f);
	tails_print(&f->tails, &style);
	fclose(style.to);
	assert_non_null(strstr(text, "  many         40,000 values of 2 trials: P99 "));
	assert_non_null(strstr(text, "s]; tail: "));
	assert_non_null(strstr(text, "P99.99 can't be told from 100 values (ranks need 36,887); "
				     "tail n/a: 100 values are too few"));
	assert_non_null(strstr(text, "  none         n/a: "));
}

static void json_has_what_is_printed(void **state)
{
	struct fixture *f = *state;
	json_t *json, *many, *few, *quantile;

	make(f);
	json = json_tails(&f->tails);
	assert_non_null(json);
	many = json_array_get(json_object_get(json, "variants"), 0);
	few = json_array_get(json_object_get(json, "variants"), 1);
	assert_int_equal(json_integer_value(json_object_get(many, "values")), 40000);
	assert_true(json_number_value(json_object_get(json_object_get(many, "tail"), "shape")) ==
		    f->tails.rows[0].tail.fit.shape);
	assert_true(json_is_null(json_object_get(many, "reason")));
	quantile = json_array_get(json_object_get(many, "quantiles"), 2);
	assert_true(json_real_value(json_object_get(quantile, "quantile")) == 0.9999);
	assert_string_equal(json_string_value(json_object_get(quantile, "source")), "ranks");
	assert_true(json_number_value(json_object_get(quantile, "high")) ==
		    f->tails.rows[0].quantiles[2].high);
	quantile = json_array_get(json_object_get(few, "quantiles"), 2);
	assert_true(json_is_null(json_object_get(quantile, "value")));
	assert_int_equal(json_integer_value(json_object_get(quantile, "least")), 36887);
	assert_true(json_is_null(json_object_get(few, "tail")));
	json_decref(json);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(tails_are_of_the_window_of_valid_trials),
	    TEST(few_values_can_not_tell),
	    TEST(what_has_no_histogram_is_refused),
	    TEST(text_says_what_can_be_told),
	    TEST(json_has_what_is_printed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
