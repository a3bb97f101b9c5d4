/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The phases of a trial, each with its time limit, and the borders of the window. */
#include "base/clock.h"
#include "rig/trial/state.h"

static int on_deadline(sd_event_source *source, uint64_t usec, void *arg)
{
	static const char *const doing[] = {
	    [PHASE_STARTUP] = "to get ready",
	    [PHASE_WINDOW] = "to finish",
	    [PHASE_DRAIN] = "to say done",
	    [PHASE_EXIT] = "to exit",
	};
	struct trial *t = arg;
	struct error err = ERROR_INIT;

	(void)source;
	(void)usec;
	error_set(&err, ERROR_WORKLOAD, 0, "timed out: it had %.3g s %s and was killed",
		  (double)t->deadline_ns / 1e9, doing[t->phase]);
	return trial_end_with(t, &err);
}

void trial_enter(struct trial *t, enum phase phase, int64_t limit_ns)
{
	t->phase = phase;
	t->deadline_ns = limit_ns;
	if (limit_ns)
		trial_set_timer(t, &t->deadline, clock_now() + limit_ns, on_deadline);
	else if (t->deadline)
		sd_event_source_set_enabled(t->deadline, SD_EVENT_OFF);
}

/* A border of the window: its begin, or its end. */
static int on_border(sd_event_source *source, uint64_t usec, void *arg)
{
	const struct protocol_setup *protocol = &((struct trial *)arg)->setup->protocol;
	struct trial *t = arg;

	(void)source;
	(void)usec;
	if (t->phase == PHASE_WARMUP) {
		probes_begin(&t->probes);
		trial_enter(t, PHASE_WINDOW, 0);
		trial_start_sampling(t);
		return trial_set_border(t, t->start_ns + protocol->warmup_ns + protocol->window_ns);
	}
	if (t->phase == PHASE_WINDOW) {
		sd_event_source_set_enabled(t->sampler, SD_EVENT_OFF);
		probes_end(&t->probes);
		trial_enter(t, PHASE_DRAIN, t->setup->done_limit_ns);
	}
	return 0;
}

int trial_set_border(struct trial *t, int64_t at_ns)
{
	return trial_set_timer(t, &t->border, at_ns, on_border);
}
