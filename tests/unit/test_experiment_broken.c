/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every way to write an experiment wrongly, from files in tests/broken and made here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/io.h"
#include "base/own.h"
#include "base/random.h"
#include "rig/plan/experiment.h"
#include "tests/unit/scratch.h"

#define BROKEN "tests/broken"

static int setup(void **state)
{
	scratch_setup(state);
	scratch_write(*state, "poolbench", "#!/bin/sh\n", 10, 0755);
	scratch_write(*state, "gopool", "#!/bin/sh\n", 10, 0755);
	scratch_write(*state, "queuebench", "#!/bin/sh\n", 10, 0755);
	return 0;
}

static int try_load(const char *path, const char *program_dir, struct error *err)
{
	struct experiment e;
	int rc;

	error_clear(err);
	rc = experiment_load(&e, path, NULL, 0, program_dir, err);
	if (rc == 0)
		experiment_destroy(&e);
	return rc;
}

/* Does the text begin with "path:LINE: "? Returns the line, or 0. */
static int line_of(const char *text, const char *path)
{
	size_t len = strlen(path);
	int line = 0, used = 0;

	if (strncmp(text, path, len) != 0)
		return 0;
	if (sscanf(text + len, ":%d: %n", &line, &used) != 1 || !used)
		return 0;
	return line;
}

/* The first line of a broken file: "# expect: LINE: TEXT". */
static void check_file(const char *path)
{
	cleanup_free char *text = NULL;
	struct error err = ERROR_INIT;
	char *want;
	int line = 0, used = 0;

	assert_true(io_slurp_at(AT_FDCWD, path, 1 << 20, &text, &err) > 0);
	text[strcspn(text, "\n")] = '\0';
	if (sscanf(text, "# expect: %d: %n", &line, &used) != 1 || !used)
		fail_msg("%s: its first line is not \"# expect: LINE: TEXT\"", path);
	want = text + used;
	if (try_load(path, NULL, &err) == 0)
		fail_msg("%s: was taken", path);
	if (err.kind != ERROR_INPUT || line_of(err.text, path) != line || !strstr(err.text, want))
		fail_msg("want %s:%d: … %s\n got %s", path, line, want, err.text);
	assert_null(strchr(err.text, '\n'));
}

static void every_broken_file_is_explained(void **state)
{
	cleanup_dir DIR *dir = opendir(BROKEN);
	int count = 0;

	(void)state;
	assert_non_null(dir); /* tests run in the top directory */
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		char path[512];

		if (!strstr(entry->d_name, ".yaml"))
			continue;
		snprintf(path, sizeof(path), BROKEN "/%s", entry->d_name);
		check_file(path);
		count++;
	}
	assert_true(count >= 45);
}

/* Load bytes as a file; there must be an error that begins with the line and has the text. */
static void check_bytes(struct scratch *s, const void *data, size_t size, int line,
			const char *want)
{
	const char *path = scratch_write(s, "x.yaml", data, size, 0644);
	struct error err = ERROR_INIT;

	if (try_load(path, s->dir, &err) == 0)
		fail_msg("was taken; want %s", want);
	if (err.kind != ERROR_INPUT || line_of(err.text, path) != line || !strstr(err.text, want))
		fail_msg("want %d: … %s\n got %s", line, want, err.text);
}

static void noise_is_refused(void **state)
{
	enum { NOISE = 10 << 20 };
	cleanup_free uint64_t *noise = calloc(NOISE / sizeof(uint64_t), sizeof(uint64_t));
	struct random r;

	random_init(&r, 1, 0);
	for (size_t i = 0; i < NOISE / sizeof(*noise); i++)
		noise[i] = random_next(&r);
	check_bytes(*state, noise, NOISE, 1, "larger than 1024 KiB, so not an experiment");
	check_bytes(*state, noise, 4096, 1, "not");
}

static void what_is_not_text_is_refused(void **state)
{
	check_bytes(*state, "", 0, 1, "empty");
	check_bytes(*state, "\n\n  \n", 5, 1, "empty");
	check_bytes(*state, "a: 1\nb: \0\n", 10, 2, "a NUL byte, so this is not text");
	check_bytes(*state, "a: 1\nb: x\xff\n", 11, 2, "not text: invalid leading UTF-8 octet");
	check_bytes(*state, "a: 1\n\nb: \xc0\x80\n", 12, 3, "not text: invalid length of a UTF-8");
	check_bytes(*state, "a: \x01\n", 5, 1, "control characters are not allowed");
	check_bytes(*state, "a: 1\r\nb: \x07\r\n", 12, 2, "control characters are not allowed");
	check_bytes(*state,
		    "\xff\xfe"
		    "a\0:\0",
		    6, 1, "text in UTF-16, by its byte order mark; save it as UTF-8");
	check_bytes(*state,
		    "\xfe\xff"
		    "\0a",
		    4, 1, "text in UTF-16");
	check_bytes(*state, "\xef\xbb\xbf", 3, 1, "empty");
	check_bytes(*state,
		    "\x7f"
		    "ELF\x02\x01",
		    6, 1, "not text");
}

