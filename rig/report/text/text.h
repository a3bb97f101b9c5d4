/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run for people, on a terminal. Whatever prints nothing for want of something to say prints no
 * heading either. */
#ifndef POOLRIG_RIG_REPORT_TEXT_TEXT_H
#define POOLRIG_RIG_REPORT_TEXT_TEXT_H

#include "base/error.h"
#include "base/text.h"
#include "rig/result/compared.h"
#include "rig/result/result.h"
#include "rig/result/tails.h"

/* -- how it is printed (base/text.h has the rest) -- */

#define STYLE_WIDTH_DEFAULT 80

/* For a verb's standard output: the terminal's width or $COLUMNS (80..160); signs beyond ASCII
 * where the locale (LC_ALL, LC_CTYPE, LANG) is UTF-8; colour on a terminal, but with NO_COLOR or
 * TERM=dumb. */
struct style style_of(FILE *to);

/* Escape sequences; "" without colour. */
enum style_mark { STYLE_PLAIN = 0, STYLE_BOLD, STYLE_WARNING, STYLE_BAD };
const char *style_mark(const struct style *style, enum style_mark mark);

/* -- whole outputs -- */

/* All runs of a store, a line each. */
void list_print(const struct run_summary *runs, size_t count, const struct style *style);

/* The first screen of a run: at most 24 lines (with the cursor's line below it) that give the
 * answer before any detail. `metrics`: names of the columns, as many as `count`; those that do not
 * fit beside each other stand in a further table. 0: result_columns(). */
#define SCREEN_LINES 23
int screen_print(const struct result *result, const char *const *metrics, size_t count,
		 const struct style *style, struct error *err);

/* All of a run: a row a metric and a column a variant, what interfered, reasons for grades,
 * findings, heat maps. */
int table_print(const struct result *result, const struct style *style, struct error *err);

/* All that is stored but samples, of every attempt at the trial of that number. ERROR_INPUT where
 * there is none. */
int trial_print(const struct result *result, int number, const struct style *style,
		struct error *err);

/* A few lines on one that was not stored: how it ended, its metrics by groups, its grades; `all`:
 * also the reasons for grades above C. */
void trial_print_brief(const struct trial_record *trial, bool all, const struct style *style);

/* Draw the heat map of each attempt at the trial of that number. Errors as heatmap_check(). */
int heatmap_of_trial(const struct run_view *view, int number, const char *name,
		     const struct style *style, struct error *err);

/* All findings of a run, each with its grades, below a line that says which run it is. `further`:
 * another run stands above. */
void finding_list(const struct result *result, const struct style *style, bool further);

/* The same as a page of Markdown: its head, which says by which command it was made, and a section
 * for a run. */
void markdown_head(FILE *to, int argc, char **argv);
void markdown_findings(const struct result *result, FILE *to);

/* Print text as a part of a table of Markdown: what would end its cell, or be taken for mark-up, is
 * escaped. */
void markdown_text(FILE *to, const char *s);

/* Variants against a baseline: a paragraph a metric with a line a variant, below a line that says
 * which run it is; and as a table of Markdown. */
void compare_print(const struct compared *compared, const struct style *style);
void markdown_compare(const struct compared *compared, FILE *to);
/* For a first screen: a paragraph each of what the experiment declares, `most` of them at most.
 * Nothing where it declares nothing. */
#define VERDICTS_SHOWN 4
int section_verdicts(const struct result *result, size_t most, const struct style *style,
		     struct error *err);

/* A paragraph a variant: quantiles with intervals, and the tail. */
void tails_print(const struct tails *tails, const struct style *style);

/* -- what stands above and below a run's table -- */

/* Which run, what was loaded, in which cells, on what. `all`: with the start. */
void section_head(const struct result *result, bool all, const struct style *style);

/* What a search looked for, and the rates that were tried; the table has what it found. */
void section_search(const struct result *result, const struct style *style);

/* Every trial that is not valid, those that ended alike in one line, and how many planned ones have
 * no record. */
void section_ending(const struct result *result, const struct ending *e, const struct style *style);
void section_endings(const struct result *result, const struct style *style);

/* Each line of interference over all trials: its median, its worst trial and what that says. */
void section_interference(const struct result *result, const struct style *style);

/* "1.40 s", "1,203", "12 MiB": an amount of interference. Returns buf. */
const char *section_amount(const struct interference *i, double value, const struct style *style,
			   char *buf, size_t size);

/* Why the grades are not A. */
void section_grades(const struct result *result, const struct style *style);

void section_findings(const struct result *result, const struct style *style);

/* The heat maps that the experiment asks for (report.heatmap), of the first valid trial of each
 * variant. Of a variant without one, that is said. */
void section_heatmaps(const struct result *result, const struct style *style);

#endif
