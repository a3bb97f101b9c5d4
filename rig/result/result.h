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
#include "rig/knob/spec.h"
#include "rig/record/bound.h"
#include "rig/record/trial_record.h"
#include "rig/result/pattern.h"
#include "rig/stats/search.h"
#include "rig/stats/spread.h"
#include "rig/store/store.h"

/* Names in the order of their first appearance, each once. */
struct names {
	size_t count, size;
	const char **list; /* owned; the names are borrowed */
};

/* The place of a name, which is added where it is new; -1: no memory. */
ssize_t names_add(struct names *names, const char *name, struct error *err);
void names_destroy(struct names *names); /* takes a zeroed struct */

/* How the trials that are not valid ended: those of one variant that ended the same way, for the
 * same reason but for the numbers in it, are one ending. */
struct ending {
	const char *variant; /* borrowed */
	enum trial_outcome outcome;
	struct pattern reason;
	const struct trial_record **trials; /* owned, borrowed ones: in the order they were run */
	size_t trials_count;
	int with_output; /* the number of the first failed one that wrote any output; 0: none */
};

/* What the host did to the trials: one line of interference over all of them. All is borrowed. */
struct interference {
	const char *name, *unit;
	size_t unknown;       /* trials of which it is not known; of spread.count it is */
	struct spread spread; /* over the trials */
	const struct interference_line *worst, *first_unknown; /* NULL: none is known, is unknown */
	const struct trial_record *worst_trial;
};

/* Interference above a bound (rig/record/bound.h) in valid trials: what the table says of them may
 * be what others did. */
struct warning {
	const struct bound *bound;
	size_t trials, of;                     /* above it; valid ones */
	const struct interference_line *worst; /* borrowed, as the trial */
	const struct trial_record *worst_trial;
};

#define GRADE_DIMENSIONS_MAX 8
#define GRADE_REASONS_MAX    48

/* Why one dimension is at one level: its sentences over all trials, each once, with the range of
 * the numbers in it. */
struct grade_reasons {
	const char *dimension; /* borrowed */
	char level;
	size_t trials;
	bool one_wish, one_grant; /* the same for all but for numbers */
	struct pattern asked, granted;
	size_t count, more; /* `more`: sentences that found no room */
	struct pattern reasons[GRADE_REASONS_MAX];
};

/* What an experiment says was published, held against what was measured. */
enum finding_verdict { FINDING_CONFIRMED = 0, FINDING_REFUTED, FINDING_INCONCLUSIVE };
#define FINDING_VERDICTS 3
struct finding {
	const char *claim, *source; /* borrowed from the plan; source NULL: none is given */
	char *found;                /* owned: the sentence, its numbers filled in */
	enum finding_verdict verdict;
	char *reason; /* owned: why it is refuted or inconclusive, or in how many trials it would be
			 otherwise; NULL where there is nothing to say */
	char grades[GRADE_DIMENSIONS_MAX]; /* the worst of the variants that it names, by
					      result.dimensions */
};

/* What a trial said of its rate. */
struct search_step {
	double rate;
	enum search_answer answer;
	char why[256];
};

/* The search of one variant: followed to its last trial, and why there is no highest rate that
 * held, or none that broke ("" where there is one). */
struct variant_search {
	struct search *search; /* owned */
	struct search_result result;
	const char *failure; /* of result.failed: borrowed from the trial's step */
	char no_held[320], no_broke[320];
};

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
	const struct trial_record *record; /* borrowed from the view */
	struct trial_record summary;       /* owned: its metrics, see rig/stats/summary.h */
	const struct search_step *step;    /* NULL: it is no step of a search; else: */
	struct search_step said;
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
	struct warning warnings[BOUNDS];
	size_t warnings_count;
	struct ending *endings; /* owned: of the trials that are not valid, those alike together */
	size_t endings_count;
	struct finding *findings; /* owned: in the order of the plan */
	size_t findings_count;

	double *scratch; /* owned: a value a trial */
};

int result_init(struct result *result, const struct run_view *view, struct error *err);
void result_destroy(struct result *result); /* takes a zeroed struct */

/* The place of a variant, or -1. */
ssize_t result_variant(const struct result *result, const char *name);
/* The first valid trial of a variant, or NULL. */
const struct trial_record *result_first_valid(const struct result *result, const char *variant);
/* A scalar of the plan by its dotted path ("load.rate"), or NULL. Borrowed. */
const char *result_plan(const struct result *result, const char *path);
/* Where the window of measurement begins, after the start instant of a trial. */
int64_t result_warmup_ns(const struct result *result);
/* Did the experiment ask for a precision (trials.precision), so that the number of its blocks
 * depended on what was measured? */
bool result_ends_by_precision(const struct result *result);
/* A fact of the host, or "unknown". Borrowed. */
const char *result_fact(const struct result *result, const char *name);

/* How people know a trial: counted from 1. */
int result_trial_number(const struct trial_record *trial);
/* ERROR_INPUT: no trial of that number is stored. Returns -1. */
int result_no_trial(const struct run_view *view, int number, struct error *err);
/* The same, or: it has nothing of that name; `list` has what it has. */
int result_no_such(const struct run_view *view, int number, const char *what, const char *name,
		   const char *list, struct error *err);
/* "ended", "under_way", "interrupted", or "unknown": no end is stored, and the supervisor can't be
 * looked at from here. */
const char *result_state_name(const struct run_summary *summary);
/* "ended, exit 0 (done)", "under way", "interrupted", or "under way or interrupted". buf of 64
 * bytes at least; returns buf. */
const char *result_state(const struct run_summary *summary, char *buf, size_t size);
/* An instant (UTC) as ISO 8601 with milliseconds, "2026-11-24T06:30:00.000Z". buf of 32 bytes at
 * least; returns buf. */
