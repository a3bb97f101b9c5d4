/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The object pool in one thread, and in threads that come one after another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "pool/resource/object_pool.h"

struct made {
	struct pool_object_ops ops;
	struct pool_object_options options;
	struct pool_object_pool *pool;
	int created, destroyed, resets;
	bool no_memory;
};

static void *create(void *arg)
{
	struct made *m = arg;

	if (m->no_memory)
		return NULL;
	m->created++;
	return malloc(1);
}

static void reset(void *object, void *arg)
{
	*(char *)object = 0;
	((struct made *)arg)->resets++;
}

static void destroy(void *object, void *arg)
{
	free(object);
	((struct made *)arg)->destroyed++;
}

static int setup(void **state)
{
	struct made *m = calloc(1, sizeof(*m));

	if (!m)
		return -1;
	m->ops = (struct pool_object_ops){create, reset, destroy, m};
	m->options.magazine = 2;
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	struct made *m = *state;

	if (m->pool)
		assert_int_equal(pool_object_pool_close(m->pool), 0);
	assert_int_equal(m->created, m->destroyed);
	free(m);
	return 0;
}

static void open_pool(struct made *m)
{
	int error = -1;

	m->pool = pool_object_pool_open(&m->ops, &m->options, &error);
	assert_non_null(m->pool);
	assert_int_equal(error, 0);
}

static void *get(struct made *m)
{
	void *object = NULL;

	assert_int_equal(pool_object_pool_get(m->pool, &object), POOL_OBJECT_OK);
	assert_non_null(object);
	return object;
}

static struct pool_object_stats stats_of(struct made *m)
{
	struct pool_object_stats stats;

	pool_object_pool_stats(m->pool, &stats);
	return stats;
}

static void bad_options_are_refused(void **state)
{
	struct made *m = *state;
	int error = 0;

	m->options.magazine = POOL_OBJECT_MAGAZINE_MAX + 1;
	assert_null(pool_object_pool_open(&m->ops, &m->options, &error));
	assert_int_equal(error, EINVAL);
	m->options.magazine = 1;
	m->ops.create = NULL;
	assert_null(pool_object_pool_open(&m->ops, &m->options, &error));
	assert_int_equal(error, EINVAL);
}

static void what_was_put_is_got_again(void **state)
{
	struct made *m = *state;
	void *first, *second;

	open_pool(m);
	first = get(m);
	second = get(m);
	assert_true(first != second);
	pool_object_pool_put(m->pool, first);
	pool_object_pool_put(m->pool, second);
	assert_int_equal(m->resets, 2);
	assert_ptr_equal(get(m), second); /* the one put last */
	assert_ptr_equal(get(m), first);
	assert_int_equal(m->created, 2);
	assert_int_equal(stats_of(m).in_use, 2);
	pool_object_pool_put(m->pool, first);
	pool_object_pool_put(m->pool, second);
	assert_int_equal(stats_of(m).in_use, 0);
	assert_int_equal(stats_of(m).cached, 2);
}

enum { MANY = 11 };

static void get_many(struct made *m, void *objects[MANY])
{
	for (int i = 0; i < MANY; i++)
		objects[i] = get(m);
}

static void put_many(struct made *m, void *objects[MANY])
{
	for (int i = 0; i < MANY; i++)
		pool_object_pool_put(m->pool, objects[i]);
}

/* Two magazines of two stay in the cache, and whole ones go to the shared part. */
static void what_the_cache_cannot_hold_is_shared(void **state)
{
	struct made *m = *state;
	struct pool_object_stats stats;
	void *objects[MANY];

	open_pool(m);
	get_many(m, objects);
	put_many(m, objects);
	stats = stats_of(m);
	assert_true(stats.cached <= 4);
	assert_int_equal(stats.cached + stats.shared, MANY);
	assert_int_equal(stats.shared % 2, 0);
	assert_int_equal(stats.moves, stats.shared / 2);
	get_many(m, objects); /* all of them come from there */
	assert_int_equal(m->created, MANY);
	assert_int_equal(stats_of(m).shared + stats_of(m).cached, 0);
	put_many(m, objects);
}

static void to_and_fro_at_a_border_moves_nothing(void **state)
{
	struct made *m = *state;
	void *objects[MANY], *held[2];
	uint64_t moves;

	open_pool(m);
	get_many(m, objects);
	put_many(m, objects);
	moves = stats_of(m).moves;
	for (int i = 0; i < 100; i++) {
		held[0] = get(m);
		held[1] = get(m);
		pool_object_pool_put(m->pool, held[0]);
		pool_object_pool_put(m->pool, held[1]);
	}
	assert_true(stats_of(m).moves <= moves + 1);
}

