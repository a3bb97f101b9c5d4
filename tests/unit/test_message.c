/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A workload's messages taken apart: right ones, and each way of being wrong with its text. */
#include "rig/protocol/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/own.h"

static json_t *parse(const char *text)
{
	json_error_t reason;
	json_t *object = json_loads(text, 0, &reason);

	if (!object)
		fail_msg("the test's own JSON is wrong: %s: %s", reason.text, text);
	return object;
}

static int record(const char *text, struct workload_record *r, struct error *err)
{
	json_t *object = parse(text);
	int ret = message_record(object, r, err);

	json_decref(object);
	return ret;
}

static void check_error(const struct error *err, const char *says)
{
	assert_int_equal(err->kind, ERROR_WORKLOAD);
	if (!strstr(err->text, says))
		fail_msg("\"%s\" is not in \"%s\"", says, err->text);
}

#define COUNTER                                                                                    \
	"{\"type\": \"record\", \"name\": \"offered\", \"kind\": \"counter\", \"unit\": "          \
	"\"tasks\", \"from_ns\": 1, \"to_ns\": 2, "

static void right_records(void **state)
{
	struct error err = ERROR_INIT;
	struct workload_record r;

	(void)state;
	assert_int_equal(record(COUNTER "\"value\": 12}", &r, &err), 0);
	assert_string_equal(r.name, "offered");
	assert_string_equal(r.kind, "counter");
	assert_string_equal(r.unit, "tasks");
	assert_int_equal(r.from_ns, 1);
	assert_int_equal(r.to_ns, 2);
	assert_true(r.known && r.value == 12);
	assert_null(r.hdr);
	assert_int_equal(record(COUNTER "\"value\": -0.5, \"more\": [1]}", &r, &err), 0);
	assert_true(r.known && r.value == -0.5);
	assert_int_equal(record(COUNTER "\"value\": null, \"reason\": \"no counter\"}", &r, &err),
			 0);
	assert_false(r.known);
	assert_string_equal(r.reason, "no counter");
	assert_int_equal(record("{\"name\": \"x_Y-9\", \"kind\": \"gauge\", \"unit\": \"\", "
				"\"from_ns\": 5, \"to_ns\": 5, \"value\": 0}",
				&r, &err),
			 0);
	assert_int_equal(record("{\"name\": \"sojourn\", \"kind\": \"histogram\", \"unit\": "
				"\"ns\", \"from_ns\": 0, \"to_ns\": 9, \"hdr\": \"anything\"}",
				&r, &err),
			 0);
	assert_true(r.known);
	assert_string_equal(r.hdr, "anything");
	free(r.hdr);
}

struct wrong {
	const char *text, *says;
};

#define LONG "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" /* 48 */

static const struct wrong wrong_records[] = {
    {"{}", "\"name\": missing, or not a string"},
    {"[]", "\"name\": missing, or not a string"},
    {"{\"name\": 5}", "\"name\": missing, or not a string"},
    {"{\"name\": \"" LONG "\"}", "\"name\": too long"},
    {"{\"name\": \"a\"}", "\"kind\": missing"},
    {"{\"name\": \"a\", \"kind\": \"counter\"}", "\"unit\": missing"},
    {"{\"name\": \"a\", \"kind\": \"counter\", \"unit\": \"u\"}", "\"from_ns\": missing"},
    {"{\"name\": \"a\", \"kind\": \"counter\", \"unit\": \"u\", \"from_ns\": 1.5}",
     "\"from_ns\": missing, or not an integer"},
    {"{\"name\": \"a\", \"kind\": \"counter\", \"unit\": \"u\", \"from_ns\": \"1\"}",
     "\"from_ns\": missing, or not an integer"},
    {"{\"name\": \"a\", \"kind\": \"counter\", \"unit\": \"u\", \"from_ns\": 3, \"to_ns\": 2}",
     "\"to_ns\": before from_ns"},
    {"{\"name\": \"a\", \"kind\": \"gauge\", \"unit\": \"u\", \"from_ns\": "
     "-4611686018427387904, \"to_ns\": 2}",
     "\"from_ns\": more than 146 years from the start"},
    {"{\"name\": \"a\", \"kind\": \"gauge\", \"unit\": \"u\", \"from_ns\": 1, \"to_ns\": "
     "9223372036854775807}",
     "\"to_ns\": more than 146 years"},
    {COUNTER "\"value\": \"12\"}", "\"value\": missing, or neither a number nor null"},
    {COUNTER "\"value\": true}", "\"value\": missing"},
    {COUNTER "\"x\": 1}", "\"value\": missing"},
    {COUNTER "\"value\": null}", "\"reason\": missing"},
    {"{\"name\": \"\", \"kind\": \"counter\", \"unit\": \"u\", \"from_ns\": 1, \"to_ns\": 2}",
     "\"name\": not a name"},
    {"{\"name\": \"a.b\", \"kind\": \"counter\", \"unit\": \"u\", \"from_ns\": 1, \"to_ns\": 2}",
     "\"name\": not a name"},
    {"{\"name\": \"a\\u001b[31m\", \"kind\": \"gauge\", \"unit\": \"u\", \"from_ns\": 1, "
     "\"to_ns\": 2}",
     "\"name\": not a name"},
    {"{\"name\": \"a\", \"kind\": \"gauge\", \"unit\": \"\\u00b5s\", \"from_ns\": 1, \"to_ns\": 2}",
     "\"unit\": not plain ASCII"},
    {"{\"name\": \"a\", \"kind\": \"sum\", \"unit\": \"u\", \"from_ns\": 1, \"to_ns\": 2}",
     "\"kind\": not counter, gauge or histogram"},
    {"{\"name\": \"a\", \"kind\": \"histogram\", \"unit\": \"u\", \"from_ns\": 1, \"to_ns\": 2, "
     "\"value\": 3}",
     "\"hdr\": missing"},
};

