/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's events of the cell while it runs, into the record. */
#include <string.h>

#include "base/clock.h"
#include "rig/trial/state.h"

/* A stall of 150 ms in a second is an event; kernel: Documentation/accounting/psi.rst. */
#define PSI_STALL_US  150000
#define PSI_WINDOW_US 1000000
/* Events of each source that are kept one by one; the rest is counted. */
#define EVENTS_KEPT 200

int64_t trial_since_start(const struct trial *t, int64_t at_ns)
{
	return t->start_ns ? at_ns - t->start_ns : 0;
}

/* Take an event that is there. Returns whether the source is of use any longer; -1: no memory. */
static int take_event(struct trial *t, enum cg_event_source which, struct error *err)
{
	int64_t at_ns = trial_since_start(t, clock_now());
	int n = cg_events_drain(&t->events, which);
	const char *name = cg_event_name(which);

	if (n < 0) {
		trial_event(t->record, at_ns, "cell", name, err, "no longer watched: %s",
			    strerror(-n));
		return 0;
	}
	if (n == 0 || t->event_counts[which]++ >= EVENTS_KEPT)
		return 1;
	return trial_event(t->record, at_ns, "cell", name, err, "%d", n) < 0 ? -1 : 1;
}

static int on_kernel_event(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct trial *t = arg;
	enum cg_event_source which = CG_EVENT_SOURCES;
	struct error err = ERROR_INIT;
	int ret;

	(void)revents;
	for (int i = 0; i < CG_EVENT_SOURCES; i++)
		if (t->events.sources[i].fd == fd)
			which = (enum cg_event_source)i;
	if (which == CG_EVENT_SOURCES)
		return 0;
	ret = take_event(t, which, &err);
	if (ret < 0)
		return trial_end_with(t, &err);
	return ret ? 0 : sd_event_source_set_enabled(source, SD_EVENT_OFF);
}

/* Of pressure there is none to take: its wait alone has what there was. */
int trial_last_events(struct trial *t, struct error *err)
{
	for (int i = 0; i < CG_EVENT_PSI_CPU; i++)
		if (t->events.sources[i].fd >= 0 && take_event(t, (enum cg_event_source)i, err) < 0)
			return -1;
	return 0;
}

static int add_events(struct trial *t, enum cg_event_source from, enum cg_event_source to)
{
	int ret = 0;

	for (int i = from; i < (int)to && ret >= 0; i++) {
		const struct cg_event_fd *e = &t->events.sources[i];

		if (e->fd >= 0)
			ret = sd_event_add_io(t->loop, NULL, e->fd, e->epoll, on_kernel_event, t);
	}
	return ret;
}

int trial_watch_pressure(struct trial *t)
{
	cg_events_watch_psi(&t->events, &t->cell, PSI_STALL_US, PSI_WINDOW_US);
	return add_events(t, CG_EVENT_PSI_CPU, CG_EVENT_SOURCES);
}

int trial_watch_cell(struct trial *t)
{
	return add_events(t, 0, CG_EVENT_PSI_CPU);
}

int trial_count_events(struct trial *t, struct error *err)
{
	for (int i = 0; i < CG_EVENT_SOURCES; i++)
		if (t->event_counts[i] > EVENTS_KEPT &&
		    trial_event(t->record, trial_since_start(t, clock_now()), "cell",
				cg_event_name((enum cg_event_source)i), err, "%d more, not kept",
				t->event_counts[i] - EVENTS_KEPT) < 0)
			return -1;
	return 0;
}
