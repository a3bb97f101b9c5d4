/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of all verbs: their texts can be read, and no two options have one name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/own.h"
#include "base/text.h"
#include "rig/verbs/verb.h"

#define ADDRESS(name) &verb_##name,
static const struct verb *const verbs[] = {VERBS(ADDRESS)};

static void check_text(const struct field *row, const char *text)
{
	struct error err = ERROR_INIT;

	if (text && field_parse(row, text, NULL, &err) < 0)
		fail_msg("%s: %s", row->name, err.text);
}

static void ranges_and_defaults_are_read(void **state)
{
	const struct field *row;

	(void)state;
	for (size_t v = 0; v < ARRAY_SIZE(verbs); v++)
		for (size_t i = 0; (row = option_row(&verbs[v]->options, i)); i++) {
			check_text(row, row->low);
			check_text(row, row->high);
			check_text(row, row->special);
			check_text(row, row->fallback);
			assert_non_null(row->help);
		}
}

static void options_differ(void **state)
{
	const struct field *row, *other;

	(void)state;
	for (size_t v = 0; v < ARRAY_SIZE(verbs); v++)
		for (size_t i = 0; (row = option_row(&verbs[v]->options, i)); i++)
			for (size_t j = 0; j < i; j++) {
				other = option_row(&verbs[v]->options, j);
				assert_string_not_equal(option_name(row), option_name(other));
				assert_true(!row->letter || row->letter != other->letter);
			}
}

static void help_has_80_columns(void **state)
{
	(void)state;
	for (size_t v = 0; v < ARRAY_SIZE(verbs); v++) {
		cleanup_free char *text = NULL;
		size_t size = 0;
		FILE *to = open_memstream(&text, &size);
		char *rest, *line;

		option_help(&verbs[v]->options, to);
		fclose(to);
		assert_non_null(strstr(text, "\nExit codes: 0 "));
		for (rest = text; (line = strsep(&rest, "\n"));)
			if (text_width(line) > 80)
				fail_msg("%s: %s", verbs[v]->options.name, line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ranges_and_defaults_are_read),
	    cmocka_unit_test(options_differ),
	    cmocka_unit_test(help_has_80_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
