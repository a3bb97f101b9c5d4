/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connection pool: with made connections and a made clock, and over real sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"
#include "pool/resource/connection_pool.h"
#include "pool/resource/socket_connection.h"

enum { MADE_MAX = 64 };

/* Connections that are numbers. */
struct made {
	struct pool_connection_ops ops;
	struct pool_connection_options options;
	struct pool_connection_pool *pool;
	atomic_int opened, closed;
	int open_error; /* of the next open(); 0: it goes well */
	bool unfit[MADE_MAX], is_closed[MADE_MAX];
	int numbers[MADE_MAX];
	int64_t now_ns;
};

static void *made_open(void *arg, int *error)
{
	struct made *m = arg;
	int number;

	if (m->open_error) {
		*error = m->open_error;
		return NULL;
	}
	number = atomic_fetch_add(&m->opened, 1);
	assert_true(number < MADE_MAX);
	m->numbers[number] = number;
	return &m->numbers[number];
}

static bool made_check(void *handle, void *arg)
{
	return !((struct made *)arg)->unfit[*(int *)handle];
}

static void made_close(void *handle, void *arg)
{
	struct made *m = arg;

	assert_false(m->is_closed[*(int *)handle]);
	m->is_closed[*(int *)handle] = true;
	atomic_fetch_add(&m->closed, 1);
}

static int64_t made_now(void *arg)
{
	return ((struct made *)arg)->now_ns;
}

static int setup(void **state)
{
	struct made *m = calloc(1, sizeof(*m));

	if (!m)
		return -1;
	m->ops = (struct pool_connection_ops){made_open, made_check, made_close, m};
	m->options =
	    (struct pool_connection_options){.capacity = 3, .now_ns = made_now, .now_arg = m};
	m->now_ns = 1000;
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	struct made *m = *state;

	if (m->pool)
		assert_int_equal(pool_connection_pool_close(m->pool, 0), 0);
	assert_int_equal(m->opened, m->closed);
	free(m);
	return 0;
}

static struct pool_connection_pool *open_pool(struct made *m)
{
	int error = -1;

	m->pool = pool_connection_pool_open(&m->ops, &m->options, &error);
	assert_non_null(m->pool);
	assert_int_equal(error, 0);
	return m->pool;
}

static struct pool_connection *borrow(struct made *m)
{
	struct pool_connection *c = NULL;

	assert_int_equal(pool_connection_pool_borrow(m->pool, 0, &c, NULL), POOL_CONNECTION_OK);
	return c;
}

static int number_of(const struct pool_connection *c)
{
	return *(int *)pool_connection_handle(c);
}

static struct pool_connection_stats stats_of(struct made *m)
{
	struct pool_connection_stats stats;

	pool_connection_pool_stats(m->pool, &stats);
	return stats;
}

/* -- what is lent -------------------------------------------------------------------------------
 */

static void bad_options_are_refused(void **state)
{
	struct made *m = *state;
	struct pool_connection_options options = m->options;
	int error = 0;

	options.capacity = 0;
	assert_null(pool_connection_pool_open(&m->ops, &options, &error));
	assert_int_equal(error, EINVAL);
	options = m->options;
	options.max_age_ns = -1;
	assert_null(pool_connection_pool_open(&m->ops, &options, &error));
	m->ops.open = NULL;
	assert_null(pool_connection_pool_open(&m->ops, &m->options, &error));
}

static void what_comes_back_is_lent_again(void **state)
{
	struct made *m = *state;
	struct pool_connection *c;

	open_pool(m);
	assert_int_equal(m->opened, 0);
	c = borrow(m);
	assert_int_equal(number_of(c), 0);
	assert_int_equal(stats_of(m).lent, 1);
	pool_connection_pool_give_back(m->pool, c, true);
	c = borrow(m);
	assert_int_equal(number_of(c), 0);
	assert_int_equal(m->opened, 1);
	assert_int_equal(stats_of(m).reused, 1);
	pool_connection_pool_give_back(m->pool, c, true);
	assert_int_equal(stats_of(m).idle, 1);
	assert_int_equal(stats_of(m).given_back, 2);
}

