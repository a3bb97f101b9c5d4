/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poolbench: a task pool under an open-loop load, as a workload of the rig or by itself. */
#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "base/params.h"
#include "workloads/link/workload.h"
#include "workloads/poolbench/report.h"
#include "workloads/poolbench/standalone.h"

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
	struct bench_params *params = &((struct bench *)run)->setup.params;

	bench_params_init(params);
	if (bench_params_from_json(params, json_object_get(message, "params"), err) < 0)
		return -1;
	return workload_limit_drain(message, &params->drain_ns, err);
}

static int map_schedule(void *run, int fd, struct error *err)
{
	return bench_schedule_map(&((struct bench *)run)->setup.schedule, fd, err);
}

static bool is_closed(const void *run)
{
	return ((const struct bench *)run)->setup.params.submitters > 0;
}

static int open_bench(void *run, const struct agreed *agreed, struct error *err)
{
	struct bench *b = run;

	b->setup.agreed = *agreed;
	return bench_open(b, err);
}

static int measure(void *run, struct bench_link *link, int64_t start_ns, struct error *err)
{
	bench_start(run, start_ns);
	return bench_finish(run, link, err);
}

static int report(void *run, struct bench_link *link, struct error *err)
{
	return bench_report_send(link, run, err);
}

static void close_bench(void *run)
{
	bench_close(run);
}

int main(int argc, char **argv)
{
	struct bench bench = {.setup = {.allocator = &malloc_count}};
	const struct workload poolbench = {.name = "poolbench",
					   .usage = usage,
					   .bad_input = 1,
					   .run = &bench,
					   .record_names = bench_report_names,
					   .configure = configure,
					   .schedule = map_schedule,
					   .closed = is_closed,
					   .open = open_bench,
					   .measure = measure,
					   .report = report,
					   .close = close_bench};
	struct error err = ERROR_INIT;

	if (argc < 2 || strcmp(argv[1], "--stand-alone") != 0)
		return workload_main(&poolbench, argc, argv);
	if (io_open_standard(&err) < 0 ||
	    bench_standalone(argc - 2, argv + 2, &malloc_count, &err) < 0)
		return workload_fail(poolbench.name, &err);
	return workload_end(poolbench.name, 0);
}