static void what_is_no_file_is_refused(void **state)
{
	struct scratch *s = *state;
	struct error err = ERROR_INIT;
	char path[128];

	assert_int_equal(try_load(s->dir, NULL, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_int_equal(line_of(err.text, s->dir), 1);
	assert_non_null(strstr(err.text, "Is a directory"));
	snprintf(path, sizeof(path), "%s/no-such.yaml", s->dir);
	assert_int_equal(try_load(path, NULL, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_int_equal(line_of(err.text, path), 1);
	assert_non_null(strstr(err.text, "No such file or directory"));
	assert_int_equal(try_load("/dev/zero", NULL, &err), -1);
	assert_int_equal(line_of(err.text, "/dev/zero"), 1);
}

/* Up to a million of a thing: refused in good time, whatever it is. */
static void floods_are_refused(void **state)
{
	static const char *const units[] = {
	    "[",         "{",
	    "- ",        "a: ",
	    "? ",        "[a, ",
	    "{a: ",      "&a ",
	    "*a ",       "!a ",
	    "\"",        "'",
	    "|\n ",      "- - -\n",
	    "a: &a x\n", "%TAG ! a\n",
	    "---\n",     "...\n",
	    "# x\n",     "x\n",
	    "  ",        "[],",
	    "- a\n",     "x: {y: z}\n",
	    "&a [",      "\xef\xbb\xbf",
	};
	enum { FLOOD = 1 << 20 };
	cleanup_free char *text = malloc(FLOOD);

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		struct scratch *s = *state;
		size_t unit = strlen(units[i]), size = 0;
		struct error err = ERROR_INIT;
		const char *path;

		for (; size + unit <= FLOOD; size += unit)
			memcpy(text + size, units[i], unit);
		path = scratch_write(s, "flood.yaml", text, size, 0644);
		if (try_load(path, NULL, &err) == 0)
			fail_msg("%s: was taken", units[i]);
		if (!line_of(err.text, path))
			fail_msg("%s: %s", units[i], err.text);
	}
}

static void a_flood_of_anchors_is_refused(void **state)
{
	enum { ANCHORS = 60000, EACH = 16 };
	cleanup_free char *text = malloc((size_t)ANCHORS * EACH + 1);
	size_t used = 0;

	for (int i = 0; i < ANCHORS; i++)
		used += (size_t)snprintf(text + used, EACH + 1, "- &a%d x\n", i);
	check_bytes(*state, text, used, 257, "more than 256 anchors");
}

/* A good file cut anywhere, or with a byte changed, is good or explained: never anything else. */
static void check_mutant(struct scratch *s, const char *text, size_t len, int *taken)
{
	const char *path = scratch_write(s, "mutant.yaml", text, len, 0644);
	struct error err = ERROR_INIT;

	if (try_load(path, s->dir, &err) == 0) {
		(*taken)++;
		return;
	}
	if (err.kind != ERROR_INPUT || !line_of(err.text, path) || strchr(err.text, '\n'))
		fail_msg("%.*s\n: %s", (int)len, text, err.text);
}

static char *original(ssize_t *len)
{
	struct error err = ERROR_INIT;
	char *text = NULL;

	*len = io_slurp_at(AT_FDCWD, "experiments/seed-100k.yaml", 1 << 16, &text, &err);
	if (*len < 0)
		fail_msg("%s", err.text);
	return text;
}

static void cut_files_are_explained(void **state)
{
	ssize_t len;
	cleanup_free char *text = original(&len);
	int taken = 0;

	for (ssize_t cut = 0; cut < len; cut++)
		check_mutant(*state, text, (size_t)cut, &taken);
	assert_in_range(taken, 1, len / 4); /* cut in the last, optional keys */
}

static void changed_files_are_explained(void **state)
{
	static const char bytes[] = "{}[]:,-#&*!|>'\"%@`?\n\t \\~ax0.\x80";
	ssize_t len;
	cleanup_free char *text = original(&len);
	struct random r;
	int taken = 0;

	random_init(&r, 3, 0);
	for (int i = 0; i < 3000; i++) {
		size_t at = random_below(&r, (uint64_t)len);
		char held = text[at];

		text[at] = bytes[random_below(&r, sizeof(bytes) - 1)];
		check_mutant(*state, text, (size_t)len, &taken);
		if (i % 4) /* every fourth change stays, so that they add up */
			text[at] = held;
		if (i % 40 == 39) {
			free(text);
			text = original(&len);
		}
	}
	assert_in_range(taken, 1, 2999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_broken_file_is_explained),
	    cmocka_unit_test(noise_is_refused),
	    cmocka_unit_test(what_is_not_text_is_refused),
	    cmocka_unit_test(what_is_no_file_is_refused),
	    cmocka_unit_test(floods_are_refused),
	    cmocka_unit_test(a_flood_of_anchors_is_refused),
	    cmocka_unit_test(cut_files_are_explained),
	    cmocka_unit_test(changed_files_are_explained),
	};

	return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
