/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What happens in the window, an interval of a second at a time.
 *
 * Four histograms are recorded into all the time. At the end of each interval they are taken empty
 * and kept, packed, until the window is over: encoding and sending would stop the generator for
 * about a millisecond a second, which its lateness at P99.9 would show. Taking is done by the
 * generator itself, in steps of a microsecond or so while it has nothing to submit, so that no
 * other thread has to be run on its core. Packed, an interval needs a few KiB, whatever the rate.
 *
 * Threads: bench_recorder_latency() may be called by any thread at any time; all else by the
 * generator's, and by others once that has ended.
 */
#ifndef POOLRIG_POOLBENCH_RECORDER_H
#define POOLRIG_POOLBENCH_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/hdr.h"

enum bench_series {
	BENCH_START_LATENCY,      /* actual start - intended start */
	BENCH_SOJOURN,            /* completion - intended start */
	BENCH_GENERATOR_LATENESS, /* what the generator itself was late by */
	BENCH_SUBMIT,             /* time spent in pool_submit() */
	BENCH_SERIES,             /* how many */
};
extern const char *const bench_series_names[BENCH_SERIES];

#define BENCH_INTERVAL_NS NS_PER_S

struct bench_packed {
	size_t at;       /* where it begins in the spool */
	int32_t entries; /* counts that are not zero */
	int64_t total;   /* recorded values */
};

/* Instants are relative to the start, as in the protocol. */
struct bench_interval {
	int64_t from_ns, to_ns;
	uint64_t offered, rejected;
	struct bench_packed series[BENCH_SERIES];
};

struct bench_recorder {
	struct hdr histograms[BENCH_SERIES];
	struct bench_interval *intervals; /* owned */
	size_t count, capacity;           /* closed intervals, a cut under way included */
	int64_t begin_ns, end_ns;         /* the window */
	int64_t cut_ns;                   /* when the next interval ends */
	uint64_t offered, rejected;       /* of the open interval */
	int cut_series;                   /* the cut under way: BENCH_SERIES when there is none */
	int32_t cut_index, cut_last;
	uint8_t *spool; /* owned: reserved for the worst case, present as far as used */
	size_t spool_used, spool_size;
};

/* For a window of warmup_ns .. warmup_ns + window_ns after the start. All memory that is to be
 * expected is touched. */
int bench_recorder_init(struct bench_recorder *r, int64_t warmup_ns, int64_t window_ns,
			struct error *err);
void bench_recorder_destroy(struct bench_recorder *r); /* takes a zeroed struct, too */

/* Record a latency of a task; any thread. */
static inline void bench_recorder_latency(struct bench_recorder *r, enum bench_series series,
					  int64_t ns)
{
	hdr_record_atomic(&r->histograms[series], ns);
}

/* now_ns is relative to the start: where an interval is over, its cut begins. */
void bench_recorder_cut(struct bench_recorder *r, int64_t now_ns);
static inline void bench_recorder_tick(struct bench_recorder *r, int64_t now_ns)
{
	/* The last interval is left open: tasks complete after the window, and are its own. */
	if (now_ns >= r->cut_ns && r->cut_ns < r->end_ns)
		bench_recorder_cut(r, now_ns);
}

/* Is there a cut under way? Then a step takes a small part of it. */
static inline bool bench_recorder_busy(const struct bench_recorder *r)
{
	return r->cut_series < BENCH_SERIES;
}
void bench_recorder_step(struct bench_recorder *r);

/* Close the last interval: nothing more is recorded. */
void bench_recorder_finish(struct bench_recorder *r);

/* Unpack a series of a closed interval, adding it to sum (of HDR_LATENCY_…). */
void bench_recorder_add(const struct bench_recorder *r, size_t interval, enum bench_series series,
			struct hdr *sum);

#endif
