/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every kind behind the common face, with one thread: contracts, borders, closing, deadlines,
 * batches, errors. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "pool/queue/queue.h"
#include "tests/unit/no_memory.h"

#define SOON_NS 2000000

static void *item(uintptr_t n)
{
	return (void *)n;
}

static struct pool_queue *open_queue(const char *name, size_t capacity, enum pool_queue_wait wait)
{
	struct pool_queue_options options = POOL_QUEUE_OPTIONS_INIT;
	int error = -1;
	struct pool_queue *queue;

	options.capacity = capacity;
	options.wait = wait;
	queue = pool_queue_open(name, &options, &error);
	assert_non_null(queue);
	assert_int_equal(error, 0);
	assert_string_equal(pool_queue_traits(queue)->name, name);
	return queue;
}

/* Each kind but rendezvous, which holds nothing, with each way to wait. */
static void each_kind(void (*test)(const struct pool_queue_traits *traits,
				   enum pool_queue_wait wait))
{
	for (const struct pool_queue_traits *const *t = pool_queue_kinds(); *t; t++)
		for (enum pool_queue_wait wait = POOL_QUEUE_EVENTCOUNT; wait <= POOL_QUEUE_SPIN;
		     wait++)
			if (strcmp((*t)->name, "rendezvous") != 0)
				test(*t, wait);
}

static void test_the_kinds(void **state)
{
	static const char *const names[] = {"mutex",   "rendezvous", "spsc",     "mpmc",
					    "channel", "list",       "priority", "deque"};
	const struct pool_queue_traits *const *kinds = pool_queue_kinds();

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		assert_string_equal(kinds[i]->name, names[i]);
		assert_true(strlen(kinds[i]->about) > 0);
	}
	assert_null(kinds[8]);
}

static void test_bad_options(void **state)
{
	struct pool_queue_options options = POOL_QUEUE_OPTIONS_INIT;
	int error = 0;

	(void)state;
	assert_null(pool_queue_open("spmc", &options, &error));
	assert_int_equal(error, EINVAL);
	assert_null(pool_queue_open(NULL, &options, &error));
	assert_int_equal(error, EINVAL);
	assert_null(pool_queue_open("mutex", NULL, &error));
	assert_int_equal(error, EINVAL);
	for (const struct pool_queue_traits *const *t = pool_queue_kinds(); *t; t++) {
		options = (struct pool_queue_options){.capacity = SIZE_MAX / 64 + 1};
		assert_null(pool_queue_open((*t)->name, &options, &error));
		assert_int_equal(error, EINVAL);
		options = (struct pool_queue_options){.wait = (enum pool_queue_wait)3};
		assert_null(pool_queue_open((*t)->name, &options, &error));
		assert_int_equal(error, EINVAL);
	}
	options = (struct pool_queue_options){.capacity = 0};
	assert_null(pool_queue_open("spsc", &options, &error));
	assert_int_equal(error, EINVAL);
	assert_null(pool_queue_open("mpmc", &options, &error));
	assert_int_equal(error, EINVAL);
	options = (struct pool_queue_options){.capacity = SIZE_MAX / 64};
	assert_null(pool_queue_open("mpmc", &options, &error));
	assert_int_equal(error, ENOMEM);
	pool_queue_destroy(NULL);
}

static void full_and_empty(const struct pool_queue_traits *traits, enum pool_queue_wait wait)
{
	struct pool_queue *queue = open_queue(traits->name, 4, wait);
	void *got = NULL;

	assert_int_equal(pool_queue_capacity(queue), traits->bounded ? 4 : SIZE_MAX);
	for (int turn = 0; turn < 50; turn++) {
		assert_int_equal(pool_queue_count(queue), 0);
		assert_int_equal(pool_queue_try_get(queue, &got), POOL_QUEUE_EMPTY);
		for (uintptr_t i = 0; i < 4; i++)
			assert_int_equal(pool_queue_try_put(queue, item(i)), POOL_QUEUE_OK);
		assert_int_equal(pool_queue_count(queue), 4);
		if (traits->bounded)
			assert_int_equal(pool_queue_try_put(queue, item(9)), POOL_QUEUE_FULL);
		for (uintptr_t i = 0; i < 4; i++) {
			assert_int_equal(pool_queue_try_get(queue, &got), POOL_QUEUE_OK);
			assert_ptr_equal(got, item(traits->same_thread ? 3 - i : i));
		}
	}
	pool_queue_destroy(queue);
}

