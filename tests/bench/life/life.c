/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program whose life is known: it notes the clock in its first instructions and right before its
 * exit, 20 ms later, in a page that it shares with whoever gave it a file as standard input. */
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

static long call(long number, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = 0;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

static void note(long *where)
{
	struct timespec now;

	call(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&now, 0, 0, 0);
	*where = now.tv_sec * 1000000000L + now.tv_nsec;
}

_Noreturn void _start(void);
_Noreturn void _start(void)
{
	static const struct timespec nap = {0, 20000000};
	long first, *page;

	note(&first);
	page = (long *)call(SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	if ((long)page < 0 && (long)page > -4096)
		call(SYS_exit_group, 1, 0, 0, 0, 0);
	page[0] = first;
	call(SYS_nanosleep, (long)&nap, 0, 0, 0, 0);
	note(&page[1]);
	for (;;)
		call(SYS_exit_group, 0, 0, 0, 0, 0);
}
