/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contexts and the stacks they run on. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fenv.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pool/fibre/context.h"
#include "pool/fibre/sanitize.h"
#include "pool/fibre/stack.h"

/* The test and one other context, which take turns. */
struct turns {
	struct pool_fibre_context test, other;
	struct pool_sanitized test_sanitized, other_sanitized;
	struct pool_stack_slab slab;
	unsigned index;
	void (*body)(struct turns *);
	int steps;
	double value;
	int rounding;
	uintptr_t address;
};

__attribute__((always_inline)) static inline void to_test(struct turns *t)
{
	pool_sanitize_leave(&t->other_sanitized, &t->test_sanitized, false);
	pool_fibre_context_switch(&t->other.sp, t->test.sp);
	pool_sanitize_arrive(&t->other_sanitized, &t->test_sanitized);
}

__attribute__((always_inline)) static inline void to_other(struct turns *t)
{
	pool_sanitize_leave(&t->test_sanitized, &t->other_sanitized, false);
	pool_fibre_context_switch(&t->test.sp, t->other.sp);
	pool_sanitize_arrive(&t->test_sanitized, &t->test_sanitized);
}

static void other_main(void *arg)
{
	struct turns *t = arg;

	pool_sanitize_arrive(&t->other_sanitized, &t->test_sanitized);
	t->body(t);
	abort(); /* no body returns */
}

static void turns_init(struct turns *t, void (*body)(struct turns *), unsigned index)
{
	*t = (struct turns){.body = body, .index = index};
	assert_int_equal(pool_stack_slab_map(&t->slab, pool_stack_size(0)), 0);
	pool_sanitize_adopt(&t->test_sanitized);
	pool_sanitize_make(&t->other_sanitized, pool_stack_bottom(&t->slab, index), t->slab.usable);
	pool_fibre_context_make(&t->other, pool_stack_top(&t->slab, index), other_main, t);
}

static void turns_destroy(struct turns *t)
{
	pool_sanitize_destroy(&t->other_sanitized);
	pool_stack_slab_unmap(&t->slab);
}

static void count_steps(struct turns *t)
{
	for (;;) {
		int local = 0;

		t->address = (uintptr_t)&local;
		t->steps++;
		to_test(t);
	}
}

static void test_contexts_take_turns(void **state)
{
	struct turns t;

	(void)state;
	for (unsigned index = 0; index < POOL_STACK_SLAB; index += POOL_STACK_SLAB - 1) {
		turns_init(&t, count_steps, index);
		for (int i = 1; i <= 1000; i++) {
			to_other(&t);
			assert_int_equal(t.steps, i);
		}
		turns_destroy(&t);
	}
}

/* Not under the address sanitizer, which may keep locals elsewhere. */
static void test_a_context_runs_on_its_stack(void **state)
{
	struct turns t;

	(void)state;
#ifdef POOL_FIBRE_ASAN
	skip();
#endif
	turns_init(&t, count_steps, 5);
	to_other(&t);
	assert_in_range(t.address, (uintptr_t)pool_stack_bottom(&t.slab, 5),
			(uintptr_t)pool_stack_top(&t.slab, 5));
	turns_destroy(&t);
}

/*
 * set_and_switch(from_sp, to_sp, values): sets each callee-saved register but the stack pointer
 * from values, switches, and stores what is in them then in values + COUNT.
 */
#if defined(__x86_64__)
#define COUNT 6
__asm__(".text\n"
	".globl set_and_switch\n"
	".hidden set_and_switch\n"
	".type set_and_switch, @function\n"
	"set_and_switch:\n"
	"	pushq %rbp\n	pushq %rbx\n	pushq %r12\n"
	"	pushq %r13\n	pushq %r14\n	pushq %r15\n"
	"	pushq %rdx\n" /* also aligns the stack */
	"	movq 0(%rdx), %rbx\n	movq 8(%rdx), %rbp\n	movq 16(%rdx), %r12\n"
	"	movq 24(%rdx), %r13\n	movq 32(%rdx), %r14\n	movq 40(%rdx), %r15\n"
	"	call pool_fibre_context_switch\n"
	"	popq %rdx\n"
	"	movq %rbx, 48(%rdx)\n	movq %rbp, 56(%rdx)\n	movq %r12, 64(%rdx)\n"
	"	movq %r13, 72(%rdx)\n	movq %r14, 80(%rdx)\n	movq %r15, 88(%rdx)\n"
	"	popq %r15\n	popq %r14\n	popq %r13\n"
	"	popq %r12\n	popq %rbx\n	popq %rbp\n"
	"	ret\n"
	".size set_and_switch, .-set_and_switch\n");
