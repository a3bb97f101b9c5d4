/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of metrics: one row says what a metric is, where it comes from, how it is reduced over
 * a trial and how it is shown. What measures, what shows and what documents loops over the rows. A
 * metric that is read from a counter of the cell is added by a row, and nothing else. Metrics that
 * a workload invents have no row: what is said of them comes from their name. Pure functions.
 */
#ifndef POOLRIG_RIG_METRIC_METRIC_H
#define POOLRIG_RIG_METRIC_METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>

#include "base/error.h"
#include "base/units.h"
#include "cgroups/counters.h"

enum metric_source {
	METRIC_COUNTER = 0, /* `counter` of the cell's cgroup */
	METRIC_USAGE,       /* getrusage(2) of the command, when it was reaped: `usage` */
	METRIC_TRIAL,       /* what the rig saw of the trial itself */
	METRIC_RECORD,      /* a record that the workload sent (docs/protocol.md) */
	METRIC_DERIVED,     /* calculated from other metrics of the trial */
	METRIC_PROBE,       /* a probe reports it */
};

/* How the values of one trial become one. */
enum metric_reduction {
	METRIC_WINDOW = 0, /* what came in the window of measurement */
	METRIC_LIFE,       /* what came in the command's whole life */
	METRIC_LEVEL,      /* the level at the end of the window */
	METRIC_PEAK,       /* the highest level in the command's whole life */
	METRIC_BIRTH,      /* as it was when the command was born */
	METRIC_MERGED,     /* histograms, merged: the metric has parts (count, mean, p50, …) */
};

enum metric_direction { METRIC_NEUTRAL = 0, METRIC_LOWER, METRIC_HIGHER }; /* is better */

enum metric_shown {
	METRIC_LISTED = 0,  /* among all metrics of a trial only */
	METRIC_WHERE_KNOWN, /* in the table, where any variant has it */
	METRIC_IN_SEARCH,   /* in the table of a run with a search */
	METRIC_ALWAYS,      /* in the table */
};

struct metric_row {
	const char *name; /* in base units; a dot is one level of nesting */
	enum metric_source source;
	enum cg_counter counter; /* of METRIC_COUNTER */
	size_t usage[2]; /* of METRIC_USAGE: offsets of one or two longs to be added up; 0: none */
	enum metric_reduction reduction;
	enum units_kind kind;
	enum metric_direction better;
	bool promised; /* of METRIC_RECORD: from every workload that speaks the protocol */

	bool zero_is_usual; /* what `exec` prints says it only where it is not 0 */

	const char *label; /* in tables; NULL: the name */
	const char *group; /* rows of one group stand together */
	enum metric_shown shown;
	/* On the first screen: its place there, from 1; 0: only where it is asked for. Of rows with
	 * one place, the first that any variant has is shown. And the heading; NULL: the label. */
	int place;
	const char *column;
	const char *help; /* NULL: what the row of the whole histogram says */
};

/* All rows, in the order in which tables show them; *count of them. */
const struct metric_row *metric_rows(size_t *count);

/* The row of a name, or NULL. Of a part of a histogram ("sojourn_seconds.p90") that has no row of
 * its own, the row of the whole. */
const struct metric_row *metric_find(const char *name);
const struct metric_row *metric_by_label(const char *label);

/* Is it a part of a histogram: "mean", "p50", "p90", "p99", "p999", "max", "count"? */
bool metric_is_part(const char *name);
/* Can a trial have a metric of that name, as one number? `records`: its workload may send records
 * of its own. What must be a slip of the pen is refused: ERROR_INPUT, `NAME: reason; way out`. */
int metric_check(const char *name, bool records, struct error *err);

/* What one step of the row's counter is in the metric's unit: 1e-9 of one in ns. */
double metric_scale(const struct metric_row *row);

/* Of any name: by its row, or else by how it is written ("…_seconds", "…_bytes", "…_per_…"); also
 * of a plain unit ("seconds", "bytes", "count"). */
enum units_kind metric_kind_of(const char *name);
enum metric_direction metric_better(const char *name);
/* Its label: "start latency P90". buf of 80 bytes at least; returns buf. */
const char *metric_label(const char *name, char *buf, size_t size);

#endif
