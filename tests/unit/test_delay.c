/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the rig itself was late for: pauses, borders of the window, samples, and deadlines that are
 * held against what the workload did, not against when the rig saw it. */
#include "rig/trial/delay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/own.h"
#include "rig/trial/state.h"

#define MS NS_PER_MS

static void pauses(void **state)
{
	struct delays d = {0};

	(void)state;
	delay_look(&d, 5000 * MS); /* the first look: nothing is known before it */
	delay_look(&d, 5100 * MS);
	delay_look(&d, 5100 * MS + DELAY_PAUSE_NS);
	assert_int_equal(d.pauses, 0);
	assert_int_equal(d.gap_ns, 0);
	delay_look(&d, 6000 * MS);
	assert_int_equal(d.pauses, 1);
	assert_int_equal(d.gap_ns, 750 * MS);
	delay_look(&d, 6001 * MS);
	assert_int_equal(d.gap_ns, 0); /* it was before this look */
	delay_look(&d, 6301 * MS);
	assert_int_equal(d.pauses, 2);
	assert_int_equal(d.paused_ns, 1050 * MS);
	assert_int_equal(d.longest_ns, 750 * MS);
	delay_excuse(&d, 9000 * MS);
	delay_look(&d, 9010 * MS);
	assert_int_equal(d.pauses, 2);
}

static void borders(void **state)
{
	struct delays d = {0};

	(void)state;
	assert_int_equal(delay_border_latest(&d), -1);
	delay_border(&d, 1, 100, 90); /* a workload that was done before its window's end */
	assert_int_equal(delay_border_latest(&d), 0);
	delay_border(&d, 0, 100, 130);
	assert_int_equal(delay_border_latest(&d), 30);
	delay_border(&d, 1, 100, 177);
	assert_int_equal(delay_border_latest(&d), 77);
	/* shares of the window; of a short one, what timers are late anyway */
	assert_int_equal(delay_border_bound(10 * NS_PER_S), 200 * MS);
	assert_int_equal(delay_border_void(10 * NS_PER_S), 1000 * MS);
	assert_int_equal(delay_border_bound(20 * MS), 10 * MS);
	assert_int_equal(delay_border_void(20 * MS), 500 * MS);
}

struct stage {
	struct trial *trial;
	struct trial_setup setup;
	struct trial_record record;
	int far; /* the workload's end */
};

