/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "workloads/poolbench/slab.h"

static void test_growth_and_reuse(void **state)
{
	struct bench_task *tasks[100], *again;
	struct error err = ERROR_INIT;
	struct bench_slab s;
	(void)state;

	assert_int_equal(bench_slab_init(&s, 10, &err), 0);
	for (int i = 0; i < 10; i++) {
		tasks[i] = bench_slab_take(&s);
		for (int k = 0; k < i; k++)
			assert_ptr_not_equal(tasks[i], tasks[k]);
		tasks[i]->intended_ns = i;
	}
	assert_int_equal(s.growths, 0);
	bench_slab_return(&s, tasks[3]);
	assert_ptr_equal(bench_slab_take(&s), tasks[3]); /* no growth while one is free */
	assert_int_equal(s.growths, 0);
	for (int i = 10; i < 100; i++)
		tasks[i] = bench_slab_take(&s);
	assert_int_equal(s.growths, 1);
	assert_int_equal(tasks[9]->intended_ns, 9); /* what is in use stays where it is */
	for (int i = 0; i < 100; i++)
		bench_slab_return(&s, tasks[i]);
	for (int i = 0; i < 100; i++) {
		again = bench_slab_take(&s);
		assert_non_null(again);
	}
	assert_int_equal(s.growths, 1);
	bench_slab_destroy(&s);
	bench_slab_destroy(&s);
}

/* A ring from the taker to one returner, who checks that nobody else has the same task. */
enum { RING = 64, ROUNDS = 20000, RETURNERS = 3 };

struct returner {
	struct bench_slab *slab;
	_Atomic(struct bench_task *) ring[RING];
};

static void *give_back(void *arg)
{
	struct returner *r = arg;

	for (int i = 0; i < ROUNDS; i++) {
		struct bench_task *task;

		while (!(task = atomic_exchange(&r->ring[i % RING], NULL)))
			sched_yield();
		if (task->service_ns != 1) /* held by exactly one */
			abort();
		task->service_ns = 0;
		bench_slab_return(r->slab, task);
	}
	return NULL;
}

static void test_many_return(void **state)
{
	struct returner *returners = calloc(RETURNERS, sizeof(*returners));
	pthread_t threads[RETURNERS];
	struct bench_slab s;
	(void)state;

	assert_int_equal(bench_slab_init(&s, RING * RETURNERS + 1, NULL), 0);
	for (int k = 0; k < RETURNERS; k++) {
		returners[k].slab = &s;
		assert_int_equal(pthread_create(&threads[k], NULL, give_back, &returners[k]), 0);
	}
	for (int i = 0; i < ROUNDS * RETURNERS; i++) {
		struct returner *r = &returners[i % RETURNERS];
		_Atomic(struct bench_task *) *place = &r->ring[i / RETURNERS % RING];
		struct bench_task *task;

		while (atomic_load(place)) /* its last task has not been taken yet */
			sched_yield();
		task = bench_slab_take(&s);
		assert_int_equal(task->service_ns, 0); /* nobody has it: fresh memory is zero */
		task->service_ns = 1;
		atomic_store(place, task);
	}
	for (int k = 0; k < RETURNERS; k++)
		pthread_join(threads[k], NULL);
	bench_slab_destroy(&s);
	free(returners);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_growth_and_reuse),
	    cmocka_unit_test(test_many_return),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
