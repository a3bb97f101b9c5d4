/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Threads that come and go at an object pool with random options, and hand objects to each other:
 * no object has two users, none is lost, there are never more than may be, and at the end all are
 * destroyed and the counters add up. The seed is printed; OBJECT_SEED=N repeats it, as far as
 * threads let it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/random.h"
#include "pool/resource/object_pool.h"

enum { USERS = 6, GENERATIONS = 3, ROUNDS = 12, STEPS = 400, HELD_MAX = 12 };

static uint32_t next_below(uint64_t *state, uint32_t bound)
{
	return (uint32_t)((random_splitmix(state) >> 32) % bound);
}

struct thing {
	atomic_int users;
	int uses; /* written by its one user, without a lock: a second user is a data race */
};

typedef struct thing *thing_ptr;

struct world {
	struct pool_object_pool *pool;
	struct pool_object_options options;
	atomic_ullong alive, gets, puts;
	_Atomic thing_ptr handed; /* from one thread to another */
};

static void *create(void *arg)
{
	struct world *w = arg;
	unsigned long long alive = atomic_fetch_add(&w->alive, 1) + 1;

	if (w->options.capacity && alive > w->options.capacity)
		fail_msg("%llu objects", alive);
	return calloc(1, sizeof(struct thing));
}

static void destroy(void *object, void *arg)
{
	struct thing *t = object;

	assert_int_equal(atomic_load(&t->users), 0);
	free(t);
	atomic_fetch_sub(&((struct world *)arg)->alive, 1);
}

static void put(struct world *w, struct thing *t)
{
	t->uses++;
	assert_int_equal(atomic_fetch_sub(&t->users, 1), 1);
	pool_object_pool_put(w->pool, t);
	atomic_fetch_add(&w->puts, 1);
}

static struct thing *get(struct world *w)
{
	void *object = NULL;
	enum pool_object_status status = pool_object_pool_get(w->pool, &object);
	struct thing *t = object;

	if (status == POOL_OBJECT_EXHAUSTED) {
		assert_true(w->options.capacity > 0);
		return NULL;
	}
	assert_int_equal(status, POOL_OBJECT_OK);
	assert_int_equal(atomic_fetch_add(&t->users, 1), 0);
	t->uses++;
	atomic_fetch_add(&w->gets, 1);
	return t;
}

struct user {
	struct world *world;
	pthread_t thread;
	uint64_t random;
};

/* Leave one for another thread to put, and put what one left. */
static void hand_over(struct world *w, struct thing *t)
{
	t = atomic_exchange(&w->handed, t);
	if (t)
		put(w, t);
}

static void *run_user(void *arg)
{
	struct user *u = arg;
	struct thing *held[HELD_MAX];
	uint32_t count = 0;

	for (int i = 0; i < STEPS; i++) {
		uint32_t what = next_below(&u->random, 100);
		struct thing *t;

		if (what < 45 && count < HELD_MAX) {
			t = get(u->world);
			if (t)
				held[count++] = t;
		} else if (what < 88 && count) {
			put(u->world, held[--count]);
		} else if (what < 96 && count) {
			hand_over(u->world, held[--count]);
		} else if (what == 98) {
			pool_object_pool_flush(u->world->pool);
		} else if (what == 99) {
			pool_object_pool_trim(u->world->pool);
		}
	}
	while (count)
		put(u->world, held[--count]);
	return NULL;
}

static void check_counters(struct world *w)
{
	struct pool_object_stats s;

	pool_object_pool_stats(w->pool, &s);
	assert_int_equal(s.gets, w->gets);
	assert_int_equal(s.puts, w->puts);
	assert_int_equal(s.in_use, 0);
	assert_int_equal(s.created, s.destroyed + s.cached + s.shared);
	assert_int_equal(s.created - s.destroyed, w->alive);
	assert_int_equal(s.cached, 0); /* all who had a cache have ended */
	assert_int_equal(s.threads, USERS * GENERATIONS);
}

static void one_round(uint64_t *random)
{
	struct world w = {.options = {.capacity = next_below(random, 3) * 10,
				      .keep = next_below(random, 2) * 8,
				      .magazine = 1 + next_below(random, 6)}};
	struct pool_object_ops ops = {.create = create, .destroy = destroy, .arg = &w};
	struct user users[USERS];
	int error;

	w.pool = pool_object_pool_open(&ops, &w.options, &error);
	assert_non_null(w.pool);
	for (int g = 0; g < GENERATIONS; g++) {
		for (int i = 0; i < USERS; i++) {
			users[i] = (struct user){
			    .world = &w, .random = *random + (uint64_t)(g * USERS + i + 1) * 7919};
			assert_int_equal(
			    pthread_create(&users[i].thread, NULL, run_user, &users[i]), 0);
		}
		for (int i = 0; i < USERS; i++)
			pthread_join(users[i].thread, NULL);
	}
	if (w.handed) {
		atomic_fetch_sub(&w.handed->users, 1);
		/* This thread gets a cache by it. */
		pool_object_pool_put(w.pool, w.handed);
		assert_int_equal(pool_object_pool_close(w.pool), 0);
	} else {
		check_counters(&w);
		assert_int_equal(pool_object_pool_close(w.pool), 0);
	}
	assert_int_equal(w.alive, 0);
	next_below(random, 2);
}

