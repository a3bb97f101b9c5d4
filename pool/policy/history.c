/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/policy/history.h"

#include <errno.h>
#include <stdlib.h>

#define NS_PER_S 1e9

int pool_load_history_init(struct pool_load_history *h, size_t size)
{
	*h = (struct pool_load_history){.size = size};
	if (size < 2)
		return EINVAL;
	h->samples = calloc(size, sizeof(*h->samples));
	return h->samples ? 0 : ENOMEM;
}

void pool_load_history_destroy(struct pool_load_history *h)
{
	free(h->samples);
	*h = (struct pool_load_history){0};
}

static struct pool_load_sample *sample_at(const struct pool_load_history *h, size_t i)
{
	return &h->samples[(h->first + i) % h->size];
}

void pool_load_history_add(struct pool_load_history *h, const struct pool_load_sample *sample)
{
	if (h->count > 0 && sample_at(h, h->count - 1)->at_ns >= sample->at_ns)
		h->count--;
	if (h->count == h->size) {
		h->first = (h->first + 1) % h->size;
		h->count--;
	}
	*sample_at(h, h->count++) = *sample;
}

/* The sample before the window's first interval; the last one's number where there is none. */
static size_t begin_of(const struct pool_load_history *h, int64_t window_ns)
{
	size_t last = h->count - 1, i = last;

	while (i > 0 && sample_at(h, i)->at_ns > sample_at(h, last)->at_ns - window_ns)
		i--;
	return i;
}

static double seconds(const struct pool_load_sample *from, const struct pool_load_sample *to)
{
	return (double)(to->at_ns - from->at_ns) / NS_PER_S;
}

static double variance_of(const struct pool_load_history *h, size_t begin, double mean)
{
	double sum = 0;

	for (size_t i = begin + 1; i < h->count; i++) {
		const struct pool_load_sample *from = sample_at(h, i - 1), *to = sample_at(h, i);
		double length = seconds(from, to);
		double off = (double)(to->offered - from->offered) / length - mean;

		sum += off * off * length;
	}
	return sum / seconds(sample_at(h, begin), sample_at(h, h->count - 1));
}

void pool_load_history_moments(const struct pool_load_history *h, int64_t window_ns,
			       struct pool_load_moments *out)
{
	const struct pool_load_sample *from, *to;
	double count;
	size_t begin;

	*out = (struct pool_load_moments){0};
	if (h->count < 2)
		return;
	begin = begin_of(h, window_ns);
	from = sample_at(h, begin);
	to = sample_at(h, h->count - 1);
	out->intervals = h->count - 1 - begin;
	if (out->intervals == 0)
		return;
	out->mean = (double)(to->offered - from->offered) / seconds(from, to);
	out->variance = variance_of(h, begin, out->mean);
	count = (double)(to->offered - from->offered) / (double)out->intervals;
	if (count > 0)
		out->excess = out->variance / (out->mean * out->mean) - 1 / count;
}

double pool_load_history_service(const struct pool_load_history *h, int64_t window_ns)
{
	const struct pool_load_sample *from, *to;

	if (h->count < 2)
		return -1;
	from = sample_at(h, begin_of(h, window_ns));
	to = sample_at(h, h->count - 1);
	if (to->completed == from->completed)
		return -1;
	return (to->busy_ns - from->busy_ns) / (double)(to->completed - from->completed);
}
