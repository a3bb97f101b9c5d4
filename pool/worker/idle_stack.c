/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/worker/idle_stack.h"

#define TOP_MASK    ((UINT64_C(1) << POOL_IDLE_STACK_BITS) - 1)
#define ONE_WAKING  (UINT64_C(1) << POOL_IDLE_STACK_BITS)
#define WAKING_MASK (TOP_MASK << POOL_IDLE_STACK_BITS)
#define ONE_TAG     (UINT64_C(1) << (2 * POOL_IDLE_STACK_BITS))
#define TAG_MASK    (~(TOP_MASK | WAKING_MASK))

static uint64_t next_tag(uint64_t word)
{
	return (word + ONE_TAG) & TAG_MASK;
}

void pool_idle_stack_push(struct pool_idle_stack *idle_stack, struct pool_worker *worker)
{
	uint64_t place = (uint64_t)(worker - idle_stack->table);
	uint64_t old = atomic_load_explicit(&idle_stack->word, memory_order_relaxed);
	uint64_t new;

	do {
		atomic_store_explicit(&worker->below, old & TOP_MASK, memory_order_relaxed);
		new = next_tag(old) | (old & WAKING_MASK) | (place + 1);
	} while (!atomic_compare_exchange_weak(&idle_stack->word, &old, new));
}

bool pool_idle_stack_wait(struct pool_idle_stack *idle_stack, struct pool_worker *worker,
			  int64_t timeout_ns)
{
	bool called = pool_parker_park(&worker->parker, timeout_ns);

	if (called)
		atomic_fetch_sub(&idle_stack->word, ONE_WAKING);
	return called;
}

bool pool_idle_stack_wake(struct pool_idle_stack *idle_stack, uint32_t limit)
{
	uint64_t old = atomic_load(&idle_stack->word);
	struct pool_worker *top;
	uint64_t new;

	do {
		if (!(old & TOP_MASK) || (old & WAKING_MASK) >> POOL_IDLE_STACK_BITS >= limit)
			return false;
		top = &idle_stack->table[(old & TOP_MASK) - 1];
		new = next_tag(old) | ((old & WAKING_MASK) + ONE_WAKING) |
		      atomic_load_explicit(&top->below, memory_order_relaxed);
	} while (!atomic_compare_exchange_weak(&idle_stack->word, &old, new));
	pool_parker_unpark(&top->parker);
	return true;
}
