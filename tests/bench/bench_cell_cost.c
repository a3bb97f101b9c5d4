/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one cell costs, from its groups' making to their removal around /bin/true: the rig's
 * trial_run() against the same by system calls alone (tests/bench/raw_cell.h), in turns.
 *   bench_cell_cost [PAIRS]          compare; PAIRS defaults to 100
 *   bench_cell_cost rig|raw COUNT    run one side only, silently: for strace
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tests/bench/numbers.h"
#include "tests/bench/raw_cell.h"
#include "tests/bench/stand.h"

#define WARM_UP 5

/* Wall and CPU time of each stage of one side, in microseconds. */
struct side {
	const char *name;
	int64_t wall_ns, cpu_ns; /* when the stage under way began */
	double wall_us, cpu_us;  /* of the cell under way */
	bool keep;
	struct series wall, cpu;
	struct series stage_wall[TRIAL_STAGES], stage_cpu[TRIAL_STAGES];
};

struct bench {
	struct stand stand;
	struct raw_cell raw;
	struct side rig_side, raw_side;
};

static void on_stage(enum trial_stage stage, int64_t at_ns, void *arg)
{
	struct side *s = arg;
	int64_t wall = clock_now(), cpu = cpu_time_ns();
	double wall_us = (double)(wall - s->wall_ns) / 1e3;
	double cpu_us = (double)(cpu - s->cpu_ns) / 1e3;

	(void)at_ns;
	s->wall_us += wall_us;
	s->cpu_us += cpu_us;
	if (s->keep) {
		series_add(&s->stage_wall[stage], wall_us);
		series_add(&s->stage_cpu[stage], cpu_us);
	}
	s->cpu_ns = cpu_time_ns();
	s->wall_ns = clock_now();
}

static void side_begins(struct side *s)
{
	s->wall_us = s->cpu_us = 0;
	s->cpu_ns = cpu_time_ns();
	s->wall_ns = clock_now();
}

static void side_ends(struct side *s)
{
	if (!s->keep)
		return;
	series_add(&s->wall, s->wall_us);
	series_add(&s->cpu, s->cpu_us);
}

static int run_rig(struct bench *b, struct error *err)
{
	int64_t wall_ns;

	side_begins(&b->rig_side);
	if (stand_run(&b->stand, &wall_ns, err) < 0)
		return -1;
	side_ends(&b->rig_side);
	return 0;
}

static int run_raw(struct bench *b)
{
	side_begins(&b->raw_side);
	raw_cell_run(&b->raw);
	side_ends(&b->raw_side);
	return 0;
}

/* The raw side does what one cell of the rig's was seen to have. */
static int prepare_raw(struct bench *b, struct error *err)
{
	struct cg_cell cell;
	struct cg_counters counters;
	int ret;

	b->raw = (struct raw_cell){
	    .cpus = b->stand.setup.roles.cell, .stage = on_stage, .arg = &b->raw_side};
	ret = stand_cell(&b->stand, &cell, "poolrig-model", err);
	if (ret == 0)
		ret = cg_counters_init(&counters, &cell, err);
	if (ret == 0) {
		raw_cell_like(&b->raw, &cell, &counters);
		cg_counters_destroy(&counters);
	}
	if (cell.run && cg_cell_remove(&cell, 5 * NS_PER_S, ret == 0 ? err : NULL) < 0)
		ret = -1;
	cg_cell_destroy(&cell);
	return ret;
}

static int compare(struct bench *b, int pairs, struct error *err)
{
	for (int i = -WARM_UP; i < pairs; i++) {
		b->rig_side.keep = b->raw_side.keep = i >= 0;
		/* Who is first changes, so that nobody always follows the other's clean-up. */
		if (i & 1 && run_raw(b) < 0)
			return -1;
		if (run_rig(b, err) < 0)
			return -1;
		if (!(i & 1) && run_raw(b) < 0)
			return -1;
	}
	return 0;
}

static void print_side(const struct side *s)
{
	printf("  %-4s wall %7.0f us (P10 %.0f, P90 %.0f), CPU %7.0f us (P10 %.0f, P90 %.0f)\n",
	       s->name, series_quantile(&s->wall, 0.5), series_quantile(&s->wall, 0.1),
	       series_quantile(&s->wall, 0.9), series_quantile(&s->cpu, 0.5),
	       series_quantile(&s->cpu, 0.1), series_quantile(&s->cpu, 0.9));
}

static void print_stages(const struct bench *b)
{
	static const char *const names[TRIAL_STAGES] = {"make",  "birth",    "open",  "run",
							"empty", "conclude", "remove"};

	printf("  median a stage (us)  rig wall   raw wall    rig CPU    raw CPU\n");
	for (int i = 0; i < TRIAL_STAGES; i++)
		printf("    %-16s %10.0f %10.0f %10.0f %10.0f\n", names[i],
		       series_quantile(&b->rig_side.stage_wall[i], 0.5),
		       series_quantile(&b->raw_side.stage_wall[i], 0.5),
		       series_quantile(&b->rig_side.stage_cpu[i], 0.5),
		       series_quantile(&b->raw_side.stage_cpu[i], 0.5));
}

static double ratio(const struct series *a, const struct series *b)
{
	return series_quantile(a, 0.5) / series_quantile(b, 0.5);
}

static int run(struct bench *b, int argc, char **argv, struct error *err)
{
	bool one_side = argc > 2;
	int count = argc > 1 ? atoi(argv[argc - 1]) : 100;

	b->stand.setup.stage = on_stage;
	b->stand.setup.arg = &b->rig_side;
	if (prepare_raw(b, err) < 0)
		return -1;
	for (int i = 0; one_side && i < count; i++)
		if ((strcmp(argv[1], "rig") == 0 ? run_rig(b, err) : run_raw(b)) < 0)
			return -1;
	if (one_side)
		return 0;
	if (compare(b, count, err) < 0)
		return -1;
	printf("one cell around /bin/true, %d of each side in turns:\n", count);
	print_side(&b->rig_side);
	print_side(&b->raw_side);
	print_stages(b);
	goal_at_most("cell_wall_ratio", ratio(&b->rig_side.wall, &b->raw_side.wall), "x", 1.5,
		     "1.2");
	goal_at_most("cell_cpu_ratio", ratio(&b->rig_side.cpu, &b->raw_side.cpu), "x", 1.5, "1.2");
	return 0;
}

int main(int argc, char **argv)
{
	static struct bench b = {.rig_side.name = "rig", .raw_side.name = "raw"};
	struct error err = ERROR_INIT;
	int ret;

	if (stand_init(&b.stand, "/bin/true", &err) < 0)
		return could_not_measure(&err);
	ret = run(&b, argc, argv, &err);
	if (stand_finish(&b.stand, &err) < 0 || ret < 0)
		return could_not_measure(&err);
	return 0;
}
