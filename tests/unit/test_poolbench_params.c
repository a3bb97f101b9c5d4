/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/own.h"
#include "base/params.h"
#include "pool/policy/autoscale.h"
#include "pool/policy/overload.h"
#include "pool/queue/queue.h"
#include "workloads/poolbench/params.h"

static int from(const char *json, struct bench_params *p, struct error *err)
{
	json_t *object = json_loads(json, 0, NULL);
	int status;

	assert_non_null(object);
	bench_params_init(p);
	status = bench_params_from_json(p, object, err);
	json_decref(object);
	return status;
}

static void test_defaults(void **state)
{
	struct error err = ERROR_INIT;
	struct bench_params p;
	(void)state;

	assert_int_equal(from("{\"pool\":\"naive\"}", &p, &err), 0);
	assert_string_equal(p.pool, "naive");
	assert_int_equal(p.size, 0);
	assert_int_equal(bench_params_prewarm(&p), 0);
	assert_false(p.nonblocking);
	assert_int_equal(p.task, BENCH_TASK_WAIT);
	assert_int_equal(p.overload, BENCH_OVERLOAD_REJECT);
	assert_int_equal(p.drain_ns, 10 * NS_PER_S);
}

static void test_every_parameter(void **state)
{
	struct error err = ERROR_INIT;
	struct bench_params p;
	(void)state;

	assert_int_equal(from("{\"pool\":\"elastic\",\"size\":\"2k\",\"prewarm\":\"all\","
			      "\"nonblocking\":false,\"max_waiters\":7,\"idle_expiry\":\"1.5s\","
			      "\"stack\":\"128K\",\"task\":\"alloc\",\"alloc_bytes\":1000,"
			      "\"overload\":\"caller_runs\",\"drain\":0}",
			      &p, &err),
			 0);
	assert_string_equal(p.pool, "elastic");
	assert_int_equal(p.size, 2000);
	assert_int_equal(bench_params_prewarm(&p), 2000);
	assert_false(p.nonblocking);
	assert_int_equal(p.max_waiters, 7);
	assert_int_equal(p.idle_expiry_ns, 1500 * NS_PER_MS);
	assert_int_equal(p.stack_bytes, 128 * 1024);
	assert_int_equal(p.task, BENCH_TASK_ALLOC);
	assert_int_equal(p.alloc_bytes, 1000);
	assert_int_equal(p.overload, BENCH_OVERLOAD_CALLER_RUNS);
	assert_int_equal(p.drain_ns, 0);
	assert_int_equal(
	    from("{\"pool\":\"stealing\",\"size\":4,\"queue\":\"mpmc\","
		 "\"queue_capacity\":\"64k\",\"wait\":\"spin_futex\",\"max_waiters\":9}",
		 &p, &err),
	    0);
	assert_string_equal(p.pool, "stealing");
	assert_string_equal(p.queue, "mpmc");
	assert_int_equal(p.queue_capacity, 64000);
	assert_int_equal(p.wait, POOL_WAIT_SPIN_FUTEX);
	assert_int_equal(p.max_waiters, 9);
	assert_int_equal(
	    from("{\"pool\":\"fixed\",\"size\":4,\"queue\":\"own\",\"wait\":\"own\"}", &p, &err),
	    0);
	assert_null(p.queue);
	assert_int_equal(p.wait, POOL_WAIT_OWN);
	assert_int_equal(from("{\"pool\":\"fibre\",\"queue_capacity\":9,\"wait\":\"spin\","
			      "\"nonblocking\":true,\"idle_expiry\":\"1s\"}",
			      &p, &err),
			 0);
}

