/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/policy/breaker.h"

#include <errno.h>

#define MILLION 1000000u

#define STATE_BITS  2
#define CALL_BITS   20
#define GENERATIONS ((UINT32_C(1) << 31) - 1) /* 1 .. GENERATIONS: a permit has one bit more */

static enum pool_breaker_state state_of(uint64_t word)
{
	return (enum pool_breaker_state)(word & ((1u << STATE_BITS) - 1));
}

static uint32_t calls_of(uint64_t word)
{
	return (uint32_t)(word >> STATE_BITS & ((1u << CALL_BITS) - 1));
}

static uint32_t generation_of(uint64_t word)
{
	return (uint32_t)(word >> (STATE_BITS + CALL_BITS));
}

static uint64_t word_of(uint32_t generation, uint32_t calls, enum pool_breaker_state state)
{
	return (uint64_t)generation << (STATE_BITS + CALL_BITS) | (uint64_t)calls << STATE_BITS |
	       (uint64_t)state;
}

static pool_breaker_permit permit_of(uint64_t word, bool probe)
{
	return generation_of(word) << 1 | probe;
}

static const struct {
	const char *text;
	enum pool_breaker_state to;
} ways[POOL_BREAKER_WAYS] = {
    [POOL_BREAKER_TRIPPED] = {"closed to open", POOL_BREAKER_OPEN},
    [POOL_BREAKER_COOLED] = {"open to half-open", POOL_BREAKER_HALF_OPEN},
    [POOL_BREAKER_RECOVERED] = {"half-open to closed", POOL_BREAKER_CLOSED},
    [POOL_BREAKER_PROBE_FAILED] = {"half-open to open", POOL_BREAKER_OPEN},
};

static bool in_range(const struct pool_breaker_options *o)
{
	return o->failure_percent < 100 && o->min_calls > 0 && o->cool_down_ns >= 0 &&
	       o->probe_ppm > 0 && o->probe_ppm <= MILLION && o->probes_to_close > 0;
}

int pool_breaker_init(struct pool_breaker *b, const struct pool_breaker_options *options,
		      const struct pool_clock *clock)
{
	if (!in_range(options))
		return EINVAL;
	*b = (struct pool_breaker){.clock = clock, .options = *options};
	atomic_init(&b->word, word_of(1, 0, POOL_BREAKER_CLOSED));
	if (pool_outcome_window_init(&b->window, pool_clock_now(clock), options->window_ns))
		return EINVAL;
	atomic_init(&b->failed_ns, b->window.origin_ns - options->window_ns);
	return pthread_mutex_init(&b->lock, NULL);
}

void pool_breaker_destroy(struct pool_breaker *b)
{
	pthread_mutex_destroy(&b->lock);
}

/* With the lock. Only calls are counted in the word beside us, and they count in the old one. */
static void go(struct pool_breaker *b, enum pool_breaker_way way, int64_t now,
	       const struct pool_outcome_counts *window)
{
	struct pool_breaker_transition *entry =
	    &b->history[b->transitions++ % POOL_BREAKER_HISTORY];
	uint32_t generation = generation_of(atomic_load(&b->word)) % GENERATIONS + 1;

	*entry = (struct pool_breaker_transition){.at_ns = now, .way = way};
	if (window)
		entry->window = *window;
	b->probes_ok = 0;
	if (ways[way].to == POOL_BREAKER_OPEN)
		atomic_store(&b->opened_ns, now);
	if (ways[way].to == POOL_BREAKER_CLOSED)
		pool_outcome_window_clear(&b->window);
	atomic_fetch_add_explicit(&b->ways[way], 1, memory_order_relaxed);
	atomic_store(&b->word, word_of(generation, 0, ways[way].to));
}

/* With the lock: is it still as it was when a thread read it without the lock? */
static bool same(struct pool_breaker *b, uint64_t word)
{
	return generation_of(atomic_load(&b->word)) == generation_of(word);
}

/* Has it cooled down? Then it is half-open afterwards, set by this thread or another. */
static bool cooled(struct pool_breaker *b, uint64_t word)
{
	int64_t now = pool_clock_now(b->clock);

	if (now - atomic_load(&b->opened_ns) < b->options.cool_down_ns)
		return false;
	pthread_mutex_lock(&b->lock);
	if (same(b, word))
		go(b, POOL_BREAKER_COOLED, now, NULL);
	pthread_mutex_unlock(&b->lock);
	return true;
}

/* Number this call among those since it is half-open. Returns false where it no longer is. */
static bool number(struct pool_breaker *b, uint64_t word, uint32_t *n)
{
	uint64_t next;

	*n = calls_of(word);
	next = word_of(generation_of(word), (*n + 1) % MILLION, POOL_BREAKER_HALF_OPEN);
	return atomic_compare_exchange_strong(&b->word, &word, next);
}

