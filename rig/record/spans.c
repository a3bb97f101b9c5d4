/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/record/spans.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The first that begins at or after `from_ns`. */
static size_t place_of(const struct spans *spans, int64_t from_ns)
{
	size_t low = 0, high = spans->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (spans->list[middle].from_ns < from_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int insert(struct spans *spans, size_t at, struct span add, struct error *err)
{
	if (spans->count == spans->size) {
		size_t size = spans->size ? spans->size * 2 : 4;
		struct span *grown = reallocarray(spans->list, size, sizeof(*grown));

		if (!grown)
			return error_host(err, ENOMEM, "the intervals of a record");
		spans->list = grown;
		spans->size = size;
	}
	memmove(&spans->list[at + 1], &spans->list[at], (spans->count - at) * sizeof(add));
	spans->list[at] = add;
	spans->count++;
	return 0;
}

int spans_add(struct spans *spans, struct span add, struct span *with, struct error *err)
{
	size_t at = place_of(spans, add.from_ns);
	struct span *next = at < spans->count ? &spans->list[at] : NULL;
	struct span *last = at ? &spans->list[at - 1] : NULL;

	if ((next && next->from_ns < add.to_ns) || (last && last->to_ns > add.from_ns)) {
		*with = last && last->to_ns > add.from_ns ? *last : *next;
		return 1;
	}
	if (last && last->to_ns == add.from_ns)
		last->to_ns = add.to_ns;
	else if (next && next->from_ns == add.to_ns)
		next->from_ns = add.from_ns;
	else
		return insert(spans, at, add, err);
	/* The gap between the two may be closed. */
	if (last && next && last->to_ns == next->from_ns) {
		last->to_ns = next->to_ns;
		memmove(next, next + 1, (spans->count - at - 1) * sizeof(*next));
		spans->count--;
	}
	return 0;
}

void spans_destroy(struct spans *spans)
{
	free(spans->list);
	*spans = (struct spans){0};
}
