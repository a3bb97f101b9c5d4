/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a trial says of its rate, and a stored search followed again: table, JSON, findings. The
 * runs are made here, a number a trial. */
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
#include "rig/stats/search_judge.h"

#define TRIALS_MAX 64

struct fixture {
	struct run_view view;
	struct trial_record trials[TRIALS_MAX];
	struct result result;
	char *out;
	size_t size;
	json_t *json;
};

static const char plan[] =
    "{\"load\": {\"service\": \"1ms\", \"warmup\": \"2s\", \"measure\": \"1s\"},"
    " \"search\": {\"metric\": \"made_seconds\", \"bound\": \"10ms\", \"from\": \"100\","
    " \"to\": \"1000\", \"resolution\": \"50%\", \"confirm\": \"2\"},"
    " \"variants\": [{\"name\": \"a\"}, {\"name\": \"b\"}, {\"name\": \"c\"}],"
    " \"trials\": {\"retries\": \"1\"},"
    " \"findings\": ["
    "{\"claim\": \"a holds\", \"found\": \"{a.capacity_tasks_per_second}, "
    "{a.capacity_broke_tasks_per_second}, {a.peak_rss_bytes}\","
    " \"holds\": \"a.capacity_tasks_per_second == 200 and a.peak_rss_bytes == 2048\"},"
    "{\"claim\": \"b holds\", \"found\": \"{b.capacity_tasks_per_second}\","
    " \"holds\": \"b.capacity_tasks_per_second > 1\"}]}";

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	f->view.trials = f->trials;
	f->view.plan = strdup(plan);
	f->view.yaml = strdup("");
	f->view.yaml_path = strdup("made.yaml");
	return f->view.plan && f->view.yaml && f->view.yaml_path ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	json_decref(f->json);
	result_destroy(&f->result);
	for (int i = 0; i < TRIALS_MAX; i++)
		trial_record_destroy(&f->trials[i]);
	free(f->view.plan);
	free(f->view.yaml);
	free(f->view.yaml_path);
	free(f->out);
	free(f);
	return 0;
}

static void number(struct trial_record *r, const char *name, double value)
{
	assert_int_equal(trial_metric(r, name, value, NULL), 0);
}

/* A trial that is ok, and says `seconds`. */
static struct trial_record *add(struct fixture *f, const char *variant, double rate, double seconds)
{
	struct trial_record *r = &f->trials[f->view.trials_count];

	trial_record_init(r);
	r->position = r->block = (int)f->view.trials_count++;
	r->start_ns = 1;
	snprintf(r->variant, sizeof(r->variant), "%s", variant);
	number(r, SEARCH_RATE_METRIC, rate);
	number(r, "offered", 100);
	number(r, "completed", 100);
	number(r, "rejected", 0);
	number(r, "made_seconds", seconds);
	number(r, "peak_rss_bytes", rate == 200 ? 2048 : 1 << 20);
	return r;
}

static void ends(struct trial_record *r, enum trial_outcome outcome, const char *why)
{
	r->outcome = outcome;
	snprintf(r->reason, sizeof(r->reason), "%s", why);
}

static void make_result(struct fixture *f)
{
	struct error err = ERROR_INIT;

	f->view.summary.trials = (int)f->view.trials_count;
	for (size_t i = 0; i < f->view.trials_count; i++)
		f->view.summary.ok += f->trials[i].outcome == TRIAL_OK;
	if (result_init(&f->result, &f->view, &err) < 0)
		fail_msg("%s", err.text);
}

/* a: 100 and 200 held, 400 broke twice, and so did what lies between; 200 held again. */
static void store_a(struct fixture *f)
{
	add(f, "a", 100, 0.001);
	add(f, "a", 200, 0.002);
	add(f, "a", 400, 0.020);
	add(f, "a", 400, 0.021);
	add(f, "a", 282.8, 0.020);
	add(f, "a", 282.8, 0.020);
	add(f, "a", 200, 0.003);
}

static enum search_answer judge(struct fixture *f, const struct trial_record *r, char why[256])
{
	const struct search_bound bound = {"made_seconds", 0.01};

	(void)f;
	return search_judge(r, r, &bound, why, 256);
}

