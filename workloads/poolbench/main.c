/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poolbench: a task pool under an open-loop load, as a workload of the rig or by itself. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/params.h"
#include "base/protocol.h"
#include "workloads/poolbench/malloc_count.h"
#include "workloads/poolbench/params.h"
#include "workloads/poolbench/session.h"
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

static int fail(const struct error *err)
{
	fprintf(stderr, "poolbench: %s\n", err->text);
	return err->kind == ERROR_INPUT ? 2 : 1;
}

static int under_rig(const char *text)
{
	struct error err = ERROR_INIT;
	char *end;
	long fd = strtol(text, &end, 10);
	int status;

	if (end == text || *end || fd < 0 || fd > INT_MAX) {
		fprintf(stderr, "poolbench: %s \"%s\": not a descriptor; leave it unset\n",
			PROTOCOL_FD_ENV, text);
		return 1;
	}
	status = bench_session((int)fd, &malloc_count, &err);
	if (status < 0)
		(void)fail(&err);
	return status == BENCH_SESSION_DONE ? 0 : 1;
}

int main(int argc, char **argv)
{
	const char *fd = getenv(PROTOCOL_FD_ENV);
	struct error err = ERROR_INIT;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("poolbench " POOLRIG_VERSION);
		return 0;
	}
	if (argc >= 2 && strcmp(argv[1], "--stand-alone") == 0)
		return bench_standalone(argc - 2, argv + 2, &malloc_count, stdout, &err) < 0
			   ? fail(&err)
			   : 0;
	if (argc == 1 && fd)
		return under_rig(fd);
	usage(stderr);
	return 2;
}
