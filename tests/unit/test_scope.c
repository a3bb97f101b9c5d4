/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/own.h"
#include "rig/cell/scope.h"

#define UNIT "poolrig-1.scope"

static void where_the_keeper_is(void **state)
{
	static const struct {
		const char *text, *path; /* NULL: not in the scope */
	} cases[] = {
	    {"0::/system.slice/" UNIT "\n", "/system.slice/" UNIT},
	    {"0::/" UNIT, "/" UNIT},
	    {"1:name=systemd:/x\n0::/a/" UNIT "\n", "/a/" UNIT},
	    {"10::/" UNIT "\n0::/b/" UNIT "\n", "/b/" UNIT},
	    {"0::/user.slice/session-1.scope\n", NULL}, /* not moved yet */
	    {"0::/system.slice/not-" UNIT "\n", NULL},
	    {"0::/system.slice/" UNIT "/below\n", NULL},
	    {"0::" UNIT "\n", NULL},
	    {"1:name=systemd:/system.slice/" UNIT "\n", NULL}, /* v1 */
	    {"0::/much/longer/than/the/buffer/of/this/test/is/" UNIT "\n", NULL},
	    {"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char path[48] = "";
		int ret = scope_path(cases[i].text, UNIT, path, sizeof(path));

		assert_int_equal(ret, cases[i].path ? 0 : -1);
		assert_string_equal(path, cases[i].path ? cases[i].path : "");
	}
}

static void destroying_what_was_never_made(void **state)
{
	struct scope s = SCOPE_INIT;

	(void)state;
	scope_destroy(&s);
	scope_destroy(&s);
	assert_int_equal(s.pipe, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(where_the_keeper_is),
	    cmocka_unit_test(destroying_what_was_never_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
