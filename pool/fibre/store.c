/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/fibre/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void slab_free(struct pool_fibre_slab *slab)
{
	pool_stack_slab_unmap(&slab->stacks);
	free(slab->fibres);
	free(slab);
}

static struct pool_fibre_slab *slab_make(size_t stack_bytes, struct pool_scheduler *home)
{
	struct pool_fibre_slab *slab = calloc(1, sizeof(*slab));

	if (!slab)
		return NULL;
	slab->fibres = aligned_alloc(POOL_QUEUE_LINE, POOL_STACK_SLAB * sizeof(struct pool_fibre));
	if (!slab->fibres || pool_stack_slab_map(&slab->stacks, stack_bytes) != 0) {
		slab_free(slab);
		return NULL;
	}
	memset(slab->fibres, 0, POOL_STACK_SLAB * sizeof(struct pool_fibre));
	for (unsigned i = 0; i < POOL_STACK_SLAB; i++) {
		slab->fibres[i].home = home;
		slab->fibres[i].slab = &slab->stacks;
		slab->fibres[i].index = i;
	}
	return slab;
}

/* Room for one slab more, and for all fibres to be idle. It doubles, so that each is moved a few
 * times only, however many there come to be. */
static bool make_room(struct pool_fibre_store *store)
{
	size_t slabs = store->idle_room ? 2 * store->idle_room / POOL_STACK_SLAB : 4;
	struct pool_fibre_slab **table;
	struct pool_fibre **idle;

	if ((store->slab_count + 1) * POOL_STACK_SLAB <= store->idle_room)
		return true;
	table = realloc(store->slabs, slabs * sizeof(struct pool_fibre_slab *));
	if (!table)
		return false;
	store->slabs = table;
	idle = realloc(store->idle, slabs * POOL_STACK_SLAB * sizeof(struct pool_fibre *));
	if (!idle)
		return false;
	store->idle = idle;
	store->idle_room = slabs * POOL_STACK_SLAB;
	return true;
}

static int add_slab(struct pool_fibre_store *store, struct pool_scheduler *home)
{
	struct pool_fibre_slab *slab;

	if (!make_room(store))
		return ENOMEM;
	slab = slab_make(store->stack_bytes, home);
	if (!slab)
		return ENOMEM;
	store->slabs[store->slab_count++] = slab;
	store->unused = POOL_STACK_SLAB;
	return 0;
}

int pool_fibre_store_init(struct pool_fibre_store *store, size_t stack_bytes,
			  struct pool_scheduler *home)
{
	*store = (struct pool_fibre_store){.stack_bytes = stack_bytes};
	return add_slab(store, home);
}

void pool_fibre_store_destroy(struct pool_fibre_store *store)
{
	pool_fibre_store_cool(store, SIZE_MAX);
	for (size_t i = 0; i < store->slab_count; i++)
		slab_free(store->slabs[i]);
	free(store->slabs);
	free(store->idle);
	*store = (struct pool_fibre_store){0};
}

struct pool_fibre *pool_fibre_store_get_cold(struct pool_fibre_store *store,
					     struct pool_scheduler *home)
{
	if (store->cold) {
		/* All that are idle are cold: the top one is. */
		store->cold--;
		if (--store->idle_count < store->idle_low)
			store->idle_low = store->idle_count;
		store->warm++;
		return store->idle[store->idle_count];
	}
	if (!store->unused && add_slab(store, home) != 0)
		return NULL;
	store->warm++;
	return &store->slabs[store->slab_count - 1]->fibres[POOL_STACK_SLAB - store->unused--];
}

size_t pool_fibre_store_cool(struct pool_fibre_store *store, size_t most)
{
	size_t count = 0;

	for (; count < most && store->cold < store->idle_count; count++) {
		struct pool_fibre *fibre = store->idle[store->cold++];

		pool_sanitize_destroy(&fibre->sanitized);
		pool_stack_release(fibre->slab, fibre->index);
		store->warm--;
	}
	return count;
}

size_t pool_fibre_store_sweep(struct pool_fibre_store *store)
{
	size_t count = 0;

	if (store->idle_low > store->cold)
		count = pool_fibre_store_cool(store, store->idle_low - store->cold);
	store->idle_low = store->idle_count;
	return count;
}
