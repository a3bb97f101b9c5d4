/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A circuit breaker: it stops calls to something that fails, so that callers do not pile up on it,
 * and lets a few through after a while to see whether it works again. (M. Nygard, Release It!,
 * 2007, chapter 5, "Circuit Breaker"; the window and its least number of calls are Hystrix's
 * requestVolumeThreshold, of which the default 20 is taken, too.)
 *
 *             failures > 60 % of the calls in the window, of which there are min_calls or more
 *     closed ───────────────────────────────────────────────────────────────────────────→ open
 *       ↑                                                                       ↑       │
 *       │ probes_to_close probes in turn went well          the first that fails│       │cool_down
 *       └──────────────────────────── half-open ────────────────────────────────┘       │
 *                                         ↑──────────────────────────────────────────────┘
 *
 * - Closed: each call is let through. Each outcome counts in the sliding window (window.h), and
 *   after each the window is judged: it opens where failures are strictly more than
 *   failure_percent of the calls (600 of 1000 is not more than 60 %, 601 is), and the calls are at
 *   least min_calls. Hystrix and resilience4j open at "equal or more".
 * - Open: each call is refused in [opened, opened + cool_down). The first call from opened +
 *   cool_down on makes it half-open; no clock and no thread does so without a call.
 * - Half-open: of the calls, numbered from 0 since it became so, number n is a probe where
 *   n · probe_ppm mod 1,000,000 < probe_ppm; with 10,000 (1 %) these are 0, 100, 200 and so on: the
 *   first, and no chance in it. All others are refused. The first probe that fails opens it again
 *   (for another cool_down); probes_to_close that went well, and none that failed, close it.
 *   A probe of which no outcome ever comes does no harm, for others follow.
 * - Closing empties the window: what failed before is no reason to open again.
 * - An outcome decides only while the breaker is in that very state in which the call was let
 *   through; a later one is counted as late.
 * - A call that was let through and has no outcome (the pool refused it) need not be recorded.
 *
 * Threads: any, at any time. A call costs one load while closed, an outcome one atomic exchange,
 * and a look at 50 words where something has failed within the window's length. No allocation.
 */
#ifndef POOLRIG_POOL_POLICY_BREAKER_H
#define POOLRIG_POOL_POLICY_BREAKER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pool/language.h"
#include "pool/policy/clock.h"
#include "pool/policy/window.h"

POOL_C_BEGIN

enum pool_breaker_state { POOL_BREAKER_CLOSED, POOL_BREAKER_OPEN, POOL_BREAKER_HALF_OPEN };

struct pool_breaker_options {
	int64_t window_ns;        /* multiple of POOL_WINDOW_BUCKETS ns, above 0 */
	unsigned failure_percent; /* opens strictly above; 0 to 99 */
	uint64_t min_calls;       /* in the window, 1 or more */
	int64_t cool_down_ns;     /* 0 or more */
	unsigned probe_ppm; /* parts of a million of the calls while half-open, 1 to 1,000,000 */
	unsigned probes_to_close; /* 1 or more */
};

#define POOL_BREAKER_OPTIONS_INIT                                                                  \
	{                                                                                          \
		.window_ns = 5 * POOL_NS_PER_S, .failure_percent = 60, .min_calls = 20,            \
		.cool_down_ns = 5 * POOL_NS_PER_S, .probe_ppm = 10000, .probes_to_close = 3        \
	}

/* The ways that there are from state to state. */
enum pool_breaker_way {
	POOL_BREAKER_TRIPPED,      /* closed → open */
	POOL_BREAKER_COOLED,       /* open → half-open */
	POOL_BREAKER_RECOVERED,    /* half-open → closed */
	POOL_BREAKER_PROBE_FAILED, /* half-open → open */
	POOL_BREAKER_WAYS,
};

struct pool_breaker_transition {
	int64_t at_ns;
	enum pool_breaker_way way;
	struct pool_outcome_counts window; /* as judged, of POOL_BREAKER_TRIPPED; else zero */
};

/* The number of transitions that are kept, the last ones. */
#define POOL_BREAKER_HISTORY 64

struct pool_breaker {
	const struct pool_clock *clock;
	struct pool_breaker_options options;

	/* Generation (31 bits, from 1 on, another one with each transition), calls since it is
	 * half-open (20 bits, modulo 1,000,000), state (2 bits): one word, so that a call belongs
	 * to one state and has one number. */
	alignas(64) POOL_ATOMIC(uint64_t) word;
	POOL_ATOMIC(int64_t) opened_ns;

	alignas(64) struct pool_outcome_window window;
	POOL_ATOMIC(int64_t) failed_ns; /* the last failure; while closed */

	alignas(64) POOL_ATOMIC(uint64_t) refused;
	POOL_ATOMIC(uint64_t) probes, late;

	pthread_mutex_t lock; /* of transitions, and of what follows */
	unsigned probes_ok;   /* since it is half-open */
	POOL_ATOMIC(uint64_t) ways[POOL_BREAKER_WAYS];
	/* by number modulo its size */
	struct pool_breaker_transition history[POOL_BREAKER_HISTORY];
	uint64_t transitions;
};

/* What the caller keeps of a call until its outcome is known; 0: it was refused. */
typedef uint32_t pool_breaker_permit;

/* Closed. The clock must stay. Returns 0, or EINVAL where an option is out of its range. */
int pool_breaker_init(struct pool_breaker *b, const struct pool_breaker_options *options,
		      const struct pool_clock *clock);
void pool_breaker_destroy(struct pool_breaker *b);

/* May a call be made now? 0: no, refuse it or fall back. Else hand the permit to
 * pool_breaker_record(), once, when the outcome is known; there a permit of 0 is nothing. */
pool_breaker_permit pool_breaker_allow(struct pool_breaker *b);
void pool_breaker_record(struct pool_breaker *b, pool_breaker_permit permit, bool failed);

struct pool_breaker_stats {
	enum pool_breaker_state state;
	uint64_t refused; /* calls */
	uint64_t probes;  /* calls let through while half-open */
	uint64_t late;    /* outcomes that came after the state of their call */
	uint64_t ways[POOL_BREAKER_WAYS];
	struct pool_outcome_counts window; /* now */
};
void pool_breaker_stats(const struct pool_breaker *b, struct pool_breaker_stats *out);

/* The last transitions, oldest first: at most `most`, and at most POOL_BREAKER_HISTORY. Returns how
 * many were put to out. */
size_t pool_breaker_history(struct pool_breaker *b, struct pool_breaker_transition *out,
			    size_t most);

const char *pool_breaker_state_text(enum pool_breaker_state state);
const char *pool_breaker_way_text(enum pool_breaker_way way);

POOL_C_END

#endif
