/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poolbench: a task pool under an open-loop load, as a workload of the rig or by itself. */
#include <stdio.h>
#include <string.h>

#include "base/params.h"
#include "workloads/link/workload.h"
#include "workloads/poolbench/report.h"
#include "workloads/poolbench/standalone.h"

/* Under the rig. */
struct run {
	struct bench_setup setup;
	struct bench bench;
	bool opened;
};

static void usage(FILE *to)
{
	fputs("usage: poolbench                              under poolrig, which sets POOLRIG_FD\n"
	      "       poolbench --stand-alone KEY=VALUE ...  by itself, with a constant load\n"
	      "       poolbench --help | --version\n"
	      "\nParameters (of a variant in an experiment, or KEY=VALUE):\n",
	      to);
	params_help(bench_params, to);
	fputs("\nWith --stand-alone also:\n", to);
	params_help(bench_load, to);
	fputs("\nExample:\n  poolbench --stand-alone pool=elastic size=2000 prewarm=all "
	      "nonblocking=true rate=10k\n"
	      "\nExit codes: 0 done; 1 failed, or the rig went away; 2 bad usage.\n",
	      to);
}

static int configure(void *run, const json_t *message, struct error *err)
{
	struct bench_params *params = &((struct run *)run)->setup.params;

	bench_params_init(params);
	if (bench_params_from_json(params, json_object_get(message, "params"), err) < 0)
		return -1;
	return workload_limit_drain(message, &params->drain_ns, err);
}

static int map_schedule(void *run, int fd, struct error *err)
{
	return bench_schedule_map(&((struct run *)run)->setup.schedule, fd, err);
}

static int open_bench(void *run, const struct agreed *agreed, struct error *err)
{
	struct run *r = run;

	r->setup.agreed = *agreed;
	r->opened = bench_open(&r->bench, &r->setup, err) == 0;
	return r->opened ? 0 : -1;
}

static int measure(void *run, struct bench_link *link, int64_t start_ns, struct error *err)
{
	struct bench *b = &((struct run *)run)->bench;

	bench_start(b, start_ns);
	return bench_finish(b, link, err);
}

static int report(void *run, struct bench_link *link, struct error *err)
{
	return bench_report_send(link, &((struct run *)run)->bench, err);
}

static void close_bench(void *run)
{
	struct run *r = run;

	if (r->opened)
		bench_close(&r->bench);
	bench_schedule_destroy(&r->setup.schedule);
}

int main(int argc, char **argv)
{
	struct run run = {.setup = {.allocator = &malloc_count}};
	const struct workload poolbench = {.name = "poolbench",
					   .usage = usage,
					   .bad_input = 1,
					   .run = &run,
					   .record_names = bench_report_names,
					   .configure = configure,
					   .schedule = map_schedule,
					   .open = open_bench,
					   .measure = measure,
					   .report = report,
					   .close = close_bench};
	struct error err = ERROR_INIT;

	if (argc < 2 || strcmp(argv[1], "--stand-alone") != 0)
		return workload_main(&poolbench, argc, argv);
	if (bench_standalone(argc - 2, argv + 2, &malloc_count, stdout, &err) < 0)
		return workload_fail(poolbench.name, &err);
	return 0;
}
