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
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"
#include "rig/cell/environment.h"
#include "rig/supervisor.h"
#include "tests/bench/numbers.h"
#include "tests/bench/raw_cell.h"

#define MEMORY  "67108864"
#define PIDS    "64"
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
	struct site site;
	struct environment environment;
	struct trial_setup setup;
	struct raw_cell raw;
	struct side rig_side, raw_side;
};

static void on_stage(enum trial_stage stage, void *arg)
{
	struct side *s = arg;
	int64_t wall = clock_now(), cpu = cpu_time_ns();
	double wall_us = (double)(wall - s->wall_ns) / 1e3;
	double cpu_us = (double)(cpu - s->cpu_ns) / 1e3;

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
	struct trial_record record;
	enum trial_stop stop;
	int ret;

	trial_record_init(&record);
	side_begins(&b->rig_side);
	ret = trial_run(&b->setup, &record, &stop, err);
	side_ends(&b->rig_side);
	if (ret == 0 && record.outcome != TRIAL_OK)
		ret = error_host(err, 0, "the rig's cell: %s", record.reason);
	trial_record_destroy(&record);
	return ret;
}

static int run_raw(struct bench *b)
{
	side_begins(&b->raw_side);
	raw_cell_run(&b->raw);
	side_ends(&b->raw_side);
	return 0;
}

static void add_knob(struct trial_setup *s, enum cg_knob knob, const char *value)
{
	struct trial_knob *k = &s->knobs[s->knobs_count++];

	k->knob = knob;
	snprintf(k->value, sizeof(k->value), "%s", value);
}

/* As `poolrig exec --cpus LAST --memory 64M --pids 64 -- /bin/true` does. */
static int prepare_rig(struct bench *b, struct error *err)
{
	static char *argv[] = {"true", NULL};
	cpu_set_t last;

	CPU_ZERO(&last);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &b->site.topology.online)) {
			CPU_ZERO(&last);
			CPU_SET(cpu, &last);
		}
	if (environment_init(&b->environment, &b->site.person, NULL, err) < 0)
		return -1;
	b->setup = (struct trial_setup){
	    .site = &b->site,
	    .cell_name = "poolrig-exec",
	    .pin = true,
	    .net = NETNS_PRIVATE,
	    .program = "/bin/true",
	    .argv = argv,
	    .env = b->environment.entries,
	    .copy_stdout = -1,
	    .copy_stderr = -1,
	    .stdin_fd = -1,
	    .plain = true,
	    .stage = on_stage,
	    .arg = &b->rig_side,
	};
	roles_plain(&b->setup.roles, &last, &b->site.topology);
	add_knob(&b->setup, CG_KNOB_MEMORY_MAX, MEMORY);
	add_knob(&b->setup, CG_KNOB_SWAP_MAX, "0");
	add_knob(&b->setup, CG_KNOB_PIDS_MAX, PIDS);
	return supervisor_settle(&b->setup.roles.housekeeping, err);
}

/* The raw side does what one cell of the rig's was seen to have. */
static int prepare_raw(struct bench *b, struct error *err)
{
	struct cg_cell cell;
	struct cg_counters counters;
	char cpus[16];
	int ret;

	b->raw =
	    (struct raw_cell){.cpus = b->setup.roles.cell, .stage = on_stage, .arg = &b->raw_side};
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &b->setup.roles.cell))
			snprintf(cpus, sizeof(cpus), "%d", cpu);
	if (cg_cell_init(&cell, &b->site.run, "poolrig-model", err) < 0)
		return -1;
	ret = cg_cell_set(&cell, CG_KNOB_CPUS, cpus, err);
	for (size_t i = 0; i < b->setup.knobs_count && ret == 0; i++)
		ret = cg_cell_set(&cell, b->setup.knobs[i].knob, b->setup.knobs[i].value, err);
	if (ret == 0)
		ret = cg_counters_init(&counters, &cell, err);
	if (ret == 0) {
		raw_cell_like(&b->raw, &cell, &counters);
		cg_counters_destroy(&counters);
	}
	if (cg_cell_remove(&cell, 5 * NS_PER_S, ret == 0 ? err : NULL) < 0)
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

	if (prepare_rig(b, err) < 0 || prepare_raw(b, err) < 0)
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
	struct error err = ERROR_INIT, late = ERROR_INIT;
	char run_id[40];
	int ret;

	site_make_id(run_id, sizeof(run_id));
	if (site_init(&b.site, run_id, NULL, &err) < 0)
		return could_not_measure(&err);
	ret = run(&b, argc, argv, &err);
	environment_destroy(&b.environment);
	if (site_finish(&b.site, &late) < 0 && ret == 0) {
		err = late;
		ret = -1;
	}
	return ret < 0 ? could_not_measure(&err) : 0;
}
