/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/own.h"
#include "rig/result/pattern.h"

static struct pattern of(const char *text)
{
	struct pattern p;

	pattern_init(&p, text, strlen(text));
	return p;
}

static void sentences_that_differ_in_numbers_are_one(void **state)
{
	static const struct {
		const char *a, *b, *c, *expected;
	} cases[] = {
	    {"late by 1.5 s", "late by 12 s", "late by 3.25 s", "late by 1.5..12 s"},
	    {"same 3 of 4", "same 3 of 4", "same 3 of 4", "same 3 of 4"},
	    {"3 of 4", "2 of 4", "9 of 4", "2..9 of 4"},
	    {"v1 and core_2", "v1 and core_2", "v1 and core_2", "v1 and core_2"},
	    {"ends in 7.", "ends in 8.", "ends in 6.", "ends in 6..8."},
	    {"cpus 0-1", "cpus 0-3", "cpus 0-2", "cpus 0-1..3"},
	    {"", "", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct pattern p = of(cases[i].a), b = of(cases[i].b), c = of(cases[i].c);
		char text[128];

		assert_true(pattern_add(&p, &b));
		assert_true(pattern_add(&p, &c));
		assert_int_equal(p.count, 3);
		assert_string_equal(pattern_text(&p, "..", text, sizeof(text)), cases[i].expected);
	}
}

static void sentences_that_differ_in_words_are_two(void **state)
{
	static const char *const pairs[][2] = {
	    {"late by 1 s", "late by 1 ms"},
	    {"core 1", "core"},
	    {"v1 has it", "v2 has it"},
	    {"1.5", "1..5"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		struct pattern p = of(pairs[i][0]), other = of(pairs[i][1]);
		char text[64];

		assert_false(pattern_add(&p, &other));
		assert_int_equal(p.count, 1);
		assert_string_equal(pattern_text(&p, "..", text, sizeof(text)), pairs[i][0]);
	}
}

/* A list of CPUs, of any length: what is kept of it has whole numbers only. */
static void what_is_cut_shows_it(void **state)
{
	char list[1200] = "cpuset ";

	(void)state;
	for (int cpu = 0; cpu < 300; cpu += 2) {
		struct pattern p;
		char text[PATTERN_SHOW_SIZE];
		size_t kept;

		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%d,", cpu);
		p = of(list);
		pattern_text(&p, "..", text, sizeof(text));
		if (strcmp(text, list) == 0)
			continue;
		assert_true(strlen(text) > 400);
		kept = strlen(text) - strlen("...");
		assert_string_equal(text + kept, "...");
		assert_memory_equal(text, list, kept);
		assert_int_equal(text[kept - 1], ',');
	}
	assert_true(strlen(list) > PATTERN_TEXT_MAX);
}

static void what_is_too_much_is_kept_as_words(void **state)
{
	char many[200] = "", digits[64], text[512], longest[600];

	(void)state;
	for (int i = 0; i < 40; i++)
		strcat(many, "7 ");
	memset(digits, '9', 40);
	digits[40] = '\0';
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_string_equal(pattern_text(&(struct pattern){0}, "..", text, sizeof(text)), "");
	struct pattern p = of(many);
	assert_int_equal(p.numbers, PATTERN_NUMBERS_MAX);
	assert_string_equal(pattern_text(&p, "..", text, sizeof(text)), many);
	p = of(digits);
	assert_int_equal(p.numbers, 0);
	assert_string_equal(pattern_text(&p, "..", text, sizeof(text)), digits);
	p = of(longest);
	assert_int_equal(strlen(p.shape), PATTERN_TEXT_MAX - 1);
	p = of("a 1 b");
	assert_string_equal(pattern_text(&p, "..", text, 4), "a 1");
	pattern_init(&p, "a 12 b", 3);
	assert_string_equal(pattern_text(&p, "..", text, sizeof(text)), "a 1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sentences_that_differ_in_numbers_are_one),
	    cmocka_unit_test(sentences_that_differ_in_words_are_two),
	    cmocka_unit_test(what_is_cut_shows_it),
	    cmocka_unit_test(what_is_too_much_is_kept_as_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
