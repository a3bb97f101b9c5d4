/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each kind of failure is found by the checker, named, and not seen where it isn't. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pool/queue/futex.h"
#include "pool/queue/relax.h"
#include "tests/model/model.h"

struct program {
	_Atomic uint32_t word;
	_Atomic uint32_t other;
	uint32_t data, got;
	uint32_t *block;
	memory_order order; /* of the release */
};

/* Explore, and expect a verdict and a word of what is said of it. */
static void expect(struct model model, enum model_verdict verdict, const char *said)
{
	static struct model_report report;
	static struct program program;

	model.state = &program;
	model.state_size = sizeof(program);
	model_explore(&model, &report);
	if (report.verdict != verdict || !strstr(report.text, said))
		printf("found: %s\n", report.text);
	assert_int_equal(report.verdict, verdict);
	assert_non_null(strstr(report.text, said));
}

static void name_them(void *state)
{
	struct program *p = state;

	model_name(&p->word, "word");
	model_name(&p->data, "data");
}

static void write_and_say(void *state)
{
	struct program *p = state;

	p->data = 1;
	atomic_store_explicit(&p->word, 1, memory_order_release);
}

static void write_and_mumble(void *state)
{
	struct program *p = state;

	p->data = 1;
	atomic_store_explicit(&p->word, 1, memory_order_relaxed);
}

static void hear_and_read(void *state)
{
	struct program *p = state;

	if (atomic_load_explicit(&p->word, memory_order_acquire))
		MODEL_ASSERT(p->data == 1);
}

static void hear_and_write(void *state)
{
	struct program *p = state;

	if (!atomic_load_explicit(&p->word, memory_order_acquire))
		p->data = 2;
}

static void test_race(void **state)
{
	(void)state;
	expect((struct model){.prepare = name_them, .threads = {write_and_say, hear_and_read}},
	       MODEL_PASSED, "");
	expect((struct model){.prepare = name_them, .threads = {write_and_mumble, hear_and_read}},
	       MODEL_RACE, "T2 reads data, and T1 writes it");
	expect((struct model){.prepare = name_them, .threads = {write_and_say, hear_and_write}},
	       MODEL_RACE, "data");
}

static void assert_old(void *state)
{
	struct program *p = state;

	MODEL_ASSERT(!atomic_load_explicit(&p->word, memory_order_acquire));
}

/* The trace tells who did what, in which order, and where. */
static void test_trace(void **state)
{
	const char *store = "T1 store   release word := 0x1  [test_model_failures.c:";
	const char *load = "T2 load    acquire word is 0x1  [test_model_failures.c:";

	(void)state;
	expect((struct model){.prepare = name_them, .threads = {write_and_say, assert_old}},
	       MODEL_ASSERTION, "not true: !atomic_load");
	expect((struct model){.prepare = name_them, .threads = {write_and_say, assert_old}},
	       MODEL_ASSERTION, store);
	expect((struct model){.prepare = name_them, .threads = {write_and_say, assert_old}},
	       MODEL_ASSERTION, load);
}

/* Sleep until word is 1. */
static void sleep_until(void *state)
{
	struct program *p = state;

	while (!atomic_load_explicit(&p->word, memory_order_acquire))
		pool_futex_wait(&p->word, 0, 0);
}

static void set_and_wake(void *state)
{
	struct program *p = state;

	atomic_store_explicit(&p->word, 1, memory_order_release);
	pool_futex_wake(&p->word);
}

static void set_and_leave(void *state)
{
	struct program *p = state;

	atomic_store_explicit(&p->word, 1, memory_order_release);
}

static void wake_and_set(void *state)
{
	struct program *p = state;

	pool_futex_wake(&p->word);
	atomic_store_explicit(&p->word, 1, memory_order_release);
}

static void sleep_with_limit(void *state)
{
	struct program *p = state;

	while (!atomic_load_explicit(&p->word, memory_order_acquire))
		if (!pool_futex_wait(&p->word, 0, 1))
			model_outcome(1);
}

static void set_and_wake_all(void *state)
{
	struct program *p = state;

	atomic_store_explicit(&p->word, 1, memory_order_release);
	pool_futex_wake_many(&p->word, UINT32_MAX);
}

