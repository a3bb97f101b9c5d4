/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a workload claims: made messages, each with what the rig says to it. A warm-up of 1 s, a
 * window of 4 s, in which 400 tasks are due, the last of them at 4.99 s. */
#include "rig/record/claims.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/own.h"
#include "rig/protocol/message.h"

#define WARMUP NS_PER_S
#define WINDOW (4 * NS_PER_S)
#define END    (WARMUP + WINDOW)
#define NOW    (END + 30 * NS_PER_MS)

static const struct due due = {.tasks = 400, .last_ns = 4990 * NS_PER_MS};

struct trial {
	struct claims claims;
	struct tally tally;
	struct error err;
	int ret;
};

static struct trial begin(void)
{
	struct trial t = {.err = ERROR_INIT};

	claims_init(&t.claims, &due, WARMUP, WINDOW);
	tally_init(&t.tally, WARMUP);
	return t;
}

/* As a trial takes it: one after the other, to the first that is wrong. */
static void take(struct trial *t, const struct workload_record *record, const struct hdr *h)
{
	if (t->ret == 0)
		t->ret = claims_add(&t->claims, record, NOW, &t->err);
	if (t->ret == 0)
		t->ret = tally_add(&t->tally, record, &t->err);
	if (t->ret == 0 && h)
		t->ret = claims_values(&t->claims, record, h, &t->err);
}

static void say(struct trial *t, const char *message)
{
	json_t *object = json_loads(message, 0, NULL);
	struct workload_record record;

	if (!object || message_record(object, &record, &t->err) < 0)
		fail_msg("the test's own message is wrong: %s", message);
	take(t, &record, NULL);
	json_decref(object);
}

static void counter(struct trial *t, const char *name, double value)
{
	struct workload_record record = {
	    .kind = "counter", .unit = "tasks", .from_ns = WARMUP, .to_ns = END, .known = true};

	snprintf(record.name, sizeof(record.name), "%s", name);
	record.value = value;
	take(t, &record, NULL);
}

/* `count` times `value`, in two intervals. */
static void histogram(struct trial *t, const char *name, int64_t count, int64_t value)
{
	struct workload_record record = {
	    .kind = "histogram", .unit = "ns", .from_ns = WARMUP, .to_ns = 2 * WARMUP};
	struct error err = ERROR_INIT;
	struct hdr h;

	snprintf(record.name, sizeof(record.name), "%s", name);
	assert_int_equal(hdr_init(&h, HDR_LATENCY_LOWEST_NS, HDR_LATENCY_HIGHEST_NS, 3, &err), 0);
	hdr_record_n(&h, value, count / 2);
	take(t, &record, &h);
	hdr_reset(&h);
	hdr_record_n(&h, value, count - count / 2);
	record.from_ns = record.to_ns;
	record.to_ns = END;
	take(t, &record, &h);
	hdr_destroy(&h);
}

static void end(struct trial *t)
{
	claims_destroy(&t->claims);
}

/* It is wrong, and for this reason. */
static void refused(struct trial *t, const char *says)
{
	if (t->ret == 0)
		t->ret = claims_conclude(&t->claims, &t->tally, &t->err);
	if (t->ret == 0)
		fail_msg("taken, but should be refused: %s", says);
	assert_int_equal(t->err.kind, ERROR_WORKLOAD);
	if (!strstr(t->err.text, says))
		fail_msg("\"%s\" is not in \"%s\"", says, t->err.text);
	end(t);
}

static void taken(struct trial *t)
{
	if (t->ret == 0)
		t->ret = claims_conclude(&t->claims, &t->tally, &t->err);
	if (t->ret < 0)
		fail_msg("refused: %s", t->err.text);
	end(t);
}

#define RECORD(name, kind, unit, from, to, value)                                                  \
	"{\"name\": \"" name "\", \"kind\": \"" kind "\", \"unit\": \"" unit                       \
	"\", \"from_ns\": " from ", \"to_ns\": " to ", \"value\": " value "}"
#define IN(name, kind, unit, value) RECORD(name, kind, unit, "1000000000", "5000000000", value)

