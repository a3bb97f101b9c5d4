/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is made of a workload's records. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/hdr.h"
#include "base/own.h"
#include "rig/record/metric_of.h"
#include "rig/stats/summary.h"

static void add(struct trial_record *r, const char *name, const char *kind, const char *unit,
		int from_s, int to_s, bool known, double value)
{
	struct workload_record w = {
	    .known = known, .value = value, .from_ns = from_s * NS_PER_S, .to_ns = to_s * NS_PER_S};
	struct error err = ERROR_INIT;

	snprintf(w.name, sizeof(w.name), "%s", name);
	snprintf(w.kind, sizeof(w.kind), "%s", kind);
	snprintf(w.unit, sizeof(w.unit), "%s", unit);
	snprintf(w.reason, sizeof(w.reason), "%s", known ? "" : "the workload can't tell");
	assert_int_equal(trial_workload_record(r, &w, &err), 0);
}

/* A histogram of n times the same value. */
static void add_hdr(struct trial_record *r, const char *name, const char *unit, int from_s,
		    int to_s, int64_t value, int n)
{
	struct error err = ERROR_INIT;
	struct hdr h;

	add(r, name, "histogram", unit, from_s, to_s, true, 0);
	assert_int_equal(hdr_init(&h, 1, 60 * NS_PER_S, 3, &err), 0);
	hdr_record_n(&h, value, n);
	assert_int_equal(hdr_encode(&h, &r->records[r->records_count - 1].hdr, &err), 0);
	hdr_destroy(&h);
}

static void near(const struct trial_record *s, const char *name, double expected)
{
	const struct metric *m = trial_find_metric(s, name);

	if (!m || !m->known)
		fail_msg("%s: %s", name, m ? m->reason : "not there");
	if (fabs(m->value - expected) > fabs(expected) * 1e-3)
		fail_msg("%s: %g instead of %g", name, m->value, expected);
}

static void unknown(const struct trial_record *s, const char *name, const char *words)
{
	const struct metric *m = trial_find_metric(s, name);

	assert_non_null(m);
	assert_false(m->known);
	if (!strstr(m->reason, words))
		fail_msg("%s: \"%s\" lacks \"%s\"", name, m->reason, words);
}

struct fixture {
	struct trial_record trial, summary;
};

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct fixture));
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	trial_record_destroy(&f->trial);
	trial_record_destroy(&f->summary);
	free(f);
	return 0;
}

static void sum_up(struct fixture *f, int64_t warmup_ns)
{
	struct error err = ERROR_INIT;

	assert_int_equal(summary_init(&f->summary, &f->trial, warmup_ns, &err), 0);
}

static void seconds_of_the_window_are_merged(void **state)
{
	struct fixture *f = *state;

	add_hdr(&f->trial, "sojourn", "ns", 0, 1, 9 * NS_PER_S, 1000); /* warm-up */
	add_hdr(&f->trial, "sojourn", "ns", 1, 2, NS_PER_MS, 500);
	add_hdr(&f->trial, "sojourn", "ns", 2, 3, 3 * NS_PER_MS, 490);
	/* Due in the window, done after it: it counts. */
	add_hdr(&f->trial, "sojourn", "ns", 3, 4, 100 * NS_PER_MS, 10);
	sum_up(f, NS_PER_S);
	near(&f->summary, "sojourn_seconds.count", 1000);
	near(&f->summary, "sojourn_seconds.p50", 1e-3);
	near(&f->summary, "sojourn_seconds.p90", 3e-3);
	near(&f->summary, "sojourn_seconds.p99", 3e-3);
	near(&f->summary, "sojourn_seconds.p999", 0.1);
	near(&f->summary, "sojourn_seconds.max", 0.1);
	near(&f->summary, "sojourn_seconds.mean", (500 * 1e-3 + 490 * 3e-3 + 10 * 0.1) / 1000);
}

/* The seconds of a workload's clock need not begin where the window does. */
static void an_interval_belongs_where_its_middle_is(void **state)
{
	struct fixture *f = *state;

	add_hdr(&f->trial, "sojourn", "ns", 0, 3, NS_PER_MS, 7);
	add_hdr(&f->trial, "sojourn", "ns", 1, 2, NS_PER_MS, 100);
	sum_up(f, 3 * NS_PER_S / 2);
	near(&f->summary, "sojourn_seconds.count", 107);
	trial_record_destroy(&f->summary);
	sum_up(f, 3 * NS_PER_S / 2 + 1);
	unknown(&f->summary, "sojourn_seconds", "no sojourn histogram lies in the window");
}