static void test_full_and_empty(void **state)
{
	(void)state;
	each_kind(full_and_empty);
}

/* Many more than a first guess, an array or a segment holds. */
static void grows(const struct pool_queue_traits *traits, enum pool_queue_wait wait)
{
	struct pool_queue *queue;
	uintptr_t in = 0, out = 0;
	void *got;

	if (traits->bounded || traits->same_thread)
		return;
	queue = open_queue(traits->name, 0, wait);
	for (int turn = 0; turn < 100; turn++) {
		for (int i = 0; i < 90; i++)
			assert_int_equal(pool_queue_put(queue, item(in++), POOL_QUEUE_FOR_EVER),
					 POOL_QUEUE_OK);
		for (int i = 0; i < 80; i++) {
			assert_int_equal(pool_queue_get(queue, &got, POOL_QUEUE_FOR_EVER),
					 POOL_QUEUE_OK);
			assert_ptr_equal(got, item(out++));
		}
		assert_int_equal(pool_queue_count(queue), in - out);
	}
	pool_queue_destroy(queue); /* with items in it */
}

static void test_grows(void **state)
{
	(void)state;
	each_kind(grows);
}

static void deadlines(const struct pool_queue_traits *traits, enum pool_queue_wait wait)
{
	struct pool_queue *queue = open_queue(traits->name, 2, wait);
	int64_t from = clock_now();
	void *got;

	assert_int_equal(pool_queue_get(queue, &got, INT64_MIN), POOL_QUEUE_TIMEOUT);
	assert_int_equal(pool_queue_get(queue, &got, 0), POOL_QUEUE_TIMEOUT);
	assert_int_equal(pool_queue_get(queue, &got, from + SOON_NS), POOL_QUEUE_TIMEOUT);
	assert_true(clock_now() >= from + SOON_NS);
	for (uintptr_t i = 0; i < 2; i++)
		assert_int_equal(pool_queue_put(queue, item(i), 0), POOL_QUEUE_OK); /* tried once */
	if (traits->bounded) {
		from = clock_now();
		assert_int_equal(pool_queue_put(queue, item(9), 0), POOL_QUEUE_TIMEOUT);
		assert_int_equal(pool_queue_put(queue, item(9), from + SOON_NS),
				 POOL_QUEUE_TIMEOUT);
		assert_true(clock_now() >= from + SOON_NS);
	}
	for (int i = 0; i < 2; i++)
		assert_int_equal(pool_queue_get(queue, &got, 0), POOL_QUEUE_OK);
	assert_int_equal(pool_queue_get(queue, &got, 0), POOL_QUEUE_TIMEOUT);
	pool_queue_destroy(queue);
}

static void test_deadlines(void **state)
{
	(void)state;
	each_kind(deadlines);
}

static void closes(const struct pool_queue_traits *traits, enum pool_queue_wait wait)
{
	struct pool_queue *queue = open_queue(traits->name, 2, wait);
	enum pool_queue_status status;
	void *got, *some[3] = {0};

	for (uintptr_t i = 0; i < 2; i++)
		assert_int_equal(pool_queue_try_put(queue, item(i)), POOL_QUEUE_OK);
	pool_queue_close(queue);
	pool_queue_close(queue);
	assert_int_equal(pool_queue_try_put(queue, item(9)), POOL_QUEUE_CLOSED);
	assert_int_equal(pool_queue_put(queue, item(9), POOL_QUEUE_FOR_EVER), POOL_QUEUE_CLOSED);
	assert_int_equal(pool_queue_put_high(queue, item(9), POOL_QUEUE_FOR_EVER),
			 POOL_QUEUE_CLOSED);
	assert_int_equal(pool_queue_put_many(queue, some, 3, &status), 0);
	assert_int_equal(status, POOL_QUEUE_CLOSED);
	assert_int_equal(pool_queue_count(queue), 2);
	assert_int_equal(pool_queue_try_get(queue, &got), POOL_QUEUE_OK);
	assert_int_equal(pool_queue_get(queue, &got, POOL_QUEUE_FOR_EVER), POOL_QUEUE_OK);
	assert_int_equal(pool_queue_get(queue, &got, POOL_QUEUE_FOR_EVER), POOL_QUEUE_CLOSED);
	assert_int_equal(pool_queue_try_get(queue, &got), POOL_QUEUE_CLOSED);
	assert_int_equal(pool_queue_get_many(queue, some, 3, &status), 0);
	assert_int_equal(status, POOL_QUEUE_CLOSED);
	assert_int_equal(pool_queue_try_put(queue, item(9)), POOL_QUEUE_CLOSED);
	pool_queue_destroy(queue);
}

