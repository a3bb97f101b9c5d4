/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rig/record/trial_record.h"

static void outcomes_have_names_both_ways(void **state)
{
	(void)state;
	for (int i = TRIAL_OK; i <= TRIAL_RIG_FAILED; i++)
		assert_int_equal(trial_outcome_by_name(trial_outcome_name((enum trial_outcome)i)),
				 i);
	assert_int_equal(trial_outcome_by_name("fine"), -1);
	assert_string_equal(trial_outcome_name((enum trial_outcome)9), "unknown");
}

static void arrays_grow_and_keep_their_order(void **state)
{
	struct error err = ERROR_INIT;
	struct trial_record r;

	(void)state;
	trial_record_init(&r);
	for (int i = 0; i < 1000; i++) {
		char name[16];
		struct trial_sample sample = {.late_ns = i};

		snprintf(name, sizeof(name), "m%d", i);
		assert_int_equal(trial_metric(&r, name, i, &err), 0);
		assert_int_equal(trial_sample(&r, &sample, &err), 0);
	}
	assert_int_equal(r.metrics_count, 1000);
	assert_true(trial_find_metric(&r, "m999")->value == 999);
	assert_int_equal(r.samples[500].late_ns, 500);
	assert_null(trial_find_metric(&r, "m1000"));
	trial_record_destroy(&r);
	trial_record_destroy(&r);
}

static void what_is_not_a_number_is_unknown(void **state)
{
	struct error err = ERROR_INIT;
	struct trial_record r;

	(void)state;
	trial_record_init(&r);
	assert_int_equal(trial_metric(&r, "rate", 0.0 / 0.0, &err), 0);
	assert_int_equal(trial_metric(&r, "ratio", INFINITY, &err), 0);
	assert_int_equal(trial_interference(&r, "steal", "seconds", NAN, &err, "detail"), 0);
	assert_false(r.metrics[0].known);
	assert_non_null(strstr(r.metrics[0].reason, "nan"));
	assert_false(r.metrics[1].known);
	assert_non_null(strstr(r.metrics[1].reason, "inf"));
	assert_false(r.interference[0].known);
	trial_record_destroy(&r);
}

static void unknown_keeps_its_reason(void **state)
{
	struct error err = ERROR_INIT;
	struct trial_record r;

	(void)state;
	trial_record_init(&r);
	trial_metric_unknown(&r, "psi.cpu.some_seconds", &err, "no %s on this kernel", "PSI");
	trial_interference_unknown(&r, "steal", "seconds", &err, "no /proc/%s", "stat");
	assert_false(r.metrics[0].known);
	assert_string_equal(r.metrics[0].reason, "no PSI on this kernel");
	assert_string_equal(r.interference[0].detail, "no /proc/stat");
	trial_record_destroy(&r);
}

static void a_sentence_that_was_cut_shows_it(void **state)
{
	struct error err = ERROR_INIT;
	struct trial_record r;
	char why[400];

	(void)state;
	memset(why, 'w', sizeof(why) - 1);
	why[sizeof(why) - 1] = '\0';
	trial_record_init(&r);
	trial_metric_unknown(&r, "m", &err, "%s", why);
	trial_interference(&r, "l", "count", 1, &err, "%s", why);
	trial_event(&r, 1, "cell", "kind", &err, "%s", why);
	assert_string_equal(r.metrics[0].reason + sizeof(r.metrics[0].reason) - 5, "w...");
	assert_string_equal(r.interference[0].detail + sizeof(r.interference[0].detail) - 5,
			    "w...");
	assert_string_equal(r.events[0].text + sizeof(r.events[0].text) - 5, "w...");
	trial_record_destroy(&r);
}

static void names_are_cut_between_characters(void **state)
{
	struct error err = ERROR_INIT;
	struct trial_record r;
	char name[80];

	(void)state;
	/* 62 bytes and then a character of two: only 63 fit, and half a character must not stay. */
	memset(name, 'a', 62);
	strcpy(name + 62, "\xc3\xa9zzz");
	trial_record_init(&r);
	trial_metric(&r, name, 1, &err);
	assert_int_equal(strlen(r.metrics[0].name), 62);
	trial_record_destroy(&r);
}

static void a_log_is_kept_whole_as_a_string(void **state)
{
	struct error err = ERROR_INIT;
	struct trial_record r;

	(void)state;
	trial_record_init(&r);
	assert_int_equal(trial_log(&r, "stdout", "a\0b", 3, 103, 100, &err), 0);
	assert_string_equal(r.logs[0].text, "a?b");
	assert_int_equal(r.logs[0].bytes, 103);
	assert_int_equal(r.logs[0].dropped, 100);
	trial_record_destroy(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(outcomes_have_names_both_ways),
	    cmocka_unit_test(arrays_grow_and_keep_their_order),
	    cmocka_unit_test(what_is_not_a_number_is_unknown),
	    cmocka_unit_test(unknown_keeps_its_reason),
	    cmocka_unit_test(a_sentence_that_was_cut_shows_it),
	    cmocka_unit_test(names_are_cut_between_characters),
	    cmocka_unit_test(a_log_is_kept_whole_as_a_string),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
