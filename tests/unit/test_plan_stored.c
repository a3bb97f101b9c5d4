/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plan of a run that was stored without one: whatever the store holds, reading it ends, and what
 * comes of it is small. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rig/plan/plan_json.h"

static void is_harmless(const char *yaml)
{
	struct error err = ERROR_INIT;
	char *json = NULL;
	json_t *plan;

	if (plan_json_of_yaml(yaml, "old.yaml", &json, &err) < 0) {
		assert_null(json);
		assert_int_not_equal(err.kind, 0);
		return;
	}
	assert_true(strlen(json) < 65536);
	plan = json_loads(json, 0, NULL);
	assert_true(json_is_object(plan));
	json_decref(plan);
	free(json);
}

static void what_is_no_experiment_is_harmless(void **state)
{
	char bomb[1024] = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
	char deep[512];

	(void)state;
	for (int i = 1; i < 12; i++) {
		size_t used = strlen(bomb);

		snprintf(bomb + used, sizeof(bomb) - used,
			 "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1,
			 i - 1, i - 1, i - 1, i - 1);
	}
	memset(deep, '[', 200);
	memset(deep + 200, ']', 200);
	deep[400] = '\0';
	is_harmless(bomb);
	is_harmless(deep);
	is_harmless("a: &a [*a]\n");
	is_harmless("variants: &a [*a]\n");
	is_harmless("variants: {params: &a {x: *a}}\n");
	is_harmless("");
	is_harmless("just text");
	is_harmless("a: [1, 2\n");
	is_harmless("{[1]: 2}");
	is_harmless("variants: 7\nload: [x]\nsearch: {from: {}}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_no_experiment_is_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
