/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sentences that many trials say with different numbers in them, as one sentence: "foreign tasks:
 * 1.40 s" and "foreign tasks: 1.93 s" are "foreign tasks: 1.40..1.93 s". Pure functions. */
#ifndef POOLRIG_RIG_RESULT_PATTERN_H
#define POOLRIG_RIG_RESULT_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#define PATTERN_TEXT_MAX    544
#define PATTERN_NUMBERS_MAX 16

/* A number as it was written, for the smallest and the largest seen. */
struct pattern_range {
	double min, max;
	char min_text[24], max_text[24];
};

struct pattern {
	char shape[PATTERN_TEXT_MAX]; /* the sentence, '\1' in the place of each number */
	size_t numbers;
	struct pattern_range ranges[PATTERN_NUMBERS_MAX];
	size_t count; /* sentences in it */
};

/* Room for any pattern as text. */
#define PATTERN_SHOW_SIZE (PATTERN_TEXT_MAX + PATTERN_NUMBERS_MAX * 52)

/* From the first `len` bytes of a sentence; of a long one the beginning, and "...". Digits within a
 * word ("v1", "fixed16") are part of the word. */
void pattern_init(struct pattern *p, const char *sentence, size_t len);

/* Take another one in, where it differs in nothing but numbers. */
bool pattern_add(struct pattern *p, const struct pattern *other);

/* As text, ranges written with `between`. Returns buf. */
const char *pattern_text(const struct pattern *p, const char *between, char *buf, size_t size);

#endif
