/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a thread does in each turn of a loop that waits for another CPU. */
#ifndef POOLRIG_POOL_QUEUE_RELAX_H
#define POOLRIG_POOL_QUEUE_RELAX_H

/* Tell the CPU that this is a spin loop: it leaves its pipeline to a sibling thread, and does not
 * pay for a mis-speculated load when the loop ends. Any thread; no memory order comes of it. */
static inline void pool_cpu_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
	__asm__ volatile("yield" ::: "memory");
#else
	__asm__ volatile("" ::: "memory");
#endif
}

#endif
