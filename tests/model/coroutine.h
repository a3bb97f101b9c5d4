/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A coroutine with a stack of its own, which can be begun anew at any time: what it was doing is
 * forgotten, nothing is unwound. Begun by ucontext, switched by setjmp and longjmp, for those make
 * no system call. */
#ifndef POOLRIG_TESTS_MODEL_COROUTINE_H
#define POOLRIG_TESTS_MODEL_COROUTINE_H

#include <setjmp.h>
#include <ucontext.h>

enum { COROUTINE_STACK = 64 << 10 };

struct coroutine {
	void (*body)(void *arg); /* must not return: it suspends, and is not resumed any more */
	void *arg;
	jmp_buf base, self, caller;
	ucontext_t begin, back;
	_Alignas(16) unsigned char stack[COROUTINE_STACK];
};

void coroutine_init(struct coroutine *coroutine);

/* Run `body` from its begin until it suspends. */
void coroutine_begin(struct coroutine *coroutine, void (*body)(void *), void *arg);

/* Go on after coroutine_suspend(), until the next one. */
void coroutine_resume(struct coroutine *coroutine);

/* Called on its stack: back to who has begun or resumed it. */
void coroutine_suspend(struct coroutine *coroutine);

#endif
