/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Simulate what the statistics promise and print it as tables in Markdown (`make stats-validation`
 * puts them into docs/statistics.md). The same seed gives the same tables, whatever the number of
 * threads.
 *   validate [RUNS]
 */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/own.h"
#include "tests/stats/simulate.h"

enum { RUNS = 2000, THREADS_MAX = 64 };

struct value {
	size_t table, row, column;
	struct simulate_share share;
	int failed;
	struct error err;
};

struct work {
	struct value *values;
	size_t count;
	int runs;
	atomic_size_t next;
};

static void *work_on(void *arg)
{
	struct work *work = arg;
	size_t i;

	while ((i = atomic_fetch_add(&work->next, 1)) < work->count) {
		struct value *v = &work->values[i];

		v->failed =
		    simulate_value(v->table, v->row, v->column, work->runs, &v->share, &v->err);
	}
	return NULL;
}

static struct value *list(size_t *count)
{
	struct value *values;
	size_t n = 0;

	for (size_t i = 0; i < simulate_tables_count; i++)
		n += simulate_tables[i]->rows_count * simulate_tables[i]->columns_count;
	values = calloc(n, sizeof(*values));
	*count = 0;
	for (size_t i = 0; values && i < simulate_tables_count; i++)
		for (size_t row = 0; row < simulate_tables[i]->rows_count; row++)
			for (size_t column = 0; column < simulate_tables[i]->columns_count;
			     column++)
				values[(*count)++] =
				    (struct value){.table = i, .row = row, .column = column};
	return values;
}

static int run(struct work *work)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_t threads[THREADS_MAX];
	int started = 0;

	while (started + 1 < cpus && started < THREADS_MAX &&
	       !pthread_create(&threads[started], NULL, work_on, work))
		started++;
	work_on(work);
	for (int i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < work->count; i++)
		if (work->values[i].failed) {
			fprintf(stderr, "validate: %s\n", work->values[i].err.text);
			return 1;
		}
	return 0;
}

static void print_value(const struct simulate_table *t, const struct value *v)
{
	double theory = t->theory ? t->theory(v->row, v->column) : NAN;

	printf(" %.1f ± %.1f", 100 * v->share.share, 100 * v->share.error);
	if (!isnan(theory))
		printf(" (%.1f)", 100 * theory);
	printf("%s |", v->share.promised && !v->share.kept ? " **not kept**" : "");
}

static void print(const struct work *work)
{
	const struct value *v = work->values;

	printf(
	    "%d runs for each value, seed %d: percent, and the standard error of the simulation.\n",
	    work->runs, SIMULATE_SEED);
	for (size_t i = 0; i < simulate_tables_count; i++) {
		const struct simulate_table *t = simulate_tables[i];

		printf("\n%s:\n\n| %s |", t->title, t->corner);
		for (size_t column = 0; column < t->columns_count; column++)
			printf(" %s |", t->columns[column]);
		printf("\n| --- |");
		for (size_t column = 0; column < t->columns_count; column++)
			printf(" --- |");
		for (size_t row = 0; row < t->rows_count; row++) {
			printf("\n| %s |", t->rows[row]);
			for (size_t column = 0; column < t->columns_count; column++)
				print_value(t, v++);
		}
		putchar('\n');
	}
}

int main(int argc, char **argv)
{
	struct work work = {.runs = argc > 1 ? atoi(argv[1]) : RUNS};
	cleanup_free struct value *values = list(&work.count);

	if (argc > 2 || work.runs < 1) {
		fputs("usage: validate [RUNS]\n", stderr);
		return 2;
	}
	work.values = values;
	if (!values) {
		fputs("validate: no memory\n", stderr);
		return 3;
	}
	if (run(&work))
		return 3;
	print(&work);
	return 0;
}
