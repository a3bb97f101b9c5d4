/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "workloads/poolbench/slab.h"

enum { IN_CHUNK = BENCH_TASKS_IN_CHUNK, GROWN = 2 * IN_CHUNK };

/* 10 are asked for: as many as there is room for in a chunk are got. */
static void test_growth_and_reuse(void **state)
{
	struct bench_env *env = (struct bench_env *)&state; /* any address */
	struct bench_task **tasks = calloc(GROWN, sizeof(*tasks)), *again;
	struct error err = ERROR_INIT;
	struct bench_slab s;

	assert_non_null(tasks);
	assert_int_equal(bench_slab_init(&s, 10, env, &err), 0);
	for (int i = 0; i < IN_CHUNK; i++) {
		tasks[i] = bench_slab_take(&s);
		assert_ptr_not_equal(tasks[i], NULL);
		if (i)
			assert_ptr_not_equal(tasks[i], tasks[i - 1]);
		assert_int_equal((uintptr_t)tasks[i] % BENCH_LINE, 0);
		assert_true((uintptr_t)tasks[i] % BENCH_CHUNK >= BENCH_CHUNK_HEAD);
		tasks[i]->intended_ns = i;
	}
	assert_int_equal(s.growths, 0);
	bench_slab_return(&s, tasks[3]);
	assert_ptr_equal(bench_slab_take(&s), tasks[3]); /* no growth while one is free */
	assert_int_equal(s.growths, 0);
	for (int i = IN_CHUNK; i < GROWN; i++)
		tasks[i] = bench_slab_take(&s);
	assert_int_equal(s.growths, 1);
	for (int i = 0; i < IN_CHUNK; i++) /* what is in use stays where it is */
		assert_true(i == 3 || tasks[i]->intended_ns == i);
	for (int i = 0; i < GROWN; i++) {
		assert_ptr_equal(bench_task_env(tasks[i]), env);
		*bench_task_permit(tasks[i]) = (uint32_t)i;
	}
	for (int i = 0; i < GROWN; i++) {
		assert_int_equal(*bench_task_permit(tasks[i]), i);
		assert_ptr_equal(bench_task_env(tasks[i]), env);
		assert_int_equal(bench_slab_ended(&s), i);
		bench_slab_end(&s, tasks[i]);
	}
	for (int i = 0; i < GROWN; i++) {
		again = bench_slab_take(&s);
		assert_non_null(again);
	}
	assert_int_equal(s.growths, 1);
	bench_slab_destroy(&s);
	bench_slab_destroy(&s);
	free(tasks);
}

/* A ring from the taker to one returner, who checks that no other has the same task. */
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

	assert_int_equal(bench_slab_init(&s, RING * RETURNERS + 1, NULL, NULL), 0);
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