static void a_trial_says_held_or_broke(void **state)
{
	struct fixture *f = *state;
	char why[256];

	assert_int_equal(judge(f, add(f, "a", 1, 0.0099), why), SEARCH_HELD);
	assert_string_equal(why, "made_seconds 9.90 ms, at most 10.0 ms");
	assert_int_equal(judge(f, add(f, "a", 1, 0.010), why), SEARCH_HELD);
	assert_int_equal(judge(f, add(f, "a", 1, 0.0101), why), SEARCH_BROKE);
	assert_string_equal(why, "made_seconds 10.1 ms, above 10.0 ms");
}

static struct metric *metric_of(struct trial_record *r, const char *name)
{
	for (size_t i = 0; i < r->metrics_count; i++)
		if (strcmp(r->metrics[i].name, name) == 0)
			return &r->metrics[i];
	fail_msg("no %s", name);
	return NULL;
}

/* However fast the others were. */
static void a_task_that_was_not_completed_breaks_it(void **state)
{
	struct fixture *f = *state;
	struct trial_record *r = add(f, "a", 1, 0.001);
	char why[256];

	metric_of(r, "completed")->value = 99;
	assert_int_equal(judge(f, r, why), SEARCH_BROKE);
	assert_string_equal(why, "1 of 100 tasks were not completed");
	ends(r, TRIAL_WORKLOAD_FAILED, "1 of 100 tasks were neither completed nor rejected");
	assert_int_equal(judge(f, r, why), SEARCH_BROKE);
	assert_string_equal(why, r->reason);
}

static void what_does_not_begin_is_no_break(void **state)
{
	struct fixture *f = *state;
	struct trial_record *r = add(f, "a", 1, 0.001);
	char why[256];

	ends(r, TRIAL_WORKLOAD_FAILED, "no such param");
	r->start_ns = 0;
	assert_int_equal(judge(f, r, why), SEARCH_FAILED);
	assert_string_equal(why, "no such param");
	ends(r, TRIAL_RIG_FAILED, "no memory");
	assert_int_equal(judge(f, r, why), SEARCH_FAILED);
	assert_string_equal(why, "the rig failed: no memory");
}

static void what_is_not_known_is_no_break(void **state)
{
	struct fixture *f = *state;
	struct trial_record *r = add(f, "a", 1, 0.001);
	struct metric *m = metric_of(r, "made_seconds");
	char why[256];

	m->known = false;
	snprintf(m->reason, sizeof(m->reason), "it is gone");
	assert_int_equal(judge(f, r, why), SEARCH_FAILED);
	assert_string_equal(why, "made_seconds is not known: it is gone");
	snprintf(m->name, sizeof(m->name), "other_seconds");
	assert_int_equal(judge(f, r, why), SEARCH_FAILED);
	assert_string_equal(why, "made_seconds is not known: the workload does not record it");
	metric_of(r, "completed")->known = false;
	assert_int_equal(judge(f, r, why), SEARCH_FAILED);
}

static void a_late_generator_is_no_break(void **state)
{
	const struct search_bound bound = {"start_latency_seconds.p99", 0.001};
	struct fixture *f = *state;
	struct trial_record *r = add(f, "a", 1, 0.001);
	char why[256];

	number(r, "start_latency_seconds.p99", 0.005);
	number(r, "generator_lateness_seconds.p99", 0.0009);
	number(r, "generator_lateness_seconds.max", 0.009);
	assert_int_equal(search_judge(r, r, &bound, why, sizeof(why)), SEARCH_BROKE);
	metric_of(r, "generator_lateness_seconds.p99")->value = 0.0011;
	assert_int_equal(search_judge(r, r, &bound, why, sizeof(why)), SEARCH_VOID);
	assert_string_equal(why, "start_latency_seconds.p99 5.00 ms, above 1.00 ms, but the "
				 "generator itself was 1.10 ms late");
	/* It is no part of what the workload measures otherwise. */
	assert_int_equal(judge(f, r, why), SEARCH_HELD);
	ends(r, TRIAL_VOID, "late");
	assert_int_equal(search_judge(r, r, &bound, why, sizeof(why)), SEARCH_VOID);
	assert_string_equal(why, "late");
}

