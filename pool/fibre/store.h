/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fibres of one scheduler, and their memory. Idle ones are used again last in, first out: the
 * caches know them, and those at the bottom can give their memory back ("cold").
 */
#ifndef POOLRIG_POOL_FIBRE_STORE_H
#define POOLRIG_POOL_FIBRE_STORE_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pool/fibre/context.h"
#include "pool/fibre/sanitize.h"
#include "pool/fibre/stack.h"
#include "pool/fibre/wheel.h"
#include "pool/queue/item.h"

struct fibre_seat;
struct scheduler;

/* The first line is all that a fibre needs which starts, waits and ends. */
struct fibre {
	alignas(QUEUE_LINE) struct context context;
	struct fibre *next; /* ready, or in an inbox */
	struct timer timer;
	void *item;
	struct scheduler *home;

	struct fibre_seat *seat; /* its timer ends the wait there; NULL: another wait */
	bool unwound;
	void *local; /* above its stack's frames */
	const struct stack_slab *slab;
	unsigned index; /* in the slab */
	struct sanitized sanitized;
};

struct fibre_slab {
	struct stack_slab stacks;
	struct fibre *fibres; /* STACK_SLAB of them, owned */
};

struct fibre_store {
	size_t stack_bytes; /* as stack_size() says */
	struct fibre_slab **slabs;
	size_t slab_count, unused; /* fibres of the last slab that were never used */

	struct fibre **idle; /* room for all there are, and more */
	size_t idle_room;
	size_t idle_count; /* the bottom `cold` of them have no memory */
	size_t cold;
	size_t idle_low; /* least idle_count since the last sweep */
	size_t warm;     /* fibres with memory: idle or in use */
};

/* Returns 0 or ENOMEM. One slab is mapped: some fibres can always be had. */
int fibre_store_init(struct fibre_store *store, size_t stack_bytes, struct scheduler *home);
void fibre_store_destroy(struct fibre_store *store); /* takes a zeroed struct, too */

/* In use: warm, and not idle. */
static inline size_t fibre_store_busy(const struct fibre_store *store)
{
	return store->warm - (store->idle_count - store->cold);
}

/* A fibre that is idle and warm, or NULL. */
static inline struct fibre *fibre_store_get_warm(struct fibre_store *store)
{
	if (store->idle_count == store->cold)
		return NULL;
	if (--store->idle_count < store->idle_low)
		store->idle_low = store->idle_count;
	return store->idle[store->idle_count];
}

/* Another one, cold or never used: the caller makes its context, and it is warm then. NULL: no
 * memory. */
struct fibre *fibre_store_get_cold(struct fibre_store *store, struct scheduler *home);

static inline void fibre_store_put(struct fibre_store *store, struct fibre *fibre)
{
	store->idle[store->idle_count++] = fibre;
}

/* Let the longest idle ones go cold, `most` of them at most. Returns how many. */
size_t fibre_store_cool(struct fibre_store *store, size_t most);

/* Let those go cold that were not used since the last sweep. Returns how many. */
size_t fibre_store_sweep(struct fibre_store *store);

#endif
