/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the kernel reports of a cell at one instant: descriptors for an event loop. None of
 * these calls blocks; the loop (epoll, sd-event) is the caller's.
 */
#ifndef POOLRIG_CGROUPS_EVENTS_H
#define POOLRIG_CGROUPS_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cgroups/cell.h"

enum cg_event_source {
	CG_EVENT_MEMORY = 0, /* v2 memory.events; v1 OOM through its eventfd */
	CG_EVENT_POPULATED,  /* v2 cgroup.events */
	CG_EVENT_PSI_CPU,    /* PSI triggers */
	CG_EVENT_PSI_MEMORY,
	CG_EVENT_PSI_IO,
	CG_EVENT_SOURCES,
};

struct cg_event_fd {
	int fd;            /* owned; -1: not on this host */
	uint32_t epoll;    /* what to wait for: EPOLLIN or EPOLLPRI */
	bool is_eventfd;   /* v1 OOM: a count */
	char missing[160]; /* why fd is -1 */
	char note[160];    /* what is not as asked though fd is there, or "" */
};

struct cg_events {
	struct cg_event_fd sources[CG_EVENT_SOURCES];
};

/* Watch the cell's memory events and whether it is populated; pressure is not watched yet. What the
 * host lacks is no error: the reason is in `missing`. */
int cg_events_init(struct cg_events *e, const struct cg_cell *cell, struct error *err);

/* Watch pressure, too. Apart, because a PSI trigger is dear: to close one takes the kernel about
 * 10 ms (kernel: kernel/sched/psi.c, psi_trigger_destroy waits for an RCU grace period).
 * `psi_stall_us` in a window of `psi_window_us` (kernel: Documentation/accounting/psi.rst; window
 * 500 ms…10 s) triggers a PSI event. Without CAP_SYS_RESOURCE the kernel takes windows of whole
 * multiples of 2 s only: then the window is rounded up, the stall grows with it, and `note` has
 * that. What the host lacks is no error: the reason is in `missing`. */
void cg_events_watch_psi(struct cg_events *e, const struct cg_cell *cell, uint32_t psi_stall_us,
			 uint32_t psi_window_us);
void cg_events_destroy(struct cg_events *e);

/* Take what made a descriptor ready off it (a change of the file, an eventfd's count), so that it
 * can be waited for again. Returns how many there were (>= 0; 0 is a spurious wake-up), or -errno.
 */
int cg_events_drain(struct cg_events *e, enum cg_event_source source);

const char *cg_event_name(enum cg_event_source source); /* "memory.events", "psi.cpu" … */

#endif
