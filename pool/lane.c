/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/lane.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LANES_MAX 64

int pool_lanes_init(struct pool_lanes *lanes)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	uint32_t count = 1;

	while (count < LANES_MAX && (long)count < cpus)
		count *= 2;
	lanes->lanes = aligned_alloc(POOL_LINE, count * sizeof(struct pool_lane));
	if (!lanes->lanes)
		return ENOMEM;
	memset(lanes->lanes, 0, count * sizeof(struct pool_lane));
	lanes->mask = count - 1;
	return 0;
}

void pool_lanes_destroy(struct pool_lanes *lanes)
{
	free(lanes->lanes);
	*lanes = (struct pool_lanes){0};
}

uint64_t pool_lanes_sum(const struct pool_lanes *lanes, enum pool_tally tally)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i <= lanes->mask; i++)
		sum += atomic_load_explicit(&lanes->lanes[i].tally[tally], memory_order_acquire);
	return sum;
}

uint64_t pool_lanes_submitted(const struct pool_lanes *lanes)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i <= lanes->mask; i++)
		sum += atomic_load_explicit(&lanes->lanes[i].submitted, memory_order_acquire);
	return sum;
}

uint64_t pool_lanes_rejected(const struct pool_lanes *lanes)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i <= lanes->mask; i++)
		sum += atomic_load_explicit(&lanes->lanes[i].rejected, memory_order_acquire);
	return sum;
}

void pool_lanes_shut(struct pool_lanes *lanes)
{
	for (uint32_t i = 0; i <= lanes->mask; i++)
		gate_shut(&lanes->lanes[i].gate);
}

void pool_lanes_await_empty(struct pool_lanes *lanes)
{
	for (uint32_t i = 0; i <= lanes->mask; i++)
		gate_await_empty(&lanes->lanes[i].gate);
}

void pool_lanes_reopen(struct pool_lanes *lanes)
{
	for (uint32_t i = 0; i <= lanes->mask; i++)
		gate_open(&lanes->lanes[i].gate);
}

bool pool_lanes_are_shut(const struct pool_lanes *lanes)
{
	for (uint32_t i = 0; i <= lanes->mask; i++)
		if (!gate_is_shut(&lanes->lanes[i].gate))
			return false;
	return true;
}
