/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/poolbench/recorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Counts looked at in a step: 16 cache lines, well below a microsecond where they are zero. */
#define STEP 128

/* Bytes of the longest entry: a gap below 2^15 and a count of 63 bits, 7 bits a byte. */
#define ENTRY_MAX (3 + 9)

/* What a series of an interval is expected to need, and gets touched beforehand. */
#define EXPECTED 4096

const char *const bench_series_names[BENCH_SERIES] = {"start_latency", "sojourn",
						      "generator_lateness", "submit"};

static int init_histograms(struct bench_recorder *r, struct error *err)
{
	for (int i = 0; i < BENCH_SERIES; i++) {
		if (hdr_init(&r->histograms[i], HDR_LATENCY_LOWEST_NS, HDR_LATENCY_HIGHEST_NS,
			     HDR_LATENCY_DIGITS, err) < 0)
			return -1;
		hdr_reset(&r->histograms[i]); /* touches every page */
	}
	return 0;
}

static int init_spool(struct bench_recorder *r, struct error *err)
{
	size_t worst = (size_t)r->histograms[0].counts_len * ENTRY_MAX;
	void *spool;

	r->spool_size = r->capacity * BENCH_SERIES * worst;
	spool = mmap(NULL, r->spool_size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (spool == MAP_FAILED)
		return error_host(err, errno, "cannot reserve memory for %zu intervals",
				  r->capacity);
	r->spool = spool;
	/* Without huge pages, which would make present what is only reserved. */
	madvise(spool, r->spool_size, MADV_NOHUGEPAGE);
	memset(spool, 0, r->capacity * BENCH_SERIES * EXPECTED);
	return 0;
}

int bench_recorder_init(struct bench_recorder *r, int64_t warmup_ns, int64_t window_ns,
			struct error *err)
{
	*r = (struct bench_recorder){.begin_ns = warmup_ns,
				     .end_ns = warmup_ns + window_ns,
				     .cut_ns = warmup_ns + BENCH_INTERVAL_NS,
				     .cut_series = BENCH_SERIES};
	r->capacity = (size_t)((window_ns + BENCH_INTERVAL_NS - 1) / BENCH_INTERVAL_NS);
	r->intervals = calloc(r->capacity, sizeof(*r->intervals));
	if (!r->intervals) {
		error_host(err, ENOMEM, "memory for %zu intervals", r->capacity);
		goto fail;
	}
	if (init_histograms(r, err) < 0 || init_spool(r, err) < 0)
		goto fail;
	return 0;
fail:
	bench_recorder_destroy(r);
	return -1;
}

void bench_recorder_destroy(struct bench_recorder *r)
{
	for (int i = 0; i < BENCH_SERIES; i++)
		hdr_destroy(&r->histograms[i]);
	if (r->spool)
		munmap(r->spool, r->spool_size);
	free(r->intervals);
	*r = (struct bench_recorder){0};
}

static void put(struct bench_recorder *r, uint64_t value)
{
	while (value > 0x7f) {
		r->spool[r->spool_used++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	r->spool[r->spool_used++] = (uint8_t)value;
}

static uint64_t get(const uint8_t *spool, size_t *at)
{
	uint64_t value = 0;

	for (int shift = 0;; shift += 7) {
		uint8_t byte = spool[(*at)++];

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
}

static void begin_series(struct bench_recorder *r, int series)
{
	r->cut_series = series;
	r->cut_index = 0;
	r->cut_last = 0;
	if (series < BENCH_SERIES)
		r->intervals[r->count - 1].series[series] =
		    (struct bench_packed){.at = r->spool_used};
}

static void begin_cut(struct bench_recorder *r, int64_t to_ns)
{
	struct bench_interval *interval = &r->intervals[r->count];

	interval->from_ns = r->begin_ns + (int64_t)r->count * BENCH_INTERVAL_NS;
	interval->to_ns = to_ns;
	interval->offered = r->offered;
	interval->rejected = r->rejected;
	r->offered = 0;
	r->rejected = 0;
	r->count++;
	begin_series(r, 0);
}

void bench_recorder_step(struct bench_recorder *r)
{
	struct hdr *h = &r->histograms[r->cut_series];
	struct bench_packed *packed = &r->intervals[r->count - 1].series[r->cut_series];
	int32_t stop = r->cut_index + STEP < h->counts_len ? r->cut_index + STEP : h->counts_len;

	for (; r->cut_index < stop; r->cut_index++) {
		int64_t n = hdr_take_at(h, r->cut_index);

		if (!n)
			continue;
		put(r, (uint64_t)(r->cut_index - r->cut_last));
		put(r, (uint64_t)n);
		r->cut_last = r->cut_index;
		packed->entries++;
		packed->total += n;
	}
	if (stop == h->counts_len)
		begin_series(r, r->cut_series + 1);
}

static void finish_cut(struct bench_recorder *r)
{
	while (bench_recorder_busy(r))
		bench_recorder_step(r);
}

void bench_recorder_cut(struct bench_recorder *r, int64_t now_ns)
{
	while (now_ns >= r->cut_ns && r->cut_ns < r->end_ns) {
		finish_cut(r);
		begin_cut(r, r->cut_ns);
		r->cut_ns += BENCH_INTERVAL_NS;
	}
}

void bench_recorder_finish(struct bench_recorder *r)
{
	bench_recorder_tick(r, r->end_ns);
	finish_cut(r);
	begin_cut(r, r->end_ns);
	finish_cut(r);
}

void bench_recorder_add(const struct bench_recorder *r, size_t interval, enum bench_series series,
			struct hdr *sum)
{
	const struct bench_packed *packed = &r->intervals[interval].series[series];
	size_t at = packed->at;
	int32_t index = 0;

	for (int32_t i = 0; i < packed->entries; i++) {
		index += (int32_t)get(r->spool, &at);
		hdr_put_at(sum, index, (int64_t)get(r->spool, &at));
	}
}
