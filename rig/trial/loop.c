/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one event loop of a trial, on the housekeeping core: exit, protocol, output, samples, kernel
 * events, signals, deadlines. Handlers return 0; what went wrong is in t->failure, and the loop
 * ends. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "base/own.h"
#include "rig/cell/reap.h"
#include "rig/trial/state.h"

/* Then the timers have their turn. */
#define MESSAGES_AT_A_TIME 64

int trial_end_with(struct trial *t, const struct error *err)
{
	error_keep(&t->failure, err);
	return sd_event_exit(t->loop, 0);
}

int trial_set_timer(struct trial *t, sd_event_source **source, int64_t at_ns,
		    sd_event_time_handler_t handler)
{
	uint64_t usec = (uint64_t)(at_ns / NS_PER_US);

	if (*source) {
		int ret = sd_event_source_set_time(*source, usec);

		return ret < 0 ? ret : sd_event_source_set_enabled(*source, SD_EVENT_ONESHOT);
	}
	/* Accuracy 1 us: a sample is as late as the kernel makes it, not as systemd would coalesce
	 * it. */
	return sd_event_add_time(t->loop, source, CLOCK_MONOTONIC, usec, 1, handler, t);
}

int trial_reap(struct trial *t, struct error *err)
{
	if (reap(t->command.pidfd, REAP_LIMIT_NS, &t->exit, &t->usage, "the command", err) < 0)
		return -1;
	t->command.reaped = true;
	return 0;
}

/* The instant of the end is taken before anything else is looked at, and all that else is ready is
 * for after the end. So no time limit is held against a command that the rig was slow to see. */
static int on_exit_of_command(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct trial *t = arg;
	struct error err = ERROR_INIT;

	(void)source;
	(void)fd;
	(void)revents;
	t->exit_at_ns = clock_now();
	if (trial_reap(t, &err) < 0)
		return trial_end_with(t, &err);
	t->exited = true;
	if (t->setup->plain)
		delay_border(&t->delays, 1, t->exit_at_ns - t->delays.gap_ns, t->exit_at_ns);
	if (t->phase == PHASE_WINDOW)
		trial_stop_sampling(t, t->exit_at_ns);
	/* Its last messages are still in the socket. */
	if (!t->setup->plain)
		trial_receive(t, TRIAL_MESSAGES_ALL);
	if (trial_last_events(t, &err) < 0)
		return trial_end_with(t, &err);
	return sd_event_exit(t->loop, 0);
}

int trial_take_messages(struct trial *t, int most)
{
	switch (trial_receive(t, most)) {
	case 0:
		return 0;
	case 1: /* its end is closed; what is to come is its exit */
		sd_event_source_set_enabled(t->messages, SD_EVENT_OFF);
		trial_enter(t, PHASE_EXIT, EXIT_LIMIT_NS);
		return 0;
	default:
		return sd_event_exit(t->loop, 0);
	}
}

static int on_message(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	(void)source;
	(void)fd;
	(void)revents;
	return trial_take_messages(arg, MESSAGES_AT_A_TIME);
}

static int on_output(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct trial *t = arg;

	(void)revents;
	for (int i = 0; i < t->outputs_count; i++)
		if (t->outputs[i].read_fd == fd && output_drain(&t->outputs[i]) != OUTPUT_OPEN)
			return sd_event_source_set_enabled(source, SD_EVENT_OFF);
	return 0;
}

/* There is room in a copy again, or its reader has gone. */
static int on_room(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct trial *t = arg;

	(void)source;
	(void)revents;
	for (int i = 0; i < t->outputs_count; i++) {
		struct output *o = &t->outputs[i];

		if (!o->copy || o->copy->awake_fd != fd)
			continue;
		outlet_rearm(o->copy);
		if (output_drain(o) == OUTPUT_OPEN)
			return sd_event_source_set_enabled(t->output_sources[i], SD_EVENT_ON);
		if (o->read_fd < 0)
			return sd_event_source_set_enabled(t->output_sources[i], SD_EVENT_OFF);
	}
	return 0;
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *arg)
{
	struct trial *t = arg;
	struct error err = ERROR_INIT;

	(void)source;
	t->stopped = true;
	error_host(&err, 0, "interrupted by %s", strsignal((int)info->ssi_signo));
	return trial_end_with(t, &err);
}

