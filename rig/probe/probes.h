/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All probes of one trial: each step of the trial is handed to all of them, the cheapest first
 * where a border of the window is near. */
#ifndef POOLRIG_RIG_PROBE_PROBES_H
#define POOLRIG_RIG_PROBE_PROBES_H

#include "rig/probe/probe.h"

#define PROBES_MAX 32

struct probes {
	struct probe_subject subject;
	bool open, ready, begun, ended, concluded; /* what was reached */
	bool ended_late;                           /* end() was made only by conclude() */
	int64_t samples;
	int64_t samples_skipped; /* instants that had passed altogether; counted by the caller */
	struct probe_exit exit;  /* set by the caller before probes_report() */
	int count;
	struct probe list[PROBES_MAX]; /* ascending by cost */
};

/* All there are, *count of them. */
const struct probe_ops *const *probes_table(size_t *count);

/* Allocate their states. Everything else takes what this has initialised. */
int probes_init(struct probes *p, struct error *err);
void probes_destroy(struct probes *p); /* takes a zeroed struct */

/* The steps of a trial, as in struct probe_ops. ready(), begin() and end() that have been are not
 * made again; conclude() makes up for an end() that has not been. */
int probes_open(struct probes *p, const struct probe_subject *subject, struct error *err);
void probes_ready(struct probes *p);
void probes_begin(struct probes *p);
int probes_sample(struct probes *p, int64_t due_ns, struct trial_record *r, struct error *err);
void probes_end(struct probes *p);
void probes_conclude(struct probes *p);
int probes_report(const struct probes *p, struct trial_record *r, struct error *err);

/* The state of one, for who knows its type; NULL: there is no probe of that name. */
void *probes_state(const struct probes *p, const char *name);

#endif
