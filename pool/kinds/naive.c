/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kind "naive": the pool that people write themselves around an unbuffered channel. A submitter
 * meets a worker that waits; where none waits, a new worker is started for the task. It is elastic
 * without what makes it safe: no limit, and no worker ever ends.
 */
#include "pool/kinds/elastic.h"
#include "pool/kinds/kinds.h"

static int naive_open(struct pool *pool, const struct pool_options *options)
{
	struct pool_options unlimited = *options;

	unlimited.capacity = 0;
	pool->nonblocking = true;
	unlimited.idle_expiry_ns = 0;
	return pool_elastic_open(pool, &unlimited);
}

const struct pool_ops pool_naive = {
    .kind = "naive",
    .size = sizeof(struct pool_elastic),
    .open = naive_open,
    .submit = pool_elastic_submit,
    .dismiss = pool_workers_dismiss,
    .reboot = pool_elastic_reboot,
    .destroy = pool_elastic_destroy,
};
