/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolbench/slab.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/mman.h>

#define GROWTH 16384 /* tasks: about 1 MiB */

/* Growth happens while the generator runs: its pages are made present one by one as they are used,
 * not all at once. */
static int add_piece(struct bench_slab *s, uint64_t tasks, int populate)
{
	size_t size =
	    sizeof(struct bench_task) * (tasks + 1); /* the first holds the piece's head */
	struct bench_slab_piece *piece =
	    mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | populate, -1, 0);

	if (piece == MAP_FAILED)
		return -errno;
	_Static_assert(sizeof(*piece) <= sizeof(struct bench_task), "the head has a task's room");
	madvise(piece, size, MADV_NOHUGEPAGE);
	piece->size = size;
	piece->next = s->pieces;
	s->pieces = piece;
	s->fresh = (struct bench_task *)piece + 1;
	s->fresh_end = s->fresh + tasks;
	return 0;
}

int bench_slab_init(struct bench_slab *s, uint64_t tasks, struct error *err)
{
	int status;

	*s = (struct bench_slab){0};
	status = add_piece(s, tasks, MAP_POPULATE);
	if (status < 0)
		return error_host(err, -status, "memory for %" PRIu64 " tasks", tasks);
	return 0;
}

void bench_slab_destroy(struct bench_slab *s)
{
	while (s->pieces) {
		struct bench_slab_piece *next = s->pieces->next;

		munmap(s->pieces, s->pieces->size);
		s->pieces = next;
	}
	*s = (struct bench_slab){0};
}

struct bench_task *bench_slab_take(struct bench_slab *s)
{
	struct bench_task *task;

	if (!s->free)
		s->free = atomic_exchange_explicit(&s->returned, NULL, memory_order_acquire);
	task = s->free;
	if (task) {
		s->free = task->next_free;
		return task;
	}
	if (s->fresh == s->fresh_end) {
		if (add_piece(s, GROWTH, 0) < 0)
			return NULL;
		s->growths++;
	}
	return s->fresh++;
}