static void test_closes(void **state)
{
	(void)state;
	each_kind(closes);
}

static void batches(const struct pool_queue_traits *traits, enum pool_queue_wait wait)
{
	struct pool_queue *queue = open_queue(traits->name, 128, wait);
	void *in[200], *got[200];
	enum pool_queue_status status;
	size_t most = traits->bounded ? 128 : 200;

	for (uintptr_t i = 0; i < 200; i++)
		in[i] = item(i);
	for (int turn = 0; turn < 5; turn++) { /* on and on through arrays and segments */
		assert_int_equal(pool_queue_put_many(queue, in, 0, &status), 0);
		assert_int_equal(status, POOL_QUEUE_OK);
		assert_int_equal(pool_queue_put_many(queue, in, 50, NULL), 50);
		assert_int_equal(pool_queue_put_many(queue, in + 50, 150, &status), most - 50);
		assert_int_equal(status, traits->bounded ? POOL_QUEUE_FULL : POOL_QUEUE_OK);
		assert_int_equal(pool_queue_get_many(queue, got, 30, &status), 30);
		assert_int_equal(status, POOL_QUEUE_OK);
		assert_int_equal(pool_queue_get_many(queue, got + 30, 170, &status), most - 30);
		assert_int_equal(status, traits->bounded ? POOL_QUEUE_EMPTY : POOL_QUEUE_OK);
		for (size_t i = 0; i < most; i++)
			assert_ptr_equal(got[i], in[traits->same_thread ? most - 1 - i : i]);
		assert_int_equal(pool_queue_get_many(queue, got, 1, &status), 0);
		assert_int_equal(status, POOL_QUEUE_EMPTY);
	}
	pool_queue_destroy(queue);
}

static void test_batches(void **state)
{
	(void)state;
	each_kind(batches);
}

/* Alone, a putter and a getter of a rendezvous never meet. */
static void test_rendezvous_alone(void **state)
{
	(void)state;
	for (enum pool_queue_wait wait = POOL_QUEUE_EVENTCOUNT; wait <= POOL_QUEUE_SPIN; wait++) {
		struct pool_queue *queue = open_queue("rendezvous", 7, wait);
		void *got;

		assert_int_equal(pool_queue_capacity(queue), 0);
		assert_int_equal(pool_queue_try_put(queue, item(1)), POOL_QUEUE_FULL);
		assert_int_equal(pool_queue_try_get(queue, &got), POOL_QUEUE_EMPTY);
		assert_int_equal(pool_queue_put(queue, item(1), clock_now() + SOON_NS),
				 POOL_QUEUE_TIMEOUT);
		assert_int_equal(pool_queue_get(queue, &got, clock_now() + SOON_NS),
				 POOL_QUEUE_TIMEOUT);
		assert_int_equal(pool_queue_count(queue), 0);
		pool_queue_close(queue);
		assert_int_equal(pool_queue_put(queue, item(1), POOL_QUEUE_FOR_EVER),
				 POOL_QUEUE_CLOSED);
		assert_int_equal(pool_queue_get(queue, &got, POOL_QUEUE_FOR_EVER),
				 POOL_QUEUE_CLOSED);
		pool_queue_destroy(queue);
	}
}

