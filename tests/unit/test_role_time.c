/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CPU time by role: from per-CPU counts, from events, and where neither shows it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rig/probe/counters.h"
#include "rig/probe/cpu_events.h"

/* Work on CPUs 1 and 2, load on 0; the window lasted, and nothing is known of it. */
struct stage {
	struct probes probes;
	struct probe *probe;
	struct counters *counters;
	struct trial_record record;
};

static void set_up(struct stage *s)
{
	struct error err = ERROR_INIT;

	assert_int_equal(probes_init(&s->probes, &err), 0);
	for (int i = 0; i < s->probes.count; i++)
		if (strcmp(s->probes.list[i].ops->name, "role_time") == 0)
			s->probe = &s->probes.list[i];
	s->counters = counters_of(&s->probes);
	s->probes.begun = s->probes.ended = true;
	CPU_SET(1, &s->probes.subject.work);
	CPU_SET(2, &s->probes.subject.work);
	CPU_SET(0, &s->probes.subject.load);
	trial_record_init(&s->record);
}

static const struct metric *metric(struct stage *s, const char *name)
{
	struct error err = ERROR_INIT;
	const struct metric *m;

	s->record.metrics_count = 0;
	assert_int_equal(s->probe->ops->report(s->probe, &s->record, &err), 0);
	m = trial_find_metric(&s->record, name);
	assert_non_null(m);
	return m;
}

static void is(struct stage *s, const char *name, double value)
{
	const struct metric *m = metric(s, name);

	if (!m->known || m->value < value - 1e-9 || m->value > value + 1e-9)
		fail_msg("%s: %g, %s", name, m->value, m->reason);
}

static void is_unknown(struct stage *s, const char *name, const char *why)
{
	const struct metric *m = metric(s, name);

	if (m->known || !strstr(m->reason, why))
		fail_msg("%s: %g, %s", name, m->value, m->reason);
}

static void tear_down(struct stage *s)
{
	trial_record_destroy(&s->record);
	probes_destroy(&s->probes);
}

static void each_cpu_is_counted_to_its_role(void **state)
{
	struct stage s = {0};

	(void)state;
	set_up(&s);
	s.counters->percpu_known = true;
	s.counters->percpu_count = 4;
	for (int cpu = 0; cpu < 4; cpu++) {
		s.counters->percpu_begin[cpu] = 1000000000;
		s.counters->percpu_end[cpu] = 1000000000 + (cpu + 1) * INT64_C(100000000);
	}
	is(&s, "cpu_work_seconds", 0.5);
	is(&s, "cpu_load_seconds", 0.1);
	/* CPU 2 was offline meanwhile: what the work cores had is not known, nor by how much. */
	s.counters->percpu_begin[2] = s.counters->percpu_end[2] + 1;
	is_unknown(&s, "cpu_work_seconds", "went back");
	is_unknown(&s, "cpu_load_seconds", "went back");
	s.counters->percpu_begin[2] = 1000000000;
	s.probes.subject.plain = true;
	CPU_ZERO(&s.probes.subject.load);
	is(&s, "cpu_work_seconds", 0.5);
	is_unknown(&s, "cpu_load_seconds", "a plain command has no load core");
	s.probes.ended = false;
	is_unknown(&s, "cpu_work_seconds", "the window was not reached");
	tear_down(&s);
}

/* No event counted anything on the load cores: all of the cell's time is of the work cores. */
static void without_counts_the_work_cores_have_the_rest(void **state)
{
	const uint64_t usage = UINT64_C(1) << CG_CPU_USAGE_NS;
	struct stage s = {0};

	(void)state;
	set_up(&s);
	is_unknown(&s, "cpu_work_seconds", "could not be read");
	s.counters->begin.known = s.counters->end.known = usage;
	s.counters->begin.value[CG_CPU_USAGE_NS] = 250000000;
	s.counters->end.value[CG_CPU_USAGE_NS] = 1000000000;
	is(&s, "cpu_work_seconds", 0.75);
	is(&s, "cpu_load_seconds", 0);
	((struct cpu_events *)s.probe->state)->end = 750000001;
	is_unknown(&s, "cpu_work_seconds", "more than the cell's CPU time");
	((struct cpu_events *)s.probe->state)->begin = 750000002;
	is_unknown(&s, "cpu_load_seconds", "went back");
	((struct cpu_events *)s.probe->state)->begin = 750000001;
	s.counters->begin.value[CG_CPU_USAGE_NS] = 1000000001;
	is_unknown(&s, "cpu_work_seconds", "went back");
	s.counters->end.known = 0;
	is_unknown(&s, "cpu_load_seconds", "could not be read");
	tear_down(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_cpu_is_counted_to_its_role),
	    cmocka_unit_test(without_counts_the_work_cores_have_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
