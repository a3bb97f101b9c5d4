/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What sampling costs: 200 cells, ten times a second, by cg_counters_read() and by bare pread(2) of
 * the same descriptors into a buffer of the same size, in turns.
 *   bench_sampling [ROUNDS]
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cgroups/counter_files.h"
#include "tests/bench/numbers.h"
#include "tests/bench/stand.h"

#define CELLS  200
#define PERIOD (100 * NS_PER_MS)

struct bench {
	struct stand stand;
	struct cg_cell cells[CELLS];
	struct cg_counters counters[CELLS];
	int made, opened;
	int fds[CELLS * CG_COUNTER_FILES_MAX];
	int fds_count;
};

static int allow_descriptors(struct error *err)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return error_host(err, errno, "cannot raise the limit of open files");
	return 0;
}

static bool is_timed(const struct cg_file_row *row)
{
	return cg_counter_row(row->fields[0].counter)->timed;
}

static int make_cells(struct bench *b, struct error *err)
{
	const struct cg_file_row *rows;
	size_t n = cg_file_rows(&rows);
	char name[CG_NAME_MAX];

	for (int i = 0; i < CELLS; i++) {
		snprintf(name, sizeof(name), "poolrig-cell-%d", i);
		if (stand_cell(&b->stand, &b->cells[i], name, err) < 0)
			return -1;
		b->made++;
		if (cg_counters_init(&b->counters[i], &b->cells[i], err) < 0)
			return -1;
		b->opened++;
		for (size_t row = 0; row < n; row++)
			if (b->counters[i].fds[row] >= 0 && is_timed(&rows[row]))
				b->fds[b->fds_count++] = b->counters[i].fds[row];
	}
	return 0;
}

static int remove_cells(struct bench *b, struct error *err)
{
	int ret = 0;

	for (int i = 0; i < b->opened; i++)
		cg_counters_destroy(&b->counters[i]);
	for (int i = 0; i < b->made; i++) {
		if (cg_cell_remove(&b->cells[i], 5 * NS_PER_S, ret == 0 ? err : NULL) < 0)
			ret = -1;
		cg_cell_destroy(&b->cells[i]);
	}
	return ret;
}

static int64_t cpu_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return timespec_ns(ts);
}

static void sample_by_rig(struct bench *b)
{
	struct cg_reading reading;

	for (int i = 0; i < CELLS; i++)
		cg_counters_read(&b->counters[i], false, &reading);
}

static void sample_bare(struct bench *b)
{
	char text[8192];

	for (int i = 0; i < b->fds_count; i++)
		if (pread(b->fds[i], text, sizeof(text), 0) < 0)
			exit(could_not_measure(
			    &(struct error){ERROR_HOST, errno, "a counter file: cannot read"}));
}

static void timed(void (*sample)(struct bench *b), struct bench *b, struct series *s)
{
	int64_t before = cpu_now();

	sample(b);
	series_add(s, (double)(cpu_now() - before) / 1e3);
}

static void run(struct bench *b, int rounds)
{
	static struct series rig, bare, ratio;
	int64_t due = clock_now();

	for (int i = 0; i < rounds; i++) {
		struct timespec at = ns_timespec(due += PERIOD);

		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
		if (i & 1)
			timed(sample_bare, b, &bare);
		timed(sample_by_rig, b, &rig);
		if (!(i & 1))
			timed(sample_bare, b, &bare);
		series_add(&ratio, rig.values[i] / bare.values[i]);
	}
	printf("sampling %d cells (%d files), %d rounds of each side, 100 ms apart:\n", CELLS,
	       b->fds_count, rounds);
	printf("  rig  %6.0f us CPU a round (P10 %.0f, P90 %.0f)\n", series_quantile(&rig, 0.5),
	       series_quantile(&rig, 0.1), series_quantile(&rig, 0.9));
	printf("  bare %6.0f us CPU a round (P10 %.0f, P90 %.0f); ratio P10 %.2f, P90 %.2f\n",
	       series_quantile(&bare, 0.5), series_quantile(&bare, 0.1),
	       series_quantile(&bare, 0.9), series_quantile(&ratio, 0.1),
	       series_quantile(&ratio, 0.9));
	goal_at_most("sampling_cpu_ratio", series_quantile(&ratio, 0.5), "x", 1.5, "1.2");
}

int main(int argc, char **argv)
{
	static struct bench b;
	struct error err = ERROR_INIT;
	int ret;

	if (allow_descriptors(&err) < 0 || stand_init(&b.stand, "/bin/true", &err) < 0)
		return could_not_measure(&err);
	ret = make_cells(&b, &err);
	if (ret == 0)
		run(&b, argc > 1 ? atoi(argv[1]) : 40);
	if (remove_cells(&b, ret == 0 ? &err : NULL) < 0)
		ret = -1;
	if (stand_finish(&b.stand, &err) < 0 || ret < 0)
		return could_not_measure(&err);
	return 0;
}