static void a_stored_search_is_followed(void **state)
{
	struct fixture *f = *state;
	const struct variant_search *a, *b;
	struct result_value value;

	store_a(f);
	ends(add(f, "b", 100, 1), TRIAL_VOID, "late");
	make_result(f);
	a = &f->result.variants[0].search;
	b = &f->result.variants[1].search;
	assert_true(f->result.searched);
	assert_true(a->result.over && a->result.has_held && a->result.has_broke);
	assert_true(a->result.held == 200);
	assert_true(a->result.broke == 282.8);
	assert_int_equal(a->result.trials, 7);
	assert_string_equal(a->no_held, "");
	assert_false(b->result.over);
	assert_string_equal(b->no_held, "the run ended before the search did");
	/* Not the trials at other rates. */
	value = result_value(&f->result, 0, "made_seconds");
	assert_int_equal(value.spread.count, 2);
	assert_true(value.spread.min == 0.002 && value.spread.max == 0.003);
	value = result_value(&f->result, 1, "made_seconds");
	assert_int_equal(value.spread.count, 0);
	assert_string_equal(value.reason, "no rate held");
	value = result_value(&f->result, 0, "capacity_tasks_per_second");
	assert_true(value.spread.count == 1 && value.spread.median == 200);
	assert_int_equal(f->result.missing, 0);
}

/* A plan that a run could not have had is no search. */
static void a_wrong_search_is_none(void **state)
{
	static const char *const searches[] = {
	    "{\"bound\": \"10ms\", \"from\": \"100\", \"to\": \"1k\", \"resolution\": \"50%\", "
	    "\"confirm\": \"2\"}",
	    "{\"metric\": \"made_seconds\", \"bound\": \"10ms\", \"from\": \"100\", \"to\": "
	    "\"1k\", \"resolution\": \"10\", \"confirm\": \"2\"}",
	    "{\"metric\": \"made_seconds\", \"bound\": \"10ms\", \"from\": \"100\", \"to\": "
	    "\"100\", \"resolution\": \"50%\", \"confirm\": \"2\"}",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(searches); i++) {
		free(f->view.plan);
		assert_true(
		    asprintf(&f->view.plan,
			     "{\"load\": {\"warmup\": \"2s\"}, \"search\": %s, \"variants\": "
			     "[{\"name\": \"a\"}], \"trials\": {\"retries\": \"1\"}}",
			     searches[i]) > 0);
		make_result(f);
		assert_false(f->result.searched);
		result_destroy(&f->result);
	}
}

static void ends_without_a_number_have_a_reason(void **state)
{
	struct fixture *f = *state;
	const struct result_variant *v;

	for (int i = 0; i < 2; i++) {
		add(f, "a", 100, 1);
		ends(add(f, "b", 100, 0), TRIAL_VOID, "late");
	}
	ends(add(f, "c", 100, 0), TRIAL_WORKLOAD_FAILED, "no such param");
	f->trials[4].start_ns = 0;
	make_result(f);
	v = f->result.variants;
	assert_true(v[0].search.result.over && v[1].search.result.over && v[2].search.result.over);
	assert_string_equal(v[0].search.no_held,
			    "it broke at the lowest rate that was asked for, 100 tasks/s");
	assert_true(v[0].search.result.broke == 100);
	assert_string_equal(v[1].search.no_held, "the generator could not even offer 100 tasks/s");
	assert_string_equal(v[1].search.no_broke, "the generator could not even offer 100 tasks/s");
	assert_string_equal(v[2].search.no_broke,
			    "the search ended, as a trial failed: no such param");
}

static void the_top_and_the_generator_are_reasons(void **state)
{
	static const double ramp[] = {100, 200, 400, 800, 1000, 1000};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(ramp); i++)
		add(f, "a", ramp[i], 0.001);
	add(f, "b", 100, 0.001);
	for (int i = 0; i < 2; i++)
		ends(add(f, "b", 200, 0), TRIAL_VOID, "late");
	for (int i = 0; i < 2; i++)
		ends(add(f, "b", 141.4, 0), TRIAL_VOID, "late");
	add(f, "b", 100, 0.001);
	make_result(f);
	assert_true(f->result.variants[0].search.result.held == 1000);
	assert_string_equal(f->result.variants[0].search.no_broke,
			    "it held up to the highest rate that was asked for, 1,000 tasks/s");
	assert_true(f->result.variants[1].search.result.held == 100);
	assert_string_equal(f->result.variants[1].search.no_broke,
			    "the generator could not offer more than 100 tasks/s (not 141.4, in 2 "
			    "trials)");
}

