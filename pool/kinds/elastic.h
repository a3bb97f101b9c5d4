/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Workers that are started and ended on demand: the kind elastic, of which naive is a case. A task
 * is taken only where there is a worker for it: at any time there are at least as many workers as
 * admitted tasks. The packed count of both (admission.h) keeps that rule, so a submitter needs no
 * lock. Submitters that have to wait do so in a queue (wait_queue.h).
 *
 * With a queue that was asked for by name (elastic_queue.c) tasks beyond that are queued, and
 * submitters wait at the queue.
 */
#ifndef POOLRIG_POOL_KINDS_ELASTIC_H
#define POOLRIG_POOL_KINDS_ELASTIC_H

#include "pool/kinds/admission.h"
#include "pool/task/wait_queue.h"
#include "pool/worker/workers.h"

struct pool_elastic {
	struct pool_workers workers; /* must be first */
	uint32_t prewarm;

	alignas(POOL_QUEUE_LINE) struct pool_admission admission;
	struct pool_wait_queue wait_queue;
};

/* struct pool_ops */
int pool_elastic_open(struct pool *pool, const struct pool_options *options);
enum pool_status pool_elastic_submit(struct pool *pool, struct pool_task *task,
				     int64_t deadline_ns);
int pool_elastic_reboot(struct pool *pool);
void pool_elastic_destroy(struct pool *pool);

/* elastic_queue.c: submit, and start workers for what is queued as far as the limit allows. Returns
 * 0, or the errno of the start that failed. */
enum pool_status pool_elastic_submit_to_queue(struct pool_elastic *elastic, struct pool_task *task,
					      int64_t deadline_ns);
int pool_elastic_start_for_queue(struct pool_elastic *elastic);
void pool_elastic_sweep_queue(struct pool_elastic *elastic); /* struct pool_ops.sweep() */

#endif