#elif defined(__aarch64__)
#define COUNT 19
__asm__(
    ".text\n"
    ".globl set_and_switch\n"
    ".hidden set_and_switch\n"
    ".type set_and_switch, %function\n"
    "set_and_switch:\n"
    "	sub sp, sp, #176\n"
    "	stp x19, x20, [sp, #0]\n	stp x21, x22, [sp, #16]\n	stp x23, x24, [sp, #32]\n"
    "	stp x25, x26, [sp, #48]\n	stp x27, x28, [sp, #64]\n	stp x29, x30, [sp, #80]\n"
    "	stp d8, d9, [sp, #96]\n	stp d10, d11, [sp, #112]\n	stp d12, d13, [sp, #128]\n"
    "	stp d14, d15, [sp, #144]\n	str x2, [sp, #160]\n"
    "	ldp x19, x20, [x2, #0]\n	ldp x21, x22, [x2, #16]\n	ldp x23, x24, [x2, #32]\n"
    "	ldp x25, x26, [x2, #48]\n	ldp x27, x28, [x2, #64]\n	ldr x29, [x2, #80]\n"
    "	ldp d8, d9, [x2, #88]\n	ldp d10, d11, [x2, #104]\n	ldp d12, d13, [x2, #120]\n"
    "	ldp d14, d15, [x2, #136]\n"
    "	bl pool_fibre_context_switch\n"
    "	ldr x2, [sp, #160]\n	add x2, x2, #152\n"
    "	stp x19, x20, [x2, #0]\n	stp x21, x22, [x2, #16]\n	stp x23, x24, [x2, #32]\n"
    "	stp x25, x26, [x2, #48]\n	stp x27, x28, [x2, #64]\n	str x29, [x2, #80]\n"
    "	stp d8, d9, [x2, #88]\n	stp d10, d11, [x2, #104]\n	stp d12, d13, [x2, #120]\n"
    "	stp d14, d15, [x2, #136]\n"
    "	ldp x19, x20, [sp, #0]\n	ldp x21, x22, [sp, #16]\n	ldp x23, x24, [sp, #32]\n"
    "	ldp x25, x26, [sp, #48]\n	ldp x27, x28, [sp, #64]\n	ldp x29, x30, [sp, #80]\n"
    "	ldp d8, d9, [sp, #96]\n	ldp d10, d11, [sp, #112]\n	ldp d12, d13, [sp, #128]\n"
    "	ldp d14, d15, [sp, #144]\n"
    "	add sp, sp, #176\n"
    "	ret\n"
    ".size set_and_switch, .-set_and_switch\n");
#endif

__attribute__((visibility("hidden"))) void set_and_switch(void **from_sp, void *to_sp,
							  uint64_t *values);

struct registers {
	uint64_t values[2 * COUNT]; /* set, found */
};

static void fill(struct registers *r, uint64_t seed)
{
	memset(r, 0, sizeof(*r));
	for (int i = 0; i < COUNT; i++)
		r->values[i] = seed + (uint64_t)i;
}

static void assert_found_as_set(const struct registers *r)
{
	for (int i = 0; i < COUNT; i++)
		assert_int_equal(r->values[COUNT + i], r->values[i]);
}

static void other_with_its_own_registers(struct turns *t)
{
	for (;;) {
		struct registers r;

		fill(&r, UINT64_C(0xbbbb000000000000) + (uint64_t)t->steps);
		pool_sanitize_leave(&t->other_sanitized, &t->test_sanitized, false);
		set_and_switch(&t->other.sp, t->test.sp, r.values);
		pool_sanitize_arrive(&t->other_sanitized, &t->test_sanitized);
		assert_found_as_set(&r);
		t->steps++;
	}
}

static void test_callee_saved_registers_are_preserved(void **state)
{
	struct turns t;

	(void)state;
	turns_init(&t, other_with_its_own_registers, 0);
	for (int i = 0; i < 10; i++) {
		struct registers r;

		fill(&r, UINT64_C(0xaaaa000000000000) + (uint64_t)i);
		pool_sanitize_leave(&t.test_sanitized, &t.other_sanitized, false);
		set_and_switch(&t.test.sp, t.other.sp, r.values);
		pool_sanitize_arrive(&t.test_sanitized, &t.test_sanitized);
		assert_found_as_set(&r);
		assert_int_equal(t.steps, i);
	}
	turns_destroy(&t);
}

static double third(void)
{
	volatile double one = 1, three = 3;

	return one / three;
}

static void round_upwards(struct turns *t)
{
	fesetround(FE_UPWARD);
	for (;;) {
		t->value = third();
		t->rounding = fegetround();
		to_test(t);
	}
}

