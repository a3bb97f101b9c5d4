/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text for people: quoted, cut, listed, folded. What is no UTF-8: test_report_number.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/own.h"
#include "base/text.h"

static void quoted_texts_stay_in_bounds(void **state)
{
	static const char *const characters[] = {"x",        "\x01",         "\xff",
						 "\xc2\x9b", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
	char buf[TEXT_QUOTE_SIZE], text[1000];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(characters); i++)
		for (size_t before = 0; before < 64; before++) {
			memset(text, 'y', before);
			text[before] = '\0';
			for (int n = 0; n < 64; n++)
				strcat(text, characters[i]);
			text_quote(text, buf);
			assert_in_range(strnlen(buf, sizeof(buf)), 60, sizeof(buf) - 1);
			assert_string_equal(buf + strlen(buf) - 3, "...");
		}
}

static void what_a_terminal_would_obey_is_escaped(void **state)
{
	char buf[TEXT_QUOTE_SIZE];

	(void)state;
	assert_string_equal(text_quote("a\tb\x7f", buf), "a\\x09b\\x7f");
	assert_string_equal(text_quote("\x1b[m", buf), "\\x1b[m");
	assert_string_equal(text_quote("\xc2\x9b", buf), "\\xc2\\x9b"); /* CSI in one character */
	assert_string_equal(text_quote("1\xff", buf), "1\\xff");
	assert_string_equal(text_quote("\xe2\x82\xac", buf), "\xe2\x82\xac");
	assert_string_equal(text_quote("", buf), "");
}

/* One function escapes for all: copies, streams, folded texts, lines. */
static void every_way_to_print_escapes(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
	    {"\a\b\x1b]0;x", "\\x07\\x08\\x1b]0;x"},
	    {"\x7f", "\\x7f"},
	    {"\xc2\x85", "\\xc2\\x85"},                /* NEL */
	    {"\xe2\x80\xa8", "\\xe2\\x80\\xa8"},       /* U+2028 ends a line */
	    {"\xe2\x80\xaetxt", "\\xe2\\x80\\xaetxt"}, /* U+202E turns what follows */
	    {"\xe2\x81\xa6", "\\xe2\\x81\\xa6"},       /* U+2066 as well */
	    {"\xd8\x9c", "\\xd8\\x9c"},                /* U+061C as well */
	    {"\xe2\x80\xa7\xe2\x80\xaf", "\xe2\x80\xa7\xe2\x80\xaf"}, /* their neighbours */
	    {"\xf0\x9f\x98", "\\xf0\\x9f\\x98"},                      /* half a character */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *out = NULL;
		char buf[64], all[256];
		size_t size = 0;
		struct style style = {.to = open_memstream(&out, &size), .width = 80, .utf8 = true};

		assert_string_equal(text_clean(cases[i].in, true, buf, sizeof(buf)), cases[i].out);
		assert_string_equal(text_quote(cases[i].in, (char[TEXT_QUOTE_SIZE]){0}),
				    cases[i].out);
		text_put(style.to, true, cases[i].in);
		text_print(&style, "%s", cases[i].in);
		text_lines(&style, 0, cases[i].in);
		text_fold(&style, 0, 0, cases[i].in);
		fclose(style.to);
		snprintf(all, sizeof(all), "%s%s%s\n%s\n", cases[i].out, cases[i].out, cases[i].out,
			 cases[i].out);
		assert_string_equal(out, all);
	}
}

static void what_is_escaped_is_cut_between_characters(void **state)
{
	char buf[8];

	(void)state;
	assert_int_equal(text_escape("abc\x1b", true, buf, sizeof(buf)), 7);
	assert_string_equal(buf, "abc\\x1b");
	/* The short one behind it would look as if it followed on the 'd'. */
	assert_int_equal(text_escape("abcd\x1b!", true, buf, sizeof(buf)), 9);
	assert_string_equal(buf, "abcd");
	assert_int_equal(text_escape("a\nb", true, buf, 1), 3);
	assert_string_equal(buf, "");
}

