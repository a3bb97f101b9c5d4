/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers and text as the reports show them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/own.h"
#include "rig/report/number.h"
#include "rig/report/text.h"

static void three_digits(void **state)
{
	static const struct {
		enum number_kind kind;
		double value;
		const char *expected;
	} cases[] = {
	    {NUMBER_RATIO, 0, "0"},
	    {NUMBER_RATIO, 1, "1.00"},
	    {NUMBER_RATIO, 1.234, "1.23"},
	    {NUMBER_RATIO, 9.996, "10.0"},
	    {NUMBER_RATIO, 99.96, "100"},
	    {NUMBER_RATIO, 999.6, "1,000"},
	    {NUMBER_RATIO, 12345.6, "12,346"},
	    {NUMBER_RATIO, 0.01234, "0.0123"},
	    {NUMBER_RATIO, 0.00001234, "1.23e-05"},
	    {NUMBER_RATIO, 1.5e-9, "1.50e-09"},
	    {NUMBER_RATIO, -2.5, "-2.50"},
	    {NUMBER_COUNT, 1234567, "1,234,567"},
	    {NUMBER_COUNT, 999, "999"},
	    {NUMBER_COUNT, 1000, "1,000"},
	    {NUMBER_COUNT, -1234, "-1,234"},
	    {NUMBER_COUNT, 2.5, "2.50"},
	    {NUMBER_COUNT, 1e18, "1.000e+18"},
	    {NUMBER_COUNT, 149998, "149,998"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char buf[40];

		assert_string_equal(number_show(cases[i].kind, cases[i].value, buf, sizeof(buf)),
				    cases[i].expected);
	}
}

static void one_unit_for_a_row(void **state)
{
	static const struct {
		enum number_kind kind;
		double smallest, largest;
		const char *expected;
	} cases[] = {
	    {NUMBER_SECONDS, 12e-6, 300e-6, "us"},
	    {NUMBER_SECONDS, 12e-6, 0.3, "ms"},
	    {NUMBER_SECONDS, 500e-9, 600e-9, "ns"},
	    {NUMBER_SECONDS, 2, 90, "s"},
	    {NUMBER_SECONDS, 0, 0, "s"},
	    {NUMBER_BYTES, 0, 0, "B"},
	    {NUMBER_BYTES, 5e6, 6e7, "MiB"},
	    {NUMBER_BYTES, 100, 9e9, "MiB"},
	    {NUMBER_COUNT, 1, 1e12, ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(
		    number_unit(cases[i].kind, cases[i].smallest, cases[i].largest)->ascii,
		    cases[i].expected);
}

static void kinds_come_from_names(void **state)
{
	(void)state;
	assert_int_equal(number_kind_of("cpu_seconds"), NUMBER_SECONDS);
	assert_int_equal(number_kind_of("sojourn_seconds.p99"), NUMBER_SECONDS);
	assert_int_equal(number_kind_of("sojourn_seconds.count"), NUMBER_COUNT);
	assert_int_equal(number_kind_of("psi.cpu.some_seconds"), NUMBER_SECONDS);
	assert_int_equal(number_kind_of("peak_rss_bytes"), NUMBER_BYTES);
	assert_int_equal(number_kind_of("throughput_tasks_per_second"), NUMBER_RATIO);
	assert_int_equal(number_kind_of("context_switches"), NUMBER_COUNT);
	assert_int_equal(number_kind_of("seconds"), NUMBER_SECONDS);
	assert_int_equal(number_kind_of("count"), NUMBER_COUNT);
}

static void what_is_no_utf8_is_replaced(void **state)
{
	static const struct {
		const char *in, *valid;
	} cases[] = {
	    {"plain", "plain"},
	    {"caf\xc3\xa9 \xe2\x80\xa6 \xf0\x9f\x98\x80",
	     "caf\xc3\xa9 \xe2\x80\xa6 \xf0\x9f\x98\x80"},
	    {"\xff", "\xef\xbf\xbd"},
	    {"cut \xc3", "cut \xef\xbf\xbd"},
	    /* overlong "/", a surrogate, beyond U+10FFFF: none is UTF-8 (RFC 3629) */
	    {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},
	    {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
	    {"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *valid = text_valid(cases[i].in);

		assert_string_equal(valid, cases[i].valid);
	}
}

static void a_terminal_sees_no_control_characters(void **state)
{
	static const struct {
		const char *in, *utf8, *ascii;
	} cases[] = {
	    {"a\033[31mb", "a?[31mb", "a?[31mb"},
	    {"two\nlines\tx", "two lines x", "two lines x"},
	    {"caf\xc3\xa9", "caf\xc3\xa9", "caf?"},
	    {"\xc2\x9b"
	     "31m",
	     "?31m", "?31m"}, /* CSI as one character */
	    {"\xff", "?", "?"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char buf[64];

		assert_string_equal(text_clean(cases[i].in, true, buf, sizeof(buf)), cases[i].utf8);
		assert_string_equal(text_clean(cases[i].in, false, buf, sizeof(buf)),
				    cases[i].ascii);
	}
}

static void clean_cuts_between_characters(void **state)
{
	char buf[6];

	(void)state;
	assert_string_equal(text_clean("abcd\xc3\xa9", true, buf, sizeof(buf)), "abcd");
	assert_int_equal(text_width("caf\xc3\xa9"), 4);
}

static void text_is_folded_between_words(void **state)
{
	cleanup_free char *out = NULL;
	size_t size = 0;
	struct style style = {.to = open_memstream(&out, &size), .width = 20};

	(void)state;
	fputs("name: ", style.to);
	text_fold(&style, 6, 4, "one two three four averyveryverylongword x");
	fclose(style.to);
	assert_string_equal(out,
			    "name: one two three\n    four\n    averyveryverylongword\n    x\n");
}

static void times_are_iso_8601(void **state)
{
	char buf[32];

	(void)state;
	assert_string_equal(text_time(INT64_C(1795501800123456789), buf, sizeof(buf)),
			    "2026-11-24T06:30:00.123Z");
	assert_string_equal(text_time(0, buf, sizeof(buf)), "1970-01-01T00:00:00.000Z");
	assert_string_equal(text_time(-1, buf, sizeof(buf)), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(three_digits),
	    cmocka_unit_test(one_unit_for_a_row),
	    cmocka_unit_test(kinds_come_from_names),
	    cmocka_unit_test(what_is_no_utf8_is_replaced),
	    cmocka_unit_test(a_terminal_sees_no_control_characters),
	    cmocka_unit_test(clean_cuts_between_characters),
	    cmocka_unit_test(text_is_folded_between_words),
	    cmocka_unit_test(times_are_iso_8601),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
