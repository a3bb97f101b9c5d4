/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may have been meant: the known word that is closest to one that is not known. Pure
 * functions. */
#ifndef POOLRIG_BASE_CLOSEST_H
#define POOLRIG_BASE_CLOSEST_H

#include <stddef.h>

/* Words longer than this are compared by their first CLOSEST_WORD_MAX bytes. */
#define CLOSEST_WORD_MAX 64

/* The least number of insertions, deletions, replacements and swaps of neighbours that make b of a,
 * none of them twice at one place (optimal string alignment distance; L. Boytsov, Indexing methods
 * for approximate dictionary searching, ACM JEA 16, 2011, section 2.2). */
size_t closest_distance(const char *a, const char *b);

/* Is the distance small enough for these to be one word, mistyped? At most a third of the longer
 * one, and at least 1. */
int closest_is_near(const char *a, const char *b);

#endif