static void test_policies(void **state)
{
	struct error err = ERROR_INIT;
	struct bench_params p;
	(void)state;

	assert_int_equal(from("{\"pool\":\"naive\"}", &p, &err), 0);
	assert_int_equal(p.policy.autoscale, 0);
	assert_false(p.policy.breaker);
	assert_true(p.policy.degrade_at_ns < 0);
	assert_int_equal(
	    from("{\"pool\":\"fixed\",\"size\":3,\"overload\":\"drop_oldest\",\"waiting\":9,"
		 "\"autoscale\":\"two-scale\",\"autoscale_min\":2,\"autoscale_max\":40,"
		 "\"autoscale_cool_down\":\"1s\",\"autoscale_past\":\"1m\",\"breaker\":\"on\","
		 "\"breaker_cool_down\":\"2s\",\"fail_rate\":0.25,\"fail_at\":\"1s\","
		 "\"fail_for\":\"3s\",\"degrade_at\":\"0\",\"degrade_for\":\"4s\"}",
		 &p, &err),
	    0);
	assert_string_equal(pool_autoscale_names()[p.policy.autoscale - 1], "two-scale");
	assert_string_equal(pool_overload_names()[p.overload], "drop_oldest");
	assert_int_equal(p.policy.waiting, 9);
	assert_int_equal(p.policy.scale_min, 2);
	assert_int_equal(p.policy.scale_max, 40);
	assert_int_equal(p.policy.scale_cool_down_ns, NS_PER_S);
	assert_int_equal(p.policy.scale_past_ns, 60 * NS_PER_S);
	assert_true(p.policy.breaker);
	assert_int_equal(p.policy.breaker_cool_down_ns, 2 * NS_PER_S);
	assert_true(p.policy.fail_rate == 0.25);
	assert_int_equal(p.policy.fail_at_ns, NS_PER_S);
	assert_int_equal(p.policy.fail_for_ns, 3 * NS_PER_S);
	assert_int_equal(p.policy.degrade_at_ns, 0);
	assert_int_equal(p.policy.degrade_for_ns, 4 * NS_PER_S);
}

/* The names of the library and those of the parameters are one list, in one order. */
static void test_names_of_policies(void **state)
{
	struct error err = ERROR_INIT;
	struct bench_params p;
	(void)state;

	bench_params_init(&p);
	for (int i = 0; pool_overload_names()[i]; i++) {
		assert_int_equal(
		    params_set(bench_params, &p, "overload", pool_overload_names()[i], &err), 0);
		assert_int_equal(p.overload, i);
	}
	for (int i = 0; pool_autoscale_names()[i]; i++) {
		assert_int_equal(
		    params_set(bench_params, &p, "autoscale", pool_autoscale_names()[i], &err), 0);
		assert_int_equal(p.policy.autoscale, i + 1);
	}
}

static void test_values_in_any_type(void **state)
{
	static const char *const rows[] = {
	    "{\"pool\":\"elastic\",\"size\":2000,\"nonblocking\":true}",
	    "{\"pool\":\"elastic\",\"size\":\"2000\",\"nonblocking\":\"true\"}",
	    "{\"pool\":\"elastic\",\"size\":2000.0,\"nonblocking\":true}",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct error err = ERROR_INIT;
		struct bench_params p;

		assert_int_equal(from(rows[i], &p, &err), 0);
		assert_int_equal(p.size, 2000);
		assert_true(p.nonblocking);
	}
}

static void test_later_settings_win(void **state)
{
	struct bench_params p;
	(void)state;

	bench_params_init(&p);
	assert_int_equal(params_set(bench_params, &p, "size", "10", NULL), 0);
	assert_int_equal(params_set(bench_params, &p, "prewarm", "all", NULL), 0);
	assert_int_equal(bench_params_prewarm(&p), 10);
	assert_int_equal(params_set(bench_params, &p, "prewarm", "3", NULL), 0);
	assert_int_equal(bench_params_prewarm(&p), 3);
}

