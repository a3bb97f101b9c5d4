/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poolsim: a pool's policies against traffic, in a simulator. */
#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "base/own.h"
#include "base/params.h"
#include "workloads/link/workload.h"
#include "workloads/poolsim/input.h"
#include "workloads/poolsim/report.h"

static void usage(FILE *to)
{
	fputs("usage: poolsim [--json | --ticks] KEY=VALUE ...\n"
	      "       poolsim --help | --version\n"
	      "\nSimulates a pool of workers with one queue, under each autoscaling rule in turn, "
	      "and\nreports how long it took until there were enough workers for a higher rate\n"
	      "(reaction), how much more there were than were needed, over all time (over) and at\n"
	      "the highest (peak), and how long tasks waited for their start. The same parameters\n"
	      "give the same numbers.\n"
	      "\n  --json   print JSON instead of a table\n"
	      "  --ticks  print what there was at each tick, a line each (of one rule)\n"
	      "\nParameters:\n",
	      to);
	params_help(poolsim_settings, to);
	fputs("\nExample, from 500 tasks a second to 3200 within 200 ms:\n"
	      "  poolsim rate=500 peak=3200 at=65s rise=200ms hold=20s length=90s startup=1ms\n"
	      "\nExit codes: 0 done; 1 failed; 2 bad usage.\n",
	      to);
}

static int run(int count, char **words, enum poolsim_format format, struct error *err)
{
	struct poolsim_settings s;
	struct pool_traffic traffic = {0};
	int status;

	poolsim_settings_init(&s);
	for (int i = 0; i < count; i++)
		if (params_set_argument(poolsim_settings, &s, words[i], err) < 0)
			return -1;
	if (poolsim_settings_check(&s, err) < 0)
		return -1;
	if (format == POOLSIM_TICKS && s.rules.count != 1)
		return error_input(err,
				   "--ticks: there are %zu rules; choose one by autoscale=RULE",
				   s.rules.count);
	if (poolsim_input(&s, &traffic, err) < 0)
		return -1;
	status = poolsim_report(&s, &traffic, format, err);
	pool_traffic_destroy(&traffic);
	return status;
}

int main(int argc, char **argv)
{
	struct error err = ERROR_INIT;
	enum poolsim_format format = POOLSIM_TABLE;
	int first = 1;

	if (io_open_standard(&err) < 0)
		return workload_fail("poolsim", &err);
	if (workload_answers("poolsim", usage, argc, argv))
		return workload_end("poolsim", 0);
	if (argc > 1 && strcmp(argv[1], "--json") == 0)
		format = POOLSIM_JSON;
	if (argc > 1 && strcmp(argv[1], "--ticks") == 0)
		format = POOLSIM_TICKS;
	first += format != POOLSIM_TABLE;
	if (argc == first && format == POOLSIM_TABLE) {
		usage(stderr);
		return 2;
	}
	if (run(argc - first, argv + first, format, &err) < 0)
		return workload_fail("poolsim", &err);
	return workload_end("poolsim", 0);
}
