/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verdict on a trial: whose fault, which reason, and which of several comes first. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "rig/trial/state.h"

/* A trial that has come to its end well: exit status 0, done was said, ten tasks of ten completed.
 */
struct stage {
	struct trial *trial;
	struct trial_setup setup;
	struct trial_record record;
	struct launch_page page;
};

static void count(struct stage *s, const char *name, double value)
{
	struct workload_record record = {.to_ns = NS_PER_S, .known = true, .value = value};
	struct error err = ERROR_INIT;

	snprintf(record.name, sizeof(record.name), "%s", name);
	snprintf(record.kind, sizeof(record.kind), "counter");
	assert_int_equal(tally_add(&s->trial->tally, &record, &err), 0);
}

static int set_up(void **state)
{
	struct stage *s = calloc(1, sizeof(*s));
	struct trial *t = calloc(1, sizeof(*t));

	if (!s || !t)
		return -1;
	s->trial = t;
	s->setup.protocol.window_ns = NS_PER_S;
	s->setup.program = "/bin/x";
	t->setup = &s->setup;
	t->record = &s->record;
	trial_record_init(&s->record);
	t->command = LAUNCHED_INIT;
	t->command.page = &s->page;
	t->protocol = PROTOCOL_INIT;
	t->protocol.state = PROTOCOL_STATE_DONE;
	t->exited = t->command.reaped = true;
	t->exit.si_code = CLD_EXITED;
	t->exit_at_ns = 5 * NS_PER_S;
	s->page.exec_at_ns = 2 * NS_PER_S;
	tally_init(&t->tally, 0);
	claims_init(&t->claims, &(struct due){.tasks = 10}, 0, NS_PER_S);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *s = *state;

	hdr_destroy(&s->trial->lateness);
	claims_destroy(&s->trial->claims);
	trial_record_destroy(&s->record);
	free(s->trial);
	free(s);
	return 0;
}

static void judged(struct stage *s, enum trial_outcome outcome, const char *reason)
{
	struct error err = ERROR_INIT;

	s->record.reason[0] = '\0';
	assert_int_equal(trial_verdict(s->trial, &err), 0);
	if (s->record.outcome != outcome || strcmp(s->record.reason, reason) != 0)
		fail_msg("%s: \"%s\", but expected: \"%s\"", trial_outcome_name(s->record.outcome),
			 s->record.reason, reason);
}

static void fails(struct stage *s, enum error_kind kind, const char *text)
{
	struct error err = ERROR_INIT;

	error_set(&err, kind, 0, "%s", text);
	error_keep(&s->trial->failure, &err);
}

static void a_good_end(void **state)
{
	struct stage *s = *state;

	count(s, "offered", 10);
	count(s, "completed", 9);
	count(s, "rejected", 1);
	judged(s, TRIAL_OK, "");
	assert_true(trial_find_metric(&s->record, "wall_seconds")->value == 3);
	assert_true(trial_find_metric(&s->record, "throughput_tasks_per_second")->value == 9);
	assert_true(trial_find_metric(&s->record, "offered")->value == 10);
	assert_false(trial_find_metric(&s->record, "allocator_calls_per_task")->known);
}

static void what_was_not_counted_is_no_lie(void **state)
{
	struct stage *s = *state;

	count(s, "completed", 10);
	judged(s, TRIAL_OK, "");
	assert_false(trial_find_metric(&s->record, "offered")->known);
	assert_string_equal(trial_find_metric(&s->record, "offered")->reason,
			    "the workload recorded none");
}

static void exits(void **state)
{
	struct stage *s = *state;

	s->trial->exit.si_status = 3;
	judged(s, TRIAL_WORKLOAD_FAILED, "exit status 3");
	s->trial->exit.si_code = CLD_KILLED;
	s->trial->exit.si_status = SIGSEGV;
	judged(s, TRIAL_WORKLOAD_FAILED, "killed by signal 11 (Segmentation fault)");
	s->trial->exit.si_code = CLD_DUMPED;
	judged(s, TRIAL_WORKLOAD_FAILED, "killed by signal 11 (Segmentation fault)");
}

static void what_was_not_said(void **state)
{
	struct stage *s = *state;

	s->trial->protocol.state = PROTOCOL_STATE_HELLO;
	judged(s, TRIAL_WORKLOAD_FAILED, "it ended before it said hello; exit status 0");
	s->trial->protocol.state = PROTOCOL_STATE_READY;
	judged(s, TRIAL_WORKLOAD_FAILED, "it ended before it said ready; exit status 0");
	s->trial->protocol.state = PROTOCOL_STATE_RUNNING;
	s->trial->exit.si_status = 7;
	judged(s, TRIAL_WORKLOAD_FAILED, "it ended before it said done; exit status 7");
	s->setup.plain = true;
	s->trial->exit.si_status = 0;
	judged(s, TRIAL_OK, "");
}

