/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contexts on aarch64: see AAPCS64 (IHI 0055), 6.1. */
#if defined(__aarch64__)
#include "pool/fibre/context.h"

#include <stdint.h>
#include <string.h>

/* What pool_fibre_context_switch() leaves on a stopped stack, lowest address first. */
struct frame {
	uint64_t d8_to_d15[8];
	uint64_t x19, x20, x21_to_x28[8];
	uint64_t x29;
	void (*x30)(void);
	uint64_t fpcr, unused;
};

_Static_assert(sizeof(struct frame) == 176 &&
		   sizeof(struct frame) <= POOL_FIBRE_CONTEXT_FRAME_BYTES,
	       "as pool_fibre_context_switch() builds it");

/* FPCR is written only where it differs: that write is slow. */
__asm__(".text\n"
	".p2align 4\n"
	".globl pool_fibre_context_switch\n"
	".hidden pool_fibre_context_switch\n"
	".type pool_fibre_context_switch, %function\n"
	"pool_fibre_context_switch:\n"
	"	sub	sp, sp, #176\n"
	"	stp	d8, d9, [sp, #0]\n"
	"	stp	d10, d11, [sp, #16]\n"
	"	stp	d12, d13, [sp, #32]\n"
	"	stp	d14, d15, [sp, #48]\n"
	"	stp	x19, x20, [sp, #64]\n"
	"	stp	x21, x22, [sp, #80]\n"
	"	stp	x23, x24, [sp, #96]\n"
	"	stp	x25, x26, [sp, #112]\n"
	"	stp	x27, x28, [sp, #128]\n"
	"	stp	x29, x30, [sp, #144]\n"
	"	mrs	x9, fpcr\n"
	"	str	x9, [sp, #160]\n"
	"	mov	x10, sp\n"
	"	str	x10, [x0]\n"
	"	mov	sp, x1\n"
	"	ldr	x11, [sp, #160]\n"
	"	cmp	x9, x11\n"
	"	b.eq	1f\n"
	"	msr	fpcr, x11\n"
	"1:	ldp	d8, d9, [sp, #0]\n"
	"	ldp	d10, d11, [sp, #16]\n"
	"	ldp	d12, d13, [sp, #32]\n"
	"	ldp	d14, d15, [sp, #48]\n"
	"	ldp	x19, x20, [sp, #64]\n"
	"	ldp	x21, x22, [sp, #80]\n"
	"	ldp	x23, x24, [sp, #96]\n"
	"	ldp	x25, x26, [sp, #112]\n"
	"	ldp	x27, x28, [sp, #128]\n"
	"	ldp	x29, x30, [sp, #144]\n"
	"	add	sp, sp, #176\n"
	"	ret\n"
	".size pool_fibre_context_switch, .-pool_fibre_context_switch\n"

	/* The first return of a context that was made: x19 is what to call, x20 its argument. */
	".p2align 4\n"
	".globl pool_fibre_context_begin\n"
	".hidden pool_fibre_context_begin\n"
	".type pool_fibre_context_begin, %function\n"
	"pool_fibre_context_begin:\n"
	"	.cfi_startproc\n"
	"	.cfi_undefined x30\n" /* a backtrace ends here */
	"	mov	x0, x20\n"
	"	blr	x19\n"
	"	brk	#1\n"
	"	.cfi_endproc\n"
	".size pool_fibre_context_begin, .-pool_fibre_context_begin\n");

__attribute__((visibility("hidden"))) void pool_fibre_context_begin(void);

void pool_fibre_context_make(struct pool_fibre_context *context, void *top,
			     void (*entry)(void *arg), void *arg)
{
	struct frame frame = {
	    .x19 = (uint64_t)(uintptr_t)entry,
	    .x20 = (uint64_t)(uintptr_t)arg,
	    .x30 = pool_fibre_context_begin,
	};

	__asm__ volatile("mrs %0, fpcr" : "=r"(frame.fpcr));
	context->sp = (char *)top - sizeof(frame);
	memcpy(context->sp, &frame, sizeof(frame));
}

#endif
