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

static int on_exit_of_command(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct trial *t = arg;
	struct error err = ERROR_INIT;

	(void)fd;
	(void)revents;
	/* The instant is taken before anything else that is ready is looked at; the rest is done
	 * after it: the last output comes first. */
	if (!t->exit_at_ns) {
		t->exit_at_ns = clock_now();
		return sd_event_source_set_priority(source, SD_EVENT_PRIORITY_IDLE);
	}
	if (trial_reap(t, &err) < 0)
		return trial_end_with(t, &err);
	t->exited = true;
	/* Its last messages are still in the socket. */
	if (!t->setup->plain)
		trial_receive(t);
	return sd_event_exit(t->loop, 0);
}

static int on_message(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct trial *t = arg;

	(void)fd;
	(void)revents;
	switch (trial_receive(t)) {
	case 0:
		return 0;
	case 1: /* its end is closed; what is to come is its exit */
		sd_event_source_set_enabled(source, SD_EVENT_OFF);
		trial_enter(t, PHASE_EXIT, EXIT_LIMIT_NS);
		return 0;
	default:
		return sd_event_exit(t->loop, 0);
	}
}

static int on_output(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	(void)fd;
	(void)revents;
	if (!output_drain(arg))
		sd_event_source_set_enabled(source, SD_EVENT_OFF);
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

static int add_sources(struct trial *t)
{
	static const int stop[] = TRIAL_STOP_SIGNALS;
	sigset_t blocked;
	int ret = sd_event_add_io(t->loop, &t->exit_source, t->command.pidfd, EPOLLIN,
				  on_exit_of_command, t);

	if (ret >= 0)
		ret = sd_event_source_set_priority(t->exit_source, SD_EVENT_PRIORITY_IMPORTANT);
	/* The loop owns the others: they live as long as it does. */
	if (ret >= 0 && !t->setup->plain)
		ret = sd_event_add_io(t->loop, NULL, t->protocol.fd, EPOLLIN, on_message, t);
	for (int i = 0; i < 2 && ret >= 0; i++)
		ret = sd_event_add_io(t->loop, NULL, t->outputs[i].read_fd, EPOLLIN, on_output,
				      &t->outputs[i]);
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
	if (t->setup->plain) {
		probes_begin(&t->probes);
		trial_enter(t, PHASE_WINDOW, t->setup->timeout_ns);
		trial_start_sampling(t);
	} else {
		trial_enter(t, PHASE_STARTUP, t->setup->startup_limit_ns);
	}
	if (t->setup->plain)
		t->start_ns = t->record->start_ns = clock_now();
	return launch_go(&t->command, err);
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
		ret = sd_event_loop(t->loop);
		if (ret < 0)
			error_host(err, -ret, "the event loop failed");
	}
	sd_event_source_unref(t->exit_source);
	sd_event_source_unref(t->deadline);
	sd_event_source_unref(t->sampler);
	sd_event_source_unref(t->border);
	sd_event_unref(t->loop);
	return ret < 0 ? -1 : 0;
}
