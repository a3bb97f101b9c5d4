/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the rig itself was late for. The loop looks at everything at least every DELAY_BEAT_NS;
 * where it does not, the rig was stopped (SIGSTOP, Ctrl-Z, a freezer), had no CPU, or was held up,
 * and an end that it saw afterwards may be as old as the pause is long. How late the borders of the
 * window were read is kept, too.
 */
#ifndef POOLRIG_RIG_TRIAL_DELAY_H
#define POOLRIG_RIG_TRIAL_DELAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

#define DELAY_BEAT_NS  (100 * NS_PER_MS)
#define DELAY_PAUSE_NS (DELAY_BEAT_NS + 50 * NS_PER_MS) /* from here on it is a pause */
#define DELAY_VOID_NS  NS_PER_S                         /* from here on the trial is void */

struct delays {
	int64_t looked_ns; /* when the loop last looked; 0: not yet */
	int64_t gap_ns;    /* from the look before that one to it, where that was a pause; else 0 */
	int pauses;
	int64_t paused_ns, longest_ns;
	bool seen[2]; /* the borders of the window: its begin, its end */
	int64_t late_ns[2];
};

/* The loop has waited, and looks. */
void delay_look(struct delays *d, int64_t now_ns);
/* The rig was at work while nothing could be missed: that is no pause. */
void delay_excuse(struct delays *d, int64_t now_ns);
/* A border (0 or 1) that was due is read. */
void delay_border(struct delays *d, int border, int64_t due_ns, int64_t read_ns);
/* The latest border; -1: none was read. */
int64_t delay_border_latest(const struct delays *d);
/* Above how much a late border of a window of that length costs grade C, and makes the trial void.
 */
int64_t delay_border_bound(int64_t window_ns);
int64_t delay_border_void(int64_t window_ns);

#endif
