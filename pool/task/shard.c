/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/task/shard.h"

#include <errno.h>
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
	shards->shards = aligned_alloc(POOL_LINE, count * sizeof(struct pool_shard));
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

uint64_t pool_shards_sum(const struct pool_shards *shards, enum pool_tally tally)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i <= shards->mask; i++)
		sum += atomic_load_explicit(&shards->shards[i].tally[tally], memory_order_acquire);
	return sum;
}

uint64_t pool_shards_submitted(const struct pool_shards *shards)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i <= shards->mask; i++)
		sum += atomic_load_explicit(&shards->shards[i].submitted, memory_order_acquire);
	return sum;
}

uint64_t pool_shards_rejected(const struct pool_shards *shards)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i <= shards->mask; i++)
		sum += atomic_load_explicit(&shards->shards[i].rejected, memory_order_acquire);
	return sum;
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

bool pool_shards_are_closed(const struct pool_shards *shards)
{
	for (uint32_t i = 0; i <= shards->mask; i++)
		if (!pool_closable_count_is_closed(&shards->shards[i].submitters))
			return false;
	return true;
}
