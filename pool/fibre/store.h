/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fibres of one scheduler, and their memory. Idle ones are used again last in, first out: the
 * caches know them, and those at the bottom can release their memory ("cold").
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

struct pool_fibre_parker;
struct pool_scheduler;

/* The first line is all that a fibre needs which starts, waits and ends. */
struct pool_fibre {
	alignas(POOL_QUEUE_LINE) struct pool_fibre_context context;
	struct pool_fibre *next; /* ready, or in an inbox */
	struct pool_timer timer;
	void *item;
	struct pool_scheduler *home;

	struct pool_fibre_parker *parker; /* its timer ends the wait there; NULL: another wait */
	bool unwound;
	void *local; /* above its stack's frames */
	const struct pool_stack_slab *slab;
	unsigned index; /* in the slab */
	struct pool_sanitized sanitized;
};

struct pool_fibre_slab {
	struct pool_stack_slab stacks;
	struct pool_fibre *fibres; /* POOL_STACK_SLAB of them, owned */
};

struct pool_fibre_store {
	size_t stack_bytes; /* from pool_stack_size() */
	struct pool_fibre_slab **slabs;
	size_t slab_count, unused; /* fibres of the last slab that were never used */

	struct pool_fibre **idle; /* room for all there are, and more */
	size_t idle_room;
	size_t idle_count; /* the bottom `cold` of them have no memory */
	size_t cold;
	size_t idle_low; /* least idle_count since the last sweep */
	size_t warm;     /* fibres with memory: idle or in use */
};

/* Returns 0 or ENOMEM. One slab is mapped: some fibres can always be had. */
int pool_fibre_store_init(struct pool_fibre_store *store, size_t stack_bytes,
			  struct pool_scheduler *home);
void pool_fibre_store_destroy(struct pool_fibre_store *store); /* takes a zeroed struct, too */

/* In use: warm, and not idle. */
static inline size_t pool_fibre_store_busy(const struct pool_fibre_store *store)
{
	return store->warm - (store->idle_count - store->cold);
}

/* A fibre that is idle and warm, or NULL. */
static inline struct pool_fibre *pool_fibre_store_get_warm(struct pool_fibre_store *store)
{
	if (store->idle_count == store->cold)
		return NULL;
	if (--store->idle_count < store->idle_low)
		store->idle_low = store->idle_count;
	return store->idle[store->idle_count];
}

/* Another one, cold or never used: the caller makes its context, and it is warm then. NULL: no
 * memory. */
struct pool_fibre *pool_fibre_store_get_cold(struct pool_fibre_store *store,
					     struct pool_scheduler *home);

static inline void pool_fibre_store_put(struct pool_fibre_store *store, struct pool_fibre *fibre)
{
	store->idle[store->idle_count++] = fibre;
}

/* Let the longest idle ones go cold, `most` of them at most. Returns how many. */
size_t pool_fibre_store_cool(struct pool_fibre_store *store, size_t most);

/* Let those go cold that were not used since the last sweep. Returns how many. */
size_t pool_fibre_store_sweep(struct pool_fibre_store *store);

#endif
