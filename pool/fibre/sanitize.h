/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the sanitizers must be told of stacks that are switched by hand; nothing where there is
 * none. See sanitizer/common_interface_defs.h (start and finish of a switch) and tsan_interface.h
 * (fibers).
 *
 *     struct sanitized a context's own record
 *     sanitize_leave(from, to, for_ever)    the last before context_switch()
 *     sanitize_arrive(self)                 the first after it, and the first in a new context
 */
#ifndef POOLRIG_POOL_FIBRE_SANITIZE_H
#define POOLRIG_POOL_FIBRE_SANITIZE_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define FIBRE_ASAN 1
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#define FIBRE_TSAN 1
#include <sanitizer/tsan_interface.h>
#endif

/* Frames with red zones and the sanitizer's own calls need several times the room. */
#if defined(FIBRE_ASAN) || defined(FIBRE_TSAN)
#define SANITIZED_STACK_BYTES ((size_t)128 * 1024)
#else
#define SANITIZED_STACK_BYTES ((size_t)0)
#endif

struct sanitized {
#ifdef FIBRE_ASAN
	void *fake_stack;
	const void *bottom;
	size_t size;
#endif
#ifdef FIBRE_TSAN
	void *fiber;
#endif
	char none; /* a struct has a member */
};

/* A context on the stack bottom .. bottom + size that will be entered for the first time. */
static inline void sanitize_make(struct sanitized *s, void *bottom, size_t size)
{
	(void)s;
	(void)bottom;
	(void)size;
#ifdef FIBRE_ASAN
	__asan_unpoison_memory_region(bottom, size);
	*s = (struct sanitized){.bottom = bottom, .size = size};
#endif
#ifdef FIBRE_TSAN
	s->fiber = __tsan_create_fiber(0);
#endif
}

/* It will not be entered again. */
static inline void sanitize_destroy(struct sanitized *s)
{
	(void)s;
#ifdef FIBRE_ASAN
	__asan_unpoison_memory_region((void *)s->bottom, s->size);
#endif
#ifdef FIBRE_TSAN
	__tsan_destroy_fiber(s->fiber);
	s->fiber = NULL;
#endif
}

/* The calling thread's own context, on the stack that it was given. */
static inline void sanitize_adopt(struct sanitized *s)
{
	*s = (struct sanitized){0};
#ifdef FIBRE_TSAN
	s->fiber = __tsan_get_current_fiber();
#endif
}

/* Always inline: between it and the switch no function may begin or end, as the thread sanitizer
 * counts those of each context. */
__attribute__((always_inline)) static inline void
sanitize_leave(struct sanitized *from, struct sanitized *to, bool for_ever)
{
	(void)from;
	(void)to;
	(void)for_ever;
#ifdef FIBRE_ASAN
	__sanitizer_start_switch_fiber(for_ever ? NULL : &from->fake_stack, to->bottom, to->size);
#endif
#ifdef FIBRE_TSAN
	__tsan_switch_to_fiber(to->fiber, 0);
#endif
}

/* thread: the record of the thread's own context, whose stack is learned when it is left first. */
__attribute__((always_inline)) static inline void sanitize_arrive(struct sanitized *self,
								  struct sanitized *thread)
{
	(void)self;
	(void)thread;
#ifdef FIBRE_ASAN
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
