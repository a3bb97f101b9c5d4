/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program whose life is known: it notes the clock in its first instructions and right before its
 * exit, 20 ms later, in a page that it shares with the program that gave it a file as standard input. On the
 * way it executes itself once more, so that what execve(2) takes of so small a program is known,
 * too. x86-64 only. */
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

/* The page: when its first image began, when that executed the second, when the second began, and
 * when it was about to exit. */
enum { BEGUN, EXECUTED, AGAIN, EXITING };

/* The kernel has put argc and argv on the stack (System V ABI). */
_Noreturn void life(long *stack);
_Noreturn void life(long *stack)
{
	static const struct timespec nap = {0, 20000000};
	static const char *const again[] = {"life", "again", 0};
	long argc = stack[0], first, *page;

	note(&first);
	page = (long *)call(SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	if ((long)page < 0 && (long)page > -4096)
		call(SYS_exit_group, 1, 0, 0, 0, 0);
	if (argc < 2) {
		page[BEGUN] = first;
		note(&page[EXECUTED]);
		call(SYS_execve, (long)"/proc/self/exe", (long)again, (long)&again[2], 0, 0);
		call(SYS_exit_group, 1, 0, 0, 0, 0);
	}
	page[AGAIN] = first;
	call(SYS_nanosleep, (long)&nap, 0, 0, 0, 0);
	note(&page[EXITING]);
	for (;;)
		call(SYS_exit_group, 0, 0, 0, 0, 0);
}

__asm__(".globl _start\n_start: mov %rsp, %rdi\nand $-16, %rsp\ncall life\n");
