/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include <sys/resource.h>

#include "base/error.h"

static void input_has_no_errno(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(error_input(&err, "key \"%d\": wrong", 5), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_int_equal(err.errnum, 0);
	assert_string_equal(err.text, "key \"5\": wrong");
}

static void host_says_the_errno(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(error_host(&err, ENOENT, "/x: cannot open"), -1);
	assert_int_equal(err.kind, ERROR_HOST);
	assert_int_equal(err.errnum, ENOENT);
	assert_string_equal(err.text, "/x: cannot open: No such file or directory");
}

static void wrapping_keeps_kind_and_errno(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	error_set(&err, ERROR_WORKLOAD, EPIPE, "it went away");
	assert_int_equal(error_wrap(&err, "variant %s", "fixed"), -1);
	assert_int_equal(error_wrap(&err, "trial %d", 3), -1);
	assert_int_equal(err.kind, ERROR_WORKLOAD);
	assert_int_equal(err.errnum, EPIPE);
	assert_string_equal(err.text, "trial 3: variant fixed: it went away: Broken pipe");
}

static void a_cut_text_shows_it(void **state)
{
	struct error err = ERROR_INIT;
	char path[2000];

	(void)state;
	memset(path, 'p', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	error_input(&err, "%s", path);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_string_equal(err.text + sizeof(err.text) - 4, "...");

	error_set(&err, ERROR_HOST, EIO, "%.760s", path);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_string_equal(err.text + sizeof(err.text) - 4, "...");

	error_input(&err, "%.700s", path);
	error_wrap(&err, "%.100s", path);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_string_equal(err.text + sizeof(err.text) - 4, "...");

	error_input(&err, "%.767s", path); /* fits to the byte */
	assert_string_equal(err.text + sizeof(err.text) - 4, "ppp");
}

/* What it names may hold anything: a path, a workload's words. */
static void a_text_is_one_line_that_no_terminal_obeys(void **state)
{
	struct error err = ERROR_INIT;
	char many[400];

	(void)state;
	error_host(&err, ENOENT, "/tmp/a\rb\x1b[2J");
	error_wrap(&err, "x\npoolrig: done \xc2\x9b");
	assert_string_equal(err.text,
			    "x poolrig: done \\xc2\\x9b: /tmp/a b\\x1b[2J: No such file or "
			    "directory");
	memset(many, '\a', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	error_input(&err, "%s", many);
	assert_in_range(strlen(err.text), sizeof(err.text) - 8, sizeof(err.text) - 1);
	assert_null(strchr(err.text, '\a'));
	assert_string_equal(err.text + strlen(err.text) - 3, "...");
}

static void nobody_has_to_listen(void **state)
{
	(void)state;
	assert_int_equal(error_input(NULL, "x"), -1);
	assert_int_equal(error_host(NULL, EIO, "x"), -1);
	assert_int_equal(error_wrap(NULL, "x"), -1);
	error_clear(NULL);
}

static void clear_forgets_all(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	error_host(&err, EIO, "x");
	error_clear(&err);
	assert_int_equal(err.kind, ERROR_NONE);
	assert_int_equal(err.errnum, 0);
	assert_string_equal(err.text, "");
}

/* The limit that is in the way is named, one that is not is not. */
static void a_limit_is_named(void **state)
{
	struct error err = ERROR_INIT;
	struct rlimit was, low;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	low = (struct rlimit){.rlim_cur = 77, .rlim_max = was.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	error_host(&err, EMFILE, "pipe");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	assert_string_equal(err.text, "pipe: Too many open files (your limit is 77 open "
				      "descriptors; raise it by ulimit -n)");
	assert_int_equal(err.errnum, EMFILE);

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	if (was.rlim_cur == RLIM_INFINITY) {
		error_host(&err, EFBIG, "a");
		assert_string_equal(err.text, "a: File too large");
	}
	low = (struct rlimit){.rlim_cur = 4096, .rlim_max = was.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
	error_host(&err, EFBIG, "a");
	assert_non_null(strstr(err.text, "4096 bytes a file"));
	error_host(&err, EIO, "a");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	assert_string_equal(err.text, "a: Input/output error");
}

static void two_failures_are_both_said(void **state)
{
	struct error first = ERROR_INIT, next = ERROR_INIT;

	(void)state;
	error_join(&first, &next);
	assert_int_equal(first.kind, ERROR_NONE);
	error_host(&next, EIO, "b");
	error_join(&first, &next);
	assert_string_equal(first.text, "b: Input/output error");
	error_input(&first, "a");
	error_join(&first, &next);
	assert_string_equal(first.text, "a; b: Input/output error");
	assert_int_equal(first.kind, ERROR_INPUT);
	assert_int_equal(first.errnum, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(input_has_no_errno),
	    cmocka_unit_test(host_says_the_errno),
	    cmocka_unit_test(wrapping_keeps_kind_and_errno),
	    cmocka_unit_test(a_cut_text_shows_it),
	    cmocka_unit_test(a_text_is_one_line_that_no_terminal_obeys),
	    cmocka_unit_test(nobody_has_to_listen),
	    cmocka_unit_test(clear_forgets_all),
	    cmocka_unit_test(a_limit_is_named),
	    cmocka_unit_test(two_failures_are_both_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