const char *result_time(int64_t unix_ns, char *buf, size_t size);

/* -- values -- */

/* A metric over the valid trials of a variant; of a search, over those at the highest rate that
 * held, or that rate itself. */
struct result_value {
	struct spread spread; /* count 0: unknown in all of them, or there are none */
	int trials;           /* valid trials */
	const char *reason;   /* where it is unknown in any: the first reason. Borrowed */
	bool word;            /* of any of them it is the workload's word: result_is_word() */
};

/* Is this metric of a trial (see rig/stats/summary.h) the workload's word: sent by it, or made of
 * what it sent, and held against nothing? Where a trial does not say how many tasks were scheduled,
 * it was stored before the rig checked anything, or is a plain command's: false. */
#define RESULT_SCHEDULED "scheduled"
bool result_is_word(const struct trial_record *summary, const char *metric);
struct result_value result_value(const struct result *result, size_t variant, const char *metric);
/* To look at where a variant can't be compared: the same over its trials that are not valid. */
struct result_value result_shown_value(const struct result *result, size_t variant,
				       const char *metric);
/* Of the variant's valid trial in one block. false: it has none there, or the metric is unknown. */
bool result_value_in_block(const struct result *result, size_t variant, const char *metric,
			   int block, double *value);
/* Does any variant know it? */
bool result_knows(const struct result *result, const char *metric);
/* The metrics of the first screen: those that the experiment names, or else those of the table of
 * metrics. Returns how many (at most max). */
#define RESULT_COLUMNS_MAX 16
size_t result_columns(const struct result *result, const char *names[RESULT_COLUMNS_MAX]);
/* The metric of a name or label of which any trial knows something; NULL: ERROR_INPUT, with those
 * that are close. Borrowed. */
const char *result_metric(const struct result *result, const char *name, struct error *err);
/* Is this the best median among the variants? Never so where it is that of all of them. */
bool result_is_best(const struct result *result, size_t variant, const char *metric);

/* A rate as it was tried, without rounding: "141.4", "1,600". Returns buf. */
#define SEARCH_RATE_SIZE 40
const char *search_rate_text(double rate, char buf[SEARCH_RATE_SIZE]);

/* Read the search out of the plan and follow it through the trials. Called by result_init(). */
int search_follow(struct result *result, struct error *err);

/* The capacity of a variant as a metric of it: "capacity_tasks_per_second", the highest rate that
 * held; "capacity_broke_tasks_per_second", the lowest that broke. false: another metric, or no
 * search. */
bool search_value(const struct result *result, size_t variant, const char *metric,
		  struct result_value *value);

/* Does trial i belong to what is said of its variant: one at the highest rate that held? Always so
 * without a search. */
bool search_counts(const struct result *result, size_t variant, size_t i);

/* -- sentences that several outputs have; each that takes a buf returns it -- */

/* "run ID of DATE, ended, exit 0 (done), 9 of 9 trials valid, window 2s; on Linux 6.18.0, CPU
 * MODEL, CPUs 0-3, cgroups hybrid". buf of 768 bytes. */
const char *describe_run(const struct result *result, char *buf, size_t size);
/* "Linux 6.18.0, CPU MODEL, CPUs 0-3, cgroups hybrid". buf of 512 bytes. */
const char *describe_host(const struct result *result, char *buf, size_t size);
/* "100k tasks/s, constant, service 5ms, warm-up 2s, window 5s"; "" where there is no load. */
const char *describe_load(const struct result *result, char *buf, size_t size);
/* "memory 2G, swap 0, pids 16000, net private"; "" where the plan says nothing. */
const char *describe_cells(const struct result *result, char *buf, size_t size);
/* Who runs on which core: "work 1, load 0, rig 0"; "" where no trial says so. Borrowed. */
const char *describe_cores(const struct result *result);
/* "9 trials planned; stored: 9 attempts at 8 of them, 7 valid". */
const char *describe_trials(const struct result *result, char *buf, size_t size);
/* "cpu B, memory A" of levels by result.dimensions. */
const char *describe_grades(const struct result *result, const char *levels, char *buf,
			    size_t size);

/* "foreign tasks took up to 92 % of the work cores in 4 of 5 trials"; one line, behind "warning: ".
 */
const char *describe_warning(const struct warning *warning, char *buf, size_t size);

/* Write the artefact `name` of the trial of that number to `to`; of several attempts that have it,
 * the last. ERROR_INPUT where there is no such trial, or it has no such artefact (the text lists
 * those it has), or `to` is a terminal and the bytes are no text. */
int artefact_write(struct store *store, const struct run_view *view, int number, const char *name,
		   FILE *to, struct error *err);

/* -- how its parts are made and read -- */

/* The worse of two levels: 'C' is worse than 'B', that than 'A'; '-' only where there is no letter;
 * '?' where there is nothing. */
char grade_worse(char a, char b);
/* What a trial says of a dimension, or NULL. */
const struct grade_line *grade_line_of(const struct trial_record *trial, const char *dimension);
/* It was looked for in every trial, and there was none. */
bool interference_is_none(const struct interference *i);
/* "confirmed", "refuted", "inconclusive". */
const char *finding_verdict_text(enum finding_verdict verdict);
/* How many findings have that verdict. */
size_t finding_count(const struct result *result, enum finding_verdict verdict);

/* Each fills its part of a result for result_init(), findings after all else. Of grades: each
 * variant's worst levels are those of its valid trials, or of all of them where none is. */
int grade_gather(struct result *result, struct error *err);
int interference_gather(struct result *result, struct error *err);
int ending_gather(struct result *result, struct error *err);
int finding_gather(struct result *result, struct error *err);

#endif
