/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/own.h"
#include "tests/unit/scratch.h"

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

static void reads_what_fits(void **state)
{
	const char *path = scratch_text(*state, "file", "12345");
	struct error err = ERROR_INIT;
	char buf[8];

	assert_int_equal(io_read_at(AT_FDCWD, path, buf, sizeof(buf), &err), 5);
	assert_string_equal(buf, "12345");
	assert_int_equal(io_read_at(AT_FDCWD, path, buf, 6, &err), 5);
	assert_string_equal(buf, "12345");
	assert_int_equal(io_read_at(AT_FDCWD, path, buf, 5, &err), -1);
	assert_int_equal(err.errnum, EFBIG);
	assert_non_null(strstr(err.text, path));
}

static void read_errors_name_the_file(void **state)
{
	struct error err = ERROR_INIT;
	char buf[8], *text = NULL;

	(void)state;
	assert_int_equal(io_read_at(AT_FDCWD, "/nonexistent/x", buf, sizeof(buf), &err), -1);
	assert_int_equal(err.errnum, ENOENT);
	assert_ptr_equal(strstr(err.text, "/nonexistent/x: "), err.text);
	assert_int_equal(io_slurp_at(AT_FDCWD, "/", 100, &text, &err), -1);
	assert_int_equal(err.errnum, EISDIR);
	assert_null(text);
}

static void slurp_has_a_limit(void **state)
{
	char big[10000];
	struct error err = ERROR_INIT;
	cleanup_free char *text = NULL;
	const char *path;

	memset(big, 'x', sizeof(big));
	path = scratch_write(*state, "big", big, sizeof(big), 0644);
	assert_int_equal(io_slurp_at(AT_FDCWD, path, sizeof(big), &text, &err), sizeof(big));
	assert_memory_equal(text, big, sizeof(big));
	assert_int_equal(text[sizeof(big)], '\0');
	own_free(&text);
	assert_int_equal(io_slurp_at(AT_FDCWD, path, sizeof(big) - 1, &text, &err), -1);
	assert_int_equal(err.errnum, EFBIG);
	assert_int_equal(io_slurp_at(AT_FDCWD, "/dev/zero", 1 << 20, &text, &err), -1);
	assert_int_equal(err.errnum, EFBIG);
	assert_null(text);
}

static void slurp_takes_an_empty_file(void **state)
{
	struct error err = ERROR_INIT;
	cleanup_free char *text = NULL;

	assert_int_equal(io_slurp_at(AT_FDCWD, scratch_text(*state, "empty", ""), 10, &text, &err),
			 0);
	assert_string_equal(text, "");
}

static void pread_starts_again(void **state)
{
	cleanup_fd int fd = open(scratch_text(*state, "file", "abc"), O_RDONLY | O_CLOEXEC);
	char buf[3];

	assert_int_equal(io_pread(fd, buf, sizeof(buf)), 2);
	assert_string_equal(buf, "ab");
	assert_int_equal(io_pread(fd, buf, sizeof(buf)), 2);
	assert_string_equal(buf, "ab");
	assert_int_equal(io_pread(-1, buf, sizeof(buf)), -EBADF);
}

static void write_all_says_the_errno(void **state)
{
	cleanup_fd int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(io_write_all(full, "abc", 3), -ENOSPC);
	assert_int_equal(io_write_all(full, "abc", 0), 0);
}

/* More than a pipe holds goes into a non-blocking one that is read. */
static void write_all_waits_for_room(void **state)
{
	static char text[300000];
	int ends[2], status;
	pid_t reader;

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	reader = fork();
	assert_true(reader >= 0);
	if (reader == 0) {
		size_t all = 0;
		ssize_t n;

		close(ends[1]);
		while ((n = read(ends[0], text, 4096)) > 0)
			all += (size_t)n;
		_exit(all == sizeof(text) ? 0 : 1);
	}
	assert_int_equal(io_write_all(ends[1], text, sizeof(text)), 0);
	close(ends[1]);
	assert_int_equal(waitpid(reader, &status, 0), reader);
	assert_int_equal(status, 0);
	close(ends[0]);
}

/* In a child: which descriptors stay open is the parent's business. Returns what is wrong. */
static int open_those_closed(unsigned closed)
{
	struct stat null, st;

	if (stat("/dev/null", &null) < 0)
		return 1;
	for (int fd = 0; fd < 3; fd++)
		if (closed >> fd & 1)
			close(fd);
	if (io_open_standard(NULL) < 0)
		return 2;
	for (int fd = 0; fd < 3; fd++) {
		if (fstat(fd, &st) < 0)
			return 3;
		if (closed >> fd & 1 && st.st_rdev != null.st_rdev)
			return 4;
		if (fd && closed >> fd & 1 && (write(fd, "x", 1) == 1 || errno != EBADF))
			return 5;
	}
	if (closed & 1 && read(0, &st, 1) != 0)
		return 6;
	/* Nothing but the three was opened, and nothing of what follows gets a number of theirs. */
	return open("/", O_RDONLY) == 3 ? 0 : 7;
}

static void opens_those_of_the_three_that_are_closed(void **state)
{
	(void)state;
	for (unsigned closed = 0; closed < 8; closed++) {
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			for (int fd = 0; fd < 3; fd++)
				dup2(open("/dev/zero", O_RDWR | O_CLOEXEC), fd);
			for (int fd = 3; fd < 64; fd++)
				close(fd);
			_exit(open_those_closed(closed));
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (status)
			fail_msg("closed 0x%x: status 0x%x", closed, status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_what_fits),
	    cmocka_unit_test(read_errors_name_the_file),
	    cmocka_unit_test(slurp_has_a_limit),
	    cmocka_unit_test(slurp_takes_an_empty_file),
	    cmocka_unit_test(pread_starts_again),
	    cmocka_unit_test(write_all_says_the_errno),
	    cmocka_unit_test(write_all_waits_for_room),
	    cmocka_unit_test(opens_those_of_the_three_that_are_closed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
