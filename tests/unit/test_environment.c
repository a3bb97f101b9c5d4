/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The environment of a command: clean unless asked, each key once. */
#include "rig/cell/environment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct person somebody = {.uid = 1000, .home = "/home/me", .name = "me"};

static void begin(struct environment *e, char *const *keep)
{
	struct error err = ERROR_INIT;

	assert_int_equal(environment_init(e, &somebody, keep, &err), 0);
}

static void set(struct environment *e, const char *entry)
{
	struct error err = ERROR_INIT;

	assert_int_equal(environment_set(e, entry, &err), 0);
}

static void is_set(const struct environment *e, const char *entry)
{
	int found = 0;

	for (size_t i = 0; i < e->count; i++)
		found += strcmp(e->entries[i], entry) == 0;
	if (found != 1)
		fail_msg("%s is there %d times", entry, found);
	assert_null(e->entries[e->count]);
}

static void the_clean_one_has_what_programs_need(void **state)
{
	struct environment e;

	(void)state;
	begin(&e, NULL);
	assert_int_equal(e.count, 5);
	is_set(&e, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	is_set(&e, "HOME=/home/me");
	is_set(&e, "USER=me");
	is_set(&e, "LANG=C.UTF-8");
	is_set(&e, "TMPDIR=/tmp");
	environment_destroy(&e);
}

static void a_kept_one_is_the_callers_only(void **state)
{
	char *const keep[] = {"A=1", "no entry", "=odd", "B=x=y", "A=2", NULL};
	struct environment e;

	(void)state;
	begin(&e, keep);
	assert_int_equal(e.count, 2);
	is_set(&e, "A=2");
	is_set(&e, "B=x=y");
	environment_destroy(&e);
}

/* Not the clean one: the caller has none. */
static void an_empty_one_is_kept(void **state)
{
	char *const none[] = {NULL}, *const odd[] = {"=", NULL};
	struct environment e;

	(void)state;
	begin(&e, none);
	assert_int_equal(e.count, 0);
	assert_null(e.entries[0]);
	set(&e, "A=1");
	is_set(&e, "A=1");
	assert_string_equal(environment_get(&e, "A"), "1");
	assert_null(environment_get(&e, "AB"));
	assert_null(environment_get(&e, ""));
	environment_destroy(&e);
	begin(&e, odd);
	assert_int_equal(e.count, 0);
	assert_null(e.entries[0]);
	environment_destroy(&e);
}

static void a_key_is_there_once(void **state)
{
	struct environment e;

	(void)state;
	begin(&e, NULL);
	set(&e, "LANG=C");
	set(&e, "LAN=1");
	set(&e, "LANGUAGE=de");
	set(&e, "EMPTY=");
	set(&e, "LANG=fr=FR");
	assert_int_equal(e.count, 8);
	is_set(&e, "LANG=fr=FR");
	is_set(&e, "LAN=1");
	is_set(&e, "LANGUAGE=de");
	is_set(&e, "EMPTY=");
	environment_destroy(&e);
}

static void what_is_no_entry_is_refused(void **state)
{
	static const char *const wrong[] = {"", "=", "=x", "KEY", "a key"};
	struct error err = ERROR_INIT;
	struct environment e;

	(void)state;
	begin(&e, NULL);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		error_clear(&err);
		assert_int_equal(environment_set(&e, wrong[i], &err), -1);
		assert_int_equal(err.kind, ERROR_INPUT);
		assert_non_null(strstr(err.text, "KEY=VALUE"));
	}
	assert_int_equal(e.count, 5);
	environment_destroy(&e);
}

static void there_is_an_end_to_it(void **state)
{
	struct error err = ERROR_INIT;
	struct environment e;
	char entry[32];

	(void)state;
	begin(&e, NULL);
	for (size_t i = e.count; i < ENVIRONMENT_MAX; i++) {
		snprintf(entry, sizeof(entry), "K%zu=1", i);
		set(&e, entry);
	}
	assert_int_equal(environment_set(&e, "ONE=more", &err), -1);
	assert_non_null(strstr(err.text, "4096"));
	set(&e, "LANG=still"); /* one that is there can still be changed */
	environment_destroy(&e);
	environment_destroy(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_clean_one_has_what_programs_need),
	    cmocka_unit_test(a_kept_one_is_the_callers_only),
	    cmocka_unit_test(an_empty_one_is_kept),
	    cmocka_unit_test(a_key_is_there_once),
	    cmocka_unit_test(what_is_no_entry_is_refused),
	    cmocka_unit_test(there_is_an_end_to_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
