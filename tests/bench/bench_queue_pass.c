/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pass items through one queue, in one thread, for a tool that counts what that takes
 * (scripts/bench-pool runs it under valgrind's cachegrind): 64 are put, then 64 got, and again.
 *   bench_queue_pass QUEUE ITEMS
 * Exit code 77: such a queue takes nothing where no other thread waits.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "pool/queue/queue.h"

enum { BURST = 64, CAPACITY = 1024 };

static int pass(struct pool_queue *queue, long items)
{
	void *item;

	for (long done = 0; done < items; done += BURST) {
		for (uintptr_t i = 1; i <= BURST; i++) {
			enum pool_queue_status status = pool_queue_try_put(queue, (void *)i);

			if (status == POOL_QUEUE_FULL && done == 0 && i == 1)
				return 77;
			if (status != POOL_QUEUE_OK)
				return 1;
		}
		for (int i = 0; i < BURST; i++)
			if (pool_queue_try_get(queue, &item) != POOL_QUEUE_OK)
				return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct pool_queue_options options = POOL_QUEUE_OPTIONS_INIT;
	struct pool_queue *queue;
	int error = 0, code;

	if (argc != 3) {
		fputs("usage: bench_queue_pass QUEUE ITEMS\n", stderr);
		return 2;
	}
	options.capacity = CAPACITY;
	queue = pool_queue_open(argv[1], &options, &error);
	if (!queue) {
		fprintf(stderr, "bench_queue_pass: queue \"%s\": cannot open\n", argv[1]);
		return 2;
	}
	code = pass(queue, strtol(argv[2], NULL, 10));
	pool_queue_destroy(queue);
	return code;
}
