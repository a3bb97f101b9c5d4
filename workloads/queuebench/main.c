/* SPDX-License-Identifier: GPL-3.0-or-later */
/* queuebench: what goes through a queue between threads, as a workload of the rig. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/params.h"
#include "base/protocol.h"
#include "workloads/queuebench/session.h"

static void usage(FILE *to)
{
	fputs("usage: queuebench                    under poolrig, which sets " PROTOCOL_FD_ENV "\n"
	      "       queuebench --help | --version\n"
	      "\nProducers put and consumers get as fast as they can; the experiment's rate and\n"
	      "service time are ignored.\n"
	      "\nParameters of a variant:\n",
	      to);
	params_help(queuebench_params, to);
	fputs("\nExit codes: 0 done; 1 failed, or the rig went away; 2 bad usage.\n", to);
}

static int under_rig(const char *text)
{
	struct error err = ERROR_INIT;
	char *end;
	long fd = strtol(text, &end, 10);
	int status;

	if (end == text || *end || fd < 0 || fd > INT_MAX) {
		fprintf(stderr, "queuebench: %s \"%s\": not a descriptor; leave it unset\n",
			PROTOCOL_FD_ENV, text);
		return 1;
	}
	status = queuebench_session((int)fd, &err);
	if (status < 0)
		fprintf(stderr, "queuebench: %s\n", err.text);
	if (status < 0 && err.kind == ERROR_INPUT)
		return 2;
	return status == QUEUEBENCH_SESSION_DONE ? 0 : 1;
}

int main(int argc, char **argv)
{
	const char *fd = getenv(PROTOCOL_FD_ENV);

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("queuebench " POOLRIG_VERSION);
		return 0;
	}
	if (argc == 1 && fd)
		return under_rig(fd);
	usage(stderr);
	return 2;
}