static void test_lost_wake(void **state)
{
	(void)state;
	expect((struct model){.threads = {sleep_until, set_and_wake}}, MODEL_PASSED, "");
	expect((struct model){.threads = {sleep_until, set_and_leave}}, MODEL_DEADLOCK,
	       "T1 sleeps on");
	expect((struct model){.threads = {sleep_until, wake_and_set}}, MODEL_DEADLOCK,
	       "T1 sleeps on");
	expect((struct model){.threads = {sleep_with_limit, set_and_leave}}, MODEL_PASSED, "");
	expect((struct model){.threads = {sleep_until, sleep_until, set_and_wake_all}},
	       MODEL_PASSED, "");
	expect((struct model){.threads = {sleep_until, sleep_until, set_and_wake}}, MODEL_DEADLOCK,
	       "sleeps on");
}

static void spin_until(void *state)
{
	struct program *p = state;

	while (!atomic_load_explicit(&p->word, memory_order_acquire))
		pool_cpu_relax();
}

static void spin_on_both(void *state)
{
	struct program *p = state;

	while (!atomic_load_explicit(&p->word, memory_order_acquire) ||
	       !atomic_load_explicit(&p->other, memory_order_acquire))
		pool_cpu_relax();
}

/* It would be seen to end if it did not insist. */
static void spin_a_little(void *state)
{
	struct program *p = state;

	for (int i = 0; i < 2 && !atomic_load_explicit(&p->word, memory_order_acquire); i++)
		pool_cpu_relax();
}

static void never_end(void *state)
{
	struct program *p = state;

	while (!atomic_load_explicit(&p->other, memory_order_acquire))
		;
}

static void test_spinning(void **state)
{
	(void)state;
	expect((struct model){.threads = {spin_until, set_and_leave}}, MODEL_PASSED, "");
	expect((struct model){.threads = {spin_until, spin_until, set_and_leave}}, MODEL_PASSED,
	       "");
	expect((struct model){.threads = {spin_on_both, set_and_leave}}, MODEL_DEADLOCK,
	       "T1 spins");
	expect((struct model){.threads = {spin_a_little}}, MODEL_DEADLOCK, "T1 spins");
	expect((struct model){.threads = {spin_a_little}, .relaxes = 2}, MODEL_PASSED, "");
	expect((struct model){.finish = spin_until}, MODEL_DEADLOCK, "T0 spins");
	expect((struct model){.threads = {never_end}}, MODEL_ENDLESS, "no end");
}

static void take_block(void *state)
{
	struct program *p = state;

	p->block = malloc(sizeof(*p->block));
	*p->block = 1;
}

static void take_and_give(void *state)
{
	struct program *p = state;

	take_block(state);
	free(p->block);
}

static void use_block(void *state)
{
	struct program *p = state;

	*p->block = 2;
	atomic_store_explicit(&p->word, 1, memory_order_release);
}

static void give_block(void *state)
{
	struct program *p = state;

	free(p->block);
}

static void wait_and_give(void *state)
{
	struct program *p = state;

	spin_until(state);
	free(p->block);
}

static void beyond_block(void *state)
{
	struct program *p = state;

	p->block[4] = 1;
	free(p->block);
}

static void test_heap(void **state)
{
	(void)state;
	expect((struct model){.threads = {take_and_give}}, MODEL_PASSED, "");
	expect((struct model){.threads = {take_block}}, MODEL_HEAP, "not freed");
	expect((struct model){.prepare = take_block, .threads = {use_block, wait_and_give}},
	       MODEL_PASSED, "");
	expect((struct model){.prepare = take_block, .threads = {use_block, give_block}},
	       MODEL_RACE, "");
	expect((struct model){.prepare = take_block, .threads = {give_block}, .finish = use_block},
	       MODEL_HEAP, "no part of a living block");
	expect((struct model){.prepare = take_block, .threads = {give_block}, .finish = give_block},
	       MODEL_HEAP, "no living block");
	expect((struct model){.prepare = take_block, .threads = {beyond_block}}, MODEL_HEAP,
	       "no part of a living block");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_race),      cmocka_unit_test(test_trace),
	    cmocka_unit_test(test_lost_wake), cmocka_unit_test(test_spinning),
	    cmocka_unit_test(test_heap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