/* Of any two instants: where one can't be taken from the other, too. */
static void every_interval_has_a_middle(void **state)
{
	static const struct {
		int64_t from, to, middle;
	} cases[] = {
	    {INT64_MIN, INT64_MAX, -1},
	    {INT64_MAX - 2, INT64_MAX, INT64_MAX - 1},
	    {INT64_MIN, INT64_MIN, INT64_MIN},
	    {-3, INT64_MAX, INT64_MAX / 2 - 1},
	    {3, 6, 4},
	    {5, 6, 5},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct workload_record w = {.from_ns = cases[i].from, .to_ns = cases[i].to};

		assert_int_equal(metric_middle_ns(&w), cases[i].middle);
		assert_true(metric_in_window(&w, cases[i].middle));
		if (cases[i].middle < INT64_MAX)
			assert_false(metric_in_window(&w, cases[i].middle + 1));
	}
}

static void units_become_seconds(void **state)
{
	struct fixture *f = *state;

	add_hdr(&f->trial, "gc_pause", "us", 0, 1, 250, 4);
	add_hdr(&f->trial, "queue_depth", "tasks", 0, 1, 12, 4);
	sum_up(f, 0);
	near(&f->summary, "gc_pause_seconds.max", 250e-6);
	near(&f->summary, "queue_depth.p50", 12);
}

static void what_is_promised_is_there(void **state)
{
	struct fixture *f = *state;

	sum_up(f, 0);
	unknown(&f->summary, "start_latency_seconds", "sent no start_latency histogram");
	unknown(&f->summary, "sojourn_seconds", "sent no sojourn histogram");
	unknown(&f->summary, "generator_lateness_seconds", "sent no generator_lateness");
}

static void what_is_broken_says_where(void **state)
{
	struct fixture *f = *state;

	add_hdr(&f->trial, "sojourn", "ns", 1, 2, NS_PER_MS, 5);
	add(&f->trial, "sojourn", "histogram", "ns", 2, 3, false, 0);
	add_hdr(&f->trial, "start_latency", "ns", 4, 5, NS_PER_MS, 5);
	f->trial.records[2].hdr[20] ^= 1;
	add_hdr(&f->trial, "generator_lateness", "ns", 1, 2, NS_PER_MS, 0);
	sum_up(f, 0);
	unknown(&f->summary, "sojourn_seconds", "2.000 s to 3.000 s: the workload can't tell");
	unknown(&f->summary, "start_latency_seconds", "4.000 s to 5.000 s");
	unknown(&f->summary, "generator_lateness_seconds", "is empty");
}

/* The trial has summed them up: here nothing is added to what it says. */
static void counters_and_gauges_are_the_trials(void **state)
{
	struct fixture *f = *state;
	struct error err = ERROR_INIT;

	trial_metric(&f->trial, "completed", 77, &err);
	trial_metric_unknown(&f->trial, "next_gc_bytes", &err, "the workload can't tell");
	add(&f->trial, "completed", "counter", "count", 0, 1, true, 5);
	add(&f->trial, "next_gc_bytes", "gauge", "bytes", 1, 2, true, 3);
	sum_up(f, 0);
	near(&f->summary, "completed", 77);
	unknown(&f->summary, "next_gc_bytes", "can't tell");
	assert_int_equal(f->summary.metrics_count, 2 + 3); /* and those that are promised */
}

/* A part of what is unknown as a whole is unknown for the same reason. */
static void a_part_asks_the_whole(void **state)
{
	struct fixture *f = *state;
	const struct metric *m;

	add_hdr(&f->trial, "queue_wait", "ns", 0, 1, 250, 4);
	sum_up(f, 0);
	m = summary_find(&f->summary, "sojourn_seconds.p99");
	assert_true(m && !m->known);
	assert_string_equal(summary_why_unknown(m), "the workload sent no sojourn histogram");
	m = summary_find(&f->summary, "queue_wait_seconds.p99");
	assert_true(m && m->known);
	m = summary_find(&f->summary, "other_seconds.p99");
	assert_null(m);
	assert_string_equal(summary_why_unknown(m), "the workload does not record it");
}

#define with_trial(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    with_trial(seconds_of_the_window_are_merged),
	    with_trial(an_interval_belongs_where_its_middle_is),
	    cmocka_unit_test(every_interval_has_a_middle),
	    with_trial(units_become_seconds),
	    with_trial(what_is_promised_is_there),
	    with_trial(what_is_broken_says_where),
	    with_trial(counters_and_gauges_are_the_trials),
	    with_trial(a_part_asks_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
