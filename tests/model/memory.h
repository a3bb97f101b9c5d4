/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory as C11 has it, in an operational form: each location keeps all messages ever stored, in
 * its modification order, and each thread has views of them. The model is RC11 (O. Lahav et al.,
 * "Repairing Sequential Consistency in C/C++11", PLDI 2017; its release sequences are C20's), told
 * by views as in J. Kang et al., "A Promising Semantics for Relaxed-Memory Concurrency", POPL 2017,
 * without its promises, and H.-H. Dang et al., "RustBelt Meets Relaxed Memory", POPL 2020 (ORC11):
 *
 * - a load reads any message that is not older than the thread's view; what a relaxed load has read
 *   counts for an acquire fence later on, what an acquire load has read at once;
 * - a store places its message anywhere behind the thread's view in the modification order, but
 *   never between a read-modify-write and what it read; it carries the thread's view (release) or
 *   that of its last release fence (relaxed);
 * - a read-modify-write reads any message that none has read yet, stands next to it, and hands its
 *   view on;
 * - sequentially consistent ones are where the order S allows it (tests/model/sequence.h). A fence
 *   joins its view with that of all such fences before it, and with all such stores; no other such
 *   operation goes behind what those fences saw.
 *
 * Not explored: load buffering (RC11 excludes a cycle of program order and reads-from, too;
 * hardware and compilers need not).
 *
 * Callers decide by index which of the messages, or places, it is to be, so they can try each.
 */
#ifndef POOLRIG_TESTS_MODEL_MEMORY_H
#define POOLRIG_TESTS_MODEL_MEMORY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/model/sequence.h"
#include "tests/model/view.h"

enum {
	MODEL_MESSAGES = 48, /* of one location in one execution */
	MODEL_GAP = 1 << 20, /* between the timestamps of two that came one after the other */
};

struct message {
	uint64_t value;
	uint64_t id;   /* who stored it, and its how manieth operation that was: the same in each
			  execution */
	uint32_t time; /* in modification order; a read-modify-write has its source's plus one */
	struct view released;
};

struct location {
	uintptr_t address;
	unsigned size; /* bytes: 1, 2, 4 or 8 */
	bool written;  /* by a plain store since the last atomic access */
	int count;
	uint64_t order; /* hash of the modification order */
	struct message messages[MODEL_MESSAGES];
};

/* A thread's views: now; what an acquire fence would add; as of its last release fence. */
struct memory_thread {
	struct view now, acquired, fenced;
	uint32_t operations;
};

struct memory {
	struct location locations[MODEL_LOCATIONS];
	int count;
	uint8_t
	    index[MODEL_LOCATIONS * 4]; /* hash of an address → number of its location plus one */
	struct memory_thread threads[MODEL_THREADS];
	struct sequence sequence;
	uint64_t sequence_sum, fences_sum;    /* hashes of who is in S, and of the fences in it */
	struct view fences;                   /* seen by SC fences so far */
	uint32_t sequential[MODEL_LOCATIONS]; /* the last SC store of each location */
};

void memory_init(struct memory *memory);

/* A plain store has gone there: the locations in it get new values, which memory_locate() will
 * fetch. */
void memory_rewrite(struct memory *memory, uintptr_t address, uint64_t size);

/* The number of a location. A new one, and one that a plain store has written, begins with what is
 * there in real memory. Returns -1 where there are too many locations or messages. */
int memory_locate(struct memory *memory, uintptr_t address, unsigned size);

/* Make the location's hash anew: its modification order has changed. */
void memory_order_hash(struct location *location);

/* The oldest message that the thread may read there; all behind it may be read, too. */
int memory_oldest(const struct memory *memory, int thread, int location, memory_order order);

/* Whether a read-modify-write may read this message. */
bool memory_free(const struct memory *memory, int location, int message);

/* Whether a store may place its message right behind this one. */
bool memory_place(const struct memory *memory, int thread, int location, int message,
		  memory_order order);

/* Whether a sequentially consistent access may read this message (-1: it reads none) and store
 * another one right behind `after` (-1: it stores none). */
bool memory_fits(const struct memory *memory, int thread, int location, int message, int after);

/* It does so; call this before memory_load() and memory_store(). Returns false where there are too
 * many. */
bool memory_sequence(struct memory *memory, int thread, int location, int message, int after);

/* Read a message. */
void memory_load(struct memory *memory, int thread, int location, int message, memory_order order);

/* Store a message right behind `after`; a read-modify-write has read that one before by
 * memory_load(). Returns its index, or -1: there are too many. */
int memory_store(struct memory *memory, int thread, int location, int after, bool update,
		 uint64_t value, memory_order order);

/* Returns false where there are too many that are sequentially consistent. */
bool memory_fence(struct memory *memory, int thread, memory_order order);

/* Each operation ends with this, so that what comes after it is told from what came before. */
void memory_step(struct memory *memory, int thread);

/* `thread` begins with what `parent` knows; `parent` knows all that `thread` did, and it is over.
 */
void memory_fork(struct memory *memory, int parent, int thread);
void memory_join(struct memory *memory, int parent, int thread);

/* Of all that is common: modification orders, and what SC stores and fences have done. */
uint64_t memory_hash(const struct memory *memory);

/* Of what the SC fences have seen. */
uint64_t memory_fences_hash(const struct memory *memory);

#endif
