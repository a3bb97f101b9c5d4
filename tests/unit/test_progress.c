/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Progress where nobody reads it: a trial is not held up, nor is a run that is asked to end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "rig/run/run.h"

/* A pipe that is full, and a write to which would wait. */
struct full {
	int ends[2];
	FILE *to;
	struct progress progress;
};

static int setup(void **state)
{
	static struct full f;
	char block[4096];

	memset(block, 'x', sizeof(block));
	assert_int_equal(pipe2(f.ends, O_NONBLOCK | O_CLOEXEC), 0);
	while (write(f.ends[1], block, sizeof(block)) > 0)
		;
	assert_int_equal(fcntl(f.ends[1], F_SETFL, 0), 0);
	f.to = fdopen(f.ends[1], "w");
	assert_non_null(f.to);
	progress_init(&f.progress, f.to, 3, 0);
	*state = &f;
	alarm(30); /* what waits without end fails */
	return 0;
}

static int teardown(void **state)
{
	struct full *f = *state;

	close(f->ends[0]);
	fclose(f->to);
	alarm(0);
	return 0;
}

/* Empty the pipe; returns the number of bytes that were not there at first. */
static size_t drain(struct full *f)
{
	char block[4096];
	size_t all = 0;
	ssize_t n;

	while ((n = read(f->ends[0], block, sizeof(block))) > 0)
		for (ssize_t i = 0; i < n; i++)
			all += block[i] != 'x';
	return all;
}

static void a_live_line_waits_for_nobody(void **state)
{
	struct full *f = *state;

	f->progress.live = true;
	progress_trial(&f->progress, 1, "fast", 0, 0);
	progress_tick(&f->progress, 1, 2, 1000);
	assert_int_equal(drain(f), 0);
	progress_tick(&f->progress, 1, 2, 1000);
	assert_true(drain(f) > 0);
}

static void a_run_that_is_to_end_waits_for_nobody(void **state)
{
	struct full *f = *state;
	sigset_t set, old;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	assert_int_equal(sigprocmask(SIG_BLOCK, &set, &old), 0);
	assert_int_equal(raise(SIGHUP), 0);
	progress_trial(&f->progress, 1, "fast", 0, 0);
	progress_done(&f->progress, "void", "late");
	assert_int_equal(drain(f), 0);
	progress_done(&f->progress, "void", "late");
	assert_true(drain(f) > 0);
	assert_int_equal(sigwaitinfo(&set, NULL), SIGHUP);
	assert_int_equal(sigprocmask(SIG_SETMASK, &old, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_live_line_waits_for_nobody, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_run_that_is_to_end_waits_for_nobody, setup, teardown),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
