/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Contexts: a flow of execution that is stopped, as its stack pointer. What a function must
 * preserve for its caller lies on the stack itself, so a switch is a call that returns on another
 * stack.
 *
 * Saved: the callee-saved registers of the platform's ABI, and the control bits of its floating
 * point unit (x86-64: System V ABI, 3.2.1: rbx, rbp, r12-r15, mxcsr's control bits, the x87 control
 * word; aarch64: AAPCS64, 6.1: x19-x30, the low halves of v8-v15, and FPCR). Not saved: signal
 * masks, so a switch is no system call. A shadow stack (CET, GCS) is not kept: build without one.
 *
 * Threads: a context may be entered by one thread at a time. What a compiler has looked up of
 * thread-local storage stays in a stopped context, so a context goes on in the thread where it
 * stopped.
 */
#ifndef POOLRIG_POOL_FIBRE_CONTEXT_H
#define POOLRIG_POOL_FIBRE_CONTEXT_H

/* The stack pointer of a stopped flow; NULL while it runs or was never made. */
struct pool_fibre_context {
	void *sp;
};

/* Bytes below `top` that pool_fibre_context_make() writes, and that a stopped context needs at the
 * least. */
#define POOL_FIBRE_CONTEXT_FRAME_BYTES 192

/* Prepare a context that calls entry(arg) on the stack that ends at `top` (aligned to 16 bytes).
 * entry() must not return. The floating point control is as the maker has it. */
void pool_fibre_context_make(struct pool_fibre_context *context, void *top,
			     void (*entry)(void *arg), void *arg);

/* Stop here, and go on where `to_sp` stopped; returns when another one switches back to *from_sp.
 */
__attribute__((visibility("hidden"))) void pool_fibre_context_switch(void **from_sp, void *to_sp);

#endif
