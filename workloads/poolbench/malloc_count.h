/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How often the process calls the allocator: malloc(3) and its kin are interposed in the
 * executable. */
#ifndef POOLRIG_POOLBENCH_MALLOC_COUNT_H
#define POOLRIG_POOLBENCH_MALLOC_COUNT_H

#include <stdint.h>

struct bench_malloc_counts {
	uint64_t calls; /* that allocate, resize or free; free(NULL) is none */
	uint64_t bytes; /* asked for by those that allocate or resize */
};

/* A struct of functions, so that what can be linked without the interposition stays so. */
struct bench_malloc {
	const char *reason; /* why it can't be counted, or NULL */
	void (*start)(void);
	struct bench_malloc_counts (*stop)(void); /* since start */
};

/* One a process, as the allocator is. */
extern const struct bench_malloc malloc_count;

#endif
