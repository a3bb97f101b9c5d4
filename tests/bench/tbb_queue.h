/* SPDX-License-Identifier: GPL-3.0-or-later */
/* oneTBB's unbounded queue (tbb::concurrent_queue), for C. Its deques of tasks are no part of its
 * interface; this is what one gets from it to hand work from thread to thread. Any thread. */
#ifndef POOLRIG_TESTS_BENCH_TBB_QUEUE_H
#define POOLRIG_TESTS_BENCH_TBB_QUEUE_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* NULL: no memory. */
void *tbb_queue_new(void);
void tbb_queue_free(void *queue);
bool tbb_queue_push(void *queue, void *item); /* false: no memory */
bool tbb_queue_pop(void *queue, void **item); /* false: empty */

#ifdef __cplusplus
}
#endif

#endif