static void test_floating_point_control_belongs_to_a_context(void **state)
{
	double nearest = third(), upwards;
	struct turns t;

	(void)state;
	turns_init(&t, round_upwards, 0);
	for (int i = 0; i < 3; i++) {
		to_other(&t);
		assert_int_equal(fegetround(), FE_TONEAREST);
		assert_int_equal(t.rounding, FE_UPWARD);
		assert_true(third() == nearest);
		assert_true(t.value > nearest);
	}
	upwards = t.value;
	fesetround(FE_DOWNWARD);
	to_other(&t);
	assert_int_equal(fegetround(), FE_DOWNWARD);
	assert_true(t.value == upwards);
	fesetround(FE_TONEAREST);
	turns_destroy(&t);
}

static void test_sizes_are_whole_pages(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	(void)state;
	assert_int_equal(pool_stack_size(0), pool_stack_size(POOL_STACK_DEFAULT_BYTES));
	assert_int_equal(pool_stack_size(4097), pool_stack_size(2 * page));
	assert_int_equal(pool_stack_size(POOL_STACK_LEAST_BYTES) % page, 0);
	assert_int_equal(pool_stack_size(POOL_STACK_LEAST_BYTES - 1), 0);
	assert_int_equal(pool_stack_size(SIZE_MAX), 0);
}

static void test_stacks_begin_at_different_lines(void **state)
{
	struct pool_stack_slab slab;

	(void)state;
	assert_int_equal(pool_stack_slab_map(&slab, pool_stack_size(0)), 0);
	for (unsigned i = 0; i + 1 < POOL_STACK_SLAB; i++) {
		assert_int_equal((uintptr_t)pool_stack_top(&slab, i) % 64, 0);
		assert_int_not_equal((uintptr_t)pool_stack_top(&slab, i) % 4096,
				     (uintptr_t)pool_stack_top(&slab, i + 1) % 4096);
		assert_true(pool_stack_top(&slab, i) < pool_stack_bottom(&slab, i + 1));
	}
	pool_stack_slab_unmap(&slab);
}

/* Whether the page of an address has memory. */
static bool present(const void *address)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char there = 0;

	assert_int_equal(mincore((void *)((uintptr_t)address / page * page), page, &there), 0);
	return there & 1;
}

static void test_memory_comes_with_use_and_is_given_back(void **state)
{
	struct pool_stack_slab slab;
	char *last;

	(void)state;
	assert_int_equal(pool_stack_slab_map(&slab, pool_stack_size(0)), 0);
	last = pool_stack_top(&slab, 3) - 1;
	assert_false(present(last));
	*last = 7;
	assert_true(present(last));
	assert_false(present(pool_stack_top(&slab, 2) - 1));
	assert_false(present(pool_stack_top(&slab, 4) - 1));
	pool_stack_release(&slab, 3);
	assert_false(present(last));
	assert_int_equal(*last, 0);
	pool_stack_slab_unmap(&slab);
}

/* What a child saw when it used more stack than it has. */
struct crash {
	uintptr_t bottom, address;
};
static struct crash *crash;

static void on_fault(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	crash->address = (uintptr_t)info->si_addr;
	_exit(42);
}

__attribute__((noinline)) static int deeper(volatile char *above, int left)
{
	volatile char here[256];

	here[0] = above[0];
	here[255] = 1;
	return left ? deeper(here, left - 1) + here[255] : here[0];
}

static void overflow(struct turns *t)
{
	volatile char first = 0;

	deeper(&first, 1 << 20);
	to_test(t);
}

static void handle_faults(void)
{
	static char handler_stack[64 * 1024];
	stack_t alternate = {.ss_sp = handler_stack, .ss_size = sizeof(handler_stack)};
	struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	sigaltstack(&alternate, NULL);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

/* Returns the status of a child that overflows stack number `index`. */
static int overflow_in_child(unsigned index, bool handle)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		struct turns t;

		turns_init(&t, overflow, index);
		crash->bottom = (uintptr_t)pool_stack_bottom(&t.slab, index);
		signal(SIGSEGV, SIG_DFL);
		if (handle)
			handle_faults();
		to_other(&t);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void test_an_overflow_hits_the_guard(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int status;

	(void)state;
	crash =
	    mmap(NULL, sizeof(*crash), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(crash, MAP_FAILED);
	status = overflow_in_child(7, true);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 42);
	assert_in_range(crash->address, crash->bottom - page, crash->bottom - 1);
	status = overflow_in_child(0, false);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSEGV);
	munmap(crash, sizeof(*crash));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_contexts_take_turns),
	    cmocka_unit_test(test_a_context_runs_on_its_stack),
	    cmocka_unit_test(test_callee_saved_registers_are_preserved),
	    cmocka_unit_test(test_floating_point_control_belongs_to_a_context),
	    cmocka_unit_test(test_sizes_are_whole_pages),
	    cmocka_unit_test(test_stacks_begin_at_different_lines),
	    cmocka_unit_test(test_memory_comes_with_use_and_is_given_back),
	    cmocka_unit_test(test_an_overflow_hits_the_guard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
