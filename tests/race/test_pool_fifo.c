/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue under several submitters and workers: nothing lost, nothing taken twice, and each
 * submitter's tasks come out in the order in which they went in. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include "pool/task/fifo.h"

enum { SUBMITTERS = 3, WORKERS = 3, TASKS = 20000 };

struct item {
	struct pool_task task;
	int submitter, number;
	atomic_int taken;
};

static struct item items[SUBMITTERS][TASKS];

struct setting {
	struct pool_fifo fifo;
	atomic_int taken; /* of all */
};

struct submitter {
	struct setting *setting;
	int index;
	pthread_t thread;
};

static void *submitter_main(void *arg)
{
	struct submitter *submitter = arg;

	for (int i = 0; i < TASKS; i++) {
		struct item *item = &items[submitter->index][i];

		item->submitter = submitter->index;
		item->number = i;
		pool_fifo_put(&submitter->setting->fifo, &item->task);
	}
	return NULL;
}

struct worker_thread {
	struct setting *setting;
	int disorders; /* a task that came out after one that went in later */
	pthread_t thread;
};

static void *worker_main(void *arg)
{
	struct worker_thread *worker = arg;
	int last[SUBMITTERS] = {-1, -1, -1};
	bool more;

	while (atomic_load(&worker->setting->taken) < SUBMITTERS * TASKS) {
		struct item *item = (struct item *)pool_fifo_get(&worker->setting->fifo, &more);

		if (!item) {
			sched_yield();
			continue;
		}
		worker->disorders += item->number <= last[item->submitter];
		last[item->submitter] = item->number;
		atomic_fetch_add(&item->taken, 1);
		atomic_fetch_add(&worker->setting->taken, 1);
	}
	return NULL;
}

static void run_with(int workers)
{
	struct submitter submitters[SUBMITTERS];
	struct worker_thread threads[WORKERS];
	static struct setting setting;
	bool more = true;

	memset(items, 0, sizeof(items));
	memset(&setting, 0, sizeof(setting));
	pool_fifo_init(&setting.fifo);
	for (int i = 0; i < workers; i++) {
		threads[i] = (struct worker_thread){.setting = &setting};
		pthread_create(&threads[i].thread, NULL, worker_main, &threads[i]);
	}
	for (int i = 0; i < SUBMITTERS; i++) {
		submitters[i] = (struct submitter){.setting = &setting, .index = i};
		pthread_create(&submitters[i].thread, NULL, submitter_main, &submitters[i]);
	}
	for (int i = 0; i < SUBMITTERS; i++)
		pthread_join(submitters[i].thread, NULL);
	for (int i = 0; i < workers; i++) {
		pthread_join(threads[i].thread, NULL);
		assert_int_equal(threads[i].disorders, 0);
	}
	for (int s = 0; s < SUBMITTERS; s++)
		for (int i = 0; i < TASKS; i++)
			assert_int_equal(items[s][i].taken, 1);
	assert_null(pool_fifo_get(&setting.fifo, &more));
	assert_false(more);
	assert_false(pool_fifo_any(&setting.fifo));
	pool_fifo_destroy(&setting.fifo);
}

static void test_one_worker(void **state)
{
	(void)state;
	run_with(1);
}

static void test_many_workers(void **state)
{
	(void)state;
	run_with(WORKERS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one_worker),
	    cmocka_unit_test(test_many_workers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
