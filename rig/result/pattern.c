/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/result/pattern.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACE '\1'

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* The length of the number that begins here, or 0: digits, and perhaps a point and more digits. */
static size_t number_length(const char *at, size_t left)
{
	size_t len = 0, fraction;

	while (len < left && isdigit((unsigned char)at[len]))
		len++;
	if (len == 0 || len + 1 >= left || at[len] != '.')
		return len;
	fraction = len + 1;
	while (fraction < left && isdigit((unsigned char)at[fraction]))
		fraction++;
	return fraction > len + 1 ? fraction : len;
}

static void add_number(struct pattern *p, const char *at, size_t len)
{
	struct pattern_range *r = &p->ranges[p->numbers++];

	snprintf(r->min_text, sizeof(r->min_text), "%.*s", (int)len, at);
	memcpy(r->max_text, r->min_text, sizeof(r->max_text));
	r->min = r->max = strtod(r->min_text, NULL);
}

/* Not in the midst of a number, or half of it would pass for the whole. */
static void shorten(char *shape, size_t used)
{
	static const char more[] = "...";

	used -= strlen(more);
	while (used && isdigit((unsigned char)shape[used - 1]))
		used--;
	memcpy(shape + used, more, sizeof(more));
}

void pattern_init(struct pattern *p, const char *sentence, size_t len)
{
	size_t used = 0, i = 0;

	*p = (struct pattern){.count = 1};
	while (i < len && used + 1 < sizeof(p->shape)) {
		size_t number =
		    i && in_word(sentence[i - 1]) ? 0 : number_length(sentence + i, len - i);

		if (number && number < sizeof(p->ranges[0].min_text) &&
		    p->numbers < PATTERN_NUMBERS_MAX) {
			add_number(p, sentence + i, number);
			p->shape[used++] = PLACE;
			i += number;
			continue;
		}
		p->shape[used++] = sentence[i] == PLACE ? '?' : sentence[i];
		i++;
	}
	if (i < len)
		shorten(p->shape, used);
}

bool pattern_add(struct pattern *p, const struct pattern *other)
{
	if (strcmp(p->shape, other->shape) != 0)
		return false;
	for (size_t i = 0; i < p->numbers; i++) {
		struct pattern_range *r = &p->ranges[i];
		const struct pattern_range *o = &other->ranges[i];

		if (o->min < r->min) {
			r->min = o->min;
			memcpy(r->min_text, o->min_text, sizeof(r->min_text));
		}
		if (o->max > r->max) {
			r->max = o->max;
			memcpy(r->max_text, o->max_text, sizeof(r->max_text));
		}
	}
	p->count += other->count;
	return true;
}

const char *pattern_text(const struct pattern *p, const char *between, char *buf, size_t size)
{
	size_t used = 0, number = 0;

	buf[0] = '\0';
	for (const char *c = p->shape; *c && used + 1 < size; c++) {
		const struct pattern_range *r = &p->ranges[number];
		int n;

		if (*c != PLACE) {
			buf[used++] = *c;
			buf[used] = '\0';
			continue;
		}
		number++;
		n = r->min < r->max ? snprintf(buf + used, size - used, "%s%s%s", r->min_text,
					       between, r->max_text)
				    : snprintf(buf + used, size - used, "%s", r->min_text);
		used += (size_t)n;
		if (used >= size)
			used = size - 1;
	}
	return buf;
}
