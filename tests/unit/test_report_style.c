/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text as reports show it: UTF-8, terminals, folding, instants, styles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/own.h"
#include "base/text.h"
#include "rig/report/text/text.h"
#include "rig/result/result.h"

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
	    {"a\033[31mb", "a\\x1b[31mb", "a\\x1b[31mb"},
	    {"two\nlines\tx", "two lines x", "two lines x"},
	    {"caf\xc3\xa9", "caf\xc3\xa9", "caf?"},
	    {"\xc2\x9b"
	     "31m",
	     "\\xc2\\x9b31m", "\\xc2\\x9b31m"}, /* CSI as one character */
	    {"\xff", "\\xff", "\\xff"},
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
	assert_string_equal(result_time(INT64_C(1795501800123456789), buf, sizeof(buf)),
			    "2026-11-24T06:30:00.123Z");
	assert_string_equal(result_time(0, buf, sizeof(buf)), "1970-01-01T00:00:00.000Z");
	assert_string_equal(result_time(-1, buf, sizeof(buf)), "unknown");
}

/* Of a file: what the environment says, and never colour. */
static void a_style_is_of_the_environment(void **state)
{
	static const struct {
		const char *columns, *locale;
		int width;
		bool utf8;
	} cases[] = {
	    {NULL, "C", 80, false},         {"100", "C.UTF-8", 100, true},
	    {"20", "en_US.utf8", 80, true}, {"1000", "POSIX", 160, false},
	    {"x", "C", 80, false},
	};
	FILE *to = tmpfile();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct style style;

		setenv("LC_ALL", cases[i].locale, 1);
		if (cases[i].columns)
			setenv("COLUMNS", cases[i].columns, 1);
		else
			unsetenv("COLUMNS");
		style = style_of(to);
		assert_int_equal(style.width, cases[i].width);
		assert_int_equal(style.utf8, cases[i].utf8);
		assert_false(style.colour);
		assert_string_equal(style_mark(&style, STYLE_BAD), "");
	}
	fclose(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_no_utf8_is_replaced),
	    cmocka_unit_test(a_terminal_sees_no_control_characters),
	    cmocka_unit_test(clean_cuts_between_characters),
	    cmocka_unit_test(text_is_folded_between_words),
	    cmocka_unit_test(times_are_iso_8601),
	    cmocka_unit_test(a_style_is_of_the_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
