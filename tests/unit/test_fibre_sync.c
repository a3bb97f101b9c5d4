/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mutex and the channel of fibres, used by fibres and by threads. */
#include "tests/race/fibre_help.h"

#include <errno.h>

#include "pool/fibre/channel.h"
#include "pool/fibre/mutex.h"

static struct rig rig;

/* -- mutex ------------------------------------------------------------------------------------- */

static struct pool_fibre_mutex mutex;
static int guarded; /* by the mutex */
static bool inside;
static int order[100], ordered;

static void add_with_waits(struct job *job)
{
	(void)job;
	for (int i = 0; i < 20; i++) {
		int seen;

		pool_fibre_mutex_lock(&mutex);
		assert_false(inside);
		inside = true;
		seen = guarded;
		if (i % 4 == 0)
			pool_fibre_wait_until(now_ns() + MS / 50);
		else
			pool_fibre_yield();
		guarded = seen + 1;
		inside = false;
		pool_fibre_mutex_unlock(&mutex);
	}
}

static void test_a_mutex_lets_one_in_at_a_time(void **state)
{
	(void)state;
	for (unsigned cores = 1; cores <= RIG_CORES; cores++) {
		static struct job jobs[20];

		memset(jobs, 0, sizeof(jobs));
		guarded = 0;
		pool_fibre_mutex_init(&mutex);
		rig_start(&rig, cores, (struct pool_runtime_options){0});
		for (int i = 0; i < 20; i++) {
			jobs[i].run = add_with_waits;
			submit(&rig, &jobs[i]);
		}
		/* A thread among them. */
		for (int i = 0; i < 50; i++) {
			pool_fibre_mutex_lock(&mutex);
			assert_false(inside);
			guarded++;
			pool_fibre_mutex_unlock(&mutex);
		}
		rig_end(&rig);
		assert_int_equal(guarded, 20 * 20 + 50);
		pool_fibre_mutex_destroy(&mutex);
	}
}

static void note_turn(struct job *job)
{
	pool_fibre_mutex_lock(&mutex);
	order[ordered++] = *(int *)job->arg;
	pool_fibre_mutex_unlock(&mutex);
}

static void test_a_mutex_is_handed_on_in_order(void **state)
{
	static struct job jobs[100];
	static int numbers[100];

	(void)state;
	memset(jobs, 0, sizeof(jobs));
	ordered = 0;
	pool_fibre_mutex_init(&mutex);
	rig_start(&rig, 1, (struct pool_runtime_options){0});
	pool_fibre_mutex_lock(&mutex);
	for (int i = 0; i < 100; i++) {
		numbers[i] = i;
		jobs[i].run = note_turn;
		jobs[i].arg = &numbers[i];
		submit(&rig, &jobs[i]);
	}
	await(rig.begun == 100); /* and all of them stand there */
	pool_fibre_mutex_unlock(&mutex);
	rig_end(&rig);
	for (int i = 0; i < 100; i++)
		assert_int_equal(order[i], i);
	pool_fibre_mutex_destroy(&mutex);
}

static void lock_for_a_while(struct job *job)
{
	*(int *)job->arg = pool_fibre_mutex_lock_until(&mutex, now_ns() + MS) ? 1 : 2;
}

static void test_waiting_for_a_mutex_ends_in_time(void **state)
{
	int got = 0;
	struct job job = {.run = lock_for_a_while, .arg = &got};

	(void)state;
	pool_fibre_mutex_init(&mutex);
	pool_fibre_mutex_lock(&mutex);
	assert_false(pool_fibre_mutex_lock_until(&mutex, 0));
	assert_false(pool_fibre_mutex_lock_until(&mutex, now_ns() + MS));
	rig_start(&rig, 1, (struct pool_runtime_options){0});
	submit(&rig, &job);
	rig_end(&rig);
	assert_int_equal(got, 2);
	pool_fibre_mutex_unlock(&mutex);
	assert_true(pool_fibre_mutex_lock_until(&mutex, 0));
	pool_fibre_mutex_unlock(&mutex);
	assert_int_equal(mutex.word, 0);
	pool_fibre_mutex_destroy(&mutex);
}