struct row {
	const char *messages[3]; /* sent one after the other */
	const char *says;        /* to the last; NULL: all are right */
};

static const struct row rows[] = {
    /* kinds and units */
    {{IN("sojourn", "gauge", "ms", "3")},
     "record sojourn: a gauge in \"ms\"; by its name it is a "
     "histogram in \"ns\""},
    {{IN("rejected", "counter", "calls", "0")},
     "record rejected: a counter in \"calls\"; by its "
     "name it is a counter in \"tasks\""},
    {{IN("sojourn_seconds", "gauge", "s", "3")},
     "it would become sojourn_seconds, which is "
     "sojourn's"},
    {{IN("wait", "gauge", "ms", "3"), IN("wait_seconds", "gauge", "s", "3")},
     "it would become wait_seconds, as record wait does"},
    {{IN("depth", "gauge", "tasks", "3"),
      RECORD("depth", "gauge", "threads", "1000000000", "2000000000", "3")},
     "record depth: a gauge in \"threads\", after a gauge in \"tasks\""},
    {{IN("depth", "gauge", "tasks", "3"), IN("depth", "counter", "tasks", "3")},
     "record depth: a counter in \"tasks\", after a gauge in \"tasks\""},
    /* values */
    {{IN("rejected", "counter", "tasks", "-3")}, "record rejected: value -3 tasks: below 0"},
    {{IN("retried", "counter", "tasks", "7.25")}, "value 7.25 tasks: not a whole number"},
    {{IN("stalled", "counter", "s", "-0.5")}, "value -0.5 s: below 0"},
    {{IN("queued_peak", "gauge", "tasks", "-1")}, "value -1 tasks: below 0"},
    {{IN("stalled", "counter", "s", "0.5")}, NULL},
    {{IN("queued_mean", "gauge", "tasks", "2.5")}, NULL},
    {{IN("drift", "gauge", "ns", "-20")}, NULL},
    /* intervals */
    {{RECORD("gc", "counter", "cycles", "981000000000", "985000000000", "1")},
     "record gc: to_ns 985000000000: it was sent at 5030000000, and the window ends at 5000000000"},
    {{RECORD("heap", "gauge", "bytes", "981000000000", "985000000000", "1")}, "record heap: to_ns"},
    {{RECORD("heap", "gauge", "bytes", "-1", "5", "1")}, "from_ns -1: before the start"},
    {{RECORD("gc", "counter", "cycles", "5", "5", "1")}, "from_ns and to_ns are both 5"},
    {{RECORD("gc", "counter", "cycles", "0", "5000000000", "1")},
     "its interval 0..5000000000 has a part of the warm-up, which ends at 1000000000"},
    {{IN("gc", "counter", "cycles", "4"), IN("gc", "counter", "cycles", "4")},
     "its interval 1000000000..5000000000 overlaps with 1000000000..5000000000"},
    {{RECORD("gc", "counter", "cycles", "1000000000", "3000000000", "1"),
      RECORD("gc", "counter", "cycles", "4000000000", "5000000000", "1"),
      RECORD("gc", "counter", "cycles", "2999999999", "4000000000", "1")},
     "its interval 2999999999..4000000000 overlaps with 1000000000..3000000000"},
    {{RECORD("gc", "counter", "cycles", "0", "1000000000", "1"),
      RECORD("gc", "counter", "cycles", "3000000000", "5000000000", "1"),
      RECORD("gc", "counter", "cycles", "1000000000", "3000000000", "1")},
     NULL},
    {{RECORD("gc", "counter", "cycles", "5000000000", "5030000000", "1")}, NULL}, /* the drain's */
    {{IN("heap", "gauge", "bytes", "4"), RECORD("heap", "gauge", "bytes", "7", "5000000000", "4"),
      RECORD("heap", "gauge", "bytes", "9", "9", "4")},
     NULL},
};

