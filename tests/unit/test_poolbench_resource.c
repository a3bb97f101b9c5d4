/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pools that tasks of poolbench borrow from, with a real server behind the sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "workloads/poolbench/resource.h"

enum { THREADS = 4, TASKS = 50 };

static const struct bench_resource_params bench_resource_defaults = {
    .connections = 64, .transport = BENCH_TRANSPORT_UNIX, .objects = 0, .object_bytes = 4096};

static void open_resource(struct bench_resource *r, const struct bench_resource_params *params,
			  bool connections)
{
	struct error err = ERROR_INIT;

	if (bench_resource_init(r, params, connections, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(bench_resource_made(r));
}

static void *run_tasks(void *arg)
{
	for (int i = 0; i < TASKS; i++)
		assert_true(bench_resource_use(arg, i % 2 == 0, clock_now(), 1000));
	return NULL;
}

static void run_threads(struct bench_resource *r)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run_tasks, r), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	bench_resource_finish(r);
	/* Of every second task, as the others are not of the window. */
	assert_int_equal(hdr_total(&r->acquire), THREADS * TASKS / 2);
	assert_int_equal(r->acquire_failed, 0);
	assert_int_equal(r->exchange_failed, 0);
}

static void connections_over(enum bench_transport transport)
{
	struct bench_resource_params params = bench_resource_defaults;
	struct pool_connection_stats stats;
	struct bench_resource r;

	params.transport = transport;
	params.connections = 2;
	open_resource(&r, &params, true);
	run_threads(&r);
	pool_connection_pool_stats(r.connections, &stats);
	assert_int_equal(stats.borrowed, THREADS * TASKS);
	assert_int_equal(stats.given_back, THREADS * TASKS);
	assert_int_equal(stats.opened - stats.closed, stats.idle);
	assert_true(stats.peak <= 2);
	assert_int_equal(stats.broken, 0);
	bench_resource_destroy(&r);
}

static void unix_connections(void **state)
{
	(void)state;
	connections_over(BENCH_TRANSPORT_UNIX);
}

static void tcp_connections(void **state)
{
	(void)state;
	connections_over(BENCH_TRANSPORT_TCP);
}

static void a_task_without_a_server_fails(void **state)
{
	struct bench_resource r;

	(void)state;
	open_resource(&r, &bench_resource_defaults, true);
	assert_true(bench_resource_use(&r, true, clock_now(), 0));
	bench_echo_stop(&r.echo);
	assert_false(bench_resource_use(&r, true, clock_now(), 0));
	assert_false(bench_resource_use(&r, false, clock_now(), 0));
	assert_int_equal(r.acquire_failed + r.exchange_failed, 1); /* the one of the window */
	bench_resource_destroy(&r);
}

static void objects(void **state)
{
	struct bench_resource_params params = bench_resource_defaults;
	struct pool_object_stats stats;
	struct bench_resource r;

	(void)state;
	params.objects = THREADS;
	params.object_bytes = 1;
	open_resource(&r, &params, false);
	run_threads(&r);
	pool_object_pool_stats(r.objects, &stats);
	assert_int_equal(stats.gets, THREADS * TASKS);
	assert_int_equal(stats.in_use, 0);
	assert_true(stats.created <= THREADS);
	bench_resource_destroy(&r);
}

static void a_task_without_an_object_fails(void **state)
{
	struct bench_resource_params params = bench_resource_defaults;
	struct bench_resource r;
	void *held;

	(void)state;
	params.objects = 1;
	open_resource(&r, &params, false);
	assert_int_equal(pool_object_pool_get(r.objects, &held), POOL_OBJECT_OK);
	assert_false(bench_resource_use(&r, true, clock_now(), 0));
	assert_int_equal(r.acquire_failed, 1);
	bench_resource_finish(&r);
	assert_int_equal(hdr_total(&r.acquire), 0);
	pool_object_pool_put(r.objects, held);
	assert_true(bench_resource_use(&r, true, clock_now(), 0));
	bench_resource_destroy(&r);
}

static void nothing_is_destroyed_as_well(void **state)
{
	struct bench_resource r = {0};

	(void)state;
	assert_false(bench_resource_made(&r));
	bench_resource_destroy(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(unix_connections),
	    cmocka_unit_test(tcp_connections),
	    cmocka_unit_test(a_task_without_a_server_fails),
	    cmocka_unit_test(objects),
	    cmocka_unit_test(a_task_without_an_object_fails),
	    cmocka_unit_test(nothing_is_destroyed_as_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
