/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * High dynamic range histogram: counts of int64_t values, with a fixed number of significant
 * decimal digits over the whole range. Bucket layout and the V2 encodings follow the HdrHistogram
 * format (Gil Tene, HdrHistogram.org; Java: AbstractHistogram, EncodableHistogram), so that any
 * HdrHistogram library reads what we write.
 *
 * Threads: hdr_record_atomic() may be called by any number of threads at a time, also while
 * hdr_take() runs; everything else wants the histogram for itself.
 */
#ifndef POOLRIG_BASE_HDR_H
#define POOLRIG_BASE_HDR_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* What this project records latencies with: 1 ns to 100 s at three digits, in 224 KiB (up to 2047
 * ns each ns has a count of its own). Histograms of one range can be added count by count, so all
 * workloads use this one. */
#define HDR_LATENCY_LOWEST_NS  INT64_C(1)
#define HDR_LATENCY_HIGHEST_NS INT64_C(100000000000)
#define HDR_LATENCY_DIGITS     3

struct hdr {
	int64_t lowest;     /* smallest value that is told apart from 0 */
	int64_t highest;    /* largest value that is tracked */
	int significant;    /* decimal digits kept: 1..5 */
	int unit_magnitude; /* log2 of lowest, rounded down */
	int sub_bucket_half_count_magnitude;
	int32_t sub_bucket_count, sub_bucket_half_count, bucket_count;
	int64_t sub_bucket_mask;
	int32_t counts_len;
	int64_t total;   /* recorded values; kept by the non-atomic calls only */
	int64_t *counts; /* counts_len long, owned */
};

/* Range lowest..highest, both in the caller's unit (here: ns). Errors: a range that the format
 * can't hold (lowest < 1, highest < 2 * lowest, significant not in 1..5) or no memory. */
int hdr_init(struct hdr *h, int64_t lowest, int64_t highest, int significant, struct error *err);
void hdr_destroy(struct hdr *h); /* takes a zeroed struct, too */
void hdr_reset(struct hdr *h);

/* Count one value, or n of them. A value above `highest` is counted at highest, a negative one at
 * 0 (a caller that must distinguish them counts them itself). */
void hdr_record(struct hdr *h, int64_t value);
void hdr_record_n(struct hdr *h, int64_t value, int64_t n);

/* The same with one relaxed atomic addition; total is not kept: hdr_take() makes it. */
void hdr_record_atomic(struct hdr *h, int64_t value);

/* Move all counts of src into dst (same parameters), leaving zeros, with one atomic exchange a
 * count: no value is lost or counted twice, even while threads go on recording into src. dst is
 * reset first. Returns the number of values moved. */
int64_t hdr_take(struct hdr *dst, struct hdr *src);

/* One count of hdr_take(), 0 <= index < counts_len: for a caller that must not stop for a whole
 * histogram at a time. Returns what was at the index, and leaves zero there. */
static inline int64_t hdr_take_at(struct hdr *src, int32_t index)
{
	/* Most counts are zero: a load leaves the cache line with those who record. */
	if (__atomic_load_n(&src->counts[index], __ATOMIC_RELAXED) == 0)
		return 0;
	return __atomic_exchange_n(&src->counts[index], 0, __ATOMIC_RELAXED);
}

/* Put it into another histogram of the same parameters. */
static inline void hdr_put_at(struct hdr *dst, int32_t index, int64_t n)
{
	dst->counts[index] += n;
	dst->total += n;
}

/* Add the counts of src to dst. Errors: parameters differ and a value does not fit. */
int hdr_add(struct hdr *dst, const struct hdr *src, struct error *err);

int64_t hdr_total(const struct hdr *h);
int64_t hdr_max(const struct hdr *h); /* highest equivalent of the highest recorded; 0 if empty */
int64_t hdr_min(const struct hdr *h); /* lowest equivalent of the lowest recorded; 0 if empty */
double hdr_mean(const struct hdr *h); /* of the medians of the buckets; 0 if empty */
/* The highest equivalent of the smallest value such that a share q (0..1) of all recorded values is
 * not above it: that of rank ceil(q * total), at least 1 (Java: getValueAtPercentile); 0 if empty.
 */
int64_t hdr_quantile(const struct hdr *h, double q);
/* The lowest and the highest of the values that are counted at an index, 0 <= index < counts_len. */
int64_t hdr_lowest_at(const struct hdr *h, int32_t index);
int64_t hdr_highest_at(const struct hdr *h, int32_t index);
/* How many recorded values are equivalent to one <= value. */
int64_t hdr_count_up_to(const struct hdr *h, int64_t value);

/* HdrHistogram V2 compressed (cookie 0x1c849304, zlib), base64 as libraries print it,
 * NUL-terminated. *text is the caller's to free. */
int hdr_encode(const struct hdr *h, char **text, struct error *err);
/* The other way; h is initialised by it. Anything malformed, cut or too large is an error
 * (ERROR_INPUT); nothing is read past the text, no allocation above 64 MiB. */
int hdr_decode(const char *text, struct hdr *h, struct error *err);

#endif
