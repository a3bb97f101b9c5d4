/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the program of a command is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own.h"
#include "rig/plan/experiment.h"
#include "tests/unit/scratch.h"

static int find(const char *name, const char *path, char **out, struct error *err)
{
	return program_find(name, &(struct search_place){.path = path}, out, err);
}

/* However deep it stands, it is found, and its path is whole. */
static void a_program_with_a_long_path(void **state)
{
	struct scratch *s = *state;
	cleanup_free char *dir = strdup(s->dir), *found = NULL, *want = NULL, *path = NULL;
	struct error err = ERROR_INIT;

	for (int i = 0; i < 8; i++) {
		char *deeper;

		assert_true(asprintf(&deeper, "%s/%0200d", dir, i) > 0);
		free(dir);
		dir = deeper;
		assert_int_equal(mkdir(dir, 0755), 0);
	}
	assert_true(asprintf(&want, "%s/odd", dir) > 0);
	assert_int_equal(symlink("/bin/true", want), 0);
	assert_int_equal(find(want, NULL, &found, &err), 0);
	assert_string_equal(found, want);
	own_free(&found);
	/* Behind what is not there, and what is no directory. */
	assert_true(asprintf(&path, "/nonexistent:/dev/null:%s", dir) > 0);
	assert_int_equal(find("odd", path, &found, &err), 0);
	assert_string_equal(found, want);
	own_free(&found);
	assert_int_equal(find("odd", "/nonexistent", &found, &err), -1);
	assert_null(found);
	unlink(want);
	while (strcmp(dir, s->dir) != 0) {
		assert_int_equal(rmdir(dir), 0);
		*strrchr(dir, '/') = '\0';
	}
}

/* An empty entry of PATH is the current directory, wherever it stands; so is an empty PATH. */
static void the_current_directory_in_path(void **state)
{
	static const char *const paths[] = {"", ":", "/nonexistent:", ":/nonexistent", "/n::/m"};
	struct scratch *s = *state;
	cleanup_free char *was = getcwd(NULL, 0), *want = NULL;
	struct error err = ERROR_INIT;

	scratch_write(s, "here-only", "#!/bin/sh\n", 10, 0755);
	assert_int_equal(chdir(s->dir), 0);
	assert_true(asprintf(&want, "%s/./here-only", s->dir) > 0);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		cleanup_free char *found = NULL;

		assert_int_equal(find("here-only", paths[i], &found, &err), 0);
		assert_string_equal(found, want);
	}
	assert_int_equal(chdir(was), 0);
}

static int setup(void **state)
{
	struct scratch *s = calloc(1, sizeof(*s));

	scratch_init(s);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	scratch_destroy(*state);
	free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_program_with_a_long_path),
	    cmocka_unit_test(the_current_directory_in_path),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
