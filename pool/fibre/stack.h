/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stacks of fibres, mapped many at a time. A page of a stack costs memory only from when it is
 * first touched. Below each stack lies a page without access: a fibre that needs more than
 * its stack ends the process with SIGSEGV there, before it harms its neighbour. (A function whose
 * frame is larger than a page may step over it; -fstack-clash-protection, which distributions build
 * with, touches each page on the way.)
 *
 * Guards are made by MADV_GUARD_INSTALL where the kernel has it (6.13, see madvise(2)): a mark in
 * the page table. Else by mprotect(), which makes two mappings of each stack: then vm.max_map_count
 * (65,530 by default) ends it at some 32,000 stacks, and pool_stack_slab_map() returns ENOMEM.
 *
 * The default of 16 KiB: what a task of a service needs is mostly below 4 KiB (snprintf() takes
 * about 2 KiB), address space is all that the rest costs, and a page of the page table holds a
 * hundred of them. What lies deeper (getaddrinfo(), regcomp()) belongs into a helper thread:
 * pool_fibre_block().
 */
#ifndef POOLRIG_POOL_FIBRE_STACK_H
#define POOLRIG_POOL_FIBRE_STACK_H

#include <stddef.h>

#define POOL_STACK_DEFAULT_BYTES ((size_t)16 * 1024)
#define POOL_STACK_LEAST_BYTES   ((size_t)4 * 1024)
#define POOL_STACK_SLAB          64 /* stacks that are mapped at a time */

struct pool_stack_slab {
	char *memory; /* POOL_STACK_SLAB times: guard page, stack */
	size_t usable, stride;
};

/* The size that a stack gets that is asked to have `bytes` (0: the default): whole pages, and room
 * for a sanitizer where there is one. 0 where it is less than POOL_STACK_LEAST_BYTES or too large.
 */
size_t pool_stack_size(size_t bytes);

/* Map a slab of stacks of that size. Returns 0, or an errno: ENOMEM. */
int pool_stack_slab_map(struct pool_stack_slab *slab, size_t usable);
void pool_stack_slab_unmap(struct pool_stack_slab *slab); /* takes a zeroed struct, too */

/* The lowest address of a stack of the slab; it goes up to usable bytes above. */
static inline char *pool_stack_bottom(const struct pool_stack_slab *slab, unsigned index)
{
	return slab->memory + index * slab->stride + (slab->stride - slab->usable);
}

/* Where a fibre of that stack begins. Stacks begin at the same place of a page, and caches choose
 * the set of lines by that place: ten thousand parked fibres would share an eighth of the cache. So
 * each begins some lines lower than the one before, up to 2 KiB. */
static inline char *pool_stack_top(const struct pool_stack_slab *slab, unsigned index)
{
	return pool_stack_bottom(slab, index) + slab->usable - (size_t)(index % 32) * 64;
}

/* Give the memory of a stack back; it is mapped still, and reads as zeros. */
void pool_stack_release(const struct pool_stack_slab *slab, unsigned index);

#endif