static void objects_have_one_user(void **state)
{
	const char *text = getenv("OBJECT_SEED");
	uint64_t random = text ? strtoull(text, NULL, 10) : (uint64_t)time(NULL);

	(void)state;
	print_message("OBJECT_SEED=%llu\n", (unsigned long long)random);
	random |= 1;
	for (int i = 0; i < ROUNDS; i++)
		one_round(&random);
}

/* All of a bounded pool lie in the caches of others, and each of them is found. */
struct holder {
	struct pool_object_pool *pool;
	pthread_barrier_t *filled, *done;
	pthread_t thread;
};

static void *fill_cache(void *arg)
{
	struct holder *h = arg;
	void *objects[4];

	for (int i = 0; i < 4; i++)
		assert_int_equal(pool_object_pool_get(h->pool, &objects[i]), POOL_OBJECT_OK);
	for (int i = 0; i < 4; i++)
		pool_object_pool_put(h->pool, objects[i]);
	pthread_barrier_wait(h->filled);
	pthread_barrier_wait(h->done);
	return NULL;
}

static void none_is_missed_in_others_caches(void **state)
{
	struct world w = {.options = {.capacity = 12, .magazine = 8}};
	struct pool_object_ops ops = {.create = create, .destroy = destroy, .arg = &w};
	pthread_barrier_t filled, done;
	struct holder holders[3];
	struct pool_object_stats s;
	void *objects[12], *more;
	int error;

	(void)state;
	w.pool = pool_object_pool_open(&ops, &w.options, &error);
	assert_non_null(w.pool);
	pthread_barrier_init(&filled, NULL, 4);
	pthread_barrier_init(&done, NULL, 4);
	for (int i = 0; i < 3; i++) {
		holders[i] = (struct holder){w.pool, &filled, &done, 0};
		assert_int_equal(pthread_create(&holders[i].thread, NULL, fill_cache, &holders[i]),
				 0);
	}
	pthread_barrier_wait(&filled);
	for (int i = 0; i < 12; i++)
		assert_int_equal(pool_object_pool_get(w.pool, &objects[i]), POOL_OBJECT_OK);
	assert_int_equal(pool_object_pool_get(w.pool, &more), POOL_OBJECT_EXHAUSTED);
	pool_object_pool_stats(w.pool, &s);
	assert_true(s.reclaimed >= 1);
	assert_int_equal(s.exhausted, 1);
	assert_true(s.created <= 12);
	for (int i = 0; i < 12; i++)
		pool_object_pool_put(w.pool, objects[i]);
	pthread_barrier_wait(&done);
	for (int i = 0; i < 3; i++)
		pthread_join(holders[i].thread, NULL);
	assert_int_equal(pool_object_pool_close(w.pool), 0);
	assert_int_equal(w.alive, 0);
	pthread_barrier_destroy(&filled);
	pthread_barrier_destroy(&done);
}

/* Each thread holds one at most and there is one for each, so that one is free whenever a thread
 * has none: whatever way they go between the caches, none may be missed. */
static void *get_and_put(void *arg)
{
	struct world *w = arg;

	for (int i = 0; i < 3000; i++) {
		struct thing *t = get(w);

		if (!t)
			fail_msg("all are in use, and this thread has none");
		if (i % 7 == 0)
			sched_yield();
		hand_over(w, t); /* and puts what another one had */
	}
	return NULL;
}

static void no_get_fails_while_one_is_free(void **state)
{
	(void)state;
	for (unsigned magazine = 1; magazine <= 4; magazine++) {
		/* One more, for what is handed over. */
		struct world w = {.options = {.capacity = USERS + 1, .magazine = magazine}};
		struct pool_object_ops ops = {.create = create, .destroy = destroy, .arg = &w};
		pthread_t threads[USERS];
		int error;

		w.pool = pool_object_pool_open(&ops, &w.options, &error);
		assert_non_null(w.pool);
		for (int i = 0; i < USERS; i++)
			assert_int_equal(pthread_create(&threads[i], NULL, get_and_put, &w), 0);
		for (int i = 0; i < USERS; i++)
			pthread_join(threads[i], NULL);
		put(&w, w.handed);
		assert_int_equal(pool_object_pool_close(w.pool), 0);
		assert_int_equal(w.alive, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(objects_have_one_user),
	    cmocka_unit_test(none_is_missed_in_others_caches),
	    cmocka_unit_test(no_get_fails_while_one_is_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
