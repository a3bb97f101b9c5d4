/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poolsim: a pool's policies against traffic, in a simulator. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/own.h"
#include "base/params.h"
#include "workloads/link/workload.h"
#include "workloads/poolsim/input.h"
#include "workloads/poolsim/report.h"

enum format { TABLE, JSON, TICKS };

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

static void print_tick(void *arg, const struct pool_simulate_tick *t)
{
	fprintf(arg, "%" PRId64 "\t%u\t%u\t%u\t%u\t%" PRIu64 "\n", t->at_ns, t->need, t->wanted,
		t->ready, t->busy, t->queued);
}

static int simulate_rule(const struct poolsim_settings *s, const struct pool_traffic *traffic,
			 const char *rule, enum format format, struct pool_simulate_result *result,
			 struct error *err)
{
	struct pool_simulate_options options = s->simulation;
	int error;

	options.traffic = traffic;
	options.autoscale = rule;
	options.seed = s->shape.seed;
	options.breaker = s->breaker ? &s->breaker_options : NULL;
	if (s->simulation.scale.initial == POOLSIM_INITIAL_AUTO)
		options.scale.initial =
		    pool_traffic_need(traffic, 0) ? pool_traffic_need(traffic, 0) : 1;
	if (format == TICKS) {
		options.on_tick = print_tick;
		options.arg = stdout;
	}
	error = pool_simulate(&options, result);
	return error ? error_host(err, error, "%s: cannot simulate", rule) : 0;
}

static int report(const struct poolsim_settings *s, const struct pool_traffic *traffic,
		  enum format format, struct error *err)
{
	json_t *all = json_array();
	int status = 0;

	if (format == TABLE)
		poolsim_report_head(stdout);
	if (format == TICKS)
		puts("at_ns\tneed\twanted\tready\tbusy\tqueued");
	for (size_t i = 0; i < s->rules.count && status == 0; i++) {
		struct pool_simulate_result r;

		status = simulate_rule(s, traffic, s->rules.names[i], format, &r, err);
		if (status == 0 && format == TABLE)
			poolsim_report_row(stdout, s->rules.names[i], &r);
		if (status == 0 && format == TABLE && s->breaker)
			poolsim_report_breaker(stdout, s->rules.names[i], &r);
		if (status == 0 && format == JSON)
			json_array_append_new(
			    all, poolsim_report_json(s->rules.names[i], &r, s->breaker));
	}
	if (status == 0 && format == JSON) {
		json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
		putchar('\n');
	}
	json_decref(all);
	return status;
}

static int run(int count, char **words, enum format format, struct error *err)
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
	if (format == TICKS && s.rules.count != 1)
		return error_input(err,
				   "--ticks: there are %zu rules; choose one by autoscale=RULE",
				   s.rules.count);
	if (poolsim_input(&s, &traffic, err) < 0)
		return -1;
	status = report(&s, &traffic, format, err);
	pool_traffic_destroy(&traffic);
	if (status == 0 && fflush(stdout))
		return error_host(err, errno, "cannot write");
	return status;
}

int main(int argc, char **argv)
{
	struct error err = ERROR_INIT;
	enum format format = TABLE;
	int first = 1;

	if (workload_answers("poolsim", usage, argc, argv))
		return 0;
	if (argc > 1 && strcmp(argv[1], "--json") == 0)
		format = JSON;
	if (argc > 1 && strcmp(argv[1], "--ticks") == 0)
		format = TICKS;
	first += format != TABLE;
	if (argc == first && format == TABLE) {
		usage(stderr);
		return 2;
	}
	return run(argc - first, argv + first, format, &err) < 0 ? workload_fail("poolsim", &err)
								 : 0;
}
