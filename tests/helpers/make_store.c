/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A store for system tests: make_store PATH UID GID [RUNS [killed]] writes RUNS runs, 2 by
 * default, the last of which was interrupted. With "killed" it kills itself in the middle of a
 * further trial and leaves the log behind. `make_store --bytes PATH` says what a trial adds.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/sample_run.h"

static int fail(const struct error *err)
{
	fprintf(stderr, "make_store: %s\n", err->text);
	return 1;
}

static int die_in_a_trial(struct store *store, int n, struct error *err)
{
	struct run_record run;
	struct trial_record r;

	sample_run_record(&run, n);
	if (sample_trial(&r, "naive", 8, 40, sample_real, err) < 0 ||
	    store_trial_begin(store, run.id, err) < 0 || store_trial_flush(store, &r, err) < 0)
		return fail(err);
	kill(getpid(), SIGKILL);
	return 1;
}

static long long size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (long long)st.st_size : -1;
}

/* The size of the file after 10 trials and after 110: what one adds, pages and all. */
static int print_bytes(const char *path, struct error *err)
{
	struct run_record run;
	long long before = 0;

	sample_run_record(&run, 1);
	for (int i = 0; i < 110; i++) {
		struct store *store = store_open(path, geteuid(), getegid(), err);
		struct trial_record r;

		if (!store || (i == 0 && store_run_begin(store, &run, err) < 0))
			return fail(err);
		if (sample_trial(&r, "elastic", i, 1, sample_real, err) < 0 ||
		    store_trial_begin(store, run.id, err) < 0 ||
		    store_trial_end(store, &r, err) < 0)
			return fail(err);
		trial_record_destroy(&r);
		store_close(store);
		if (i == 9)
			before = size_of(path);
	}
	printf("%lld bytes a trial\n", (size_of(path) - before) / 100);
	return 0;
}

int main(int argc, char **argv)
{
	struct error err = ERROR_INIT;
	struct store *store;
	int runs = argc > 4 ? atoi(argv[4]) : 2;

	if (argc == 3 && strcmp(argv[1], "--bytes") == 0)
		return print_bytes(argv[2], &err);
	if (argc < 4) {
		fprintf(stderr, "usage: make_store PATH UID GID [RUNS [killed]]\n");
		return 2;
	}
	store = store_open(argv[1], (uid_t)atoi(argv[2]), (gid_t)atoi(argv[3]), &err);
	if (!store)
		return fail(&err);
	for (int n = 1; n <= runs; n++)
		if (sample_run_store(store, n, n == runs, &err) < 0)
			return fail(&err);
	if (argc > 5 && strcmp(argv[5], "killed") == 0)
		return die_in_a_trial(store, runs, &err);
	store_close(store);
	return 0;
}