static void a_bounded_pool_runs_out(void **state)
{
	struct made *m = *state;
	void *objects[3], *more;

	m->options.capacity = 3;
	open_pool(m);
	for (int i = 0; i < 3; i++)
		objects[i] = get(m);
	assert_int_equal(pool_object_pool_get(m->pool, &more), POOL_OBJECT_EXHAUSTED);
	assert_int_equal(stats_of(m).exhausted, 1);
	pool_object_pool_put(m->pool, objects[1]);
	assert_ptr_equal(get(m), objects[1]);
	for (int i = 0; i < 3; i++)
		pool_object_pool_put(m->pool, objects[i]);
	assert_int_equal(m->created, 3);
}

static void no_memory_is_told(void **state)
{
	struct made *m = *state;
	void *object;

	m->options.capacity = 1;
	open_pool(m);
	m->no_memory = true;
	assert_int_equal(pool_object_pool_get(m->pool, &object), POOL_OBJECT_NO_MEMORY);
	m->no_memory = false;
	pool_object_pool_put(m->pool, get(m)); /* its place is free again */
	m->no_memory = true;
	pool_object_pool_put(m->pool, get(m)); /* none has to be made */
}

static void surplus_is_destroyed(void **state)
{
	struct made *m = *state;
	void *objects[MANY];

	m->options.keep = 4;
	open_pool(m);
	get_many(m, objects);
	put_many(m, objects);
	assert_true(stats_of(m).shared <= 4);
	assert_int_equal(stats_of(m).shared + stats_of(m).cached, MANY - m->destroyed);
	assert_true(m->destroyed > 0);
}

static void flush_and_trim_empty_it(void **state)
{
	struct made *m = *state;
	void *objects[MANY];

	open_pool(m);
	get_many(m, objects);
	put_many(m, objects);
	pool_object_pool_flush(m->pool);
	assert_int_equal(stats_of(m).cached, 0);
	assert_int_equal(stats_of(m).shared, MANY);
	assert_int_equal(pool_object_pool_trim(m->pool), MANY);
	assert_int_equal(m->destroyed, MANY);
	assert_int_equal(pool_object_pool_trim(m->pool), 0);
	pool_object_pool_put(m->pool, get(m));
}

static void *use_three(void *arg)
{
	struct made *m = arg;
	void *objects[3];

	for (int i = 0; i < 3; i++)
		objects[i] = get(m);
	for (int i = 0; i < 3; i++)
		pool_object_pool_put(m->pool, objects[i]);
	assert_int_equal(stats_of(m).cached, 3);
	return NULL;
}

/* What a thread leaves is used by the next. */
static void a_thread_leaves_its_cache(void **state)
{
	struct made *m = *state;

	open_pool(m);
	for (int i = 0; i < 20; i++) {
		pthread_t thread;

		assert_int_equal(pthread_create(&thread, NULL, use_three, m), 0);
		pthread_join(thread, NULL);
		assert_int_equal(stats_of(m).cached, 0);
		assert_int_equal(stats_of(m).shared, 3);
	}
	assert_int_equal(m->created, 3);
	assert_int_equal(stats_of(m).threads, 20);
	assert_int_equal(stats_of(m).gets, 60);
	assert_int_equal(stats_of(m).puts, 60);
}

static void close_tells_what_is_missing(void **state)
{
	struct made *m = *state;
	void *lost;

	open_pool(m);
	pool_object_pool_put(m->pool, get(m));
	lost = get(m);
	assert_int_equal(pool_object_pool_close(m->pool), 1);
	m->pool = NULL;
	destroy(lost, m);
}

static void statuses_have_words(void **state)
{
	(void)state;
	for (int i = POOL_OBJECT_OK; i <= POOL_OBJECT_NO_MEMORY; i++)
		assert_non_null(pool_object_status_text((enum pool_object_status)i));
}

#define WITH_MADE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_MADE(bad_options_are_refused),
	    WITH_MADE(what_was_put_is_got_again),
	    WITH_MADE(what_the_cache_cannot_hold_is_shared),
	    WITH_MADE(to_and_fro_at_a_border_moves_nothing),
	    WITH_MADE(a_bounded_pool_runs_out),
	    WITH_MADE(no_memory_is_told),
	    WITH_MADE(surplus_is_destroyed),
	    WITH_MADE(flush_and_trim_empty_it),
	    WITH_MADE(a_thread_leaves_its_cache),
	    WITH_MADE(close_tells_what_is_missing),
	    cmocka_unit_test(statuses_have_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