/* The one value that a ring for one and one cannot hold is refused, and harms nothing. */
static void test_no_item(void **state)
{
	struct pool_queue *queue = open_queue("spsc", 4, POOL_QUEUE_SPIN);
	void *none = (void *)UINTPTR_MAX, *got, *some[3] = {item(1), none, item(2)};
	enum pool_queue_status status;

	(void)state;
	assert_int_equal(pool_queue_try_put(queue, none), POOL_QUEUE_REFUSED);
	assert_int_equal(pool_queue_put(queue, none, POOL_QUEUE_FOR_EVER), POOL_QUEUE_REFUSED);
	assert_int_equal(pool_queue_put_many(queue, some, 3, &status), 1);
	assert_int_equal(status, POOL_QUEUE_REFUSED);
	assert_int_equal(pool_queue_try_get(queue, &got), POOL_QUEUE_OK);
	assert_ptr_equal(got, item(1));
	assert_int_equal(pool_queue_try_get(queue, &got), POOL_QUEUE_EMPTY);
	assert_int_equal(pool_queue_try_put(queue, NULL), POOL_QUEUE_OK);
	assert_int_equal(pool_queue_try_get(queue, &got), POOL_QUEUE_OK);
	assert_null(got);
	pool_queue_destroy(queue);
}

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
static void test_no_memory(void **state)
{
	(void)state;
	skip(); /* a sanitizer needs more address space than this test would leave */
}
#else
/* In a child that may have a few MiB more than it has. Returns 0 where all went as it should. */
static int fill_up(const char *kind)
{
	struct pool_queue *queue = open_queue(kind, 0, POOL_QUEUE_SPIN);
	unsigned long pages = 0;
	uintptr_t in = 0, out = 0;
	struct rlimit limit;
	FILE *statm = fopen("/proc/self/statm", "re");
	void *got;

	if (!statm || fscanf(statm, "%lu", &pages) != 1)
		return 2;
	fclose(statm);
	limit.rlim_cur = limit.rlim_max = pages * (rlim_t)sysconf(_SC_PAGESIZE) + (4 << 20);
	setrlimit(RLIMIT_AS, &limit);
	while (pool_queue_put(queue, item(in), POOL_QUEUE_FOR_EVER) == POOL_QUEUE_OK)
		in++;
	if (pool_queue_try_put(queue, item(in)) != POOL_QUEUE_NO_MEMORY ||
	    pool_queue_count(queue) != in)
		return 3;
	/* What it holds is as it was, and there is room again. */
	for (; pool_queue_try_get(queue, &got) == POOL_QUEUE_OK; out++)
		if (got != item(pool_queue_traits(queue)->same_thread ? in - 1 - out : out))
			return 4;
	return out != in || pool_queue_try_put(queue, item(1)) != POOL_QUEUE_OK;
}

static void test_no_memory(void **state)
{
	static const char *const unbounded[] = {"mutex", "list", "priority", "deque"};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		pid_t child = fork();
		int status = 0;

		assert_true(child >= 0);
		if (child == 0)
			_exit(fill_up(unbounded[i]));
		assert_int_equal(waitpid(child, &status, 0), child);
		if (status)
			fail_msg("%s: status %#x", unbounded[i], (unsigned)status);
	}
}
#endif

static void test_status_text(void **state)
{
	(void)state;
	assert_string_equal(pool_queue_status_text(POOL_QUEUE_OK), "ok");
	assert_string_equal(pool_queue_status_text(POOL_QUEUE_NO_MEMORY), "no memory");
	assert_string_equal(pool_queue_status_text((enum pool_queue_status)99), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_kinds),      cmocka_unit_test(test_bad_options),
	    cmocka_unit_test(test_full_and_empty), cmocka_unit_test(test_grows),
	    cmocka_unit_test(test_deadlines),      cmocka_unit_test(test_closes),
	    cmocka_unit_test(test_batches),        cmocka_unit_test(test_rendezvous_alone),
	    cmocka_unit_test(test_no_item),        cmocka_unit_test(test_no_memory),
	    cmocka_unit_test(test_status_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