static void lend(struct made *m, struct pool_connection *c[3])
{
	for (int i = 0; i < 3; i++) {
		c[i] = borrow(m);
		assert_int_equal(number_of(c[i]), i);
	}
}

static void the_last_used_is_lent_first(void **state)
{
	struct made *m = *state;
	struct pool_connection *c[3], *last;

	open_pool(m);
	lend(m, c);
	pool_connection_pool_give_back(m->pool, c[1], true);
	pool_connection_pool_give_back(m->pool, c[2], true);
	pool_connection_pool_give_back(m->pool, c[0], true);
	last = borrow(m);
	assert_int_equal(number_of(last), 0);
	pool_connection_pool_give_back(m->pool, last, true);
}

static void the_least_recently_used_goes(void **state)
{
	struct made *m = *state;
	struct pool_connection *c[3];

	m->options.max_idle = 2;
	open_pool(m);
	lend(m, c);
	pool_connection_pool_give_back(m->pool, c[1], true);
	pool_connection_pool_give_back(m->pool, c[2], true);
	assert_int_equal(m->closed, 0);
	pool_connection_pool_give_back(m->pool, c[0], true);
	assert_true(m->is_closed[1]);
	assert_int_equal(m->closed, 1);
	assert_int_equal(stats_of(m).surplus, 1);
	assert_int_equal(stats_of(m).idle, 2);
}

static void the_unfit_are_not_lent(void **state)
{
	struct made *m = *state;
	struct pool_connection *c[3], *fit;

	open_pool(m);
	lend(m, c);
	for (int i = 0; i < 3; i++)
		pool_connection_pool_give_back(m->pool, c[i], true);
	m->unfit[2] = m->unfit[1] = true;
	fit = borrow(m);
	assert_int_equal(number_of(fit), 0); /* an older one that is fit, rather than a new one */
	assert_true(m->is_closed[1] && m->is_closed[2]);
	assert_int_equal(stats_of(m).unfit, 2);
	pool_connection_pool_give_back(m->pool, fit, true);
	m->unfit[0] = true;
	fit = borrow(m);
	assert_int_equal(number_of(fit), 3);
	c[0] = borrow(m);
	c[1] = borrow(m); /* their places came free */
	assert_int_equal(pool_connection_pool_borrow(m->pool, 0, &c[2], NULL),
			 POOL_CONNECTION_TIMEOUT);
	pool_connection_pool_give_back(m->pool, fit, true);
	pool_connection_pool_give_back(m->pool, c[0], true);
	pool_connection_pool_give_back(m->pool, c[1], true);
}

static void the_old_are_not_lent(void **state)
{
	struct made *m = *state;
	struct pool_connection *c;

	m->options.max_age_ns = 100;
	open_pool(m);
	pool_connection_pool_give_back(m->pool, borrow(m), true);
	m->now_ns += 100;
	c = borrow(m);
	assert_int_equal(number_of(c), 0); /* not older than it may be */
	m->now_ns += 1;
	pool_connection_pool_give_back(m->pool, c, true);
	c = borrow(m);
	assert_int_equal(number_of(c), 1);
	assert_true(m->is_closed[0]);
	assert_int_equal(stats_of(m).too_old, 1);
	pool_connection_pool_give_back(m->pool, c, true);
}

static void the_long_idle_are_not_lent(void **state)
{
	struct made *m = *state;
	struct pool_connection *c;

	m->options.max_idle_ns = 50;
	open_pool(m);
	c = borrow(m);
	m->now_ns += 1000; /* it is used, however long */
	pool_connection_pool_give_back(m->pool, c, true);
	m->now_ns += 50;
	c = borrow(m);
	assert_int_equal(number_of(c), 0);
	pool_connection_pool_give_back(m->pool, c, true);
	m->now_ns += 51;
	c = borrow(m);
	assert_int_equal(number_of(c), 1);
	assert_int_equal(stats_of(m).too_old, 1);
	pool_connection_pool_give_back(m->pool, c, true);
}