static void has(const char *text, const char *want)
{
	if (!strstr(text, want))
		fail_msg("\"%s\" is not in:\n%s", want, text);
}

static void the_table_says_what_was_found(void **state)
{
	struct fixture *f = *state;
	struct style style = {.width = 110};
	struct error err = ERROR_INIT;

	store_a(f);
	ends(add(f, "b", 100, 1), TRIAL_VOID, "late");
	make_result(f);
	style.to = open_memstream(&f->out, &f->size);
	assert_int_equal(table_print(&f->result, &style, &err), 0);
	fclose(style.to);
	has(f->out, "trials: 8 trials of a search, 7 valid");
	has(f->out,
	    "Capacity: the highest rate at which made_seconds was at most 10.0 ms and every "
	    "task was completed, in 2");
	has(f->out, "highest rate that held       | 200 tasks/s  |   n/a (1)  |   n/a (1)\n");
	has(f->out, "lowest rate that broke       | 283 tasks/s  |   n/a (1)  |   n/a (1)\n");
	has(f->out, "(1) the run ended before the search did\n");
	has(f->out, "  a tried: 100 held 1; 200 held 2; 282.8 broke 2; 400 broke 2\n");
	has(f->out, "  b tried: 100 void 1\n");
	has(f->out, "  c tried: nothing\n");
	has(f->out, "  confirmed: a holds: 200, 283, 2.00 KiB");
	has(f->out, "  inconclusive: b holds: n/a");
}

static void a_trial_says_what_it_answered(void **state)
{
	struct fixture *f = *state;
	struct style style = {.width = 110};

	store_a(f);
	make_result(f);
	style.to = open_memstream(&f->out, &f->size);
	assert_int_equal(trial_print(&f->result, 3, &style, NULL), 0);
	fclose(style.to);
	has(f->out, "search, at 400 tasks/s: broke: made_seconds 20.0 ms, above 10.0 ms\n");
}

static double number_at(const json_t *json, const char *key)
{
	return json_number_value(json_object_get(json, key));
}

static void the_json_says_what_was_found(void **state)
{
	struct fixture *f = *state;
	const json_t *variant, *search, *trial;

	store_a(f);
	make_result(f);
	f->json = json_result(&f->result, NULL);
	assert_non_null(f->json);
	variant = json_array_get(json_object_get(f->json, "variants"), 0);
	search = json_object_get(variant, "search");
	assert_true(number_at(search, "held_tasks_per_second") == 200);
	assert_true(number_at(search, "broke_tasks_per_second") == 282.8);
	assert_true(json_is_null(json_object_get(search, "not_offered_tasks_per_second")));
	assert_true(json_is_string(json_object_get(search, "not_offered_tasks_per_second_reason")));
	assert_int_equal(json_array_size(json_object_get(search, "rates")), 4);
	trial = json_array_get(json_object_get(f->json, "trials"), 2);
	search = json_object_get(trial, "search");
	assert_true(number_at(search, "rate") == 400);
	assert_string_equal(json_string_value(json_object_get(search, "answer")), "broke");
}

static void a_run_without_a_search_has_none(void **state)
{
	struct fixture *f = *state;

	free(f->view.plan);
	f->view.plan = strdup("{\"variants\": [{\"name\": \"a\"}]}");
	store_a(f);
	make_result(f);
	assert_false(f->result.searched);
	f->json = json_result(&f->result, NULL);
	assert_non_null(f->json);
	assert_true(json_is_null(
	    json_object_get(json_array_get(json_object_get(f->json, "variants"), 0), "search")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_trial_says_held_or_broke, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_task_that_was_not_completed_breaks_it, set_up,
					    tear_down),
	    cmocka_unit_test_setup_teardown(what_does_not_begin_is_no_break, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_is_not_known_is_no_break, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_late_generator_is_no_break, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_stored_search_is_followed, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_wrong_search_is_none, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(ends_without_a_number_have_a_reason, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(the_top_and_the_generator_are_reasons, set_up,
					    tear_down),
	    cmocka_unit_test_setup_teardown(the_table_says_what_was_found, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_trial_says_what_it_answered, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(the_json_says_what_was_found, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_run_without_a_search_has_none, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
