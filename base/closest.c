/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/closest.h"

#include <string.h>

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t closest_distance(const char *a, const char *b)
{
	size_t rows[3][CLOSEST_WORD_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *now = rows[2];
	size_t la = strnlen(a, CLOSEST_WORD_MAX), lb = strnlen(b, CLOSEST_WORD_MAX);

	for (size_t j = 0; j <= lb; j++)
		last[j] = before[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t *free_row = before;

		now[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t differ = a[i - 1] != b[j - 1];

			now[j] = least(last[j - 1] + differ, least(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
		before = last;
		last = now;
		now = free_row;
	}
	return last[lb];
}

int closest_is_near(const char *a, const char *b)
{
	size_t la = strnlen(a, CLOSEST_WORD_MAX), lb = strnlen(b, CLOSEST_WORD_MAX);
	size_t allowed = (la > lb ? la : lb) / 3;

	return closest_distance(a, b) <= (allowed ? allowed : 1);
}
