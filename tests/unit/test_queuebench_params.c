/* SPDX-License-Identifier: GPL-3.0-or-later */
/* queuebench's parameters: what is taken, and what is said of what is not. */
#include "workloads/queuebench/params.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int parse(const char *text, struct queuebench_params *p, struct error *err)
{
	json_t *object = json_loads(text, 0, NULL);
	int status;

	assert_non_null(object);
	*err = (struct error)ERROR_INIT;
	status = queuebench_params_parse(p, object, err);
	json_decref(object);
	return status;
}

static void what_is_given_is_taken(void **state)
{
	struct queuebench_params p;
	struct error err;

	(void)state;
	assert_int_equal(parse("{\"queue\": \"mpmc\", \"producers\": \"4\", \"consumers\": 8,"
			       " \"wait\": \"spin\", \"capacity\": \"64\"}",
			       &p, &err),
			 0);
	assert_string_equal(p.queue, "mpmc");
	assert_int_equal(p.producers, 4);
	assert_int_equal(p.consumers, 8);
	assert_int_equal(p.wait, POOL_QUEUE_SPIN);
	assert_int_equal(p.capacity, 64);
	assert_int_equal(parse("{\"queue\": \"spsc\"}", &p, &err), 0);
	assert_int_equal(p.producers, 1);
	assert_int_equal(p.wait, POOL_QUEUE_SPIN_FUTEX);
}

static void each_queue_can_be_chosen(void **state)
{
	struct queuebench_params p;
	struct error err;
	char text[64];

	(void)state;
	for (const struct pool_queue_traits *const *kind = pool_queue_kinds(); *kind; kind++) {
		snprintf(text, sizeof(text), "{\"queue\": \"%s\"}", (*kind)->name);
		assert_int_equal(parse(text, &p, &err), 0);
	}
}

static void what_cannot_be_is_said(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
	    {"{}", "queue: missing; use mutex, "},
	    {"{\"queue\": \"heap\"}", "queue \"heap\": unknown; use mutex, "},
	    {"{\"queue\": \"spsc\", \"producers\": \"2\"}", "the queue spsc takes one"},
	    {"{\"queue\": \"spsc\", \"consumers\": \"2\"}", "the queue spsc takes one"},
	    {"{\"queue\": \"mpmc\", \"consumers\": \"0\"}", "consumers \"0\": out of range"},
	    {"{\"queue\": \"mpmc\", \"consumers\": \"257\"}", "use 1 to 256"},
	    {"{\"queue\": \"mpmc\", \"consumers\": \"many\"}", "consumers"},
	    {"{\"queue\": \"mpmc\", \"wait\": \"sleep\"}", "wait \"sleep\": unknown"},
	    {"{\"queue\": \"mpmc\", \"threads\": \"2\"}",
	     "threads \"2\": no such parameter; known here: "},
	    {"{\"queue\": 1.5}", "queue \"1.5\": unknown"},
	};
	struct queuebench_params p;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse(cases[i].text, &p, &err), -1);
		assert_int_equal(err.kind, ERROR_INPUT);
		if (!strstr(err.text, cases[i].said))
			fail_msg("%s: \"%s\"", cases[i].text, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_given_is_taken),
	    cmocka_unit_test(each_queue_can_be_chosen),
	    cmocka_unit_test(what_cannot_be_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