static void lock_impatiently(struct job *job)
{
	(void)job;
	for (int i = 0; i < 100; i++) {
		if (!pool_fibre_mutex_lock_until(&mutex, now_ns() + 20000))
			continue;
		assert_false(inside);
		inside = true;
		pool_fibre_wait_until(now_ns() + 15000);
		guarded++;
		inside = false;
		pool_fibre_mutex_unlock(&mutex);
	}
}

/* A hand-over and the end of a wait may come at the same time. */
static void test_impatient_fibres_lose_no_mutex(void **state)
{
	(void)state;
	for (unsigned cores = 1; cores <= RIG_CORES; cores++) {
		static struct job jobs[6];

		memset(jobs, 0, sizeof(jobs));
		pool_fibre_mutex_init(&mutex);
		rig_start(&rig, cores, (struct pool_runtime_options){0});
		for (int i = 0; i < 6; i++) {
			jobs[i].run = lock_impatiently;
			submit(&rig, &jobs[i]);
		}
		rig_end(&rig);
		assert_true(pool_fibre_mutex_lock_until(&mutex, 0));
		pool_fibre_mutex_unlock(&mutex);
		pool_fibre_mutex_destroy(&mutex);
	}
}

/* -- channel ----------------------------------------------------------------------------------- */

static struct pool_fibre_channel channel;

enum { SENDERS = 5, ITEMS = 200 };

struct sender {
	struct job job;
	uint64_t index;
};

static void send_all(struct job *job)
{
	struct sender *sender = (struct sender *)job;

	for (uint64_t i = 1; i <= ITEMS; i++)
		assert_int_equal(
		    pool_fibre_channel_send(&channel, (void *)(uintptr_t)(sender->index << 32 | i),
					    INT64_MAX),
		    POOL_QUEUE_OK);
}

struct receiver {
	struct job job;
	uint64_t last[SENDERS];
	int count;
};

static void receive_all(struct job *job)
{
	struct receiver *receiver = (struct receiver *)job;
	void *item;

	while (pool_fibre_channel_receive(&channel, &item, INT64_MAX) == POOL_QUEUE_OK) {
		uint64_t value = (uint64_t)(uintptr_t)item, from = value >> 32;

		assert_true(from < SENDERS);
		assert_true((value & 0xffffffff) > receiver->last[from]);
		receiver->last[from] = value & 0xffffffff;
		receiver->count++;
		if (receiver->count % 16 == 0)
			pool_fibre_yield();
	}
}

static void pass_through_channel(unsigned cores, size_t capacity, int receivers)
{
	static struct sender senders[SENDERS];
	static struct receiver ears[3];
	int count = 0;

	memset(senders, 0, sizeof(senders));
	memset(ears, 0, sizeof(ears));
	assert_int_equal(pool_fibre_channel_init(&channel, capacity), 0);
	rig_start(&rig, cores, (struct pool_runtime_options){0});
	for (int i = 0; i < receivers; i++) {
		ears[i].job.run = receive_all;
		submit(&rig, &ears[i].job);
	}
	for (uint64_t i = 0; i < SENDERS; i++) {
		senders[i].index = i;
		senders[i].job.run = send_all;
		submit(&rig, &senders[i].job);
	}
	for (int i = 0; i < SENDERS; i++)
		await(senders[i].job.done);
	pool_fibre_channel_close(&channel);
	rig_end(&rig);
	for (int i = 0; i < receivers; i++)
		count += ears[i].count;
	assert_int_equal(count, SENDERS * ITEMS);
	pool_fibre_channel_destroy(&channel);
}

