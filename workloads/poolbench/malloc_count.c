/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolbench/malloc_count.h"

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

const struct bench_malloc malloc_count = {
    .reason = "a sanitizer has the allocator in this build",
};

#elif !defined(__GLIBC__)

const struct bench_malloc malloc_count = {
    .reason = "the allocator is not glibc's",
};

#else

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

/* glibc's own names for what we put ourselves in front of. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *p);

/* State of the whole process, as the allocator's is. */
static struct {
	_Alignas(64) _Atomic bool enabled; /* apart from the counters, which are written */
	_Alignas(64) _Atomic uint64_t calls;
	_Atomic uint64_t bytes;
} count;

static inline void counted(size_t bytes)
{
	if (!atomic_load_explicit(&count.enabled, memory_order_relaxed))
		return;
	atomic_fetch_add_explicit(&count.calls, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&count.bytes, bytes, memory_order_relaxed);
}

void *malloc(size_t size)
{
	counted(size);
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	counted(n * size); /* where this overflows, the call fails */
	return __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	counted(size);
	return __libc_realloc(p, size);
}

void *memalign(size_t alignment, size_t size)
{
	counted(size);
	return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	counted(size);
	return __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
	void *p;

	if (alignment % sizeof(void *) || alignment == 0 || (alignment & (alignment - 1)))
		return EINVAL;
	counted(size);
	p = __libc_memalign(alignment, size);
	if (!p)
		return ENOMEM;
	*out = p;
	return 0;
}

void free(void *p)
{
	if (p)
		counted(0);
	__libc_free(p);
}

static void start(void)
{
	atomic_store(&count.calls, 0);
	atomic_store(&count.bytes, 0);
	atomic_store(&count.enabled, true);
}

static struct bench_malloc_counts stop(void)
{
	atomic_store(&count.enabled, false);
	return (struct bench_malloc_counts){.calls = atomic_load(&count.calls),
					    .bytes = atomic_load(&count.bytes)};
}

const struct bench_malloc malloc_count = {.start = start, .stop = stop};

#endif