pool_breaker_permit pool_breaker_allow(struct pool_breaker *b)
{
	for (;;) {
		uint64_t word = atomic_load_explicit(&b->word, memory_order_acquire);
		uint32_t n;

		switch (state_of(word)) {
		case POOL_BREAKER_CLOSED:
			return permit_of(word, false);
		case POOL_BREAKER_OPEN:
			if (cooled(b, word))
				continue;
			break;
		case POOL_BREAKER_HALF_OPEN:
			if (!number(b, word, &n))
				continue;
			if ((uint64_t)n * b->options.probe_ppm % MILLION >= b->options.probe_ppm)
				break;
			atomic_fetch_add_explicit(&b->probes, 1, memory_order_relaxed);
			return permit_of(word, true);
		}
		atomic_fetch_add_explicit(&b->refused, 1, memory_order_relaxed);
		return 0;
	}
}

static void record_closed(struct pool_breaker *b, uint64_t word, bool failed)
{
	struct pool_outcome_counts window;
	int64_t now = pool_clock_now(b->clock);

	pool_outcome_window_add(&b->window, now, failed);
	if (failed)
		atomic_store_explicit(&b->failed_ns, now, memory_order_relaxed);
	/* No outcome is in the window for longer than that. */
	else if (now - atomic_load_explicit(&b->failed_ns, memory_order_relaxed) >=
		 b->options.window_ns)
		return;
	pool_outcome_window_read(&b->window, now, &window);
	if (window.calls < b->options.min_calls ||
	    window.failures * 100 <= window.calls * b->options.failure_percent)
		return;
	pthread_mutex_lock(&b->lock);
	if (same(b, word))
		go(b, POOL_BREAKER_TRIPPED, now, &window);
	pthread_mutex_unlock(&b->lock);
}

static void record_probe(struct pool_breaker *b, uint64_t word, bool failed)
{
	int64_t now = pool_clock_now(b->clock);

	pthread_mutex_lock(&b->lock);
	if (!same(b, word))
		atomic_fetch_add_explicit(&b->late, 1, memory_order_relaxed);
	else if (failed)
		go(b, POOL_BREAKER_PROBE_FAILED, now, NULL);
	else if (++b->probes_ok == b->options.probes_to_close)
		go(b, POOL_BREAKER_RECOVERED, now, NULL);
	pthread_mutex_unlock(&b->lock);
}

void pool_breaker_record(struct pool_breaker *b, pool_breaker_permit permit, bool failed)
{
	uint64_t word = atomic_load_explicit(&b->word, memory_order_acquire);

	if (!permit)
		return;
	if (permit >> 1 != generation_of(word))
		atomic_fetch_add_explicit(&b->late, 1, memory_order_relaxed);
	else if (permit & 1)
		record_probe(b, word, failed);
	else
		record_closed(b, word, failed);
}

void pool_breaker_stats(const struct pool_breaker *b, struct pool_breaker_stats *out)
{
	*out = (struct pool_breaker_stats){
	    .state = state_of(atomic_load(&b->word)),
	    .refused = atomic_load_explicit(&b->refused, memory_order_relaxed),
	    .probes = atomic_load_explicit(&b->probes, memory_order_relaxed),
	    .late = atomic_load_explicit(&b->late, memory_order_relaxed),
	};
	for (int i = 0; i < POOL_BREAKER_WAYS; i++)
		out->ways[i] = atomic_load_explicit(&b->ways[i], memory_order_relaxed);
	pool_outcome_window_read(&b->window, pool_clock_now(b->clock), &out->window);
}

size_t pool_breaker_history(struct pool_breaker *b, struct pool_breaker_transition *out,
			    size_t most)
{
	uint64_t first, count;

	pthread_mutex_lock(&b->lock);
	count = b->transitions < POOL_BREAKER_HISTORY ? b->transitions : POOL_BREAKER_HISTORY;
	if (count > most)
		count = most;
	first = b->transitions - count;
	for (uint64_t i = 0; i < count; i++)
		out[i] = b->history[(first + i) % POOL_BREAKER_HISTORY];
	pthread_mutex_unlock(&b->lock);
	return (size_t)count;
}

const char *pool_breaker_state_text(enum pool_breaker_state state)
{
	static const char *const texts[] = {"closed", "open", "half-open"};

	return (unsigned)state < 3 ? texts[state] : "unknown state";
}

const char *pool_breaker_way_text(enum pool_breaker_way way)
{
	return (unsigned)way < POOL_BREAKER_WAYS ? ways[way].text : "unknown way";
}