static void texts_are_cut_between_characters(void **state)
{
	char buf[8];

	(void)state;
	assert_string_equal(text_cut("1234567", buf, sizeof(buf)), "1234567");
	assert_string_equal(text_cut("12345678", buf, sizeof(buf)), "1234567");
	assert_string_equal(text_cut("123456\xc2\xb5", buf, sizeof(buf)), "123456");
	assert_string_equal(text_cut("12345\xe2\x82\xac", buf, sizeof(buf)), "12345");
	assert_string_equal(text_cut("12345\xc2\xb5", buf, sizeof(buf)), "12345\xc2\xb5");
	assert_string_equal(text_cut("x", buf, 1), "");
}

static void words_are_listed(void **state)
{
	char buf[64];

	(void)state;
	assert_string_equal(
	    text_any_of((const char *const[]){"naive", "fixed", "elastic", NULL}, buf, sizeof(buf)),
	    "naive, fixed or elastic");
	assert_string_equal(text_any_of((const char *const[]){"a", "b", NULL}, buf, sizeof(buf)),
			    "a or b");
	assert_string_equal(text_any_of((const char *const[]){"a", NULL}, buf, sizeof(buf)), "a");
	assert_string_equal(text_any_of((const char *const[]){NULL}, buf, sizeof(buf)), "");
	assert_string_equal(text_any_of((const char *const[]){"naive", "fixed", NULL}, buf, 9),
			    "naive or");
}

static void texts_are_folded_between_words(void **state)
{
	cleanup_free char *text = NULL;
	size_t size = 0;
	struct style style = {.to = open_memstream(&text, &size), .width = 12, .utf8 = true};

	(void)state;
	text_fold(&style, 4, 2, "aa bb \xc2\xb5\xc2\xb5 dd\nee a-word-that-is-too-long f\x1b");
	text_fold(&style, 4, 2, "a 12345 KiB 1 2 90 \xc2\xb5s");
	text_lines(&style, 1, "a\tb\n\nc");
	fclose(style.to);
	assert_string_equal(text, "aa bb \xc2\xb5\xc2\xb5\n"
				  "  dd ee\n"
				  "  a-word-that-is-too-long\n"
				  "  f\\x1b\n"
				  "a\n"
				  "  12345 KiB\n"
				  "  1 2 90 \xc2\xb5s\n"
				  " a b\n"
				  " \n"
				  " c\n");
}

/* A list of CPUs has no blank in it; none of its numbers is broken. */
static void long_lists_are_folded_behind_commas(void **state)
{
	cleanup_free char *text = NULL;
	size_t size = 0;
	struct style style = {.to = open_memstream(&text, &size), .width = 150, .utf8 = true};
	char list[4096] = "", joined[4096] = "";
	size_t used = 0, lines = 0;

	(void)state;
	for (int cpu = 0; cpu < 1024; cpu += 2)
		text_add(list, sizeof(list), "%s%d", cpu ? "," : "", cpu);
	text_say(&style, 0, 4, "%s; and more", list);
	fclose(style.to);
	for (char *save = NULL, *at = strtok_r(text, "\n", &save); at;
	     at = strtok_r(NULL, "\n", &save), lines++) {
		assert_in_range(strlen(at), 1, 150);
		at += strspn(at, " ");
		if (!strchr(at, ';'))
			assert_int_equal(at[strlen(at) - 1], ',');
		used += (size_t)snprintf(joined + used, sizeof(joined) - used, "%s", at);
	}
	assert_true(lines > 10);
	text_add(list, sizeof(list), "; and more");
	assert_string_equal(joined, list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(quoted_texts_stay_in_bounds),
	    cmocka_unit_test(what_a_terminal_would_obey_is_escaped),
	    cmocka_unit_test(every_way_to_print_escapes),
	    cmocka_unit_test(what_is_escaped_is_cut_between_characters),
	    cmocka_unit_test(texts_are_cut_between_characters),
	    cmocka_unit_test(words_are_listed),
	    cmocka_unit_test(texts_are_folded_between_words),
	    cmocka_unit_test(long_lists_are_folded_behind_commas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
