/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/trial/delay.h"

#include "rig/trial/state.h"

/* Shares of the window, and what counts at least: timers of a busy host are some milliseconds late.
 */
#define BORDER_C_SHARE    50 /* a fiftieth */
#define BORDER_C_LEAST    (10 * NS_PER_MS)
#define BORDER_VOID_SHARE 10 /* a tenth */
#define BORDER_VOID_LEAST (500 * NS_PER_MS)

static const char *const border_names[2] = {"begin", "end"};

void delay_look(struct delays *d, int64_t now_ns)
{
	int64_t gap_ns = d->looked_ns ? now_ns - d->looked_ns : 0;

	d->looked_ns = now_ns;
	d->gap_ns = gap_ns > DELAY_PAUSE_NS ? gap_ns : 0;
	if (!d->gap_ns)
		return;
	d->pauses++;
	d->paused_ns += gap_ns;
	if (gap_ns > d->longest_ns)
		d->longest_ns = gap_ns;
}

void delay_excuse(struct delays *d, int64_t now_ns)
{
	d->looked_ns = now_ns;
}

void delay_border(struct delays *d, int border, int64_t due_ns, int64_t read_ns)
{
	d->seen[border] = true;
	d->late_ns[border] = read_ns > due_ns ? read_ns - due_ns : 0;
}

static int latest(const struct delays *d)
{
	return d->seen[1] && (!d->seen[0] || d->late_ns[1] > d->late_ns[0]);
}

int64_t delay_border_latest(const struct delays *d)
{
	int border = latest(d);

	return d->seen[border] ? d->late_ns[border] : -1;
}

static int64_t bound(int64_t share_ns, int64_t least_ns)
{
	return share_ns > least_ns ? share_ns : least_ns;
}

int64_t delay_border_bound(int64_t window_ns)
{
	return bound(window_ns / BORDER_C_SHARE, BORDER_C_LEAST);
}

int64_t delay_border_void(int64_t window_ns)
{
	return bound(window_ns / BORDER_VOID_SHARE, BORDER_VOID_LEAST);
}

int64_t trial_window_ns(const struct trial *t)
{
	if (!t->setup->plain)
		return t->setup->protocol.window_ns;
	return t->exited ? t->exit_at_ns - t->command.page->exec_at_ns : 0;
}

/* Where the CPU is emulated, pauses of a second are common and no time means anything: a void trial
 * would only hide what it was run for. */
static bool is_emulated(const struct trial *t)
{
	return t->setup->site && topology_is_emulated(&t->setup->site->topology);
}

bool trial_pause_void(const struct trial *t, char *reason, size_t size)
{
	if (t->delays.longest_ns < DELAY_VOID_NS || is_emulated(t))
		return false;
	snprintf(reason, size,
		 "the rig itself did not run for %.3g s: it was stopped or frozen, or had no CPU, "
		 "and could not see what happened in that time",
		 (double)t->delays.longest_ns / 1e9);
	return true;
}

bool trial_border_void(const struct trial *t, char *reason, size_t size)
{
	const struct delays *d = &t->delays;
	int64_t window_ns = trial_window_ns(t);
	int border = latest(d);

	if (delay_border_latest(d) <= delay_border_void(window_ns) || is_emulated(t))
		return false;
	if (t->setup->plain)
		snprintf(reason, size,
			 "the rig saw the command's end up to %.3g s late, more than a tenth of "
			 "its %.3g s",
			 (double)d->late_ns[1] / 1e9, (double)window_ns / 1e9);
	else
		snprintf(reason, size,
			 "the rig read the window's %s %.3g s late, more than a tenth of its %.3g "
			 "s",
			 border_names[border], (double)d->late_ns[border] / 1e9,
			 (double)window_ns / 1e9);
	return true;
}

static const char *except(const struct trial *t)
{
	return is_emulated(t) ? ", but not on this emulated CPU" : "";
}

static int border_line(struct trial *t, struct error *err)
{
	const struct delays *d = &t->delays;
	char begin[48] = "was not read", end[48] = "was not read";

	if (!d->seen[0] && !d->seen[1])
		return trial_interference_unknown(t->record, "late_borders", "seconds", err,
						  "the window was not reached");
	if (d->seen[0])
		snprintf(begin, sizeof(begin), "%.3g ms late", (double)d->late_ns[0] / 1e6);
	if (d->seen[1])
		snprintf(end, sizeof(end), "%.3g ms late", (double)d->late_ns[1] / 1e6);
	return trial_interference(
	    t->record, "late_borders", "seconds", (double)delay_border_latest(d) / 1e9, err,
	    "the counters were read at the window's begin %s, at its end %s; "
	    "above %.3g ms the trial is void%s",
	    begin, end, (double)delay_border_void(trial_window_ns(t)) / 1e6, except(t));
}

/* Of the copies that go to others; what is only kept is never held up. */
static int held_line(struct trial *t, struct error *err)
{
	int64_t held_ns = 0;
	bool copied = false;

	for (int i = 0; i < t->outputs_count; i++) {
		copied |= t->outputs[i].copy != NULL;
		held_ns += t->outputs[i].held_ns;
	}
	if (!copied)
		return 0;
	return trial_interference(t->record, "output_held", "seconds", (double)held_ns / 1e9, err,
				  "the rig's own output was not read, and could hold up the "
				  "command at its next write");
}

int trial_delay_lines(struct trial *t, struct error *err)
{
	const struct delays *d = &t->delays;

	if (border_line(t, err) < 0 || held_line(t, err) < 0)
		return -1;
	return trial_interference(
	    t->record, "rig_paused", "seconds", (double)d->paused_ns / 1e9, err,
	    "the rig itself did not run (stopped, frozen, without a CPU): %d "
	    "times, the longest %.3g s; from %.3g s on the trial is void%s",
	    d->pauses, (double)d->longest_ns / 1e9, (double)DELAY_VOID_NS / 1e9, except(t));
}