/* A rig that was stopped may have seen too late what it judges. */
static void a_paused_rig_judges_nothing(void **state)
{
	struct stage *s = *state;

	s->trial->exit.si_status = 3;
	fails(s, ERROR_WORKLOAD, "timed out");
	s->trial->delays.longest_ns = 2 * NS_PER_S;
	judged(s, TRIAL_VOID,
	       "the rig itself did not run for 2 s: it was stopped or frozen, or had no CPU, and "
	       "could not see what happened in that time");
	s->trial->failure = (struct error)ERROR_INIT;
	fails(s, ERROR_HOST, "no memory");
	judged(s, TRIAL_RIG_FAILED, "no memory");
}

static void its_own_words_come_before_its_exit(void **state)
{
	struct stage *s = *state;

	s->trial->protocol.state = PROTOCOL_STATE_READY;
	s->trial->exit.si_status = 1;
	fails(s, ERROR_WORKLOAD, "the workload gave up: no memory");
	fails(s, ERROR_WORKLOAD, "and something else"); /* the first counts */
	judged(s, TRIAL_WORKLOAD_FAILED, "the workload gave up: no memory; exit status 1");
}

static void the_rigs_own_failure_comes_first(void **state)
{
	struct stage *s = *state;

	s->trial->exit.si_status = 1;
	s->page.exec_errno = ENOENT;
	fails(s, ERROR_HOST, "clone3: no");
	judged(s, TRIAL_RIG_FAILED, "clone3: no");
}

static void what_could_not_be_executed(void **state)
{
	struct stage *s = *state;

	s->trial->exit.si_status = 127;
	s->page.exec_errno = ENOEXEC;
	judged(s, TRIAL_WORKLOAD_FAILED, "/bin/x: cannot be executed: Exec format error");
	assert_false(trial_find_metric(&s->record, "exit_code")->known);
}

static void one_that_was_killed(void **state)
{
	struct stage *s = *state;

	s->trial->exited = false;
	s->trial->exit.si_code = CLD_KILLED;
	s->trial->exit.si_status = SIGKILL;
	s->trial->protocol.state = PROTOCOL_STATE_RUNNING;
	fails(s, ERROR_WORKLOAD, "timed out: it had 90m to finish and was killed");
	judged(s, TRIAL_WORKLOAD_FAILED, "timed out: it had 90m to finish and was killed");
	assert_true(trial_find_metric(&s->record, "wall_seconds")->value == 3);
	assert_true(trial_find_metric(&s->record, "exit_signal")->value == SIGKILL);
	assert_string_equal(trial_find_metric(&s->record, "exit_code")->reason, "it was killed");
}

static void one_whose_end_was_not_seen(void **state)
{
	struct stage *s = *state;

	s->trial->exited = s->trial->command.reaped = false;
	fails(s, ERROR_WORKLOAD, "timed out");
	judged(s, TRIAL_WORKLOAD_FAILED, "timed out");
	assert_false(trial_find_metric(&s->record, "wall_seconds")->known);
	assert_false(trial_find_metric(&s->record, "exit_code")->known);
	assert_false(trial_find_metric(&s->record, "exit_signal")->known);
}

static void a_neighbour_that_failed_voids(void **state)
{
	struct stage *s = *state;
	const struct trial_neighbour setup = {.name = "noisy"};
	struct launch_page page = {0};
	struct neighbour noisy = {.setup = &setup, .command = LAUNCHED_INIT};

	s->setup.neighbours = &setup;
	s->setup.neighbours_count = 1;
	s->trial->neighbours = &noisy;
	noisy.command.page = &page;
	noisy.exit.si_code = CLD_KILLED;
	noisy.exit.si_status = SIGTERM;
	judged(s, TRIAL_OK, ""); /* it was ended with the trial */
	noisy.exited = true;
	judged(s, TRIAL_VOID,
	       "neighbour noisy: killed by signal 15 (Terminated), before the trial's end");
	noisy.exit.si_code = CLD_EXITED;
	noisy.exit.si_status = 5;
	judged(s, TRIAL_VOID, "neighbour noisy: exit status 5, before the trial's end");
	page.exec_errno = ENOEXEC;
	judged(s, TRIAL_VOID,
	       "neighbour noisy: cannot be executed: Exec format error, before the trial's end");
	noisy.exit.si_status = page.exec_errno = 0;
	judged(s, TRIAL_OK, "");
	s->trial->exit.si_status = 1;
	noisy.exit.si_status = 5;
	judged(s, TRIAL_WORKLOAD_FAILED, "exit status 1");
	s->trial->neighbours = NULL;
}

static void tasks_that_are_lost(void **state)
{
	struct stage *s = *state;

	count(s, "offered", 10);
	count(s, "completed", 8);
	count(s, "rejected", 1);
	judged(s, TRIAL_WORKLOAD_FAILED,
	       "the counts do not add up: offered 10, but completed 8, rejected 1, abandoned 0 (no "
	       "record)");
}

