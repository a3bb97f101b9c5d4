/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/fibre/stack.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pool/fibre/sanitize.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102 /* Linux 6.13, include/uapi/asm-generic/mman-common.h */
#endif

#define STACK_MOST_BYTES ((size_t)1 << 30)

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

size_t pool_stack_size(size_t bytes)
{
	size_t page = page_size();

	if (bytes == 0)
		bytes = POOL_STACK_DEFAULT_BYTES;
	if (bytes < POOL_STACK_LEAST_BYTES || bytes > STACK_MOST_BYTES)
		return 0;
	bytes += POOL_SANITIZED_STACK_BYTES;
	return (bytes + page - 1) / page * page;
}

/* A kernel without MADV_GUARD_INSTALL returns EINVAL. */
static int guard(char *page, size_t size)
{
	if (madvise(page, size, MADV_GUARD_INSTALL) == 0)
		return 0;
	return mprotect(page, size, PROT_NONE) == 0 ? 0 : errno;
}

int pool_stack_slab_map(struct pool_stack_slab *slab, size_t usable)
{
	size_t page = page_size();
	int error = 0;

	slab->usable = usable;
	slab->stride = usable + page;
	slab->memory = mmap(NULL, slab->stride * POOL_STACK_SLAB, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (slab->memory == MAP_FAILED) {
		slab->memory = NULL;
		return ENOMEM;
	}
	/* A huge page would make present what is only reserved. It fails where there are none. */
	madvise(slab->memory, slab->stride * POOL_STACK_SLAB, MADV_NOHUGEPAGE);
	for (unsigned i = 0; i < POOL_STACK_SLAB && !error; i++)
		error = guard(slab->memory + i * slab->stride, page);
	if (error)
		pool_stack_slab_unmap(slab);
	return error;
}

void pool_stack_slab_unmap(struct pool_stack_slab *slab)
{
	if (slab->memory)
		munmap(slab->memory, slab->stride * POOL_STACK_SLAB);
	slab->memory = NULL;
}

void pool_stack_release(const struct pool_stack_slab *slab, unsigned index)
{
	madvise(pool_stack_bottom(slab, index), slab->usable, MADV_DONTNEED);
}
