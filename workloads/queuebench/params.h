/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parameters of a variant: which queue, between how many threads. */
#ifndef POOLRIG_QUEUEBENCH_PARAMS_H
#define POOLRIG_QUEUEBENCH_PARAMS_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "pool/queue/queue.h"

#define QUEUEBENCH_THREADS_MAX 256

struct queuebench_params {
	char queue[32]; /* of pool_queue_kinds(); required */
	enum pool_queue_wait wait;
	uint64_t producers, consumers; /* threads, 1 to QUEUEBENCH_THREADS_MAX */
	uint64_t capacity;             /* of a bounded queue, in items */
	uint64_t backlog;              /* of an unbounded one: producers pause above it, in items */
};

/* Set all that a JSON object of texts has, and check that the queue's contract allows it. Errors
 * (ERROR_INPUT): `KEY: "VALUE": reason; way out`, or an unknown key. */
int queuebench_params_parse(struct queuebench_params *p, const json_t *object, struct error *err);

/* A line a parameter. */
void queuebench_params_help(FILE *to);

#endif