static void the_broken_are_closed(void **state)
{
	struct made *m = *state;

	open_pool(m);
	pool_connection_pool_give_back(m->pool, borrow(m), false);
	assert_true(m->is_closed[0]);
	assert_int_equal(stats_of(m).broken, 1);
	assert_int_equal(stats_of(m).idle, 0);
}

static void a_failed_open_is_told(void **state)
{
	struct made *m = *state;
	struct pool_connection *c;
	int error = 0;

	m->options.capacity = 1;
	open_pool(m);
	m->open_error = ECONNREFUSED;
	assert_int_equal(pool_connection_pool_borrow(m->pool, 0, &c, &error),
			 POOL_CONNECTION_FAILED);
	assert_int_equal(error, ECONNREFUSED);
	assert_int_equal(stats_of(m).open_failed, 1);
	m->open_error = 0;
	pool_connection_pool_give_back(m->pool, borrow(m), true); /* its place is free again */
}

static void purge_closes_the_idle(void **state)
{
	struct made *m = *state;
	struct pool_connection *c[3];

	open_pool(m);
	lend(m, c);
	pool_connection_pool_give_back(m->pool, c[0], true);
	pool_connection_pool_give_back(m->pool, c[1], true);
	assert_int_equal(pool_connection_pool_purge(m->pool), 2);
	assert_int_equal(m->closed, 2);
	assert_int_equal(pool_connection_pool_purge(m->pool), 0);
	pool_connection_pool_give_back(m->pool, c[2], true);
}

/* -- waiting ------------------------------------------------------------------------------------
 */

struct borrower {
	struct made *m;
	pthread_t thread;
	int64_t deadline_ns;
	enum pool_connection_status status;
	struct pool_connection *c;
	atomic_bool done;
	atomic_int *turn;
	int came; /* its turn */
	int error;
};

static void *borrow_in_thread(void *arg)
{
	struct borrower *b = arg;

	b->status = pool_connection_pool_borrow(b->m->pool, b->deadline_ns, &b->c, &b->error);
	if (b->turn)
		b->came = atomic_fetch_add(b->turn, 1);
	atomic_store(&b->done, true);
	return NULL;
}

static void start(struct borrower *b, struct made *m, int64_t deadline_ns)
{
	uint64_t waiters = stats_of(m).waiters;

	*b = (struct borrower){.m = m, .deadline_ns = deadline_ns, .turn = b->turn};
	assert_int_equal(pthread_create(&b->thread, NULL, borrow_in_thread, b), 0);
	while (stats_of(m).waiters == waiters && !atomic_load(&b->done))
		sched_yield();
}

static enum pool_connection_status join(struct borrower *b)
{
	assert_int_equal(pthread_join(b->thread, NULL), 0);
	return b->status;
}

static int64_t in_ns(int64_t ns)
{
	return clock_now() + ns;
}

static void a_deadline_ends_the_waiting(void **state)
{
	struct made *m = *state;
	struct pool_connection *c, *other;

	m->options.capacity = 1;
	open_pool(m);
	c = borrow(m);
	assert_int_equal(pool_connection_pool_borrow(m->pool, 0, &other, NULL),
			 POOL_CONNECTION_TIMEOUT);
	assert_int_equal(pool_connection_pool_borrow(m->pool, in_ns(2000000), &other, NULL),
			 POOL_CONNECTION_TIMEOUT);
	assert_int_equal(stats_of(m).timeouts, 2);
	assert_int_equal(stats_of(m).waited, 1);
	assert_int_equal(stats_of(m).waiters, 0);
	pool_connection_pool_give_back(m->pool, c, true);
	assert_int_equal(stats_of(m).idle, 1); /* no borrower waits any more */
}

