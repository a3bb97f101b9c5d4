/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cpulist.h"
#include "base/own.h"

/* What is parsed, and how it is written again. */
static const char *const right[][2] = {
    {"", ""},           {"\n", ""},           {"0", "0"},         {"0-3,7", "0-3,7"},
    {"7,0-3", "0-3,7"}, {"0,1,2\n", "0-2"},   {"5-5", "5"},       {"1-4,2-6", "1-6"},
    {"1023", "1023"},   {"0-1023", "0-1023"}, {"0,2,4", "0,2,4"},
};

static const char *const wrong[] = {
    "9-3",    "a",  "1,",   ",1",   "1,,2",
    "1-",     "-1", "1--2", "1 2",  "1024",
    "0-1024", " 1", "1\n2", "1,\n", "99999999999999999999",
    "0x1",
};

static void parses_and_formats(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(right); i++) {
		cpu_set_t set;
		char buf[CPULIST_SIZE];

		assert_int_equal(cpulist_parse(right[i][0], &set, NULL), 0);
		assert_string_equal(cpulist_format(&set, buf), right[i][1]);
	}
}

static void refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct error err = ERROR_INIT;
		cpu_set_t set;

		if (cpulist_parse(wrong[i], &set, &err) != -1)
			fail_msg("taken: %s", wrong[i]);
		assert_int_equal(err.kind, ERROR_INPUT);
		assert_int_equal(CPU_COUNT(&set), 0);
		assert_non_null(strstr(err.text, "not a list of CPUs; write it as 0-3,7"));
	}
}

static void the_longest_list_fits(void **state)
{
	cpu_set_t set, again;
	char buf[CPULIST_SIZE];

	(void)state;
	for (int every = 1; every < 10; every++) {
		CPU_ZERO(&set);
		for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
			if (cpu % every != every - 1)
				CPU_SET(cpu, &set);
		assert_true(strlen(cpulist_format(&set, buf)) < sizeof(buf) - 1);
		assert_int_equal(cpulist_parse(buf, &again, NULL), 0);
		assert_true(CPU_EQUAL(&set, &again));
	}
}

/* A sentence has whole numbers only, and says that there are more. */
static void a_long_list_is_shown_in_part(void **state)
{
	cpu_set_t set, again;
	char list[CPULIST_SIZE], shown[CPULIST_SHOW_SIZE];

	(void)state;
	CPU_ZERO(&set);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu += 2) {
		char *end;

		CPU_SET(cpu, &set);
		cpulist_format(&set, list);
		cpulist_show(&set, shown);
		end = strstr(shown, ",... (");
		assert_true(!end == (strlen(list) < sizeof(shown)));
		if (!end) {
			assert_string_equal(shown, list);
			continue;
		}
		assert_int_equal(atoi(end + strlen(",... (")), CPU_COUNT(&set));
		*end = '\0';
		assert_int_equal(cpulist_parse(shown, &again, NULL), 0);
		CPU_AND(&again, &again, &set);
		assert_true(CPU_COUNT(&again) > 20);
		assert_memory_equal(shown, list, strlen(shown));
		assert_int_equal(list[strlen(shown)], ',');
	}
	CPU_ZERO(&set);
	assert_string_equal(cpulist_show(&set, shown), "");
}

static void the_first(void **state)
{
	cpu_set_t set;

	(void)state;
	assert_int_equal(cpulist_parse("3,9", &set, NULL), 0);
	assert_int_equal(cpulist_first(&set), 3);
	CPU_ZERO(&set);
	assert_int_equal(cpulist_first(&set), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parses_and_formats),
	    cmocka_unit_test(refuses),
	    cmocka_unit_test(the_longest_list_fits),
	    cmocka_unit_test(a_long_list_is_shown_in_part),
	    cmocka_unit_test(the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