static int set_up(void **state)
{
	struct stage *s = calloc(1, sizeof(*s));
	struct error err = ERROR_INIT;
	int ends[2];

	if (!s || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -1;
	s->trial = calloc(1, sizeof(*s->trial));
	if (!s->trial || sd_event_new(&s->trial->loop) < 0)
		return -1;
	s->setup.protocol.window_ns = NS_PER_S;
	s->trial->setup = &s->setup;
	s->trial->record = &s->record;
	s->trial->protocol = PROTOCOL_INIT;
	s->trial->protocol.state = PROTOCOL_STATE_RUNNING;
	s->trial->protocol.fd = ends[0];
	s->far = ends[1];
	trial_record_init(&s->record);
	if (probes_init(&s->trial->probes, &err) < 0)
		return -1;
	counters_of(&s->trial->probes)->status_fd = -1;
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *s = *state;

	sd_event_source_unref(s->trial->deadline);
	sd_event_source_unref(s->trial->sampler);
	sd_event_unref(s->trial->loop);
	probes_destroy(&s->trial->probes);
	protocol_destroy(&s->trial->protocol);
	trial_record_destroy(&s->record);
	own_close(&s->far);
	free(s->trial);
	free(s);
	return 0;
}

/* Sampling begins when the window has long begun, and ends when it has long ended. */
static void samples_that_were_due_are_missed(void **state)
{
	struct stage *s = *state;
	int64_t begin_ns = clock_now() - 350 * MS;

	assert_true(trial_start_sampling(s->trial, begin_ns) >= 0);
	assert_true(s->trial->probes.samples_skipped >= 3);
	assert_true(counters_of(&s->trial->probes)->late_max_ns >= 250 * MS);
	trial_stop_sampling(s->trial, begin_ns + 1000 * SAMPLE_PERIOD_NS);
	assert_int_equal(s->trial->probes.samples_skipped, 999);
	trial_stop_sampling(s->trial, begin_ns + 1000 * SAMPLE_PERIOD_NS);
	assert_int_equal(s->trial->probes.samples_skipped, 999);
}

static void say(struct stage *s, const char *message)
{
	assert_int_equal(send(s->far, message, strlen(message), 0), strlen(message));
}

/* Time is up, and the rig has not looked for a while. */
static void time_is_up(struct stage *s)
{
	trial_enter(s->trial, PHASE_DRAIN, 1);
	assert_true(sd_event_run(s->trial->loop, UINT64_MAX) >= 0);
}

static void what_was_said_in_time_counts(void **state)
{
	struct stage *s = *state;

	say(s, "{\"type\":\"done\"}");
	time_is_up(s);
	assert_string_equal(s->trial->failure.text, "");
	assert_int_equal(s->trial->phase, PHASE_EXIT);
}

static void what_was_not_said_does_not(void **state)
{
	struct stage *s = *state;

	time_is_up(s);
	assert_int_equal(s->trial->failure.kind, ERROR_WORKLOAD);
	assert_non_null(strstr(s->trial->failure.text, "timed out"));
	assert_int_equal(s->trial->phase, PHASE_DRAIN);
}

/* One that never stops talking does not keep the loop from its timers. */
static void messages_are_taken_a_few_at_a_time(void **state)
{
	struct stage *s = *state;
	char text[] = "{\"type\":\"progress\",\"at_ns\":1,\"completed\":1}";

	for (int i = 0; i < 5; i++)
		say(s, text);
	assert_int_equal(trial_receive(s->trial, 3), 0);
	assert_int_equal(recv(s->trial->protocol.fd, text, sizeof(text), MSG_DONTWAIT),
			 sizeof(text) - 1);
	assert_int_equal(trial_receive(s->trial, 3), 0);
	assert_int_equal(recv(s->trial->protocol.fd, text, sizeof(text), MSG_DONTWAIT), -1);
}

static void line(struct stage *s, const char *name, double value, const char *says)
{
	for (size_t i = 0; i < s->record.interference_count; i++) {
		const struct interference_line *l = &s->record.interference[i];

		if (strcmp(l->name, name) != 0)
			continue;
		assert_true(l->known);
		if (l->value != value || !strstr(l->detail, says))
			fail_msg("%s: %g: %s", name, l->value, l->detail);
		return;
	}
	fail_msg("no line %s", name);
}

static void lines_of_interference(void **state)
{
	struct stage *s = *state;
	struct error err = ERROR_INIT;
	struct outlet copy = {0};

	s->trial->delays = (struct delays){.pauses = 2,
					   .paused_ns = 750 * MS,
					   .longest_ns = 500 * MS,
					   .seen = {true},
					   .late_ns = {125 * MS}};
	s->trial->outputs_count = 2;
	s->trial->outputs[0].held_ns = 250 * MS;
	assert_int_equal(trial_delay_lines(s->trial, &err), 0);
	assert_int_equal(s->record.interference_count, 2);
	line(s, "rig_paused", 0.75, "2 times, the longest 0.5 s");
	line(s, "late_borders", 0.125, "begin 125 ms late, at its end was not read; above 500 ms");
	s->trial->outputs[1].copy = &copy;
	s->trial->outputs[1].held_ns = 500 * MS;
	assert_int_equal(trial_delay_lines(s->trial, &err), 0);
	line(s, "output_held", 0.75, "was not read");
}

static void not_void(struct stage *s)
{
	char reason[256];

	assert_false(trial_pause_void(s->trial, reason, sizeof(reason)));
	assert_false(trial_border_void(s->trial, reason, sizeof(reason)));
}

static void is_void(struct stage *s, const char *says)
{
	char reason[256];

	assert_true(trial_pause_void(s->trial, reason, sizeof(reason)) ||
		    trial_border_void(s->trial, reason, sizeof(reason)));
	if (!strstr(reason, says))
		fail_msg("%s", reason);
}

static void void_by_its_delays(void **state)
{
	struct stage *s = *state;
	struct delays *d = &s->trial->delays;
	struct launch_page page = {.exec_at_ns = NS_PER_S};
	cleanup_free struct site *site = calloc(1, sizeof(*site));

	strcpy(site->topology.cpu_model, "QEMU TCG CPU version 2.5+");
	s->setup.protocol.window_ns = 10 * NS_PER_S;
	not_void(s);
	d->longest_ns = DELAY_VOID_NS - 1;
	delay_border(d, 0, 0, 1000 * MS); /* a tenth of the window */
	not_void(s);
	delay_border(d, 0, 0, 1300 * MS);
	is_void(s, "the rig read the window's begin 1.3 s late, more than a tenth of its 10 s");
	delay_border(d, 1, 0, 1400 * MS);
	is_void(s, "the window's end 1.4 s late");
	d->longest_ns = 1700 * MS;
	is_void(s, "the rig itself did not run for 1.7 s");
	/* where no time means anything */
	s->setup.site = site;
	not_void(s);
	strcpy(site->topology.cpu_model, "Intel(R) Xeon(R)");
	is_void(s, "the rig itself did not run for 1.7 s");
	/* of a plain command, the end is as uncertain as the pause before it was long */
	*d = (struct delays){.seen = {true, true}, .late_ns = {0, 600 * MS}};
	s->setup.plain = s->trial->exited = true;
	s->trial->command.page = &page;
	s->trial->exit_at_ns = 7 * NS_PER_S;
	not_void(s);
	s->trial->exit_at_ns = 3 * NS_PER_S;
	is_void(s, "the rig saw the command's end up to 0.6 s late, more than a tenth of its 2 s");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pauses),
	    cmocka_unit_test(borders),
	    TEST(samples_that_were_due_are_missed),
	    TEST(what_was_said_in_time_counts),
	    TEST(what_was_not_said_does_not),
	    TEST(messages_are_taken_a_few_at_a_time),
	    TEST(lines_of_interference),
	    TEST(void_by_its_delays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
