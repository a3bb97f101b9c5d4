/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A supervisor that is killed loses the trial under way, and no other. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/own.h"
#include "tests/unit/sample_run.h"
#include "tests/unit/scratch.h"

/* Where the child stops and waits to be killed. */
enum instant { BEFORE_TABLES, AFTER_BEGIN, AFTER_FLUSH, AFTER_SPILL, AFTER_END };

static int until(const char *path, enum instant instant, struct error *err)
{
	struct store *store;
	struct trial_record r;
	struct run_record run;

	if (instant == BEFORE_TABLES)
		return 0;
	store = store_open(path, geteuid(), getegid(), err);
	if (!store || sample_run_store(store, 1, true, err) < 0)
		return -1;
	sample_run_record(&run, 1);
	if (store_trial_begin(store, run.id, err) < 0)
		return -1;
	if (sample_trial(&r, "naive", 8, 1, sample_small, err) < 0)
		return -1;
	if (instant >= AFTER_FLUSH && store_trial_flush(store, &r, err) < 0)
		return -1;
	/* More than the cache holds, so that pages of an open trial are in the log. */
	for (int i = 0; instant == AFTER_SPILL && i < 60; i++) {
		trial_record_destroy(&r);
		if (sample_trial(&r, "naive", 8, 1, sample_small, err) < 0 ||
		    store_trial_flush(store, &r, err) < 0)
			return -1;
	}
	return instant == AFTER_END ? store_trial_end(store, &r, err) : 0;
}

/* Run the child up to that instant, then kill it. It says by a byte that it is there. */
static void kill_at(const char *path, enum instant instant)
{
	int fds[2], status = 0;
	char byte = 0;
	pid_t child;

	assert_int_equal(pipe(fds), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct error err = ERROR_INIT;

		byte = until(path, instant, &err) < 0 ? 'x' : 'y';
		if (write(fds[1], &byte, 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(fds[0], &byte, 1), 1);
	assert_int_equal(byte, 'y');
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	close(fds[0]);
	close(fds[1]);
}

static int count_row(const struct sample_view *row, void *arg)
{
	(void)row;
	++*(int *)arg;
	return 0;
}

/* All that was committed is whole, and nothing else is there. */
static void check(const char *path, size_t trials)
{
	struct error err = ERROR_INIT;
	struct store *store = store_open_read(path, &err);
	struct run_view view;
	int samples = 0;

	if (!store)
		fail_msg("%s", err.text);
	if (store_load(store, "latest", &view, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(view.trials_count, trials);
	assert_int_equal(view.summary.ended_unix_ns, 0);
	for (size_t i = 0; i < view.trials_count; i++) {
		assert_int_equal(view.trials[i].records_count, 4 * sample_small.seconds);
		assert_int_equal(view.trials[i].grades_count, 4);
		assert_int_equal(view.trials[i].metrics_count, 17);
		assert_int_equal(view.trials[i].events_count, 2);
	}
	assert_int_equal(store_each_sample(store, view.summary.id, count_row, &samples, &err), 0);
	assert_int_equal(samples, trials * (size_t)sample_small.samples);
	run_view_destroy(&view);
	store_close(store);
}

static void finished_trials_are_whole(void **state)
{
	static const struct {
		enum instant instant;
		size_t trials;
	} cases[] = {{AFTER_BEGIN, 9}, {AFTER_FLUSH, 9}, {AFTER_SPILL, 9}, {AFTER_END, 10}};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char name[16];
		const char *path;

		snprintf(name, sizeof(name), "k%zu.db", i);
		path = scratch_path(*state, name);
		kill_at(path, cases[i].instant);
		check(path, cases[i].trials);
	}
}

static void the_next_run_goes_on(void **state)
{
	const char *path = scratch_path(*state, "next.db");
	cleanup_free struct run_summary *runs = NULL;
	struct error err = ERROR_INIT;
	struct store *store;

	kill_at(path, AFTER_SPILL);
	store = store_open(path, geteuid(), getegid(), &err);
	assert_non_null(store);
	assert_int_equal(sample_run_store(store, 2, false, &err), 0);
	assert_int_equal(store_list(store, &runs, &err), 2);
	assert_int_equal(runs[0].trials, 9);
	assert_int_equal(runs[1].trials, 9);
	store_close(store);
}

/* Killed between making the file and making the tables: the next one makes them. */
static void a_file_without_tables_is_filled(void **state)
{
	const char *path = scratch_path(*state, "born.db");
	struct error err = ERROR_INIT;
	struct store *store;

	kill_at(path, BEFORE_TABLES);
	scratch_write(*state, "born.db", "", 0, 0644);
	store = store_open(path, geteuid(), getegid(), &err);
	assert_non_null(store);
	assert_int_equal(sample_run_store(store, 1, true, &err), 0);
	store_close(store);
	check(path, 9);
}

#define with_dir(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    with_dir(finished_trials_are_whole),
	    with_dir(the_next_run_goes_on),
	    with_dir(a_file_without_tables_is_filled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