/* Every bad one: the key, the value and the reason are in the text. */
static void test_bad_values(void **state)
{
	static const struct {
		const char *json, *key, *value, *reason;
	} rows[] = {
	    {"{}", "pool", "", "missing"},
	    {"{\"pool\":\"\"}", "pool", "\"\"", "naive"},
	    {"{\"pool\":\"Naive\"}", "pool", "\"Naive\"", "naive"},
	    {"{\"pool\":{}}", "pool", "{...}", "string"},
	    {"{\"pool\":\"fixed\"}", "size", "", "1 worker or more"},
	    {"{\"pool\":\"fixed\",\"size\":0}", "size", "", "1 worker or more"},
	    {"{\"pool\":\"fixed\",\"size\":1000001}", "size", "\"1000001\"", "use 0 to 1M"},
	    {"{\"pool\":\"fixed\",\"size\":\"10M\"}", "size", "\"10M\"", "use 0 to 1M"},
	    {"{\"pool\":\"fixed\",\"size\":\"many\"}", "size", "\"many\"", "not a number"},
	    {"{\"pool\":\"fixed\",\"size\":\"1x\"}", "size", "\"1x\"", "unknown unit"},
	    {"{\"pool\":\"fixed\",\"size\":9,\"prewarm\":10}", "prewarm", "\"10\"", "at most 9"},
	    {"{\"pool\":\"elastic\",\"size\":0,\"prewarm\":\"all\"}", "prewarm", "\"all\"", "size"},
	    {"{\"pool\":\"naive\",\"prewarm\":\"some\"}", "prewarm", "\"some\"", "not a number"},
	    {"{\"pool\":\"naive\",\"stack\":16383}", "stack", "\"16383\"", "use 16K to 1G"},
	    {"{\"pool\":\"naive\",\"stack\":\"2G\"}", "stack", "\"2G\"", "use 16K to 1G"},
	    {"{\"pool\":\"naive\",\"stack\":\"max\"}", "stack", "\"max\"", "not a number"},
	    {"{\"pool\":\"naive\",\"alloc_bytes\":0}", "alloc_bytes", "\"0\"", "use 1 to 1G"},
	    {"{\"pool\":\"naive\",\"task\":\"connection\",\"connections\":0}", "connections",
	     "\"0\"", "use 1 to 65536"},
	    {"{\"pool\":\"naive\",\"transport\":\"ip\"}", "transport", "\"ip\"", "unix or tcp"},
	    {"{\"pool\":\"naive\",\"object_bytes\":0}", "object_bytes", "\"0\"", "use 1 to 1G"},
	    {"{\"pool\":\"naive\",\"task\":\"object\",\"overload\":\"spawn\"}", "overload",
	     "\"spawn\"", "object"},
	    {"{\"pool\":\"naive\",\"submitters\":10001}", "submitters", "\"10001\"",
	     "use 0 to 10000"},
	    {"{\"pool\":\"naive\",\"submitters\":5,\"overload\":\"spawn\"}", "submitters", "\"5\"",
	     "overload"},
	    {"{\"pool\":\"naive\",\"drain\":\"5\"}", "drain", "\"5\"", "unit"},
	    {"{\"pool\":\"naive\",\"drain\":\"2h\"}", "drain", "\"2h\"", "use 0 to 1h"},
	    {"{\"pool\":\"naive\",\"overload\":\"drop\"}", "overload", "\"drop\"", "caller_runs"},
	    {"{\"pool\":\"naive\",\"nonblocking\":1}", "nonblocking", "\"1\"", "true or false"},
	    {"{\"pool\":\"fixed\",\"size\":1,\"max_waiters\":1}", "max_waiters", "\"fixed\"",
	     "elastic"},
	    {"{\"pool\":\"fixed\",\"size\":1,\"idle_expiry\":\"1s\"}", "idle_expiry", "\"fixed\"",
	     "elastic"},
	    {"{\"pool\":\"elastic\",\"nonblocking\":true,\"max_waiters\":3}", "max_waiters",
	     "\"3\"", "non-blocking"},
	    {"{\"pool\":\"naive\",\"autoscale\":\"fast\"}", "autoscale", "\"fast\"", "two-scale"},
	    {"{\"pool\":\"elastic\",\"autoscale\":\"none\"}", "size", "", "1 worker or more"},
	    {"{\"pool\":\"fixed\",\"size\":1,\"autoscale\":\"none\",\"autoscale_min\":3,"
	     "\"autoscale_max\":2}",
	     "autoscale_max", "\"2\"", "3 or more"},
	    {"{\"pool\":\"naive\",\"fail_rate\":1.5}", "fail_rate", "\"1.5\"", "as in 5%"},
	    {"{\"pool\":\"naive\",\"fail_rate\":\"half\"}", "fail_rate", "\"half\"",
	     "not a number"},
	    {"{\"pool\":\"naive\",\"fail_rate\":\"nan\"}", "fail_rate", "\"nan\"", "not a number"},
	    {"{\"pool\":\"naive\",\"degrade_for\":\"1s\"}", "degrade_for", "", "degrade_at"},
	    {"{\"pool\":\"naive\",\"waiting\":0}", "waiting", "\"0\"", "use 1 to 10M"},
	    {"{\"pool\":\"stealing\"}", "size", "stealing", "1 worker or more"},
	    {"{\"pool\":\"stealing\",\"size\":1,\"nonblocking\":true}", "nonblocking",
	     "\"stealing\"", "give queue"},
	    {"{\"pool\":\"stealing\",\"size\":1,\"queue\":\"list\",\"idle_expiry\":\"1s\"}",
	     "idle_expiry", "\"stealing\"", "elastic"},
	    {"{\"pool\":\"stealing\",\"size\":1,\"queue\":\"rendezvous\",\"nonblocking\":true}",
	     "nonblocking", "\"rendezvous\"", "another queue"},
	    {"{\"pool\":\"fixed\",\"size\":1,\"queue\":\"fifo\"}", "queue", "\"fifo\"", "mpmc"},
	    {"{\"pool\":\"fixed\",\"size\":1,\"queue\":\"spsc\"}", "queue", "\"spsc\"", "mpmc"},
	    {"{\"pool\":\"naive\",\"queue\":\"list\"}", "queue", "\"naive\"", "has none"},
	    {"{\"pool\":\"fixed\",\"size\":1,\"wait\":\"spin\"}", "wait", "\"spin\"", "give queue"},
	    {"{\"pool\":\"fixed\",\"size\":1,\"queue\":\"list\",\"wait\":\"nap\"}", "wait",
	     "\"nap\"", "eventcount"},
	    {"{\"pool\":\"fixed\",\"size\":1,\"queue_capacity\":5}", "queue_capacity", "\"5\"",
	     "no bound"},
	    {"{\"pool\":\"naive\",\"sise\":3}", "sise", "\"3\"",
	     "did you mean \"size\"? known here: size, "},
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct error err = ERROR_INIT;
		struct bench_params p;

		assert_int_equal(from(rows[i].json, &p, &err), -1);
		assert_int_equal(err.kind, ERROR_INPUT);
		if (strstr(err.text, rows[i].key) != err.text || !strstr(err.text, rows[i].value) ||
		    !strstr(err.text, rows[i].reason))
			fail_msg("%s: %s", rows[i].json, err.text);
	}
}