static void test_a_channel_loses_nothing_and_keeps_order(void **state)
{
	const size_t capacities[] = {0, 1, 7, 5000};

	(void)state;
	for (unsigned cores = 1; cores <= RIG_CORES; cores++)
		for (int c = 0; c < 4; c++)
			for (int receivers = 1; receivers <= 3; receivers += 2)
				pass_through_channel(cores, capacities[c], receivers);
}

static void test_threads_use_a_channel(void **state)
{
	struct sender sender = {.job.run = send_all};
	void *item = NULL;

	(void)state;
	assert_int_equal(pool_fibre_channel_init(&channel, 2), 0);
	rig_start(&rig, 1, (struct pool_runtime_options){.wait = POOL_RUNTIME_SLEEP});
	submit(&rig, &sender.job);
	for (uint64_t i = 1; i <= ITEMS; i++) {
		assert_int_equal(pool_fibre_channel_receive(&channel, &item, INT64_MAX),
				 POOL_QUEUE_OK);
		assert_int_equal((uintptr_t)item, i);
	}
	rig_end(&rig);
	pool_fibre_channel_destroy(&channel);
}

static void test_a_channel_without_waiting(void **state)
{
	void *item = NULL;
	int one, two;

	(void)state;
	assert_int_equal(pool_fibre_channel_init(&channel, 1), 0);
	assert_int_equal(pool_fibre_channel_receive(&channel, &item, 0), POOL_QUEUE_TIMEOUT);
	assert_int_equal(pool_fibre_channel_send(&channel, &one, 0), POOL_QUEUE_OK);
	assert_int_equal(pool_fibre_channel_send(&channel, &two, 0), POOL_QUEUE_TIMEOUT);
	assert_int_equal(pool_fibre_channel_send(&channel, &two, now_ns() + MS),
			 POOL_QUEUE_TIMEOUT);
	pool_fibre_channel_close(&channel);
	assert_int_equal(pool_fibre_channel_send(&channel, &two, INT64_MAX), POOL_QUEUE_CLOSED);
	assert_int_equal(pool_fibre_channel_receive(&channel, &item, INT64_MAX), POOL_QUEUE_OK);
	assert_ptr_equal(item, &one);
	assert_int_equal(pool_fibre_channel_receive(&channel, &item, INT64_MAX), POOL_QUEUE_CLOSED);
	pool_fibre_channel_destroy(&channel);
	assert_int_equal(pool_fibre_channel_init(&channel, SIZE_MAX), EINVAL);
}

static void send_in_vain(struct job *job)
{
	*(int *)job->arg = (int)pool_fibre_channel_send(&channel, &channel, INT64_MAX);
}

static void test_closing_a_channel_ends_all_waits(void **state)
{
	int statuses[3] = {-1, -1, -1};
	struct job jobs[3] = {{0}};

	(void)state;
	assert_int_equal(pool_fibre_channel_init(&channel, 0), 0);
	rig_start(&rig, 2, (struct pool_runtime_options){0});
	for (int i = 0; i < 3; i++) {
		jobs[i].run = send_in_vain;
		jobs[i].arg = &statuses[i];
		submit(&rig, &jobs[i]);
	}
	await(rig.begun == 3);
	pool_fibre_channel_close(&channel);
	rig_end(&rig);
	for (int i = 0; i < 3; i++)
		assert_int_equal(statuses[i], POOL_QUEUE_CLOSED);
	pool_fibre_channel_destroy(&channel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_mutex_lets_one_in_at_a_time),
	    cmocka_unit_test(test_a_mutex_is_handed_on_in_order),
	    cmocka_unit_test(test_waiting_for_a_mutex_ends_in_time),
	    cmocka_unit_test(test_impatient_fibres_lose_no_mutex),
	    cmocka_unit_test(test_a_channel_loses_nothing_and_keeps_order),
	    cmocka_unit_test(test_threads_use_a_channel),
	    cmocka_unit_test(test_a_channel_without_waiting),
	    cmocka_unit_test(test_closing_a_channel_ends_all_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
