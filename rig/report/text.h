/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text for a terminal. What comes from a workload, a kernel or a host may hold anything: here it
 * becomes valid UTF-8 without control characters (an escape sequence in a log must not reach the
 * reader's terminal).
 */
#ifndef POOLRIG_RIG_REPORT_TEXT_H
#define POOLRIG_RIG_REPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* How output looks. */
struct style {
	FILE *to;  /* borrowed */
	int width; /* columns */
	bool utf8; /* lines and signs beyond ASCII */
};

#define TEXT_WIDTH_DEFAULT 110

/* For a verb's standard output: the terminal's width (80..160), signs beyond ASCII only on a
 * terminal whose locale (LC_ALL, LC_CTYPE, LANG) is UTF-8. */
struct style style_of(FILE *to);

/* Decode one character at s (not at its end). Returns how many bytes it takes, at least 1; what is
 * not valid UTF-8 (RFC 3629) is one byte and U+FFFD. */
size_t text_next(const char *s, uint32_t *character);

/* A copy that is valid UTF-8 and otherwise untouched; the caller frees. NULL: no memory. */
char *text_valid(const char *s);

/* A copy in buf fit to print on one line, cut to size. Returns buf. */
char *text_clean(const char *s, bool utf8, char *buf, size_t size);

/* Columns that a cleaned text takes. */
int text_width(const char *s);

/* Print text folded between words: the cursor stands at column `at`, further lines begin at
 * `indent`. Ends with a newline. */
void text_fold(const struct style *style, int at, int indent, const char *text);

/* Print lines as they are but cleaned, each behind `indent` blanks. */
void text_lines(const struct style *style, int indent, const char *text);

/* An instant (UTC) as ISO 8601 with milliseconds, "2026-11-24T06:30:00.000Z". buf of 32 bytes at
 * least; returns buf. */
const char *text_time(int64_t unix_ns, char *buf, size_t size);

#endif
