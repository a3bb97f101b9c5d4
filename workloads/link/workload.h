/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the programs have in common: --help, and the conversation with the rig. */
#ifndef POOLRIG_WORKLOADS_WORKLOAD_H
#define POOLRIG_WORKLOADS_WORKLOAD_H

#include <jansson.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "workloads/link/link.h"

/* What is agreed on with the rig besides the parameters. */
struct agreed {
	int64_t warmup_ns, window_ns;
	cpu_set_t work, load; /* core roles */
};

/* A program that measures, step by step: each returns 0, or -1, and gets `run`. The message of an
 * error goes to the rig. */
struct workload {
	const char *name;
	void (*usage)(FILE *to);
	int bad_input; /* the exit code where what the rig has sent is wrong */
	void *run;
	json_t *(*record_names)(void); /* of all that it may send; given away */
	/* Take over `params`, an object, of the message. */
	int (*configure)(void *run, const json_t *message, struct error *err);
	/* The memfd that came with it, borrowed. NULL: it is not looked at. */
	int (*schedule)(void *run, int fd, struct error *err);
	/* As configured, is the loop closed: does it keep no schedule? NULL: it is open. */
	bool (*closed)(const void *run);
	/* All that takes time or memory. */
	int (*open)(void *run, const struct agreed *agreed, struct error *err);
	/* Begin at an instant of CLOCK_MONOTONIC. 1 where link->fd became readable meanwhile. */
	int (*measure)(void *run, struct bench_link *link, int64_t start_ns, struct error *err);
	/* Send the records. Returns as bench_link_send(). */
	int (*report)(void *run, struct bench_link *link, struct error *err);
	void (*close)(void *run); /* in any case, once there is a link */
};

/* *drain_ns, a workload's default or what its param `drain` says, within what the rig lets tasks
 * run after the window: a default is lowered to that, a param above it is an error. */
int workload_limit_drain(const json_t *configure, int64_t *drain_ns, struct error *err);

/* --help and --version. false: it was something else. */
bool workload_answers(const char *name, void (*usage)(FILE *to), int argc, char **argv);
/* Print the error; returns the exit code: 2 for bad input, else 1. */
int workload_fail(const char *name, const struct error *err);

/* The last of main(): has all arrived that was printed to stdout? Returns the exit code: `code`, or
 * 1 instead of 0. */
int workload_end(const char *name, int code);

/* All of main(). */
int workload_main(const struct workload *w, int argc, char **argv);

#endif