static void wrong_records_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong_records); i++) {
		struct error err = ERROR_INIT;
		struct workload_record r;

		if (record(wrong_records[i].text, &r, &err) == 0)
			fail_msg("taken: %s", wrong_records[i].text);
		check_error(&err, wrong_records[i].says);
		assert_null(r.hdr);
	}
}

/* Also of what is not a record. */
static void instants_have_a_limit(void **state)
{
	static const char *const instants[] = {"9223372036854775807", "-9223372036854775808",
					       "4611686018427387904"};
	struct workload_record r;
	struct trial_event event;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(instants); i++) {
		struct error err = ERROR_INIT;
		char text[200];
		json_t *object;

		snprintf(text, sizeof(text),
			 "{\"at_ns\": %s, \"completed\": 1, \"kind\": \"k\", \"text\": \"t\"}",
			 instants[i]);
		object = parse(text);
		assert_int_equal(message_progress(object, &r, &err), -1);
		check_error(&err, "progress: \"at_ns\": more than 146 years from the start");
		assert_int_equal(message_event(object, &event, &err), -1);
		check_error(&err, "event: \"at_ns\": more than 146 years from the start");
		json_decref(object);
	}
}

static int hello(const char *text, char *name, char *version, struct error *err)
{
	json_t *object = parse(text), *records = NULL;
	int ret = message_hello(object, name, 64, version, 32, &records, err);

	assert_true(ret < 0 ? !records : json_array_size(records) == 2);
	json_decref(records);
	json_decref(object);
	return ret;
}

#define NAMED "{\"protocol\": 1, \"name\": \"x\", \"version\": \"1.2\""

static void hellos(void **state)
{
	static const struct wrong wrong[] = {
	    {"{}", "hello: \"protocol\": missing"},
	    {"{\"protocol\": \"1\"}", "\"protocol\": missing, or not an integer"},
	    {"{\"protocol\": 2, \"name\": \"x\", \"version\": \"1\"}",
	     "speaks version 2, this rig 1"},
	    {"{\"protocol\": 1, \"version\": \"1\"}", "hello: \"name\": missing"},
	    {"{\"protocol\": 1, \"name\": \"x\"}", "hello: \"version\": missing"},
	    {"{\"protocol\": 1, \"name\": \"x\", \"version\": "
	     "\"" LONG "\"}",
	     "\"version\": too long"},
	    {NAMED "}", "\"records\": missing, or not an array"},
	    {NAMED ", \"records\": \"offered\"}", "\"records\": missing, or not an array"},
	    {NAMED ", \"records\": [\"offered\", 5]}", "one of them is not a string"},
	};
	struct error err = ERROR_INIT;
	char name[64], version[32];

	(void)state;
	assert_int_equal(
	    hello(NAMED ", \"records\": [\"offered\", \"completed\"]}", name, version, &err), 0);
	assert_string_equal(name, "x");
	assert_string_equal(version, "1.2");
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		error_clear(&err);
		assert_int_equal(hello(wrong[i].text, name, version, &err), -1);
		check_error(&err, wrong[i].says);
	}
}

static void a_loop_is_open_or_closed(void **state)
{
	static const struct {
		const char *text;
		int ret;
		bool closed;
	} rows[] = {{"{}", 0, false},
		    {"{\"loop\": \"open\"}", 0, false},
		    {"{\"loop\": \"closed\"}", 0, true},
		    {"{\"loop\": \"ajar\"}", -1, false},
		    {"{\"loop\": true}", -1, false}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		json_t *object = parse(rows[i].text);
		struct error err = ERROR_INIT;
		bool closed = true;

		assert_int_equal(message_ready(object, &closed, &err), rows[i].ret);
		assert_int_equal(closed, rows[i].closed);
		if (rows[i].ret < 0)
			check_error(&err, "ready: \"loop\": neither \"open\" nor \"closed\"");
		json_decref(object);
	}
}

static void errors_are_the_workloads_own(void **state)
{
	json_t *with = parse("{\"text\": \"size \\\"x\\\": not a number\"}"),
	       *without = parse("{}");
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(message_error(with, &err), -1);
	check_error(&err, "the workload gave up: size \"x\": not a number");
	assert_int_equal(message_error(without, &err), -1);
	check_error(&err, "it did not say why");
	json_decref(with);
	json_decref(without);
}

static void histograms(void **state)
{
	struct error err = ERROR_INIT;
	struct workload_record r = {.name = "sojourn"};
	cleanup_free char *text = NULL;
	struct hdr h, back;

	(void)state;
	assert_int_equal(hdr_init(&h, HDR_LATENCY_LOWEST_NS, HDR_LATENCY_HIGHEST_NS, 3, &err), 0);
	hdr_record(&h, 5000000);
	assert_int_equal(hdr_encode(&h, &text, &err), 0);
	r.hdr = text;
	assert_int_equal(message_histogram(&r, &back, &err), 0);
	assert_int_equal(hdr_quantile(&back, 0.5), hdr_quantile(&h, 0.5));
	hdr_destroy(&back);
	r.hdr = (char *)"not one";
	assert_int_equal(message_histogram(&r, &back, &err), -1);
	check_error(&err, "protocol: record sojourn: ");
	hdr_destroy(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(right_records),
	    cmocka_unit_test(wrong_records_are_told),
	    cmocka_unit_test(hellos),
	    cmocka_unit_test(errors_are_the_workloads_own),
	    cmocka_unit_test(histograms),
	    cmocka_unit_test(a_loop_is_open_or_closed),
	    cmocka_unit_test(instants_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
