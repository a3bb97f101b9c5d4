/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The grade: what lowers each dimension, how far, and in which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cpulist.h"
#include "rig/trial/state.h"

/* A trial in which everything held: work on CPU 1, load on 2, the rig on 0, in a partition. */
struct stage {
	struct trial trial;
	struct trial_setup setup;
	struct counters *counters;
	struct placement *placement;
	struct trial_record record;
};

static void setting(struct stage *s, enum cg_knob knob, enum cg_held held, const char *asked,
		    const char *got, const char *reason)
{
	struct cg_setting *to = &s->trial.cell.settings[knob];

	cg_settings_destroy(to, 1);
	to->held = held;
	to->asked = strdup(asked);
	to->got = strdup(got);
	snprintf(to->reason, sizeof(to->reason), "%s", reason);
}

static void interference(struct stage *s, const char *name, double value)
{
	struct error err = ERROR_INIT;

	assert_int_equal(trial_interference(&s->record, name, "seconds", value, &err, "."), 0);
}

static int set_up(void **state)
{
	struct stage *s = calloc(1, sizeof(*s));
	struct error err = ERROR_INIT;

	if (!s)
		return -1;
	CPU_SET(1, &s->setup.roles.work);
	CPU_SET(2, &s->setup.roles.load);
	CPU_SET(0, &s->setup.roles.housekeeping);
	CPU_OR(&s->setup.roles.cell, &s->setup.roles.work, &s->setup.roles.load);
	s->setup.pin = true;
	s->trial.setup = &s->setup;
	s->trial.record = &s->record;
	s->trial.net = (struct seen_net){.asked_private = true, .own_ns = 1, .cell_ns = 2};
	if (probes_init(&s->trial.probes, &err) < 0)
		return -1;
	s->trial.probes.begun = s->trial.probes.ended = true;
	s->counters = counters_of(&s->trial.probes);
	s->placement = probes_state(&s->trial.probes, "placement");
	*s->placement = (struct placement){.threads_fd = -1,
					   .passes = 2,
					   .threads = 5,
					   .on_work = 4,
					   .on_load = 1,
					   .seen = s->setup.roles.cell};
	s->trial.probes.open = true;
	setting(s, CG_KNOB_CPUS, CG_HELD_AS_ASKED, "1-2", "1-2", "");
	setting(s, CG_KNOB_PARTITION, CG_HELD_AS_ASKED, "isolated", "isolated", "");
	setting(s, CG_KNOB_MEMORY_MAX, CG_HELD_AS_ASKED, "67108864", "67108864", "");
	setting(s, CG_KNOB_SWAP_MAX, CG_HELD_AS_ASKED, "0", "0", "");
	trial_record_init(&s->record);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *s = *state;

	probes_destroy(&s->trial.probes);
	cg_settings_destroy(s->trial.cell.settings, CG_KNOBS);
	trial_record_destroy(&s->record);
	free(s);
	return 0;
}