static void record_by_record(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct trial t = begin();

		for (size_t k = 0; k < ARRAY_SIZE(rows[i].messages) && rows[i].messages[k]; k++) {
			assert_int_equal(t.ret, 0);
			say(&t, rows[i].messages[k]);
		}
		if (rows[i].says)
			refused(&t, rows[i].says);
		else
			taken(&t);
	}
}

static void counts_are_those_of_the_schedule(void **state)
{
	struct trial t = begin();

	(void)state;
	counter(&t, "offered", 400);
	counter(&t, "completed", 397);
	counter(&t, "rejected", 3);
	counter(&t, "abandoned", 0);
	histogram(&t, "start_latency", 397, 1000);
	histogram(&t, "sojourn", 397, 1000000);
	histogram(&t, "generator_lateness", 400, 100);
	taken(&t);

	t = begin(); /* the smallest workload */
	counter(&t, "offered", 400);
	counter(&t, "completed", 400);
	taken(&t);

	t = begin(); /* the warm-up, too */
	counter(&t, "offered", 500);
	counter(&t, "completed", 500);
	refused(&t, "record offered: 500 tasks, but 400 of the schedule are due in the window");

	t = begin();
	counter(&t, "offered", 399);
	refused(&t, "record offered: 399 tasks, but 400 of the schedule");
}

static void every_task_has_an_end(void **state)
{
	struct trial t = begin();

	(void)state;
	counter(&t, "offered", 400);
	counter(&t, "completed", 388);
	refused(&t, "do not add up: offered 400, but completed 388, rejected 0 (no record), "
		    "abandoned 0 (no record)");

	t = begin();
	counter(&t, "completed", 388);
	refused(&t, "do not add up: of the schedule 400, but completed 388");

	t = begin();
	counter(&t, "offered", 400);
	counter(&t, "completed", 390);
	counter(&t, "rejected", 11);
	refused(&t, "offered 400, but completed 390, rejected 11, abandoned 0 (no record)");

	t = begin();
	counter(&t, "offered", 400);
	counter(&t, "completed", 390);
	counter(&t, "rejected", 1);
	counter(&t, "abandoned", 9);
	refused(&t, "9 of 400 tasks were neither completed nor rejected");
}

#define UNKNOWN(name)                                                                              \
	"{\"name\": \"" name "\", \"kind\": \"counter\", \"unit\": \"tasks\", \"from_ns\": "       \
	"1000000000, \"to_ns\": 5000000000, \"value\": null, \"reason\": \"not counted\"}"

static void what_is_unknown_is_held_as_far_as_it_goes(void **state)
{
	struct trial t = begin();

	(void)state;
	say(&t, UNKNOWN("offered"));
	say(&t, UNKNOWN("completed"));
	say(&t, UNKNOWN("rejected"));
	histogram(&t, "sojourn", 20, 1000);
	taken(&t);

	t = begin();
	say(&t, UNKNOWN("rejected"));
	counter(&t, "completed", 390);
	taken(&t);

	t = begin();
	say(&t, UNKNOWN("rejected"));
	counter(&t, "completed", 401);
	refused(&t, "of the schedule 400, but completed 401");

	t = begin();
	say(&t, UNKNOWN("completed"));
	histogram(&t, "sojourn", 401, 1000);
	refused(&t, "record sojourn: its histograms have 401 values, but the tasks due are 400");
}

static void histograms_have_the_completed_tasks(void **state)
{
	struct trial t = begin();

	(void)state;
	counter(&t, "offered", 400);
	counter(&t, "completed", 400);
	histogram(&t, "start_latency", 1, 63);
	refused(&t, "record start_latency: its histograms have 1 values, but the completed tasks "
		    "are 400");

	t = begin();
	counter(&t, "offered", 400);
	counter(&t, "completed", 400);
	histogram(&t, "sojourn", 500, 63);
	refused(&t, "record sojourn: its histograms have 500 values");

	t = begin();
	counter(&t, "offered", 400);
	counter(&t, "completed", 390);
	counter(&t, "rejected", 10);
	histogram(&t, "generator_lateness", 399, 1); /* late, and so left out? */
	refused(&t, "record generator_lateness: its histograms have 399 values, but the tasks "
		    "submitted are 400");

	t = begin();
	counter(&t, "completed", 400);
	histogram(&t, "start_latency", 400, 6 * NS_PER_S);
	refused(&t, "record start_latency: its longest is 60");
}

