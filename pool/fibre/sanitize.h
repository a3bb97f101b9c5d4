/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Announces to the sanitizers that stacks are switched; does nothing without a sanitizer. See
 * sanitizer/common_interface_defs.h (start and finish of a switch) and tsan_interface.h (fibers).
 *
 *     struct pool_sanitized                      a context's own record
 *     pool_sanitize_leave(from, to, for_ever)    the last before pool_fibre_context_switch()
 *     pool_sanitize_arrive(self)                 the first after it, and the first in a new context
 */
#ifndef POOLRIG_POOL_FIBRE_SANITIZE_H
#define POOLRIG_POOL_FIBRE_SANITIZE_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define POOL_FIBRE_ASAN 1
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#define POOL_FIBRE_TSAN 1
#include <sanitizer/tsan_interface.h>
#endif

/* Frames with red zones and the sanitizer's own calls need several times the room. */
#if defined(POOL_FIBRE_ASAN) || defined(POOL_FIBRE_TSAN)
#define POOL_SANITIZED_STACK_BYTES ((size_t)128 * 1024)
#else
#define POOL_SANITIZED_STACK_BYTES ((size_t)0)
#endif

struct pool_sanitized {
#ifdef POOL_FIBRE_ASAN
	void *fake_stack;
	const void *bottom;
	size_t size;
#endif
#ifdef POOL_FIBRE_TSAN
	void *fiber;
#endif
	char none; /* a struct has a member */
};

/* A context on the stack bottom .. bottom + size that will be entered for the first time. */
static inline void pool_sanitize_make(struct pool_sanitized *s, void *bottom, size_t size)
{
	(void)s;
	(void)bottom;
	(void)size;
#ifdef POOL_FIBRE_ASAN
	__asan_unpoison_memory_region(bottom, size);
	*s = (struct pool_sanitized){.bottom = bottom, .size = size};
#endif
#ifdef POOL_FIBRE_TSAN
	s->fiber = __tsan_create_fiber(0);
#endif
}

/* It will not be entered again. */
static inline void pool_sanitize_destroy(struct pool_sanitized *s)
{
	(void)s;
#ifdef POOL_FIBRE_ASAN
	__asan_unpoison_memory_region((void *)s->bottom, s->size);
#endif
#ifdef POOL_FIBRE_TSAN
	__tsan_destroy_fiber(s->fiber);
	s->fiber = NULL;
#endif
}

/* The calling thread's own context, on the stack that it was given. */
static inline void pool_sanitize_adopt(struct pool_sanitized *s)
{
	*s = (struct pool_sanitized){0};
#ifdef POOL_FIBRE_TSAN
	s->fiber = __tsan_get_current_fiber();
#endif
}

/* Always inline: between it and the switch no function may begin or end, as the thread sanitizer
 * counts those of each context. */
__attribute__((always_inline)) static inline void
pool_sanitize_leave(struct pool_sanitized *from, struct pool_sanitized *to, bool for_ever)
{
	(void)from;
	(void)to;
	(void)for_ever;
#ifdef POOL_FIBRE_ASAN
	__sanitizer_start_switch_fiber(for_ever ? NULL : &from->fake_stack, to->bottom, to->size);
#endif
#ifdef POOL_FIBRE_TSAN
	__tsan_switch_to_fiber(to->fiber, 0);
#endif
}

/* thread: the record of the thread's own context, whose stack is learned when it is left first. */
__attribute__((always_inline)) static inline void
pool_sanitize_arrive(struct pool_sanitized *self, struct pool_sanitized *thread)
{
	(void)self;
	(void)thread;
#ifdef POOL_FIBRE_ASAN
	const void *bottom;
	size_t size;

	__sanitizer_finish_switch_fiber(self->fake_stack, &bottom, &size);
	if (self != thread && !thread->bottom) {
		thread->bottom = bottom;
		thread->size = size;
	}
#endif
}

#endif
