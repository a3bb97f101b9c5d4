/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/roost.h"

#define TOP_MASK    ((UINT64_C(1) << ROOST_BITS) - 1)
#define ONE_COMING  (UINT64_C(1) << ROOST_BITS)
#define COMING_MASK (TOP_MASK << ROOST_BITS)
#define ONE_TAG     (UINT64_C(1) << (2 * ROOST_BITS))
#define TAG_MASK    (~(TOP_MASK | COMING_MASK))

static uint64_t next_tag(uint64_t word)
{
	return (word + ONE_TAG) & TAG_MASK;
}

void roost_sit(struct roost *roost, struct worker *worker)
{
	uint64_t place = (uint64_t)(worker - roost->table);
	uint64_t old = atomic_load_explicit(&roost->word, memory_order_relaxed);
	uint64_t new;

	do {
		atomic_store_explicit(&worker->below, old & TOP_MASK, memory_order_relaxed);
		new = next_tag(old) | (old & COMING_MASK) | (place + 1);
	} while (!atomic_compare_exchange_weak(&roost->word, &old, new));
}

bool roost_sleep(struct roost *roost, struct worker *worker, int64_t timeout_ns)
{
	bool called = seat_wait(&worker->seat, timeout_ns);

	if (called)
		atomic_fetch_sub(&roost->word, ONE_COMING);
	return called;
}

bool roost_call(struct roost *roost, uint32_t limit)
{
	uint64_t old = atomic_load(&roost->word);
	struct worker *top;
	uint64_t new;

	do {
		if (!(old & TOP_MASK) || (old & COMING_MASK) >> ROOST_BITS >= limit)
			return false;
		top = &roost->table[(old & TOP_MASK) - 1];
		new = next_tag(old) | ((old & COMING_MASK) + ONE_COMING) |
		      atomic_load_explicit(&top->below, memory_order_relaxed);
	} while (!atomic_compare_exchange_weak(&roost->word, &old, new));
	seat_call(&top->seat);
	return true;
}
