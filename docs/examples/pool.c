/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ten requests on a pool of four workers: one fails, none is lost, and main() waits for all. */
#include <stdio.h>

#include "pool/pool.h"

struct request {
	struct pool_task task; /* first, so that run() can cast it */
	int number;
};

static void serve(struct pool_task *task)
{
	if (((struct request *)task)->number == 7)
		pool_fail(1); /* ends the task, not its worker */
	printf("request %d\n", ((struct request *)task)->number);
}

int main(void)
{
	struct pool_options options = {.capacity = 4, .queue = "mpmc", .queue_capacity = 8};
	struct pool_group_stats stats;
	struct pool_group group;
	struct request requests[10];
	int error;
	struct pool *pool = pool_open("fixed", &options, &error);

	pool_group_init(&group);
	for (int i = 0; i < 10 && pool; i++) {
		requests[i] = (struct request){{.run = serve, .group = &group}, i};
		pool_submit(pool, &requests[i].task); /* waits while the queue is full */
	}
	pool_group_wait(&group, INT64_MAX);
	pool_group_stats(&group, &stats);
	printf("completed %d, failed %d\n", (int)stats.completed, (int)stats.failed);
	return pool ? (int)pool_close(pool, POOL_DRAIN).abandoned : error;
}
