/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contexts on x86-64: see the System V ABI, 3.2.1 and 3.2.3. */
#if defined(__x86_64__)
#include "pool/fibre/context.h"

#include <stdint.h>
#include <string.h>

/* What pool_fibre_context_switch() leaves on a stopped stack, lowest address first. */
struct frame {
	uint32_t mxcsr;
	uint16_t x87_control, unused;
	uint64_t r15, r14, r13, r12, rbx, rbp;
	void (*return_to)(void);
};

_Static_assert(sizeof(struct frame) == 64 && sizeof(struct frame) <= POOL_FIBRE_CONTEXT_FRAME_BYTES,
	       "as pool_fibre_context_switch() builds it");

/*
 * Loading the control words costs more than all the rest, and they hardly ever differ: they are
 * compared first. Of mxcsr only the control bits count (no function has to preserve the status
 * flags). It ends with ret, not with a jump: so calls and returns stay paired for the branch
 * predictor.
 */
__asm__(".text\n"
	".p2align 4\n"
	".globl pool_fibre_context_switch\n"
	".hidden pool_fibre_context_switch\n"
	".type pool_fibre_context_switch, @function\n"
	"pool_fibre_context_switch:\n"
	"	pushq	%rbp\n"
	"	pushq	%rbx\n"
	"	pushq	%r12\n"
	"	pushq	%r13\n"
	"	pushq	%r14\n"
	"	pushq	%r15\n"
	"	subq	$8, %rsp\n"
	"	stmxcsr	(%rsp)\n"
	"	fnstcw	4(%rsp)\n"
	"	movl	(%rsp), %eax\n"
	"	movzwl	4(%rsp), %ecx\n"
	"	movq	%rsp, (%rdi)\n"
	"	movq	%rsi, %rsp\n"
	"	xorl	(%rsp), %eax\n"
	"	andl	$0xffc0, %eax\n"
	"	jne	2f\n"
	"	cmpw	%cx, 4(%rsp)\n"
	"	jne	2f\n"
	"1:	addq	$8, %rsp\n"
	"	popq	%r15\n"
	"	popq	%r14\n"
	"	popq	%r13\n"
	"	popq	%r12\n"
	"	popq	%rbx\n"
	"	popq	%rbp\n"
	"	ret\n"
	"2:	ldmxcsr	(%rsp)\n"
	"	fldcw	4(%rsp)\n"
	"	jmp	1b\n"
	".size pool_fibre_context_switch, .-pool_fibre_context_switch\n"

	/* The first return of a context that was made: r12 is what to call, r13 its argument. */
	".p2align 4\n"
	".globl pool_fibre_context_begin\n"
	".hidden pool_fibre_context_begin\n"
	".type pool_fibre_context_begin, @function\n"
	"pool_fibre_context_begin:\n"
	"	.cfi_startproc\n"
	"	.cfi_undefined rip\n" /* a backtrace ends here */
	"	movq	%r13, %rdi\n"
	"	callq	*%r12\n"
	"	ud2\n"
	"	.cfi_endproc\n"
	".size pool_fibre_context_begin, .-pool_fibre_context_begin\n");

__attribute__((visibility("hidden"))) void pool_fibre_context_begin(void);

void pool_fibre_context_make(struct pool_fibre_context *context, void *top,
			     void (*entry)(void *arg), void *arg)
{
	struct frame frame = {
	    .r12 = (uint64_t)(uintptr_t)entry,
	    .r13 = (uint64_t)(uintptr_t)arg,
	    .return_to = pool_fibre_context_begin,
	};

	__asm__ volatile("stmxcsr %0" : "=m"(frame.mxcsr));
	__asm__ volatile("fnstcw %0" : "=m"(frame.x87_control));
	context->sp = (char *)top - sizeof(frame);
	memcpy(context->sp, &frame, sizeof(frame));
}

#endif
