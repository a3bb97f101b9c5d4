/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one trial leaves, as plain data: the face between what measures and the store. Everything
 * here was measured or is the reason why it was not; nothing is interpreted.
 */
#ifndef POOLRIG_RIG_RECORD_TRIAL_RECORD_H
#define POOLRIG_RIG_RECORD_TRIAL_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "cgroups/counters.h"

/* Stored as these words: "ok", "workload_failed", "void", "rig_failed". */
enum trial_outcome { TRIAL_OK = 0, TRIAL_WORKLOAD_FAILED, TRIAL_VOID, TRIAL_RIG_FAILED };
const char *trial_outcome_name(enum trial_outcome outcome);
int trial_outcome_by_name(const char *name); /* -1: none */

/* One number of a trial. Names carry base units ("peak_rss_bytes", "psi.cpu.some_seconds"); a dot
 * is one level of nesting in JSON. Integers are exact up to 2^53. */
struct metric {
	char name[64];
	bool known;
	double value;     /* valid only where known */
	char reason[160]; /* where not known: why */
};

/* One line of interference: what the host did to the trial. */
struct interference_line {
	char name[48]; /* "steal", "interrupts", "foreign_tasks", "generator_lateness_p999" */
	char unit[16]; /* "seconds", "count" */
	bool known;
	double value;
	char detail[256]; /* who it was, where; or, where not known, why */
};

/* One dimension of the grade. Level: 'A' as asked and seen to hold; 'B' it held, but was shared or
 * interfered with, or was observed only in part; 'C' asked for and not held; '-' not asked for. */
struct grade_line {
	char dimension[16]; /* "cpu", "memory", "network", "observation" */
	char level;
	char *asked, *granted; /* owned; of many CPUs, they are long */
	char reason[1024];     /* why it is not 'A'; sentences joined by "; " */
};

/* An event: what the kernel (or the rig) reported at one instant. */
struct trial_event {
	int64_t at_ns; /* since the start instant (negative: before it) */
	char cell[32];
	char kind[32]; /* "memory.events", "psi.cpu", "oom_kill", "exit", "log_truncated" */
	char text[200];
};

/* A sample: counters of one cell at one instant. */
struct trial_sample {
	int cell;        /* 0 for the only one */
	int64_t late_ns; /* how much later than planned it was taken */
	struct cg_reading
	    reading; /* at_ns is CLOCK_MONOTONIC; the store subtracts the start instant */
};

/* A record that the workload sent (docs/protocol.md). */
struct workload_record {
	char name[48];
	char kind[12]; /* "counter", "gauge", "histogram" */
	char unit[24];
	int64_t from_ns, to_ns; /* its interval, since the start instant */
	bool known;
	double value;     /* of a counter or gauge */
	char *hdr;        /* of a histogram: V2 compressed base64, owned */
	char reason[160]; /* where not known */
};

/* A file that the workload made of the trial: a profile, a trace. What is in it is in the store,
 * and until then in a sealed memfd. */
struct trial_artefact {
	char name[64];  /* "heap.pprof" */
	char media[64]; /* "application/json" */
	uint64_t bytes;
	bool intrusive; /* making it interfered with what the trial measured */
	int fd;         /* owned; -1: it was read from the store, which has the bytes */
};

/* The end of the stdout or stderr of a workload, bounded. */
struct trial_log {
	char name[16];    /* "stdout", "stderr" */
	char *text;       /* owned, NUL-terminated */
	uint64_t bytes;   /* written by the workload in all */
	uint64_t dropped; /* of these, not kept */
};

/* The lists of a trial (rig/record/trial_table.h says what is in a row of each). Those before
 * TRIAL_PORTIONS are handed to the store in portions while a long trial runs, and emptied; the
 * others are short. */
enum trial_list {
	TRIAL_SAMPLES = 0,
	TRIAL_EVENTS,
	TRIAL_RECORDS,
	TRIAL_PORTIONS,
	TRIAL_METRICS = TRIAL_PORTIONS,
	TRIAL_INTERFERENCE,
	TRIAL_GRADES,
	TRIAL_LOGS,
	TRIAL_ARTEFACTS,
	TRIAL_LISTS,
};

