/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A histogram that a workload recorded interval by interval, over time: a column is one interval
 * or several, a row a band of values, a cell how many values fell there.
 */
#ifndef POOLRIG_RIG_RESULT_HEATMAP_H
#define POOLRIG_RIG_RESULT_HEATMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "rig/record/trial_record.h"
#include "rig/store/store.h"

/* Band 0 holds what is below 1; the others begin at 1, 2, 5, 10, 20, 50 ... of the record's unit:
 * three a decade, up to the largest int64_t. */
#define HEATMAP_BANDS  58
#define HEATMAP_SHADES 8

struct heatmap {
	char name[48], unit[24];
	int64_t from_ns, to_ns; /* since the start instant */
	int64_t column_ns;
	int columns;
	int64_t *cells;                /* [column * HEATMAP_BANDS + band], owned */
	int *recorded;                 /* [column]: intervals in it that are known, owned */
	int floor;                     /* the band of all that the histogram can't tell from 0 */
	int lowest, highest;           /* bands that hold values; lowest > highest: none does */
	int64_t total, most;           /* values in all, and in the fullest cell */
	int intervals;                 /* of that name */
	int unknown;                   /* of these, those that the workload could not give */
	char reason[160];              /* why, of the first; "" where it said nothing */
	int64_t least[HEATMAP_SHADES]; /* the least values of each shade; of equal ones the last
					  counts */
};

/*
 * Make the grid from the records called `name` of a trial, in at most columns_max (2 or more)
 * columns. The time of a column is that of the longest interval, or a multiple of it. A value
 * counts where its bucket of the histogram begins, which for three significant digits is at most
 * 0.1 % lower; an interval counts where its middle lies. Errors: there is no such histogram, or
 * one can't be read.
 */
int heatmap_init(struct heatmap *map, const struct trial_record *trial, const char *name,
		 int columns_max, struct error *err);
void heatmap_destroy(struct heatmap *map); /* takes a zeroed struct */

/* Where a band begins. That of HEATMAP_BANDS is INT64_MAX. */
int64_t heatmap_edge(int band);

/* The shade of a cell: 0 for none, else 1..HEATMAP_SHADES. */
int heatmap_shade(const struct heatmap *map, int64_t values);

/* Does any attempt at the trial of that number have such a histogram? ERROR_INPUT where there is no
 * such trial, or none of its attempts has one: the text lists those there are. */
int heatmap_check(const struct run_view *view, int number, const char *name, struct error *err);
/* The same of one attempt. */
bool heatmap_has(const struct trial_record *trial, const char *name);

#endif
