/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Many threads at a connection pool with random options: at no time has a connection two users, or
 * are there more than may be; every waiting borrower is served or refused; at the end all are
 * closed and the counters add up. The seed is printed; CONNECTION_SEED=N repeats it, as far as
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
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/random.h"
#include "pool/resource/connection_pool.h"

enum { USERS = 6, ROUNDS = 20, BORROWS = 200 };

static uint32_t next_below(uint64_t *state, uint32_t bound)
{
	return (uint32_t)((random_splitmix(state) >> 32) % bound);
}

struct peer {
	atomic_int users;
	int uses; /* written by its one user, without a lock: a second user is a data race */
};

struct world {
	struct pool_connection_pool *pool;
	unsigned capacity;
	atomic_int alive;
	atomic_uint opens, fails, lent, waits_over;
};

static void *open_peer(void *arg, int *error)
{
	struct world *w = arg;
	struct peer *p;

	if (atomic_fetch_add(&w->opens, 1) % 17 == 16) {
		atomic_fetch_add(&w->fails, 1);
		*error = 111;
		return NULL;
	}
	if ((unsigned)atomic_fetch_add(&w->alive, 1) >= w->capacity)
		fail_msg("more than %u connections", w->capacity);
	p = calloc(1, sizeof(*p));
	assert_non_null(p);
	return p;
}

static bool check_peer(void *handle, void *arg)
{
	struct peer *p = handle;

	(void)arg;
	return p->uses % 13 != 12;
}

static void close_peer(void *handle, void *arg)
{
	struct world *w = arg;
	struct peer *p = handle;

	assert_int_equal(atomic_load(&p->users), 0);
	free(p);
	atomic_fetch_sub(&w->alive, 1);
}

struct user {
	struct world *world;
	pthread_t thread;
	uint64_t random;
};

static int64_t deadline_of(uint64_t *random)
{
	switch (next_below(random, 3)) {
	case 0:
		return 0;
	case 1:
		return INT64_MAX;
	default:
		return clock_now() + next_below(random, 200000);
	}
}

static void use(struct world *w, struct pool_connection *c, uint64_t *random)
{
	struct peer *p = pool_connection_handle(c);

	assert_int_equal(atomic_fetch_add(&p->users, 1), 0);
	p->uses++;
	if (next_below(random, 3) == 0)
		sched_yield();
	atomic_fetch_sub(&p->users, 1);
	pool_connection_pool_give_back(w->pool, c, next_below(random, 20) != 0);
}

static void *run_user(void *arg)
{
	struct user *u = arg;
	struct world *w = u->world;

	for (int i = 0; i < BORROWS; i++) {
		struct pool_connection *c;
		int error = 0;

		switch (pool_connection_pool_borrow(w->pool, deadline_of(&u->random), &c, &error)) {
		case POOL_CONNECTION_OK:
			atomic_fetch_add(&w->lent, 1);
			use(w, c, &u->random);
			break;
		case POOL_CONNECTION_FAILED:
			assert_int_equal(error, 111);
			break;
		case POOL_CONNECTION_CLOSED:
			return NULL;
		case POOL_CONNECTION_TIMEOUT:
		case POOL_CONNECTION_OVERLOAD:
			atomic_fetch_add(&w->waits_over, 1);
			break;
		}
		if (next_below(&u->random, 50) == 0)
			pool_connection_pool_purge(w->pool);
	}
	return NULL;
}

static void check_counters(struct world *w)
{
	struct pool_connection_stats s;

	pool_connection_pool_stats(w->pool, &s);
	assert_int_equal(s.borrowed, w->lent);
	assert_int_equal(s.borrowed, s.given_back + s.lent);
	assert_int_equal(s.lent, 0);
	assert_int_equal(s.waiters, 0);
	assert_int_equal(s.open_failed, w->fails);
	assert_int_equal(s.opened, w->opens - w->fails);
	assert_int_equal(s.opened, s.closed + s.idle);
	assert_int_equal(s.timeouts + s.refused, w->waits_over);
	assert_true(s.peak <= w->capacity);
}

static void begin(struct world *w, struct user users[USERS], uint64_t *random)
{
	struct pool_connection_ops ops = {open_peer, check_peer, close_peer, w};
	struct pool_connection_options options = {.max_idle = next_below(random, 3),
						  .max_waiters = next_below(random, 4)};
	int error;

	*w = (struct world){.capacity = 1 + next_below(random, 4)};
	options.capacity = w->capacity;
	w->pool = pool_connection_pool_open(&ops, &options, &error);
	assert_non_null(w->pool);
	for (int i = 0; i < USERS; i++)
		users[i] = (struct user){.world = w, .random = *random + (uint64_t)i * 7919 + 1};
}

static void start(struct user users[USERS])
{
	for (int i = 0; i < USERS; i++)
		assert_int_equal(pthread_create(&users[i].thread, NULL, run_user, &users[i]), 0);
}

static void join(struct user users[USERS])
{
	for (int i = 0; i < USERS; i++)
		pthread_join(users[i].thread, NULL);
}

static uint64_t seed(void)
{
	const char *text = getenv("CONNECTION_SEED");
	uint64_t seed = text ? strtoull(text, NULL, 10) : (uint64_t)time(NULL);

	print_message("CONNECTION_SEED=%llu\n", (unsigned long long)seed);
	return seed | 1;
}

static void connections_have_one_user(void **state)
{
	uint64_t random = seed();
	struct user users[USERS];
	struct world w;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		begin(&w, users, &random);
		start(users);
		join(users);
		check_counters(&w);
		assert_int_equal(pool_connection_pool_close(w.pool, 0), 0);
		assert_int_equal(w.alive, 0);
	}
}

/* It closes while others borrow, give back and wait: one that is lent all the time keeps it from
 * being freed under them. */
static void closing_beside_users(void **state)
{
	uint64_t random = seed();
	struct user users[USERS];
	struct pool_connection *held;
	struct world w;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		begin(&w, users, &random);
		assert_int_equal(pool_connection_pool_borrow(w.pool, INT64_MAX, &held, NULL),
				 POOL_CONNECTION_OK);
		start(users);
		for (uint32_t k = next_below(&random, 200); k; k--)
			sched_yield();
		assert_true(pool_connection_pool_close(w.pool, 0) >= 1);
		join(users);
		pool_connection_pool_give_back(w.pool, held, true);
		assert_int_equal(pool_connection_pool_close(w.pool, 0), 0);
		assert_int_equal(w.alive, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(connections_have_one_user),
	    cmocka_unit_test(closing_beside_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