/* A growing array. */
struct trial_rows {
	void *rows;
	size_t count, size;
};

struct trial_record {
	/* from the plan */
	int position; /* in the plan, from 0 */
	int block;    /* which shuffled block */
	int attempt;  /* 0, or how often it was run again */
	char variant[64];

	enum trial_outcome outcome;
	char reason[512];        /* why it is not ok: one sentence */
	int64_t started_unix_ns; /* CLOCK_REALTIME, for people */
	int64_t start_ns;        /* the start instant, CLOCK_MONOTONIC; 0: never reached */
	int64_t wall_ns;         /* birth of the command to its exit */

	/* Each list by its own name, and all of them by enum trial_list. */
	union {
		struct {
			struct trial_sample *samples;
			size_t samples_count, samples_size;
			struct trial_event *events;
			size_t events_count, events_size;
			struct workload_record *records;
			size_t records_count, records_size;
			struct metric *metrics;
			size_t metrics_count, metrics_size;
			struct interference_line *interference;
			size_t interference_count, interference_size;
			struct grade_line *grades;
			size_t grades_count, grades_size;
			struct trial_log *logs;
			size_t logs_count, logs_size;
			struct trial_artefact *artefacts;
			size_t artefacts_count, artefacts_size;
		};
		struct trial_rows lists[TRIAL_LISTS];
	};
};

void trial_record_init(struct trial_record *r);
void trial_record_destroy(struct trial_record *r); /* takes a zeroed struct */

/* Append a row of zeroes to a list. NULL: no memory, kind ERROR_HOST. */
void *trial_list_append(struct trial_record *r, enum trial_list which, struct error *err);
/* Destroy the rows of a list, and keep its array. */
void trial_list_empty(struct trial_record *r, enum trial_list which);

/* Append. Each returns 0, or -1 where memory is out (kind ERROR_HOST). Strings are copied and cut
 * to fit; a sentence that was cut ends in "...". Where value is NULL it is not known, and the
 * sentence says why. */
int trial_add_metric(struct trial_record *r, const char *name, const double *value,
		     struct error *err, const char *why, ...) __attribute__((format(printf, 5, 6)));
#define trial_metric(r, name, value, err) trial_add_metric(r, name, &(double){value}, err, "%s", "")

#define trial_metric_unknown(r, name, err, ...) trial_add_metric(r, name, NULL, err, __VA_ARGS__)

int trial_add_interference(struct trial_record *r, const char *name, const char *unit,
			   const double *value, struct error *err, const char *detail, ...)
    __attribute__((format(printf, 6, 7)));
#define trial_interference(r, name, unit, value, err, ...)                                         \
	trial_add_interference(r, name, unit, &(double){value}, err, __VA_ARGS__)
#define trial_interference_unknown(r, name, unit, err, ...)                                        \
	trial_add_interference(r, name, unit, NULL, err, __VA_ARGS__)

int trial_grade(struct trial_record *r, const struct grade_line *line,
		struct error *err); /* takes over line->asked, line->granted */
int trial_event(struct trial_record *r, int64_t at_ns, const char *cell, const char *kind,
		struct error *err, const char *text, ...) __attribute__((format(printf, 6, 7)));
int trial_sample(struct trial_record *r, const struct trial_sample *sample, struct error *err);
int trial_workload_record(struct trial_record *r, const struct workload_record *record,
			  struct error *err); /* takes over record->hdr */
int trial_log(struct trial_record *r, const char *name, const char *text, size_t len,
	      uint64_t bytes, uint64_t dropped, struct error *err);

int trial_artefact(struct trial_record *r, const struct trial_artefact *artefact,
		   struct error *err); /* takes over artefact->fd */

/* All its grades as one text, "cpu B memory A ": trials of the same text may be compared. Returns
 * buf. */
#define TRIAL_LEVELS_SIZE 160
const char *trial_levels(const struct trial_record *r, char buf[TRIAL_LEVELS_SIZE]);

/* The metric of a name, or NULL. */
const struct metric *trial_find_metric(const struct trial_record *r, const char *name);

#endif