static void tasks_that_are_too_many(void **state)
{
	struct stage *s = *state;

	count(s, "offered", 10);
	count(s, "completed", 10);
	count(s, "rejected", 0);
	count(s, "abandoned", 1);
	judged(s, TRIAL_WORKLOAD_FAILED,
	       "the counts do not add up: offered 10, but completed 10, rejected 0, abandoned 1");
}

static void tasks_that_were_abandoned(void **state)
{
	struct stage *s = *state;

	count(s, "offered", 10);
	count(s, "completed", 7);
	count(s, "rejected", 0);
	count(s, "abandoned", 3);
	judged(s, TRIAL_WORKLOAD_FAILED,
	       "3 of 10 tasks were neither completed nor rejected when the drain limit had passed");
}

static void names_of_the_rigs(void **state)
{
	struct stage *s = *state;
	struct error err = ERROR_INIT;

	assert_int_equal(trial_metric(&s->record, "psi.cpu.some_seconds", 1, &err), 0);
	count(s, "psi", 10);
	count(s, "ps", 10); /* only looks like it */
	judged(
	    s, TRIAL_WORKLOAD_FAILED,
	    "protocol: record \"psi\": the rig measures what has that name; choose another; exit "
	    "status 0");
	assert_null(trial_find_metric(&s->record, "psi"));
	assert_non_null(trial_find_metric(&s->record, "ps"));
}

/* A record of lateness with one value, in a histogram of this range. */
static void late(struct stage *s, int64_t value, int64_t highest)
{
	struct workload_record record = {
	    .name = "generator_lateness", .kind = "histogram", .to_ns = NS_PER_S, .known = true};
	struct error err = ERROR_INIT;
	struct hdr h;

	assert_int_equal(hdr_init(&h, 64, highest, 3, &err), 0);
	hdr_record(&h, value);
	assert_int_equal(hdr_encode(&h, &record.hdr, &err), 0);
	hdr_destroy(&h);
	assert_int_equal(trial_workload_record(&s->record, &record, &err), 0);
}

static void a_late_generator_voids(void **state)
{
	struct stage *s = *state;
	const struct interference_line *line;

	s->setup.lateness_bound_ns = NS_PER_MS;
	late(s, 100000, HDR_LATENCY_HIGHEST_NS);
	late(s, 5 * NS_PER_MS, HDR_LATENCY_HIGHEST_NS); /* merged with the one before */
	judged(s, TRIAL_VOID,
	       "the generator itself was late: P99.9 5.00 ms, above the bound of 1ms");
	assert_true(s->record.interference_count >= 2);
	line = &s->record.interference[0];
	assert_string_equal(line->name, "generator_lateness_p999");
	assert_true(line->known && line->value > 0.00499 && line->value < 0.00501);
}

static void one_within_the_bound_does_not(void **state)
{
	struct stage *s = *state;

	s->setup.lateness_bound_ns = NS_PER_MS;
	late(s, 900000, HDR_LATENCY_HIGHEST_NS);
	judged(s, TRIAL_OK, "");
}

/* Of any histogram: no number can be had of it. */
static void a_histogram_that_is_none(void **state)
{
	struct stage *s = *state;
	struct workload_record record = {.name = "start_latency",
					 .kind = "histogram",
					 .to_ns = NS_PER_S,
					 .known = true,
					 .hdr = strdup("junk")};
	struct error err = ERROR_INIT;

	late(s, 900000, HDR_LATENCY_HIGHEST_NS);
	assert_int_equal(trial_workload_record(&s->record, &record, &err), 0);
	judged(s, TRIAL_WORKLOAD_FAILED,
	       "protocol: record start_latency: encoded histogram: the cookie is not that of V2 "
	       "compressed; it must be HdrHistogram V2 compressed, whole and unchanged; exit "
	       "status 0");
}

/* A crash says more than a late generator. */
static void a_failure_comes_before_void(void **state)
{
	struct stage *s = *state;

	s->setup.lateness_bound_ns = NS_PER_MS;
	late(s, 5 * NS_PER_MS, HDR_LATENCY_HIGHEST_NS);
	s->trial->exit.si_status = 9;
	judged(s, TRIAL_WORKLOAD_FAILED, "exit status 9");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(a_good_end),
	    TEST(what_was_not_counted_is_no_lie),
	    TEST(exits),
	    TEST(what_was_not_said),
	    TEST(a_paused_rig_judges_nothing),
	    TEST(its_own_words_come_before_its_exit),
	    TEST(the_rigs_own_failure_comes_first),
	    TEST(what_could_not_be_executed),
	    TEST(one_that_was_killed),
	    TEST(a_neighbour_that_failed_voids),
	    TEST(one_whose_end_was_not_seen),
	    TEST(tasks_that_are_lost),
	    TEST(tasks_that_are_too_many),
	    TEST(tasks_that_were_abandoned),
	    TEST(names_of_the_rigs),
	    TEST(a_late_generator_voids),
	    TEST(one_within_the_bound_does_not),
	    TEST(a_failure_comes_before_void),
	    TEST(a_histogram_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
