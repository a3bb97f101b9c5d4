/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How far the wall time that the rig reports is from the truth: a program (tests/bench/life) that
 * notes the clock in its first instructions and right before its exit is run in a cell.
 *   bench_wall_time LIFE [RUNS]
 * Two sides: at the start, from the instant that the rig takes for the beginning (right before
 * execve(2)) to the program's first instruction, less what execve takes when the program executes
 * itself, for that is the command's own; at the end, from the program's last look at the clock to
 * the instant that the rig takes for its exit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/bench/numbers.h"
#include "tests/bench/stand.h"

#define WARM_UP 5

static void on_stage(enum trial_stage stage, int64_t at_ns, void *arg)
{
	if (stage == TRIAL_STAGE_RUN)
		*(int64_t *)arg = at_ns;
}

static void print_side(const char *name, const struct series *s)
{
	printf("  %-38s median %6.1f us, P10 %6.1f, P90 %6.1f\n", name, series_quantile(s, 0.5),
	       series_quantile(s, 0.1), series_quantile(s, 0.9));
}

static int run(struct stand *s, const int64_t *page, int runs, struct error *err)
{
	static struct series start, own, end;
	int64_t exit_ns, wall_ns;

	s->setup.stage = on_stage;
	s->setup.arg = &exit_ns;
	for (int i = -WARM_UP; i < runs; i++) {
		if (stand_run(s, &wall_ns, err) < 0)
			return -1;
		if (i < 0)
			continue;
		series_add(&start, (double)(page[0] - (exit_ns - wall_ns)) / 1e3);
		series_add(&own, (double)(page[2] - page[1]) / 1e3);
		series_add(&end, (double)(exit_ns - page[3]) / 1e3);
	}
	printf("wall time of a program that lives 20 ms, %d runs:\n", runs);
	print_side("start: execve to first instruction", &start);
	print_side("  such a program's own execve", &own);
	print_side("end: last look at the clock to exit", &end);
	goal_at_most("wall_time_start_error",
		     series_quantile(&start, 0.5) - series_quantile(&own, 0.5), "us", 50, "less");
	goal_at_most("wall_time_end_error", series_quantile(&end, 0.5), "us", 50, "less");
	return 0;
}

int main(int argc, char **argv)
{
	static struct stand stand;
	struct error err = ERROR_INIT;
	int fd = memfd_create("life", MFD_CLOEXEC), ret;
	int64_t *page;

	if (argc < 2 || fd < 0 || ftruncate(fd, 4096) < 0) {
		error_host(&err, 0, "usage: bench_wall_time LIFE [RUNS]");
		return could_not_measure(&err);
	}
	page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED || stand_init(&stand, argv[1], &err) < 0)
		return could_not_measure(&err);
	stand.setup.stdin_fd = fd;
	ret = run(&stand, page, argc > 2 ? atoi(argv[2]) : 100, &err);
	if (stand_finish(&stand, &err) < 0 || ret < 0)
		return could_not_measure(&err);
	return 0;
}
