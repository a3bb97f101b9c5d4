/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one model of a result, made from a stored run: its trials summed up, gathered by variant, and
 * judged. Every output renders this object and calculates nothing of its own.
 */
#ifndef POOLRIG_RIG_RESULT_RESULT_H
#define POOLRIG_RIG_RESULT_RESULT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "rig/result/ending.h"
#include "rig/result/finding.h"
#include "rig/result/grade.h"
#include "rig/result/interference.h"
#include "rig/result/names.h"
#include "rig/result/search.h"
#include "rig/result/value.h"
#include "rig/store/store.h"

struct result_variant {
	char name[64];
	const json_t *plan;                /* its part of the plan, borrowed; NULL: none */
	int outcomes[4];                   /* trials by enum trial_outcome, every attempt counted */
	int stored;                        /* planned trials of which an attempt is stored */
	int missing;                       /* planned trials of which none is; see result.missing */
	bool compared;                     /* there are trials to compare it by */
	char grades[GRADE_DIMENSIONS_MAX]; /* the worst, by result.dimensions */
	struct variant_search search;      /* of a run with a search */
};

struct result_trial {
	const struct trial_record *record;  /* borrowed from the view */
	const struct trial_record *summary; /* borrowed: its metrics, see rig/stats/summary.h */
	const struct search_step *step;     /* borrowed; NULL: it is no step of a search */
};

struct result {
	const struct run_view *view; /* borrowed: the facts of the run and of the host */
	json_t *plan;                /* owned; NULL where the store has none that can be read */
	struct names metrics;        /* all that any trial has */
	struct names dimensions;     /* of the grades */
	char levels[GRADE_DIMENSIONS_MAX]; /* the worst of all variants, by dimensions */
	struct result_trial *trials;       /* owned: [i]: of view->trials[i] */
	struct result_variant *variants;   /* owned: in the order of the plan */
	size_t variants_count;
	int stored;    /* planned trials of which an attempt is stored */
	int missing;   /* planned trials of which none is: a variant's share of them is known
			  only where the plan is the same for all */
	bool searched; /* the run had a search: */
	struct search_spec search;

	struct grade_reasons *grades; /* owned: why they are not A, the worst level first */
	size_t grades_count;
	struct interference *interference; /* owned: over all trials */
	size_t interference_count;
	struct ending *endings; /* owned: of the trials that are not valid, those alike together */
	size_t endings_count;
	struct finding *findings; /* owned: in the order of the plan */
	size_t findings_count;

	struct trial_record *summaries; /* owned, as what follows; use trials */
	struct search_step *steps;
	double *scratch;
};

int result_init(struct result *result, const struct run_view *view, struct error *err);
void result_destroy(struct result *result); /* takes a zeroed struct */

/* The place of a variant, or -1. */
ssize_t result_variant(const struct result *result, const char *name);
/* The first valid trial of a variant, or NULL. */
const struct trial_record *result_first_valid(const struct result *result, const char *variant);
/* A scalar of the plan by its dotted path ("load.rate"), or NULL. Borrowed. */
const char *result_plan(const struct result *result, const char *path);
/* A fact of the host, or "unknown". Borrowed. */
const char *result_fact(const struct result *result, const char *name);

/* How people know a trial: counted from 1. */
int result_trial_number(const struct trial_record *trial);
/* ERROR_INPUT: no trial of that number is stored. Returns -1. */
int result_no_trial(const struct run_view *view, int number, struct error *err);
/* The same, or: it has nothing of that name; `list` has what it has. */
int result_no_such(const struct run_view *view, int number, const char *what, const char *name,
		   const char *list, struct error *err);
/* "interrupted", or "ended, exit 0 (done)". buf of 64 bytes at least; returns buf. */
const char *result_state(const struct run_summary *summary, char *buf, size_t size);
/* An instant (UTC) as ISO 8601 with milliseconds, "2026-11-24T06:30:00.000Z". buf of 32 bytes at
 * least; returns buf. */
const char *result_time(int64_t unix_ns, char *buf, size_t size);

#endif
