/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * By how much the generator itself is late, as opposed to the pool keeping it.
 *
 * Beside the real generator an ideal one is followed, which takes no time of its own and is never
 * preempted, but is kept in pool_submit() as long as the real one was:
 *
 *     begin'(i) = max(intended(i), end'(i-1)),   end'(i) = begin'(i) + (end(i) - begin(i))
 *
 * (Lindley's recursion.) Its lateness is begin(i) - begin'(i). So a stall of the generator counts
 * for every task that it made late, not for the first one only. Where a submit took longer than
 * BENCH_SUBMIT_WAITED_NS, so that it waited for the pool, it would have ended no earlier however
 * early it had begun: there end'(i) = end(i), and what comes after is the pool's.
 */
#ifndef POOLRIG_POOLBENCH_LATENESS_H
#define POOLRIG_POOLBENCH_LATENESS_H

#include <stdint.h>

/* A submit that takes this time has slept or run the task itself: handing over takes microseconds.
 */
#define BENCH_SUBMIT_WAITED_NS INT64_C(100000)

struct bench_lateness {
	int64_t begin_ns, free_ns; /* of the ideal generator: begin of this task, end of the last */
};

/* A submit begins. Returns the lateness, >= 0. */
static inline int64_t bench_lateness_begin(struct bench_lateness *l, int64_t intended_ns,
					   int64_t begin_ns)
{
	l->begin_ns = intended_ns > l->free_ns ? intended_ns : l->free_ns;
	return begin_ns > l->begin_ns ? begin_ns - l->begin_ns : 0;
}

/* The submit has ended, the overload policy of a refused task included. */
static inline void bench_lateness_end(struct bench_lateness *l, int64_t begin_ns, int64_t end_ns)
{
	if (end_ns - begin_ns >= BENCH_SUBMIT_WAITED_NS)
		l->free_ns = end_ns;
	else
		l->free_ns = l->begin_ns + (end_ns - begin_ns);
}

#endif
