/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kind "naive": the pool that people write themselves around an unbuffered channel. A submitter
 * meets a worker that waits; where none waits, a new worker is started for the task. That is
 * elastic without all that makes it safe: no limit, and no worker ever goes.
 */
#include "pool/elastic.h"

static int naive_open(struct pool *pool, const struct pool_options *options)
{
	struct pool_options unlimited = *options;

	unlimited.capacity = 0;
	pool->nonblocking = true;
	unlimited.idle_expiry_ns = 0;
	return elastic_open(pool, &unlimited);
}

const struct pool_ops pool_naive = {
    .kind = "naive",
    .size = sizeof(struct elastic),
    .open = naive_open,
    .submit = elastic_submit,
    .dismiss = workers_dismiss,
    .reboot = elastic_reboot,
    .destroy = elastic_destroy,
};
