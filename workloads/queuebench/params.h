/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parameters of a variant: which queue, between how many threads. */
#ifndef POOLRIG_QUEUEBENCH_PARAMS_H
#define POOLRIG_QUEUEBENCH_PARAMS_H

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"
#include "base/field.h"
#include "pool/queue/queue.h"

struct queuebench_params {
	const char *queue; /* of pool_queue_kinds() */
	enum pool_queue_wait wait;
	uint64_t producers, consumers; /* threads */
	uint64_t capacity;             /* of a bounded queue, in items */
	uint64_t backlog;              /* of an unbounded one: producers pause above it, in items */
};

extern const struct field queuebench_params[];

/* The defaults and all that a JSON object has; then check that the queue's contract allows it. */
int queuebench_params_parse(struct queuebench_params *p, const json_t *object, struct error *err);

#endif
