/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A probe: one thing that is observed of a cell, or of the host around it, while a trial runs. Each
 * is one file of this room, X.c (but for probes.c and cpu_events.c, which they share), and defines
 * `const struct probe_ops probe_X`; the Makefile makes the table in probes.c from the names of the
 * files. A probe reads, and puts what it read into the trial's record; what the numbers are worth
 * is the grade's business.
 */
#ifndef POOLRIG_RIG_PROBE_PROBES_H
#define POOLRIG_RIG_PROBE_PROBES_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/error.h"
#include "cgroups/cell.h"
#include "rig/record/trial_record.h"

struct probes;

/* What is observed. */
#define PROBE_BESIDE_MAX 8
struct probe_subject {
	const struct cg_cell *cell;                     /* borrowed */
	const struct cg_cell *beside[PROBE_BESIDE_MAX]; /* cells of the trial's neighbours */
	size_t beside_count;
	pid_t pid;            /* its command, standing at its barrier */
	cpu_set_t work, load; /* load: empty where there is none */
	bool plain; /* no protocol: the roles are not told apart, the window is its whole life */
};

/* What end() has to read: what is cheaper is read closer to the borders of the window. */
enum probe_cost {
	PROBE_READS = 0,  /* a few descriptors that are held open */
	PROBE_TABLES,     /* tables of the kernel's: some 100 us */
	PROBE_CELL_TASKS, /* all tasks of the cell */
	PROBE_HOST_TASKS, /* all tasks of the host: milliseconds */
	PROBE_COSTS,
};

/* A line of interference that a probe reports. */
struct probe_line {
	const char *name, *unit;
	bool of_load; /* only where there are load cores */
};

/* One probe of one trial. */
struct probe {
	const struct probe_ops *ops;
	const struct probes *of;
	void *state;
	bool open;
	char why[160]; /* it is not available; "": it is */
};

/* How the command ended. */
struct probe_exit {
	const struct rusage *usage; /* NULL where it was not reaped */
	int64_t maxrss_before_kib;  /* what its image had before exec */
};

struct probe_ops {
	const char *name;
	const char *help; /* what it observes */
	enum probe_cost cost;
	size_t state_size; /* zeroed before open() */
	/* Reported as unknown, instead of report(), where the probe is not available, and where
	 * ready() or begin() was not reached. NULL: report() is called even then. Ended by {0}. */
	const struct probe_line *lines;
	/* Reported as unknown where the probe is not available. NULL: none; ended by NULL. */
	const char *const *metrics;

	/* Can it observe this subject, on this host? Where not, nothing else of it is called. */
	bool (*available)(const struct probe_subject *s, char *why, size_t size);

	/* All in the order of a trial; each may be NULL. */
	/* The command stands at its barrier. */
	int (*open)(struct probe *p, struct error *err);
	/* Before the window, and what is dear: a baseline. A workload that says when it is ready
	 * waits meanwhile; a plain command has it after its first sample, thus after begin(), or
	 * never: for a short one it would cost more than the command itself. */
	void (*ready)(struct probe *p);
	void (*begin)(struct probe *p); /* the window begins: only reads */
	/* In the window, planned for due_ns: nothing that a load core could feel. */
	int (*sample)(struct probe *p, int64_t due_ns, struct trial_record *r, struct error *err);
	void (*end)(struct probe *p);      /* the window has ended */
	void (*conclude)(struct probe *p); /* nothing runs in the cell any more */
	int (*report)(const struct probe *p, struct trial_record *r, struct error *err);
	void (*close)(struct probe *p); /* only after open(), but after each */

	/* For a test, in which the cell's command keeps its work core busy: do what the probe must
	 * see in an open window (NULL: nothing more than that), and which metric or line of
	 * interference must be above zero then. */
	struct {
		void (*provoke)(const struct probe_subject *s);
		const char *sees;
	} self_test;
};

#define PROBES_MAX 32

/* All probes of one trial: each step of the trial is handed to all of them, the cheapest first
 * where a border of the window is near. */
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
