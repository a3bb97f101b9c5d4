/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A queue under several producers and consumers: what they put is all got, each item once, each
 * producer's in order, with what was written before the put. Threads yield, pause and change their
 * batches at random; the seed is printed, and SEED= sets it.
 */
#ifndef POOLRIG_TESTS_RACE_QUEUE_RACE_H
#define POOLRIG_TESTS_RACE_QUEUE_RACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/random.h"
#include "pool/queue/queue.h"

/* Sanitizers cost time. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define RACE_ITEMS(native) ((native) / 4)
#else
#define RACE_ITEMS(native) (native)
#endif

uint64_t race_seed(void); /* SEED=, or one of the kernel's; printed at the first call */
struct random race_random(uint64_t seed, uint64_t thread);

/* Now and then do something that another thread may get ahead by. */
void race_stumble(struct random *random);

struct race {
	const char *kind;
	struct pool_queue_options options;
	unsigned producers, consumers;
	size_t items;   /* of all producers, at least */
	unsigned batch; /* pool_queue_put_many() and pool_queue_get_many() up to that many; 0, 1:
			   one at a time */
	int64_t patience_ns; /* deadlines so far ahead, at random, tried again; 0: none */
	bool high;           /* every second item goes to the high level */
	bool close_early;    /* close while producers put: what was refused is not waited for */
};

/* Run it. Returns what went wrong, in a static buffer, or NULL. */
const char *race_run(const struct race *race);

#endif