/* The interference of a quiet machine, where the test has no line of its own. */
static void quiet(struct stage *s)
{
	static const char *const names[] = {"foreign_tasks", "steal", "throttled", "late_samples"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		interference(s, names[i], 0);
}

static const struct grade_line *graded(struct stage *s, const char *dimension)
{
	struct error err = ERROR_INIT;

	trial_list_empty(&s->record, TRIAL_GRADES);
	assert_int_equal(trial_grades(&s->trial, &err), 0);
	assert_int_equal(s->record.grades_count, 4);
	for (size_t i = 0; i < 4; i++)
		if (strcmp(s->record.grades[i].dimension, dimension) == 0)
			return &s->record.grades[i];
	fail_msg("no dimension %s", dimension);
	return NULL;
}

static void is(struct stage *s, const char *dimension, char level, const char *says)
{
	const struct grade_line *g = graded(s, dimension);

	if (g->level != level || (says && !strstr(g->reason, says)))
		fail_msg("%s: %c, \"%s\", but expected %c, \"%s\"", dimension, g->level, g->reason,
			 level, says ? says : "");
	if (level == 'A' && !says)
		assert_string_equal(g->reason, "");
	else if (level != '-')
		assert_true(g->reason[0]);
}

static void all_as_asked(void **state)
{
	struct stage *s = *state;

	quiet(s);
	is(s, "cpu", 'A', NULL);
	is(s, "memory", 'A', NULL);
	is(s, "network", 'A', NULL);
	is(s, "observation", 'A', NULL);
	assert_string_equal(graded(s, "cpu")->asked, "work 1, load 2, rig 0");
	assert_string_equal(graded(s, "cpu")->granted,
			    "cpuset 1-2; 4 threads on work, 1 on load, 0 astray");
	assert_string_equal(graded(s, "memory")->granted, "memory 67108864, swap 0");
}

static void a_disturbed_core_is_b(void **state)
{
	struct stage *s = *state;

	quiet(s);
	s->record.interference[0].value = 0.009; /* less than the clock tick that counts it */
	is(s, "cpu", 'A', NULL);
	s->record.interference[0].value = 0.5;
	is(s, "cpu", 'B', "foreign tasks on the work cores: 0.500 s");
	s->record.interference[0].value = 0;
	s->record.interference[2].value = 0.001;
	is(s, "cpu", 'B', "throttled: 0.001 s");
	s->record.interference[2].value = 0;
	s->record.interference[1].known = false;
	is(s, "cpu", 'B', "steal: can't be told");
}

static void more_interference_than_is_borne_is_c(void **state)
{
	struct stage *s = *state;

	quiet(s);
	interference(s, "foreign_work_share", 0.05);
	interference(s, "steal_work_share", 0.04);
	is(s, "cpu", 'A', NULL);
	s->record.interference[4].value = 0.625;
	is(s, "cpu", 'C', "foreign tasks took 62.5 % of the work cores, above 5 %");
	s->record.interference[4].known = false;
	is(s, "cpu", 'A', NULL); /* foreign_tasks says so */
	s->record.interference[5].value = 0.0625;
	is(s, "cpu", 'C', "the hypervisor took 6.25 % of the work cores, above 5 %");
	s->setup.pin = false; /* no cores were asked for */
	is(s, "cpu", '-', NULL);
}

static void what_was_not_observed_is_not_taken_for_none(void **state)
{
	is(*state, "cpu", 'B', "steal: can't be told (not observed)");
	is(*state, "observation", 'B', "late samples: can't be told");
}

static void shared_cores_are_b(void **state)
{
	struct stage *s = *state;

	quiet(s);
	s->setup.roles.shared_housekeeping = true;
	is(s, "cpu", 'B', "the rig shares core 0 with the cell");
	s->setup.roles.shared_housekeeping = false;
	setting(s, CG_KNOB_PARTITION, CG_HELD_UNSET, "", "", "");
	is(s, "cpu", 'B', "not an exclusive partition");
}

static void threads_outside_their_role_are_c(void **state)
{
	struct stage *s = *state;

	quiet(s);
	s->placement->astray = 2;
	snprintf(s->placement->astray_mask, sizeof(s->placement->astray_mask), "0-3");
	is(s, "cpu", 'C', "2 threads could run on CPUs 0-3, outside their role");
	s->placement->astray = 0;
	CPU_SET(7, &s->placement->seen);
	is(s, "cpu", 'C', "threads were seen on CPUs 7");
}

static void a_pool_on_the_load_core_is_c(void **state)
{
	struct stage *s = *state;
	struct error err = ERROR_INIT;

	quiet(s);
	s->placement->on_work = 0;
	s->placement->on_load = 5;
	is(s, "cpu", 'C',
	   "wrong cores: all 5 threads are bound to the load cores 2, none to the "
	   "work cores 1");
	assert_int_equal(trial_metric(&s->record, "cpu_work_seconds", 0.002, &err), 0);
	is(s, "cpu", 'C', "wrong cores: all 5 threads");
	s->record.metrics[0].value = 0.2; /* of threads that were not found */
	is(s, "cpu", 'A', NULL);
	s->record.metrics[0].known = false;
	is(s, "cpu", 'C', "wrong cores: all 5 threads");
	s->placement->on_work = 1; /* one is enough: which are the pool's can't be told */
	is(s, "cpu", 'A', NULL);
	s->placement->on_work = 0;
	s->placement->astray = 1; /* not bound, it may have run there */
	is(s, "cpu", 'C', "1 threads could run");
	assert_null(strstr(graded(s, "cpu")->reason, "wrong cores"));
	s->placement->astray = 0;
	s->setup.plain = true;
	is(s, "cpu", 'A', NULL);
}

static void no_thread_on_the_load_core_is_b(void **state)
{
	struct stage *s = *state;

	quiet(s);
	s->placement->on_load = 0;
	is(s, "cpu", 'B', "no thread was found on the load core");
	s->setup.plain = true; /* a plain command has no load core */
	is(s, "cpu", 'A', NULL);
}

static void cpu_time_elsewhere_is_c(void **state)
{
	struct stage *s = *state;

	quiet(s);
	s->counters->percpu_known = true;
	s->counters->percpu_count = 4;
	s->counters->percpu_end[1] = s->counters->percpu_end[2] = 1000000000;
	is(s, "cpu", 'A', NULL);
	s->counters->percpu_end[3] = 250000000;
	is(s, "cpu", 'C', "the cell used 0.250 s of CPU 3");
	is(s, "cpu", 'C', "wrong cores: it used 0.250 s of CPU 3, which is not the cell's");
	s->counters->percpu_end[3] = 2000000; /* may be the kernel's */
	assert_null(strstr(graded(s, "cpu")->reason, "wrong cores"));
	s->counters->percpu_begin[3] = 250000001;
	is(s, "cpu", 'B',
	   "the cell's time on CPU 3: can't be told (the kernel's counter went back)");
}

static void a_setting_that_did_not_hold_is_c(void **state)
{
	struct stage *s = *state;

	quiet(s);
	setting(s, CG_KNOB_CPUS, CG_HELD_REFUSED, "1-2", "", "Permission denied");
	is(s, "cpu", 'C', "cpuset.cpus 1-2: refused (Permission denied)");
	setting(s, CG_KNOB_CPUS, CG_HELD_AS_ASKED, "1-2", "1-2", "");
	setting(s, CG_KNOB_MEMORY_MAX, CG_HELD_CHANGED, "1", "4096", "the kernel holds 4096");
	is(s, "memory", 'C', "memory.max 1: changed (the kernel holds 4096)");
	is(s, "cpu", 'A', NULL); /* each dimension for itself */
	setting(s, CG_KNOB_MEMORY_MAX, CG_HELD_AS_ASKED, "1", "1", "");
	setting(s, CG_KNOB_SWAP_MAX, CG_HELD_ABSENT, "0", "", "no swap accounting");
	is(s, "memory", 'C', "memory.swap.max 0: absent (no swap accounting)");
}

/* Every knob is of a dimension: none is refused in silence. */
/* 1,024 CPUs, the even ones online: no list is cut, and a sentence has the beginning of one. */
static void as_many_cpus_as_there_can_be(void **state)
{
	struct stage *s = *state;
	struct roles *roles = &s->setup.roles;
	char list[CPULIST_SIZE], *asked, *granted;
	const struct grade_line *g;

	quiet(s);
	CPU_ZERO(&roles->work);
	for (int cpu = 2; cpu < CPU_SETSIZE; cpu += 2)
		CPU_SET(cpu, &roles->work);
	CPU_CLR(4, &roles->work);
	CPU_ZERO(&roles->load);
	CPU_SET(4, &roles->load);
	CPU_OR(&roles->cell, &roles->work, &roles->load);
	cpulist_format(&roles->cell, list);
	setting(s, CG_KNOB_CPUS, CG_HELD_AS_ASKED, list, list, "");
	assert_true(asprintf(&granted, "cpuset %s; 4 threads on work, 1 on load, 0 astray", list) >
		    0);
	cpulist_format(&roles->work, list);
	assert_true(asprintf(&asked, "work %s, load 4, rig 0", list) > 0);
	g = graded(s, "cpu");
	assert_string_equal(g->asked, asked);
	assert_string_equal(g->granted, granted);
	free(asked);
	free(granted);

	CPU_OR(&s->placement->seen, &roles->work, &roles->load);
	CPU_ZERO(&roles->cell);
	is(s, "cpu", 'C', "threads were seen on CPUs 2,4,6,8,");
	is(s, "cpu", 'C', ",... (511 CPUs)");
	cpulist_format(&roles->work, list);
	setting(s, CG_KNOB_CPUS, CG_HELD_REFUSED, list, "", "EPERM");
	is(s, "cpu", 'C', ",... (510 CPUs): refused (EPERM)");
}

static void each_setting_is_graded(void **state)
{
	struct stage *s = *state;
	char says[80];

	quiet(s);
	for (int k = 0; k < CG_KNOBS; k++) {
		const struct cg_knob_row *row = cg_knob_row((enum cg_knob)k);
		struct cg_setting before = s->trial.cell.settings[k];

		s->trial.cell.settings[k] = (struct cg_setting){.held = CG_HELD_UNSET};
		setting(s, (enum cg_knob)k, CG_HELD_REFUSED, "7", "", "EPERM");
		snprintf(says, sizeof(says), "%s 7: refused (EPERM)", row->name);
		is(s, row->grade, 'C', says);
		cg_settings_destroy(&s->trial.cell.settings[k], 1);
		s->trial.cell.settings[k] = before;
	}
	/* also where the dimension was not asked for otherwise */
	s->setup.pin = false;
	setting(s, CG_KNOB_PIDS_MAX, CG_HELD_ABSENT, "64", "", "no pids controller");
	is(s, "cpu", 'C', "pids.max 64: absent (no pids controller)");
}

static void memory_high_is_shown(void **state)
{
	struct stage *s = *state;

	quiet(s);
	setting(s, CG_KNOB_MEMORY_HIGH, CG_HELD_AS_ASKED, "32M", "33554432", "");
	is(s, "memory", 'A', NULL);
	assert_string_equal(graded(s, "memory")->asked, "memory 67108864, swap 0, high 32M");
	assert_string_equal(graded(s, "memory")->granted, "memory 67108864, swap 0, high 33554432");
}

/* Two numbers that seem to contradict each other are explained; the limit held. */
static void an_rss_above_the_limit_is_explained(void **state)
{
	struct stage *s = *state;
	struct error err = ERROR_INIT;

	quiet(s);
	assert_int_equal(trial_metric(&s->record, "peak_rss_bytes", 67108864, &err), 0);
	is(s, "memory", 'A', NULL);
	s->record.metrics[0].value = 3 * 67108864.0;
	is(s, "memory", 'A',
	   "peak RSS 192 MiB is above the limit: it counts pages that are "
	   "charged to other cgroups");
	setting(s, CG_KNOB_MEMORY_MAX, CG_HELD_CHANGED, "67108864", "4096", "less");
	is(s, "memory", 'C', "memory.max 67108864: changed (less)");
	assert_null(strstr(graded(s, "memory")->reason, "RSS"));
	setting(s, CG_KNOB_MEMORY_MAX, CG_HELD_UNSET, "", "", "");
	setting(s, CG_KNOB_SWAP_MAX, CG_HELD_UNSET, "", "", "");
	is(s, "memory", '-', NULL);
	assert_string_equal(graded(s, "memory")->reason, "");
}

static void what_was_not_asked_has_no_grade(void **state)
{
	struct stage *s = *state;

	quiet(s);
	setting(s, CG_KNOB_MEMORY_MAX, CG_HELD_UNSET, "", "", "");
	setting(s, CG_KNOB_SWAP_MAX, CG_HELD_UNSET, "", "", "");
	s->trial.net.asked_private = false;
	is(s, "memory", '-', NULL);
	is(s, "network", '-', NULL);
	assert_string_equal(graded(s, "network")->granted, "the host's namespace");
}

static void networks(void **state)
{
	struct stage *s = *state;

	quiet(s);
	s->trial.net.cell_ns = s->trial.net.own_ns;
	is(s, "network", 'C', "the command was in the host's namespace");
	s->trial.net.cell_ns = 0;
	is(s, "network", 'B', "could not be looked at");
}

static void what_the_workload_made_meanwhile(void **state)
{
	struct stage *s = *state;
	struct trial_artefact harmless = {.name = "heap.pprof", .fd = -1};
	struct trial_artefact trace = {.name = "trace", .intrusive = true, .fd = -1};
	struct error err = ERROR_INIT;

	quiet(s);
	assert_int_equal(trial_artefact(&s->record, &harmless, &err), 0);
	is(s, "observation", 'A', NULL);
	assert_int_equal(trial_artefact(&s->record, &trace, &err), 0);
	is(s, "observation", 'B', "the workload made trace while it was measured");
}

static void observation(void **state)
{
	struct stage *s = *state;

	quiet(s);
	s->record.interference[3].value = 0.2;
	is(s, "observation", 'B', "late samples: 0.200 s");
	s->record.interference[3].value = 0;
	snprintf(s->counters->files.missing[CG_MEMORY_EVENT_HIGH],
		 sizeof(s->counters->files.missing[0]), "not on v1");
	is(s, "observation", 'B', "memory_event_high: not on v1");
	snprintf(s->counters->files.missing[CG_PIDS_PEAK], sizeof(s->counters->files.missing[0]),
		 "no such file");
	snprintf(s->counters->files.missing[CG_PSI_IO_FULL_NS],
		 sizeof(s->counters->files.missing[0]), "not on v1");
	is(s, "observation", 'B',
	   "memory_event_high, psi_io_full_ns: not on v1; pids_peak: no such file");
	s->trial.probes.ended = false;
	is(s, "observation", 'C', "the window was not observed as a whole");
}

static void what_the_rig_was_late_for(void **state)
{
	struct stage *s = *state;
	struct delays *d = &s->trial.delays;

	quiet(s);
	s->setup.protocol.window_ns = NS_PER_S;
	delay_border(d, 0, 0, 20 * NS_PER_MS); /* a fiftieth of the window */
	is(s, "observation", 'A', NULL);
	delay_border(d, 1, 0, 30 * NS_PER_MS);
	is(s, "observation", 'C', "a border of the window was read late: 0.030 s");
	*d = (struct delays){.pauses = 1, .paused_ns = 300 * NS_PER_MS};
	is(s, "observation", 'C', "the rig itself did not run: 0.300 s");
	*d = (struct delays){.pauses = 0};
	s->trial.outputs[1].held_ns = 40 * NS_PER_MS;
	is(s, "observation", 'B', "the command's output was not read: 0.040 s");
}

static void cores_that_nobody_asked_for_have_no_grade(void **state)
{
	struct stage *s = *state;

	s->setup.pin = false;
	assert_int_equal(graded(s, "cpu")->level, '-');
}

/* However many reasons there are: one text, ended, and the worst level. */
static void many_reasons(void **state)
{
	struct stage *s = *state;
	const struct grade_line *g;

	s->counters->percpu_known = true;
	s->counters->percpu_count = COUNTERS_CPUS_MAX;
	for (int i = 0; i < COUNTERS_CPUS_MAX; i++)
		s->counters->percpu_end[i] = 1000000000;
	g = graded(s, "cpu");
	assert_int_equal(g->level, 'C');
	assert_true(strlen(g->reason) < sizeof(g->reason));
	assert_non_null(strstr(g->reason, "the cell used 1.000 s of CPU 0; "));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(all_as_asked),
	    TEST(a_disturbed_core_is_b),
	    TEST(more_interference_than_is_borne_is_c),
	    TEST(what_was_not_observed_is_not_taken_for_none),
	    TEST(shared_cores_are_b),
	    TEST(threads_outside_their_role_are_c),
	    TEST(a_pool_on_the_load_core_is_c),
	    TEST(no_thread_on_the_load_core_is_b),
	    TEST(cpu_time_elsewhere_is_c),
	    TEST(a_setting_that_did_not_hold_is_c),
	    TEST(as_many_cpus_as_there_can_be),
	    TEST(each_setting_is_graded),
	    TEST(memory_high_is_shown),
	    TEST(an_rss_above_the_limit_is_explained),
	    TEST(what_was_not_asked_has_no_grade),
	    TEST(networks),
	    TEST(what_the_workload_made_meanwhile),
	    TEST(observation),
	    TEST(cores_that_nobody_asked_for_have_no_grade),
	    TEST(what_the_rig_was_late_for),
	    TEST(many_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
