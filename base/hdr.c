/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hdr.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The layout (HdrHistogram: AbstractHistogram.init): sub_bucket_count linear steps of one unit
 * cover the first bucket; each further bucket doubles the step, and only its upper half is new. */
static int layout(struct hdr *h, struct error *err)
{
	int64_t single_unit = 2;
	uint64_t untrackable;
	int magnitude = 1;

	if (h->significant < 1 || h->significant > 5)
		return error_input(err, "histogram: %d significant digits; keep 1 to 5",
				   h->significant);
	if (h->lowest < 1 || h->lowest > INT64_MAX / 2 || h->highest < 2 * h->lowest)
		return error_input(err,
				   "histogram: range %" PRId64 "..%" PRId64
				   " can't be held; begin at 1 or above and end at twice the "
				   "beginning or above",
				   h->lowest, h->highest);
	for (int i = 0; i < h->significant; i++)
		single_unit *= 10;
	while (INT64_C(1) << magnitude < single_unit)
		magnitude++;
	h->unit_magnitude = 63 - __builtin_clzll((uint64_t)h->lowest);
	h->sub_bucket_half_count_magnitude = magnitude - 1;
	if (h->unit_magnitude + h->sub_bucket_half_count_magnitude > 61)
		return error_input(err,
				   "histogram: lowest value %" PRId64
				   " with %d digits does not fit 63 bits; ask for fewer digits",
				   h->lowest, h->significant);
	h->sub_bucket_count = INT32_C(1) << magnitude;
	h->sub_bucket_half_count = h->sub_bucket_count / 2;
	h->sub_bucket_mask = ((int64_t)h->sub_bucket_count - 1) << h->unit_magnitude;
	untrackable = (uint64_t)h->sub_bucket_count << h->unit_magnitude;
	h->bucket_count = 1;
	while (untrackable <= (uint64_t)h->highest) {
		untrackable <<= 1;
		h->bucket_count++;
	}
	h->counts_len = (h->bucket_count + 1) * h->sub_bucket_half_count;
	return 0;
}

int hdr_init(struct hdr *h, int64_t lowest, int64_t highest, int significant, struct error *err)
{
	*h = (struct hdr){.lowest = lowest, .highest = highest, .significant = significant};
	if (layout(h, err) < 0)
		return -1;
	h->counts = calloc((size_t)h->counts_len, sizeof(*h->counts));
	if (!h->counts)
		return error_host(err, ENOMEM, "histogram of %d counts", h->counts_len);
	return 0;
}

void hdr_destroy(struct hdr *h)
{
	free(h->counts);
	*h = (struct hdr){0};
}

void hdr_reset(struct hdr *h)
{
	memset(h->counts, 0, (size_t)h->counts_len * sizeof(*h->counts));
	h->total = 0;
}

static int32_t index_of(const struct hdr *h, int64_t value)
{
	int bucket, sub;

	if (value < 0)
		value = 0;
	if (value > h->highest)
		value = h->highest;
	bucket = 63 - __builtin_clzll((uint64_t)(value | h->sub_bucket_mask)) - h->unit_magnitude -
		 h->sub_bucket_half_count_magnitude;
	sub = (int)(value >> (bucket + h->unit_magnitude));
	return (bucket << h->sub_bucket_half_count_magnitude) + sub;
}

/* log2 of the width of a count's range of values. */
static int width_magnitude(const struct hdr *h, int32_t index)
{
	int bucket = (index >> h->sub_bucket_half_count_magnitude) - 1;

	return h->unit_magnitude + (bucket > 0 ? bucket : 0);
}

int64_t hdr_lowest_at(const struct hdr *h, int32_t index)
{
	int32_t sub = index;

	if (index >= h->sub_bucket_count)
		sub = (index & (h->sub_bucket_half_count - 1)) + h->sub_bucket_half_count;
	return (int64_t)sub << width_magnitude(h, index);
}

