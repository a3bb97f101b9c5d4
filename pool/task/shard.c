/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/task/shard.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHARDS_MAX 64

int pool_shards_init(struct pool_shards *shards)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	uint32_t count = 1;

	while (count < SHARDS_MAX && (long)count < cpus)
		count *= 2;
	shards->shards = aligned_alloc(POOL_QUEUE_LINE, count * sizeof(struct pool_shard));
	if (!shards->shards)
		return ENOMEM;
	memset(shards->shards, 0, count * sizeof(struct pool_shard));
	shards->mask = count - 1;
	return 0;
}

void pool_shards_destroy(struct pool_shards *shards)
{
	free(shards->shards);
	*shards = (struct pool_shards){0};
}

/* Of the counter at that offset in each shard. */
static uint64_t sum(const struct pool_shards *shards, size_t offset)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i <= shards->mask; i++)
		sum +=
		    atomic_load_explicit((_Atomic uint64_t *)((char *)&shards->shards[i] + offset),
					 memory_order_acquire);
	return sum;
}

uint64_t pool_shards_sum(const struct pool_shards *shards, enum pool_tally tally)
{
	return sum(shards, offsetof(struct pool_shard, tally) + tally * sizeof(uint64_t));
}

uint64_t pool_shards_submitted(const struct pool_shards *shards)
{
	return sum(shards, offsetof(struct pool_shard, submitted));
}

uint64_t pool_shards_rejected(const struct pool_shards *shards)
{
	return sum(shards, offsetof(struct pool_shard, rejected));
}

void pool_shards_close(struct pool_shards *shards)
{
	for (uint32_t i = 0; i <= shards->mask; i++)
		pool_closable_count_close(&shards->shards[i].submitters);
}

void pool_shards_await_empty(struct pool_shards *shards)
{
	for (uint32_t i = 0; i <= shards->mask; i++)
		pool_closable_count_await_zero(&shards->shards[i].submitters);
}

void pool_shards_reopen(struct pool_shards *shards)
{
	for (uint32_t i = 0; i <= shards->mask; i++)
		pool_closable_count_reopen(&shards->shards[i].submitters);
}