static void who_waits_is_served_in_order(void **state)
{
	struct made *m = *state;
	struct borrower b[4];
	atomic_int turn = 0;
	struct pool_connection *c, *other;

	m->options.capacity = 1;
	open_pool(m);
	c = borrow(m);
	for (int i = 0; i < 4; i++) {
		b[i].turn = &turn;
		start(&b[i], m, INT64_MAX);
	}
	assert_int_equal(stats_of(m).waiters, 4);
	for (int i = 0; i < 4; i++) {
		pool_connection_pool_give_back(m->pool, c, true);
		/* It is not to be had for one that comes later. */
		assert_int_equal(pool_connection_pool_borrow(m->pool, 0, &other, NULL),
				 POOL_CONNECTION_TIMEOUT);
		assert_int_equal(join(&b[i]), POOL_CONNECTION_OK);
		assert_int_equal(b[i].came, i);
		c = b[i].c;
		assert_int_equal(number_of(c), 0);
	}
	pool_connection_pool_give_back(m->pool, c, true);
	assert_int_equal(stats_of(m).waiters_peak, 4);
}

static void what_is_handed_over_is_checked(void **state)
{
	struct made *m = *state;
	struct pool_connection *c;
	struct borrower b = {0};

	m->options.capacity = 1;
	open_pool(m);
	c = borrow(m);
	start(&b, m, INT64_MAX);
	m->unfit[0] = true;
	pool_connection_pool_give_back(m->pool, c, true);
	assert_int_equal(join(&b), POOL_CONNECTION_OK);
	assert_int_equal(number_of(b.c), 1);
	assert_true(m->is_closed[0]);
	pool_connection_pool_give_back(m->pool, b.c, true);
}

static void the_place_of_a_broken_one_goes_to_who_waits(void **state)
{
	struct made *m = *state;
	struct pool_connection *c;
	struct borrower first = {0}, second = {0};

	m->options.capacity = 1;
	open_pool(m);
	c = borrow(m);
	start(&first, m, INT64_MAX);
	start(&second, m, INT64_MAX);
	m->open_error = ENETDOWN;
	pool_connection_pool_give_back(m->pool, c, false);
	/* The first fails to open one, and the second then has the place. */
	assert_int_equal(join(&first), POOL_CONNECTION_FAILED);
	assert_int_equal(first.error, ENETDOWN);
	assert_int_equal(join(&second), POOL_CONNECTION_FAILED);
	m->open_error = 0;
	pool_connection_pool_give_back(m->pool, borrow(m), true);
}

static void too_many_waiters_are_refused(void **state)
{
	struct made *m = *state;
	struct pool_connection *c, *other;
	struct borrower b = {0};

	m->options.capacity = 1;
	m->options.max_waiters = 1;
	open_pool(m);
	c = borrow(m);
	start(&b, m, INT64_MAX);
	assert_int_equal(pool_connection_pool_borrow(m->pool, INT64_MAX, &other, NULL),
			 POOL_CONNECTION_OVERLOAD);
	assert_int_equal(stats_of(m).refused, 1);
	pool_connection_pool_give_back(m->pool, c, true);
	assert_int_equal(join(&b), POOL_CONNECTION_OK);
	pool_connection_pool_give_back(m->pool, b.c, true);
}

/* -- the end ------------------------------------------------------------------------------------
 */

static void closing_sends_waiters_away_and_waits_for_the_lent(void **state)
{
	struct made *m = *state;
	struct pool_connection *lent, *idle, *other;
	struct borrower b = {0};

	m->options.capacity = 2;
	open_pool(m);
	lent = borrow(m);
	idle = borrow(m);
	start(&b, m, INT64_MAX);
	assert_int_equal(pool_connection_pool_close(m->pool, 0), 2);
	assert_int_equal(join(&b), POOL_CONNECTION_CLOSED);
	assert_int_equal(pool_connection_pool_borrow(m->pool, INT64_MAX, &other, NULL),
			 POOL_CONNECTION_CLOSED);
	pool_connection_pool_give_back(m->pool, idle, true);
	assert_int_equal(m->closed, 1);
	assert_int_equal(pool_connection_pool_close(m->pool, in_ns(1000000)), 1);
	pool_connection_pool_give_back(m->pool, lent, true);
	assert_int_equal(pool_connection_pool_close(m->pool, INT64_MAX), 0);
	m->pool = NULL;
	assert_int_equal(m->closed, 2);
}