int64_t hdr_highest_at(const struct hdr *h, int32_t index)
{
	return hdr_lowest_at(h, index) + ((INT64_C(1) << width_magnitude(h, index)) - 1);
}

void hdr_record_n(struct hdr *h, int64_t value, int64_t n)
{
	hdr_put_at(h, index_of(h, value), n);
}

void hdr_record(struct hdr *h, int64_t value)
{
	hdr_record_n(h, value, 1);
}

void hdr_record_atomic(struct hdr *h, int64_t value)
{
	__atomic_fetch_add(&h->counts[index_of(h, value)], 1, __ATOMIC_RELAXED);
}

int64_t hdr_take(struct hdr *dst, struct hdr *src)
{
	hdr_reset(dst);
	for (int32_t i = 0; i < src->counts_len; i++)
		hdr_put_at(dst, i, hdr_take_at(src, i));
	return dst->total;
}

int hdr_add(struct hdr *dst, const struct hdr *src, struct error *err)
{
	bool same = dst->counts_len == src->counts_len &&
		    dst->unit_magnitude == src->unit_magnitude &&
		    dst->sub_bucket_count == src->sub_bucket_count;
	int64_t total;

	/* All or nothing: look first whether it fits. */
	if (__builtin_add_overflow(dst->total, src->total, &total))
		return error_input(err, "histogram: more than %" PRId64 " values", INT64_MAX);
	for (int32_t i = src->counts_len - 1; !same && i >= 0; i--)
		if (src->counts[i] && hdr_lowest_at(src, i) > dst->highest)
			return error_input(err,
					   "histogram: value %" PRId64 " is above %" PRId64
					   "; add it to one of a wider range",
					   hdr_lowest_at(src, i), dst->highest);
	for (int32_t i = 0; i < src->counts_len; i++)
		if (src->counts[i])
			hdr_put_at(dst, same ? i : index_of(dst, hdr_lowest_at(src, i)),
				   src->counts[i]);
	return 0;
}

int64_t hdr_total(const struct hdr *h)
{
	return h->total;
}

int64_t hdr_max(const struct hdr *h)
{
	for (int32_t i = h->counts_len - 1; i >= 0; i--)
		if (h->counts[i])
			return hdr_highest_at(h, i);
	return 0;
}

int64_t hdr_min(const struct hdr *h)
{
	for (int32_t i = 0; i < h->counts_len; i++)
		if (h->counts[i])
			return hdr_lowest_at(h, i);
	return 0;
}

double hdr_mean(const struct hdr *h)
{
	double sum = 0;

	if (!h->total)
		return 0;
	for (int32_t i = 0; i < h->counts_len; i++) {
		int64_t half = (INT64_C(1) << width_magnitude(h, i)) / 2;

		if (h->counts[i])
			sum += (double)(hdr_lowest_at(h, i) + half) * (double)h->counts[i];
	}
	return sum / (double)h->total;
}

int64_t hdr_quantile(const struct hdr *h, double q)
{
	int64_t seen = 0;
	double rank;

	/* 0.07 * 100 is a little above 7: the next smaller q keeps such products from being lifted
	 * to the rank above. */
	q = q < 0 ? 0 : q;
	if (q >= 1) /* not by a rank: a double does not hold every total */
		return hdr_max(h);
	rank = ceil(nextafter(q, 0) * (double)h->total);
	if (rank < 1)
		rank = 1;
	for (int32_t i = 0; i < h->counts_len; i++) {
		seen += h->counts[i];
		if (h->counts[i] && (double)seen >= rank)
			return hdr_highest_at(h, i);
	}
	return hdr_max(h);
}

int64_t hdr_count_up_to(const struct hdr *h, int64_t value)
{
	int64_t seen = 0;

	if (value < 0)
		return 0;
	for (int32_t i = 0; i <= index_of(h, value); i++)
		seen += h->counts[i];
	return seen;
}
