/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"
#include "base/stream.h"
#include "rig/run/run.h"
#include "rig/trial/trial.h"

#define REDRAW_NS (NS_PER_S / 4)
/* How long a reader that does not read keeps the rig from looking whether it is to end. */
#define LOOK_MS 100

void progress_init(struct progress *p, FILE *to, int trials, int64_t trial_ns)
{
	*p = (struct progress){.to = to, .trials = trials, .trial_ns = trial_ns};
	p->live = isatty(stream_fd(to));
	p->begun_ns = clock_now();
}

/* Minutes and seconds that are left, from what the trials so far took. */
static void time_left(const struct progress *p, int64_t in_trial_ns, char *text, size_t size)
{
	double each = (double)p->trial_ns;
	int done = p->trial - 1;
	int64_t left;

	text[0] = '\0';
	if (!p->trials)
		return;
	if (done > 0)
		each = (double)(clock_now() - in_trial_ns - p->begun_ns) / done;
	if (each <= 0)
		return;
	/* In seconds: in nanoseconds many long trials are more than int64_t holds. */
	left = (int64_t)((each * (p->trials - done) - (double)in_trial_ns) / 1e9);
	if (left < 0)
		left = 0;
	snprintf(text, size, ", %" PRId64 ":%02" PRId64 " left", left / 60, left % 60);
}

/* Would it be read now, or be held in a pipe or by a terminal that was stopped (Ctrl-S)? */
static bool is_read(const struct progress *p, int limit_ms)
{
	struct pollfd fd = {.fd = stream_fd(p->to), .events = POLLOUT};

	return fd.fd < 0 || poll(&fd, 1, limit_ms) != 0; /* < 0: it is printed into memory */
}

/* Between trials the rig waits for its reader, but not once it is asked to end. */
static bool wait_for_reader(const struct progress *p)
{
	static const int stop[] = TRIAL_STOP_SIGNALS;
	sigset_t pending;

	while (!is_read(p, LOOK_MS)) {
		sigpending(&pending);
		for (size_t i = 0; i < ARRAY_SIZE(stop); i++)
			if (sigismember(&pending, stop[i]) == 1)
				return false;
	}
	return true;
}

/* "trial 3 of 6: fixed-16" */
static void print_trial(const struct progress *p)
{
	fprintf(p->to, "trial %d", p->trial);
	if (p->trials)
		fprintf(p->to, " of %d", p->trials);
	fputs(": ", p->to);
	text_put(p->to, true, p->what);
}

void progress_trial(struct progress *p, int trial, const char *variant, double rate, int attempt)
{
	char left[32];

	p->trial = trial;
	snprintf(p->what, sizeof(p->what), "%s", variant);
	if (rate > 0)
		text_add(p->what, sizeof(p->what), " at %.10g tasks/s", rate);
	if (p->live || !wait_for_reader(p))
		return;
	time_left(p, 0, left, sizeof(left));
	print_trial(p);
	fprintf(p->to, "%s%s\n", attempt ? " (again: the one before was void)" : "", left);
	fflush(p->to);
}

void progress_tick(struct progress *p, int64_t elapsed_ns, int64_t total_ns, double rate)
{
	char left[32], speed[48] = "";
	int64_t now = clock_now();

	if (!p->live || now - p->shown_ns < REDRAW_NS || !is_read(p, 0))
		return;
	p->shown_ns = now;
	time_left(p, elapsed_ns, left, sizeof(left));
	if (rate >= 0)
		snprintf(speed, sizeof(speed), ", %.0f tasks/s", rate);
	fputs("\r\033[K", p->to);
	print_trial(p);
	fprintf(p->to, ", %.0f", (double)elapsed_ns / 1e9);
	if (total_ns)
		fprintf(p->to, "/%.0f", (double)total_ns / 1e9);
	fprintf(p->to, " s%s%s", speed, left);
	fflush(p->to);
}

void progress_done(struct progress *p, const char *outcome, const char *reason)
{
	if (!wait_for_reader(p))
		return;
	if (p->live) {
		fputs("\r\033[K", p->to);
		print_trial(p);
		fputs(": ", p->to);
	} else {
		fputs("  ", p->to);
	}
	fprintf(p->to, "%s%s", outcome, reason[0] ? ": " : "");
	text_put(p->to, true, reason);
	fputc('\n', p->to);
	fflush(p->to);
}