static void *give_back_in_thread(void *arg)
{
	struct borrower *b = arg;

	pool_connection_pool_give_back(b->m->pool, b->c, true);
	return NULL;
}

static void closing_wakes_up_when_the_last_comes_back(void **state)
{
	struct made *m = *state;
	struct borrower b = {.m = m};

	open_pool(m);
	b.c = borrow(m);
	assert_int_equal(pthread_create(&b.thread, NULL, give_back_in_thread, &b), 0);
	assert_int_equal(pool_connection_pool_close(m->pool, INT64_MAX), 0);
	m->pool = NULL;
	pthread_join(b.thread, NULL);
	assert_int_equal(m->closed, 1);
}

static void statuses_have_words(void **state)
{
	(void)state;
	for (int i = POOL_CONNECTION_OK; i <= POOL_CONNECTION_FAILED; i++)
		assert_non_null(pool_connection_status_text((enum pool_connection_status)i));
}

/* -- sockets ------------------------------------------------------------------------------------
 */

struct server {
	int listener;
	struct pool_socket_peer peer;
};

static void listen_at(struct server *s, int family)
{
	struct sockaddr_storage *a = &s->peer.address;

	*s = (struct server){.peer = {.length = sizeof(*a)}};
	s->listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(s->listener >= 0);
	a->ss_family = (sa_family_t)family;
	if (family == AF_INET)
		((struct sockaddr_in *)a)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	/* The kernel chooses the port, or the (abstract) name. */
	assert_int_equal(bind(s->listener, (struct sockaddr *)a,
			      family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(sa_family_t)),
			 0);
	assert_int_equal(listen(s->listener, 8), 0);
	assert_int_equal(getsockname(s->listener, (struct sockaddr *)a, &s->peer.length), 0);
}

static void exchange(const struct pool_connection *c, int peer)
{
	char buf[4] = "";

	assert_int_equal(send(pool_socket_connection_fd(c), "ping", 4, 0), 4);
	assert_int_equal(recv(peer, buf, 4, MSG_WAITALL), 4);
	assert_memory_equal(buf, "ping", 4);
	assert_int_equal(send(peer, "pong", 4, 0), 4);
	assert_int_equal(recv(pool_socket_connection_fd(c), buf, 4, MSG_WAITALL), 4);
	assert_memory_equal(buf, "pong", 4);
}

/* Give it back when what the peer did has arrived: over TCP that may take a moment. */
static void give_back_when_readable(struct pool_connection_pool *pool, struct pool_connection *c)
{
	struct pollfd fd = {.fd = pool_socket_connection_fd(c), .events = POLLIN};

	assert_int_equal(poll(&fd, 1, -1), 1);
	pool_connection_pool_give_back(pool, c, true);
}

static struct pool_connection *borrow_socket(struct pool_connection_pool *pool)
{
	struct pool_connection *c = NULL;

	assert_int_equal(pool_connection_pool_borrow(pool, INT64_MAX, &c, NULL),
			 POOL_CONNECTION_OK);
	return c;
}

