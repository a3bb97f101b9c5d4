/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a window says where it was never reached, or not looked at: every line, and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/own.h"
#include "rig/observe/window.h"

static const char *const others[] = {
    "steal",         "device_interrupts",     "kernel_interrupts", "softirqs",
    "foreign_tasks", "foreign_tasks_on_load", "migrations",
};

static const struct interference_line *line(const struct trial_record *r, const char *name)
{
	for (size_t i = 0; i < r->interference_count; i++)
		if (strcmp(r->interference[i].name, name) == 0)
			return &r->interference[i];
	return NULL;
}

static void unknown(const struct window *w, const char *why)
{
	struct error err = ERROR_INIT;
	struct trial_record r;

	trial_record_init(&r);
	assert_int_equal(window_report(w, NULL, 0, &r, &err), 0);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		const struct interference_line *l = line(&r, others[i]);

		if (strcmp(others[i], "foreign_tasks_on_load") == 0 && !CPU_COUNT(&w->load)) {
			assert_null(l); /* there are no load cores to speak of */
			continue;
		}
		if (!l || l->known || strcmp(l->detail, why) != 0)
			fail_msg("%s: %s", others[i],
				 l ? l->detail : "not among the interference lines");
	}
	trial_record_destroy(&r);
}

static void test_unknown(void **state)
{
	struct window *w = calloc(1, sizeof(*w)); /* it is large */

	(void)state;
	assert_non_null(w);
	w->migrations_begin = w->migrations_end = -1;
	unknown(w, "the window was not reached");
	CPU_SET(1, &w->load);
	unknown(w, "the window was not reached");
	w->begun = true;
	unknown(w, "not looked at: it ended before its first sample");
	free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
