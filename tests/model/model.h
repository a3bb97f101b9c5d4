/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An exhaustive checker for small programs of a few threads over atomics, futexes and plain memory:
 * it runs them in each order that matters, and each load reads each value that the memory model
 * allows it (tests/model/memory.h says which model). A failure is the first execution in which
 * - MODEL_ASSERT() does not hold,
 * - two accesses race, one of them plain,
 * - something freed is accessed, freed again, or not freed in the end,
 * - all threads wait that have not ended (a deadlock, a lost wake-up, or spinning without end),
 * - there is no end after MODEL_STEPS operations,
 * and it comes with its trace. Otherwise, within the bounds below, there is no such execution.
 *
 * The code under test is what the pools run, unchanged: it is compiled with -fsanitize=thread but
 * linked with the checker instead of the sanitizer's library, so the compiler itself reports each
 * access, plain ones too. Only futex.h and relax.h of pool/queue, and malloc() by way of stdlib.h,
 * come from tests/model/include.
 *
 * The search is a depth-first one by replay, as in P. Godefroid, "Model Checking for Programming
 * Languages using VeriSoft", POPL 1997, with states remembered: a state is what each thread has
 * done and read so far, and in which order stores stand; of two executions that lead to the same
 * one the second is given up there.
 *
 * Bounds: a thread reads one outdated value of one location MODEL_STALE times in a row at most; one
 * weak compare-exchange of each thread fails though the values are equal; one wait of each thread
 * may last too long while others could go on; pool_cpu_relax() waits, beyond the number of times
 * that struct model grants, until something that the thread has read since the last time has been
 * changed. Where struct model says so, only executions with so many preemptions (M. Musuvathi and
 * S. Qadeer, "Iterative Context Bounding", PLDI 2007), or without reordering, are explored.
 *
 * One exploration at a time in a process: the compiler's calls know no context.
 */
#ifndef POOLRIG_TESTS_MODEL_MODEL_H
#define POOLRIG_TESTS_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/model/view.h"

enum { MODEL_STEPS = 1000, MODEL_STALE = 2, MODEL_TEXT = 64 << 10 };

struct model {
	void *state; /* the program's memory, zeroed before each execution */
	size_t state_size;
	void (*prepare)(void *state); /* or NULL. Before the threads begin */
	void (*threads[MODEL_THREADS - 1])(void *state);
	void (*finish)(void *state); /* or NULL. After all of them have ended */
	int relaxes;                 /* how often in a row a thread goes on without news */
	int preemptions;             /* how many there may be in an execution; 0: no bound */
	bool newest; /* loads read the newest value, stores are the newest: interleavings only */
};

enum model_verdict {
	MODEL_PASSED,
	MODEL_ASSERTION,
	MODEL_RACE,
	MODEL_HEAP,
	MODEL_DEADLOCK,
	MODEL_ENDLESS,
	MODEL_LIMIT, /* a table of the checker is too small for it: nothing has been shown */
};

struct model_report {
	enum model_verdict verdict;
	uint64_t executions, states;
	uint64_t outcomes;     /* a bit for each number that model_outcome() was told */
	char text[MODEL_TEXT]; /* what has failed, and the trace */
};

/* Run them all, or up to the first failure. */
void model_explore(const struct model *model, struct model_report *report);

/* For the code under test, while it is explored. */
#define MODEL_ASSERT(condition) model_assert(condition, #condition, __FILE__, __LINE__)
void model_assert(bool holds, const char *condition, const char *file, int line);

/* This execution has come out as number 0 to 63. */
void model_outcome(unsigned number);

/* What a trace calls an object. */
__attribute__((format(printf, 2, 3))) void model_name(const volatile void *object,
						      const char *format, ...);

/* Behind tests/model/include. */
void *model_malloc(size_t size);
void *model_calloc(size_t count, size_t size);
void *model_aligned_alloc(size_t alignment, size_t size);
void model_free(void *block);
bool model_futex_wait(const volatile void *word, uint32_t expected, bool timed);
void model_futex_wake(const volatile void *word, uint32_t count);
void model_relax(void);

#endif