static int add_output(struct trial *t, int i)
{
	const struct output *o = &t->outputs[i];
	int ret =
	    sd_event_add_io(t->loop, &t->output_sources[i], o->read_fd, EPOLLIN, on_output, t);

	/* Timers, messages and signals come first. */
	if (ret >= 0)
		ret = sd_event_source_set_priority(t->output_sources[i], SD_EVENT_PRIORITY_IDLE);
	if (ret >= 0 && o->copy)
		ret = sd_event_add_io(t->loop, NULL, o->copy->awake_fd, EPOLLIN, on_room, t);
	return ret;
}

static int add_sources(struct trial *t)
{
	static const int stop[] = TRIAL_STOP_SIGNALS;
	sd_event_source *exit_source;
	sigset_t blocked;
	/* The loop owns the sources that no one else holds: they live as long as it does. */
	int ret = sd_event_add_io(t->loop, &exit_source, t->command.pidfd, EPOLLIN,
				  on_exit_of_command, t);

	if (ret >= 0) {
		ret = sd_event_source_set_priority(exit_source, SD_EVENT_PRIORITY_IMPORTANT);
		sd_event_source_set_floating(exit_source, true);
		sd_event_source_unref(exit_source);
	}
	if (ret >= 0 && !t->setup->plain)
		ret =
		    sd_event_add_io(t->loop, &t->messages, t->protocol.fd, EPOLLIN, on_message, t);
	for (int i = 0; i < t->outputs_count && ret >= 0; i++)
		ret = add_output(t, i);
	if (ret >= 0)
		ret = neighbours_watch(t);
	if (ret >= 0)
		ret = trial_watch_cell(t);
	if (ret >= 0 && !t->setup->plain)
		ret = trial_watch_pressure(t);
	if (sigprocmask(SIG_BLOCK, NULL, &blocked) < 0)
		return -errno;
	for (size_t i = 0; i < ARRAY_SIZE(stop) && ret >= 0; i++)
		if (sigismember(&blocked, stop[i]))
			ret = sd_event_add_signal(t->loop, NULL, stop[i], on_signal, t);
	return ret < 0 ? ret : 0;
}

static int set_off(struct trial *t, struct error *err)
{
	if (neighbours_go(t, err) < 0)
		return -1;
	if (t->setup->plain) {
		probes_begin(&t->probes);
		delay_border(&t->delays, 0, 0, 0); /* it is the reading at the barrier */
		trial_enter(t, PHASE_WINDOW, t->setup->timeout_ns);
		trial_start_sampling(t, clock_now());
	} else {
		trial_enter(t, PHASE_STARTUP, t->setup->startup_limit_ns);
	}
	if (t->setup->plain)
		t->start_ns = t->record->start_ns = clock_now();
	delay_look(&t->delays, clock_now());
	return launch_go(&t->command, err);
}

/* As sd_event_loop(3), but at every turn it is seen whether the rig has slept longer than it asked
 * for: nothing that it sees then is known to have happened just now. */
static int run_loop(struct trial *t)
{
	int ret, code;

	do {
		ret = sd_event_prepare(t->loop);
		if (ret == 0)
			ret = sd_event_wait(t->loop, DELAY_BEAT_NS / NS_PER_US);
		delay_look(&t->delays, clock_now());
		if (ret > 0)
			ret = sd_event_dispatch(t->loop);
	} while (ret >= 0 && sd_event_get_exit_code(t->loop, &code) < 0);
	return ret;
}

int trial_loop(struct trial *t, struct error *err)
{
	int ret = sd_event_new(&t->loop);

	if (ret < 0)
		return error_host(err, -ret, "cannot make an event loop");
	ret = add_sources(t);
	if (ret < 0)
		error_host(err, -ret, "cannot watch the trial");
	if (ret >= 0)
		ret = set_off(t, err);
	if (ret >= 0) {
		ret = run_loop(t);
		if (ret < 0)
			error_host(err, -ret, "the event loop failed");
	}
	sd_event_source *held[] = {t->deadline, t->sampler,           t->border,
				   t->messages, t->output_sources[0], t->output_sources[1]};
	for (size_t i = 0; i < ARRAY_SIZE(held); i++)
		sd_event_source_unref(held[i]);
	sd_event_unref(t->loop);
	return ret < 0 ? -1 : 0;
}
