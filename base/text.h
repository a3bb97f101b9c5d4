/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text for people: UTF-8 taken apart, made fit for a terminal, quoted, cut and folded. What comes
 * from a workload, a kernel, a host, an experiment or a store may hold anything: an escape sequence
 * in a log must not reach the reader's terminal, nor a line end forge a line. All of it is printed
 * by what is declared here, and all of that escapes with one function: each byte of a control
 * character, or that is not UTF-8, as \x1b. Pure functions, but for what prints.
 */
#ifndef POOLRIG_BASE_TEXT_H
#define POOLRIG_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* How output looks. */
struct style {
	FILE *to;  /* borrowed */
	int width; /* columns */
	bool utf8; /* lines and signs beyond ASCII */
	bool colour;
};

/* Decode one character at s (not at its end). Returns how many bytes it takes, at least 1; what is
 * not valid UTF-8 (RFC 3629) is one byte and U+FFFD. */
size_t text_next(const char *s, uint32_t *character);

/* Is it a control character of ASCII or of Latin-1, or one that ends a line or turns the direction
 * of the text? */
bool text_is_control(uint32_t character);

/* A copy that is valid UTF-8 and otherwise untouched; the caller frees. NULL: no memory. */
char *text_valid(const char *s);

/* A copy in buf fit to print on one line: escaped, with a blank for a tab or a line end, and cut
 * between two characters to size. Without utf8, "?" stands for what is not ASCII. Returns how long
 * it is uncut. */
size_t text_escape(const char *s, bool utf8, char *buf, size_t size);
/* The same; returns buf. */
char *text_clean(const char *s, bool utf8, char *buf, size_t size);
/* The same, printed. */
void text_put(FILE *to, bool utf8, const char *s);

/* A copy in buf, cut to size between two characters. Returns buf. */
char *text_cut(const char *s, char *buf, size_t size);

/* The same, but what was cut ends in "...". */
char *text_shorten(const char *s, char *buf, size_t size);

/* For an error that names a value: escaped, also tabs and line ends; cut with "..." after 60 bytes.
 * Returns buf. */
#define TEXT_QUOTE_SIZE 256
const char *text_quote(const char *s, char buf[TEXT_QUOTE_SIZE]);

/* Words longer than this are compared by their first CLOSEST_WORD_MAX bytes. */
#define CLOSEST_WORD_MAX 64

/* The least number of insertions, deletions, replacements and swaps of neighbours that make b of a,
 * none of them twice at one place (optimal string alignment distance; L. Boytsov, Indexing methods
 * for approximate dictionary searching, ACM JEA 16, 2011, section 2.2). */
size_t closest_distance(const char *a, const char *b);

/* Is the distance small enough for these to be one word, mistyped? At most a third of the longer
 * one, and at least 1. */
int closest_is_near(const char *a, const char *b);

/* "naive, fixed or elastic" of a list that ends with NULL (which may be empty). Returns buf. */
const char *text_any_of(const char *const *words, char *buf, size_t size);

/* Append to buf, cut to its size. Returns buf. */
char *text_add(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Columns that a text takes: its characters. */
int text_width(const char *s);

/* Print text folded between words, cleaned: the cursor stands at column `at`, further lines begin
 * at `indent`. A number and the word behind it stay together; a long
 * list without blanks is folded behind its commas. Ends with a newline. */
void text_fold(const struct style *style, int at, int indent, const char *text);
void text_say(const struct style *style, int at, int indent, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Print a text without a line end, escaped and not folded: no argument ends the line. */
void text_print(const struct style *style, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Print lines as they are but escaped, each behind `indent` blanks. */
void text_lines(const struct style *style, int indent, const char *text);

#endif