/* Ranges and defaults are texts: they must be read. */
static void test_the_table_is_right(void **state)
{
	struct bench_params defaults, p;

	(void)state;
	bench_params_init(&defaults);
	memset(&p, 0, sizeof(p));
	for (const struct field *row = bench_params; row->type != FIELD_END; row++) {
		if (row->low)
			assert_int_equal(field_parse(row, row->low, &p, NULL), 0);
		if (row->high)
			assert_int_equal(field_parse(row, row->high, &p, NULL), 0);
		if (row->fallback)
			assert_int_equal(field_parse(row, row->fallback, &p, NULL), 0);
	}
	p.stack_bytes = 0;
	assert_memory_equal(&p, &defaults, sizeof(p));
}

static void test_help_names_every_parameter(void **state)
{
	static const char *const keys[] = {"pool",
					   "size",
					   "prewarm",
					   "nonblocking",
					   "max_waiters",
					   "idle_expiry",
					   "stack",
					   "task",
					   "alloc_bytes",
					   "overload",
					   "drain",
					   "waiting",
					   "autoscale",
					   "autoscale_min",
					   "autoscale_max",
					   "autoscale_cool_down",
					   "autoscale_past",
					   "breaker",
					   "breaker_cool_down",
					   "fail_rate",
					   "fail_at",
					   "fail_for",
					   "degrade_at",
					   "degrade_for",
					   "queue",
					   "queue_capacity",
					   "wait"};
	cleanup_free char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	(void)state;

	params_help(bench_params, to);
	fclose(to);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		char start[40];

		snprintf(start, sizeof(start), "  %s=", keys[i]);
		assert_non_null(strstr(text, start));
	}
	for (const char *const *kind = pool_kinds(); *kind; kind++)
		assert_non_null(strstr(text, *kind));
	for (const struct pool_queue_traits *const *kind = pool_queue_kinds(); *kind; kind++)
		if (pool_takes_queue("fixed", (*kind)->name) ||
		    pool_takes_queue("stealing", (*kind)->name)) {
			assert_non_null(strstr(text, (*kind)->name));
			assert_int_equal(params_set(bench_params, &(struct bench_params){0},
						    "queue", (*kind)->name, NULL),
					 0);
		}
	for (const char *const *wait = pool_waits(); *wait; wait++)
		assert_non_null(strstr(text, *wait));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_defaults),
	    cmocka_unit_test(test_every_parameter),
	    cmocka_unit_test(test_policies),
	    cmocka_unit_test(test_names_of_policies),
	    cmocka_unit_test(test_values_in_any_type),
	    cmocka_unit_test(test_later_settings_win),
	    cmocka_unit_test(test_bad_values),
	    cmocka_unit_test(test_the_table_is_right),
	    cmocka_unit_test(test_help_names_every_parameter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
