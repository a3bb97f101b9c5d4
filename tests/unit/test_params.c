/* SPDX-License-Identifier: GPL-3.0-or-later */
/* key=value parameters, from arguments and from JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/own.h"
#include "base/params.h"

struct object {
	uint64_t size;
	double rate;
	bool known;
	const char *path;
};

#define ROW(key, kind, member)                                                                     \
	.name = key, .type = FIELD_##kind, .offset = offsetof(struct object, member)

static const struct field rows[] = {
    {ROW("size", COUNT, size), .low = "1", .high = "1M", .fallback = "10", .help = "workers"},
    {ROW("rate", RATE, rate), .help = "tasks/s"},
    {ROW("known", BOOL, known), .help = "a boolean"},
    {ROW("a_name_that_is_long", TEXT, path), .value = "PATH",
     .help = "a file, whose help text is long enough to be folded at the width of a terminal"},
    {0},
};

static int from_json(struct object *o, const char *text, struct error *err)
{
	json_t *json = json_loads(text, 0, NULL);
	int status;

	assert_non_null(json);
	status = params_set_json(rows, o, json, err);
	json_decref(json);
	return status;
}

static void json_has_values_of_any_type(void **state)
{
	struct object o = {0};
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(from_json(&o, "{\"size\": 7, \"rate\": 0.125, \"known\": true}", &err), 0);
	assert_int_equal(o.size, 7);
	assert_true(o.rate == 0.125);
	assert_true(o.known);
	assert_int_equal(from_json(&o, "{\"size\": 8.0, \"rate\": \"2k\", \"known\": false}", &err),
			 0);
	assert_int_equal(o.size, 8);
	assert_true(o.rate == 2000);
	assert_false(o.known);
	assert_int_equal(from_json(&o, "{}", &err), 0);
}

static void arguments_are_key_and_value(void **state)
{
	static const char argument[] = "a_name_that_is_long=a=b";
	struct object o = {0};
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(params_set_argument(rows, &o, "size=1k", &err), 0);
	assert_int_equal(o.size, 1000);
	assert_int_equal(params_set_argument(rows, &o, argument, &err), 0);
	assert_ptr_equal(o.path, strchr(argument, '=') + 1);
}

static void errors_name_key_and_value(void **state)
{
	static const struct {
		const char *argument, *why;
	} cases[] = {
	    {"size", "\"size\": not a parameter; write KEY=VALUE"},
	    {"si\x1b", "\"si\\x1b\": not a parameter; write KEY=VALUE"},
	    {"size=0", "size \"0\": out of range; use 1 to 1M"},
	    {"sise=0", "sise \"0\": no such parameter; did you mean \"size\"? known here: size, "
		       "rate, known, a_name_that_is_long"},
	    {"=", " \"\": no such parameter; known here: size, rate, known, a_name_that_is_long"},
	};
	static const struct {
		const char *json, *why;
	} values[] = {
	    {"{\"size\": null}",
	     "size \"null\": not a value; give a string, a number or a boolean"},
	    {"{\"size\": [1]}",
	     "size \"[...]\": not a value; give a string, a number or a boolean"},
	    {"{\"size\": {}}", "size \"{...}\": not a value; give a string, a number or a boolean"},
	    {"{\"size\": 1.5}", "size \"1.5\": not a whole number; use one"},
	    {"{\"size\": -1}", "size \"-1\": negative; use 0 or more"},
	};
	struct object o = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct error err = ERROR_INIT;

		assert_int_equal(params_set_argument(rows, &o, cases[i].argument, &err), -1);
		assert_int_equal(err.kind, ERROR_INPUT);
		assert_string_equal(err.text, cases[i].why);
	}
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct error err = ERROR_INIT;

		assert_int_equal(from_json(&o, values[i].json, &err), -1);
		assert_string_equal(err.text, values[i].why);
	}
}

static void help_is_folded(void **state)
{
	cleanup_free char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	(void)state;
	params_help(rows, to);
	fclose(to);
	assert_string_equal(
	    text,
	    "  size=N                  workers (1 to 1M; default 10)\n"
	    "  rate=RATE               tasks/s\n"
	    "  known=BOOL              a boolean (true or false)\n"
	    "  a_name_that_is_long=PATH\n"
	    "                          a file, whose help text is long enough to be folded at\n"
	    "                          the width of a terminal\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(json_has_values_of_any_type),
	    cmocka_unit_test(arguments_are_key_and_value),
	    cmocka_unit_test(errors_name_key_and_value),
	    cmocka_unit_test(help_is_folded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
