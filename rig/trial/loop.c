/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one event loop of a trial, on the housekeeping core: exit, protocol, output, samples, kernel
 * events, signals, deadlines. Handlers return 0; what went wrong is in t->failure, and the loop is
 * told to end. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"
#include "rig/trial/state.h"

#define STARTUP_LIMIT_NS (60 * NS_PER_S)
#define EXIT_LIMIT_NS    (10 * NS_PER_S)
/* So many samples or records are handed on at a time; more would cost memory, fewer more writing.
 */
#define FLUSH_AT 512
/* A stall of 150 ms in a second is an event; kernel: Documentation/accounting/psi.rst. */
#define PSI_STALL_US  150000
#define PSI_WINDOW_US 1000000
/* Of each source, so many events are kept one by one; the rest is counted. */
#define EVENTS_KEPT 200

void trial_fail(struct trial *t, const struct error *err)
{
	if (t->failure.kind == ERROR_NONE)
		t->failure = *err;
}

static int stop_with(struct trial *t, const struct error *err)
{
	trial_fail(t, err);
	return sd_event_exit(t->loop, 0);
}

static int64_t since_start(const struct trial *t, int64_t at_ns)
{
	return t->start_ns ? at_ns - t->start_ns : 0;
}

static int add_timer(struct trial *t, sd_event_source **source, int64_t at_ns,
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

static int on_deadline(sd_event_source *source, uint64_t usec, void *arg)
{
	static const char *const doing[] = {
	    [PHASE_STARTUP] = "to get ready", [PHASE_WARMUP] = "in its warm-up",
	    [PHASE_WINDOW] = "to finish",     [PHASE_DRAIN] = "to say done",
	    [PHASE_EXIT] = "to exit",         [PHASE_OVER] = "",
	};
	struct trial *t = arg;
	struct error err = ERROR_INIT;

	(void)source;
	(void)usec;
	t->timed_out = true;
	error_set(&err, ERROR_WORKLOAD, 0, "timed out: it had %.3g s %s and was killed",
		  (double)t->deadline_ns / 1e9, doing[t->phase]);
	return stop_with(t, &err);
}

void trial_enter(struct trial *t, enum phase phase, int64_t limit_ns)
{
	t->phase = phase;
	t->deadline_ns = limit_ns;
	if (limit_ns)
		add_timer(t, &t->deadline, clock_now() + limit_ns, on_deadline);
	else if (t->deadline)
		sd_event_source_set_enabled(t->deadline, SD_EVENT_OFF);
}

static void tell_progress(struct trial *t)
{
	const struct talk_setup *talk = &t->setup->talk;
	struct trial_progress p = {.rate = t->last_rate};
	int64_t from_ns = t->setup->plain ? t->command.page->exec_at_ns : t->start_ns;

	if (!t->setup->progress)
		return;
	p.elapsed_ns = from_ns ? clock_now() - from_ns : 0;
	p.total_ns = t->setup->plain ? 0 : talk->warmup_ns + talk->window_ns;
	t->setup->progress(&p, t->setup->arg);
}

/* However long the trial is, no more than FLUSH_AT samples and records are held. */
static int hand_on(struct trial *t, struct error *err)
{
	struct trial_record *r = t->record;

	if (!t->setup->flush || (r->samples_count < FLUSH_AT && r->records_count < FLUSH_AT))
		return 0;
	if (trial_take_lateness(t, err) < 0)
		return -1;
	return t->setup->flush(r, t->setup->arg, err);
}

static int add_fd(struct trial *t, int fd, uint32_t events, sd_event_io_handler_t handler,
		  void *arg, int64_t priority)
{
	sd_event_source *source = NULL;
	int ret = sd_event_add_io(t->loop, &source, fd, events, handler, arg);

	if (ret < 0)
		return ret;
	/* The loop owns it: it lives as long as the loop. */
	sd_event_source_set_floating(source, true);
	sd_event_source_set_priority(source, priority);
	sd_event_source_unref(source);
	return 0;
}

static int on_kernel_event(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct trial *t = arg;
	enum cg_event_source which = CG_EVENT_SOURCES;
	struct error err = ERROR_INIT;
	int n;

	(void)revents;
	for (int i = 0; i < CG_EVENT_SOURCES; i++)
		if (t->events.sources[i].fd == fd)
			which = (enum cg_event_source)i;
	if (which == CG_EVENT_SOURCES)
		return 0;
	n = cg_events_drain(&t->events, which);
	if (n < 0) {
		trial_event(t->record, since_start(t, clock_now()), "cell", cg_event_name(which),
			    &err, "no longer watched: %s", strerror(-n));
		sd_event_source_set_enabled(source, SD_EVENT_OFF);
		return 0;
	}
	if (n == 0 || t->event_counts[which]++ >= EVENTS_KEPT)
		return 0;
	if (trial_event(t->record, since_start(t, clock_now()), "cell", cg_event_name(which), &err,
			"%d", n) < 0)
		return stop_with(t, &err);
	return 0;
}

static int add_events(struct trial *t, enum cg_event_source from, enum cg_event_source to)
{
	int ret = 0;

	for (int i = from; i < (int)to && ret >= 0; i++) {
		const struct cg_event_fd *e = &t->events.sources[i];

		if (e->fd >= 0)
			ret = add_fd(t, e->fd, e->epoll, on_kernel_event, t,
				     SD_EVENT_PRIORITY_NORMAL);
	}
	return ret;
}

static int watch_pressure(struct trial *t)
{
	cg_events_watch_psi(&t->events, &t->cell, PSI_STALL_US, PSI_WINDOW_US);
	return add_events(t, CG_EVENT_PSI_CPU, CG_EVENT_SOURCES);
}

/* What is dear waits until a plain command has lasted to its first sample: for a short one it would
 * cost more than the command itself. */
static int look_closer(struct trial *t, struct error *err)
{
	int ret = watch_pressure(t);

	window_look_around(&t->window);
	return ret < 0 ? error_host(err, -ret, "cannot watch the cell's pressure") : 0;
}

static int on_sample(sd_event_source *source, uint64_t usec, void *arg)
{
	struct trial *t = arg;
	struct error err = ERROR_INIT;
	int64_t now;

	(void)source;
	(void)usec;
	if (window_sample(&t->window, t->sample_due_ns, t->record, &err) < 0)
		return stop_with(t, &err);
	if (t->setup->plain)
		window_look_at_rss(&t->window);
	if (t->setup->plain && t->window.samples == 1 && look_closer(t, &err) < 0)
		return stop_with(t, &err);
	if (hand_on(t, &err) < 0)
		return stop_with(t, &err);
	tell_progress(t);
	/* The grid stays where it is: an instant that has passed is counted as missed, not made up
	 * for. */
	now = clock_now();
	for (t->sample_due_ns += SAMPLE_PERIOD_NS; t->sample_due_ns <= now;
	     t->sample_due_ns += SAMPLE_PERIOD_NS)
		t->window.samples_skipped++;
	return add_timer(t, &t->sampler, t->sample_due_ns, on_sample);
}

static int start_sampling(struct trial *t)
{
	t->sample_due_ns = clock_now() + SAMPLE_PERIOD_NS;
	return add_timer(t, &t->sampler, t->sample_due_ns, on_sample);
}

/* A border of the window: its begin, or its end. */
static int on_border(sd_event_source *source, uint64_t usec, void *arg)
{
	const struct talk_setup *talk = &((struct trial *)arg)->setup->talk;
	struct trial *t = arg;

	(void)source;
	(void)usec;
	if (t->phase == PHASE_WARMUP) {
		window_begin(&t->window);
		trial_enter(t, PHASE_WINDOW, talk->window_ns + STARTUP_LIMIT_NS);
		start_sampling(t);
		return trial_set_border(t, t->start_ns + talk->warmup_ns + talk->window_ns);
	}
	if (t->phase == PHASE_WINDOW) {
		sd_event_source_set_enabled(t->sampler, SD_EVENT_OFF);
		window_end(&t->window);
		trial_enter(t, PHASE_DRAIN, STARTUP_LIMIT_NS);
	}
	return 0;
}

int trial_set_border(struct trial *t, int64_t at_ns)
{
	return add_timer(t, &t->border, at_ns, on_border);
}

static int on_exit_of_command(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct trial *t = arg;
	struct error err = ERROR_INIT;

	(void)revents;
	/* The instant is taken before anything else that is ready is looked at; the rest is done
	 * after it: the last words come first. */
	if (!t->exit_at_ns) {
		t->exit_at_ns = clock_now();
		return sd_event_source_set_priority(source, SD_EVENT_PRIORITY_IDLE);
	}
	if (syscall(SYS_waitid, P_PIDFD, fd, &t->exit, WEXITED, &t->usage) < 0) {
		error_host(&err, errno, "cannot wait for the command");
		return stop_with(t, &err);
	}
	t->exited = true;
	t->command.reaped = true;
	/* What it said last is still in the socket: hear it out. */
	if (!t->setup->plain && trial_hear(t) < 0)
		return sd_event_exit(t->loop, 0);
	return sd_event_exit(t->loop, 0);
}

static int on_talk(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct trial *t = arg;

	(void)fd;
	(void)revents;
	switch (trial_hear(t)) {
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
	t->stop = TRIAL_STOP_SIGNAL;
	error_host(&err, 0, "interrupted by %s", strsignal((int)info->ssi_signo));
	return stop_with(t, &err);
}

static int add_sources(struct trial *t)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	int ret = 0;

	ret = add_fd(t, t->command.pidfd, EPOLLIN, on_exit_of_command, t,
		     SD_EVENT_PRIORITY_IMPORTANT);
	if (ret >= 0 && !t->setup->plain)
		ret = add_fd(t, t->talk.fd, EPOLLIN, on_talk, t, SD_EVENT_PRIORITY_NORMAL);
	for (int i = 0; i < 2 && ret >= 0; i++)
		ret = add_fd(t, t->outputs[i].read_fd, EPOLLIN, on_output, &t->outputs[i],
			     SD_EVENT_PRIORITY_NORMAL);
	if (ret >= 0)
		ret = add_events(t, 0, CG_EVENT_PSI_CPU);
	if (ret >= 0 && !t->setup->plain)
		ret = watch_pressure(t);
	for (size_t i = 0; i < ARRAY_SIZE(signals) && ret >= 0; i++)
		ret = sd_event_add_signal(t->loop, NULL, signals[i], on_signal, t);
	return ret < 0 ? ret : 0;
}

static int set_off(struct trial *t, struct error *err)
{
	if (t->setup->plain) {
		window_prepare(&t->window);
		window_begin(&t->window);
		trial_enter(t, PHASE_WINDOW, t->setup->timeout_ns);
		start_sampling(t);
	} else {
		trial_enter(t, PHASE_STARTUP, STARTUP_LIMIT_NS);
	}
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
	t->phase = PHASE_OVER;
	sd_event_source_unref(t->deadline);
	sd_event_source_unref(t->sampler);
	sd_event_source_unref(t->border);
	sd_event_unref(t->loop);
	return ret < 0 ? -1 : 0;
}
