/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolbench/slab.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/mman.h>

#define GROWTH 16384 /* tasks: about 1 MiB */

/* Memory that is aligned to chunks: what is too much at both ends is given back before it is used.
 */
static void *map_aligned(size_t size)
{
	size_t mapped = size + BENCH_CHUNK;
	char *memory =
	    mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t before;

	if (memory == MAP_FAILED)
		return NULL;
	before = -(uintptr_t)memory & (BENCH_CHUNK - 1);
	if (before)
		munmap(memory, before);
	munmap(memory + before + size, mapped - before - size);
	return memory + before;
}

/* Growth happens while the generator runs: its pages are made present one by one as they are used,
 * not all at once. */
static int add_piece(struct bench_slab *s, uint64_t tasks, bool present)
{
	size_t chunks = (tasks + BENCH_TASKS_IN_CHUNK - 1) / BENCH_TASKS_IN_CHUNK;
	size_t size = chunks * BENCH_CHUNK;
	char *memory = map_aligned(size);
	struct bench_chunk *piece = (struct bench_chunk *)memory;

	if (!piece)
		return -ENOMEM;
	madvise(memory, size, MADV_NOHUGEPAGE);
	if (present && madvise(memory, size, MADV_POPULATE_WRITE) < 0)
		for (size_t i = 0; i < size; i += 4096)
			memory[i] = 0; /* before Linux 5.14 */
	for (size_t i = 0; i < chunks; i++)
		((struct bench_chunk *)(memory + i * BENCH_CHUNK))->env = s->env;
	piece->piece_size = size;
	piece->next_piece = s->pieces;
	s->pieces = piece;
	s->fresh = (struct bench_task *)memory;
	s->fresh_end = (struct bench_task *)(memory + size);
	return 0;
}

int bench_slab_init(struct bench_slab *s, uint64_t tasks, struct bench_env *env, struct error *err)
{
	*s = (struct bench_slab){.env = env};
	if (add_piece(s, tasks, true) < 0)
		return error_host(err, ENOMEM, "memory for %" PRIu64 " tasks", tasks);
	return 0;
}

void bench_slab_destroy(struct bench_slab *s)
{
	while (s->pieces) {
		struct bench_chunk *next = s->pieces->next_piece;

		munmap(s->pieces, s->pieces->piece_size);
		s->pieces = next;
	}
	*s = (struct bench_slab){0};
}

static struct bench_task *take_returned(struct bench_slab *s)
{
	for (unsigned i = 0; i < BENCH_SHARDS; i++) {
		struct bench_shard *shard = &s->shards[++s->shard % BENCH_SHARDS];

		/* A load leaves the line of an empty shard with the threads that return tasks. */
		if (atomic_load_explicit(&shard->returned, memory_order_relaxed))
			return atomic_exchange_explicit(&shard->returned, NULL,
							memory_order_acquire);
	}
	return NULL;
}

static struct bench_task *take_fresh(struct bench_slab *s)
{
	if ((uintptr_t)s->fresh % BENCH_CHUNK == 0)
		s->fresh += BENCH_CHUNK_HEAD / BENCH_LINE;
	return s->fresh++;
}

/* What was given back is looked at last, so that many tasks come at a time: a taker that took each
 * as soon as it came back would fetch the list from another core's cache for each, and back. */
struct bench_task *bench_slab_take(struct bench_slab *s)
{
	struct bench_task *task = s->free;

	if (!task && s->fresh != s->fresh_end)
		return take_fresh(s);
	if (!task)
		task = take_returned(s);
	if (task) {
		s->free = (struct bench_task *)task->pool.next;
		/* It is in another core's cache; there is time until it is wanted. */
		__builtin_prefetch(s->free, 1);
		return task;
	}
	if (add_piece(s, GROWTH, false) < 0)
		return NULL;
	s->growths++;
	return take_fresh(s);
}

uint64_t bench_slab_ended(const struct bench_slab *s)
{
	uint64_t ended = 0;

	for (unsigned i = 0; i < BENCH_SHARDS; i++)
		ended += atomic_load_explicit(&s->shards[i].ended, memory_order_acquire);
	return ended;
}
