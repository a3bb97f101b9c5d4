/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of probes; and what they report where the window was not reached, or not observed:
 * every line, and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/own.h"
#include "rig/metric/metric.h"
#include "rig/probe/counters.h"
#include "rig/probe/cpu_events.h"
#include "rig/probe/probes.h"

static const char *const others[] = {
    "steal",         "steal_work_share",   "device_interrupts",     "kernel_interrupts", "softirqs",
    "foreign_tasks", "foreign_work_share", "foreign_tasks_on_load", "migrations",
};

static const struct interference_line *line(const struct trial_record *r, const char *name)
{
	for (size_t i = 0; i < r->interference_count; i++)
		if (strcmp(r->interference[i].name, name) == 0)
			return &r->interference[i];
	return NULL;
}

static void unknown(const struct probes *p, const char *why)
{
	struct error err = ERROR_INIT;
	struct trial_record r;

	trial_record_init(&r);
	assert_int_equal(probes_report(p, &r, &err), 0);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		const struct interference_line *l = line(&r, others[i]);

		if (strcmp(others[i], "foreign_tasks_on_load") == 0 &&
		    !CPU_COUNT(&p->subject.load)) {
			assert_null(l); /* there are no load cores to speak of */
			continue;
		}
		if (!l || l->known || strcmp(l->detail, why) != 0)
			fail_msg("%s: %s", others[i],
				 l ? l->detail : "not among the interference lines");
	}
	trial_record_destroy(&r);
}

static void test_unknown(void **state)
{
	struct error err = ERROR_INIT;
	struct probes p;

	(void)state;
	assert_int_equal(probes_init(&p, &err), 0);
	unknown(&p, "the window was not reached");
	CPU_SET(1, &p.subject.load);
	unknown(&p, "the window was not reached");
	p.begun = true;
	unknown(&p, "not looked at: it ended before its first sample");
	probes_destroy(&p);
	probes_destroy(&p);
}

/* What is near the borders of the window is cheap; every probe says what it is. */
static void test_table(void **state)
{
	struct error err = ERROR_INIT;
	struct probes p;

	(void)state;
	assert_int_equal(probes_init(&p, &err), 0);
	assert_true(p.count >= 5);
	for (int i = 0; i < p.count; i++) {
		const struct probe_ops *ops = p.list[i].ops;

		assert_true(ops->name[0] && ops->help[0]);
		assert_ptr_equal(probes_state(&p, ops->name), p.list[i].state);
		if (i > 0)
			assert_true(p.list[i - 1].ops->cost <= ops->cost);
	}
	assert_null(probes_state(&p, "none"));
	probes_destroy(&p);
}

static struct probe *probe(struct probes *p, const char *name)
{
	for (int i = 0; i < p->count; i++)
		if (strcmp(p->list[i].ops->name, name) == 0)
			return &p->list[i];
	fail_msg("no probe %s", name);
	return NULL;
}

static void went_back(const char *name, bool known, const char *why)
{
	if (known || !strstr(why, "went back"))
		fail_msg("%s: %s, %s", name, known ? "known" : "unknown", why);
}

/* Each counter of which a difference is taken. A level has none, and is what it is. */
static void test_went_back(void **state)
{
	struct error err = ERROR_INIT;
	struct counters *c;
	struct trial_record r;
	struct probes p;

	(void)state;
	assert_int_equal(probes_init(&p, &err), 0);
	p.begun = p.ended = p.ready = true;
	c = counters_of(&p);
	c->birth.known = c->begin.known = (UINT64_C(1) << CG_COUNTERS) - 1;
	for (int i = 0; i < CG_COUNTERS; i++)
		c->birth.value[i] = c->begin.value[i] = 5000;
	c->end = c->death = (struct cg_reading){.known = c->begin.known};
	*(struct cpu_events *)probe(&p, "migrations")->state =
	    (struct cpu_events){.begin = 8, .end = 7};
	trial_record_init(&r);
	assert_int_equal(probe(&p, "counters")->ops->report(probe(&p, "counters"), &r, &err), 0);
	assert_int_equal(probe(&p, "migrations")->ops->report(probe(&p, "migrations"), &r, &err),
			 0);
	for (size_t i = 0; i < r.metrics_count; i++) {
		const struct metric *m = &r.metrics[i];
		const struct metric_row *row = metric_find(m->name);

		if (row->source != METRIC_COUNTER)
			continue;
		if (row->reduction == METRIC_LEVEL || row->reduction == METRIC_PEAK)
			assert_true(m->known && m->value == 0);
		else
			went_back(m->name, m->known, m->reason);
	}
	went_back("throttled", line(&r, "throttled")->known, line(&r, "throttled")->detail);
	went_back("migrations", line(&r, "migrations")->known, line(&r, "migrations")->detail);
	assert_false(trial_find_metric(&r, "cpu_seconds")->known);
	assert_false(trial_find_metric(&r, "psi.io.full_seconds")->known);
	trial_record_destroy(&r);
	probes_destroy(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_unknown),
	    cmocka_unit_test(test_table),
	    cmocka_unit_test(test_went_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
