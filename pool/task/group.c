/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups of tasks. One word has all that a wait depends on, so that the last task's last access to
 * the group is one compare-and-swap: its owner may free the group from then on. */
#include "pool/task/group.h"

#include <limits.h>

#include "pool/queue/futex.h"
#include "pool/task/counters.h"

#define CLOSED  (UINT32_C(1) << 31) /* takes no more tasks */
#define WAITED  (UINT32_C(1) << 30) /* a thread sleeps until none is pending */
#define PENDING (WAITED - 1)

void pool_group_init(struct pool_group *group)
{
	atomic_init(&group->word, 0);
	atomic_init(&group->cancelled, false);
	atomic_init(&group->taken, 0);
	atomic_init(&group->completed, 0);
	atomic_init(&group->failed, 0);
	atomic_init(&group->cancelled_tasks, 0);
	atomic_init(&group->abandoned, 0);
}

bool pool_group_enter(struct pool_group *group)
{
	uint32_t old = atomic_load(&group->word);

	do {
		if ((old & CLOSED) || (old & PENDING) == PENDING)
			return false;
	} while (!atomic_compare_exchange_weak(&group->word, &old, old + 1));
	atomic_fetch_add(&group->taken, 1);
	return true;
}

static void leave(struct pool_group *group)
{
	uint32_t old = atomic_load(&group->word);
	uint32_t new;

	do {
		new = old - 1;
		if ((new &PENDING) == 0)
			new &= ~WAITED;
	} while (!atomic_compare_exchange_weak(&group->word, &old, new));
	if ((old & WAITED) && !(new &WAITED))
		pool_futex_wake_many(&group->word, INT_MAX); /* an address only */
}

void pool_group_leave(struct pool_group *group, enum pool_end end)
{
	_Atomic uint64_t *const counters[] = {
	    [POOL_COMPLETED] = &group->completed,
	    [POOL_FAILED] = &group->failed,
	    [POOL_CANCELLED] = &group->cancelled_tasks,
	    [POOL_ABANDONED] = &group->abandoned,
	};

	pool_count(counters[end], 1);
	leave(group);
}

void pool_group_undo(struct pool_group *group)
{
	atomic_fetch_sub(&group->taken, 1);
	leave(group);
}

enum pool_status pool_group_wait(struct pool_group *group, int64_t deadline_ns)
{
	uint32_t old = atomic_load(&group->word);

	while (old & PENDING) {
		if (!(old & WAITED) &&
		    !atomic_compare_exchange_weak(&group->word, &old, old | WAITED))
			continue;
		if (!pool_futex_wait_until(&group->word, old | WAITED, deadline_ns))
			return atomic_load(&group->word) & PENDING ? POOL_TIMEOUT : POOL_OK;
		old = atomic_load(&group->word);
	}
	return POOL_OK;
}

void pool_group_cancel(struct pool_group *group)
{
	atomic_store(&group->cancelled, true);
}

uint64_t pool_group_close(struct pool_group *group)
{
	uint32_t old = atomic_fetch_or(&group->word, CLOSED);

	pool_group_cancel(group);
	pool_group_wait(group, INT64_MAX);
	return old & PENDING;
}

void pool_group_stats(const struct pool_group *group, struct pool_group_stats *out)
{
	*out = (struct pool_group_stats){
	    .completed = pool_read(&group->completed),
	    .failed = pool_read(&group->failed),
	    .cancelled = pool_read(&group->cancelled_tasks),
	    .abandoned = pool_read(&group->abandoned),
	    .pending = atomic_load(&group->word) & PENDING,
	    .taken = pool_read(&group->taken),
	};
}