/* A closed loop keeps no schedule: what is offered is its own word, and has to add up still. */
/* Histograms of a name whose counts no number holds. */
static void values_have_an_end(void **state)
{
	struct trial t = begin();
	struct workload_record record = {.known = true, .from_ns = WARMUP, .to_ns = END};
	struct hdr h = {.total = INT64_MAX / 2 + 1};

	(void)state;
	snprintf(record.name, sizeof(record.name), "queue_wait");
	snprintf(record.kind, sizeof(record.kind), "histogram");
	snprintf(record.unit, sizeof(record.unit), "ns");
	take(&t, &record, NULL);
	assert_int_equal(claims_values(&t.claims, &record, &h, &t.err), 0);
	t.ret = claims_values(&t.claims, &record, &h, &t.err);
	refused(&t, "record queue_wait: its histograms have more than 9223372036854775807 values");
}

static void a_closed_loop(void **state)
{
	struct trial t = begin();

	(void)state;
	t.claims.closed = true;
	counter(&t, "offered", 123456);
	counter(&t, "completed", 123456);
	histogram(&t, "generator_lateness", 0, 1);
	histogram(&t, "sojourn", 123456, 1000);
	taken(&t);

	t = begin();
	t.claims.closed = true;
	counter(&t, "offered", 123456);
	counter(&t, "completed", 123450);
	refused(&t, "offered 123456, but completed 123450");

	t = begin();
	t.claims.closed = true;
	counter(&t, "completed", 123450);
	histogram(&t, "sojourn", 3, 1000);
	refused(&t, "record sojourn: its histograms have 3 values, but the completed tasks are "
		    "123450");
}

static void no_instant_is_to_come(void **state)
{
	const struct trial_event event = {.at_ns = 7000000000, .kind = "workload.stop"};
	struct error err = ERROR_INIT;
	struct trial t = begin();

	(void)state;
	assert_int_equal(claims_event(&t.claims, &event, event.at_ns, &err), 0);
	assert_int_equal(claims_event(&t.claims, &event, event.at_ns - 1, &err), -1);
	assert_non_null(strstr(err.text, "event workload.stop: at_ns 7000000000: it was sent at "
					 "6999999999"));
	assert_int_equal(claims_done(&t.claims, due.last_ns, &err), 0);
	assert_int_equal(claims_done(&t.claims, due.last_ns - 1, &err), -1);
	assert_non_null(strstr(err.text, "done: 4.990000 s after the start, but the last task of "
					 "the schedule is due at 4.990000 s"));
	t.claims.closed = true;
	assert_int_equal(claims_done(&t.claims, END, &err), 0);
	assert_int_equal(claims_done(&t.claims, END - NS_PER_MS, &err), -1);
	assert_non_null(strstr(err.text, "done: 4.999000 s after the start, but the window of a "
					 "closed loop ends at 5.000000 s"));
	end(&t);
}

static void names_have_an_end(void **state)
{
	struct trial t = begin();
	char name[16];

	(void)state;
	for (int i = 0; i < CLAIMS_MAX; i++) {
		snprintf(name, sizeof(name), "h%d", i);
		histogram(&t, name, 1, 1);
	}
	assert_int_equal(t.ret, 0);
	histogram(&t, "h", 1, 1);
	refused(&t, "record h: more than 256 names");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(record_by_record),
	    cmocka_unit_test(counts_are_those_of_the_schedule),
	    cmocka_unit_test(every_task_has_an_end),
	    cmocka_unit_test(what_is_unknown_is_held_as_far_as_it_goes),
	    cmocka_unit_test(histograms_have_the_completed_tasks),
	    cmocka_unit_test(values_have_an_end),
	    cmocka_unit_test(a_closed_loop),
	    cmocka_unit_test(no_instant_is_to_come),
	    cmocka_unit_test(names_have_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
