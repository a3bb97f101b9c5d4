/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/model/coroutine.h"

#include <stdint.h>
#include <stdlib.h>

/* The first frame on the stack stays there, and each begin jumps into it. */
static void bottom(unsigned high, unsigned low)
{
	struct coroutine *coroutine = (void *)((uintptr_t)high << 16 << 16 | low);

	if (!_setjmp(coroutine->base))
		swapcontext(&coroutine->begin, &coroutine->back);
	coroutine->body(coroutine->arg);
	abort();
}

void coroutine_init(struct coroutine *coroutine)
{
	uintptr_t self = (uintptr_t)coroutine;

	getcontext(&coroutine->begin);
	coroutine->begin.uc_stack.ss_sp = coroutine->stack;
	coroutine->begin.uc_stack.ss_size = sizeof(coroutine->stack);
	coroutine->begin.uc_link = NULL;
	makecontext(&coroutine->begin, (void (*)(void))bottom, 2, (unsigned)(self >> 16 >> 16),
		    (unsigned)self);
	swapcontext(&coroutine->back, &coroutine->begin);
}

void coroutine_begin(struct coroutine *coroutine, void (*body)(void *), void *arg)
{
	coroutine->body = body;
	coroutine->arg = arg;
	if (!_setjmp(coroutine->caller))
		_longjmp(coroutine->base, 1);
}

void coroutine_resume(struct coroutine *coroutine)
{
	if (!_setjmp(coroutine->caller))
		_longjmp(coroutine->self, 1);
}

void coroutine_suspend(struct coroutine *coroutine)
{
	if (!_setjmp(coroutine->self))
		_longjmp(coroutine->caller, 1);
}
