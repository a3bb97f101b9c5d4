/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Workers that come and go: what elastic is, and naive is a case of. A task is taken only where
 * there is a worker for it: at any time there are as many workers as tasks in hand, or more. That
 * rule is kept in one word, the ledger, so that a submitter needs no lock.
 *
 * Submitters that have to wait stand in a line (line.h).
 */
#ifndef POOLRIG_POOL_ELASTIC_H
#define POOLRIG_POOL_ELASTIC_H

#include "pool/line.h"
#include "pool/workers.h"

struct elastic {
	struct workers workers; /* must be first */
	_Atomic uint32_t limit; /* workers, at most */
	uint32_t prewarm;

	alignas(POOL_LINE) _Atomic uint64_t ledger; /* workers << 32 | tasks in hand */
	struct line line;
};

/* struct pool_ops */
int elastic_open(struct pool *pool, const struct pool_options *options);
enum pool_status elastic_submit(struct pool *pool, struct pool_task *task, int64_t deadline_ns);
int elastic_reboot(struct pool *pool);
void elastic_destroy(struct pool *pool);

#endif