static void sockets_are_reused_while_they_are_fit(int family)
{
	struct pool_connection_options options = {.capacity = 2};
	struct pool_connection_stats stats;
	struct pool_connection_ops ops;
	struct pool_connection_pool *pool;
	struct pool_connection *c;
	struct server server;
	int error, peer;

	listen_at(&server, family);
	server.peer.timeout_ns = 5000000000;
	ops = pool_socket_connection_ops(&server.peer);
	pool = pool_connection_pool_open(&ops, &options, &error);
	assert_non_null(pool);
	c = borrow_socket(pool);
	peer = accept(server.listener, NULL, NULL);
	exchange(c, peer);
	pool_connection_pool_give_back(pool, c, true);
	c = borrow_socket(pool);
	exchange(c, peer); /* the same one */
	/* Bytes that nobody waits for. */
	assert_int_equal(send(peer, "!", 1, 0), 1);
	give_back_when_readable(pool, c);
	c = borrow_socket(pool);
	close(peer);
	peer = accept(server.listener, NULL, NULL);
	exchange(c, peer);
	/* The peer goes. */
	close(peer);
	give_back_when_readable(pool, c);
	c = borrow_socket(pool);
	peer = accept(server.listener, NULL, NULL);
	exchange(c, peer);
	pool_connection_pool_stats(pool, &stats);
	assert_int_equal(stats.opened, 3);
	assert_int_equal(stats.unfit, 2);
	assert_int_equal(stats.reused, 1);
	/* Nobody listens. */
	close(server.listener);
	close(peer);
	give_back_when_readable(pool, c);
	assert_int_equal(pool_connection_pool_borrow(pool, INT64_MAX, &c, &error),
			 POOL_CONNECTION_FAILED);
	assert_int_equal(error, ECONNREFUSED);
	assert_int_equal(pool_connection_pool_close(pool, 0), 0);
}

static void unix_sockets(void **state)
{
	(void)state;
	sockets_are_reused_while_they_are_fit(AF_UNIX);
}

static void tcp_sockets(void **state)
{
	(void)state;
	sockets_are_reused_while_they_are_fit(AF_INET);
}

/* A Unix socket's peer whose queue is full keeps connect(2) waiting, up to its limit. */
static void a_full_peer_times_out(void **state)
{
	struct pool_connection_options options = {.capacity = 64};
	struct pool_connection *lent[64], *c;
	struct pool_connection_ops ops;
	struct pool_connection_pool *pool;
	struct server server;
	int error = 0, count = 0;

	(void)state;
	listen_at(&server, AF_UNIX);
	server.peer.timeout_ns = 20000000;
	ops = pool_socket_connection_ops(&server.peer);
	pool = pool_connection_pool_open(&ops, &options, &error);
	while (count < 64 && pool_connection_pool_borrow(pool, 0, &c, &error) == POOL_CONNECTION_OK)
		lent[count++] = c;
	assert_true(count > 0 && count < 64);
	assert_int_equal(error, ETIMEDOUT);
	while (count)
		pool_connection_pool_give_back(pool, lent[--count], true);
	assert_int_equal(pool_connection_pool_close(pool, 0), 0);
	close(server.listener);
}

#define WITH_MADE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_MADE(bad_options_are_refused),
	    WITH_MADE(what_comes_back_is_lent_again),
	    WITH_MADE(the_last_used_is_lent_first),
	    WITH_MADE(the_least_recently_used_goes),
	    WITH_MADE(the_unfit_are_not_lent),
	    WITH_MADE(the_old_are_not_lent),
	    WITH_MADE(the_long_idle_are_not_lent),
	    WITH_MADE(the_broken_are_closed),
	    WITH_MADE(a_failed_open_is_told),
	    WITH_MADE(purge_closes_the_idle),
	    WITH_MADE(a_deadline_ends_the_waiting),
	    WITH_MADE(who_waits_is_served_in_order),
	    WITH_MADE(what_is_handed_over_is_checked),
	    WITH_MADE(the_place_of_a_broken_one_goes_to_who_waits),
	    WITH_MADE(too_many_waiters_are_refused),
	    WITH_MADE(closing_sends_waiters_away_and_waits_for_the_lent),
	    WITH_MADE(closing_wakes_up_when_the_last_comes_back),
	    cmocka_unit_test(statuses_have_words),
	    cmocka_unit_test(unix_sockets),
	    cmocka_unit_test(tcp_sockets),
	    cmocka_unit_test(a_full_peer_times_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
